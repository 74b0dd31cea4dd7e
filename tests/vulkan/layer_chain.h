/* SPDX-License-Identifier: MIT */
/* Instances and devices that the test layer is in, and what comes after it in their chains. */
#ifndef TESTS_VULKAN_LAYER_CHAIN_H
#define TESTS_VULKAN_LAYER_CHAIN_H

#include "layer.h"

extern struct layer layer;

#define LAYER_INSTANCE_NEXT(F)                                                                     \
	F(DestroyInstance)                                                                         \
	F(EnumeratePhysicalDevices)                                                                \
	F(GetPhysicalDeviceProperties)                                                             \
	F(GetPhysicalDeviceProperties2)                                                            \
	F(GetPhysicalDeviceFormatProperties2)                                                      \
	F(GetPhysicalDeviceImageFormatProperties2)                                                 \
	F(GetPhysicalDeviceFeatures2)                                                              \
	F(GetPhysicalDeviceQueueFamilyProperties)                                                  \
	F(EnumerateDeviceExtensionProperties)                                                      \
	F(GetPhysicalDeviceExternalSemaphoreProperties)

#define LAYER_DEVICE_NEXT(F)                                                                       \
	F(DestroyDevice)                                                                           \
	F(DeviceWaitIdle)                                                                          \
	F(AllocateMemory)                                                                          \
	F(FreeMemory)                                                                              \
	F(CreateImage)                                                                             \
	F(DestroyImage)                                                                            \
	F(CreateBuffer)                                                                            \
	F(DestroyBuffer)                                                                           \
	F(CreateSemaphore)                                                                         \
	F(DestroySemaphore)                                                                        \
	F(GetImageMemoryRequirements)                                                              \
	F(GetImageSubresourceLayout)                                                               \
	F(BindImageMemory)                                                                         \
	F(BindBufferMemory)                                                                        \
	F(GetMemoryFdKHR)                                                                          \
	F(GetMemoryHostPointerPropertiesEXT)                                                       \
	F(QueueSubmit)                                                                             \
	F(WaitSemaphores)                                                                          \
	F(SignalSemaphore)                                                                         \
	F(GetSemaphoreCounterValue)                                                                \
	F(GetSemaphoreFdKHR)                                                                       \
	F(ImportSemaphoreFdKHR)

#define LAYER_MEMBER(name) PFN_vk##name name;
struct chain_instance {
	void *key; /* the loader's, in all handles that belong together */
	VkInstance instance;
	PFN_vkGetInstanceProcAddr get;
	LAYER_INSTANCE_NEXT(LAYER_MEMBER)
	struct chain_instance *next;
};

struct chain_device {
	void *key;
	VkDevice device;
	PFN_vkGetDeviceProcAddr get;
	LAYER_DEVICE_NEXT(LAYER_MEMBER)
	struct chain_device *next;
};
#undef LAYER_MEMBER

/* Of an instance or a physical device; of a device or a queue. They are there. */
struct chain_instance *chain_instance(const void *handle);
struct chain_device *chain_device(const void *handle);

void chain_add_instance(VkInstance instance, PFN_vkGetInstanceProcAddr get);
void chain_add_device(VkDevice device, PFN_vkGetDeviceProcAddr get);
void chain_remove_instance(struct chain_instance *instance);
void chain_remove_device(struct chain_device *device);

#endif
