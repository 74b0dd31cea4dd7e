/* SPDX-License-Identifier: MIT */
/*
 * View: a part of a resource, as a pipeline stage sees it. D3D10's descriptions have the layout of
 * D3D11's (depth-stencil views lack Flags), so one description serves both.
 */
#ifndef XFI_WIN_VIEW_H
#define XFI_WIN_VIEW_H

#include "win/dxgi/resource.h"
#include "win/dxgi/view_part.h"

struct xfi_gpu_buffer;
struct xfi_gpu_image;

struct xfi_view {
	struct xfi_child child;
	enum xfi_view_kind kind;
	struct xfi_resource *resource; /* used */
	const struct xfi_format *format; /* NULL: structured buffers */
	union xfi_view_desc desc;
	bool chroma; /* of video: the plane below the first */
	UINT mip, first, count; /* level; array elements, or depth slices */
	UINT left_byte, n_bytes; /* of buffers */
	/* counter.h's, under the device's lock */
	struct xfi_gpu_buffer *counter; /* NULL: nothing was counted yet */
	UINT counted; /* what it was set to last, at first 0 */
	bool count_is_set; /* but not there yet */
	struct xfi_gpu_image *stand_in; /* stand_in.h's; NULL: was not needed yet */
};

static inline struct xfi_view *xfi_view_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_view, child);
}

extern const struct xfi_child_type xfi_view_type;

/*
 * Makes a view. `desc` is the D3D11 description of that kind, or NULL for the whole resource; the
 * view's own says what it comes to: the format, and numbers of levels and elements. With `ret_view`
 * NULL only checks, and returns S_FALSE.
 */
HRESULT xfi_view_create(struct xfi_device *device, enum xfi_view_kind kind,
	struct xfi_resource *resource, const void *desc, struct xfi_view **ret_view);

#endif
