/* SPDX-License-Identifier: MIT */
#include "win/gpu/program.h"

#include <stdlib.h>
#include <string.h>

#include "win/gpu/pipeline.h"
#include "win/gpu/trash.h"

static VkDescriptorType type_of(
	const struct xfi_gpu_program *program, const struct xfi_shader_binding *binding)
{
	switch (binding->kind) {
	case XFI_BINDING_CB:
		return program->is_dynamic ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC
					   : VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
	case XFI_BINDING_SAMPLER:
		return VK_DESCRIPTOR_TYPE_SAMPLER;
	case XFI_BINDING_SRV:
		return !binding->is_buffer	? VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE
		       : binding->is_structured ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
						: VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
	default:
		return !binding->is_buffer	? VK_DESCRIPTOR_TYPE_STORAGE_IMAGE
		       : binding->is_structured ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
						: VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER;
	}
}

static uint32_t number_of(const struct xfi_shader_binding *binding)
{
	return binding->is_counter ? XFI_BINDING_COUNTER + binding->reg
				   : xfi_binding_base(binding->kind) + binding->reg;
}

static VkShaderStageFlags stage_of(enum xfi_shader_stage stage)
{
	return stage == XFI_SHADER_VS	? VK_SHADER_STAGE_VERTEX_BIT
	       : stage == XFI_SHADER_PS ? VK_SHADER_STAGE_FRAGMENT_BIT
					: VK_SHADER_STAGE_COMPUTE_BIT;
}

static int make_layout(struct xfi_gpu *gpu, struct xfi_gpu_program *program)
{
	const struct xfi_shader *shader = program->shader;
	VkDescriptorSetLayoutBinding *list = calloc(shader->n_bindings + 1, sizeof(*list));
	const VkDescriptorSetLayoutCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
		.bindingCount = shader->n_bindings,
		.pBindings = list
	};
	if (!list)
		return -ENOMEM;
	for (UINT i = 0; i < shader->n_bindings; i++)
		list[i] = (VkDescriptorSetLayoutBinding){ number_of(&shader->bindings[i]),
			type_of(program, &shader->bindings[i]), shader->bindings[i].count,
			stage_of(shader->stage), NULL };
	VkResult error = gpu->card->vk.CreateDescriptorSetLayout(
		gpu->card->device, &info, NULL, &program->layout);
	free(list);
	return error ? xfi_gpu_result(gpu, "vkCreateDescriptorSetLayout", error) : 0;
}

static int make_module(struct xfi_gpu *gpu, struct xfi_gpu_program *program)
{
	const VkShaderModuleCreateInfo info = { .sType =
							VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = program->shader->n_words * sizeof(uint32_t),
		.pCode = program->shader->spirv };
	VkResult error =
		gpu->card->vk.CreateShaderModule(gpu->card->device, &info, NULL, &program->module);
	return error ? xfi_gpu_result(gpu, "vkCreateShaderModule", error) : 0;
}

static int make_last(struct xfi_gpu_program *program)
{
	const struct xfi_shader *shader = program->shader;
	uint32_t constants = 0;
	for (UINT i = 0; i < shader->n_bindings; i++) {
		program->n_bound += shader->bindings[i].count;
		if (shader->bindings[i].kind == XFI_BINDING_CB)
			constants += shader->bindings[i].count;
	}
	program->is_dynamic = constants <= XFI_GPU_DYNAMIC;
	program->last = calloc(program->n_bound + 1, sizeof(*program->last));
	return program->last ? 0 : -ENOMEM;
}

/* Without the feature it would draw something else, or the driver would do anything. */
static int look(const struct xfi_gpu *gpu, const struct xfi_shader *shader)
{
	const struct xfi_card *card = gpu->card;
	if (!shader->needs_draw_parameters || card->has_draw_parameters)
		return 0;
	return xf_fail(-EOPNOTSUPP,
		"drawing: a vertex shader that asks for SV_VertexID or SV_InstanceID needs "
		"shaderDrawParameters, which %s lacks",
		card->properties.deviceName);
}

int xfi_gpu_program_create(
	struct xfi_gpu *gpu, const struct xfi_shader *shader, struct xfi_gpu_program **ret_program)
{
	static _Atomic uint64_t last_id;
	int r = look(gpu, shader);
	if (r)
		return r;
	struct xfi_gpu_program *program = calloc(1, sizeof(*program));
	if (!program)
		return -ENOMEM;
	program->id = atomic_fetch_add(&last_id, 1) + 1;
	program->shader = shader;
	r = make_last(program);
	if (!r)
		r = make_module(gpu, program);
	if (!r)
		r = make_layout(gpu, program);
	if (r)
		xfi_gpu_program_destroy(gpu, program);
	else
		*ret_program = program;
	return r;
}

void xfi_gpu_program_destroy(struct xfi_gpu *gpu, struct xfi_gpu_program *program)
{
	if (!program)
		return;
	xfi_gpu_pipelines_forget(gpu, program->id);
	XFI_GPU_RETIRE(gpu, XFI_GPU_MODULE, program->module);
	XFI_GPU_RETIRE(gpu, XFI_GPU_SET_LAYOUT, program->layout);
	free(program->last);
	free(program);
}

/* Each piece of information is in an array of its own: those of one binding lie together there. */
struct writes {
	VkDescriptorBufferInfo *buffers;
	VkDescriptorImageInfo *images;
	VkBufferView *views;
};

static void write_one(const struct xfi_gpu_program *program,
	const struct xfi_shader_binding *binding, VkDescriptorSet set, const struct writes *at,
	VkWriteDescriptorSet *write)
{
	*write = (VkWriteDescriptorSet){ .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
		.dstSet = set,
		.dstBinding = number_of(binding),
		.descriptorCount = binding->count,
		.descriptorType = type_of(program, binding),
		.pImageInfo = at->images,
		.pBufferInfo = at->buffers,
		.pTexelBufferView = at->views };
}

static void write_all(struct xfi_gpu *gpu, const struct xfi_gpu_program *program,
	VkDescriptorSet set, struct writes at, VkWriteDescriptorSet *list)
{
	const struct xfi_shader *shader = program->shader;
	for (UINT i = 0; i < shader->n_bindings; i++) {
		const struct xfi_shader_binding *binding = &shader->bindings[i];
		write_one(program, binding, set, &at, &list[i]);
		at.buffers += binding->count;
		at.images += binding->count;
		at.views += binding->count;
	}
	gpu->card->vk.UpdateDescriptorSets(gpu->card->device, shader->n_bindings, list, 0, NULL);
}

static int make_set(struct xfi_gpu *gpu, struct xfi_batch *batch,
	const struct xfi_gpu_program *program, const struct xfi_gpu_bound *bound,
	VkDescriptorSet *ret_set)
{
	const UINT n = program->n_bound;
	int r = xfi_batch_set(gpu, batch, program->layout, ret_set);
	if (r || !n)
		return r;
	const size_t bytes = program->shader->n_bindings * sizeof(VkWriteDescriptorSet) +
			     n * sizeof(struct xfi_gpu_bound);
	VkWriteDescriptorSet *list = malloc(bytes);
	if (!list)
		return -ENOMEM;
	struct writes at = { .buffers = (void *)(list + program->shader->n_bindings) };
	at.images = (void *)(at.buffers + n);
	at.views = (void *)(at.images + n);
	for (UINT i = 0; i < n; i++) {
		at.buffers[i] = bound[i].buffer;
		at.images[i] = bound[i].image;
		at.views[i] = bound[i].view;
	}
	write_all(gpu, program, *ret_set, at, list);
	free(list);
	return 0;
}

/* Offsets go in the order of the bindings' numbers, whatever order the shader has them in. */
uint32_t xfi_gpu_program_place(const struct xfi_gpu_program *program, UINT reg)
{
	const struct xfi_shader *shader = program->shader;
	uint32_t before = program->is_dynamic ? 0 : XFI_GPU_DYNAMIC;
	for (UINT i = 0; i < shader->n_bindings; i++) {
		const struct xfi_shader_binding *binding = &shader->bindings[i];
		if (binding->kind == XFI_BINDING_CB && binding->reg < reg)
			before += reg - binding->reg < binding->count ? reg - binding->reg
								      : binding->count;
	}
	return before;
}

static void take_offsets(
	const struct xfi_gpu_program *program, struct xfi_gpu_bound *bound, struct xfi_gpu_set *set)
{
	const struct xfi_shader *shader = program->shader;
	for (UINT i = 0; i < shader->n_bindings; i++)
		for (UINT j = 0; j < shader->bindings[i].count; j++, bound++) {
			if (shader->bindings[i].kind != XFI_BINDING_CB)
				continue;
			const uint32_t place =
				xfi_gpu_program_place(program, shader->bindings[i].reg + j);
			set->offsets[place] = (uint32_t)bound->buffer.offset;
			bound->buffer.offset = 0;
			set->n_offsets++;
		}
}

/* Objects that end during a batch outlive it; so the same bytes are the same objects. */
int xfi_gpu_program_set(struct xfi_gpu *gpu, struct xfi_batch *batch,
	struct xfi_gpu_program *program, struct xfi_gpu_bound *bound, struct xfi_gpu_set *ret_set)
{
	const size_t bytes = program->n_bound * sizeof(*bound);
	ret_set->n_offsets = 0;
	if (program->is_dynamic)
		take_offsets(program, bound, ret_set);
	if (program->last_batch != batch->number || memcmp(program->last, bound, bytes)) {
		program->last_batch = 0;
		int r = make_set(gpu, batch, program, bound, &program->last_set);
		if (r)
			return r;
		memcpy(program->last, bound, bytes);
		program->last_batch = batch->number;
	}
	ret_set->set = program->last_set;
	return 0;
}
