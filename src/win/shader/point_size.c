/* SPDX-License-Identifier: MIT */
/* An output variable, its decoration and the store, each where a module has such things. */
#include "win/shader/point_size.h"

#include "win/shader/rewrite.h"

enum {
	HEAD = 5,
	OP_LINE = 8,
	FIRST_TYPE = 19, /* instructions from here on come behind all decorations */
	LAST_TYPE = 39,
	OP_STORE = 62,
	OP_LABEL = 248,
	OP_NO_LINE = 317,
	MODEL_VERTEX = 0,
	BUILTIN_POINT_SIZE = 1,
	ONE = 0x3f800000,
};

struct point_size {
	struct xfi_rewrite rewrite;
	bool *entries; /* by an id: is it the function of a vertex shader? */
	uint32_t one, variable; /* ids */
	bool is_decorated; /* the variable, so far */
	bool in_entry, in_block; /* before the first instruction that is no variable */
};

static bool has_size(const struct xfi_module *module)
{
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_DECORATE, &at);)
		if (xfi_module_word(module, at, 2) == XFI_DECORATION_BUILTIN &&
			xfi_module_word(module, at, 3) == BUILTIN_POINT_SIZE)
			return true;
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_MEMBER_DECORATE, &at);)
		if (xfi_module_word(module, at, 3) == XFI_DECORATION_BUILTIN &&
			xfi_module_word(module, at, 4) == BUILTIN_POINT_SIZE)
			return true;
	return false;
}

/* 0 is no id, so what a damaged module lacks is no entry. */
static bool is_entry(const struct point_size *size, uint32_t function)
{
	return function && function < size->rewrite.module.n_ids && size->entries[function];
}

/* What has to be there before this instruction. */
static void put_before(struct point_size *size, uint32_t op)
{
	if (!size->is_decorated && op >= FIRST_TYPE && op <= LAST_TYPE) {
		XFI_PUT(&size->rewrite, XFI_OP_DECORATE, size->variable, XFI_DECORATION_BUILTIN,
			BUILTIN_POINT_SIZE);
		size->is_decorated = true;
	}
	if (size->in_block && op != XFI_OP_VARIABLE && op != OP_LINE && op != OP_NO_LINE) {
		XFI_PUT(&size->rewrite, OP_STORE, size->variable, size->one);
		size->in_entry = size->in_block = false;
	}
}

static void put_instruction(struct point_size *size, uint32_t at)
{
	const struct xfi_module *module = &size->rewrite.module;
	const uint32_t op = xfi_module_op(module, at);
	put_before(size, op);
	if (op == XFI_OP_ENTRY_POINT && xfi_module_word(module, at, 1) == MODEL_VERTEX)
		xfi_rewrite_extend(&size->rewrite, at, &size->variable, 1);
	else
		xfi_rewrite_copy(&size->rewrite, at);
	if (op == XFI_OP_FUNCTION)
		size->in_entry = is_entry(size, xfi_module_word(module, at, 2));
	if (op == OP_LABEL)
		size->in_block = size->in_entry;
}

static void note_entries(struct point_size *size)
{
	const struct xfi_module *module = &size->rewrite.module;
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_ENTRY_POINT, &at);) {
		const uint32_t function = xfi_module_word(module, at, 2);
		if (xfi_module_word(module, at, 1) == MODEL_VERTEX && function < module->n_ids)
			size->entries[function] = true;
	}
}

static void put_all(struct point_size *size)
{
	const struct xfi_module *module = &size->rewrite.module;
	const uint32_t real = xfi_rewrite_type(&size->rewrite, XFI_OP_TYPE_FLOAT, 32, 0);
	size->one = xfi_rewrite_constant(&size->rewrite, real, 1, ONE);
	size->variable = xfi_rewrite_variable(&size->rewrite, real, XFI_STORAGE_OUTPUT);
	note_entries(size);
	for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at))
		put_instruction(size, at);
}

HRESULT xfi_point_size_write(uint32_t **words, size_t *n)
{
	struct point_size size = { .is_decorated = false };
	HRESULT hr = xfi_rewrite_begin(&size.rewrite, *words, *n);
	if (FAILED(hr))
		return hr;
	const bool has_one = has_size(&size.rewrite.module);
	size.entries = calloc(size.rewrite.module.n_ids + 1, sizeof(*size.entries));
	if (size.entries && !has_one) {
		put_all(&size);
		hr = xfi_rewrite_end(&size.rewrite, words, n);
	} else {
		xfi_rewrite_abandon(&size.rewrite);
		hr = size.entries ? S_OK : E_OUTOFMEMORY;
	}
	free(size.entries);
	return hr;
}
