/* SPDX-License-Identifier: MIT */
/* Program: a shader on the device, and the layout of its descriptor set. */
#ifndef XFI_WIN_GPU_PROGRAM_H
#define XFI_WIN_GPU_PROGRAM_H

#include "win/gpu/batch.h"
#include "win/shader/shader.h"

/* What one descriptor is; of the members that which the type needs. */
struct xfi_gpu_bound {
	VkDescriptorBufferInfo buffer;
	VkDescriptorImageInfo image;
	VkBufferView view;
};

#define XFI_GPU_DYNAMIC 4u /* constant buffers of a stage; a device has 8 for both at least */

/* A set, and the dynamic offsets that go with it. */
struct xfi_gpu_set {
	VkDescriptorSet set;
	uint32_t n_offsets, offsets[XFI_GPU_DYNAMIC];
};

/*
 * Where constant buffers are few, their offsets are dynamic: between draws whose constants alone
 * differ the set stays the same, and drivers are asked for nothing.
 */
struct xfi_gpu_program {
	uint64_t id; /* never used again */
	const struct xfi_shader *shader; /* borrowed */
	VkShaderModule module;
	VkDescriptorSetLayout layout;
	bool is_dynamic;
	uint32_t n_bound; /* descriptors */
	struct xfi_gpu_bound *last; /* what the last set has, offsets that are dynamic being 0 */
	VkDescriptorSet last_set;
	uint64_t last_batch; /* in which that set may be used; 0: none */
};

int xfi_gpu_program_create(
	struct xfi_gpu *gpu, const struct xfi_shader *shader, struct xfi_gpu_program **ret_program);

/* Its pipelines go with it. NULL is allowed. */
void xfi_gpu_program_destroy(struct xfi_gpu *gpu, struct xfi_gpu_program *program);

/* Descriptors of all bindings, one after the other in the shader's order, for the next command.
 * `bound` is changed. */
int xfi_gpu_program_set(struct xfi_gpu *gpu, struct xfi_batch *batch,
	struct xfi_gpu_program *program, struct xfi_gpu_bound *bound, struct xfi_gpu_set *ret_set);

/* Which of the set's offsets is that of a constant buffer; XFI_GPU_DYNAMIC or more: none is. */
uint32_t xfi_gpu_program_place(const struct xfi_gpu_program *program, UINT reg);

#endif
