/* SPDX-License-Identifier: MIT */
#include "layer_dma_buf.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINEAR	   UINT64_C(0)
#define WIDER	   32 /* pixels, of the vendor's rows */
#define AUX_ROW	   64
#define AUX_BYTES  (4 * AUX_ROW)
#define ALIGNMENT  256
#define BAD_LAYOUT VK_ERROR_INVALID_DRM_FORMAT_MODIFIER_PLANE_LAYOUT_EXT
#define DMA_BUF	   VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT
#define HOST	   VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT
#define DRM	   VK_IMAGE_TILING_DRM_FORMAT_MODIFIER_EXT

struct picture {
	VkImage image;
	uint64_t modifier;
	VkDeviceSize start, pixels, pitch; /* and as many bytes of them */
	struct picture *next;
};

struct memory {
	VkDeviceMemory memory;
	int fd;
	void *mapped;
	size_t bytes;
	struct memory *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct picture *pictures;
static struct memory *memories;

static void *in_chain(const void *chain, VkStructureType type)
{
	VkBaseOutStructure *s = (VkBaseOutStructure *)chain;
	while (s && s->sType != type)
		s = s->pNext;
	return s;
}

static VkDeviceSize align(VkDeviceSize bytes, VkDeviceSize to)
{
	return (bytes + to - 1) / to * to;
}

static bool is_known(uint64_t modifier)
{
	return modifier == LINEAR || (modifier == DMA_BUF_VENDOR && !layer.no_vendor);
}

static uint32_t planes_of(uint64_t modifier)
{
	return modifier == DMA_BUF_VENDOR ? 2 : 1;
}

void dma_buf_format(VkFormatProperties2 *ret)
{
	VkDrmFormatModifierPropertiesListEXT *list =
		in_chain(ret->pNext, VK_STRUCTURE_TYPE_DRM_FORMAT_MODIFIER_PROPERTIES_LIST_EXT);
	const uint64_t all[] = { LINEAR, DMA_BUF_VENDOR };
	uint32_t n = layer.no_vendor ? 1 : 2;
	if (!list)
		return;
	if (!list->pDrmFormatModifierProperties) {
		list->drmFormatModifierCount = n;
		return;
	}
	if (list->drmFormatModifierCount > n)
		list->drmFormatModifierCount = n;
	for (uint32_t i = 0; i < list->drmFormatModifierCount; i++)
		list->pDrmFormatModifierProperties[i] = (VkDrmFormatModifierPropertiesEXT){ all[i],
			planes_of(all[i]), ret->formatProperties.linearTilingFeatures };
}

VkResult dma_buf_image_format(struct chain_instance *instance, VkPhysicalDevice device,
	const VkPhysicalDeviceImageFormatInfo2 *info, VkImageFormatProperties2 *ret)
{
	const VkPhysicalDeviceImageDrmFormatModifierInfoEXT *drm = in_chain(
		info->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_DRM_FORMAT_MODIFIER_INFO_EXT);
	const VkPhysicalDeviceExternalImageFormatInfo *external =
		in_chain(info->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_IMAGE_FORMAT_INFO);
	VkExternalImageFormatProperties *shares =
		in_chain(ret->pNext, VK_STRUCTURE_TYPE_EXTERNAL_IMAGE_FORMAT_PROPERTIES);
	VkPhysicalDeviceImageFormatInfo2 plain = *info;
	if (info->tiling != DRM)
		return instance->GetPhysicalDeviceImageFormatProperties2(device, info, ret);
	if (!drm || !is_known(drm->drmFormatModifier))
		return VK_ERROR_FORMAT_NOT_SUPPORTED;
	plain.pNext = NULL;
	plain.tiling = VK_IMAGE_TILING_LINEAR;
	VkResult r = instance->GetPhysicalDeviceImageFormatProperties2(device, &plain, ret);
	if (!r && shares && external)
		shares->externalMemoryProperties = (VkExternalMemoryProperties){
			external->handleType != DMA_BUF
				? 0
				: VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT |
					  VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT |
					  (drm->drmFormatModifier == DMA_BUF_VENDOR
							  ? VK_EXTERNAL_MEMORY_FEATURE_DEDICATED_ONLY_BIT
							  : 0),
			DMA_BUF, DMA_BUF
		};
	return r;
}

static struct picture *find_picture(VkImage image)
{
	pthread_mutex_lock(&lock);
	struct picture *p = pictures;
	while (p && p->image != image)
		p = p->next;
	pthread_mutex_unlock(&lock);
	return p;
}

static VkDeviceSize aux_of(const struct picture *p)
{
	return align(p->start + p->pixels, ALIGNMENT);
}

/* The one that is liked best, or the one that is there. 0 planes: none. */
static uint64_t choose(const VkImageCreateInfo *info,
	const VkImageDrmFormatModifierExplicitCreateInfoEXT *there, uint32_t *planes)
{
	const VkImageDrmFormatModifierListCreateInfoEXT *list = in_chain(
		info->pNext, VK_STRUCTURE_TYPE_IMAGE_DRM_FORMAT_MODIFIER_LIST_CREATE_INFO_EXT);
	uint64_t best = there ? there->drmFormatModifier : DMA_BUF_NO_WHERE;
	for (uint32_t i = 0; list && i < list->drmFormatModifierCount; i++)
		if (is_known(list->pDrmFormatModifiers[i]) && best != DMA_BUF_VENDOR)
			best = list->pDrmFormatModifiers[i];
	*planes = is_known(best) ? planes_of(best) : 0;
	return best;
}

static VkResult check(struct picture *p, const VkImageDrmFormatModifierExplicitCreateInfoEXT *there)
{
	const VkSubresourceLayout *planes = there->pPlaneLayouts;
	if (there->drmFormatModifierPlaneCount != planes_of(p->modifier) || planes[0].size ||
		planes[0].rowPitch != p->pitch || planes[0].offset % ALIGNMENT)
		return BAD_LAYOUT;
	p->start = planes[0].offset;
	if (p->modifier == DMA_BUF_VENDOR &&
		(planes[1].rowPitch != AUX_ROW || planes[1].offset != aux_of(p)))
		return BAD_LAYOUT;
	return VK_SUCCESS;
}

static VkResult make(struct chain_device *device, const VkImageCreateInfo *info,
	const VkAllocationCallbacks *allocator, struct picture *p)
{
	const VkExternalMemoryImageCreateInfo external = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO, .handleTypes = HOST
	};
	const VkImageSubresource whole = { .aspectMask = VK_IMAGE_ASPECT_COLOR_BIT };
	VkSubresourceLayout layout;
	VkMemoryRequirements needs;
	VkImageCreateInfo plain = *info;
	plain.pNext = &external;
	plain.tiling = VK_IMAGE_TILING_LINEAR;
	plain.extent.width += p->modifier == DMA_BUF_VENDOR ? WIDER : 0;
	VkResult r = device->CreateImage(device->device, &plain, allocator, &p->image);
	if (r)
		return r;
	device->GetImageSubresourceLayout(device->device, p->image, &whole, &layout);
	device->GetImageMemoryRequirements(device->device, p->image, &needs);
	p->pitch = layout.rowPitch;
	p->pixels = needs.size;
	return VK_SUCCESS;
}

VkResult dma_buf_create_image(struct chain_device *device, const VkImageCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkImage *ret_image)
{
	const VkImageDrmFormatModifierExplicitCreateInfoEXT *there = in_chain(
		info->pNext, VK_STRUCTURE_TYPE_IMAGE_DRM_FORMAT_MODIFIER_EXPLICIT_CREATE_INFO_EXT);
	uint32_t planes;
	if (info->tiling != DRM)
		return device->CreateImage(device->device, info, allocator, ret_image);
	struct picture *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->modifier = choose(info, there, &planes);
	VkResult r = planes ? make(device, info, allocator, p) : VK_ERROR_FORMAT_NOT_SUPPORTED;
	if (!r && there) {
		r = check(p, there);
		if (r)
			device->DestroyImage(device->device, p->image, allocator);
	}
	if (r) {
		free(p);
		return r;
	}
	pthread_mutex_lock(&lock);
	p->next = pictures;
	pictures = p;
	pthread_mutex_unlock(&lock);
	*ret_image = p->image;
	return VK_SUCCESS;
}

VkResult dma_buf_modifier(VkImage image, VkImageDrmFormatModifierPropertiesEXT *ret)
{
	const struct picture *p = find_picture(image);
	if (!p)
		abort();
	ret->drmFormatModifier = p->modifier;
	return VK_SUCCESS;
}

void dma_buf_requirements(
	struct chain_device *device, VkImage image, VkMemoryRequirements *requirements)
{
	const struct picture *p = find_picture(image);
	device->GetImageMemoryRequirements(device->device, image, requirements);
	if (!p)
		return;
	requirements->size = p->start + p->pixels;
	requirements->alignment = ALIGNMENT;
	if (p->modifier == DMA_BUF_VENDOR)
		requirements->size = aux_of(p) + AUX_BYTES;
}

void dma_buf_layout(struct chain_device *device, VkImage image, const VkImageSubresource *part,
	VkSubresourceLayout *layout)
{
	const struct picture *p = find_picture(image);
	if (!p)
		device->GetImageSubresourceLayout(device->device, image, part, layout);
	else if (part->aspectMask == VK_IMAGE_ASPECT_MEMORY_PLANE_0_BIT_EXT)
		*layout = (VkSubresourceLayout){
			.offset = p->start, .size = p->pixels, .rowPitch = p->pitch
		};
	else if (part->aspectMask == VK_IMAGE_ASPECT_MEMORY_PLANE_1_BIT_EXT &&
		 p->modifier == DMA_BUF_VENDOR)
		*layout = (VkSubresourceLayout){
			.offset = aux_of(p), .size = AUX_BYTES, .rowPitch = AUX_ROW
		};
	else
		abort();
}

VkDeviceSize dma_buf_start(VkImage image)
{
	const struct picture *p = find_picture(image);
	return p ? p->start : 0;
}

void dma_buf_end_image(VkImage image)
{
	pthread_mutex_lock(&lock);
	struct picture **link = &pictures;
	while (*link && (*link)->image != image)
		link = &(*link)->next;
	struct picture *p = *link;
	if (p)
		*link = p->next;
	pthread_mutex_unlock(&lock);
	free(p);
}

static bool is_ours(int fd)
{
	char path[40], name[80] = "";
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, name, sizeof(name) - 1) > 0 && strstr(name, DMA_BUF_NAME);
}

static int make_file(VkDeviceSize bytes)
{
	int fd = memfd_create(DMA_BUF_NAME, MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)align(bytes, 4096)) ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		abort();
	return fd;
}

/* Takes `fd`. */
static VkResult map(struct chain_device *device, const VkMemoryAllocateInfo *info,
	const VkAllocationCallbacks *allocator, int fd, VkDeviceMemory *ret_memory)
{
	struct memory *m = calloc(1, sizeof(*m));
	off_t bytes = lseek(fd, 0, SEEK_END);
	void *mapped = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	const VkImportMemoryHostPointerInfoEXT pointer = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
		.handleType = HOST,
		.pHostPointer = mapped
	};
	const VkMemoryAllocateInfo plain = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.pNext = &pointer,
		.allocationSize = (VkDeviceSize)bytes,
		.memoryTypeIndex = info->memoryTypeIndex };
	if (!m || mapped == MAP_FAILED)
		abort();
	VkResult r = device->AllocateMemory(device->device, &plain, allocator, ret_memory);
	if (r)
		abort();
	*m = (struct memory){ *ret_memory, fd, mapped, (size_t)bytes, NULL };
	pthread_mutex_lock(&lock);
	m->next = memories;
	memories = m;
	pthread_mutex_unlock(&lock);
	return r;
}

VkResult dma_buf_allocate(struct chain_device *device, const VkMemoryAllocateInfo *info,
	const VkAllocationCallbacks *allocator, VkDeviceMemory *ret_memory)
{
	const VkImportMemoryFdInfoKHR *from =
		in_chain(info->pNext, VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR);
	const VkExportMemoryAllocateInfo *export =
		in_chain(info->pNext, VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO);
	if (from && from->handleType == DMA_BUF) {
		off_t bytes = is_ours(from->fd) ? lseek(from->fd, 0, SEEK_END) : -1;
		if (bytes < 0 || info->allocationSize > (VkDeviceSize)bytes)
			return VK_ERROR_INVALID_EXTERNAL_HANDLE;
		return map(device, info, allocator, from->fd, ret_memory);
	}
	if (export && export->handleTypes == DMA_BUF)
		return map(device, info, allocator, make_file(info->allocationSize), ret_memory);
	return device->AllocateMemory(device->device, info, allocator, ret_memory);
}

VkResult dma_buf_get_fd(struct chain_device *device, const VkMemoryGetFdInfoKHR *info, int *ret_fd)
{
	if (info->handleType != DMA_BUF)
		return device->GetMemoryFdKHR(device->device, info, ret_fd);
	pthread_mutex_lock(&lock);
	struct memory *m = memories;
	while (m && m->memory != info->memory)
		m = m->next;
	*ret_fd = m ? fcntl(m->fd, F_DUPFD_CLOEXEC, 3) : -1;
	pthread_mutex_unlock(&lock);
	return *ret_fd < 0 ? VK_ERROR_TOO_MANY_OBJECTS : VK_SUCCESS;
}

VkResult dma_buf_fd_properties(int fd, VkMemoryFdPropertiesKHR *ret)
{
	ret->memoryTypeBits = 1; /* the software device has one */
	return is_ours(fd) ? VK_SUCCESS : VK_ERROR_INVALID_EXTERNAL_HANDLE;
}

void dma_buf_end_memory(VkDeviceMemory memory)
{
	pthread_mutex_lock(&lock);
	struct memory **link = &memories;
	while (*link && (*link)->memory != memory)
		link = &(*link)->next;
	struct memory *m = *link;
	if (m)
		*link = m->next;
	pthread_mutex_unlock(&lock);
	if (!m)
		return;
	munmap(m->mapped, m->bytes);
	close(m->fd);
	free(m);
}
