/* SPDX-License-Identifier: MIT */
/*
 * An output variable, its decoration and the store, each where a module has such things. A type or
 * a constant that is there already is not declared again, since that is not allowed.
 */
#include "win/shader/point_size.h"

enum {
	HEAD = 5,
	MORE = 64, /* words for what is declared; for an entry point or a function at most 3 */
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

struct rewrite {
	struct xfi_module module;
	bool *entries; /* by an id: is it the function of a vertex shader? */
	uint32_t *words;
	size_t n;
	uint32_t next_id;
	uint32_t real, pointer, one, variable; /* ids; made are those from module.n_ids on */
	bool is_decorated, is_declared; /* the variable, so far */
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

static void put(struct rewrite *rewrite, const uint32_t *words, uint32_t n)
{
	memcpy(&rewrite->words[rewrite->n], words, n * sizeof(*words));
	rewrite->n += n;
}

#define PUT(rewrite, op, ...)                                                                      \
	do {                                                                                       \
		const uint32_t operands[] = { __VA_ARGS__ };                                       \
		const uint32_t first = (op) | (ARRAYSIZE(operands) + 1) << 16;                     \
		put(rewrite, &first, 1);                                                           \
		put(rewrite, operands, ARRAYSIZE(operands));                                       \
	} while (0)

/* The result of the first such instruction with these operands from word `i` on, or a new id. */
static uint32_t find(struct rewrite *rewrite, uint32_t op, uint32_t i, uint32_t a, uint32_t b)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t id_at = op == XFI_OP_CONSTANT ? 2 : 1;
	for (uint32_t at = 0; xfi_module_next(module, op, &at);)
		if (xfi_module_word(module, at, i) == a &&
			(!b || xfi_module_word(module, at, i == 1 ? 3 : i + 1) == b))
			return xfi_module_word(module, at, id_at);
	return rewrite->next_id++;
}

static void find_ids(struct rewrite *rewrite)
{
	rewrite->real = find(rewrite, XFI_OP_TYPE_FLOAT, 2, 32, 0);
	rewrite->pointer = find(rewrite, XFI_OP_TYPE_POINTER, 2, XFI_STORAGE_OUTPUT, rewrite->real);
	rewrite->one = find(rewrite, XFI_OP_CONSTANT, 1, rewrite->real, ONE);
	rewrite->variable = rewrite->next_id++;
}

static bool is_new(const struct rewrite *rewrite, uint32_t id)
{
	return id >= rewrite->module.n_ids;
}

/* Behind all types, before the first function. */
static void declare(struct rewrite *rewrite)
{
	rewrite->is_declared = true;
	if (is_new(rewrite, rewrite->real))
		PUT(rewrite, XFI_OP_TYPE_FLOAT, rewrite->real, 32);
	if (is_new(rewrite, rewrite->pointer))
		PUT(rewrite, XFI_OP_TYPE_POINTER, rewrite->pointer, XFI_STORAGE_OUTPUT,
			rewrite->real);
	if (is_new(rewrite, rewrite->one))
		PUT(rewrite, XFI_OP_CONSTANT, rewrite->real, rewrite->one, ONE);
	PUT(rewrite, XFI_OP_VARIABLE, rewrite->pointer, rewrite->variable, XFI_STORAGE_OUTPUT);
}

/* 0 is no id, so what a damaged module lacks is no entry. */
static bool is_entry(const struct rewrite *rewrite, uint32_t function)
{
	return function && function < rewrite->module.n_ids && rewrite->entries[function];
}

/* What has to be there before this instruction. */
static void put_before(struct rewrite *rewrite, uint32_t op)
{
	if (!rewrite->is_decorated && op >= FIRST_TYPE && op <= LAST_TYPE) {
		PUT(rewrite, XFI_OP_DECORATE, rewrite->variable, XFI_DECORATION_BUILTIN,
			BUILTIN_POINT_SIZE);
		rewrite->is_decorated = true;
	}
	if (!rewrite->is_declared && op == XFI_OP_FUNCTION)
		declare(rewrite);
	if (rewrite->in_block && op != XFI_OP_VARIABLE && op != OP_LINE && op != OP_NO_LINE) {
		PUT(rewrite, OP_STORE, rewrite->variable, rewrite->one);
		rewrite->in_entry = rewrite->in_block = false;
	}
}

static void put_instruction(struct rewrite *rewrite, uint32_t at)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t op = xfi_module_op(module, at), length = xfi_module_length(module, at);
	put_before(rewrite, op);
	const size_t start = rewrite->n;
	put(rewrite, &module->words[at], length);
	if (op == XFI_OP_ENTRY_POINT && xfi_module_word(module, at, 1) == MODEL_VERTEX) {
		rewrite->words[start] += 1u << 16;
		put(rewrite, &rewrite->variable, 1);
	}
	if (op == XFI_OP_FUNCTION)
		rewrite->in_entry = is_entry(rewrite, xfi_module_word(module, at, 2));
	if (op == OP_LABEL)
		rewrite->in_block = rewrite->in_entry;
}

/* Notes the entry points; how many places may become longer, UINT32_MAX: one cannot. */
static uint32_t count_places(struct rewrite *rewrite)
{
	const struct xfi_module *module = &rewrite->module;
	uint32_t places = 0;
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_FUNCTION, &at);)
		places++;
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_ENTRY_POINT, &at); places++) {
		const uint32_t function = xfi_module_word(module, at, 2);
		if (xfi_module_length(module, at) == UINT16_MAX)
			return UINT32_MAX;
		if (xfi_module_word(module, at, 1) == MODEL_VERTEX && function < module->n_ids)
			rewrite->entries[function] = true;
	}
	return places;
}

static HRESULT write_all(struct rewrite *rewrite)
{
	const struct xfi_module *module = &rewrite->module;
	rewrite->entries = calloc(module->n_ids + 1, sizeof(*rewrite->entries));
	if (!rewrite->entries)
		return E_OUTOFMEMORY;
	const uint32_t places = count_places(rewrite);
	if (places == UINT32_MAX)
		return E_INVALIDARG;
	const size_t most = module->n_words + MORE + (size_t)places * 3;
	rewrite->words = malloc(most * sizeof(*rewrite->words));
	if (!rewrite->words)
		return E_OUTOFMEMORY;
	rewrite->next_id = module->n_ids;
	find_ids(rewrite);
	put(rewrite, module->words, HEAD);
	for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at))
		put_instruction(rewrite, at);
	rewrite->words[3] = rewrite->next_id;
	return S_OK;
}

HRESULT xfi_point_size_write(uint32_t **words, size_t *n)
{
	struct rewrite rewrite = { .n = 0 };
	HRESULT hr = xfi_module_read(*words, *n * 4, &rewrite.module);
	if (SUCCEEDED(hr) && !has_size(&rewrite.module))
		hr = write_all(&rewrite);
	free(rewrite.entries);
	xfi_module_free(&rewrite.module);
	if (FAILED(hr) || !rewrite.words)
		return hr;
	free(*words);
	*words = rewrite.words;
	*n = rewrite.n;
	return S_OK;
}
