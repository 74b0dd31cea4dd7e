/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "card.h"

/* What is drawn is copied afterwards, and drawn over the next time. */
static int make_render_pass(struct gpu *gpu, struct card *card)
{
	const VkAttachmentDescription attachment = { .format = VK_FORMAT_R8G8B8A8_UNORM,
		.samples = VK_SAMPLE_COUNT_1_BIT,
		.loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
		.storeOp = VK_ATTACHMENT_STORE_OP_STORE,
		.stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
		.stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
		.initialLayout = VK_IMAGE_LAYOUT_UNDEFINED,
		.finalLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL };
	const VkAttachmentReference colour = { 0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL };
	const VkSubpassDescription subpass = { .pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
		.colorAttachmentCount = 1,
		.pColorAttachments = &colour };
	const VkSubpassDependency dependencies[] = {
		{ .srcSubpass = VK_SUBPASS_EXTERNAL,
			.srcStageMask = VK_PIPELINE_STAGE_TRANSFER_BIT,
			.srcAccessMask = VK_ACCESS_TRANSFER_READ_BIT,
			.dstStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT,
			.dstAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT },
		{ .dstSubpass = VK_SUBPASS_EXTERNAL,
			.srcStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT,
			.srcAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT,
			.dstStageMask = VK_PIPELINE_STAGE_TRANSFER_BIT,
			.dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT },
	};
	const VkRenderPassCreateInfo info = { .sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
		.attachmentCount = 1,
		.pAttachments = &attachment,
		.subpassCount = 1,
		.pSubpasses = &subpass,
		.dependencyCount = 2,
		.pDependencies = dependencies };
	return gpu_result(gpu->CreateRenderPass(gpu->h.device, &info, NULL, &card->render_pass));
}

static int make_framebuffer(struct gpu *gpu, struct card *card)
{
	const VkFramebufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
		.renderPass = card->render_pass,
		.attachmentCount = 1,
		.pAttachments = &card->target.view,
		.width = card->size_px[0],
		.height = card->size_px[1],
		.layers = 1 };
	return gpu_result(gpu->CreateFramebuffer(gpu->h.device, &info, NULL, &card->framebuffer));
}

/* One triangle, no depth, no blending. */
static int make_pipeline(
	struct gpu *gpu, struct card *card, const VkPipelineShaderStageCreateInfo stages[2])
{
	const VkViewport viewport = {
		.width = (float)card->size_px[0], .height = (float)card->size_px[1], .maxDepth = 1
	};
	const VkRect2D all = { .extent = { card->size_px[0], card->size_px[1] } };
	const VkPipelineVertexInputStateCreateInfo input = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO
	};
	const VkPipelineInputAssemblyStateCreateInfo assembly = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
		.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST
	};
	const VkPipelineViewportStateCreateInfo window = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
		.viewportCount = 1,
		.pViewports = &viewport,
		.scissorCount = 1,
		.pScissors = &all
	};
	const VkPipelineRasterizationStateCreateInfo raster = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO, .lineWidth = 1
	};
	const VkPipelineMultisampleStateCreateInfo samples = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
		.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT
	};
	const VkPipelineColorBlendAttachmentState channels = { .colorWriteMask = 0xf };
	const VkPipelineColorBlendStateCreateInfo blend = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
		.attachmentCount = 1,
		.pAttachments = &channels
	};
	const VkGraphicsPipelineCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
		.stageCount = 2,
		.pStages = stages,
		.pVertexInputState = &input,
		.pInputAssemblyState = &assembly,
		.pViewportState = &window,
		.pRasterizationState = &raster,
		.pMultisampleState = &samples,
		.pColorBlendState = &blend,
		.layout = card->pass.layout,
		.renderPass = card->render_pass
	};
	return gpu_result(gpu->CreateGraphicsPipelines(
		gpu->h.device, VK_NULL_HANDLE, 1, &info, NULL, &card->pass.pipeline));
}

static int make_shaders(struct gpu *gpu, struct card *card)
{
	VkPipelineShaderStageCreateInfo stages[] = {
		{ .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
			.stage = VK_SHADER_STAGE_VERTEX_BIT,
			.pName = "main" },
		{ .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
			.stage = VK_SHADER_STAGE_FRAGMENT_BIT,
			.pName = "main" },
	};
	int r = pass_module(gpu, &shader_card_vertex, &stages[0].module);
	if (!r)
		r = pass_module(gpu, &shader_card_fragment, &stages[1].module);
	if (!r)
		r = make_pipeline(gpu, card, stages);
	gpu->DestroyShaderModule(gpu->h.device, stages[0].module, NULL);
	gpu->DestroyShaderModule(gpu->h.device, stages[1].module, NULL);
	return r;
}

static int make_pass(struct gpu *gpu, const struct gpu_surfaces *surfaces, struct card *card)
{
	static const VkDescriptorType types[] = { VK_DESCRIPTOR_TYPE_STORAGE_IMAGE };
	const struct pass_params params = {
		.bindings = types, .n_bindings = 1, .push_bytes = sizeof(card->size_px)
	};
	int r = pass_make_layout(gpu, &params, VK_SHADER_STAGE_FRAGMENT_BIT, &card->pass);
	if (!r)
		r = make_shaders(gpu, card);
	for (uint32_t i = 0; !r && i < surfaces->count; i++)
		r = pass_set(gpu, &card->pass, &(struct gpu_binding){ .view = surfaces->views[i] },
			&card->sets[i]);
	return r;
}

int card_make(struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t width_px,
	uint32_t height_px, struct card *ret_card)
{
	*ret_card = (struct card){ .size_px = { width_px, height_px } };
	int r = gpu_target_make(gpu, width_px, height_px, &ret_card->target);
	if (!r)
		r = gpu_buffer_make(gpu, (size_t)width_px * height_px * 4, true, &ret_card->pixels);
	if (!r)
		r = make_render_pass(gpu, ret_card);
	if (!r)
		r = make_framebuffer(gpu, ret_card);
	return r ? r : make_pass(gpu, surfaces, ret_card);
}

void card_finish(struct gpu *gpu, struct card *card)
{
	pass_finish(gpu, &card->pass);
	if (card->framebuffer)
		gpu->DestroyFramebuffer(gpu->h.device, card->framebuffer, NULL);
	if (card->render_pass)
		gpu->DestroyRenderPass(gpu->h.device, card->render_pass, NULL);
	gpu_buffer_finish(gpu, &card->pixels);
	gpu_target_finish(gpu, &card->target);
}

static void copy(struct gpu *gpu, const struct card *card)
{
	const VkBufferImageCopy all = { .imageSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1 },
		.imageExtent = { card->size_px[0], card->size_px[1], 1 } };
	gpu->CmdCopyImageToBuffer(gpu->commands, card->target.image,
		VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, card->pixels.buffer, 1, &all);
	gpu_barrier(gpu, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
		VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
}

void card_draw(struct gpu *gpu, const struct card *card, uint32_t index)
{
	const VkRenderPassBeginInfo begin = { .sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
		.renderPass = card->render_pass,
		.framebuffer = card->framebuffer,
		.renderArea = { .extent = { card->size_px[0], card->size_px[1] } } };
	gpu->CmdBeginRenderPass(gpu->commands, &begin, VK_SUBPASS_CONTENTS_INLINE);
	pass_bind(gpu, &card->pass, card->sets[index], card->size_px);
	gpu->CmdDraw(gpu->commands, 3, 1, 0, 0);
	gpu->CmdEndRenderPass(gpu->commands);
	copy(gpu, card);
}
