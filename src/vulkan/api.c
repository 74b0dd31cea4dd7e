/* SPDX-License-Identifier: MIT */
#include "vulkan/api.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#define LIBRARY "libvulkan.so.1"

static PFN_vkGetInstanceProcAddr loaded;
static char why[200];

static void load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const char *text = library ? NULL : dlerror();
	if (library)
		*(void **)&loaded = dlsym(library, "vkGetInstanceProcAddr");
	if (!loaded)
		strncat(why, text ? text : LIBRARY " has no vkGetInstanceProcAddr",
			sizeof(why) - 1);
}

int xfv_loader(PFN_vkGetInstanceProcAddr *ret_get)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	if (!loaded)
		return xf_fail(-ENOSYS, "no Vulkan loader (Debian: libvulkan1): %s", why);
	*ret_get = loaded;
	return 0;
}

static int missing(const char *name)
{
	return xf_fail(-EOPNOTSUPP, "there is no vk%s: " XFV_OLD_INSTANCE, name);
}

int xfv_instance_calls(
	PFN_vkGetInstanceProcAddr get, VkInstance instance, struct xfv_instance_calls *calls)
{
#define XFV_FIND(name)                                                                             \
	calls->name = (PFN_vk##name)get(instance, "vk" #name);                                     \
	if (!calls->name)                                                                          \
		return missing(#name);
	XFV_INSTANCE_CALLS(XFV_FIND)
#undef XFV_FIND
	return 0;
}

int xfv_device_calls(PFN_vkGetDeviceProcAddr get, VkDevice device, struct xfv_device_calls *calls)
{
#define XFV_FIND(name)                                                                             \
	calls->name = (PFN_vk##name)get(device, "vk" #name);                                       \
	if (!calls->name)                                                                          \
		return missing(#name);
	XFV_DEVICE_CALLS(XFV_FIND)
#undef XFV_FIND
#define XFV_FIND(name) calls->name = (PFN_vk##name)get(device, "vk" #name);
	XFV_EXTENSION_CALLS(XFV_FIND)
#undef XFV_FIND
	return 0;
}

static const struct {
	VkResult result;
	int ours;
	const char *text;
} results[] = {
	{ VK_ERROR_OUT_OF_HOST_MEMORY, -ENOMEM, "out of memory" },
	{ VK_ERROR_OUT_OF_DEVICE_MEMORY, -ENOMEM, "out of device memory" },
	{ VK_ERROR_TOO_MANY_OBJECTS, -ENOMEM, "too many objects" },
	{ VK_ERROR_DEVICE_LOST, -EIO, "the device is lost" },
	{ VK_ERROR_INCOMPATIBLE_DRIVER, -ENODEV, "no compatible driver" },
	{ VK_ERROR_EXTENSION_NOT_PRESENT, -EOPNOTSUPP, "an extension is not there" },
	{ VK_ERROR_FEATURE_NOT_PRESENT, -EOPNOTSUPP, "a feature is not there" },
	{ VK_ERROR_LAYER_NOT_PRESENT, -EOPNOTSUPP, "a layer is not there" },
	{ VK_ERROR_FORMAT_NOT_SUPPORTED, -EOPNOTSUPP, "the format is not supported" },
	{ VK_ERROR_INVALID_DRM_FORMAT_MODIFIER_PLANE_LAYOUT_EXT, -EPROTO,
		"the planes are not as the modifier has them" },
	{ VK_ERROR_INVALID_EXTERNAL_HANDLE, -EPROTO, "the handle is not of that kind" },
};

int xfv_failed(const char *call, VkResult result)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i].result == result)
			return xf_fail(
				results[i].ours, "%s: %s (%d)", call, results[i].text, (int)result);
	return xf_fail(-EIO, "%s: error %d", call, (int)result);
}
