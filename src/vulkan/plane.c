/* SPDX-License-Identifier: MIT */
#include "vulkan/plane.h"

#include <errno.h>
#include <string.h>

#define BUFFER_USAGE                                                                               \
	(VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |                     \
		VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT)

/* What images that change hands can be for; others' descriptions may say anything. */
#define IMAGE_USAGE                                                                                \
	(VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT |                       \
		VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_STORAGE_BIT |                          \
		VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT)

/* Planes of what is sampled by halves are formats of their own; drivers lack the others. */
static const struct {
	uint32_t fourcc;
	VkFormat planes[3];
} formats[] = {
	{ XF_FORMAT_ABGR8888, { VK_FORMAT_R8G8B8A8_UNORM } },
	{ XF_FORMAT_XBGR8888, { VK_FORMAT_R8G8B8A8_UNORM } },
	{ XF_FORMAT_ARGB8888, { VK_FORMAT_B8G8R8A8_UNORM } },
	{ XF_FORMAT_XRGB8888, { VK_FORMAT_B8G8R8A8_UNORM } },
	{ XF_FORMAT_RGB565, { VK_FORMAT_R5G6B5_UNORM_PACK16 } },
	{ XF_FORMAT_ARGB2101010, { VK_FORMAT_A2R10G10B10_UNORM_PACK32 } },
	{ XF_FORMAT_XRGB2101010, { VK_FORMAT_A2R10G10B10_UNORM_PACK32 } },
	{ XF_FORMAT_ABGR2101010, { VK_FORMAT_A2B10G10R10_UNORM_PACK32 } },
	{ XF_FORMAT_XBGR2101010, { VK_FORMAT_A2B10G10R10_UNORM_PACK32 } },
	{ XF_FORMAT_ABGR16161616F, { VK_FORMAT_R16G16B16A16_SFLOAT } },
	{ XF_FORMAT_XBGR16161616F, { VK_FORMAT_R16G16B16A16_SFLOAT } },
	{ XF_FORMAT_R8, { VK_FORMAT_R8_UNORM } },
	{ XF_FORMAT_R16, { VK_FORMAT_R16_UNORM } },
	{ XF_FORMAT_GR88, { VK_FORMAT_R8G8_UNORM } },
	{ XF_FORMAT_GR1616, { VK_FORMAT_R16G16_UNORM } },
	{ XF_FORMAT_NV12, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8G8_UNORM } },
	{ XF_FORMAT_NV21, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8G8_UNORM } },
	{ XF_FORMAT_NV16, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8G8_UNORM } },
	{ XF_FORMAT_NV24, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8G8_UNORM } },
	{ XF_FORMAT_P010, { VK_FORMAT_R16_UNORM, VK_FORMAT_R16G16_UNORM } },
	{ XF_FORMAT_P012, { VK_FORMAT_R16_UNORM, VK_FORMAT_R16G16_UNORM } },
	{ XF_FORMAT_P016, { VK_FORMAT_R16_UNORM, VK_FORMAT_R16G16_UNORM } },
	{ XF_FORMAT_YUV420, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM } },
	{ XF_FORMAT_YVU420, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM } },
	{ XF_FORMAT_YUV422, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM } },
	{ XF_FORMAT_YUV444, { VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM, VK_FORMAT_R8_UNORM } },
};

static VkFormat format_of(uint32_t fourcc, uint32_t plane)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]) && plane < 3; i++)
		if (formats[i].fourcc == fourcc)
			return formats[i].planes[plane];
	return VK_FORMAT_UNDEFINED;
}

int xfv_read_desc(const struct xf_surface_desc *given, struct xf_surface_desc *desc)
{
	size_t size = 0;
	if (given)
		memcpy(&size, given, sizeof(size));
	if (size > sizeof(*desc) || size < sizeof(size))
		return xf_fail(-EINVAL, "desc is NULL, or its size is not set");
	memset(desc, 0, sizeof(*desc));
	memcpy(desc, given, size);
	desc->size = sizeof(*desc);
	return 0;
}

static VkExtent3D extent_of(const struct xf_surface_desc *desc, uint32_t plane)
{
	struct xf_format_info info = { .size = sizeof(info) };
	uint32_t w = 1, h = 1;
	if (xf_format_info(desc->fourcc, &info) == 0 && plane < info.n_planes) {
		w = info.planes[plane].block_width_px;
		h = info.planes[plane].block_height_px;
	}
	return (VkExtent3D){ (desc->width_px + w - 1) / w, (desc->height_px + h - 1) / h, 1 };
}

uint32_t xfv_images_of(const struct xf_surface_desc *desc)
{
	uint32_t count = 0;
	while (format_of(desc->fourcc, count) != VK_FORMAT_UNDEFINED)
		count++;
	return count;
}

int xfv_plane_info(const struct xf_surface_desc *desc, uint32_t i, const struct xfv_planes *how,
	VkImageCreateInfo *info)
{
	*info = (VkImageCreateInfo){ .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
		.imageType = VK_IMAGE_TYPE_2D,
		.format = format_of(desc->fourcc, i),
		.extent = extent_of(desc, i),
		.mipLevels = 1,
		.arrayLayers = 1,
		.samples = VK_SAMPLE_COUNT_1_BIT,
		.tiling = how->tiling,
		.usage = how->usage };
	if (info->format == VK_FORMAT_UNDEFINED)
		return xf_fail(-EOPNOTSUPP, "format %.4s is no image of Vulkan's: use a buffer",
			(const char *)&desc->fourcc);
	if (how->usage & ~(VkImageUsageFlags)IMAGE_USAGE)
		return xf_fail(-EOPNOTSUPP,
			"usage 0x%x: to be shared are images for transfer, sampling, storage, "
			"colour and input attachments",
			how->usage);
	return 0;
}

int xfv_plane_features(struct xf_vulkan *v, const VkImageCreateInfo *info,
	VkExternalMemoryHandleTypeFlagBits type, const uint64_t *modifier,
	VkExternalMemoryFeatureFlags *ret_features)
{
	const VkPhysicalDeviceImageDrmFormatModifierInfoEXT drm = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_DRM_FORMAT_MODIFIER_INFO_EXT,
		.drmFormatModifier = modifier ? *modifier : 0
	};
	const VkPhysicalDeviceExternalImageFormatInfo external = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_IMAGE_FORMAT_INFO,
		.pNext = modifier ? &drm : NULL,
		.handleType = type
	};
	const VkPhysicalDeviceImageFormatInfo2 asked = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_FORMAT_INFO_2,
		.pNext = &external,
		.format = info->format,
		.type = info->imageType,
		.tiling = info->tiling,
		.usage = info->usage
	};
	VkExternalImageFormatProperties shared = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_IMAGE_FORMAT_PROPERTIES
	};
	VkImageFormatProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_FORMAT_PROPERTIES_2, .pNext = &shared
	};
	VkResult error = v->vi.GetPhysicalDeviceImageFormatProperties2(
		v->physical.handle, &asked, &properties);
	VkExtent3D most = properties.imageFormatProperties.maxExtent;
	*ret_features = 0;
	if (error && error != VK_ERROR_FORMAT_NOT_SUPPORTED)
		return xfv_failed("vkGetPhysicalDeviceImageFormatProperties2", error);
	if (!error && info->extent.width <= most.width && info->extent.height <= most.height)
		*ret_features = shared.externalMemoryProperties.externalMemoryFeatures;
	return 0;
}

static bool can_share(
	VkExternalMemoryFeatureFlags features, VkExternalMemoryHandleTypeFlagBits type)
{
	VkExternalMemoryFeatureFlags needed = VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT;
	if (type == VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT)
		needed |= VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT;
	return (features & needed) == needed &&
	       !(features & VK_EXTERNAL_MEMORY_FEATURE_DEDICATED_ONLY_BIT);
}

/* Of modifiers that was asked before. */
static int check_support(
	struct xf_vulkan *v, const VkImageCreateInfo *info, VkExternalMemoryHandleTypeFlagBits type)
{
	VkExternalMemoryFeatureFlags features;
	if (info->tiling == VK_IMAGE_TILING_DRM_FORMAT_MODIFIER_EXT)
		return 0;
	int r = xfv_plane_features(v, info, type, NULL, &features);
	if (r || can_share(features, type))
		return r;
	return xf_fail(-EOPNOTSUPP,
		"%s has no images to share of VkFormat %d, %ux%u, usage 0x%x, in %s tiling",
		v->physical.name, (int)info->format, info->extent.width, info->extent.height,
		info->usage, info->tiling == VK_IMAGE_TILING_LINEAR ? "linear" : "optimal");
}

static void look_at_needs(
	struct xf_vulkan *v, const struct xfv_planes *how, struct xfv_plane *plane)
{
	const VkImageSubresource whole = { .aspectMask = VK_IMAGE_ASPECT_COLOR_BIT };
	VkSubresourceLayout layout = { 0 };
	v->vk.GetImageMemoryRequirements(v->device, plane->image, &plane->needs);
	if (how->tiling == VK_IMAGE_TILING_LINEAR)
		v->vk.GetImageSubresourceLayout(v->device, plane->image, &whole, &layout);
	plane->row_pitch_bytes = (uint32_t)layout.rowPitch;
}

/* The planes of memory that image `i` has: all, or where there are several images one each. */
static uint32_t layouts_of(
	const struct xf_surface_desc *desc, uint32_t i, VkSubresourceLayout layouts[XF_PLANES_MAX])
{
	uint32_t count = xfv_images_of(desc) == 1 ? desc->n_planes : 1;
	for (uint32_t j = 0; j < count; j++)
		layouts[j] = (VkSubresourceLayout){ .offset = desc->planes[i + j].offset_bytes,
			.rowPitch = desc->planes[i + j].stride_bytes };
	return count;
}

static int create(struct xf_vulkan *v, const struct xf_surface_desc *desc, uint32_t i,
	const struct xfv_planes *how, VkImageCreateInfo *info, VkImage *ret_image)
{
	VkSubresourceLayout layouts[XF_PLANES_MAX];
	const VkImageDrmFormatModifierListCreateInfoEXT any = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_DRM_FORMAT_MODIFIER_LIST_CREATE_INFO_EXT,
		.drmFormatModifierCount = how->n_modifiers,
		.pDrmFormatModifiers = how->modifiers
	};
	const VkImageDrmFormatModifierExplicitCreateInfoEXT there = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_DRM_FORMAT_MODIFIER_EXPLICIT_CREATE_INFO_EXT,
		.drmFormatModifier = desc->modifier,
		.drmFormatModifierPlaneCount = layouts_of(desc, i, layouts),
		.pPlaneLayouts = layouts
	};
	VkExternalMemoryImageCreateInfo external = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO,
		.handleTypes = how->handle_type
	};
	if (how->tiling == VK_IMAGE_TILING_DRM_FORMAT_MODIFIER_EXT)
		external.pNext = how->n_modifiers ? (const void *)&any : &there;
	info->pNext = &external;
	VkResult error = v->vk.CreateImage(v->device, info, NULL, ret_image);
	return error ? xfv_failed("vkCreateImage", error) : 0;
}

int xfv_plane_make(struct xf_vulkan *v, const struct xf_surface_desc *desc, uint32_t i,
	const struct xfv_planes *how, struct xfv_plane *plane)
{
	VkImageCreateInfo info;
	int r = xfv_plane_info(desc, i, how, &info);
	if (!r)
		r = check_support(v, &info, how->handle_type);
	plane->format = info.format;
	if (!r)
		r = create(v, desc, i, how, &info, &plane->image);
	if (!r)
		look_at_needs(v, how, plane);
	return r;
}

/* Of what is not in rows: so many bytes that descriptions hold together. */
static uint32_t nominal_stride(const struct xf_surface_desc *desc, uint32_t plane)
{
	struct xf_format_info info = { .size = sizeof(info) };
	(void)xf_format_info(desc->fourcc, &info);
	return extent_of(desc, plane).width * info.planes[plane].block_bytes;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static int describe_plane(struct xf_vulkan *v, struct xf_surface_desc *desc, uint32_t i,
	const struct xfv_planes *how, uint64_t *end, uint32_t *types)
{
	struct xfv_plane plane;
	struct xf_plane *ours = &desc->planes[i];
	int r = xfv_plane_make(v, desc, i, how, &plane);
	if (r)
		return r;
	v->vk.DestroyImage(v->device, plane.image, NULL);
	uint64_t offset = xfv_align(*end, plane.needs.alignment);
	ours->offset_bytes = (uint32_t)offset;
	ours->stride_bytes = how->tiling == VK_IMAGE_TILING_LINEAR ? plane.row_pitch_bytes
								   : nominal_stride(desc, i);
	*end = offset + max(plane.needs.size, (uint64_t)ours->stride_bytes * ours->rows);
	*types &= plane.needs.memoryTypeBits;
	return *end > UINT32_MAX ? -EOVERFLOW : 0;
}

int xfv_planes_describe(struct xf_vulkan *v, struct xf_surface_desc *desc,
	const struct xfv_planes *how, uint64_t *ret_end, uint32_t *ret_types)
{
	uint64_t end = 0, ignored, modifier = desc->modifier;
	uint32_t types = UINT32_MAX, n_planes;
	desc->n_planes = 0;
	desc->modifier = XF_MODIFIER_LINEAR;
	int r = xf_surface_layout(desc, &ignored); /* planes, and their rows */
	desc->modifier = modifier;
	n_planes = desc->n_planes;
	if (!r && !n_planes)
		r = xf_fail(-EOPNOTSUPP, "a tensor is no image of Vulkan's: use a buffer");
	for (uint32_t i = 0; !r && i < n_planes; i++)
		r = describe_plane(v, desc, i, how, &end, &types);
	if (!r && !types)
		r = xf_fail(-EOPNOTSUPP, "no memory of %s suits all planes", v->physical.name);
	*ret_end = end;
	*ret_types = types;
	return r;
}

int xfv_buffer_make(struct xf_vulkan *v, uint64_t size_bytes,
	VkExternalMemoryHandleTypeFlagBits handle_type, VkBuffer *ret_buffer,
	VkMemoryRequirements *ret_needs)
{
	const VkExternalMemoryBufferCreateInfo external = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
		.handleTypes = handle_type
	};
	const VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.pNext = &external,
		.size = size_bytes,
		.usage = BUFFER_USAGE };
	VkResult error = v->vk.CreateBuffer(v->device, &info, NULL, ret_buffer);
	if (error)
		return xfv_failed("vkCreateBuffer", error);
	v->vk.GetBufferMemoryRequirements(v->device, *ret_buffer, ret_needs);
	return 0;
}

uint32_t xfv_memory_type(const struct xf_vulkan *v, uint32_t types)
{
	const VkPhysicalDeviceMemoryProperties *memory = &v->physical.memory;
	for (uint32_t i = 0; i < memory->memoryTypeCount; i++)
		if (types & 1u << i &&
			memory->memoryTypes[i].propertyFlags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT)
			return i;
	return types ? (uint32_t)__builtin_ctz(types) : 0;
}
