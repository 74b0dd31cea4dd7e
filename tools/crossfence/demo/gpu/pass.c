/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "pass.h"

int pass_module(struct gpu *gpu, const struct shader *shader, VkShaderModule *ret_module)
{
	const VkShaderModuleCreateInfo info = { .sType =
							VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = shader->size_bytes,
		.pCode = shader->code };
	return gpu_result(gpu->CreateShaderModule(gpu->h.device, &info, NULL, ret_module));
}

int pass_make_layout(struct gpu *gpu, const struct pass_params *params, VkShaderStageFlags stages,
	struct pass *ret_pass)
{
	VkDescriptorSetLayoutBinding bindings[PASS_BINDINGS_MAX];
	const VkPushConstantRange push = { stages, 0, params->push_bytes };
	for (uint32_t i = 0; i < params->n_bindings; i++)
		bindings[i] = (VkDescriptorSetLayoutBinding){ .binding = i,
			.descriptorType = params->bindings[i],
			.descriptorCount = 1,
			.stageFlags = stages };
	const VkDescriptorSetLayoutCreateInfo set = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
		.bindingCount = params->n_bindings,
		.pBindings = bindings
	};
	const VkPipelineLayoutCreateInfo layout = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
		.setLayoutCount = 1,
		.pSetLayouts = &ret_pass->bindings,
		.pushConstantRangeCount = params->push_bytes != 0,
		.pPushConstantRanges = &push
	};
	*ret_pass = (struct pass){
		.n_bindings = params->n_bindings, .push_bytes = params->push_bytes, .stages = stages
	};
	memcpy(ret_pass->types, params->bindings, params->n_bindings * sizeof(*params->bindings));
	int r = gpu_result(
		gpu->CreateDescriptorSetLayout(gpu->h.device, &set, NULL, &ret_pass->bindings));
	return r ? r
		 : gpu_result(gpu->CreatePipelineLayout(
			   gpu->h.device, &layout, NULL, &ret_pass->layout));
}

int pass_make(struct gpu *gpu, const struct pass_params *params, struct pass *ret_pass)
{
	const VkSpecializationMapEntry entry = { 0, 0, sizeof(params->constant) };
	const VkSpecializationInfo constants = { 1, &entry, sizeof(params->constant),
		&params->constant };
	VkComputePipelineCreateInfo info = { .sType =
						     VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
		.stage = { .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
			.stage = VK_SHADER_STAGE_COMPUTE_BIT,
			.pName = "main",
			.pSpecializationInfo = &constants } };
	int r = pass_make_layout(gpu, params, VK_SHADER_STAGE_COMPUTE_BIT, ret_pass);
	if (!r)
		r = pass_module(gpu, params->shader, &info.stage.module);
	if (r)
		return r;
	info.layout = ret_pass->layout;
	r = gpu_result(gpu->CreateComputePipelines(
		gpu->h.device, VK_NULL_HANDLE, 1, &info, NULL, &ret_pass->pipeline));
	gpu->DestroyShaderModule(gpu->h.device, info.stage.module, NULL);
	return r;
}

void pass_finish(struct gpu *gpu, struct pass *pass)
{
	if (pass->pipeline)
		gpu->DestroyPipeline(gpu->h.device, pass->pipeline, NULL);
	if (pass->layout)
		gpu->DestroyPipelineLayout(gpu->h.device, pass->layout, NULL);
	if (pass->bindings)
		gpu->DestroyDescriptorSetLayout(gpu->h.device, pass->bindings, NULL);
	*pass = (struct pass){ 0 };
}

int pass_set(struct gpu *gpu, const struct pass *pass, const struct gpu_binding *bindings,
	VkDescriptorSet *ret_set)
{
	const VkDescriptorSetAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
		.descriptorPool = gpu->sets,
		.descriptorSetCount = 1,
		.pSetLayouts = &pass->bindings
	};
	VkWriteDescriptorSet writes[PASS_BINDINGS_MAX];
	VkDescriptorBufferInfo buffers[PASS_BINDINGS_MAX];
	VkDescriptorImageInfo images[PASS_BINDINGS_MAX];
	int r = gpu_result(gpu->AllocateDescriptorSets(gpu->h.device, &info, ret_set));
	if (r)
		return r;
	for (uint32_t i = 0; i < pass->n_bindings; i++) {
		buffers[i] = (VkDescriptorBufferInfo){ bindings[i].buffer, 0, VK_WHOLE_SIZE };
		images[i] = (VkDescriptorImageInfo){ .imageView = bindings[i].view,
			.imageLayout = VK_IMAGE_LAYOUT_GENERAL };
		writes[i] = (VkWriteDescriptorSet){ .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstSet = *ret_set,
			.dstBinding = i,
			.descriptorCount = 1,
			.descriptorType = pass->types[i],
			.pBufferInfo = &buffers[i],
			.pImageInfo = &images[i] };
	}
	gpu->UpdateDescriptorSets(gpu->h.device, pass->n_bindings, writes, 0, NULL);
	return 0;
}

void pass_bind(struct gpu *gpu, const struct pass *pass, VkDescriptorSet set, const void *push)
{
	VkPipelineBindPoint point = pass->stages == VK_SHADER_STAGE_COMPUTE_BIT
					    ? VK_PIPELINE_BIND_POINT_COMPUTE
					    : VK_PIPELINE_BIND_POINT_GRAPHICS;
	gpu->CmdBindPipeline(gpu->commands, point, pass->pipeline);
	gpu->CmdBindDescriptorSets(gpu->commands, point, pass->layout, 0, 1, &set, 0, NULL);
	if (pass->push_bytes)
		gpu->CmdPushConstants(
			gpu->commands, pass->layout, pass->stages, 0, pass->push_bytes, push);
}

void pass_run(struct gpu *gpu, const struct pass *pass, VkDescriptorSet set, const void *push,
	uint32_t across, uint32_t down)
{
	pass_bind(gpu, pass, set, push);
	gpu->CmdDispatch(gpu->commands, across, down, 1);
}
