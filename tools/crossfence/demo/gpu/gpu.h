/* SPDX-License-Identifier: MIT */
/*
 * A role's device: the one that Vulkan finds first, a queue of it, and one command buffer, which is
 * recorded anew for each frame.
 */
#ifndef CROSSFENCE_DEMO_GPU_H
#define CROSSFENCE_DEMO_GPU_H

#include <stdbool.h>

#include <crossfence/crossfence.h>
#include <crossfence/vulkan.h>

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
	F(ResetCommandPool)                                                                        \
	F(UpdateDescriptorSets)

struct gpu {
	struct xf_vulkan *vulkan;
	struct xf_vulkan_handles h;
	VkPhysicalDeviceMemoryProperties memory;
	struct xf_domain *domain; /* borrowed */
	struct xf_queue *queue;
	VkCommandPool pool;
	VkCommandBuffer commands;
	VkDescriptorPool sets;
#define GPU_MEMBER(name) PFN_vk##name name;
	GPU_CALLS(GPU_MEMBER)
#undef GPU_MEMBER
};

/* All return 0 or as the library; -EIO where Vulkan fails. Close after any of it, or none. */
int gpu_open(struct gpu *gpu);
int gpu_start(
	struct gpu *gpu, struct xf_domain *domain); /* its queue, for that domain's surfaces */
void gpu_close(struct gpu *gpu);

/* -EIO, or -ENOMEM, of what a call of Vulkan's returned; 0. */
int gpu_result(VkResult result);

/* What is recorded is done before: see gpu_finish(). */
int gpu_begin(struct gpu *gpu);
/* Everything before it, of that stage, is seen by everything after it, of the other. */
void gpu_barrier(struct gpu *gpu, VkPipelineStageFlags from, VkAccessFlags written,
	VkPipelineStageFlags to, VkAccessFlags used);
int gpu_end(struct gpu *gpu);

#define GPU_KEEP UINT64_MAX /* as the next key: the surface stays owned */

/*
 * Takes `surface` with `key`, submits what was recorded, and hands it on with `next`. XF_ABANDONED:
 * nothing was submitted, and there may be a new queue from now on.
 */
int gpu_submit(struct gpu *gpu, struct xf_surface *surface, uint64_t key, uint64_t next);

/* Waits until it is done. XF_ABANDONED: it was not, and there is a new queue from now on. */
int gpu_finish(struct gpu *gpu);

#endif
