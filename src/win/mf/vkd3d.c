/* SPDX-License-Identifier: MIT */
#include "win/mf/vkd3d.h"

#define VKD3D_WIN32_WCHAR
#include <vkd3d.h>

/* For surfaces as textures; a driver without them still makes a device. */
static const char *const extensions[] = {
	VK_KHR_EXTERNAL_MEMORY_EXTENSION_NAME,
	VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
	VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
};

static const char *const instance_extensions[] = {
	VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME,
	VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
};

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

int xfi_vkd3d_create_device(
	unsigned feature_level, int (*signal)(void *event), const void *iid, void **ret_device)
{
	struct vkd3d_optional_instance_extensions_info more_instance = {
		.type = VKD3D_STRUCTURE_TYPE_OPTIONAL_INSTANCE_EXTENSIONS_INFO,
		.extensions = instance_extensions,
		.extension_count = COUNT(instance_extensions),
	};
	struct vkd3d_application_info application = {
		.type = VKD3D_STRUCTURE_TYPE_APPLICATION_INFO,
		.next = &more_instance,
		.application_name = "crossfence",
		.api_version = VKD3D_API_VERSION_1_2,
	};
	struct vkd3d_instance_create_info instance = {
		.type = VKD3D_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.next = &application,
		.pfn_signal_event = signal,
		.wchar_size = 2,
	};
	struct vkd3d_optional_device_extensions_info more = {
		.type = VKD3D_STRUCTURE_TYPE_OPTIONAL_DEVICE_EXTENSIONS_INFO,
		.extensions = extensions,
		.extension_count = COUNT(extensions),
	};
	struct vkd3d_device_create_info device = {
		.type = VKD3D_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.next = &more,
		.minimum_feature_level = (D3D_FEATURE_LEVEL)feature_level,
		.instance_create_info = &instance,
	};
	return vkd3d_create_device(&device, iid, ret_device);
}
