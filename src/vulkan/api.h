/* SPDX-License-Identifier: MIT */
/*
 * The part of Vulkan that this library calls, found at run time: through the loader, or through the
 * user's own vkGetInstanceProcAddr. Names are Vulkan's, without "vk" in front.
 */
#ifndef XFV_VULKAN_API_H
#define XFV_VULKAN_API_H

#include <stdbool.h>
#include <stdint.h>

#include <crossfence/vulkan.h>

#define XFV_INSTANCE_CALLS(F)                                                                      \
	F(DestroyInstance)                                                                         \
	F(EnumeratePhysicalDevices)                                                                \
	F(GetPhysicalDeviceProperties)                                                             \
	F(GetPhysicalDeviceProperties2)                                                            \
	F(GetPhysicalDeviceFeatures2)                                                              \
	F(GetPhysicalDeviceMemoryProperties)                                                       \
	F(GetPhysicalDeviceQueueFamilyProperties)                                                  \
	F(GetPhysicalDeviceFormatProperties2)                                                      \
	F(GetPhysicalDeviceImageFormatProperties2)                                                 \
	F(GetPhysicalDeviceExternalSemaphoreProperties)                                            \
	F(EnumerateDeviceExtensionProperties)                                                      \
	F(CreateDevice)                                                                            \
	F(GetDeviceProcAddr)

#define XFV_DEVICE_CALLS(F)                                                                        \
	F(DestroyDevice)                                                                           \
	F(GetDeviceQueue)                                                                          \
	F(QueueSubmit)                                                                             \
	F(AllocateMemory)                                                                          \
	F(FreeMemory)                                                                              \
	F(CreateImage)                                                                             \
	F(DestroyImage)                                                                            \
	F(GetImageMemoryRequirements)                                                              \
	F(GetImageSubresourceLayout)                                                               \
	F(BindImageMemory)                                                                         \
	F(CreateBuffer)                                                                            \
	F(DestroyBuffer)                                                                           \
	F(GetBufferMemoryRequirements)                                                             \
	F(BindBufferMemory)                                                                        \
	F(CmdPipelineBarrier)                                                                      \
	F(CreateSemaphore)                                                                         \
	F(DestroySemaphore)                                                                        \
	F(WaitSemaphores)                                                                          \
	F(SignalSemaphore)                                                                         \
	F(GetSemaphoreCounterValue)

/* Of extensions: NULL where they are not enabled. */
#define XFV_EXTENSION_CALLS(F)                                                                     \
	F(GetMemoryFdKHR)                                                                          \
	F(GetMemoryFdPropertiesKHR)                                                                \
	F(GetImageDrmFormatModifierPropertiesEXT)                                                  \
	F(GetMemoryHostPointerPropertiesEXT)                                                       \
	F(GetSemaphoreFdKHR)                                                                       \
	F(ImportSemaphoreFdKHR)

#define XFV_MEMBER(name) PFN_vk##name name;
struct xfv_instance_calls {
	XFV_INSTANCE_CALLS(XFV_MEMBER)
};
struct xfv_device_calls {
	XFV_DEVICE_CALLS(XFV_MEMBER)
	XFV_EXTENSION_CALLS(XFV_MEMBER)
};
#undef XFV_MEMBER

/* The loader's, loaded once and never unloaded. -ENOSYS: there is none. */
int xfv_loader(PFN_vkGetInstanceProcAddr *ret_get);

/* Why a device that has Vulkan 1.2 does not show it. */
#define XFV_OLD_INSTANCE                                                                           \
	"the instance was made for less than 1.2 (VkApplicationInfo.apiVersion), "                 \
	"or the loader is older"

/* -EOPNOTSUPP: one is missing, which the message names. */
int xfv_instance_calls(
	PFN_vkGetInstanceProcAddr get, VkInstance instance, struct xfv_instance_calls *ret_calls);
int xfv_device_calls(
	PFN_vkGetDeviceProcAddr get, VkDevice device, struct xfv_device_calls *ret_calls);

/* What a failed call means: a result of ours, with a message that names the call. */
int xfv_failed(const char *call, VkResult result);

#endif
