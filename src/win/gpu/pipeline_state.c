/* SPDX-License-Identifier: MIT */
/*
 * D3D numbers comparisons and stencil operations as Vulkan does, but for where they begin.
 * Viewports are upside down there, which keeps the sense of a triangle.
 */
#include "win/gpu/pipeline_state.h"

#include "win/gpu/outputs.h"

VkPipelineShaderStageCreateInfo xfi_gpu_stage(const struct xfi_gpu_program *program)
{
	static const VkShaderStageFlagBits stages[] = { VK_SHADER_STAGE_VERTEX_BIT,
		VK_SHADER_STAGE_FRAGMENT_BIT, VK_SHADER_STAGE_COMPUTE_BIT };
	return (VkPipelineShaderStageCreateInfo){
		.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
		.stage = stages[program->shader->stage],
		.module = program->module,
		.pName = program->shader->entry
	};
}

static VkPrimitiveTopology topology_of(D3D11_PRIMITIVE_TOPOLOGY topology)
{
	switch (topology) {
	case D3D11_PRIMITIVE_TOPOLOGY_POINTLIST:
		return VK_PRIMITIVE_TOPOLOGY_POINT_LIST;
	case D3D11_PRIMITIVE_TOPOLOGY_LINELIST:
		return VK_PRIMITIVE_TOPOLOGY_LINE_LIST;
	case D3D11_PRIMITIVE_TOPOLOGY_LINESTRIP:
		return VK_PRIMITIVE_TOPOLOGY_LINE_STRIP;
	case D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP:
		return VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP;
	default:
		return VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST;
	}
}

static bool is_strip(D3D11_PRIMITIVE_TOPOLOGY topology)
{
	return topology == D3D11_PRIMITIVE_TOPOLOGY_LINESTRIP ||
	       topology == D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP;
}

struct input {
	VkVertexInputBindingDescription bindings[D3D11_IA_VERTEX_INPUT_RESOURCE_SLOT_COUNT];
	VkVertexInputBindingDivisorDescriptionEXT
		divisors[D3D11_IA_VERTEX_INPUT_RESOURCE_SLOT_COUNT];
	VkVertexInputAttributeDescription attributes[D3D11_STANDARD_VERTEX_ELEMENT_COUNT];
	VkPipelineVertexInputDivisorStateCreateInfoEXT divisor;
	VkPipelineVertexInputStateCreateInfo info;
};

/* All instances have the first one's with 0; else the largest that every device has comes near. */
static uint32_t divisor_of(const struct xfi_card *card, const struct xfi_gpu_stream *stream)
{
	return stream->step || card->has_zero_divisor ? stream->step : 0xffff;
}

static void fill_streams(
	const struct xfi_card *card, const struct xfi_gpu_state *state, struct input *input)
{
	for (uint32_t i = 0; i < state->n_streams; i++) {
		const struct xfi_gpu_stream *stream = &state->streams[i];
		input->bindings[i] =
			(VkVertexInputBindingDescription){ stream->slot, stream->stride,
				stream->per_instance ? VK_VERTEX_INPUT_RATE_INSTANCE
						     : VK_VERTEX_INPUT_RATE_VERTEX };
		if (stream->per_instance && stream->step != 1 && card->has_divisor)
			input->divisors[input->divisor.vertexBindingDivisorCount++] =
				(VkVertexInputBindingDivisorDescriptionEXT){ stream->slot,
					divisor_of(card, stream) };
	}
}

static void fill_input(
	const struct xfi_card *card, const struct xfi_gpu_state *state, struct input *input)
{
	input->divisor = (VkPipelineVertexInputDivisorStateCreateInfoEXT){
		.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_DIVISOR_STATE_CREATE_INFO_EXT,
		.pVertexBindingDivisors = input->divisors
	};
	fill_streams(card, state, input);
	for (uint32_t i = 0; i < state->n_attributes; i++) {
		const struct xfi_gpu_attribute *one = &state->attributes[i];
		input->attributes[i] = (VkVertexInputAttributeDescription){ one->location,
			one->slot, one->format, one->offset };
	}
	input->info = (VkPipelineVertexInputStateCreateInfo){
		.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
		.pNext = input->divisor.vertexBindingDivisorCount ? &input->divisor : NULL,
		.vertexBindingDescriptionCount = state->n_streams,
		.pVertexBindingDescriptions = input->bindings,
		.vertexAttributeDescriptionCount = state->n_attributes,
		.pVertexAttributeDescriptions = input->attributes
	};
}

static VkPipelineRasterizationStateCreateInfo raster_of(
	const struct xfi_card *card, const D3D11_RASTERIZER_DESC2 *desc)
{
	return (VkPipelineRasterizationStateCreateInfo){
		.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
		.depthClampEnable = !desc->DepthClipEnable && card->features.depthClamp,
		.polygonMode =
			desc->FillMode == D3D11_FILL_WIREFRAME && card->features.fillModeNonSolid
				? VK_POLYGON_MODE_LINE
				: VK_POLYGON_MODE_FILL,
		.cullMode = desc->CullMode == D3D11_CULL_FRONT	? VK_CULL_MODE_FRONT_BIT
			    : desc->CullMode == D3D11_CULL_BACK ? VK_CULL_MODE_BACK_BIT
								: VK_CULL_MODE_NONE,
		.frontFace = desc->FrontCounterClockwise ? VK_FRONT_FACE_COUNTER_CLOCKWISE
							 : VK_FRONT_FACE_CLOCKWISE,
		.depthBiasEnable = desc->DepthBias || desc->SlopeScaledDepthBias != 0,
		.depthBiasConstantFactor = (float)desc->DepthBias,
		.depthBiasClamp = card->features.depthBiasClamp ? desc->DepthBiasClamp : 0,
		.depthBiasSlopeFactor = desc->SlopeScaledDepthBias,
		.lineWidth = 1
	};
}

static VkCompareOp compare_of(D3D11_COMPARISON_FUNC function)
{
	return function ? (VkCompareOp)(function - D3D11_COMPARISON_NEVER) : VK_COMPARE_OP_ALWAYS;
}

static VkStencilOp stencil_op(D3D11_STENCIL_OP op)
{
	static const VkStencilOp ops[] = { VK_STENCIL_OP_KEEP, VK_STENCIL_OP_KEEP,
		VK_STENCIL_OP_ZERO, VK_STENCIL_OP_REPLACE, VK_STENCIL_OP_INCREMENT_AND_CLAMP,
		VK_STENCIL_OP_DECREMENT_AND_CLAMP, VK_STENCIL_OP_INVERT,
		VK_STENCIL_OP_INCREMENT_AND_WRAP, VK_STENCIL_OP_DECREMENT_AND_WRAP };
	return (unsigned)op < sizeof(ops) / sizeof(ops[0]) ? ops[op] : VK_STENCIL_OP_KEEP;
}

static VkStencilOpState stencil_face(
	const D3D11_DEPTH_STENCIL_DESC *desc, const D3D11_DEPTH_STENCILOP_DESC *face)
{
	return (VkStencilOpState){ .failOp = stencil_op(face->StencilFailOp),
		.passOp = stencil_op(face->StencilPassOp),
		.depthFailOp = stencil_op(face->StencilDepthFailOp),
		.compareOp = compare_of(face->StencilFunc),
		.compareMask = desc->StencilReadMask,
		.writeMask = desc->StencilWriteMask };
}

static VkPipelineDepthStencilStateCreateInfo depth_of(const struct xfi_gpu_state *state)
{
	const D3D11_DEPTH_STENCIL_DESC *desc = &state->depth;
	return (VkPipelineDepthStencilStateCreateInfo){
		.sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
		.depthTestEnable = state->depth_format && desc->DepthEnable,
		.depthWriteEnable = state->depth_format && desc->DepthEnable &&
				    desc->DepthWriteMask == D3D11_DEPTH_WRITE_MASK_ALL,
		.depthCompareOp = compare_of(desc->DepthFunc),
		.stencilTestEnable = state->has_stencil && desc->StencilEnable,
		.front = stencil_face(desc, &desc->FrontFace),
		.back = stencil_face(desc, &desc->BackFace)
	};
}

static VkBlendFactor factor_of(D3D11_BLEND blend, bool alpha)
{
	static const VkBlendFactor factors[] = { VK_BLEND_FACTOR_ONE, VK_BLEND_FACTOR_ZERO,
		VK_BLEND_FACTOR_ONE, VK_BLEND_FACTOR_SRC_COLOR, VK_BLEND_FACTOR_ONE_MINUS_SRC_COLOR,
		VK_BLEND_FACTOR_SRC_ALPHA, VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
		VK_BLEND_FACTOR_DST_ALPHA, VK_BLEND_FACTOR_ONE_MINUS_DST_ALPHA,
		VK_BLEND_FACTOR_DST_COLOR, VK_BLEND_FACTOR_ONE_MINUS_DST_COLOR,
		VK_BLEND_FACTOR_SRC_ALPHA_SATURATE, VK_BLEND_FACTOR_ONE, VK_BLEND_FACTOR_ONE,
		VK_BLEND_FACTOR_CONSTANT_COLOR, VK_BLEND_FACTOR_ONE_MINUS_CONSTANT_COLOR,
		VK_BLEND_FACTOR_SRC1_COLOR, VK_BLEND_FACTOR_ONE_MINUS_SRC1_COLOR,
		VK_BLEND_FACTOR_SRC1_ALPHA, VK_BLEND_FACTOR_ONE_MINUS_SRC1_ALPHA };
	if ((unsigned)blend >= sizeof(factors) / sizeof(factors[0]))
		return VK_BLEND_FACTOR_ONE;
	if (alpha && blend == D3D11_BLEND_BLEND_FACTOR)
		return VK_BLEND_FACTOR_CONSTANT_ALPHA;
	if (alpha && blend == D3D11_BLEND_INV_BLEND_FACTOR)
		return VK_BLEND_FACTOR_ONE_MINUS_CONSTANT_ALPHA;
	return factors[blend];
}

static VkBlendOp blend_op(D3D11_BLEND_OP op)
{
	return op ? (VkBlendOp)(op - D3D11_BLEND_OP_ADD) : VK_BLEND_OP_ADD;
}

/* Of an image of red that stands for alpha: its alpha is its red, which every factor goes by. */
static VkBlendFactor factor_of_alpha(D3D11_BLEND blend)
{
	switch (blend) {
	case D3D11_BLEND_DEST_ALPHA:
		return VK_BLEND_FACTOR_DST_COLOR;
	case D3D11_BLEND_INV_DEST_ALPHA:
		return VK_BLEND_FACTOR_ONE_MINUS_DST_COLOR;
	case D3D11_BLEND_SRC_ALPHA_SAT:
		return VK_BLEND_FACTOR_ONE;
	default:
		return factor_of(blend, true);
	}
}

static VkPipelineColorBlendAttachmentState blend_of_alpha(
	const D3D11_RENDER_TARGET_BLEND_DESC1 *desc)
{
	return (VkPipelineColorBlendAttachmentState){ .blendEnable = desc->BlendEnable != 0,
		.srcColorBlendFactor = factor_of_alpha(desc->SrcBlendAlpha),
		.dstColorBlendFactor = factor_of_alpha(desc->DestBlendAlpha),
		.colorBlendOp = blend_op(desc->BlendOpAlpha),
		.colorWriteMask = desc->RenderTargetWriteMask & D3D11_COLOR_WRITE_ENABLE_ALPHA
					  ? VK_COLOR_COMPONENT_R_BIT
					  : 0 };
}

static VkPipelineColorBlendAttachmentState blend_of_colour(
	const D3D11_RENDER_TARGET_BLEND_DESC1 *desc)
{
	return (VkPipelineColorBlendAttachmentState){ .blendEnable = desc->BlendEnable != 0,
		.srcColorBlendFactor = factor_of(desc->SrcBlend, false),
		.dstColorBlendFactor = factor_of(desc->DestBlend, false),
		.colorBlendOp = blend_op(desc->BlendOp),
		.srcAlphaBlendFactor = factor_of(desc->SrcBlendAlpha, true),
		.dstAlphaBlendFactor = factor_of(desc->DestBlendAlpha, true),
		.alphaBlendOp = blend_op(desc->BlendOpAlpha),
		.colorWriteMask = desc->RenderTargetWriteMask & 15u };
}

static VkPipelineColorBlendAttachmentState blend_of(const struct xfi_gpu_state *state, uint32_t i)
{
	const D3D11_RENDER_TARGET_BLEND_DESC1 *desc =
		&state->blend.RenderTarget[state->blend.IndependentBlendEnable ? i : 0];
	if (!(state->written >> i & 1))
		return (VkPipelineColorBlendAttachmentState){ .colorWriteMask = 0 };
	return state->alpha_only >> i & 1 ? blend_of_alpha(desc) : blend_of_colour(desc);
}

static VkPipelineRenderingCreateInfoKHR targets_of(const struct xfi_gpu_state *state)
{
	return (VkPipelineRenderingCreateInfoKHR){
		.sType = VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO_KHR,
		.colorAttachmentCount = state->n_colours,
		.pColorAttachmentFormats = state->colours,
		.depthAttachmentFormat = state->depth_format,
		.stencilAttachmentFormat =
			state->has_stencil ? state->depth_format : VK_FORMAT_UNDEFINED
	};
}

int xfi_gpu_make_graphics(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *vs, const struct xfi_gpu_program *ps,
	struct xfi_gpu_pipeline *made)
{
	static const VkDynamicState changing[] = { VK_DYNAMIC_STATE_VIEWPORT,
		VK_DYNAMIC_STATE_SCISSOR, VK_DYNAMIC_STATE_BLEND_CONSTANTS,
		VK_DYNAMIC_STATE_STENCIL_REFERENCE };
	VkPipelineShaderStageCreateInfo stages[] = { xfi_gpu_stage(vs),
		xfi_gpu_stage(ps ? ps : vs) };
	const VkPipelineRenderingCreateInfoKHR targets = targets_of(state);
	const VkPipelineInputAssemblyStateCreateInfo assembly = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
		.topology = topology_of(state->topology),
		.primitiveRestartEnable = is_strip(state->topology)
	};
	const VkPipelineViewportStateCreateInfo viewports = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
		.viewportCount = 1,
		.scissorCount = 1
	};
	const VkPipelineRasterizationStateCreateInfo raster = raster_of(gpu->card, &state->raster);
	const VkPipelineMultisampleStateCreateInfo samples = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
		.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT,
		.pSampleMask = &state->sample_mask
	};
	const VkPipelineDepthStencilStateCreateInfo depth = depth_of(state);
	VkPipelineColorBlendAttachmentState attachments[8];
	const VkPipelineColorBlendStateCreateInfo blend = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
		.attachmentCount = state->n_colours,
		.pAttachments = attachments
	};
	const VkPipelineDynamicStateCreateInfo dynamic = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
		.dynamicStateCount = sizeof(changing) / sizeof(changing[0]),
		.pDynamicStates = changing
	};
	struct input input;
	VkShaderModule own = VK_NULL_HANDLE;
	int r = ps && xfi_gpu_outputs_differ(state) ? xfi_gpu_outputs_module(gpu, state, ps, &own)
						    : 0;
	if (r)
		return r;
	if (own)
		stages[1].module = own;
	fill_input(gpu->card, state, &input);
	for (uint32_t i = 0; i < state->n_colours; i++)
		attachments[i] = blend_of(state, i);
	const VkGraphicsPipelineCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
		.pNext = &targets,
		.stageCount = ps ? 2 : 1,
		.pStages = stages,
		.pVertexInputState = &input.info,
		.pInputAssemblyState = &assembly,
		.pViewportState = &viewports,
		.pRasterizationState = &raster,
		.pMultisampleState = &samples,
		.pDepthStencilState = &depth,
		.pColorBlendState = &blend,
		.pDynamicState = &dynamic,
		.layout = made->layout
	};
	VkResult error = gpu->card->vk.CreateGraphicsPipelines(
		gpu->card->device, NULL, 1, &info, NULL, &made->pipeline);
	gpu->card->vk.DestroyShaderModule(gpu->card->device, own, NULL);
	return error ? xfi_gpu_result(gpu, "vkCreateGraphicsPipelines", error) : 0;
}
