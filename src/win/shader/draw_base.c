/* SPDX-License-Identifier: MIT */
/* Numbers of vertices and instances that begin with each draw. */
#include "win/shader/draw_base.h"

enum {
	HEAD = 5,
	VERSION_1_3 = 0x10300, /* has the capability without an extension */
	OP_EXTENSION = 10,
	OP_LOAD = 61,
	OP_I_SUB = 130,
	VERTEX_INDEX = 42,
	INSTANCE_INDEX = 43,
	BASE_VERTEX = 4424,
	BASE_INSTANCE = 4425,
};

struct rewrite {
	struct xfi_module module;
	uint32_t *bases; /* by a variable's id: that of the one to subtract, 0: none */
	uint32_t *words; /* NULL: only counted */
	size_t n;
	uint32_t next_id;
	bool is_placed, is_too_long;
};

static void put(struct rewrite *rewrite, uint32_t word)
{
	if (rewrite->words)
		rewrite->words[rewrite->n] = word;
	rewrite->n++;
}

static void put_words(struct rewrite *rewrite, const uint32_t *words, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		put(rewrite, words[i]);
}

static void put_op(struct rewrite *rewrite, uint32_t op, uint32_t length)
{
	rewrite->is_too_long |= length > UINT16_MAX;
	put(rewrite, op | length << 16);
}

/* Of one of the two numbers, as an integer, as our compiler declares it. */
static bool is_number(const struct xfi_module *module, const struct xfi_module_id *id)
{
	const uint32_t pointer = xfi_module_at(module, xfi_module_word(module, id->at, 1));
	const uint32_t type = xfi_module_at(module, xfi_module_word(module, pointer, 3));
	return (id->builtin == VERTEX_INDEX || id->builtin == INSTANCE_INDEX) &&
	       xfi_module_op(module, id->at) == XFI_OP_VARIABLE &&
	       xfi_module_word(module, id->at, 3) == XFI_STORAGE_INPUT &&
	       xfi_module_op(module, pointer) == XFI_OP_TYPE_POINTER &&
	       xfi_module_op(module, type) == XFI_OP_TYPE_INT;
}

/* Gives each variable that is to be changed another one; false: there is none. */
static bool find(struct rewrite *rewrite)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t first = rewrite->next_id;
	for (uint32_t id = 1; id < module->n_ids; id++)
		if (is_number(module, &module->ids[id]))
			rewrite->bases[id] = rewrite->next_id++;
	return rewrite->next_id > first;
}

/* 0 is no id, so a word beyond an instruction's end has no base. */
static uint32_t base_of(const struct rewrite *rewrite, uint32_t id)
{
	return id < rewrite->module.n_ids ? rewrite->bases[id] : 0;
}

/* Behind the capabilities that there are, of which one must be Shader. */
static void put_capability(struct rewrite *rewrite)
{
	static const char name[32] = "SPV_KHR_shader_draw_parameters";
	uint32_t text[sizeof(name) / 4];
	rewrite->is_placed = true;
	put_op(rewrite, XFI_OP_CAPABILITY, 2);
	put(rewrite, XFI_CAPABILITY_DRAW_PARAMETERS);
	if (rewrite->module.words[1] >= VERSION_1_3)
		return;
	memcpy(text, name, sizeof(name));
	put_op(rewrite, OP_EXTENSION, 1 + sizeof(name) / 4);
	put_words(rewrite, text, sizeof(name) / 4);
}

/* What the entry point reads goes behind all that it has. */
static void put_entry(struct rewrite *rewrite, uint32_t at)
{
	const uint32_t *words = &rewrite->module.words[at];
	const uint32_t length = words[0] >> 16;
	const uint32_t name = (uint32_t)strlen(xfi_module_text(&rewrite->module, at, 3)) / 4 + 1;
	uint32_t more = 0;
	for (uint32_t i = 3 + name; i < length; i++)
		more += base_of(rewrite, words[i]) != 0;
	put_op(rewrite, XFI_OP_ENTRY_POINT, length + more);
	put_words(rewrite, words + 1, length - 1);
	for (uint32_t i = 3 + name; i < length; i++)
		if (base_of(rewrite, words[i]))
			put(rewrite, base_of(rewrite, words[i]));
}

static void put_decoration(struct rewrite *rewrite, uint32_t id)
{
	const bool is_vertex = rewrite->module.ids[id].builtin == VERTEX_INDEX;
	put_op(rewrite, XFI_OP_DECORATE, 4);
	put(rewrite, base_of(rewrite, id));
	put(rewrite, XFI_DECORATION_BUILTIN);
	put(rewrite, is_vertex ? BASE_VERTEX : BASE_INSTANCE);
}

static void put_variable(struct rewrite *rewrite, const uint32_t *words)
{
	put_op(rewrite, XFI_OP_VARIABLE, 4);
	put(rewrite, words[1]);
	put(rewrite, base_of(rewrite, words[2]));
	put(rewrite, XFI_STORAGE_INPUT);
}

/* A load of each, whose difference has the result's id. */
static void put_load(struct rewrite *rewrite, const uint32_t *words)
{
	const uint32_t length = words[0] >> 16, type = words[1], id = rewrite->next_id;
	rewrite->next_id += 2;
	put_words(rewrite, words, 2);
	put(rewrite, id);
	put_words(rewrite, words + 3, length - 3);
	put_op(rewrite, OP_LOAD, 4);
	put(rewrite, type);
	put(rewrite, id + 1);
	put(rewrite, base_of(rewrite, words[3]));
	put_op(rewrite, OP_I_SUB, 5);
	put(rewrite, type);
	put(rewrite, words[2]);
	put(rewrite, id);
	put(rewrite, id + 1);
}

static void put_instruction(struct rewrite *rewrite, uint32_t at)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t *words = &module->words[at], op = xfi_module_op(module, at);
	if (op != XFI_OP_CAPABILITY && !rewrite->is_placed)
		put_capability(rewrite);
	if (op == XFI_OP_ENTRY_POINT) {
		put_entry(rewrite, at);
		return;
	}
	if (op == OP_LOAD && base_of(rewrite, xfi_module_word(module, at, 3))) {
		put_load(rewrite, words);
		return;
	}
	put_words(rewrite, words, words[0] >> 16);
	if (op == XFI_OP_DECORATE && base_of(rewrite, xfi_module_word(module, at, 1)) &&
		xfi_module_word(module, at, 2) == XFI_DECORATION_BUILTIN)
		put_decoration(rewrite, words[1]);
	if (op == XFI_OP_VARIABLE && base_of(rewrite, xfi_module_word(module, at, 2)))
		put_variable(rewrite, words);
}

static void put_all(struct rewrite *rewrite)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t next_id = rewrite->next_id;
	rewrite->n = 0;
	rewrite->is_placed = false;
	put_words(rewrite, module->words, HEAD);
	for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at))
		put_instruction(rewrite, at);
	if (rewrite->words)
		rewrite->words[3] = rewrite->next_id;
	else
		rewrite->next_id = next_id; /* it is done once more */
}

HRESULT xfi_draw_base_subtract(uint32_t **words, size_t *n, bool *ret_changed)
{
	struct rewrite rewrite = { 0 };
	HRESULT hr = xfi_module_read(*words, *n * 4, &rewrite.module);
	if (FAILED(hr))
		return hr;
	rewrite.next_id = rewrite.module.n_ids;
	rewrite.bases = calloc(rewrite.module.n_ids + 1, sizeof(*rewrite.bases));
	hr = rewrite.bases ? S_OK : E_OUTOFMEMORY;
	*ret_changed = SUCCEEDED(hr) && find(&rewrite);
	if (*ret_changed) {
		put_all(&rewrite);
		hr = rewrite.is_too_long ? E_INVALIDARG : S_OK;
		rewrite.words = SUCCEEDED(hr) ? malloc(rewrite.n * sizeof(*rewrite.words)) : NULL;
		if (SUCCEEDED(hr) && !rewrite.words)
			hr = E_OUTOFMEMORY;
	}
	if (rewrite.words) {
		put_all(&rewrite);
		free(*words);
		*words = rewrite.words;
		*n = rewrite.n;
	}
	free(rewrite.bases);
	xfi_module_free(&rewrite.module);
	return hr;
}
