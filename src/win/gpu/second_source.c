/* SPDX-License-Identifier: MIT */
#include "win/gpu/second_source.h"

#include <stdlib.h>
#include <string.h>

#include "win/shader/module.h"

enum { HEAD = 5, DECORATION_INDEX = 32 };

static bool is_second(D3D11_BLEND blend)
{
	return blend >= D3D11_BLEND_SRC1_COLOR && blend <= D3D11_BLEND_INV_SRC1_ALPHA;
}

bool xfi_gpu_has_second_source(const struct xfi_gpu_state *state)
{
	const D3D11_RENDER_TARGET_BLEND_DESC1 *blend = &state->blend.RenderTarget[0];
	return state->n_colours && blend->BlendEnable &&
	       (is_second(blend->SrcBlend) || is_second(blend->DestBlend) ||
		       is_second(blend->SrcBlendAlpha) || is_second(blend->DestBlendAlpha));
}

/* That a variable is output 1. */
static bool places_output(const struct xfi_module *module, uint32_t at)
{
	const uint32_t variable = xfi_module_at(module, xfi_module_word(module, at, 1));
	return xfi_module_op(module, at) == XFI_OP_DECORATE &&
	       xfi_module_word(module, at, 2) == XFI_DECORATION_LOCATION &&
	       xfi_module_word(module, at, 3) == 1 &&
	       xfi_module_op(module, variable) == XFI_OP_VARIABLE &&
	       xfi_module_word(module, variable, 3) == XFI_STORAGE_OUTPUT;
}

/* An instruction of four words becomes two at most, so twice the words are enough. */
static size_t rewrite(const struct xfi_module *module, uint32_t *words)
{
	size_t n = HEAD;
	memcpy(words, module->words, n * sizeof(*words));
	for (uint32_t at = HEAD; at < module->n_words; at += xfi_module_length(module, at)) {
		const uint32_t length = xfi_module_length(module, at);
		memcpy(&words[n], &module->words[at], length * sizeof(*words));
		n += length;
		if (!places_output(module, at))
			continue;
		words[n - 1] = 0;
		memcpy(&words[n], &module->words[at], length * sizeof(*words));
		words[n + 2] = DECORATION_INDEX;
		n += length;
	}
	return n;
}

int xfi_gpu_second_source(
	struct xfi_gpu *gpu, const struct xfi_gpu_program *ps, VkShaderModule *ret_module)
{
	const struct xfi_shader *shader = ps->shader;
	struct xfi_module module;
	if (FAILED(xfi_module_read(shader->spirv, shader->n_words * 4, &module)))
		return -ENOMEM; /* it was read before */
	uint32_t *words = malloc(shader->n_words * 2 * sizeof(*words));
	VkResult error = VK_ERROR_OUT_OF_HOST_MEMORY;
	if (words) {
		const VkShaderModuleCreateInfo info = {
			.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
			.codeSize = rewrite(&module, words) * sizeof(*words),
			.pCode = words
		};
		error = gpu->card->vk.CreateShaderModule(
			gpu->card->device, &info, NULL, ret_module);
	}
	free(words);
	xfi_module_free(&module);
	return error ? xfi_gpu_result(gpu, "vkCreateShaderModule", error) : 0;
}
