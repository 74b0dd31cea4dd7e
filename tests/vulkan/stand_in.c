/* SPDX-License-Identifier: MIT */
#include "stand_in.h"

#include <dlfcn.h>
#include <string.h>

struct stand_in stand_in;

static PFN_vkGetInstanceProcAddr loader(void)
{
	static PFN_vkGetInstanceProcAddr get;
	if (!get)
		*(void **)&get = dlsym(dlopen("libvulkan.so.1", RTLD_NOW), "vkGetInstanceProcAddr");
	return get;
}

static VkInstance the_instance; /* the last one that somebody asked about */
static VkDevice the_device;

#define REAL(name)   ((PFN_vk##name)loader()(the_instance, "vk" #name))
#define DEVICE(name) ((PFN_vk##name)REAL(GetDeviceProcAddr)(the_device, "vk" #name))

static VkResult VKAPI_CALL enumerate(VkInstance instance, uint32_t *count, VkPhysicalDevice *list)
{
	if (stand_in.no_devices)
		*count = 0;
	return stand_in.no_devices ? 0 : REAL(EnumeratePhysicalDevices)(instance, count, list);
}

static void VKAPI_CALL properties(VkPhysicalDevice device, VkPhysicalDeviceProperties *ret)
{
	REAL(GetPhysicalDeviceProperties)(device, ret);
	if (stand_in.old)
		ret->apiVersion = VK_API_VERSION_1_1;
}

static void VKAPI_CALL features(VkPhysicalDevice device, VkPhysicalDeviceFeatures2 *ret)
{
	REAL(GetPhysicalDeviceFeatures2)(device, ret);
	for (VkBaseOutStructure *s = ret->pNext; s && stand_in.no_timelines; s = s->pNext)
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES)
			((VkPhysicalDeviceTimelineSemaphoreFeatures *)s)->timelineSemaphore = 0;
}

static VkResult VKAPI_CALL extensions(
	VkPhysicalDevice device, const char *layer, uint32_t *count, VkExtensionProperties *list)
{
	if (stand_in.no_extensions)
		*count = 0;
	return stand_in.no_extensions
		       ? 0
		       : REAL(EnumerateDeviceExtensionProperties)(device, layer, count, list);
}

static void VKAPI_CALL families(
	VkPhysicalDevice device, uint32_t *count, VkQueueFamilyProperties *list)
{
	REAL(GetPhysicalDeviceQueueFamilyProperties)(device, count, list);
	for (uint32_t i = 0; list && i < *count && stand_in.compute_only; i++)
		list[i].queueFlags &= ~(VkQueueFlags)VK_QUEUE_GRAPHICS_BIT;
}

static VkResult VKAPI_CALL create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkDevice *ret_device)
{
	VkResult r = REAL(CreateDevice)(physical, info, allocator, ret_device);
	if (!r)
		the_device = *ret_device;
	return r;
}

static bool fails(void)
{
	return atomic_fetch_add(&stand_in.calls, 1) + 1 == stand_in.fails_at;
}

static VkResult count(VkResult r)
{
	stand_in.left += r == 0;
	return r;
}

#define MAKES(call, made, info_type)                                                               \
	static VkResult VKAPI_CALL make_##made(VkDevice device, const info_type *info,             \
		const VkAllocationCallbacks *allocator, Vk##made *ret)                             \
	{                                                                                          \
		if (fails())                                                                       \
			return VK_ERROR_OUT_OF_DEVICE_MEMORY;                                      \
		return count(DEVICE(call)(device, info, allocator, ret));                          \
	}
MAKES(AllocateMemory, DeviceMemory, VkMemoryAllocateInfo)
MAKES(CreateImage, Image, VkImageCreateInfo)
MAKES(CreateBuffer, Buffer, VkBufferCreateInfo)
MAKES(CreateSemaphore, Semaphore, VkSemaphoreCreateInfo)

#define ENDS(call, made)                                                                           \
	static void VKAPI_CALL end_##made(                                                         \
		VkDevice device, Vk##made object, const VkAllocationCallbacks *allocator)          \
	{                                                                                          \
		stand_in.left -= object != VK_NULL_HANDLE;                                         \
		DEVICE(call)(device, object, allocator);                                           \
	}
ENDS(FreeMemory, DeviceMemory)
ENDS(DestroyImage, Image)
ENDS(DestroyBuffer, Buffer)
ENDS(DestroySemaphore, Semaphore)

static VkResult VKAPI_CALL bind_image(
	VkDevice device, VkImage image, VkDeviceMemory memory, VkDeviceSize offset)
{
	return fails() ? VK_ERROR_OUT_OF_HOST_MEMORY
		       : DEVICE(BindImageMemory)(device, image, memory, offset);
}

static VkResult VKAPI_CALL get_fd(VkDevice device, const VkMemoryGetFdInfoKHR *info, int *ret_fd)
{
	return fails() ? VK_ERROR_OUT_OF_HOST_MEMORY : DEVICE(GetMemoryFdKHR)(device, info, ret_fd);
}

static VkResult VKAPI_CALL submit(
	VkQueue queue, uint32_t n, const VkSubmitInfo *infos, VkFence fence)
{
	if (stand_in.lost)
		return VK_ERROR_DEVICE_LOST;
	return fails() ? VK_ERROR_OUT_OF_DEVICE_MEMORY
		       : DEVICE(QueueSubmit)(queue, n, infos, fence);
}

/* As a driver would: whoever waits when the device is lost is told. */
static VkResult VKAPI_CALL wait(VkDevice device, const VkSemaphoreWaitInfo *info, uint64_t timeout)
{
	const uint64_t piece = 5000000;
	VkResult r = VK_TIMEOUT;
	while (r == VK_TIMEOUT && timeout) {
		if (stand_in.lost)
			return VK_ERROR_DEVICE_LOST;
		uint64_t part = timeout < piece ? timeout : piece;
		r = DEVICE(WaitSemaphores)(device, info, part);
		timeout -= part;
	}
	return timeout || r != VK_TIMEOUT ? r : DEVICE(WaitSemaphores)(device, info, 0);
}

struct entry {
	const char *name;
	PFN_vkVoidFunction function;
};

static PFN_vkVoidFunction ours(const struct entry *entries, const char *name)
{
	for (; entries->name; entries++)
		if (strcmp(entries->name, name) == 0)
			return entries->function;
	return NULL;
}

static PFN_vkVoidFunction VKAPI_CALL get_of_device(VkDevice device, const char *name)
{
	static const struct entry entries[] = {
		{ "vkAllocateMemory", (PFN_vkVoidFunction)make_DeviceMemory },
		{ "vkFreeMemory", (PFN_vkVoidFunction)end_DeviceMemory },
		{ "vkCreateImage", (PFN_vkVoidFunction)make_Image },
		{ "vkDestroyImage", (PFN_vkVoidFunction)end_Image },
		{ "vkCreateBuffer", (PFN_vkVoidFunction)make_Buffer },
		{ "vkDestroyBuffer", (PFN_vkVoidFunction)end_Buffer },
		{ "vkCreateSemaphore", (PFN_vkVoidFunction)make_Semaphore },
		{ "vkDestroySemaphore", (PFN_vkVoidFunction)end_Semaphore },
		{ "vkBindImageMemory", (PFN_vkVoidFunction)bind_image },
		{ "vkGetMemoryFdKHR", (PFN_vkVoidFunction)get_fd },
		{ "vkQueueSubmit", (PFN_vkVoidFunction)submit },
		{ "vkWaitSemaphores", (PFN_vkVoidFunction)wait },
		{ NULL, NULL },
	};
	the_device = device;
	PFN_vkVoidFunction real = REAL(GetDeviceProcAddr)(device, name), own = ours(entries, name);
	return real && own ? own : real;
}

PFN_vkVoidFunction VKAPI_CALL stand_in_get(VkInstance instance, const char *name)
{
	static const struct entry entries[] = {
		{ "vkEnumeratePhysicalDevices", (PFN_vkVoidFunction)enumerate },
		{ "vkGetPhysicalDeviceProperties", (PFN_vkVoidFunction)properties },
		{ "vkGetPhysicalDeviceFeatures2", (PFN_vkVoidFunction)features },
		{ "vkEnumerateDeviceExtensionProperties", (PFN_vkVoidFunction)extensions },
		{ "vkGetPhysicalDeviceQueueFamilyProperties", (PFN_vkVoidFunction)families },
		{ "vkCreateDevice", (PFN_vkVoidFunction)create_device },
		{ "vkGetDeviceProcAddr", (PFN_vkVoidFunction)get_of_device },
		{ NULL, NULL },
	};
	if (instance)
		the_instance = instance;
	PFN_vkVoidFunction own = ours(entries, name);
	return own ? own : loader()(instance, name);
}
