/* SPDX-License-Identifier: MIT */
/* Program: a shader on the device, and the layout of its descriptor set. */
#ifndef XFI_WIN_GPU_PROGRAM_H
#define XFI_WIN_GPU_PROGRAM_H

#include "win/gpu/batch.h"
#include "win/shader/shader.h"

struct xfi_gpu_program {
	uint64_t id; /* never used again */
	const struct xfi_shader *shader; /* borrowed */
	VkShaderModule module;
	VkDescriptorSetLayout layout;
};

/* What one descriptor is; of the members that which the type needs. */
struct xfi_gpu_bound {
	VkDescriptorBufferInfo buffer;
	VkDescriptorImageInfo image;
	VkBufferView view;
};

int xfi_gpu_program_create(
	struct xfi_gpu *gpu, const struct xfi_shader *shader, struct xfi_gpu_program **ret_program);

/* Its pipelines go with it. NULL is allowed. */
void xfi_gpu_program_destroy(struct xfi_gpu *gpu, struct xfi_gpu_program *program);

VkDescriptorType xfi_gpu_binding_type(const struct xfi_shader_binding *binding);

/* Descriptors of all bindings, one after the other in the shader's order, for the next command. */
int xfi_gpu_program_set(struct xfi_gpu *gpu, struct xfi_batch *batch,
	const struct xfi_gpu_program *program, const struct xfi_gpu_bound *bound,
	VkDescriptorSet *ret_set);

#endif
