/* SPDX-License-Identifier: MIT */
/* A device with commands to record, for tests; Debian's software device where nothing else is said.
 */
#ifndef TESTS_VULKAN_GPU_H
#define TESTS_VULKAN_GPU_H

#include "proc.h"

#include <crossfence/vulkan.h>

#define GPU_CALLS(F)                                                                               \
	F(CreateCommandPool)                                                                       \
	F(DestroyCommandPool)                                                                      \
	F(AllocateCommandBuffers)                                                                  \
	F(BeginCommandBuffer)                                                                      \
	F(EndCommandBuffer)                                                                        \
	F(CmdFillBuffer)                                                                           \
	F(CmdCopyBuffer)                                                                           \
	F(CmdClearColorImage)                                                                      \
	F(CmdCopyImageToBuffer)                                                                    \
	F(CmdCopyBufferToImage)                                                                    \
	F(CreateSemaphore)                                                                         \
	F(DestroySemaphore)                                                                        \
	F(SignalSemaphore)                                                                         \
	F(CreateFence)                                                                             \
	F(DestroyFence)                                                                            \
	F(WaitForFences)                                                                           \
	F(QueueSubmit)                                                                             \
	F(QueueWaitIdle)

struct gpu {
	struct xf_vulkan *vulkan;
	struct xf_vulkan_handles h;
	struct xf_queue *queue;
	VkCommandPool pool;
#define GPU_MEMBER(name) PFN_vk##name name;
	GPU_CALLS(GPU_MEMBER)
#undef GPU_MEMBER
};

/* `get`: NULL, or a stand-in's; `domain`: of what is handed on. */
void gpu_open(struct gpu *gpu, PFN_vkGetInstanceProcAddr get, struct xf_domain *domain);
void gpu_close(struct gpu *gpu);

VkCommandBuffer gpu_begin(struct gpu *gpu);
void gpu_end(struct gpu *gpu, VkCommandBuffer commands);

/* How these tests use surfaces: by transfer, in their own layout. */
struct xf_vulkan_access gpu_access(const struct gpu *gpu, bool writes, bool discards);

/* Recorded commands: the whole surface filled with a byte; or copied into `to`, packed. */
VkCommandBuffer gpu_fill(struct gpu *gpu, struct xf_vulkan_image *image,
	const struct xf_surface_desc *desc, uint8_t value);
VkCommandBuffer gpu_copy(struct gpu *gpu, struct xf_vulkan_image *image,
	const struct xf_surface_desc *desc, struct xf_vulkan_image *to);

VkSemaphore gpu_timeline(struct gpu *gpu);

/* A keyed surface handed on around commands; no surface: only the commands. */
int gpu_submit(struct gpu *gpu, struct xf_surface *surface, uint64_t key, uint64_t next,
	VkCommandBuffer commands, VkSemaphore gate);

#endif
