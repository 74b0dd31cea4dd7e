/* SPDX-License-Identifier: MIT */
#include "win/mf/vkd3d.h"

#include <errno.h>
#include <string.h>

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

static bool is_chosen(VkPhysicalDevice device, const struct xfi_vkd3d_choice *choice)
{
	VkPhysicalDeviceIDProperties id = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES
	};
	VkPhysicalDeviceProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &id
	};
	vkGetPhysicalDeviceProperties2(device, &properties);
	const bool processor = properties.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
	return choice->processor
		       ? processor
		       : !processor && !memcmp(id.deviceUUID, choice->device_uuid, VK_UUID_SIZE) &&
				 !memcmp(id.driverUUID, choice->driver_uuid, VK_UUID_SIZE);
}

/* Of libvkd3d's own instance; VK_NULL_HANDLE: it chooses. */
static int choose(struct vkd3d_instance *instance, const struct xfi_vkd3d_choice *choice,
	VkPhysicalDevice *ret_device)
{
	VkPhysicalDevice devices[64];
	uint32_t count = COUNT(devices);
	*ret_device = VK_NULL_HANDLE;
	if (vkEnumeratePhysicalDevices(vkd3d_instance_get_vk_instance(instance), &count, devices) <
		0)
		return -EIO;
	for (uint32_t i = 0; i < count && !*ret_device; i++)
		if (is_chosen(devices[i], choice))
			*ret_device = devices[i];
	return *ret_device || choice->processor ? 0 : -ENODEV;
}

int xfi_vkd3d_create_device(const struct xfi_vkd3d_choice *choice, unsigned feature_level,
	int (*signal)(void *event), const void *iid, void **ret_device)
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
	};
	HRESULT hr = vkd3d_create_instance(&instance, &device.instance);
	if (FAILED(hr))
		return hr;
	if (choose(device.instance, choice, &device.vk_physical_device))
		hr = DXGI_ERROR_NOT_FOUND;
	else
		hr = vkd3d_create_device(&device, iid, ret_device);
	(void)vkd3d_instance_decref(device.instance); /* the device has its own reference */
	return hr;
}

static VkDevice device_of(const struct xfi_vkd3d_image *image)
{
	return (VkDevice)image->device;
}

static int make_image(struct xfi_vkd3d_image *image, VkImage *ret_image)
{
	const VkExternalMemoryImageCreateInfo external = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO,
		.handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
	};
	const VkImageCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
		.pNext = &external,
		.imageType = VK_IMAGE_TYPE_2D,
		.format = image->bgra ? VK_FORMAT_B8G8R8A8_UNORM : VK_FORMAT_R8G8B8A8_UNORM,
		.extent = { image->width_px, image->height_px, 1 },
		.mipLevels = 1,
		.arrayLayers = 1,
		.samples = VK_SAMPLE_COUNT_1_BIT,
		.tiling = VK_IMAGE_TILING_LINEAR,
		.usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT |
			 VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT,
		.initialLayout = VK_IMAGE_LAYOUT_UNDEFINED,
	};
	const VkImageSubresource first = { .aspectMask = VK_IMAGE_ASPECT_COLOR_BIT };
	VkSubresourceLayout layout;
	if (vkCreateImage(device_of(image), &info, NULL, ret_image))
		return -ENOTSUP;
	image->vk_image = (uint64_t)*ret_image;
	vkGetImageSubresourceLayout(device_of(image), *ret_image, &first, &layout);
	return layout.rowPitch == image->stride_bytes && layout.offset == 0 ? 0 : -EINVAL;
}

/* The lowest memory type that both the image and the memory can have. */
static int find_type(struct xfi_vkd3d_image *image, VkImage vk_image, uint32_t *ret_type)
{
	PFN_vkGetMemoryHostPointerPropertiesEXT ask =
		(PFN_vkGetMemoryHostPointerPropertiesEXT)vkGetDeviceProcAddr(
			device_of(image), "vkGetMemoryHostPointerPropertiesEXT");
	VkMemoryHostPointerPropertiesEXT memory = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT,
	};
	VkMemoryRequirements wanted;
	if (!ask || ask(device_of(image), VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
			    image->memory, &memory))
		return -ENOTSUP;
	vkGetImageMemoryRequirements(device_of(image), vk_image, &wanted);
	if (wanted.size + image->plane_offset_bytes > image->size_bytes ||
		image->plane_offset_bytes % wanted.alignment)
		return -EINVAL;
	if (!(wanted.memoryTypeBits & memory.memoryTypeBits))
		return -ENOTSUP;
	*ret_type = (uint32_t)__builtin_ctz(wanted.memoryTypeBits & memory.memoryTypeBits);
	return 0;
}

static int bind_memory(struct xfi_vkd3d_image *image, VkImage vk_image)
{
	const VkImportMemoryHostPointerInfoEXT import = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
		.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
		.pHostPointer = image->memory,
	};
	VkMemoryAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.pNext = &import,
		.allocationSize = image->size_bytes,
	};
	VkDeviceMemory memory;
	int r = find_type(image, vk_image, &info.memoryTypeIndex);
	if (r)
		return r;
	if (vkAllocateMemory(device_of(image), &info, NULL, &memory))
		return -ENOTSUP;
	image->vk_memory = (uint64_t)memory;
	return vkBindImageMemory(device_of(image), vk_image, memory, image->plane_offset_bytes)
		       ? -ENOTSUP
		       : 0;
}

static int make_resource(
	ID3D12Device *device, const struct xfi_vkd3d_image *image, void **ret_resource)
{
	const struct vkd3d_image_resource_create_info info = {
		.type = VKD3D_STRUCTURE_TYPE_IMAGE_RESOURCE_CREATE_INFO,
		.vk_image = (VkImage)image->vk_image,
		.desc = {
			.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
			.Width = image->width_px,
			.Height = image->height_px,
			.DepthOrArraySize = 1,
			.MipLevels = 1,
			.Format = image->bgra ? DXGI_FORMAT_B8G8R8A8_UNORM
					      : DXGI_FORMAT_R8G8B8A8_UNORM,
			.SampleDesc = { .Count = 1 },
			.Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET,
		},
		.flags = VKD3D_RESOURCE_INITIAL_STATE_TRANSITION,
		.present_state = D3D12_RESOURCE_STATE_COMMON,
	};
	ID3D12Resource *resource;
	if (vkd3d_create_image_resource(device, &info, &resource) < 0)
		return -ENOTSUP;
	*ret_resource = resource;
	return 0;
}

int xfi_vkd3d_import_image(void *device, struct xfi_vkd3d_image *image, void **ret_resource)
{
	VkImage vk_image = VK_NULL_HANDLE;
	int r;
	image->device = vkd3d_get_vk_device(device);
	r = make_image(image, &vk_image);
	if (!r)
		r = bind_memory(image, vk_image);
	if (!r)
		r = make_resource(device, image, ret_resource);
	if (r)
		xfi_vkd3d_free_image(image);
	return r;
}

void xfi_vkd3d_free_image(struct xfi_vkd3d_image *image)
{
	vkDestroyImage(device_of(image), (VkImage)image->vk_image, NULL);
	vkFreeMemory(device_of(image), (VkDeviceMemory)image->vk_memory, NULL);
	image->vk_image = image->vk_memory = 0;
}

int xfi_vkd3d_serialize(const void *desc, unsigned version, void **ret_blob, void **ret_error_blob)
{
	return vkd3d_serialize_root_signature(desc, (D3D_ROOT_SIGNATURE_VERSION)version,
		(ID3DBlob **)ret_blob, (ID3DBlob **)ret_error_blob);
}

int xfi_vkd3d_serialize_versioned(const void *desc, void **ret_blob, void **ret_error_blob)
{
	return vkd3d_serialize_versioned_root_signature(
		desc, (ID3DBlob **)ret_blob, (ID3DBlob **)ret_error_blob);
}

int xfi_vkd3d_deserialize(const void *data, size_t size, const void *iid, void **ret_deserializer)
{
	return vkd3d_create_root_signature_deserializer(data, size, iid, ret_deserializer);
}

int xfi_vkd3d_deserialize_versioned(
	const void *data, size_t size, const void *iid, void **ret_deserializer)
{
	return vkd3d_create_versioned_root_signature_deserializer(
		data, size, iid, ret_deserializer);
}
