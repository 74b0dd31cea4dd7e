/* SPDX-License-Identifier: MIT */
#include "win/gpu/pipeline.h"

#include "win/gpu/pipeline_state.h"
#include "win/gpu/trash.h"

#define ROWS 256

struct entry {
	struct entry *next;
	uint64_t hash;
	struct xfi_gpu_state state; /* of compute pipelines only `vs` */
	struct xfi_gpu_pipeline made;
};

struct xfi_gpu_pipelines {
	struct entry *rows[ROWS];
	struct entry *last; /* that was asked for */
};

static uint64_t hash_of(const struct xfi_gpu_state *state)
{
	const unsigned char *bytes = (const unsigned char *)state;
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i + 8 <= sizeof(*state); i += 8) {
		uint64_t word;
		memcpy(&word, bytes + i, sizeof(word));
		hash = (hash ^ word) * UINT64_C(1099511628211);
		hash ^= hash >> 29;
	}
	return hash;
}

static int make_layout(struct xfi_gpu *gpu, const struct xfi_gpu_program *first,
	const struct xfi_gpu_program *second, VkPipelineLayout *ret_layout)
{
	const VkDescriptorSetLayout sets[] = { first->layout, second ? second->layout : NULL };
	const VkPipelineLayoutCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
		.setLayoutCount = second ? 2 : 1,
		.pSetLayouts = sets
	};
	VkResult error =
		gpu->card->vk.CreatePipelineLayout(gpu->card->device, &info, NULL, ret_layout);
	return error ? xfi_gpu_result(gpu, "vkCreatePipelineLayout", error) : 0;
}

static int make_compute(
	struct xfi_gpu *gpu, const struct xfi_gpu_program *cs, struct xfi_gpu_pipeline *made)
{
	const VkComputePipelineCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
		.stage = xfi_gpu_stage(cs),
		.layout = made->layout
	};
	VkResult error = gpu->card->vk.CreateComputePipelines(
		gpu->card->device, NULL, 1, &info, NULL, &made->pipeline);
	return error ? xfi_gpu_result(gpu, "vkCreateComputePipelines", error) : 0;
}

static void retire(struct xfi_gpu *gpu, struct entry *entry)
{
	XFI_GPU_RETIRE(gpu, XFI_GPU_PIPELINE, entry->made.pipeline);
	XFI_GPU_RETIRE(gpu, XFI_GPU_LAYOUT, entry->made.layout);
	free(entry);
}

static int make(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *vs, const struct xfi_gpu_program *ps, bool compute,
	struct entry **ret_entry)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->state = *state;
	int r = make_layout(gpu, vs, ps, &entry->made.layout);
	if (!r && compute)
		r = make_compute(gpu, vs, &entry->made);
	else if (!r)
		r = xfi_gpu_make_graphics(gpu, state, vs, ps, &entry->made);
	if (r)
		retire(gpu, entry);
	else
		*ret_entry = entry;
	return r;
}

static struct entry *look_up(
	struct xfi_gpu_pipelines *all, const struct xfi_gpu_state *state, uint64_t hash)
{
	struct entry *entry = all->rows[hash % ROWS];
	while (entry && (entry->hash != hash || memcmp(&entry->state, state, sizeof(*state))))
		entry = entry->next;
	return entry;
}

static int find(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *vs, const struct xfi_gpu_program *ps, bool compute,
	struct xfi_gpu_pipeline *ret_pipeline)
{
	struct xfi_gpu_pipelines *all = gpu->pipelines;
	if (!all)
		all = gpu->pipelines = calloc(1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	if (!all->last || memcmp(&all->last->state, state, sizeof(*state))) {
		const uint64_t hash = hash_of(state);
		struct entry *entry = look_up(all, state, hash);
		int r = entry ? 0 : make(gpu, state, vs, ps, compute, &entry);
		if (r)
			return r;
		if (!entry->hash) {
			entry->hash = hash;
			entry->next = all->rows[hash % ROWS];
			all->rows[hash % ROWS] = entry;
		}
		all->last = entry;
	}
	*ret_pipeline = all->last->made;
	return 0;
}

int xfi_gpu_graphics_pipeline(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *vs, const struct xfi_gpu_program *ps,
	struct xfi_gpu_pipeline *ret_pipeline)
{
	return find(gpu, state, vs, ps, false, ret_pipeline);
}

int xfi_gpu_compute_pipeline(struct xfi_gpu *gpu, const struct xfi_gpu_program *cs,
	struct xfi_gpu_pipeline *ret_pipeline)
{
	struct xfi_gpu_state state;
	memset(&state, 0, sizeof(state));
	state.vs = cs->id;
	return find(gpu, &state, cs, NULL, true, ret_pipeline);
}

/* `program` 0: all. */
static void forget(struct xfi_gpu *gpu, uint64_t program)
{
	struct xfi_gpu_pipelines *all = gpu->pipelines;
	for (int i = 0; all && i < ROWS; i++) {
		struct entry **link = &all->rows[i];
		while (*link) {
			struct entry *entry = *link;
			if (program && entry->state.vs != program && entry->state.ps != program) {
				link = &entry->next;
				continue;
			}
			*link = entry->next;
			retire(gpu, entry);
		}
	}
	if (all)
		all->last = NULL;
}

void xfi_gpu_pipelines_forget(struct xfi_gpu *gpu, uint64_t program)
{
	forget(gpu, program);
}

void xfi_gpu_pipelines_free(struct xfi_gpu *gpu)
{
	forget(gpu, 0);
	free(gpu->pipelines);
	gpu->pipelines = NULL;
}
