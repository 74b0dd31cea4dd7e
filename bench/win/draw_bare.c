/* SPDX-License-Identifier: MIT */
#include "draw_bare.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/vulkan.h>

#include "draw_bench.h"
#include "draw_frag.h"
#include "draw_vert.h"

#define CALLS(F)                                                                                   \
	F(AllocateCommandBuffers)                                                                  \
	F(AllocateDescriptorSets)                                                                  \
	F(AllocateMemory)                                                                          \
	F(BeginCommandBuffer)                                                                      \
	F(BindBufferMemory)                                                                        \
	F(BindImageMemory)                                                                         \
	F(CmdBeginRenderPass)                                                                      \
	F(CmdBindDescriptorSets)                                                                   \
	F(CmdBindPipeline)                                                                         \
	F(CmdDraw)                                                                                 \
	F(CmdEndRenderPass)                                                                        \
	F(CreateBuffer)                                                                            \
	F(CreateCommandPool)                                                                       \
	F(CreateDescriptorPool)                                                                    \
	F(CreateDescriptorSetLayout)                                                               \
	F(CreateFence)                                                                             \
	F(CreateFramebuffer)                                                                       \
	F(CreateGraphicsPipelines)                                                                 \
	F(CreateImage)                                                                             \
	F(CreateImageView)                                                                         \
	F(CreatePipelineLayout)                                                                    \
	F(CreateRenderPass)                                                                        \
	F(CreateShaderModule)                                                                      \
	F(EndCommandBuffer)                                                                        \
	F(GetBufferMemoryRequirements)                                                             \
	F(GetImageMemoryRequirements)                                                              \
	F(MapMemory)                                                                               \
	F(QueueSubmit)                                                                             \
	F(ResetCommandPool)                                                                        \
	F(ResetFences)                                                                             \
	F(UpdateDescriptorSets)                                                                    \
	F(WaitForFences)

const struct bare_shader bare_vs = { draw_vert, sizeof(draw_vert) };
const struct bare_shader bare_ps = { draw_frag, sizeof(draw_frag) };

#define SLOT 256u /* no device asks for more between dynamic offsets */

static struct xf_vulkan_handles h;
static VkCommandPool pool;
static VkCommandBuffer *frames;
static VkRenderPass pass;
static VkFramebuffer framebuffer;
static VkPipelineLayout layout;
static VkPipeline pipeline;
static VkDescriptorSet sets[2];
static VkFence fence;
static uint8_t *memory;

#define MEMBER(name) static PFN_vk##name vk##name##_;
CALLS(MEMBER)

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "draw_bench: %s failed\n", what);
	exit(1);
}

#define NEED(call) need((call) == VK_SUCCESS, #call)

static void open_device(void)
{
	struct xf_vulkan *vulkan;
	need(!xf_vulkan_create(NULL, &vulkan), "xf_vulkan_create");
	h.size = sizeof(h);
	need(!xf_vulkan_handles(vulkan, &h), "xf_vulkan_handles");
	PFN_vkGetDeviceProcAddr get = (PFN_vkGetDeviceProcAddr)h.get_instance_proc_addr(
		h.instance, "vkGetDeviceProcAddr");
#define LOAD(name) vk##name##_ = (PFN_vk##name)get(h.device, "vk" #name);
	CALLS(LOAD)
}

static VkDeviceMemory allocate(VkMemoryRequirements needs, VkMemoryPropertyFlags flags)
{
	PFN_vkGetPhysicalDeviceMemoryProperties ask =
		(PFN_vkGetPhysicalDeviceMemoryProperties)h.get_instance_proc_addr(
			h.instance, "vkGetPhysicalDeviceMemoryProperties");
	VkPhysicalDeviceMemoryProperties has;
	VkDeviceMemory ret;
	ask(h.physical_device, &has);
	for (uint32_t i = 0; i < has.memoryTypeCount; i++) {
		const VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
			.allocationSize = needs.size,
			.memoryTypeIndex = i };
		if (!(needs.memoryTypeBits >> i & 1) ||
			(has.memoryTypes[i].propertyFlags & flags) != flags)
			continue;
		NEED(vkAllocateMemory_(h.device, &info, NULL, &ret));
		return ret;
	}
	need(false, "finding a type of memory");
	return VK_NULL_HANDLE;
}

static VkImageView open_target(void)
{
	const VkImageCreateInfo info = { .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
		.imageType = VK_IMAGE_TYPE_2D,
		.format = VK_FORMAT_R8G8B8A8_UNORM,
		.extent = { SIZE, SIZE, 1 },
		.mipLevels = 1,
		.arrayLayers = 1,
		.samples = VK_SAMPLE_COUNT_1_BIT,
		.usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT };
	VkImageViewCreateInfo view = { .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
		.viewType = VK_IMAGE_VIEW_TYPE_2D,
		.format = info.format,
		.subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1 } };
	VkMemoryRequirements needs;
	VkImageView ret;
	NEED(vkCreateImage_(h.device, &info, NULL, &view.image));
	vkGetImageMemoryRequirements_(h.device, view.image, &needs);
	NEED(vkBindImageMemory_(
		h.device, view.image, allocate(needs, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT), 0));
	NEED(vkCreateImageView_(h.device, &view, NULL, &ret));
	return ret;
}

static void open_pass(void)
{
	const VkAttachmentDescription attachment = { .format = VK_FORMAT_R8G8B8A8_UNORM,
		.samples = VK_SAMPLE_COUNT_1_BIT,
		.loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
		.storeOp = VK_ATTACHMENT_STORE_OP_STORE,
		.stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
		.stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
		.initialLayout = VK_IMAGE_LAYOUT_UNDEFINED,
		.finalLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL };
	const VkAttachmentReference reference = { 0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL };
	const VkSubpassDescription subpass = { .pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
		.colorAttachmentCount = 1,
		.pColorAttachments = &reference };
	const VkRenderPassCreateInfo info = { .sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
		.attachmentCount = 1,
		.pAttachments = &attachment,
		.subpassCount = 1,
		.pSubpasses = &subpass };
	NEED(vkCreateRenderPass_(h.device, &info, NULL, &pass));
	const VkImageView view = open_target();
	const VkFramebufferCreateInfo frame = { .sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
		.renderPass = pass,
		.attachmentCount = 1,
		.pAttachments = &view,
		.width = SIZE,
		.height = SIZE,
		.layers = 1 };
	NEED(vkCreateFramebuffer_(h.device, &frame, NULL, &framebuffer));
}

static VkBuffer open_constants(uint32_t n_frames)
{
	const VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.size = (VkDeviceSize)n_frames * PER_FRAME * SLOT,
		.usage = VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT };
	VkMemoryRequirements needs;
	VkBuffer buffer;
	NEED(vkCreateBuffer_(h.device, &info, NULL, &buffer));
	vkGetBufferMemoryRequirements_(h.device, buffer, &needs);
	const VkDeviceMemory at = allocate(
		needs, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
	NEED(vkBindBufferMemory_(h.device, buffer, at, 0));
	NEED(vkMapMemory_(h.device, at, 0, VK_WHOLE_SIZE, 0, (void **)&memory));
	return buffer;
}

static void open_sets(uint32_t n_frames)
{
	const VkDescriptorSetLayoutBinding binding = {
		.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC,
		.descriptorCount = 1,
		.stageFlags = VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT
	};
	const VkDescriptorSetLayoutCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
		.bindingCount = 1,
		.pBindings = &binding
	};
	const VkDescriptorPoolSize size = { binding.descriptorType, 2 };
	const VkDescriptorPoolCreateInfo pool_info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
		.maxSets = 2,
		.poolSizeCount = 1,
		.pPoolSizes = &size
	};
	VkDescriptorSetLayout both[2];
	VkDescriptorPool set_pool;
	NEED(vkCreateDescriptorSetLayout_(h.device, &info, NULL, &both[0]));
	both[1] = both[0];
	const VkPipelineLayoutCreateInfo layout_info = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
		.setLayoutCount = 2,
		.pSetLayouts = both
	};
	NEED(vkCreatePipelineLayout_(h.device, &layout_info, NULL, &layout));
	NEED(vkCreateDescriptorPool_(h.device, &pool_info, NULL, &set_pool));
	const VkDescriptorSetAllocateInfo allocate_info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
		.descriptorPool = set_pool,
		.descriptorSetCount = 2,
		.pSetLayouts = both
	};
	NEED(vkAllocateDescriptorSets_(h.device, &allocate_info, sets));
	const VkDescriptorBufferInfo buffer = { open_constants(n_frames), 0,
		sizeof(struct constants) };
	for (int i = 0; i < 2; i++) {
		const VkWriteDescriptorSet write = { .sType =
							     VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstSet = sets[i],
			.descriptorCount = 1,
			.descriptorType = binding.descriptorType,
			.pBufferInfo = &buffer };
		vkUpdateDescriptorSets_(h.device, 1, &write, 0, NULL);
	}
}

static VkPipelineShaderStageCreateInfo stage_of(
	VkShaderStageFlagBits stage, struct bare_shader shader)
{
	const VkShaderModuleCreateInfo info = { .sType =
							VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = shader.bytes,
		.pCode = shader.code };
	VkPipelineShaderStageCreateInfo ret = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
		.stage = stage,
		.pName = "main"
	};
	NEED(vkCreateShaderModule_(h.device, &info, NULL, &ret.module));
	return ret;
}

static void open_pipeline(void)
{
	const VkPipelineShaderStageCreateInfo stages[2] = { stage_of(VK_SHADER_STAGE_VERTEX_BIT,
								    bare_vs),
		stage_of(VK_SHADER_STAGE_FRAGMENT_BIT, bare_ps) };
	const VkPipelineVertexInputStateCreateInfo input = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO
	};
	const VkPipelineInputAssemblyStateCreateInfo assembly = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
		.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST
	};
	const VkViewport viewport = { 0, 0, SIZE, SIZE, 0, 1 };
	const VkRect2D scissor = { { 0, 0 }, { SIZE, SIZE } };
	const VkPipelineViewportStateCreateInfo view = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
		.viewportCount = 1,
		.pViewports = &viewport,
		.scissorCount = 1,
		.pScissors = &scissor
	};
	const VkPipelineRasterizationStateCreateInfo raster = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO, .lineWidth = 1
	};
	const VkPipelineMultisampleStateCreateInfo samples = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
		.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT
	};
	const VkPipelineColorBlendAttachmentState attachment = { .colorWriteMask = 0xf };
	const VkPipelineColorBlendStateCreateInfo blend = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
		.attachmentCount = 1,
		.pAttachments = &attachment
	};
	const VkGraphicsPipelineCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
		.stageCount = 2,
		.pStages = stages,
		.pVertexInputState = &input,
		.pInputAssemblyState = &assembly,
		.pViewportState = &view,
		.pRasterizationState = &raster,
		.pMultisampleState = &samples,
		.pColorBlendState = &blend,
		.layout = layout,
		.renderPass = pass
	};
	NEED(vkCreateGraphicsPipelines_(h.device, VK_NULL_HANDLE, 1, &info, NULL, &pipeline));
}

void bare_open(uint32_t n_frames)
{
	open_device();
	const VkCommandPoolCreateInfo pool_info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.queueFamilyIndex = h.queue_family
	};
	const VkFenceCreateInfo fence_info = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
	NEED(vkCreateCommandPool_(h.device, &pool_info, NULL, &pool));
	const VkCommandBufferAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.commandPool = pool,
		.commandBufferCount = n_frames
	};
	frames = calloc(n_frames, sizeof(*frames));
	NEED(vkAllocateCommandBuffers_(h.device, &info, frames));
	NEED(vkCreateFence_(h.device, &fence_info, NULL, &fence));
	open_pass();
	open_sets(n_frames);
	open_pipeline();
}

const char *bare_device(void)
{
	return h.name;
}

static void record(VkCommandBuffer commands, uint32_t frame)
{
	const VkCommandBufferBeginInfo begin = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT
	};
	const VkClearValue clear = { 0 };
	const VkRenderPassBeginInfo pass_begin = { .sType =
							   VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
		.renderPass = pass,
		.framebuffer = framebuffer,
		.renderArea = { { 0, 0 }, { SIZE, SIZE } },
		.clearValueCount = 1,
		.pClearValues = &clear };
	NEED(vkBeginCommandBuffer_(commands, &begin));
	vkCmdBeginRenderPass_(commands, &pass_begin, VK_SUBPASS_CONTENTS_INLINE);
	vkCmdBindPipeline_(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline);
	for (uint32_t i = 0; i < PER_FRAME; i++) {
		const uint32_t at = (frame * PER_FRAME + i) * SLOT, offsets[2] = { at, at };
		const struct constants constants = constants_of(i);
		memcpy(memory + at, &constants, sizeof(constants));
		vkCmdBindDescriptorSets_(
			commands, VK_PIPELINE_BIND_POINT_GRAPHICS, layout, 0, 2, sets, 2, offsets);
		vkCmdDraw_(commands, 3, 1, 0, 0);
	}
	vkCmdEndRenderPass_(commands);
	NEED(vkEndCommandBuffer_(commands));
}

void bare_draw(uint32_t n_frames)
{
	NEED(vkResetCommandPool_(h.device, pool, 0));
	NEED(vkResetFences_(h.device, 1, &fence));
	for (uint32_t i = 0; i < n_frames; i++) {
		const VkSubmitInfo submit = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
			.commandBufferCount = 1,
			.pCommandBuffers = &frames[i] };
		record(frames[i], i);
		NEED(vkQueueSubmit_(
			h.queue, 1, &submit, i + 1 == n_frames ? fence : VK_NULL_HANDLE));
	}
	NEED(vkWaitForFences_(h.device, 1, &fence, VK_TRUE, UINT64_MAX));
}
