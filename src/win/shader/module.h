/* SPDX-License-Identifier: MIT */
/*
 * A SPIR-V module, as far as names, types, decorations and variables go. Every index and length is
 * checked while it is read, so that what asks afterwards cannot leave the module.
 */
#ifndef XFI_WIN_SHADER_MODULE_H
#define XFI_WIN_SHADER_MODULE_H

#include "win/prelude.h"
#include "win/shader/index.h"

#define XFI_SPIRV_MAGIC 0x07230203u
#define XFI_SPIRV_NONE	UINT32_MAX /* no such decoration */

enum { /* instructions, in SPIR-V's numbers, as all of these */
	XFI_OP_NAME = 5,
	XFI_OP_MEMBER_NAME = 6,
	XFI_OP_ENTRY_POINT = 15,
	XFI_OP_EXECUTION_MODE = 16,
	XFI_OP_CAPABILITY = 17,
	XFI_OP_TYPE_BOOL = 20,
	XFI_OP_TYPE_INT = 21,
	XFI_OP_TYPE_FLOAT = 22,
	XFI_OP_TYPE_VECTOR = 23,
	XFI_OP_TYPE_MATRIX = 24,
	XFI_OP_TYPE_IMAGE = 25,
	XFI_OP_TYPE_SAMPLER = 26,
	XFI_OP_TYPE_ARRAY = 28,
	XFI_OP_TYPE_RUNTIME_ARRAY = 29,
	XFI_OP_TYPE_STRUCT = 30,
	XFI_OP_TYPE_POINTER = 32,
	XFI_OP_CONSTANT = 43,
	XFI_OP_CONSTANT_COMPOSITE = 44,
	XFI_OP_FUNCTION = 54,
	XFI_OP_VARIABLE = 59,
	XFI_OP_DECORATE = 71,
	XFI_OP_MEMBER_DECORATE = 72,
	XFI_OP_DECORATE_ID = 332,
	XFI_OP_DECORATE_STRING = 5632,
};

enum {
	XFI_DECORATION_BLOCK = 2,
	XFI_DECORATION_BUFFER_BLOCK = 3,
	XFI_DECORATION_ROW_MAJOR = 4,
	XFI_DECORATION_ARRAY_STRIDE = 6,
	XFI_DECORATION_MATRIX_STRIDE = 7,
	XFI_DECORATION_BUILTIN = 11,
	XFI_DECORATION_NON_WRITABLE = 24,
	XFI_DECORATION_LOCATION = 30,
	XFI_DECORATION_COMPONENT = 31,
	XFI_DECORATION_BINDING = 33,
	XFI_DECORATION_SET = 34,
	XFI_DECORATION_OFFSET = 35,
	XFI_DECORATION_COUNTER_BUFFER = 5634,
	XFI_DECORATION_SEMANTIC = 5635,
};

enum { XFI_CAPABILITY_DRAW_PARAMETERS = 4427 };

enum {
	XFI_STORAGE_UNIFORM_CONSTANT = 0,
	XFI_STORAGE_INPUT = 1,
	XFI_STORAGE_UNIFORM = 2,
	XFI_STORAGE_OUTPUT = 3,
	XFI_STORAGE_BUFFER = 12,
};

/* What is known of one id. Places are indices of instructions' first words, 0: none. */
struct xfi_module_id {
	uint32_t at; /* what defines it */
	uint32_t name_at, semantic_at;
	uint32_t set, binding, location, builtin, array_stride; /* or XFI_SPIRV_NONE */
	bool is_block, is_buffer_block;
	bool is_row_major, is_read_only; /* its members, or one of them */
};

struct xfi_module {
	const uint32_t *words; /* borrowed */
	uint32_t n_words;
	uint32_t n_ids;
	struct xfi_module_id *ids;
	struct xfi_index index;
};

/* E_INVALIDARG: no SPIR-V, or its instructions lie about their lengths. */
HRESULT xfi_module_read(const void *code, SIZE_T size, struct xfi_module *ret);
void xfi_module_free(struct xfi_module *module);

/* The next instruction at or after `*at` (begin with 0) that is `op`; false: no more. */
bool xfi_module_next(const struct xfi_module *module, uint32_t op, uint32_t *at);
static inline uint32_t xfi_module_length(const struct xfi_module *module, uint32_t at)
{
	return module->words[at] >> 16;
}
static inline uint32_t xfi_module_op(const struct xfi_module *module, uint32_t at)
{
	return at ? module->words[at] & 0xffff : 0;
}
/* A word of an instruction, 0 beyond its end or where `at` is none. */
static inline uint32_t xfi_module_word(const struct xfi_module *module, uint32_t at, uint32_t i)
{
	return at && i < xfi_module_length(module, at) ? module->words[at + i] : 0;
}
/* A string among an instruction's words, "" if it does not end there. */
const char *xfi_module_text(const struct xfi_module *module, uint32_t at, uint32_t i);
/* What is known of an id, of an empty one if it is out of range. */
const struct xfi_module_id *xfi_module_id(const struct xfi_module *module, uint32_t id);
/* Where a type, constant or variable is defined, 0: nowhere. */
uint32_t xfi_module_at(const struct xfi_module *module, uint32_t id);
/* The value of an integer constant, 0 if it is none. */
uint32_t xfi_module_constant(const struct xfi_module *module, uint32_t id);
/* Where a decoration of an id, or of a structure's member, stands, 0: there is none. */
uint32_t xfi_module_decoration_at(
	const struct xfi_module *module, uint32_t id, uint32_t decoration);
uint32_t xfi_module_member_at(
	const struct xfi_module *module, uint32_t id, uint32_t member, uint32_t decoration);
/* A decoration of a structure's member, XFI_SPIRV_NONE if it has none; 0 for one without a value.
 */
uint32_t xfi_module_member(
	const struct xfi_module *module, uint32_t id, uint32_t member, uint32_t decoration);
/* "" if it has none. */
const char *xfi_module_member_name(const struct xfi_module *module, uint32_t id, uint32_t member);

#endif
