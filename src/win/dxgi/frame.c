/* SPDX-License-Identifier: MIT */
#include "win/dxgi/frame.h"

/* Both have rows of the same length: see picture_of() in chain.c. */
static int copy(struct xfi_resource *resource, const struct xf_frame *frame, const uint8_t *from)
{
	const struct xf_surface_desc *desc = frame->format->desc;
	struct xfi_extent e;
	void *to;
	if (!xfi_desc_extent(&resource->desc, 0, &e) || desc->height_px != e.height ||
		desc->planes[0].stride_bytes != e.row_pitch)
		return -EINVAL;
	int r = xf_surface_begin(frame->surface, XF_ACCESS_WRITE, &to);
	if (r)
		return r;
	memcpy((uint8_t *)to + desc->planes[0].offset_bytes, from,
		(size_t)e.row_pitch * (e.height - 1) + e.row_bytes);
	return xf_surface_end(frame->surface);
}

int xfi_frame_by_cpu(
	struct xfi_resource *resource, struct xfi_screen *screen, const struct xf_frame *frame)
{
	if (screen->fence)
		(void)xf_timeline_wait(
			screen->fence, screen->promised, XF_NEVER); /* or abandoned */
	const uint8_t *from = xfi_resource_begin(resource, XF_ACCESS_READ);
	if (!from)
		return -EIO;
	int r = copy(resource, frame, from);
	xfi_resource_end(resource);
	return r;
}
