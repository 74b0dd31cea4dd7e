/* SPDX-License-Identifier: MIT */
#include "win/shader/position.h"

#include "win/shader/rewrite.h"

enum {
	HEAD = 5,
	OP_LOAD = 61,
	OP_ACCESS_CHAIN = 65,
	OP_IN_BOUNDS_ACCESS_CHAIN = 66,
	OP_COMPOSITE_EXTRACT = 81,
	OP_COMPOSITE_INSERT = 82,
	OP_F_DIV = 136,
	OP_SELECT = 169,
	OP_I_EQUAL = 170,
	BUILTIN_FRAG_COORD = 15,
	W = 3,
	ONE = 0x3f800000,
};

struct position {
	struct xfi_rewrite rewrite;
	uint32_t *indices; /* by a pointer's id: of the component that it leads to, 0: none */
};

static bool is_position(const struct xfi_module *module, uint32_t id)
{
	const struct xfi_module_id *variable = xfi_module_id(module, id);
	return variable->builtin == BUILTIN_FRAG_COORD &&
	       xfi_module_op(module, variable->at) == XFI_OP_VARIABLE &&
	       xfi_module_word(module, variable->at, 3) == XFI_STORAGE_INPUT;
}

static bool has_position(const struct xfi_module *module)
{
	for (uint32_t id = 1; id < module->n_ids; id++)
		if (is_position(module, id))
			return true;
	return false;
}

static void note_chain(struct position *position, uint32_t at)
{
	const struct xfi_module *module = &position->rewrite.module;
	const uint32_t id = xfi_module_word(module, at, 2);
	if (id < module->n_ids && is_position(module, xfi_module_word(module, at, 3)))
		position->indices[id] = xfi_module_word(module, at, 4);
}

/* The load itself, with another result than it had. */
static uint32_t load(struct xfi_rewrite *rewrite, uint32_t at)
{
	const uint32_t *words = &rewrite->module.words[at];
	return xfi_rewrite_result(
		rewrite, OP_LOAD, words[1], words + 3, xfi_module_length(&rewrite->module, at) - 3);
}

static uint32_t reciprocal(struct xfi_rewrite *rewrite, uint32_t type, uint32_t id)
{
	return XFI_RESULT(rewrite, OP_F_DIV, type, xfi_rewrite_constant(rewrite, type, 1, ONE), id);
}

static void put_whole(struct xfi_rewrite *rewrite, uint32_t at)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t type = xfi_module_word(module, at, 1), id = xfi_module_word(module, at, 2);
	const uint32_t real = xfi_module_word(module, xfi_module_at(module, type), 2);
	const uint32_t whole = load(rewrite, at);
	const uint32_t w = XFI_RESULT(rewrite, OP_COMPOSITE_EXTRACT, real, whole, W);
	const uint32_t inverse = reciprocal(rewrite, real, w);
	XFI_PUT(rewrite, OP_COMPOSITE_INSERT, type, id, inverse, whole, W);
}

/* Which component it is may be known only when the shader runs. */
static void put_component(struct xfi_rewrite *rewrite, uint32_t at, uint32_t index)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t type = xfi_module_word(module, at, 1), id = xfi_module_word(module, at, 2);
	const uint32_t value = load(rewrite, at);
	const uint32_t inverse = reciprocal(rewrite, type, value);
	const uint32_t uint = xfi_rewrite_type(rewrite, XFI_OP_TYPE_INT, 32, 0);
	const uint32_t is_w =
		XFI_RESULT(rewrite, OP_I_EQUAL, xfi_rewrite_type(rewrite, XFI_OP_TYPE_BOOL, 0, 0),
			index, xfi_rewrite_constant(rewrite, uint, 1, W));
	XFI_PUT(rewrite, OP_SELECT, type, id, is_w, inverse, value);
}

static void put_instruction(struct position *position, uint32_t at)
{
	struct xfi_rewrite *rewrite = &position->rewrite;
	const struct xfi_module *module = &rewrite->module;
	const uint32_t op = xfi_module_op(module, at), from = xfi_module_word(module, at, 3);
	if (op == OP_ACCESS_CHAIN || op == OP_IN_BOUNDS_ACCESS_CHAIN)
		note_chain(position, at);
	if (op == OP_LOAD && is_position(module, from))
		put_whole(rewrite, at);
	else if (op == OP_LOAD && from < module->n_ids && position->indices[from])
		put_component(rewrite, at, position->indices[from]);
	else
		xfi_rewrite_copy(rewrite, at);
}

HRESULT xfi_position_invert(uint32_t **words, size_t *n)
{
	struct position position;
	struct xfi_rewrite *rewrite = &position.rewrite;
	HRESULT hr = xfi_rewrite_begin(rewrite, *words, *n);
	if (FAILED(hr))
		return hr;
	position.indices = calloc(rewrite->module.n_ids + 1, sizeof(*position.indices));
	hr = position.indices ? S_OK : E_OUTOFMEMORY;
	if (FAILED(hr) || !has_position(&rewrite->module)) {
		xfi_rewrite_abandon(rewrite);
	} else {
		const struct xfi_module *module = &rewrite->module;
		for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at))
			put_instruction(&position, at);
		hr = xfi_rewrite_end(rewrite, words, n);
	}
	free(position.indices);
	return hr;
}
