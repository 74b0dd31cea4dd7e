/* SPDX-License-Identifier: MIT */
#include "vulkan/physical.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION VK_API_VERSION_1_2

const char *const xfv_extension_names[XFV_EXTENSIONS] = {
	VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
	VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
	VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME,
	VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME,
	VK_EXT_IMAGE_DRM_FORMAT_MODIFIER_EXTENSION_NAME,
	VK_EXT_QUEUE_FAMILY_FOREIGN_EXTENSION_NAME,
};

static uint32_t bit_of(const char *name)
{
	for (uint32_t i = 0; name && i < XFV_EXTENSIONS; i++)
		if (strcmp(name, xfv_extension_names[i]) == 0)
			return 1u << i;
	return 0;
}

uint32_t xfv_extensions_of(const char *const *names, uint32_t count)
{
	uint32_t bits = 0;
	for (uint32_t i = 0; i < count; i++)
		bits |= bit_of(names[i]);
	return bits;
}

uint32_t xfv_memories_of(uint32_t extensions)
{
	return (extensions & XFV_HAS_MEMORY_HOST ? 1u << XF_MEMORY_HOST : 0) |
	       (extensions & XFV_HAS_MEMORY_FD ? 1u << XF_MEMORY_VULKAN : 0) |
	       (xfv_missing_for_dma_bufs(extensions) ? 0 : 1u << XF_MEMORY_DMA_BUF);
}

const char *xfv_missing_for_dma_bufs(uint32_t extensions)
{
	uint32_t missing = XFV_NEEDED_DMA_BUF & ~extensions;
	return missing ? xfv_extension_names[__builtin_ctz(missing)] : NULL;
}

static int look_for_extensions(const struct xfv_instance_calls *vi, struct xfv_physical *physical)
{
	uint32_t count = 0;
	VkResult error =
		vi->EnumerateDeviceExtensionProperties(physical->handle, NULL, &count, NULL);
	VkExtensionProperties *list = error ? NULL : calloc(count + 1, sizeof(*list));
	if (!error && !list)
		return -ENOMEM;
	if (!error)
		error = vi->EnumerateDeviceExtensionProperties(
			physical->handle, NULL, &count, list);
	for (uint32_t i = 0; error >= 0 && i < count; i++)
		physical->extensions |= bit_of(list[i].extensionName);
	free(list);
	return error < 0 ? xfv_failed("vkEnumerateDeviceExtensionProperties", error) : 0;
}

#define UNANSWERED 2 /* no VkBool32; stays where the loader asks for an instance of 1.0 */

static void look_at_properties(const struct xfv_instance_calls *vi, struct xfv_physical *physical)
{
	VkPhysicalDeviceExternalMemoryHostPropertiesEXT host = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT
	};
	VkPhysicalDeviceTimelineSemaphoreProperties timelines = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_PROPERTIES
	};
	VkPhysicalDeviceIDProperties id = { .sType =
						    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES,
		.pNext = physical->extensions & XFV_HAS_MEMORY_HOST ? &host : NULL };
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &timelines
	};
	timelines.pNext = &id;
	id.deviceLUIDValid = UNANSWERED;
	vi->GetPhysicalDeviceProperties2(physical->handle, &properties);
	memcpy(physical->device_uuid, id.deviceUUID, VK_UUID_SIZE);
	memcpy(physical->driver_uuid, id.driverUUID, VK_UUID_SIZE);
	physical->answers = id.deviceLUIDValid != UNANSWERED;
	physical->max_difference = timelines.maxTimelineSemaphoreValueDifference;
	physical->host_alignment_bytes = host.minImportedHostPointerAlignment;
	vi->GetPhysicalDeviceMemoryProperties(physical->handle, &physical->memory);
}

static void look_at_features(const struct xfv_instance_calls *vi, struct xfv_physical *physical)
{
	VkPhysicalDeviceTimelineSemaphoreFeatures timelines = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES
	};
	VkPhysicalDeviceFeatures2 features = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &timelines
	};
	vi->GetPhysicalDeviceFeatures2(physical->handle, &features);
	physical->timelines = timelines.timelineSemaphore;
}

/* Drivers may share binary semaphores alone. */
static void look_at_semaphores(const struct xfv_instance_calls *vi, struct xfv_physical *physical)
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
	if (!(physical->extensions & XFV_HAS_SEMAPHORE_FD))
		return;
	vi->GetPhysicalDeviceExternalSemaphoreProperties(physical->handle, &info, &properties);
	if ((properties.externalSemaphoreFeatures & both) != both)
		physical->extensions &= ~(uint32_t)XFV_HAS_SEMAPHORE_FD;
}

int xfv_physical_look(
	const struct xfv_instance_calls *vi, VkPhysicalDevice handle, struct xfv_physical *physical)
{
	VkPhysicalDeviceProperties properties;
	*physical = (struct xfv_physical){ .handle = handle };
	vi->GetPhysicalDeviceProperties(handle, &properties);
	physical->api_version = properties.apiVersion;
	physical->type = properties.deviceType;
	snprintf(physical->name, sizeof(physical->name), "%s", properties.deviceName);
	if (physical->api_version < VERSION)
		return xf_fail(-EOPNOTSUPP, "%s has Vulkan %u.%u, and 1.2 is needed",
			physical->name, VK_API_VERSION_MAJOR(physical->api_version),
			VK_API_VERSION_MINOR(physical->api_version));
	int r = look_for_extensions(vi, physical);
	if (r)
		return r;
	look_at_properties(vi, physical);
	look_at_features(vi, physical);
	look_at_semaphores(vi, physical);
	if (!physical->answers)
		return xf_fail(-EOPNOTSUPP, "%s has Vulkan %u.%u, but " XFV_OLD_INSTANCE,
			physical->name, VK_API_VERSION_MAJOR(physical->api_version),
			VK_API_VERSION_MINOR(physical->api_version));
	return physical->timelines ? 0
				   : xf_fail(-EOPNOTSUPP,
					     "%s has no timeline semaphores (feature "
					     "timelineSemaphore)",
					     physical->name);
}

static int speed(VkPhysicalDeviceType type)
{
	return type == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU	? 4
	       : type == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU ? 3
	       : type == VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU	? 2
								: 1;
}

/* Of those that will do the first of the fastest; of those that will not, the last one's result. */
static int choose(const struct xfv_instance_calls *vi, const VkPhysicalDevice *handles,
	uint32_t count, const char *part, struct xfv_physical *ret_physical)
{
	struct xfv_physical physical;
	int best = 0, result = -ENODEV;
	for (uint32_t i = 0; i < count; i++) {
		int r = xfv_physical_look(vi, handles[i], &physical);
		if (part && !strstr(physical.name, part))
			continue;
		if (r && !best)
			result = r;
		if (r || speed(physical.type) <= best)
			continue;
		best = speed(physical.type);
		*ret_physical = physical;
	}
	return best ? 0 : result;
}

static int none(int result, const struct xfv_physical *last, uint32_t count, const char *part)
{
	if (result != -ENODEV)
		return result;
	if (!count)
		return xf_fail(-ENODEV, "there is no Vulkan device: is a driver installed (Debian: "
					"mesa-vulkan-drivers), and VK_ICD_FILENAMES right?");
	return xf_fail(-ENODEV, "none of %u Vulkan devices has \"%s\" in its name; one is \"%s\"",
		count, part, last->name);
}

int xfv_physical_choose(const struct xfv_instance_calls *vi, VkInstance instance, const char *part,
	struct xfv_physical *ret_physical)
{
	struct xfv_physical last = { .name = "" };
	uint32_t count = 0;
	VkResult error = vi->EnumeratePhysicalDevices(instance, &count, NULL);
	VkPhysicalDevice *handles = error ? NULL : calloc(count + 1, sizeof(VkPhysicalDevice));
	if (!error && !handles)
		return -ENOMEM;
	if (!error)
		error = vi->EnumeratePhysicalDevices(instance, &count, handles);
	if (error == VK_ERROR_INITIALIZATION_FAILED) {
		count = 0; /* so say drivers that find no device of theirs */
		error = VK_SUCCESS;
	}
	int r = error < 0 ? xfv_failed("vkEnumeratePhysicalDevices", error)
			  : choose(vi, handles, count, part, ret_physical);
	if (r == -ENODEV && count)
		(void)xfv_physical_look(vi, handles[count - 1], &last);
	free(handles);
	return r ? none(r, &last, count, part) : 0;
}
