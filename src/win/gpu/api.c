/* SPDX-License-Identifier: MIT */
#include "win/gpu/api.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include <crossfence/result.h>

#define LIBRARY "libvulkan.so.1"

static PFN_vkGetInstanceProcAddr loaded;

static void load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (library)
		*(void **)&loaded = dlsym(library, "vkGetInstanceProcAddr");
}

int xfi_gpu_loader(PFN_vkGetInstanceProcAddr *ret_get)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	if (!loaded)
		return xf_fail(-ENOSYS,
			"drawing needs the Vulkan loader, " LIBRARY " (Debian: libvulkan1)");
	*ret_get = loaded;
	return 0;
}

static int missing(const char *name)
{
	return xf_fail(-EOPNOTSUPP, "drawing: the Vulkan driver has no vk%s", name);
}

#define FIND(name)                                                                                 \
	calls->name = (PFN_vk##name)get(object, "vk" #name);                                       \
	if (!calls->name)                                                                          \
		return missing(#name);

int xfi_gpu_instance_calls(
	PFN_vkGetInstanceProcAddr get, VkInstance object, struct xfi_gpu_instance_calls *calls)
{
	XFI_GPU_INSTANCE_CALLS(FIND)
	return 0;
}

int xfi_gpu_device_calls(
	PFN_vkGetDeviceProcAddr get, VkDevice object, struct xfi_gpu_device_calls *calls)
{
	XFI_GPU_DEVICE_CALLS(FIND)
	return 0;
}

int xfi_gpu_failed(const char *call, VkResult result)
{
	switch (result) {
	case VK_ERROR_OUT_OF_HOST_MEMORY:
	case VK_ERROR_OUT_OF_DEVICE_MEMORY:
	case VK_ERROR_TOO_MANY_OBJECTS:
	case VK_ERROR_OUT_OF_POOL_MEMORY:
		return xf_fail(-ENOMEM, "%s: out of memory (%d)", call, (int)result);
	case VK_ERROR_DEVICE_LOST:
		return xf_fail(-EIO, "%s: the device is lost", call);
	case VK_ERROR_INCOMPATIBLE_DRIVER:
		return xf_fail(-ENODEV,
			"%s: the Vulkan loader finds no driver (Debian: mesa-vulkan-drivers)",
			call);
	default:
		return xf_fail(-EIO, "%s: error %d", call, (int)result);
	}
}
