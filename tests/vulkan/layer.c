/* SPDX-License-Identifier: MIT */
/* The calls that the test layer stands in for, and how the loader puts it into its chains. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <vulkan/vk_layer.h>

#include "layer_chain.h"
#include "layer_dma_buf.h"
#include "layer_share.h"

#define SHOWN __attribute__((visibility("default")))

/* Of instances and what they say of devices. */

static VkResult VKAPI_CALL EnumeratePhysicalDevices(
	VkInstance instance, uint32_t *count, VkPhysicalDevice *list)
{
	if (layer.no_devices)
		*count = 0;
	if (layer.no_start)
		return VK_ERROR_INITIALIZATION_FAILED;
	return layer.no_devices
		       ? VK_SUCCESS
		       : chain_instance(instance)->EnumeratePhysicalDevices(instance, count, list);
}

/* Of all devices of its instance, in their order. */
static uint32_t number_of(VkPhysicalDevice device)
{
	struct chain_instance *i = chain_instance(device);
	VkPhysicalDevice list[16];
	uint32_t count = 16, number = 0;
	(void)i->EnumeratePhysicalDevices(i->instance, &count, list);
	while (number < count && list[number] != device)
		number++;
	return number;
}

static void look_like_gpu(VkPhysicalDevice device, VkPhysicalDeviceProperties *ret)
{
	const uint32_t number = number_of(device);
	ret->deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
	ret->vendorID = LAYER_VENDOR;
	ret->deviceID = number;
	memcpy(ret->deviceName, LAYER_GPU, sizeof(LAYER_GPU));
	ret->deviceName[sizeof(LAYER_GPU) - 2] = (char)('1' + number);
}

static void VKAPI_CALL GetPhysicalDeviceProperties(
	VkPhysicalDevice device, VkPhysicalDeviceProperties *ret)
{
	chain_instance(device)->GetPhysicalDeviceProperties(device, ret);
	if (layer.old)
		ret->apiVersion = VK_API_VERSION_1_1;
	if (layer.gpus)
		look_like_gpu(device, ret);
}

static void VKAPI_CALL GetPhysicalDeviceFeatures2(
	VkPhysicalDevice device, VkPhysicalDeviceFeatures2 *ret)
{
	chain_instance(device)->GetPhysicalDeviceFeatures2(device, ret);
	for (VkBaseOutStructure *s = ret->pNext; s; s = s->pNext) {
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES &&
			layer.no_timelines)
			((VkPhysicalDeviceTimelineSemaphoreFeatures *)s)->timelineSemaphore = 0;
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_DRAW_PARAMETERS_FEATURES &&
			layer.no_draw_parameters)
			((VkPhysicalDeviceShaderDrawParametersFeatures *)s)->shaderDrawParameters =
				0;
	}
}

static void VKAPI_CALL GetPhysicalDeviceProperties2(
	VkPhysicalDevice device, VkPhysicalDeviceProperties2 *ret)
{
	chain_instance(device)->GetPhysicalDeviceProperties2(device, ret);
	if (layer.gpus)
		look_like_gpu(device, &ret->properties);
	for (VkBaseOutStructure *s = ret->pNext; s; s = s->pNext) {
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES &&
			layer.other_device) {
			((VkPhysicalDeviceIDProperties *)s)->deviceUUID[15] ^= 1;
			((VkPhysicalDeviceIDProperties *)s)->driverUUID[15] ^= 1;
		}
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES && layer.gpus)
			((VkPhysicalDeviceIDProperties *)s)->deviceUUID[14] ^=
				(uint8_t)(1 + number_of(device));
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_PROPERTIES)
			((VkPhysicalDeviceTimelineSemaphoreProperties *)s)
				->maxTimelineSemaphoreValueDifference = LAYER_DIFFERENCE;
	}
}

static void VKAPI_CALL GetPhysicalDeviceFormatProperties2(
	VkPhysicalDevice device, VkFormat format, VkFormatProperties2 *ret)
{
	chain_instance(device)->GetPhysicalDeviceFormatProperties2(device, format, ret);
	if (layer.dma_bufs)
		dma_buf_format(ret);
}

static VkResult VKAPI_CALL GetPhysicalDeviceImageFormatProperties2(VkPhysicalDevice device,
	const VkPhysicalDeviceImageFormatInfo2 *info, VkImageFormatProperties2 *ret)
{
	return dma_buf_image_format(chain_instance(device), device, info, ret);
}

/* What devices have through the layer. */
static const struct {
	VkExtensionProperties extension;
	const bool *is_there;
} ours[] = {
	{ { VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME, 1 }, &layer.shares },
	{ { VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME, 1 }, &layer.dma_bufs },
	{ { VK_EXT_IMAGE_DRM_FORMAT_MODIFIER_EXTENSION_NAME, 2 }, &layer.dma_bufs },
	{ { VK_EXT_QUEUE_FAMILY_FOREIGN_EXTENSION_NAME, 1 }, &layer.dma_bufs },
};
#define OURS (sizeof(ours) / sizeof(ours[0]))
#define ROOM 256

static bool has(const VkExtensionProperties *list, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(list[i].extensionName, name) == 0)
			return true;
	return false;
}

/* The driver's, and ours. */
static VkResult VKAPI_CALL EnumerateDeviceExtensionProperties(
	VkPhysicalDevice device, const char *name, uint32_t *count, VkExtensionProperties *list)
{
	struct chain_instance *i = chain_instance(device);
	VkExtensionProperties all[ROOM];
	uint32_t there = ROOM - OURS;
	if (layer.no_extensions) {
		*count = 0;
		return VK_SUCCESS;
	}
	VkResult r = name ? VK_INCOMPLETE
			  : i->EnumerateDeviceExtensionProperties(device, NULL, &there, all);
	if (r)
		return name ? i->EnumerateDeviceExtensionProperties(device, name, count, list) : r;
	for (size_t j = 0; j < OURS; j++)
		if (*ours[j].is_there && !has(all, there, ours[j].extension.extensionName))
			all[there++] = ours[j].extension;
	uint32_t given = list && *count < there ? *count : there;
	if (list)
		memcpy(list, all, given * sizeof(*list));
	*count = given;
	return given < there ? VK_INCOMPLETE : VK_SUCCESS;
}

static void VKAPI_CALL GetPhysicalDeviceExternalSemaphoreProperties(VkPhysicalDevice device,
	const VkPhysicalDeviceExternalSemaphoreInfo *info, VkExternalSemaphoreProperties *ret)
{
	chain_instance(device)->GetPhysicalDeviceExternalSemaphoreProperties(device, info, ret);
	if (layer.shares && info->handleType == VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT) {
		ret->exportFromImportedHandleTypes = info->handleType;
		ret->compatibleHandleTypes = info->handleType;
		ret->externalSemaphoreFeatures = VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT |
						 VK_EXTERNAL_SEMAPHORE_FEATURE_IMPORTABLE_BIT;
	}
}

static void VKAPI_CALL GetPhysicalDeviceQueueFamilyProperties(
	VkPhysicalDevice device, uint32_t *count, VkQueueFamilyProperties *list)
{
	chain_instance(device)->GetPhysicalDeviceQueueFamilyProperties(device, count, list);
	for (uint32_t i = 0; list && i < *count && layer.compute_only; i++)
		list[i].queueFlags &= ~(VkQueueFlags)VK_QUEUE_GRAPHICS_BIT;
}

/* Of devices: calls of all but one fail. */

static bool is_lost(const struct chain_device *d)
{
	return layer.lost && d->device != layer.spared;
}

static VkResult fails(enum layer_kind kind, VkDevice device)
{
	if (kind != layer.kind || (device && device == layer.spared))
		return VK_SUCCESS;
	if (atomic_fetch_add(&layer.calls, 1) + 1 != layer.fails_at && !layer.all)
		return VK_SUCCESS;
	if (layer.result == VK_ERROR_DEVICE_LOST && kind != LAYER_CreateDevice)
		layer.lost = true;
	return layer.result;
}

static VkResult counted(VkResult r)
{
	layer.left += r == VK_SUCCESS;
	return r;
}

#define MAKES(call, info_type, made)                                                               \
	static VkResult VKAPI_CALL call(VkDevice device, const info_type *info,                    \
		const VkAllocationCallbacks *allocator, Vk##made *ret)                             \
	{                                                                                          \
		VkResult r = fails(LAYER_##call, device);                                          \
		return r ? r : counted(chain_device(device)->call(device, info, allocator, ret));  \
	}
MAKES(CreateBuffer, VkBufferCreateInfo, Buffer)

static VkResult VKAPI_CALL AllocateMemory(VkDevice device, const VkMemoryAllocateInfo *info,
	const VkAllocationCallbacks *allocator, VkDeviceMemory *ret)
{
	VkResult r = fails(LAYER_AllocateMemory, device);
	return r ? r : counted(dma_buf_allocate(chain_device(device), info, allocator, ret));
}

static VkResult VKAPI_CALL CreateImage(VkDevice device, const VkImageCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkImage *ret)
{
	VkResult r = fails(LAYER_CreateImage, device);
	return r ? r : counted(dma_buf_create_image(chain_device(device), info, allocator, ret));
}

static VkResult VKAPI_CALL CreateSemaphore(VkDevice device, const VkSemaphoreCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkSemaphore *ret)
{
	struct chain_device *d = chain_device(device);
	VkResult r = fails(LAYER_CreateSemaphore, device);
	if (r)
		return r;
	return counted(layer.shares ? share_create(d, info, allocator, ret)
				    : d->CreateSemaphore(device, info, allocator, ret));
}

/* What is lost for the program runs still, and ends before what it uses does. */
static struct chain_device *before_end(VkDevice device)
{
	struct chain_device *d = chain_device(device);
	if (is_lost(d))
		(void)d->DeviceWaitIdle(device);
	return d;
}

#define ENDS(call, made)                                                                           \
	static void VKAPI_CALL call(                                                               \
		VkDevice device, Vk##made object, const VkAllocationCallbacks *allocator)          \
	{                                                                                          \
		struct chain_device *d = before_end(device);                                       \
		layer.left -= object != VK_NULL_HANDLE;                                            \
		d->call(device, object, allocator);                                                \
	}
ENDS(DestroyBuffer, Buffer)

static void VKAPI_CALL FreeMemory(
	VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks *allocator)
{
	struct chain_device *d = before_end(device);
	layer.left -= memory != VK_NULL_HANDLE;
	d->FreeMemory(device, memory, allocator);
	dma_buf_end_memory(memory);
}

static void VKAPI_CALL DestroyImage(
	VkDevice device, VkImage image, const VkAllocationCallbacks *allocator)
{
	struct chain_device *d = before_end(device);
	layer.left -= image != VK_NULL_HANDLE;
	dma_buf_end_image(image);
	d->DestroyImage(device, image, allocator);
}

static void VKAPI_CALL DestroySemaphore(
	VkDevice device, VkSemaphore semaphore, const VkAllocationCallbacks *allocator)
{
	struct chain_device *d = before_end(device);
	share_end(semaphore);
	layer.left -= semaphore != VK_NULL_HANDLE;
	d->DestroySemaphore(device, semaphore, allocator);
}

#define BINDS(call, bound)                                                                         \
	static VkResult VKAPI_CALL call(                                                           \
		VkDevice device, Vk##bound object, VkDeviceMemory memory, VkDeviceSize offset)     \
	{                                                                                          \
		VkResult r = fails(LAYER_##call, device);                                          \
		return r ? r : chain_device(device)->call(device, object, memory, offset);         \
	}
BINDS(BindBufferMemory, Buffer)

static VkResult VKAPI_CALL BindImageMemory(
	VkDevice device, VkImage image, VkDeviceMemory memory, VkDeviceSize offset)
{
	VkResult r = fails(LAYER_BindImageMemory, device);
	return r ? r
		 : chain_device(device)->BindImageMemory(
			   device, image, memory, offset + dma_buf_start(image));
}

static void VKAPI_CALL GetImageMemoryRequirements(
	VkDevice device, VkImage image, VkMemoryRequirements *ret)
{
	dma_buf_requirements(chain_device(device), image, ret);
}

static void VKAPI_CALL GetImageSubresourceLayout(
	VkDevice device, VkImage image, const VkImageSubresource *part, VkSubresourceLayout *ret)
{
	dma_buf_layout(chain_device(device), image, part, ret);
}

static VkResult VKAPI_CALL GetImageDrmFormatModifierPropertiesEXT(
	VkDevice device, VkImage image, VkImageDrmFormatModifierPropertiesEXT *ret)
{
	VkResult r = fails(LAYER_GetImageDrmFormatModifierPropertiesEXT, device);
	return r ? r : dma_buf_modifier(image, ret);
}

static VkResult VKAPI_CALL GetMemoryFdKHR(
	VkDevice device, const VkMemoryGetFdInfoKHR *info, int *ret_fd)
{
	VkResult r = fails(LAYER_GetMemoryFdKHR, device);
	return r ? r : dma_buf_get_fd(chain_device(device), info, ret_fd);
}

static VkResult VKAPI_CALL GetMemoryFdPropertiesKHR(VkDevice device,
	VkExternalMemoryHandleTypeFlagBits type, int fd, VkMemoryFdPropertiesKHR *ret)
{
	VkResult r = fails(LAYER_GetMemoryFdPropertiesKHR, device);
	(void)type; /* only of dma-bufs */
	return r ? r : dma_buf_fd_properties(fd, ret);
}

static VkResult VKAPI_CALL GetMemoryHostPointerPropertiesEXT(VkDevice device,
	VkExternalMemoryHandleTypeFlagBits type, const void *pointer,
	VkMemoryHostPointerPropertiesEXT *ret)
{
	VkResult r = fails(LAYER_GetMemoryHostPointerPropertiesEXT, device);
	return r ? r
		 : chain_device(device)->GetMemoryHostPointerPropertiesEXT(
			   device, type, pointer, ret);
}

static VkResult VKAPI_CALL QueueSubmit(
	VkQueue queue, uint32_t n, const VkSubmitInfo *infos, VkFence fence)
{
	struct chain_device *d = chain_device(queue);
	VkResult r = is_lost(d) ? VK_ERROR_DEVICE_LOST : fails(LAYER_QueueSubmit, d->device);
	if (!r)
		r = d->QueueSubmit(queue, n, infos, fence);
	for (uint32_t i = 0; !r && i < n; i++)
		share_submitted(&infos[i]);
	return r;
}

static VkResult VKAPI_CALL SignalSemaphore(VkDevice device, const VkSemaphoreSignalInfo *info)
{
	struct chain_device *d = chain_device(device);
	VkResult r = is_lost(d) ? VK_ERROR_DEVICE_LOST : fails(LAYER_SignalSemaphore, device);
	if (!r)
		r = d->SignalSemaphore(device, info);
	if (!r)
		share_signalled(info->semaphore, info->value);
	return r;
}

static VkResult VKAPI_CALL GetSemaphoreCounterValue(
	VkDevice device, VkSemaphore semaphore, uint64_t *ret)
{
	struct chain_device *d = chain_device(device);
	VkResult r =
		is_lost(d) ? VK_ERROR_DEVICE_LOST : fails(LAYER_GetSemaphoreCounterValue, device);
	if (!r && layer.stalled && device != layer.spared)
		*ret = 0;
	else if (!r)
		r = d->GetSemaphoreCounterValue(device, semaphore, ret);
	return r;
}

static VkResult VKAPI_CALL GetSemaphoreFdKHR(
	VkDevice device, const VkSemaphoreGetFdInfoKHR *info, int *ret_fd)
{
	VkResult r = fails(LAYER_GetSemaphoreFdKHR, device);
	if (r)
		return r;
	return layer.shares ? share_get_fd(info->semaphore, ret_fd)
			    : chain_device(device)->GetSemaphoreFdKHR(device, info, ret_fd);
}

static VkResult VKAPI_CALL ImportSemaphoreFdKHR(
	VkDevice device, const VkImportSemaphoreFdInfoKHR *info)
{
	struct chain_device *d = chain_device(device);
	VkResult r = fails(LAYER_ImportSemaphoreFdKHR, device);
	if (r)
		return r;
	return layer.shares ? share_import_fd(d, info->semaphore, info->fd)
			    : d->ImportSemaphoreFdKHR(device, info);
}

static VkResult pause_for(uint64_t ns)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = (long)ns }, NULL);
	return VK_TIMEOUT;
}

/* As a driver would: whoever waits when the device is lost is told. */
static VkResult VKAPI_CALL WaitSemaphores(
	VkDevice device, const VkSemaphoreWaitInfo *info, uint64_t timeout)
{
	const uint64_t piece = 5000000;
	struct chain_device *d = chain_device(device);
	VkResult r = fails(LAYER_WaitSemaphores, device);
	if (r)
		return r;
	for (;;) {
		uint64_t part = timeout < piece ? timeout : piece;
		if (is_lost(d))
			return VK_ERROR_DEVICE_LOST;
		bool stalled = layer.stalled && device != layer.spared;
		r = stalled ? pause_for(part) : d->WaitSemaphores(device, info, part);
		if (r != VK_TIMEOUT || timeout == part)
			return r;
		timeout -= timeout == UINT64_MAX ? 0 : part;
	}
}

static void VKAPI_CALL DestroyDevice(VkDevice device, const VkAllocationCallbacks *allocator)
{
	struct chain_device *d = before_end(device);
	d->DestroyDevice(device, allocator);
	chain_remove_device(d);
}

static void VKAPI_CALL DestroyInstance(VkInstance instance, const VkAllocationCallbacks *allocator)
{
	struct chain_instance *i = chain_instance(instance);
	i->DestroyInstance(instance, allocator);
	chain_remove_instance(i);
}

/* The loader's notes for layers: each takes its link and moves the note on to the next. */

static VkLayerInstanceCreateInfo *note_of_instance(const VkInstanceCreateInfo *info)
{
	VkLayerInstanceCreateInfo *note = (VkLayerInstanceCreateInfo *)info->pNext;
	while (note && (note->sType != VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO ||
			       note->function != VK_LAYER_LINK_INFO))
		note = (VkLayerInstanceCreateInfo *)note->pNext;
	return note;
}

static VkLayerDeviceCreateInfo *note_of_device(const VkDeviceCreateInfo *info)
{
	VkLayerDeviceCreateInfo *note = (VkLayerDeviceCreateInfo *)info->pNext;
	while (note && (note->sType != VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO ||
			       note->function != VK_LAYER_LINK_INFO))
		note = (VkLayerDeviceCreateInfo *)note->pNext;
	return note;
}

static VkResult VKAPI_CALL CreateInstance(const VkInstanceCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkInstance *ret_instance)
{
	VkLayerInstanceCreateInfo *note = note_of_instance(info);
	if (!note)
		return VK_ERROR_INITIALIZATION_FAILED;
	PFN_vkGetInstanceProcAddr get = note->u.pLayerInfo->pfnNextGetInstanceProcAddr;
	PFN_vkCreateInstance create = (PFN_vkCreateInstance)get(NULL, "vkCreateInstance");
	note->u.pLayerInfo = note->u.pLayerInfo->pNext;
	VkResult r = create(info, allocator, ret_instance);
	if (!r)
		chain_add_instance(*ret_instance, get);
	return r;
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < OURS; i++)
		if (*ours[i].is_there && strcmp(name, ours[i].extension.extensionName) == 0)
			return true;
	return false;
}

/* The driver knows nothing of them. */
static void without_ours(VkDeviceCreateInfo *info, const char **names, uint32_t room)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < info->enabledExtensionCount && count < room; i++)
		if (!is_ours(info->ppEnabledExtensionNames[i]))
			names[count++] = info->ppEnabledExtensionNames[i];
	info->ppEnabledExtensionNames = names;
	info->enabledExtensionCount = count;
}

static VkResult VKAPI_CALL CreateDevice(VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkDevice *ret_device)
{
	VkLayerDeviceCreateInfo *note = note_of_device(info);
	VkResult r = note ? fails(LAYER_CreateDevice, NULL) : VK_ERROR_INITIALIZATION_FAILED;
	if (r)
		return r;
	PFN_vkGetDeviceProcAddr get = note->u.pLayerInfo->pfnNextGetDeviceProcAddr;
	PFN_vkCreateDevice create =
		(PFN_vkCreateDevice)note->u.pLayerInfo->pfnNextGetInstanceProcAddr(
			chain_instance(physical)->instance, "vkCreateDevice");
	note->u.pLayerInfo = note->u.pLayerInfo->pNext;
	const char *names[64];
	VkDeviceCreateInfo plain = *info;
	without_ours(&plain, names, 64);
	r = create(physical, &plain, allocator, ret_device);
	if (!r)
		chain_add_device(*ret_device, get);
	return r;
}

struct entry {
	const char *name;
	PFN_vkVoidFunction function;
};
#define ENTRY(name)                                                                                \
	{                                                                                          \
		"vk" #name, (PFN_vkVoidFunction)name                                               \
	}

static PFN_vkVoidFunction find(const struct entry *entries, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(entries[i].name, name) == 0)
			return entries[i].function;
	return NULL;
}

static PFN_vkVoidFunction VKAPI_CALL GetDeviceProcAddr(VkDevice device, const char *name);

static PFN_vkVoidFunction of_device(const char *name)
{
	static const struct entry entries[] = { ENTRY(GetDeviceProcAddr), ENTRY(DestroyDevice),
		ENTRY(AllocateMemory), ENTRY(FreeMemory), ENTRY(CreateImage), ENTRY(DestroyImage),
		ENTRY(CreateBuffer), ENTRY(DestroyBuffer), ENTRY(CreateSemaphore),
		ENTRY(DestroySemaphore), ENTRY(BindImageMemory), ENTRY(BindBufferMemory),
		ENTRY(GetMemoryFdKHR), ENTRY(GetMemoryFdPropertiesKHR),
		ENTRY(GetImageMemoryRequirements), ENTRY(GetImageSubresourceLayout),
		ENTRY(GetImageDrmFormatModifierPropertiesEXT),
		ENTRY(GetMemoryHostPointerPropertiesEXT), ENTRY(QueueSubmit), ENTRY(WaitSemaphores),
		ENTRY(SignalSemaphore), ENTRY(GetSemaphoreCounterValue), ENTRY(GetSemaphoreFdKHR),
		ENTRY(ImportSemaphoreFdKHR) };
	return find(entries, sizeof(entries) / sizeof(entries[0]), name);
}

/* What is not enabled is not there, ours or not. */
static PFN_vkVoidFunction VKAPI_CALL GetDeviceProcAddr(VkDevice device, const char *name)
{
	PFN_vkVoidFunction own = of_device(name), next = chain_device(device)->get(device, name);
	bool is = (layer.shares && strstr(name, "SemaphoreFdKHR")) ||
		  (layer.dma_bufs && strstr(name, "DrmFormatModifier"));
	return own && (next || is) ? own : next;
}

static PFN_vkVoidFunction VKAPI_CALL GetInstanceProcAddr(VkInstance instance, const char *name);

static PFN_vkVoidFunction of_instance(const char *name)
{
	static const struct entry entries[] = { ENTRY(GetInstanceProcAddr), ENTRY(CreateInstance),
		ENTRY(DestroyInstance), ENTRY(EnumeratePhysicalDevices),
		ENTRY(GetPhysicalDeviceProperties), ENTRY(GetPhysicalDeviceProperties2),
		/* The name by which the loader calls it for instances of 1.0, libvkd3d's. */
		{ "vkGetPhysicalDeviceProperties2KHR",
			(PFN_vkVoidFunction)GetPhysicalDeviceProperties2 },
		ENTRY(GetPhysicalDeviceFormatProperties2),
		ENTRY(GetPhysicalDeviceImageFormatProperties2), ENTRY(GetPhysicalDeviceFeatures2),
		ENTRY(EnumerateDeviceExtensionProperties),
		ENTRY(GetPhysicalDeviceExternalSemaphoreProperties),
		ENTRY(GetPhysicalDeviceQueueFamilyProperties), ENTRY(CreateDevice) };
	return find(entries, sizeof(entries) / sizeof(entries[0]), name);
}

static PFN_vkVoidFunction VKAPI_CALL GetInstanceProcAddr(VkInstance instance, const char *name)
{
	PFN_vkVoidFunction own = of_instance(name);
	if (!own)
		own = of_device(name);
	return own || !instance ? own : chain_instance(instance)->get(instance, name);
}

SHOWN VkResult VKAPI_CALL vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *version)
{
	layer.shares = getenv("XF_TEST_LAYER_SHARES") != NULL;
	layer.gpus = getenv("XF_TEST_LAYER_GPUS") != NULL;
	layer.dma_bufs = getenv("XF_TEST_LAYER_DMA_BUFS") != NULL;
	version->loaderLayerInterfaceVersion = CURRENT_LOADER_LAYER_INTERFACE_VERSION;
	version->pfnGetInstanceProcAddr = GetInstanceProcAddr;
	version->pfnGetDeviceProcAddr = GetDeviceProcAddr;
	version->pfnGetPhysicalDeviceProcAddr = NULL;
	return VK_SUCCESS;
}
