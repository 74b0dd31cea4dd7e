/* SPDX-License-Identifier: MIT */
/* An instance for as long as it takes to look. Whatever fails, there is nothing on offer. */
#include "win/adapters/offered.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <vulkan/vulkan_core.h>

#define CALLS(F)                                                                                   \
	F(DestroyInstance)                                                                         \
	F(EnumeratePhysicalDevices)                                                                \
	F(EnumerateDeviceExtensionProperties)                                                      \
	F(GetPhysicalDeviceProperties)                                                             \
	F(GetPhysicalDeviceProperties2)                                                            \
	F(GetPhysicalDeviceMemoryProperties)

struct look {
	VkInstance instance;
#define MEMBER(name) PFN_vk##name name;
	CALLS(MEMBER)
#undef MEMBER
};

/* Loaded once, as the drawing does, and never unloaded. */
static PFN_vkGetInstanceProcAddr load(void)
{
	void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
	PFN_vkGetInstanceProcAddr get = NULL;
	if (library)
		*(void **)&get = dlsym(library, "vkGetInstanceProcAddr");
	return get;
}

static bool find_calls(struct look *look, PFN_vkGetInstanceProcAddr get)
{
	bool all = true;
#define FIND(name)                                                                                 \
	look->name = (PFN_vk##name)get(look->instance, "vk" #name);                                \
	all &= look->name != NULL;
	CALLS(FIND)
#undef FIND
	return all;
}

static bool begin(struct look *look)
{
	const VkApplicationInfo application = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.pEngineName = "crossfence",
		.apiVersion = VK_API_VERSION_1_2 };
	const VkInstanceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &application };
	PFN_vkGetInstanceProcAddr get = load();
	PFN_vkCreateInstance create =
		get ? (PFN_vkCreateInstance)get(NULL, "vkCreateInstance") : NULL;
	return create && !create(&info, NULL, &look->instance) && find_calls(look, get);
}

static void end(const struct look *look)
{
	if (look->instance && look->DestroyInstance)
		look->DestroyInstance(look->instance, NULL);
}

/* 0: a processor. */
static int speed(VkPhysicalDeviceType type)
{
	switch (type) {
	case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
		return 4;
	case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
		return 3;
	case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
		return 2;
	case VK_PHYSICAL_DEVICE_TYPE_CPU:
		return 0;
	default:
		return 1;
	}
}

/* The one extension that drawing cannot do without; gpu/card.c asks for the rest. */
static bool can_draw(const struct look *look, VkPhysicalDevice device)
{
	VkExtensionProperties *list;
	uint32_t count = 0;
	bool can = false;
	if (look->EnumerateDeviceExtensionProperties(device, NULL, &count, NULL))
		return false;
	list = calloc(count + 1, sizeof(*list));
	if (list && look->EnumerateDeviceExtensionProperties(device, NULL, &count, list) >= 0)
		for (uint32_t i = 0; i < count; i++)
			can |= !strcmp(
				list[i].extensionName, VK_KHR_DYNAMIC_RENDERING_EXTENSION_NAME);
	free(list);
	return can;
}

static void sum_memory(
	const struct look *look, VkPhysicalDevice device, struct xfi_adapter *adapter)
{
	VkPhysicalDeviceMemoryProperties memory;
	look->GetPhysicalDeviceMemoryProperties(device, &memory);
	for (uint32_t i = 0; i < memory.memoryHeapCount; i++)
		if (memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
			adapter->local_bytes += memory.memoryHeaps[i].size;
		else
			adapter->shared_bytes += memory.memoryHeaps[i].size;
}

static void describe(const struct look *look, VkPhysicalDevice device, struct xfi_adapter *adapter)
{
	VkPhysicalDeviceIDProperties id = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES
	};
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &id
	};
	look->GetPhysicalDeviceProperties2(device, &properties);
	*adapter = (struct xfi_adapter){ .vendor = properties.properties.vendorID,
		.device = properties.properties.deviceID };
	memcpy(adapter->name, properties.properties.deviceName, sizeof(adapter->name) - 1);
	memcpy(adapter->device_uuid, id.deviceUUID, sizeof(adapter->device_uuid));
	memcpy(adapter->driver_uuid, id.driverUUID, sizeof(adapter->driver_uuid));
	if (id.deviceLUIDValid)
		memcpy(&adapter->luid, id.deviceLUID, sizeof(adapter->luid));
	sum_memory(look, device, adapter);
}

static UINT look_at(const struct look *look, struct xfi_adapter *list, UINT most)
{
	VkPhysicalDevice devices[64];
	uint32_t there = sizeof(devices) / sizeof(devices[0]);
	UINT count = 0;
	if (look->EnumeratePhysicalDevices(look->instance, &there, devices) < 0)
		return 0;
	for (int wanted = 4; wanted; wanted--)
		for (uint32_t i = 0; i < there && count < most; i++) {
			VkPhysicalDeviceProperties properties;
			look->GetPhysicalDeviceProperties(devices[i], &properties);
			if (speed(properties.deviceType) == wanted &&
				properties.apiVersion >= VK_API_VERSION_1_2 &&
				can_draw(look, devices[i]))
				describe(look, devices[i], &list[count++]);
		}
	return count;
}

UINT xfi_adapters_offered(struct xfi_adapter *ret_list, UINT most)
{
	struct look look = { .instance = NULL };
	UINT count = begin(&look) ? look_at(&look, ret_list, most) : 0;
	end(&look);
	return count;
}
