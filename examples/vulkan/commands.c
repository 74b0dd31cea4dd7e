/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int commands_explain(const char *what, int result)
{
	fprintf(stderr, "%s: %s\n", what, xf_last_message(result));
	return 1;
}

static void find_calls(struct commands *c)
{
	VkDevice device = c->handles.device;
	PFN_vkGetDeviceProcAddr get = (PFN_vkGetDeviceProcAddr)c->handles.get_instance_proc_addr(
		c->handles.instance, "vkGetDeviceProcAddr");
	c->create_pool = (PFN_vkCreateCommandPool)get(device, "vkCreateCommandPool");
	c->destroy_pool = (PFN_vkDestroyCommandPool)get(device, "vkDestroyCommandPool");
	c->reset_pool = (PFN_vkResetCommandPool)get(device, "vkResetCommandPool");
	c->allocate = (PFN_vkAllocateCommandBuffers)get(device, "vkAllocateCommandBuffers");
	c->begin = (PFN_vkBeginCommandBuffer)get(device, "vkBeginCommandBuffer");
	c->end = (PFN_vkEndCommandBuffer)get(device, "vkEndCommandBuffer");
	c->clear = (PFN_vkCmdClearColorImage)get(device, "vkCmdClearColorImage");
	c->copy = (PFN_vkCmdCopyImageToBuffer)get(device, "vkCmdCopyImageToBuffer");
}

static int make_buffer(struct commands *c)
{
	const VkCommandPoolCreateInfo pool = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.queueFamilyIndex = c->handles.queue_family };
	if (c->create_pool(c->handles.device, &pool, NULL, &c->pool))
		return -EIO;
	const VkCommandBufferAllocateInfo buffer = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.commandPool = c->pool,
		.commandBufferCount = 1
	};
	return c->allocate(c->handles.device, &buffer, &c->buffer) ? -EIO : 0;
}

int commands_open(struct commands *c, struct xf_domain *domain)
{
	memset(c, 0, sizeof(*c));
	c->handles.size = sizeof(c->handles);
	int r = xf_vulkan_create(NULL, &c->vulkan);
	if (!r)
		r = xf_vulkan_handles(c->vulkan, &c->handles);
	if (!r)
		r = xf_queue_create_vulkan(c->vulkan, NULL, domain, &c->queue);
	if (r)
		return r;
	find_calls(c);
	return make_buffer(c);
}

/* The queue first: then the device has done what it was given. */
void commands_close(struct commands *c)
{
	xf_queue_destroy(c->queue);
	if (c->pool)
		c->destroy_pool(c->handles.device, c->pool, NULL);
	xf_vulkan_destroy(c->vulkan);
}

int commands_renew(struct commands *c, struct xf_domain *domain)
{
	xf_queue_destroy(c->queue);
	c->queue = NULL;
	return xf_queue_create_vulkan(c->vulkan, NULL, domain, &c->queue);
}

int commands_begin(struct commands *c)
{
	const VkCommandBufferBeginInfo begin = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO
	};
	int r = xf_queue_finish(c->queue, XF_NEVER);
	if (r)
		return r;
	return c->reset_pool(c->handles.device, c->pool, 0) || c->begin(c->buffer, &begin) ? -EIO
											   : 0;
}

int commands_end(struct commands *c)
{
	return c->end(c->buffer) ? -EIO : 0;
}

struct xf_vulkan_access commands_reads(const struct commands *c)
{
	return (struct xf_vulkan_access){ .size = sizeof(struct xf_vulkan_access),
		.stages = VK_PIPELINE_STAGE_TRANSFER_BIT,
		.access = VK_ACCESS_TRANSFER_READ_BIT,
		.layout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
		.queue_family = c->handles.queue_family };
}

struct xf_vulkan_access commands_writes(const struct commands *c)
{
	struct xf_vulkan_access access = commands_reads(c);
	access.access = VK_ACCESS_TRANSFER_WRITE_BIT;
	access.layout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;
	return access;
}

int commands_submit(struct commands *c, struct xf_surface *surface, uint64_t key, uint64_t next)
{
	const struct xf_vulkan_acquire acquire = { surface, key,
		xf_deadline(INT64_C(10000000000)) };
	const struct xf_vulkan_release release = { surface, next };
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.acquires = &acquire,
		.n_acquires = 1,
		.releases = &release,
		.n_releases = 1,
		.command_buffers = &c->buffer,
		.n_command_buffers = 1 };
	return xf_vulkan_submit(c->queue, &submission);
}
