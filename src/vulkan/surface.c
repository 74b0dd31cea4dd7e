/* SPDX-License-Identifier: MIT */
/*
 * Surfaces for a device: descriptions of host memory that its images fit, and memory of its own,
 * made, exported as a descriptor and let go of. From then on the descriptor is the memory, in the
 * maker as in everybody else.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "vulkan/dma_buf.h"
#include "vulkan/memory.h"

#define PIECE 4096

int xf_vulkan_describe(struct xf_vulkan *v, struct xf_surface_desc *given)
{
	struct xf_surface_desc desc;
	struct xfv_planes how = {
		.handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
		.tiling = VK_IMAGE_TILING_LINEAR,
	};
	uint64_t end, size;
	uint32_t types;
	xfi_message_forget();
	int r = xfv_check(v);
	if (!r)
		r = xfv_read_desc(given, &desc);
	if (r)
		return r;
	if (desc.memory != XF_MEMORY_HOST || desc.modifier != XF_MODIFIER_LINEAR)
		return xf_fail(-EINVAL, "desc is not of linear host memory");
	if (!(v->extensions & XFV_HAS_MEMORY_HOST))
		return xf_fail(-EOPNOTSUPP,
			"host memory needs %s: %s lacks it, or it is not enabled",
			VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME, v->physical.name);
	how.usage = desc.usage;
	desc.usage = 0;
	if (how.usage)
		r = xfv_planes_describe(v, &desc, &how, &end, &types);
	if (!r)
		r = xf_surface_layout(&desc, &size);
	if (!r && how.usage && end > xfv_usable_bytes(size))
		r = xf_fail(-EOPNOTSUPP,
			"%s takes %llu bytes for these images, %llu more than there is room for: "
			"choose a height that is a multiple of 16, or a device's memory",
			v->physical.name, (unsigned long long)end,
			(unsigned long long)(end - xfv_usable_bytes(size)));
	if (r)
		return r;
	memcpy(&desc, given, sizeof(desc.size));
	memcpy(given, &desc, desc.size);
	return 0;
}

static int describe_buffer(
	struct xf_vulkan *v, struct xf_surface_desc *desc, uint64_t *ret_bytes, uint32_t *ret_types)
{
	VkMemoryRequirements needs;
	VkBuffer buffer;
	uint64_t size;
	int r = xf_surface_layout(desc, &size);
	if (!r && desc->modifier != XF_MODIFIER_LINEAR)
		r = xf_fail(-EINVAL, "a buffer (usage 0) has no other modifier than linear");
	if (!r)
		r = xfv_buffer_make(
			v, size, VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT, &buffer, &needs);
	if (r)
		return r;
	v->vk.DestroyBuffer(v->device, buffer, NULL);
	*ret_bytes = needs.size;
	*ret_types = needs.memoryTypeBits;
	return 0;
}

static int describe_images(
	struct xf_vulkan *v, struct xf_surface_desc *desc, uint64_t *ret_bytes, uint32_t *ret_types)
{
	const struct xfv_planes how = {
		.handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT,
		.tiling = desc->modifier == XF_MODIFIER_DRIVER ? VK_IMAGE_TILING_OPTIMAL
							       : VK_IMAGE_TILING_LINEAR,
		.usage = desc->usage,
	};
	if (desc->modifier != XF_MODIFIER_DRIVER && desc->modifier != XF_MODIFIER_LINEAR)
		return xf_fail(-EINVAL, "modifier 0x%llx: XF_MODIFIER_LINEAR or XF_MODIFIER_DRIVER",
			(unsigned long long)desc->modifier);
	return xfv_planes_describe(v, desc, &how, ret_bytes, ret_types);
}

/* Fills in what `desc` says of memory. */
static int describe(struct xf_vulkan *v, struct xf_surface_desc *desc, uint32_t *ret_types)
{
	uint64_t bytes, size;
	int r;
	if (!(v->extensions & XFV_HAS_MEMORY_FD))
		return xf_fail(-EOPNOTSUPP,
			"memory of the device needs %s: %s lacks it, or it is not enabled",
			VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME, v->physical.name);
	r = desc->usage ? describe_images(v, desc, &bytes, ret_types)
			: describe_buffer(v, desc, &bytes, ret_types);
	if (!r)
		r = xf_surface_layout(desc, &size);
	if (r)
		return r;
	desc->memory = XF_MEMORY_VULKAN;
	desc->granularity_bytes = PIECE;
	desc->memory_bytes = xfv_align(bytes > size ? bytes : size, PIECE);
	memcpy(desc->device_uuid, v->physical.device_uuid, sizeof(desc->device_uuid));
	memcpy(desc->driver_uuid, v->physical.driver_uuid, sizeof(desc->driver_uuid));
	return 0;
}

static int read_desc(
	struct xf_vulkan *v, const struct xf_surface_desc *given, struct xf_surface_desc *desc)
{
	int r = xfv_check(v);
	if (!r)
		r = xfv_read_desc(given, desc);
	if (!r && desc->memory != XF_MEMORY_HOST && desc->memory != XF_MEMORY_DMA_BUF)
		r = xf_fail(-EINVAL, "desc says of its own where the memory is");
	return r;
}

/* One more with the same description, which the first one completes. */
static int make_dma_buf(
	struct xf_vulkan *v, struct xf_surface_desc *desc, uint32_t made, int *ret_fd)
{
	struct xf_surface_desc next = *desc;
	int r = xfv_dma_buf_make(v, &next, ret_fd);
	if (!r && made && memcmp(&next, desc, sizeof(next))) {
		close(*ret_fd);
		return xf_fail(-EIO, "%s makes no two dma-bufs alike", v->physical.name);
	}
	*desc = next;
	return r;
}

/* As many as `count`, or none; `desc` is complete afterwards. */
static int make_memory(
	struct xf_vulkan *v, struct xf_surface_desc *desc, uint32_t count, int *ret_fds)
{
	const bool foreign = desc->memory == XF_MEMORY_DMA_BUF;
	uint32_t types = 0, made = 0;
	int r = foreign ? 0 : describe(v, desc, &types);
	for (; !r && made < count; made += !r)
		r = foreign ? make_dma_buf(v, desc, made, &ret_fds[made])
			    : xfv_memory_export(v, desc->memory_bytes, types,
				      VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT, NULL,
				      &ret_fds[made]);
	while (r && made--)
		close(ret_fds[made]);
	return r;
}

int xf_vulkan_surface_create(struct xf_vulkan *v, struct xf_domain *domain,
	const struct xf_surface_desc *given, uint32_t flags, struct xf_surface **ret_surface)
{
	struct xf_surface_desc desc;
	int fd;
	xfi_message_forget();
	int r = read_desc(v, given, &desc);
	if (!r)
		r = make_memory(v, &desc, 1, &fd);
	if (r)
		return r;
	r = xf_surface_import(domain, &desc, fd, 0, flags, ret_surface);
	close(fd);
	return r;
}

int xf_vulkan_pool_create(struct xf_vulkan *v, struct xf_domain *domain,
	const struct xf_surface_desc *given, uint32_t count, uint32_t flags, const char *label,
	struct xf_pool **ret_pool)
{
	struct xf_surface_desc desc;
	int fds[XF_POOL_MAX];
	xfi_message_forget();
	if (!count || count > XF_POOL_MAX)
		return xf_fail(
			-EINVAL, "count is %u; a pool has 1 to %u surfaces", count, XF_POOL_MAX);
	int r = read_desc(v, given, &desc);
	if (!r)
		r = make_memory(v, &desc, count, fds);
	if (r)
		return r;
	r = xf_pool_import(domain, &desc, fds, count, flags, label, ret_pool);
	while (count--)
		close(fds[count]);
	return r;
}
