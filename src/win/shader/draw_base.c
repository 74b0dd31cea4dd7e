/* SPDX-License-Identifier: MIT */
/* Numbers of vertices and instances that begin with each draw. */
#include "win/shader/draw_base.h"

#include "win/shader/rewrite.h"

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

struct draw_base {
	struct xfi_rewrite rewrite;
	uint32_t *bases; /* by a variable's id: that of the one to subtract, 0: none */
	bool is_placed;
};

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
static bool find(struct draw_base *base)
{
	const struct xfi_module *module = &base->rewrite.module;
	const uint32_t first = base->rewrite.next_id;
	for (uint32_t id = 1; id < module->n_ids; id++)
		if (is_number(module, &module->ids[id]))
			base->bases[id] = base->rewrite.next_id++;
	return base->rewrite.next_id > first;
}

/* 0 is no id, so a word beyond an instruction's end has no base. */
static uint32_t base_of(const struct draw_base *base, uint32_t id)
{
	return id < base->rewrite.module.n_ids ? base->bases[id] : 0;
}

/* Behind the capabilities that there are, of which one must be Shader. */
static void put_capability(struct draw_base *base)
{
	static const char name[32] = "SPV_KHR_shader_draw_parameters";
	uint32_t text[sizeof(name) / 4];
	base->is_placed = true;
	XFI_PUT(&base->rewrite, XFI_OP_CAPABILITY, XFI_CAPABILITY_DRAW_PARAMETERS);
	memcpy(text, name, sizeof(name));
	if (base->rewrite.module.words[1] < VERSION_1_3)
		xfi_rewrite_put(&base->rewrite, OP_EXTENSION, text, ARRAYSIZE(text));
}

/* What the entry point reads goes behind all that it has. */
static void put_entry(struct draw_base *base, uint32_t at)
{
	const struct xfi_module *module = &base->rewrite.module;
	const uint32_t name = (uint32_t)strlen(xfi_module_text(module, at, 3)) / 4 + 1;
	uint32_t *more = calloc(xfi_module_length(module, at), sizeof(*more)), n = 0;
	if (!more) {
		base->rewrite.hr = E_OUTOFMEMORY;
		return;
	}
	for (uint32_t i = 3 + name; i < xfi_module_length(module, at); i++)
		if (base_of(base, module->words[at + i]))
			more[n++] = base_of(base, module->words[at + i]);
	xfi_rewrite_extend(&base->rewrite, at, more, n);
	free(more);
}

static void put_decoration(struct draw_base *base, uint32_t id)
{
	const bool is_vertex = base->rewrite.module.ids[id].builtin == VERTEX_INDEX;
	XFI_PUT(&base->rewrite, XFI_OP_DECORATE, base_of(base, id), XFI_DECORATION_BUILTIN,
		is_vertex ? BASE_VERTEX : BASE_INSTANCE);
}

/* A load of each, whose difference has the result's id. */
static void put_load(struct draw_base *base, uint32_t at)
{
	struct xfi_rewrite *rewrite = &base->rewrite;
	const uint32_t *words = &rewrite->module.words[at], type = words[1];
	const uint32_t number = xfi_rewrite_result(
		rewrite, OP_LOAD, type, words + 3, xfi_module_length(&rewrite->module, at) - 3);
	const uint32_t first = XFI_RESULT(rewrite, OP_LOAD, type, base_of(base, words[3]));
	XFI_PUT(rewrite, OP_I_SUB, type, words[2], number, first);
}

static void put_instruction(struct draw_base *base, uint32_t at)
{
	struct xfi_rewrite *rewrite = &base->rewrite;
	const struct xfi_module *module = &rewrite->module;
	const uint32_t op = xfi_module_op(module, at);
	if (op != XFI_OP_CAPABILITY && !base->is_placed)
		put_capability(base);
	if (op == XFI_OP_ENTRY_POINT)
		put_entry(base, at);
	else if (op == OP_LOAD && base_of(base, xfi_module_word(module, at, 3)))
		put_load(base, at);
	else
		xfi_rewrite_copy(rewrite, at);
	if (op == XFI_OP_DECORATE && base_of(base, xfi_module_word(module, at, 1)) &&
		xfi_module_word(module, at, 2) == XFI_DECORATION_BUILTIN)
		put_decoration(base, xfi_module_word(module, at, 1));
	const uint32_t variable = xfi_module_word(module, at, 2);
	if (op == XFI_OP_VARIABLE && base_of(base, variable))
		XFI_PUT(rewrite, XFI_OP_VARIABLE, xfi_module_word(module, at, 1),
			base_of(base, variable), XFI_STORAGE_INPUT);
}

HRESULT xfi_draw_base_subtract(uint32_t **words, size_t *n, bool *ret_changed)
{
	struct draw_base base = { .is_placed = false };
	const struct xfi_module *module = &base.rewrite.module;
	*ret_changed = false;
	HRESULT hr = xfi_rewrite_begin(&base.rewrite, *words, *n);
	if (FAILED(hr))
		return hr;
	base.bases = calloc(module->n_ids + 1, sizeof(*base.bases));
	*ret_changed = base.bases && find(&base);
	if (*ret_changed) {
		for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at))
			put_instruction(&base, at);
		hr = xfi_rewrite_end(&base.rewrite, words, n);
	} else {
		hr = base.bases ? S_OK : E_OUTOFMEMORY;
		xfi_rewrite_abandon(&base.rewrite);
	}
	free(base.bases);
	return hr;
}
