/* SPDX-License-Identifier: MIT */
#include <stdbool.h>

#include "visible.h"

static bool is_within(uint32_t begin, uint32_t length, uint32_t have)
{
	return length && begin < have && length <= have - begin;
}

/* The largest block of any plane, in pixels: all are powers of two. */
static void coarsest(const struct xf_format_info *info, uint32_t *ret_across, uint32_t *ret_down)
{
	*ret_across = *ret_down = 1;
	for (uint32_t i = 0; i < info->n_planes; i++) {
		const struct xf_format_plane *plane = &info->planes[i];
		if (plane->block_width_px > *ret_across)
			*ret_across = plane->block_width_px;
		if (plane->block_height_px > *ret_down)
			*ret_down = plane->block_height_px;
	}
}

static struct xf_rect whole_blocks(const struct xf_format_info *info, struct xf_rect crop)
{
	uint32_t across, down;
	coarsest(info, &across, &down);
	crop.width_px += crop.x_px % across;
	crop.x_px -= crop.x_px % across;
	crop.height_px += crop.y_px % down;
	crop.y_px -= crop.y_px % down;
	return crop;
}

static void narrow(
	struct xf_surface_desc *desc, const struct xf_format_info *info, const struct xf_rect *crop)
{
	desc->width_px = crop->width_px;
	desc->height_px = crop->height_px;
	for (uint32_t i = 0; i < info->n_planes; i++) {
		const struct xf_format_plane *plane = &info->planes[i];
		desc->planes[i].offset_bytes +=
			crop->y_px / plane->block_height_px * desc->planes[i].stride_bytes +
			crop->x_px / plane->block_width_px * plane->block_bytes;
	}
}

const struct xf_frame *visible_part(struct visible *visible, const struct xf_frame *frame)
{
	struct xf_format_info info = { .size = sizeof(info) };
	const struct xf_surface_desc *desc = frame->format->desc;
	struct xf_rect crop = frame->info->crop; /* once */
	if (!is_within(crop.x_px, crop.width_px, desc->width_px) ||
		!is_within(crop.y_px, crop.height_px, desc->height_px) ||
		desc->modifier != XF_MODIFIER_LINEAR || xf_format_info(desc->fourcc, &info))
		return frame;
	crop = whole_blocks(&info, crop);
	visible->frame = *frame;
	visible->format = *frame->format;
	visible->desc = *desc;
	visible->frame.format = &visible->format;
	visible->format.desc = &visible->desc;
	narrow(&visible->desc, &info, &crop);
	return &visible->frame;
}
