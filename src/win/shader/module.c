/* SPDX-License-Identifier: MIT */
/* A SPIR-V module, as far as names, types, decorations and variables go. */
#include "win/shader/module.h"

enum { HEAD = 5, MAX_IDS = 0x3fffff };

static const struct xfi_module_id nothing = { .set = XFI_SPIRV_NONE,
	.binding = XFI_SPIRV_NONE,
	.location = XFI_SPIRV_NONE,
	.builtin = XFI_SPIRV_NONE,
	.array_stride = XFI_SPIRV_NONE };

/* Where an instruction that we look at has its result, 0: it has none. */
static uint32_t result_word(uint32_t op)
{
	if ((op >= XFI_OP_TYPE_BOOL - 1 && op <= XFI_OP_TYPE_POINTER))
		return 1;
	return op == XFI_OP_CONSTANT || op == XFI_OP_CONSTANT_COMPOSITE || op == XFI_OP_VARIABLE
		       ? 2
		       : 0;
}

static void note_decoration(const struct xfi_module *module, uint32_t at, struct xfi_module_id *id)
{
	uint32_t value = xfi_module_word(module, at, 3);
	switch (xfi_module_word(module, at, 2)) {
	case XFI_DECORATION_BLOCK:
		id->is_block = true;
		break;
	case XFI_DECORATION_BUFFER_BLOCK:
		id->is_buffer_block = true;
		break;
	case XFI_DECORATION_NON_WRITABLE:
		id->is_read_only = true;
		break;
	case XFI_DECORATION_ARRAY_STRIDE:
		id->array_stride = value;
		break;
	case XFI_DECORATION_BUILTIN:
		id->builtin = value;
		break;
	case XFI_DECORATION_LOCATION:
		id->location = value;
		break;
	case XFI_DECORATION_BINDING:
		id->binding = value;
		break;
	case XFI_DECORATION_SET:
		id->set = value;
		break;
	}
}

static void note_member(const struct xfi_module *module, uint32_t at, struct xfi_module_id *id)
{
	uint32_t decoration = xfi_module_word(module, at, 3);
	id->is_row_major |= decoration == XFI_DECORATION_ROW_MAJOR;
	id->is_read_only |= decoration == XFI_DECORATION_NON_WRITABLE;
}

static void note(struct xfi_module *module, uint32_t at)
{
	uint32_t op = xfi_module_op(module, at), result = result_word(op);
	uint32_t number = xfi_module_word(module, at, result ? result : 1);
	if (number >= module->n_ids)
		return; /* found where it is asked for */
	struct xfi_module_id *id = &module->ids[number];
	if (result)
		id->at = at;
	else if (op == XFI_OP_NAME)
		id->name_at = at;
	else if (op == XFI_OP_DECORATE)
		note_decoration(module, at, id);
	else if (op == XFI_OP_MEMBER_DECORATE)
		note_member(module, at, id);
	else if (op == XFI_OP_DECORATE_STRING &&
		 xfi_module_word(module, at, 2) == XFI_DECORATION_SEMANTIC)
		id->semantic_at = at;
}

static bool lengths_hold(const struct xfi_module *module)
{
	uint32_t at = HEAD;
	while (at < module->n_words) {
		uint32_t length = xfi_module_length(module, at);
		if (length == 0 || length > module->n_words - at)
			return false;
		at += length;
	}
	return true;
}

HRESULT xfi_module_read(const void *code, SIZE_T size, struct xfi_module *ret)
{
	struct xfi_module module = { .words = code, .n_words = size / 4 };
	if (!code || (uintptr_t)code % 4 || size % 4 || size < HEAD * 4 || size > 64u << 20 ||
		module.words[0] != XFI_SPIRV_MAGIC)
		return E_INVALIDARG;
	/* Numbers may have gaps, but no table far larger than the module is made for them. */
	module.n_ids = module.words[3];
	if (module.n_ids > MAX_IDS || module.n_ids > 16 * module.n_words || !lengths_hold(&module))
		return E_INVALIDARG;
	module.ids = malloc((module.n_ids + 1) * sizeof(*module.ids));
	if (!module.ids)
		return E_OUTOFMEMORY;
	for (uint32_t i = 0; i <= module.n_ids; i++)
		module.ids[i] = nothing;
	for (uint32_t at = HEAD; at < module.n_words; at += xfi_module_length(&module, at))
		note(&module, at);
	if (xfi_index_make(module.words, module.n_words, &module.index)) {
		free(module.ids);
		return E_OUTOFMEMORY;
	}
	*ret = module;
	return S_OK;
}

void xfi_module_free(struct xfi_module *module)
{
	free(module->ids);
	module->ids = NULL;
	xfi_index_free(&module->index);
}

bool xfi_module_next(const struct xfi_module *module, uint32_t op, uint32_t *at)
{
	uint32_t next = *at ? *at + xfi_module_length(module, *at) : HEAD;
	while (next < module->n_words && xfi_module_op(module, next) != op)
		next += xfi_module_length(module, next);
	*at = next;
	return next < module->n_words;
}

const char *xfi_module_text(const struct xfi_module *module, uint32_t at, uint32_t i)
{
	uint32_t length = at ? xfi_module_length(module, at) : 0;
	if (i >= length || !memchr(&module->words[at + i], 0, (length - i) * 4))
		return "";
	return (const char *)&module->words[at + i];
}

const struct xfi_module_id *xfi_module_id(const struct xfi_module *module, uint32_t id)
{
	return id < module->n_ids ? &module->ids[id] : &nothing;
}

uint32_t xfi_module_at(const struct xfi_module *module, uint32_t id)
{
	return xfi_module_id(module, id)->at;
}

uint32_t xfi_module_constant(const struct xfi_module *module, uint32_t id)
{
	uint32_t at = xfi_module_at(module, id);
	return xfi_module_op(module, at) == XFI_OP_CONSTANT ? xfi_module_word(module, at, 3) : 0;
}

static uint32_t find(
	const struct xfi_module *module, uint32_t op, uint32_t id, uint32_t a, uint32_t b)
{
	const struct xfi_index_key key = { op, id, a, b };
	return xfi_index_find(&module->index, module->words, &key);
}

uint32_t xfi_module_decoration_at(const struct xfi_module *module, uint32_t id, uint32_t decoration)
{
	return find(module, XFI_OP_DECORATE, id, decoration, 0);
}

uint32_t xfi_module_member_at(
	const struct xfi_module *module, uint32_t id, uint32_t member, uint32_t decoration)
{
	return find(module, XFI_OP_MEMBER_DECORATE, id, member, decoration);
}

uint32_t xfi_module_member(
	const struct xfi_module *module, uint32_t id, uint32_t member, uint32_t decoration)
{
	const uint32_t at = xfi_module_member_at(module, id, member, decoration);
	return at ? xfi_module_word(module, at, 4) : XFI_SPIRV_NONE;
}

const char *xfi_module_member_name(const struct xfi_module *module, uint32_t id, uint32_t member)
{
	const uint32_t at = find(module, XFI_OP_MEMBER_NAME, id, member, 0);
	return at ? xfi_module_text(module, at, 3) : "";
}
