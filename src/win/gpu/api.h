/* SPDX-License-Identifier: MIT */
/* The part of Vulkan that this room calls, found at run time. Names are Vulkan's, without "vk". */
#ifndef XFI_WIN_GPU_API_H
#define XFI_WIN_GPU_API_H

#include "win/prelude.h"

#include <crossfence/vulkan.h>

#undef CreateSemaphore /* Windows' name for one of two functions */

#define XFI_GPU_INSTANCE_CALLS(F)                                                                  \
	F(DestroyInstance)                                                                         \
	F(EnumeratePhysicalDevices)                                                                \
	F(GetPhysicalDeviceProperties)                                                             \
	F(GetPhysicalDeviceProperties2)                                                            \
	F(GetPhysicalDeviceImageFormatProperties2)                                                 \
	F(GetPhysicalDeviceFeatures2)                                                              \
	F(GetPhysicalDeviceFormatProperties)                                                       \
	F(GetPhysicalDeviceMemoryProperties)                                                       \
	F(GetPhysicalDeviceQueueFamilyProperties)                                                  \
	F(EnumerateDeviceExtensionProperties)                                                      \
	F(CreateDevice)                                                                            \
	F(GetDeviceProcAddr)

#define XFI_GPU_DEVICE_CALLS(F)                                                                    \
	F(AllocateCommandBuffers)                                                                  \
	F(AllocateDescriptorSets)                                                                  \
	F(AllocateMemory)                                                                          \
	F(BeginCommandBuffer)                                                                      \
	F(BindBufferMemory)                                                                        \
	F(BindImageMemory)                                                                         \
	F(CmdBeginQuery)                                                                           \
	F(CmdBindDescriptorSets)                                                                   \
	F(CmdBindIndexBuffer)                                                                      \
	F(CmdBindPipeline)                                                                         \
	F(CmdBindVertexBuffers)                                                                    \
	F(CmdBlitImage)                                                                            \
	F(CmdClearAttachments)                                                                     \
	F(CmdCopyBuffer)                                                                           \
	F(CmdCopyBufferToImage)                                                                    \
	F(CmdCopyImage)                                                                            \
	F(CmdCopyImageToBuffer)                                                                    \
	F(CmdDispatch)                                                                             \
	F(CmdDispatchIndirect)                                                                     \
	F(CmdDraw)                                                                                 \
	F(CmdDrawIndexed)                                                                          \
	F(CmdDrawIndexedIndirect)                                                                  \
	F(CmdDrawIndirect)                                                                         \
	F(CmdEndQuery)                                                                             \
	F(CmdFillBuffer)                                                                           \
	F(CmdPipelineBarrier)                                                                      \
	F(CmdResetQueryPool)                                                                       \
	F(CmdSetBlendConstants)                                                                    \
	F(CmdSetScissor)                                                                           \
	F(CmdSetStencilReference)                                                                  \
	F(CmdSetViewport)                                                                          \
	F(CmdWriteTimestamp)                                                                       \
	F(CreateBuffer)                                                                            \
	F(CreateBufferView)                                                                        \
	F(CreateCommandPool)                                                                       \
	F(CreateComputePipelines)                                                                  \
	F(CreateDescriptorPool)                                                                    \
	F(CreateDescriptorSetLayout)                                                               \
	F(CreateGraphicsPipelines)                                                                 \
	F(CreateImage)                                                                             \
	F(CreateImageView)                                                                         \
	F(CreatePipelineLayout)                                                                    \
	F(CreateQueryPool)                                                                         \
	F(CreateSampler)                                                                           \
	F(CreateSemaphore)                                                                         \
	F(CreateShaderModule)                                                                      \
	F(DestroyBuffer)                                                                           \
	F(DestroyBufferView)                                                                       \
	F(DestroyCommandPool)                                                                      \
	F(DestroyDescriptorPool)                                                                   \
	F(DestroyDescriptorSetLayout)                                                              \
	F(DestroyDevice)                                                                           \
	F(DestroyImage)                                                                            \
	F(DestroyImageView)                                                                        \
	F(DestroyPipeline)                                                                         \
	F(DestroyPipelineLayout)                                                                   \
	F(DestroyQueryPool)                                                                        \
	F(DestroySampler)                                                                          \
	F(DestroySemaphore)                                                                        \
	F(DestroyShaderModule)                                                                     \
	F(EndCommandBuffer)                                                                        \
	F(FreeMemory)                                                                              \
	F(GetBufferMemoryRequirements)                                                             \
	F(GetDeviceQueue)                                                                          \
	F(GetImageMemoryRequirements)                                                              \
	F(GetQueryPoolResults)                                                                     \
	F(GetSemaphoreCounterValue)                                                                \
	F(MapMemory)                                                                               \
	F(ResetCommandPool)                                                                        \
	F(ResetDescriptorPool)                                                                     \
	F(UpdateDescriptorSets)                                                                    \
	F(CmdBeginRenderingKHR)                                                                    \
	F(CmdEndRenderingKHR)

#define XFI_GPU_MEMBER(name) PFN_vk##name name;
struct xfi_gpu_instance_calls {
	XFI_GPU_INSTANCE_CALLS(XFI_GPU_MEMBER)
};
struct xfi_gpu_device_calls {
	XFI_GPU_DEVICE_CALLS(XFI_GPU_MEMBER)
};
#undef XFI_GPU_MEMBER

/* The loader's, loaded once and never unloaded. -ENOSYS: there is none. */
int xfi_gpu_loader(PFN_vkGetInstanceProcAddr *ret_get);

/* -EOPNOTSUPP: one is missing, which the message names. */
int xfi_gpu_instance_calls(
	PFN_vkGetInstanceProcAddr get, VkInstance instance, struct xfi_gpu_instance_calls *calls);
int xfi_gpu_device_calls(
	PFN_vkGetDeviceProcAddr get, VkDevice device, struct xfi_gpu_device_calls *calls);

/* What a failed call means: a result of ours, with a message that names the call. */
int xfi_gpu_failed(const char *call, VkResult result);

#endif
