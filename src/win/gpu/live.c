/* SPDX-License-Identifier: MIT */
#include "win/gpu/live.h"

#include "win/gpu/trash.h"

#include <stdlib.h>
#include <string.h>

/* Small parts share memory, up to so much: a device has few allocations. */
#define BLOCK (VkDeviceSize)(256 << 10)

/* Of large ones no more are kept than the GPU is busy with. */
struct xfi_gpu_live_part {
	struct xfi_gpu_live_part *next;
	VkBuffer buffer;
	VkDeviceMemory memory; /* of this one and those that were made with it; else NULL */
	uint8_t *bytes;
	uint64_t batch; /* that reads it last; 0: none */
};

static bool is_busy(struct xfi_gpu *gpu, const struct xfi_gpu_live_part *part)
{
	if (gpu->open && part->batch == gpu->open->number)
		return true;
	return part->batch && !xfi_gpu_is_done(gpu, part->batch);
}

static void append(struct xfi_gpu_live *live, struct xfi_gpu_live_part *part)
{
	part->next = NULL;
	if (live->first)
		live->last->next = part;
	else
		live->first = part;
	live->last = part;
}

static struct xfi_gpu_live_part *take_first(struct xfi_gpu_live *live)
{
	struct xfi_gpu_live_part *part = live->first;
	live->first = part->next;
	return part;
}

static void retire(struct xfi_gpu *gpu, struct xfi_gpu_live_part *part)
{
	XFI_GPU_RETIRE(gpu, XFI_GPU_BUFFER, part->buffer);
	XFI_GPU_RETIRE(gpu, XFI_GPU_MEMORY, part->memory);
	free(part);
}

static void retire_all(struct xfi_gpu *gpu, struct xfi_gpu_live_part *part)
{
	while (part) {
		struct xfi_gpu_live_part *next = part->next;
		retire(gpu, part);
		part = next;
	}
}

static int make_part(struct xfi_gpu *gpu, VkDeviceSize size, VkMemoryRequirements *ret_needs,
	struct xfi_gpu_live_part **ret_part)
{
	struct xfi_card *card = gpu->card;
	const VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.size = size,
		.usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
			 VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT |
			 VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
			 VK_BUFFER_USAGE_INDEX_BUFFER_BIT | VK_BUFFER_USAGE_VERTEX_BUFFER_BIT |
			 VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT };
	struct xfi_gpu_live_part *part = calloc(1, sizeof(*part));
	if (!part)
		return -ENOMEM;
	VkResult error = card->vk.CreateBuffer(card->device, &info, NULL, &part->buffer);
	if (error) {
		free(part);
		return xfi_gpu_result(gpu, "vkCreateBuffer", error);
	}
	card->vk.GetBufferMemoryRequirements(card->device, part->buffer, ret_needs);
	part->next = *ret_part;
	*ret_part = part;
	return 0;
}

/* Memory for all of a list, which is the first one's. */
static int bind_all(struct xfi_gpu *gpu, struct xfi_gpu_live_part *list, uint32_t count,
	VkMemoryRequirements needs)
{
	const VkMemoryPropertyFlags flags =
		VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	const VkDeviceSize step = (needs.size + needs.alignment - 1) & ~(needs.alignment - 1);
	struct xfi_card *card = gpu->card;
	VkDeviceSize at = 0;
	uint8_t *bytes;
	needs.size = step * count;
	int r = xfi_card_allocate(
		card, &needs, flags, VK_MEMORY_PROPERTY_HOST_CACHED_BIT, &list->memory);
	if (r)
		return r;
	VkResult error = card->vk.MapMemory(
		card->device, list->memory, 0, VK_WHOLE_SIZE, 0, (void **)&bytes);
	for (struct xfi_gpu_live_part *part = list; part && !error; part = part->next, at += step) {
		error = card->vk.BindBufferMemory(card->device, part->buffer, list->memory, at);
		part->bytes = bytes + at;
	}
	return error ? xfi_gpu_result(gpu, "vkBindBufferMemory", error) : 0;
}

/* As many as there are, at the front. */
static int grow(struct xfi_gpu *gpu, struct xfi_gpu_live *live)
{
	const VkDeviceSize most = live->size < BLOCK ? BLOCK / live->size : 1;
	const uint32_t all = live->n_parts ? live->n_parts : 1;
	const uint32_t count = all < most ? all : (uint32_t)most;
	struct xfi_gpu_live_part *list = NULL;
	VkMemoryRequirements needs;
	int r = 0;
	for (uint32_t i = 0; !r && i < count; i++)
		r = make_part(gpu, live->size, &needs, &list);
	if (!r)
		r = bind_all(gpu, list, count, needs);
	if (r) {
		retire_all(gpu, list);
		return r;
	}
	live->n_parts += count;
	while (list) {
		struct xfi_gpu_live_part *part = list;
		list = part->next;
		part->next = live->first;
		live->last = live->first ? live->last : part;
		live->first = part;
	}
	return 0;
}

static void set_part(struct xfi_gpu_live *live, struct xfi_gpu_live_part *part)
{
	live->part = part;
	live->buffer = part->buffer;
	live->bytes = part->bytes;
}

int xfi_gpu_live_create(struct xfi_gpu *gpu, VkDeviceSize size, struct xfi_gpu_live **ret_live)
{
	struct xfi_gpu_live *live = calloc(1, sizeof(*live));
	if (!live)
		return -ENOMEM;
	live->size = size;
	int r = grow(gpu, live);
	if (r) {
		free(live);
		return r;
	}
	set_part(live, take_first(live));
	*ret_live = live;
	return 0;
}

void xfi_gpu_live_destroy(struct xfi_gpu *gpu, struct xfi_gpu_live *live)
{
	if (!live)
		return;
	retire_all(gpu, live->first);
	retire(gpu, live->part);
	free(live);
}

void xfi_gpu_live_use(struct xfi_gpu *gpu, struct xfi_gpu_live *live)
{
	live->part->batch = gpu->open->number;
}

/* More than one that is free is too many of large ones, whose memory is their own. */
static void shrink(struct xfi_gpu *gpu, struct xfi_gpu_live *live)
{
	const struct xfi_gpu_live_part *second = live->first ? live->first->next : NULL;
	if (live->size < BLOCK || !second || is_busy(gpu, second))
		return;
	retire(gpu, take_first(live));
	live->n_parts--;
}

void xfi_gpu_live_turn(struct xfi_gpu *gpu, struct xfi_gpu_live *live)
{
	if (!is_busy(gpu, live->part))
		return;
	if ((!live->first || is_busy(gpu, live->first)) && grow(gpu, live)) {
		(void)xfi_gpu_finish(gpu); /* a device that is lost reads nothing either */
		return;
	}
	shrink(gpu, live);
	struct xfi_gpu_live_part *part = take_first(live);
	append(live, live->part);
	part->batch = 0;
	set_part(live, part);
	if (gpu->open) /* so much is held until it is done */
		gpu->open->span_bytes += live->size;
}

void xfi_gpu_live_renew(struct xfi_gpu *gpu, struct xfi_gpu_live *live)
{
	const uint8_t *before = live->bytes;
	xfi_gpu_live_turn(gpu, live);
	if (live->bytes != before)
		memcpy(live->bytes, before, live->size);
}
