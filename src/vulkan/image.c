/* SPDX-License-Identifier: MIT */
/* A surface's bytes, bound to a buffer or to one image for each plane. */
#include "base/message.h"
#include "vulkan/dma_buf.h"
#include "vulkan/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct request {
	struct xf_surface *surface;
	struct xf_surface_desc desc;
	uint64_t size_bytes;
	struct xfv_planes how;
};

static bool same(const uint8_t a[16], const uint8_t b[16])
{
	return memcmp(a, b, 16) == 0;
}

/* CUDA's memory is one piece of linear bytes, of whatever version of the driver. */
static int check_device(const struct xf_vulkan *v, const struct xf_surface_desc *desc)
{
	if (desc->memory != XF_MEMORY_VULKAN && desc->memory != XF_MEMORY_CUDA)
		return xf_fail(-EXDEV,
			"the surface's memory is of a kind (%u) that Vulkan has "
			"nothing for",
			desc->memory);
	if (!(v->extensions & XFV_HAS_MEMORY_FD))
		return xf_fail(-EOPNOTSUPP,
			"memory of a device needs %s: %s lacks it, or it is not enabled",
			VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME, v->physical.name);
	if (!same(desc->device_uuid, v->physical.device_uuid))
		return xf_fail(-EXDEV, "the surface's memory is on another device than %s",
			v->physical.name);
	if (desc->memory == XF_MEMORY_VULKAN && !same(desc->driver_uuid, v->physical.driver_uuid))
		return xf_fail(-EXDEV, "the surface's memory is of another driver, or another "
				       "version of it");
	return 0;
}

static int ask(struct xf_vulkan *v, struct xf_surface *surface, VkImageUsageFlags usage,
	struct request *request)
{
	*request =
		(struct request){ .surface = surface, .desc = { .size = sizeof(request->desc) } };
	int r = xf_surface_desc(surface, &request->desc, &request->size_bytes);
	if (r)
		return r;
	if (request->desc.memory == XF_MEMORY_HOST) {
		request->how =
			(struct xfv_planes){ VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
				VK_IMAGE_TILING_LINEAR, usage };
		return 0;
	}
	if (usage && request->desc.memory == XF_MEMORY_CUDA)
		return xf_fail(-EINVAL, "usage is not 0: CUDA's memory is a buffer; images that "
					"CUDA reads are made by xf_vulkan_surface_create()");
	if (usage)
		return xf_fail(-EINVAL, "usage is not 0: that of a device's memory is its "
					"description's");
	if (request->desc.memory == XF_MEMORY_DMA_BUF) {
		request->how = (struct xfv_planes){ VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT,
			VK_IMAGE_TILING_DRM_FORMAT_MODIFIER_EXT, request->desc.usage };
		return xfv_dma_buf_check(v, &request->desc);
	}
	request->how = (struct xfv_planes){ VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT,
		request->desc.modifier == XF_MODIFIER_DRIVER ? VK_IMAGE_TILING_OPTIMAL
							     : VK_IMAGE_TILING_LINEAR,
		request->desc.usage };
	return check_device(v, &request->desc);
}

static int make_buffer(
	struct xf_vulkan_image *image, const struct request *request, uint32_t *types)
{
	VkMemoryRequirements needs;
	int r = xfv_buffer_make(image->vulkan, request->size_bytes, request->how.handle_type,
		&image->buffer, &needs);
	*types &= r ? 0 : needs.memoryTypeBits;
	return r;
}

static int make_planes(
	struct xf_vulkan_image *image, const struct request *request, uint32_t *types)
{
	int r = 0;
	uint32_t count = request->desc.memory == XF_MEMORY_DMA_BUF ? xfv_images_of(&request->desc)
								   : request->desc.n_planes;
	if (!count)
		r = xf_fail(-EOPNOTSUPP, "a tensor is no image of Vulkan's: use a buffer");
	for (uint32_t i = 0; !r && i < count; i++) {
		r = xfv_plane_make(
			image->vulkan, &request->desc, i, &request->how, &image->planes[i]);
		if (!r) {
			*types &= image->planes[i].needs.memoryTypeBits;
			image->n_planes++;
		}
	}
	return r;
}

/* Of what the description says and the driver wants. */
static int check_plane(
	const struct xf_vulkan_image *image, const struct request *request, uint32_t i)
{
	const struct xfv_plane *plane = &image->planes[i];
	const struct xf_plane *said = &request->desc.planes[i];
	if (image->foreign)
		return 0; /* its driver was told where it is, and had no objections */
	if (request->how.tiling == VK_IMAGE_TILING_LINEAR &&
		said->stride_bytes != plane->row_pitch_bytes)
		return xf_fail(-EINVAL,
			"rows of plane %u are %u bytes apart, and %s has them %u apart: see "
			"xf_vulkan_describe()",
			i, said->stride_bytes, image->vulkan->physical.name,
			plane->row_pitch_bytes);
	if (said->offset_bytes % plane->needs.alignment)
		return xf_fail(-EINVAL, "plane %u begins at %u, and not at a multiple of %llu", i,
			said->offset_bytes, (unsigned long long)plane->needs.alignment);
	if (said->offset_bytes + plane->needs.size > image->memory.size_bytes)
		return xf_fail(request->desc.memory ? -EPROTO : -EOPNOTSUPP,
			"plane %u ends at %llu for %s, and there are %llu bytes", i,
			(unsigned long long)(said->offset_bytes + plane->needs.size),
			image->vulkan->physical.name, (unsigned long long)image->memory.size_bytes);
	return 0;
}

static int bind(struct xf_vulkan_image *image, const struct request *request)
{
	struct xf_vulkan *v = image->vulkan;
	VkResult error = 0;
	if (image->buffer)
		error = v->vk.BindBufferMemory(v->device, image->buffer, image->memory.memory, 0);
	if (error)
		return xfv_failed("vkBindBufferMemory", error);
	for (uint32_t i = 0; i < image->n_planes; i++) {
		int r = check_plane(image, request, i);
		if (r)
			return r;
		error = v->vk.BindImageMemory(v->device, image->planes[i].image,
			image->memory.memory,
			image->foreign ? 0 : request->desc.planes[i].offset_bytes);
		if (error)
			return xfv_failed("vkBindImageMemory", error);
	}
	return 0;
}

/* All images begin where the dma-buf does, and reach as far as their planes. */
static int import_dma_buf(
	struct xf_vulkan_image *image, const struct request *request, uint32_t types)
{
	uint64_t wanted = 0;
	for (uint32_t i = 0; i < image->n_planes; i++)
		if (image->planes[i].needs.size > wanted)
			wanted = image->planes[i].needs.size;
	return xfv_dma_buf_import(image->vulkan, request->surface, &request->desc, types, wanted,
		image->n_planes == 1 ? image->planes[0].image : VK_NULL_HANDLE, &image->memory);
}

static int import(struct xf_vulkan_image *image, const struct request *request, uint32_t types)
{
	switch (request->desc.memory) {
	case XF_MEMORY_HOST:
		return xfv_memory_import_host(image->vulkan, request->surface, &image->memory);
	case XF_MEMORY_DMA_BUF:
		return import_dma_buf(image, request, types);
	default:
		return xfv_memory_import_fd(
			image->vulkan, request->surface, &request->desc, types, &image->memory);
	}
}

static int fill(struct xf_vulkan_image *image, const struct request *request)
{
	uint32_t types = UINT32_MAX;
	int r = request->how.usage ? make_planes(image, request, &types)
				   : make_buffer(image, request, &types);
	if (!r)
		r = import(image, request, types);
	return r ? r : bind(image, request);
}

int xf_vulkan_image_open(struct xf_vulkan *v, struct xf_surface *surface, VkImageUsageFlags usage,
	struct xf_vulkan_image **ret_image)
{
	struct request request;
	xfi_message_forget();
	if (!surface || !ret_image)
		return xf_fail(-EINVAL, "%s: surface or ret_image is NULL", __func__);
	int r = xfv_check(v);
	if (!r)
		r = ask(v, surface, usage, &request);
	if (r)
		return r;
	struct xf_vulkan_image *image = calloc(1, sizeof(*image));
	if (!image)
		return -ENOMEM;
	image->vulkan = v;
	image->foreign = request.desc.memory == XF_MEMORY_DMA_BUF;
	r = fill(image, &request);
	if (r)
		xf_vulkan_image_close(image);
	else
		*ret_image = image;
	return r;
}

void xf_vulkan_image_close(struct xf_vulkan_image *image)
{
	if (!image)
		return;
	struct xf_vulkan *v = image->vulkan;
	if (xfv_check(v) == 0) {
		for (uint32_t i = 0; i < image->n_planes; i++)
			v->vk.DestroyImage(v->device, image->planes[i].image, NULL);
		if (image->buffer)
			v->vk.DestroyBuffer(v->device, image->buffer, NULL);
		xfv_memory_release(v, &image->memory);
	}
	free(image);
}

VkBuffer xf_vulkan_image_buffer(const struct xf_vulkan_image *image)
{
	return image ? image->buffer : VK_NULL_HANDLE;
}

VkImage xf_vulkan_image_plane(const struct xf_vulkan_image *image, uint32_t plane)
{
	return image && plane < image->n_planes ? image->planes[plane].image : VK_NULL_HANDLE;
}

VkFormat xf_vulkan_image_format(const struct xf_vulkan_image *image, uint32_t plane)
{
	return image && plane < image->n_planes ? image->planes[plane].format : VK_FORMAT_UNDEFINED;
}
