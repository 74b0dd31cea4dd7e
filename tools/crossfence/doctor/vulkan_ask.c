/* SPDX-License-Identifier: MIT */
#include "vulkan_ask.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vulkan/vulkan_core.h>

#include "vulkan.h"

#define CALLS(F)                                                                                   \
	F(EnumeratePhysicalDevices)                                                                \
	F(EnumerateDeviceExtensionProperties)                                                      \
	F(GetPhysicalDeviceProperties2)                                                            \
	F(GetPhysicalDeviceFeatures2)                                                              \
	F(GetPhysicalDeviceExternalSemaphoreProperties)

struct calls {
#define MEMBER(name) PFN_vk##name name;
	CALLS(MEMBER)
#undef MEMBER
};

/* Vulkan 1.2: a loader of 1.0 would not make it, and none of that age is left. */
static bool start(PFN_vkGetInstanceProcAddr get, VkInstance *ret_instance, struct calls *calls)
{
	const VkApplicationInfo application = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.apiVersion = VK_API_VERSION_1_2 };
	const VkInstanceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &application };
	PFN_vkCreateInstance create = (PFN_vkCreateInstance)get(NULL, "vkCreateInstance");
	if (!create || create(&info, NULL, ret_instance))
		return false;
#define FIND(name) calls->name = (PFN_vk##name)get(*ret_instance, "vk" #name);
	CALLS(FIND)
#undef FIND
	return calls->EnumeratePhysicalDevices && calls->EnumerateDeviceExtensionProperties &&
	       calls->GetPhysicalDeviceProperties2 && calls->GetPhysicalDeviceFeatures2 &&
	       calls->GetPhysicalDeviceExternalSemaphoreProperties;
}

static void look_at_extensions(
	const struct calls *vk, VkPhysicalDevice handle, struct vulkan_device *device)
{
	uint32_t count = 0;
	if (vk->EnumerateDeviceExtensionProperties(handle, NULL, &count, NULL))
		return;
	VkExtensionProperties *list = calloc(count + 1, sizeof(*list));
	if (!list || vk->EnumerateDeviceExtensionProperties(handle, NULL, &count, list) < 0)
		count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const char *name = list[i].extensionName;
		device->memory_host |= !strcmp(name, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
		device->memory_fd |= !strcmp(name, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME);
		device->semaphore_fd |= !strcmp(name, VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME);
	}
	free(list);
}

static bool shares_timelines(const struct calls *vk, VkPhysicalDevice handle)
{
	const VkExternalSemaphoreFeatureFlags both = VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT |
						     VK_EXTERNAL_SEMAPHORE_FEATURE_IMPORTABLE_BIT;
	const VkSemaphoreTypeCreateInfo type = {
		.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
		.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
	};
	const VkPhysicalDeviceExternalSemaphoreInfo info = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_SEMAPHORE_INFO,
		.pNext = &type,
		.handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT
	};
	VkExternalSemaphoreProperties properties = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_SEMAPHORE_PROPERTIES
	};
	vk->GetPhysicalDeviceExternalSemaphoreProperties(handle, &info, &properties);
	return (properties.externalSemaphoreFeatures & both) == both;
}

static void look_at_features(
	const struct calls *vk, VkPhysicalDevice handle, struct vulkan_device *device)
{
	VkPhysicalDeviceTimelineSemaphoreFeatures timelines = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES
	};
	VkPhysicalDeviceFeatures2 features = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &timelines
	};
	vk->GetPhysicalDeviceFeatures2(handle, &features);
	device->timelines = timelines.timelineSemaphore;
	look_at_extensions(vk, handle, device);
	if (device->semaphore_fd)
		device->semaphore_fd = shares_timelines(vk, handle);
}

static void look_at(const struct calls *vk, VkPhysicalDevice handle, struct vulkan_device *device)
{
	VkPhysicalDeviceDriverProperties driver = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES
	};
	VkPhysicalDeviceProperties2 all = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
		.pNext = &driver };
	vk->GetPhysicalDeviceProperties2(handle, &all);
	uint32_t version = all.properties.apiVersion;
	snprintf(device->name, sizeof(device->name), "%s", all.properties.deviceName);
	device->version[0] = VK_API_VERSION_MAJOR(version);
	device->version[1] = VK_API_VERSION_MINOR(version);
	device->cpu = all.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
	if (version < VK_API_VERSION_1_2)
		return;
	snprintf(device->driver, sizeof(device->driver), "%s %s", driver.driverName,
		driver.driverInfo);
	look_at_features(vk, handle, device);
}

void vulkan_ask(void *library, int fd)
{
	VkInstance instance;
	VkPhysicalDevice handles[VULKAN_DEVICES_MAX];
	struct calls vk;
	uint32_t count = VULKAN_DEVICES_MAX;
	PFN_vkGetInstanceProcAddr get;
	*(void **)&get = dlsym(library, "vkGetInstanceProcAddr");
	if (!get || !start(get, &instance, &vk) ||
		vk.EnumeratePhysicalDevices(instance, &count, handles) < 0)
		return;
	for (uint32_t i = 0; i < count; i++) {
		struct vulkan_device device = { 0 };
		look_at(&vk, handles[i], &device);
		if (write(fd, &device, sizeof(device)) != sizeof(device))
			return; /* nobody listens any more */
	}
}
