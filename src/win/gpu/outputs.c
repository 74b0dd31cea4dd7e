/* SPDX-License-Identifier: MIT */
#include "win/gpu/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "win/shader/module.h"

enum {
	HEAD = 5,
	DECORATION_INDEX = 32,
	OP_LOAD = 61,
	OP_STORE = 62,
	OP_VECTOR_SHUFFLE = 79,
	OP_RETURN = 253,
	DECORATION_WORDS = 4,
};

struct rewrite {
	struct xfi_module module;
	const struct xfi_gpu_state *state;
	bool has_second;
	uint32_t *words; /* NULL: only counted */
	size_t n;
	uint32_t next_id;
	bool is_entry; /* within an entry point's function */
};

static bool is_second(D3D11_BLEND blend)
{
	return blend >= D3D11_BLEND_SRC1_COLOR && blend <= D3D11_BLEND_INV_SRC1_ALPHA;
}

static bool has_second(const struct xfi_gpu_state *state)
{
	const D3D11_RENDER_TARGET_BLEND_DESC1 *blend = &state->blend.RenderTarget[0];
	return state->n_colours && blend->BlendEnable &&
	       (is_second(blend->SrcBlend) || is_second(blend->DestBlend) ||
		       is_second(blend->SrcBlendAlpha) || is_second(blend->DestBlendAlpha));
}

bool xfi_gpu_outputs_differ(const struct xfi_gpu_state *state)
{
	return state->alpha_only || has_second(state);
}

static void put(struct rewrite *rewrite, const uint32_t *words, uint32_t n)
{
	if (rewrite->words)
		memcpy(&rewrite->words[rewrite->n], words, n * sizeof(*words));
	rewrite->n += n;
}

/* The location of an output variable, or XFI_SPIRV_NONE. */
static uint32_t location_of(const struct xfi_module *module, uint32_t id)
{
	const struct xfi_module_id *known = xfi_module_id(module, id);
	return xfi_module_op(module, known->at) == XFI_OP_VARIABLE &&
			       xfi_module_word(module, known->at, 3) == XFI_STORAGE_OUTPUT
		       ? known->location
		       : XFI_SPIRV_NONE;
}

/* That a variable is output 1: it becomes output 0's other source. */
static void put_decoration(struct rewrite *rewrite, uint32_t at)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t id = xfi_module_word(module, at, 1), op = module->words[at];
	if (!rewrite->has_second || xfi_module_word(module, at, 2) != XFI_DECORATION_LOCATION ||
		location_of(module, id) != 1) {
		put(rewrite, &module->words[at], xfi_module_length(module, at));
		return;
	}
	put(rewrite, (uint32_t[]){ op, id, XFI_DECORATION_LOCATION, 0 }, DECORATION_WORDS);
	put(rewrite, (uint32_t[]){ op, id, DECORATION_INDEX, 1 }, DECORATION_WORDS);
}

/* Of four components; 0: none. */
static uint32_t vector_type(const struct xfi_module *module, uint32_t id)
{
	const uint32_t pointer =
		xfi_module_at(module, xfi_module_word(module, xfi_module_at(module, id), 1));
	const uint32_t type = xfi_module_word(module, pointer, 3);
	const uint32_t at = xfi_module_at(module, type);
	return xfi_module_op(module, at) == XFI_OP_TYPE_VECTOR &&
			       xfi_module_word(module, at, 3) == 4
		       ? type
		       : 0;
}

/* Before the shader returns every component becomes alpha. */
static void put_alpha(struct rewrite *rewrite, uint32_t id, uint32_t type)
{
	const uint32_t loaded = rewrite->next_id++, alpha = rewrite->next_id++;
	put(rewrite, (uint32_t[]){ OP_LOAD | 4 << 16, type, loaded, id }, 4);
	put(rewrite,
		(uint32_t[]){
			OP_VECTOR_SHUFFLE | 9 << 16, type, alpha, loaded, loaded, 3, 3, 3, 3 },
		9);
	put(rewrite, (uint32_t[]){ OP_STORE | 3 << 16, id, alpha }, 3);
}

static void put_alphas(struct rewrite *rewrite)
{
	const struct xfi_module *module = &rewrite->module;
	for (uint32_t id = 1; id < module->n_ids; id++) {
		const uint32_t location = location_of(module, id);
		if (location < 8 && rewrite->state->alpha_only >> location & 1 &&
			vector_type(module, id))
			put_alpha(rewrite, id, vector_type(module, id));
	}
}

static bool is_entry(const struct xfi_module *module, uint32_t function)
{
	uint32_t at = 0;
	while (xfi_module_next(module, XFI_OP_ENTRY_POINT, &at))
		if (xfi_module_word(module, at, 2) == function)
			return true;
	return false;
}

static void put_instruction(struct rewrite *rewrite, uint32_t at)
{
	const struct xfi_module *module = &rewrite->module;
	const uint32_t op = xfi_module_op(module, at);
	if (op == XFI_OP_DECORATE) {
		put_decoration(rewrite, at);
		return;
	}
	if (op == XFI_OP_FUNCTION)
		rewrite->is_entry = is_entry(module, xfi_module_word(module, at, 2));
	if (op == OP_RETURN && rewrite->is_entry)
		put_alphas(rewrite);
	put(rewrite, &module->words[at], xfi_module_length(module, at));
}

static void put_all(struct rewrite *rewrite)
{
	const struct xfi_module *module = &rewrite->module;
	rewrite->n = 0;
	rewrite->next_id = module->n_ids;
	put(rewrite, module->words, HEAD);
	for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at))
		put_instruction(rewrite, at);
	if (rewrite->words)
		rewrite->words[3] = rewrite->next_id;
}

static int make(struct xfi_gpu *gpu, const struct rewrite *rewrite, VkShaderModule *ret_module)
{
	const VkShaderModuleCreateInfo info = { .sType =
							VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = rewrite->n * sizeof(uint32_t),
		.pCode = rewrite->words };
	VkResult error =
		gpu->card->vk.CreateShaderModule(gpu->card->device, &info, NULL, ret_module);
	return error ? xfi_gpu_result(gpu, "vkCreateShaderModule", error) : 0;
}

int xfi_gpu_outputs_module(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *ps, VkShaderModule *ret_module)
{
	struct rewrite rewrite = { .state = state, .has_second = has_second(state) };
	int r = -ENOMEM;
	if (FAILED(xfi_module_read(ps->shader->spirv, ps->shader->n_words * 4, &rewrite.module)))
		return r; /* it could be read before */
	put_all(&rewrite);
	rewrite.words = malloc(rewrite.n * sizeof(*rewrite.words));
	if (rewrite.words) {
		put_all(&rewrite);
		r = make(gpu, &rewrite, ret_module);
	}
	free(rewrite.words);
	xfi_module_free(&rewrite.module);
	return r;
}
