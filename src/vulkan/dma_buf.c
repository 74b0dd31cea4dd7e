/* SPDX-License-Identifier: MIT */
/*
 * What any driver understands: a dma-buf, the modifier that says how pixels lie in it, and where
 * its planes begin. The maker's driver says all three, and whoever opens it tells them to its own,
 * once it is sure that they fit what came: a driver believes that the planes are there.
 */
#include "vulkan/dma_buf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/foreign_fd.h"
#include "base/message.h"
#include "vulkan/memory.h"
#include "vulkan/modifier.h"

#define DMA_BUF VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT
#define PIECE	UINT64_C(4096)

struct making {
	struct xf_vulkan *v;
	struct xf_surface_desc *desc;
	struct xfv_modifiers modifiers; /* to choose from */
	uint32_t n_images;
	struct xfv_plane images[XF_PLANES_MAX];
	uint64_t end; /* of what they want, one behind the other */
	uint32_t types;
};

static int choose_from(struct making *m)
{
	const uint64_t wanted = m->desc->modifier;
	int r = xfv_modifiers_look(m->v, m->desc, &m->modifiers);
	if (r)
		return r;
	if (wanted != XF_MODIFIER_DRIVER) {
		const struct xfv_modifier *one = xfv_modifiers_find(&m->modifiers, wanted);
		if (!one)
			return xfv_modifiers_refuse(m->v, m->desc, &m->modifiers);
		m->modifiers.list[0] = *one;
		m->modifiers.count = 1;
	}
	return m->modifiers.count ? 0 : xfv_modifiers_refuse(m->v, m->desc, &m->modifiers);
}

static int make_image(struct making *m, uint32_t i)
{
	uint64_t modifiers[XFV_MODIFIERS_MAX];
	const struct xfv_planes how = { .handle_type = DMA_BUF,
		.tiling = VK_IMAGE_TILING_DRM_FORMAT_MODIFIER_EXT,
		.usage = m->desc->usage,
		.n_modifiers = m->modifiers.count,
		.modifiers = modifiers };
	for (uint32_t j = 0; j < m->modifiers.count; j++)
		modifiers[j] = m->modifiers.list[j].modifier;
	int r = xfv_plane_make(m->v, m->desc, i, &how, &m->images[i]);
	m->n_images += !r;
	return r;
}

/* From here on it is the only one. */
static int learn_modifier(struct making *m, VkImage image)
{
	VkImageDrmFormatModifierPropertiesEXT chosen = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_DRM_FORMAT_MODIFIER_PROPERTIES_EXT
	};
	VkResult error =
		m->v->vk.GetImageDrmFormatModifierPropertiesEXT(m->v->device, image, &chosen);
	if (error)
		return xfv_failed("vkGetImageDrmFormatModifierPropertiesEXT", error);
	const struct xfv_modifier *one =
		xfv_modifiers_find(&m->modifiers, chosen.drmFormatModifier);
	if (!one)
		return xf_fail(-EIO, "%s has chosen a modifier that was not among those given",
			m->v->physical.name);
	m->desc->modifier = one->modifier;
	m->modifiers.list[0] = *one;
	m->modifiers.count = 1;
	return 0;
}

/* Rows of what is more than pixels are whatever the driver has them to be. */
static void describe_plane(
	struct making *m, VkImage image, uint32_t aspect, uint64_t start, struct xf_plane *plane)
{
	const VkImageSubresource part = {
		.aspectMask = VK_IMAGE_ASPECT_MEMORY_PLANE_0_BIT_EXT << aspect,
	};
	VkSubresourceLayout layout = { 0 };
	m->v->vk.GetImageSubresourceLayout(m->v->device, image, &part, &layout);
	plane->offset_bytes = (uint32_t)(start + layout.offset);
	plane->stride_bytes = (uint32_t)layout.rowPitch;
	plane->rows = 0;
	if (m->desc->modifier == XF_MODIFIER_LINEAR || !layout.rowPitch)
		return;
	uint64_t rows = layout.size / layout.rowPitch;
	plane->rows = rows < 1 ? 1 : rows > XF_SIZE_MAX_PX ? XF_SIZE_MAX_PX : (uint32_t)rows;
}

static int place_image(struct making *m, uint32_t i)
{
	const struct xfv_plane *image = &m->images[i];
	struct xf_surface_desc *desc = m->desc;
	uint64_t start = xfv_align(m->end, image->needs.alignment);
	uint32_t n_planes = m->modifiers.list[0].n_planes;
	for (uint32_t j = 0; j < n_planes; j++)
		describe_plane(m, image->image, j, start, &desc->planes[desc->n_planes++]);
	m->end = start + image->needs.size;
	m->types &= image->needs.memoryTypeBits;
	return m->end > UINT32_MAX ? xf_fail(-EOVERFLOW, "a surface of more than 4 GiB") : 0;
}

static int make_images(struct making *m)
{
	uint32_t wanted = xfv_images_of(m->desc);
	int r = choose_from(m);
	m->desc->n_planes = 0;
	for (uint32_t i = 0; !r && i < wanted; i++) {
		r = make_image(m, i);
		if (!r && i == 0)
			r = learn_modifier(m, m->images[0].image);
		if (!r)
			r = place_image(m, i);
	}
	if (!r && !m->types)
		r = xf_fail(-EOPNOTSUPP, "no memory of %s suits all planes", m->v->physical.name);
	return r;
}

/* One image has it for itself: some drivers share no other. */
static int allocate(struct making *m, int *ret_fd)
{
	const VkMemoryDedicatedAllocateInfo alone = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO,
		.image = m->images[0].image
	};
	bool one = m->n_images == 1;
	return xfv_memory_export(m->v, one ? m->end : xfv_align(m->end, PIECE), m->types, DMA_BUF,
		one ? &alone : NULL, ret_fd);
}

/* What it has become, and not what was asked for, is what others will find. */
static int describe_memory(struct making *m, int fd)
{
	struct xf_surface_desc *desc = m->desc;
	off_t bytes = lseek(fd, 0, SEEK_END);
	uint64_t size;
	int r = xf_surface_layout(desc, &size);
	if (r)
		return r;
	if (bytes <= 0 || (uint64_t)bytes < m->end || (uint64_t)bytes < size)
		return xf_fail(-EIO, "%s has made a dma-buf of %lld bytes, and wants %llu",
			m->v->physical.name, (long long)bytes, (unsigned long long)m->end);
	desc->memory = XF_MEMORY_DMA_BUF;
	desc->memory_bytes = (uint64_t)bytes;
	desc->granularity_bytes = bytes % (off_t)PIECE ? 1 : PIECE;
	memcpy(desc->device_uuid, m->v->physical.device_uuid, sizeof(desc->device_uuid));
	memcpy(desc->driver_uuid, m->v->physical.driver_uuid, sizeof(desc->driver_uuid));
	return 0;
}

int xfv_dma_buf_make(struct xf_vulkan *v, struct xf_surface_desc *desc, int *ret_fd)
{
	struct making m = { .v = v, .desc = desc, .types = UINT32_MAX };
	int fd = -1, r = xfv_modifiers_check(v);
	if (!r)
		r = make_images(&m);
	if (!r)
		r = allocate(&m, &fd);
	if (!r)
		r = describe_memory(&m, fd);
	for (uint32_t i = 0; i < m.n_images; i++)
		v->vk.DestroyImage(v->device, m.images[i].image, NULL);
	if (r && fd >= 0)
		close(fd);
	*ret_fd = fd;
	return r;
}

int xfv_dma_buf_check(struct xf_vulkan *v, const struct xf_surface_desc *desc)
{
	struct xfv_modifiers modifiers;
	int r = xfv_modifiers_check(v);
	if (!r)
		r = xfv_modifiers_look(v, desc, &modifiers);
	if (r)
		return r;
	const struct xfv_modifier *one = xfv_modifiers_find(&modifiers, desc->modifier);
	if (!one)
		return xfv_modifiers_refuse(v, desc, &modifiers);
	const uint32_t planes = one->n_planes * xfv_images_of(desc);
	return desc->n_planes == planes
		       ? 0
		       : xf_fail(-EOPNOTSUPP,
				 "%u planes of memory are described; with modifier 0x%llx %s has "
				 "%u of them in format %.4s",
				 desc->n_planes, (unsigned long long)one->modifier,
				 v->physical.name, planes, (const char *)&desc->fourcc);
}

static int check_fd(
	int fd, const struct xf_surface_desc *desc, uint64_t wanted, uint64_t *ret_bytes)
{
	if (!xfi_foreign_fd_is_dma_buf(fd))
		return xf_fail(-EPROTO, "what was handed on is no dma-buf");
	off_t bytes = lseek(fd, 0, SEEK_END);
	if (bytes < 0 || (uint64_t)bytes < desc->memory_bytes || (uint64_t)bytes < wanted)
		return xf_fail(-EPROTO,
			"the dma-buf has %lld bytes; its description says %llu, and the images "
			"want %llu",
			(long long)bytes, (unsigned long long)desc->memory_bytes,
			(unsigned long long)wanted);
	*ret_bytes = (uint64_t)bytes;
	return 0;
}

static int common_types(struct xf_vulkan *v, int fd, uint32_t *types)
{
	VkMemoryFdPropertiesKHR properties = { .sType =
						       VK_STRUCTURE_TYPE_MEMORY_FD_PROPERTIES_KHR };
	VkResult error = v->vk.GetMemoryFdPropertiesKHR(v->device, DMA_BUF, fd, &properties);
	if (error)
		return xfv_failed("vkGetMemoryFdPropertiesKHR", error);
	*types &= properties.memoryTypeBits;
	return *types ? 0
		      : xf_fail(-EOPNOTSUPP, "%s cannot have such images in that dma-buf's memory",
				v->physical.name);
}

/* The driver owns the descriptor once it has taken it. */
static int import(struct xf_vulkan *v, int fd, const VkMemoryAllocateInfo *what, VkImage alone,
	VkDeviceMemory *ret_memory)
{
	const VkMemoryDedicatedAllocateInfo dedicated = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO, .image = alone
	};
	const VkImportMemoryFdInfoKHR from = { .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
		.pNext = alone ? &dedicated : NULL,
		.handleType = DMA_BUF,
		.fd = fd };
	VkMemoryAllocateInfo info = *what;
	info.pNext = &from;
	VkResult error = v->vk.AllocateMemory(v->device, &info, NULL, ret_memory);
	if (!error)
		return 0;
	int r = xfv_failed("vkAllocateMemory", error);
	return r == -ENOMEM || error == VK_ERROR_DEVICE_LOST
		       ? r
		       : xf_fail(-EPROTO, "the driver does not take that dma-buf as memory");
}

int xfv_dma_buf_import(struct xf_vulkan *v, struct xf_surface *surface,
	const struct xf_surface_desc *desc, uint32_t types, uint64_t wanted, VkImage alone,
	struct xfv_memory *memory)
{
	uint64_t offset, bytes = 0;
	int fd;
	int r = xf_surface_export(surface, &fd, &offset);
	if (r)
		return r;
	r = check_fd(fd, desc, wanted, &bytes);
	if (!r)
		r = common_types(v, fd, &types);
	if (!r) {
		const VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
			.allocationSize = alone ? wanted : bytes,
			.memoryTypeIndex = xfv_memory_type(v, types) };
		r = import(v, fd, &info, alone, &memory->memory);
	}
	if (r)
		xfi_foreign_fd_close(&fd);
	else
		memory->size_bytes = bytes;
	return r;
}
