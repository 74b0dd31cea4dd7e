/* SPDX-License-Identifier: MIT */
/*
 * The user's instance and device, or our own. What extensions a device was made with cannot be
 * asked; so the user says it, and what is not said is not used.
 */
#include "base/birthmark.h"
#include "base/message.h"
#include "vulkan/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/params.h"

int xfv_check(const struct xf_vulkan *vulkan)
{
	if (!vulkan)
		return xf_fail(-EINVAL, "vulkan is NULL");
	return xfi_birthmark_is_ours(vulkan->mark) ? 0 : -ECHILD;
}

static int read_params(const struct xf_vulkan_params *given, struct xf_vulkan_params *params)
{
	*params = (struct xf_vulkan_params){ .size = sizeof(*params) };
	int r = given ? XFI_PARAMS_READ(params, struct xf_vulkan_params, given) : 0;
	if (r)
		return r;
	if ((params->physical_device && !params->instance) ||
		(params->device && !params->physical_device))
		return xf_fail(-EINVAL, "a device needs its physical device, and that its "
					"instance");
	if (params->n_extensions && !params->extensions)
		return xf_fail(-EINVAL, "extensions is NULL, n_extensions not 0");
	for (uint32_t i = 0; i < params->n_extensions; i++)
		if (!params->extensions[i])
			return xf_fail(-EINVAL, "extensions[%u] is NULL", i);
	return 0;
}

static int make_instance(struct xf_vulkan *v)
{
	PFN_vkCreateInstance create = (PFN_vkCreateInstance)v->get(NULL, "vkCreateInstance");
	const VkApplicationInfo application = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.pEngineName = "crossfence",
		.apiVersion = VK_API_VERSION_1_2 };
	const VkInstanceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &application };
	if (!create)
		return xf_fail(-ENOSYS, "vkGetInstanceProcAddr knows no vkCreateInstance");
	VkResult error = create(&info, NULL, &v->instance);
	if (error == VK_ERROR_INCOMPATIBLE_DRIVER)
		return xf_fail(-ENODEV, "the Vulkan loader finds no driver (Debian: "
					"mesa-vulkan-drivers); is VK_ICD_FILENAMES right?");
	if (error)
		return xfv_failed("vkCreateInstance", error);
	v->own_instance = true;
	return 0;
}

static int start(struct xf_vulkan *v, const struct xf_vulkan_params *params)
{
	int r = 0;
	v->get = params->get_instance_proc_addr;
	v->instance = params->instance;
	if (!v->get)
		r = xfv_loader(&v->get);
	if (!r && !v->instance)
		r = make_instance(v);
	return r ? r : xfv_instance_calls(v->get, v->instance, &v->vi);
}

static int find_physical(struct xf_vulkan *v, const struct xf_vulkan_params *params)
{
	if (params->physical_device)
		return xfv_physical_look(&v->vi, params->physical_device, &v->physical);
	return xfv_physical_choose(&v->vi, v->instance, params->device_name, &v->physical);
}

static int find_family(struct xf_vulkan *v, VkQueueFlags flags)
{
	VkQueueFamilyProperties families[32];
	uint32_t count = 32;
	v->vi.GetPhysicalDeviceQueueFamilyProperties(v->physical.handle, &count, families);
	for (uint32_t i = 0; i < count; i++)
		if (families[i].queueCount && (families[i].queueFlags & flags) == flags) {
			v->queue_family = i;
			return 0;
		}
	return xf_fail(
		-ENODEV, "%s has no queue with all of VkQueueFlags 0x%x", v->physical.name, flags);
}

static int create_device(struct xf_vulkan *v)
{
	const char *names[XFV_EXTENSIONS];
	const float priority = 1;
	const VkDeviceQueueCreateInfo queue = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = v->queue_family,
		.queueCount = 1,
		.pQueuePriorities = &priority };
	const VkPhysicalDeviceTimelineSemaphoreFeatures timelines = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES,
		.timelineSemaphore = VK_TRUE
	};
	VkDeviceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.pNext = &timelines,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
		.ppEnabledExtensionNames = names };
	v->extensions = v->physical.extensions;
	for (uint32_t i = 0; i < XFV_EXTENSIONS; i++)
		if (v->extensions & 1u << i)
			names[info.enabledExtensionCount++] = xfv_extension_names[i];
	VkResult error = v->vi.CreateDevice(v->physical.handle, &info, NULL, &v->device);
	if (error)
		return xfv_failed("vkCreateDevice", error);
	v->own_device = true;
	return 0;
}

static int make_device(struct xf_vulkan *v, const struct xf_vulkan_params *params)
{
	int r = find_family(v, params->queue_flags ? params->queue_flags
						   : VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT);
	if (!r)
		r = create_device(v);
	if (!r)
		r = xfv_device_calls(v->vi.GetDeviceProcAddr, v->device, &v->vk);
	if (!r)
		v->vk.GetDeviceQueue(v->device, v->queue_family, 0, &v->queue);
	return r;
}

static int take_device(struct xf_vulkan *v, const struct xf_vulkan_params *params)
{
	v->device = params->device;
	v->queue_family = VK_QUEUE_FAMILY_IGNORED;
	v->extensions = xfv_extensions_of(params->extensions, params->n_extensions);
	return xfv_device_calls(v->vi.GetDeviceProcAddr, v->device, &v->vk);
}

/* What is said to be enabled, and what the driver hands out functions for. */
static void settle_extensions(struct xf_vulkan *v)
{
	if (!v->vk.GetMemoryHostPointerPropertiesEXT || !v->physical.host_alignment_bytes)
		v->extensions &= ~(uint32_t)XFV_HAS_MEMORY_HOST;
	if (!v->vk.GetSemaphoreFdKHR || !v->vk.ImportSemaphoreFdKHR ||
		!(v->physical.extensions & XFV_HAS_SEMAPHORE_FD))
		v->extensions &= ~(uint32_t)XFV_HAS_SEMAPHORE_FD;
	if (!v->vk.GetMemoryFdKHR)
		v->extensions &= ~(uint32_t)XFV_HAS_MEMORY_FD;
	if (!v->vk.GetMemoryFdPropertiesKHR || !v->vk.GetImageDrmFormatModifierPropertiesEXT)
		v->extensions &= ~(uint32_t)XFV_HAS_MODIFIERS;
}

int xf_vulkan_create(const struct xf_vulkan_params *given, struct xf_vulkan **ret_vulkan)
{
	struct xf_vulkan_params params;
	xfi_message_forget();
	if (!ret_vulkan)
		return xf_fail(-EINVAL, "%s: ret_vulkan is NULL", __func__);
	int r = read_params(given, &params);
	if (r)
		return r;
	struct xf_vulkan *v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	pthread_mutex_init(&v->lock, NULL);
	r = xfi_birthmark_make(&v->mark);
	if (!r)
		r = start(v, &params);
	if (!r)
		r = find_physical(v, &params);
	if (!r)
		r = params.device ? take_device(v, &params) : make_device(v, &params);
	if (r) {
		xf_vulkan_destroy(v);
		return r;
	}
	settle_extensions(v);
	*ret_vulkan = v;
	return 0;
}

void xf_vulkan_destroy(struct xf_vulkan *v)
{
	if (!v)
		return;
	if (xfi_birthmark_is_ours(v->mark)) {
		if (v->own_device && v->vk.DestroyDevice)
			v->vk.DestroyDevice(v->device, NULL);
		if (v->own_instance && v->vi.DestroyInstance)
			v->vi.DestroyInstance(v->instance, NULL);
	}
	if (xfi_birthmark_is_ours(v->mark))
		xfv_queue_locks_end(v);
	pthread_mutex_destroy(&v->lock);
	xfi_birthmark_end(v->mark);
	free(v);
}

int xf_vulkan_handles(const struct xf_vulkan *v, struct xf_vulkan_handles *ret_handles)
{
	xfi_message_forget();
	int r = xfv_check(v);
	if (r)
		return r;
	struct xf_vulkan_handles handles = {
		.size = sizeof(handles),
		.get_instance_proc_addr = v->get,
		.instance = v->instance,
		.physical_device = v->physical.handle,
		.device = v->device,
		.queue = v->queue,
		.queue_family = v->queue_family,
		.memories = xfv_memories_of(v->extensions),
	};
	memcpy(handles.name, v->physical.name, sizeof(handles.name));
	return XFI_PARAMS_WRITE(ret_handles, struct xf_vulkan_handles, &handles);
}

static int write_requirements(uint32_t extensions, struct xf_vulkan_requirements *ret_requirements)
{
	struct xf_vulkan_requirements all = { .size = sizeof(all),
		.api_version = VK_API_VERSION_1_2,
		.memories = xfv_memories_of(extensions) };
	for (uint32_t i = 0; i < XFV_EXTENSIONS; i++)
		if (extensions & 1u << i)
			all.extensions[all.n_extensions++] = xfv_extension_names[i];
	return XFI_PARAMS_WRITE(ret_requirements, struct xf_vulkan_requirements, &all);
}

int xf_vulkan_requirements(
	const struct xf_vulkan_params *given, struct xf_vulkan_requirements *ret_requirements)
{
	struct xf_vulkan_params params;
	struct xf_vulkan v = { .mark = NULL };
	xfi_message_forget();
	int r = read_params(given, &params);
	if (r)
		return r;
	if (!params.physical_device)
		return write_requirements((1u << XFV_EXTENSIONS) - 1, ret_requirements);
	r = start(&v, &params);
	if (!r)
		r = find_physical(&v, &params);
	return r ? r : write_requirements(v.physical.extensions, ret_requirements);
}

int xf_vulkan_lock(struct xf_vulkan *v, VkQueue queue)
{
	xfi_message_forget();
	int r = xfv_check(v);
	if (r || !queue)
		return r ? r : xf_fail(-EINVAL, "%s: queue is NULL", __func__);
	pthread_mutex_t *lock = xfv_queue_lock(v, queue);
	return lock ? -pthread_mutex_lock(lock) : -ENOMEM;
}

int xf_vulkan_unlock(struct xf_vulkan *v, VkQueue queue)
{
	xfi_message_forget();
	int r = xfv_check(v);
	if (r || !queue)
		return r ? r : xf_fail(-EINVAL, "%s: queue is NULL", __func__);
	pthread_mutex_t *lock = xfv_queue_lock(v, queue);
	return lock ? -pthread_mutex_unlock(lock) : -ENOMEM;
}
