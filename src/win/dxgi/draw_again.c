/* SPDX-License-Identifier: MIT */
#include "win/dxgi/draw_again.h"

#include "win/dxgi/draw_input.h"
#include "win/dxgi/draw_record.h"
#include "win/dxgi/upload.h"

void xfi_draw_takes(struct xfi_drawing *drawing, const struct xfi_drawn_buffer *buffer)
{
	if (drawing->n_buffers < XFI_DRAWN_BUFFERS)
		drawing->buffers[drawing->n_buffers++] = *buffer;
	else
		drawing->varies = true;
}

void xfi_draw_remember(struct xfi_drawing *drawing, const struct xfi_draw *draw)
{
	drawing->indexed = draw->indexed;
	drawing->batch = drawing->gpu->open->number;
	drawing->changes = drawing->device->changes;
	drawing->is_done = !drawing->varies && !draw->arguments;
}

static bool is_going_on(const struct xfi_drawing *last)
{
	const struct xfi_batch *batch = last->gpu->open;
	return batch && batch->number == last->batch && batch->rendering && !last->gpu->lost;
}

/* False: constants are in another buffer than they were, which takes another set. */
static bool look_at(struct xfi_drawing *last, struct xfi_drawn_buffer *taken, bool *ret_moved)
{
	VkDeviceSize at;
	VkBuffer buffer;
	if (xfi_upload_buffer(last->gpu, taken->resource, false, &buffer, &at) ||
		(taken->dynamic && buffer != taken->buffer))
		return false;
	if (at == taken->at && buffer == taken->buffer)
		return true;
	if (taken->dynamic) {
		*taken->dynamic += (uint32_t)(at - taken->at);
	} else {
		*taken->input += at - taken->at;
		*taken->input_buffer = buffer;
	}
	taken->at = at;
	taken->buffer = buffer;
	ret_moved[taken->input != NULL] = true;
	return true;
}

/* Of those that were written since, a copy may have been recorded, which ends rendering. */
static bool look_at_all(struct xfi_drawing *last, bool *ret_moved)
{
	for (uint32_t i = 0; i < last->n_buffers; i++)
		if (!look_at(last, &last->buffers[i], ret_moved))
			return false;
	return is_going_on(last);
}

bool xfi_draw_again(struct xfi_device *device, const struct xfi_draw *draw)
{
	struct xfi_drawing *last = device->drawing;
	bool moved[2] = { false, false }; /* constants; input */
	if (!last || !last->is_done || device->changes != last->changes + 1 || device->removed ||
		draw->arguments || (draw->indexed && !last->indexed) ||
		xfi_draw_reads_beyond(last, draw) || !is_going_on(last) ||
		!look_at_all(last, moved))
		return false;
	struct xfi_batch *batch = last->gpu->open;
	if (moved[0])
		xfi_draw_bind_sets(last, batch->commands, VK_PIPELINE_BIND_POINT_GRAPHICS);
	if (moved[1])
		xfi_draw_set_input(last, batch->commands, last->indexed);
	xfi_draw_issue(last, batch->commands, draw, VK_NULL_HANDLE, 0);
	batch->n_commands++;
	last->changes = device->changes;
	return true;
}
