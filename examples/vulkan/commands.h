/* SPDX-License-Identifier: MIT */
/* What both programs need of Vulkan itself: a device, and a command buffer to record into. */
#ifndef EXAMPLES_VULKAN_COMMANDS_H
#define EXAMPLES_VULKAN_COMMANDS_H

#include <crossfence/crossfence.h>
#include <crossfence/vulkan.h>

#define NAME  "vulkan-example" /* of the domain */
#define LABEL "frame" /* of the surface */

struct commands {
	struct xf_vulkan *vulkan;
	struct xf_vulkan_handles handles;
	struct xf_queue *queue;
	VkCommandPool pool;
	VkCommandBuffer buffer;
	PFN_vkCreateCommandPool create_pool;
	PFN_vkDestroyCommandPool destroy_pool;
	PFN_vkResetCommandPool reset_pool;
	PFN_vkAllocateCommandBuffers allocate;
	PFN_vkBeginCommandBuffer begin;
	PFN_vkEndCommandBuffer end;
	PFN_vkCmdClearColorImage clear;
	PFN_vkCmdCopyImageToBuffer copy;
};

/* Each returns what crossfence returns; -EIO where Vulkan fails. */
int commands_open(struct commands *c, struct xf_domain *domain);
void commands_close(struct commands *c);
/* After XF_ABANDONED: the queue may have waited for a dead one's work, and takes nothing more. */
int commands_renew(struct commands *c, struct xf_domain *domain);
int commands_begin(struct commands *c); /* once the device has done what was recorded before */
int commands_end(struct commands *c);

/* How both use images and buffers here: by transfer. */
struct xf_vulkan_access commands_reads(const struct commands *c);
struct xf_vulkan_access commands_writes(const struct commands *c);

/* Takes `surface` with `key`, runs what was recorded, and hands it on with `next`. */
int commands_submit(struct commands *c, struct xf_surface *surface, uint64_t key, uint64_t next);

int commands_explain(const char *what, int result); /* to stderr; the exit status */

#endif
