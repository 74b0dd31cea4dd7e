/* SPDX-License-Identifier: MIT */
#include "win/gpu/shared_image.h"

#include <stdlib.h>
#include <unistd.h>

#define PIECE UINT64_C(4096)
#define KIND  VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT

static int refuse(const struct xfi_gpu *gpu)
{
	return xf_fail(-EOPNOTSUPP, "%s shares no such images with other processes",
		gpu->card->properties.deviceName);
}

/* One allocation for one image is what some drivers insist on; ours would be wrong for those. */
static int check(struct xfi_gpu *gpu, const VkImageCreateInfo *info)
{
	const VkExternalMemoryFeatureFlags both = VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT |
						  VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT;
	const VkPhysicalDeviceExternalImageFormatInfo external = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_IMAGE_FORMAT_INFO,
		.handleType = KIND
	};
	const VkPhysicalDeviceImageFormatInfo2 asked = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_FORMAT_INFO_2,
		.pNext = &external,
		.format = info->format,
		.type = info->imageType,
		.tiling = info->tiling,
		.usage = info->usage,
		.flags = info->flags
	};
	VkExternalImageFormatProperties shared = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_IMAGE_FORMAT_PROPERTIES
	};
	VkImageFormatProperties2 properties = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_FORMAT_PROPERTIES_2, .pNext = &shared
	};
	const VkExternalMemoryProperties *has = &shared.externalMemoryProperties;
	if (!gpu->card->get_memory_fd ||
		gpu->card->vi.GetPhysicalDeviceImageFormatProperties2(
			gpu->card->physical, &asked, &properties) ||
		(has->externalMemoryFeatures & both) != both ||
		has->externalMemoryFeatures & VK_EXTERNAL_MEMORY_FEATURE_DEDICATED_ONLY_BIT)
		return refuse(gpu);
	return 0;
}

static int make(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image *image, VkMemoryRequirements *ret_needs)
{
	const VkExternalMemoryImageCreateInfo external = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO, .handleTypes = KIND
	};
	struct xfi_card *card = gpu->card;
	VkImageCreateInfo info;
	int r = xfi_gpu_image_info(gpu, desc, image, &info);
	if (!r)
		r = check(gpu, &info);
	if (r)
		return r;
	info.pNext = &external;
	VkResult error = card->vk.CreateImage(card->device, &info, NULL, &image->image);
	if (error)
		return xfi_gpu_result(gpu, "vkCreateImage", error);
	card->vk.GetImageMemoryRequirements(card->device, image->image, ret_needs);
	return 0;
}

static int bind(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	struct xfi_card *card = gpu->card;
	VkResult error = card->vk.BindImageMemory(card->device, image->image, image->memory, 0);
	return error ? xfi_gpu_result(gpu, "vkBindImageMemory", error) : 0;
}

/* Others import as many bytes of the same type, so neither may depend on the process. */
static int allocate(struct xfi_gpu *gpu, VkMemoryRequirements *needs, uint64_t bytes,
	const void *next, struct xfi_gpu_image *image)
{
	needs->size = bytes;
	return xfi_card_allocate_with(
		gpu->card, needs, 0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, next, &image->memory);
}

static int get_fd(struct xfi_gpu *gpu, VkDeviceMemory memory, int *ret_fd)
{
	const VkMemoryGetFdInfoKHR info = { .sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR,
		.memory = memory,
		.handleType = KIND };
	*ret_fd = -1;
	VkResult error = gpu->card->get_memory_fd(gpu->card->device, &info, ret_fd);
	if (error)
		return xfi_gpu_result(gpu, "vkGetMemoryFdKHR", error);
	return *ret_fd < 0 ? xf_fail(-EMFILE, "the driver made no descriptor for its memory") : 0;
}

static int export(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image *image, int *ret_fd, uint64_t *ret_bytes)
{
	const VkExportMemoryAllocateInfo shared = {
		.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, .handleTypes = KIND
	};
	VkMemoryRequirements needs;
	int r = make(gpu, desc, image, &needs);
	if (r)
		return r;
	*ret_bytes = (needs.size + PIECE - 1) & ~(PIECE - 1);
	r = allocate(gpu, &needs, *ret_bytes, &shared, image);
	if (!r)
		r = bind(gpu, image);
	return r ? r : get_fd(gpu, image->memory, ret_fd);
}

int xfi_gpu_image_export(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image **ret_image, int *ret_fd, uint64_t *ret_bytes)
{
	struct xfi_gpu_image *image = calloc(1, sizeof(*image));
	int r = image ? export(gpu, desc, image, ret_fd, ret_bytes) : -ENOMEM;
	if (r)
		xfi_gpu_image_destroy(gpu, image);
	else
		*ret_image = image;
	return r;
}

/* The driver has the descriptor once it has taken it. */
static int import(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc, int fd,
	uint64_t bytes, struct xfi_gpu_image *image)
{
	const VkImportMemoryFdInfoKHR taken = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR, .handleType = KIND, .fd = fd
	};
	VkMemoryRequirements needs;
	int r = make(gpu, desc, image, &needs);
	if (!r && needs.size > bytes)
		r = xf_fail(-EPROTO, "there are %llu bytes for a texture of %llu",
			(unsigned long long)bytes, (unsigned long long)needs.size);
	if (!r)
		r = allocate(gpu, &needs, bytes, &taken, image);
	if (r)
		close(fd);
	else
		r = bind(gpu, image);
	return r == -EIO && !gpu->lost ? -EPROTO : r;
}

int xfi_gpu_image_import(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc, int fd,
	uint64_t bytes, struct xfi_gpu_image **ret_image)
{
	struct xfi_gpu_image *image = calloc(1, sizeof(*image));
	if (!image) {
		close(fd);
		return -ENOMEM;
	}
	int r = import(gpu, desc, fd, bytes, image);
	if (r) {
		xfi_gpu_image_destroy(gpu, image);
		return r;
	}
	image->is_ready = image->is_outside = true;
	*ret_image = image;
	return 0;
}

/* Between complete commands, and behind what this queue did before. */
static int move(struct xfi_gpu *gpu, struct xfi_gpu_image *image, uint32_t from, uint32_t to)
{
	const VkImageMemoryBarrier barrier = { .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
		.srcAccessMask = from == VK_QUEUE_FAMILY_EXTERNAL ? 0 : VK_ACCESS_MEMORY_WRITE_BIT,
		.dstAccessMask = to == VK_QUEUE_FAMILY_EXTERNAL
					 ? 0
					 : VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
		.oldLayout = VK_IMAGE_LAYOUT_GENERAL,
		.newLayout = VK_IMAGE_LAYOUT_GENERAL,
		.srcQueueFamilyIndex = from,
		.dstQueueFamilyIndex = to,
		.image = image->image,
		.subresourceRange = { image->aspects, 0, image->mips, 0, image->layers } };
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (r)
		return r;
	xfi_batch_order(gpu, batch);
	gpu->card->vk.CmdPipelineBarrier(batch->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
		VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1, &barrier);
	image->is_outside = to == VK_QUEUE_FAMILY_EXTERNAL;
	return 0;
}

int xfi_gpu_image_take(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	return image->is_outside ? move(gpu, image, VK_QUEUE_FAMILY_EXTERNAL, gpu->card->family)
				 : 0;
}

int xfi_gpu_image_give(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	return image->is_outside ? 0
				 : move(gpu, image, gpu->card->family, VK_QUEUE_FAMILY_EXTERNAL);
}
