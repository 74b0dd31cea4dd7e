/* SPDX-License-Identifier: MIT */
/* A shader that runs over a frame, and what it works on. */
#ifndef CROSSFENCE_DEMO_GPU_PASS_H
#define CROSSFENCE_DEMO_GPU_PASS_H

#include "gpu.h"
#include "shaders.h"

#define PASS_BINDINGS_MAX 3

/* A buffer, or else an image. */
struct gpu_binding {
	VkBuffer buffer;
	VkImageView view;
};

struct pass {
	VkDescriptorSetLayout bindings;
	VkPipelineLayout layout;
	VkPipeline pipeline;
	VkDescriptorType types[PASS_BINDINGS_MAX];
	uint32_t n_bindings, push_bytes;
	VkShaderStageFlags stages;
};

struct pass_params {
	const struct shader *shader;
	VkBool32 constant; /* of the shader's, number 0, where it has one */
	const VkDescriptorType *bindings;
	uint32_t n_bindings;
	uint32_t push_bytes;
};

/* Results as gpu.h. Finish after any of it. A compute pass: */
int pass_make(struct gpu *gpu, const struct pass_params *params, struct pass *ret_pass);
/* All but the pipeline. */
int pass_make_layout(struct gpu *gpu, const struct pass_params *params, VkShaderStageFlags stages,
	struct pass *ret_pass);
void pass_finish(struct gpu *gpu, struct pass *pass);

int pass_module(struct gpu *gpu, const struct shader *shader, VkShaderModule *ret_module);

/* What it is to work on; lives as long as the device. As many as the pass has bindings. */
int pass_set(struct gpu *gpu, const struct pass *pass, const struct gpu_binding *bindings,
	VkDescriptorSet *ret_set);

/* Records what a pass of any kind begins with: what it works on, and its push constants. */
void pass_bind(struct gpu *gpu, const struct pass *pass, VkDescriptorSet set, const void *push);
/* Records a compute pass: `across` times `down` groups. */
void pass_run(struct gpu *gpu, const struct pass *pass, VkDescriptorSet set, const void *push,
	uint32_t across, uint32_t down);

#endif
