/* SPDX-License-Identifier: MIT */
#include "win/gpu/batch.h"

#include <stdlib.h>
#include <string.h>

#include "win/gpu/chunk.h"
#include "win/gpu/tally.h"
#include "win/gpu/trash.h"

#define SETS 512 /* in a pool */

static int make_pool(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	struct xfi_card *card = gpu->card;
	const VkCommandPoolCreateInfo info = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
		.queueFamilyIndex = card->family };
	VkCommandBufferAllocateInfo commands = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
		.commandBufferCount = 1
	};
	VkResult error = card->vk.CreateCommandPool(card->device, &info, NULL, &batch->pool);
	if (error)
		return xfi_gpu_result(gpu, "vkCreateCommandPool", error);
	commands.commandPool = batch->pool;
	error = card->vk.AllocateCommandBuffers(card->device, &commands, &batch->commands);
	return error ? xfi_gpu_result(gpu, "vkAllocateCommandBuffers", error) : 0;
}

static int make(struct xfi_gpu *gpu, struct xfi_batch **ret_batch)
{
	struct xfi_batch *batch = calloc(1, sizeof(*batch));
	if (!batch)
		return -ENOMEM;
	int r = make_pool(gpu, batch);
	if (r)
		xfi_batch_free(gpu, batch);
	else
		*ret_batch = batch;
	return r;
}

static int take_spare(struct xfi_gpu *gpu, struct xfi_batch **ret_batch)
{
	if (!gpu->spare)
		(void)xfi_gpu_is_done(gpu, gpu->number); /* takes back those that are */
	if (!gpu->spare)
		return make(gpu, ret_batch);
	*ret_batch = gpu->spare;
	gpu->spare = gpu->spare->next;
	return 0;
}

int xfi_batch_open(struct xfi_gpu *gpu, struct xfi_batch **ret_batch)
{
	const VkCommandBufferBeginInfo info = { .sType =
							VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT };
	*ret_batch = gpu->open;
	if (gpu->lost || gpu->open)
		return gpu->lost;
	struct xfi_batch *batch;
	int r = take_spare(gpu, &batch);
	if (r)
		return r;
	VkResult error = gpu->card->vk.BeginCommandBuffer(batch->commands, &info);
	if (error) {
		xfi_batch_free(gpu, batch);
		return xfi_gpu_result(gpu, "vkBeginCommandBuffer", error);
	}
	batch->next = NULL;
	batch->number = ++gpu->number;
	batch->unordered = true; /* behind earlier batches */
	gpu->open = *ret_batch = batch;
	xfi_tally_resume(gpu, batch);
	return 0;
}

static void barrier(struct xfi_gpu *gpu, struct xfi_batch *batch, VkPipelineStageFlags stages,
	VkAccessFlags access)
{
	const VkMemoryBarrier all = { .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT | VK_ACCESS_MEMORY_READ_BIT,
		.dstAccessMask = access };
	gpu->card->vk.CmdPipelineBarrier(batch->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
		stages, 0, 1, &all, 0, NULL, 0, NULL);
}

static void order(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	if (batch->unordered)
		barrier(gpu, batch, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
			VK_ACCESS_MEMORY_WRITE_BIT | VK_ACCESS_MEMORY_READ_BIT);
	batch->unordered = true;
	batch->n_commands++;
}

void xfi_batch_order(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	xfi_batch_end_rendering(gpu, batch);
	order(gpu, batch);
}

static VkRenderingAttachmentInfoKHR attachment(VkImageView view)
{
	return (VkRenderingAttachmentInfoKHR){
		.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO_KHR,
		.imageView = view,
		.imageLayout = VK_IMAGE_LAYOUT_GENERAL,
		.loadOp = VK_ATTACHMENT_LOAD_OP_LOAD,
		.storeOp = VK_ATTACHMENT_STORE_OP_STORE
	};
}

static void begin_rendering(
	struct xfi_gpu *gpu, struct xfi_batch *batch, const struct xfi_gpu_targets *targets)
{
	VkRenderingAttachmentInfoKHR colours[8];
	const VkRenderingAttachmentInfoKHR depth = attachment(targets->depth);
	const VkRenderingInfoKHR info = { .sType = VK_STRUCTURE_TYPE_RENDERING_INFO_KHR,
		.renderArea = { .extent = { targets->width, targets->height } },
		.layerCount = targets->layers,
		.colorAttachmentCount = targets->n_colours,
		.pColorAttachments = colours,
		.pDepthAttachment = targets->depth ? &depth : NULL,
		.pStencilAttachment = targets->has_stencil ? &depth : NULL };
	for (uint32_t i = 0; i < targets->n_colours; i++)
		colours[i] = attachment(targets->colours[i]);
	gpu->card->vk.CmdBeginRenderingKHR(batch->commands, &info);
}

void xfi_batch_render(
	struct xfi_gpu *gpu, struct xfi_batch *batch, const struct xfi_gpu_targets *targets)
{
	if (batch->rendering && !memcmp(&batch->targets, targets, sizeof(*targets)))
		return;
	xfi_batch_end_rendering(gpu, batch);
	order(gpu, batch);
	begin_rendering(gpu, batch, targets);
	batch->rendering = true;
	batch->targets = *targets;
}

void xfi_batch_end_rendering(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	if (batch->rendering)
		gpu->card->vk.CmdEndRenderingKHR(batch->commands);
	batch->rendering = false;
}

static int make_sets(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	const VkDescriptorPoolSize sizes[] = {
		{ VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, SETS * 2 },
		{ VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC, SETS * 2 },
		{ VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, SETS * 2 },
		{ VK_DESCRIPTOR_TYPE_SAMPLER, SETS * 2 },
		{ VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, SETS },
		{ VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, SETS },
		{ VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER, SETS },
		{ VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, SETS },
	};
	const VkDescriptorPoolCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
		.maxSets = SETS,
		.poolSizeCount = sizeof(sizes) / sizeof(sizes[0]),
		.pPoolSizes = sizes
	};
	VkDescriptorPool *more = realloc(batch->sets, (batch->n_sets + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	batch->sets = more;
	VkResult error = gpu->card->vk.CreateDescriptorPool(
		gpu->card->device, &info, NULL, &more[batch->n_sets]);
	if (error)
		return xfi_gpu_result(gpu, "vkCreateDescriptorPool", error);
	batch->n_sets++;
	return 0;
}

/* A new pool has room for any one set, so the second try is the last. */
int xfi_batch_set(struct xfi_gpu *gpu, struct xfi_batch *batch, VkDescriptorSetLayout layout,
	VkDescriptorSet *ret_set)
{
	VkDescriptorSetAllocateInfo info = { .sType =
						     VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
		.descriptorSetCount = 1,
		.pSetLayouts = &layout };
	VkResult error = VK_ERROR_OUT_OF_POOL_MEMORY;
	for (bool fresh = false; error && !fresh; batch->used_sets++) {
		fresh = batch->used_sets >= batch->n_sets;
		int r = fresh ? make_sets(gpu, batch) : 0;
		if (r)
			return r;
		info.descriptorPool = batch->sets[batch->used_sets];
		error = gpu->card->vk.AllocateDescriptorSets(gpu->card->device, &info, ret_set);
	}
	batch->used_sets--; /* the one that had room is the next to be asked */
	return error ? xfi_gpu_result(gpu, "vkAllocateDescriptorSets", error) : 0;
}

int xfi_batch_close(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	xfi_batch_end_rendering(gpu, batch);
	xfi_tally_pause(gpu, batch);
	barrier(gpu, batch, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
	VkResult error = gpu->card->vk.EndCommandBuffer(batch->commands);
	return error ? xfi_gpu_result(gpu, "vkEndCommandBuffer", error) : 0;
}

void xfi_batch_recycle(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	struct xfi_card *card = gpu->card;
	xfi_tally_collect(gpu, batch);
	xfi_trash_empty(gpu, batch);
	xfi_chunks_recycle(gpu, batch);
	for (uint32_t i = 0; i < batch->n_sets; i++)
		(void)card->vk.ResetDescriptorPool(card->device, batch->sets[i], 0);
	(void)card->vk.ResetCommandPool(card->device, batch->pool, 0);
	batch->used_sets = batch->n_commands = 0;
	batch->span_bytes = 0;
	batch->rendering = false;
	batch->pipeline = VK_NULL_HANDLE;
	batch->next = gpu->spare;
	gpu->spare = batch;
}

void xfi_batch_free(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	struct xfi_card *card = gpu->card;
	xfi_tally_free(gpu, batch);
	xfi_trash_empty(gpu, batch);
	xfi_chunks_free(gpu, batch);
	for (uint32_t i = 0; i < batch->n_sets; i++)
		card->vk.DestroyDescriptorPool(card->device, batch->sets[i], NULL);
	card->vk.DestroyCommandPool(card->device, batch->pool, NULL);
	free(batch->sets);
	free(batch->trash);
	free(batch);
}
