/* SPDX-License-Identifier: MIT */
#include "win/dxgi/realign.h"

#include "win/gpu/buffer.h"
#include "win/gpu/chunk.h"

/* Several stages may write one and the same. */
static const struct xfi_drawn_copy *find(
	const struct xfi_drawing *drawing, const VkDescriptorBufferInfo *bound)
{
	for (uint32_t i = 0; i < drawing->n_copies; i++) {
		const struct xfi_drawn_copy *copy = &drawing->copies[i];
		if (copy->own == bound->buffer && copy->back.dstOffset == bound->offset &&
			copy->back.size == bound->range)
			return copy;
	}
	return NULL;
}

static int make(struct xfi_gpu *gpu, const VkDescriptorBufferInfo *from, struct xfi_drawn_copy *ret)
{
	struct xfi_gpu_span span;
	int r = xfi_batch_span(gpu, gpu->open, from->range, 256, &span);
	if (r)
		return r;
	*ret = (struct xfi_drawn_copy){ from->buffer, span.buffer,
		{ span.offset, from->offset, from->range } };
	return xfi_gpu_buffer_copy(gpu, span.buffer, from->buffer,
		&(VkBufferCopy){ from->offset, span.offset, from->range });
}

int xfi_realign_bring(struct xfi_drawing *drawing, bool write, VkDescriptorBufferInfo *bound)
{
	const struct xfi_drawn_copy *found = write ? find(drawing, bound) : NULL;
	struct xfi_drawn_copy copy;
	int r = 0;
	if (found)
		copy = *found;
	else
		r = make(drawing->gpu, bound, &copy);
	if (r)
		return r;
	if (write && !found)
		drawing->copies[drawing->n_copies++] = copy;
	bound->buffer = copy.elsewhere;
	bound->offset = copy.back.srcOffset;
	return 0;
}

void xfi_realign_take_back(struct xfi_drawing *drawing)
{
	for (uint32_t i = 0; i < drawing->n_copies; i++) {
		const struct xfi_drawn_copy *copy = &drawing->copies[i];
		(void)xfi_gpu_buffer_copy(drawing->gpu, copy->own, copy->elsewhere, &copy->back);
	}
}
