/* SPDX-License-Identifier: MIT */
/*
 * A role's device: the one that Vulkan finds first, a queue of it, and a command buffer for each
 * surface, recorded anew whenever there is work on it. Several surfaces are worked on at a time:
 * what is submitted has a number, and gpu_wait() says when it is done.
 */
#ifndef CROSSFENCE_DEMO_GPU_H
#define CROSSFENCE_DEMO_GPU_H

#include <stdbool.h>

#include <crossfence/crossfence.h>
#include <crossfence/vulkan.h>

#include "demo/stage.h"

#define GPU_CALLS(F)                                                                               \
	F(AllocateCommandBuffers)                                                                  \
	F(AllocateDescriptorSets)                                                                  \
	F(AllocateMemory)                                                                          \
	F(BeginCommandBuffer)                                                                      \
	F(BindBufferMemory)                                                                        \
	F(BindImageMemory)                                                                         \
	F(CmdBeginRenderPass)                                                                      \
	F(CmdBindDescriptorSets)                                                                   \
	F(CmdBindPipeline)                                                                         \
	F(CmdCopyBuffer)                                                                           \
	F(CmdCopyImageToBuffer)                                                                    \
	F(CmdDispatch)                                                                             \
	F(CmdDraw)                                                                                 \
	F(CmdEndRenderPass)                                                                        \
	F(CmdPipelineBarrier)                                                                      \
	F(CmdPushConstants)                                                                        \
	F(CreateBuffer)                                                                            \
	F(CreateCommandPool)                                                                       \
	F(CreateComputePipelines)                                                                  \
	F(CreateDescriptorPool)                                                                    \
	F(CreateDescriptorSetLayout)                                                               \
	F(CreateFramebuffer)                                                                       \
	F(CreateGraphicsPipelines)                                                                 \
	F(CreateImage)                                                                             \
	F(CreateImageView)                                                                         \
	F(CreatePipelineLayout)                                                                    \
	F(CreateRenderPass)                                                                        \
	F(CreateShaderModule)                                                                      \
	F(DestroyBuffer)                                                                           \
	F(DestroyCommandPool)                                                                      \
	F(DestroyDescriptorPool)                                                                   \
	F(DestroyDescriptorSetLayout)                                                              \
	F(DestroyFramebuffer)                                                                      \
	F(DestroyImage)                                                                            \
	F(DestroyImageView)                                                                        \
	F(DestroyPipeline)                                                                         \
	F(DestroyPipelineLayout)                                                                   \
	F(DestroyRenderPass)                                                                       \
	F(DestroyShaderModule)                                                                     \
	F(EndCommandBuffer)                                                                        \
	F(FreeMemory)                                                                              \
	F(GetBufferMemoryRequirements)                                                             \
	F(GetImageMemoryRequirements)                                                              \
	F(MapMemory)                                                                               \
	F(UpdateDescriptorSets)

struct gpu {
	struct xf_vulkan *vulkan;
	struct xf_vulkan_handles h;
	VkPhysicalDeviceMemoryProperties memory;
	struct xf_domain *domain; /* borrowed */
	struct xf_queue *queue;
	struct xf_timeline *progress; /* the number of the work that is done; of this queue alone */
	uint64_t submitted; /* number of the work handed over last */
	VkCommandPool pool;
	VkCommandBuffer all[STAGE_SURFACES_MAX]; /* by surface */
	VkCommandBuffer commands; /* what is recorded now: one of them */
	VkDescriptorPool sets;
#define GPU_MEMBER(name) PFN_vk##name name;
	GPU_CALLS(GPU_MEMBER)
#undef GPU_MEMBER
};

/* All return 0 or as the library; -EIO where Vulkan fails. Close after any of it, or none. */
int gpu_open(struct gpu *gpu);
int gpu_start(
	struct gpu *gpu, struct xf_domain *domain); /* its queue, for that domain's surfaces */
void gpu_stop(struct gpu *gpu); /* what was submitted is done then */
void gpu_close(struct gpu *gpu);

/* -EIO, or -ENOMEM, of what a call of Vulkan's returned; 0. */
int gpu_result(VkResult result);

/* Records for surface `index`, whose work before this is done. */
int gpu_begin(struct gpu *gpu, uint32_t index);
/* Everything before it, of that stage, is seen by everything after it, of the other. */
void gpu_barrier(struct gpu *gpu, VkPipelineStageFlags from, VkAccessFlags written,
	VkPipelineStageFlags to, VkAccessFlags used);
int gpu_end(struct gpu *gpu);

#define GPU_KEEP UINT64_MAX /* as the next key: the surface stays owned */

/*
 * Takes `surface` with `key`, submits what was recorded, and hands it on with `next`.
 * XF_ABANDONED: it comes to nothing.
 */
int gpu_submit(struct gpu *gpu, struct xf_surface *surface, uint64_t key, uint64_t next,
	uint64_t *ret_number);

/* Waits until work `number` is done. XF_TIMEOUT; XF_ABANDONED: it came to nothing. */
int gpu_wait(struct gpu *gpu, uint64_t number, int64_t deadline_ns);

/*
 * A new queue, for what a dead process's fence has spoiled takes no more work. Not before all work
 * was waited for: what the queue still holds back would be dropped with it.
 */
int gpu_renew(struct gpu *gpu);

#endif
