/* SPDX-License-Identifier: MIT */
/*
 * Counter: the number beside a buffer that shaders append to, consume from or count with. It is of
 * the view, not of the buffer, and in memory of its own. A value that a program sets is put there
 * before the next use.
 */
#ifndef XFI_WIN_COUNTER_H
#define XFI_WIN_COUNTER_H

#include "win/dxgi/view.h"

struct xfi_gpu;
struct xfi_gpu_buffer;

/* Is there one? Else a shader that counts all the same counts nothing of this view's. */
static inline bool xfi_counter_is_there(const struct xfi_view *view)
{
	return view->kind == XFI_UAV &&
	       view->desc.uav.ViewDimension == D3D11_UAV_DIMENSION_BUFFER &&
	       view->desc.uav.Buffer.Flags &
		       (D3D11_BUFFER_UAV_FLAG_APPEND | D3D11_BUFFER_UAV_FLAG_COUNTER);
}

/* For what is recorded from now on; UINT_MAX: as it is. With the device's lock, as the next. */
static inline void xfi_counter_set(struct xfi_view *view, UINT count)
{
	if (count == UINT_MAX)
		return;
	view->count_is_set = true;
	view->counted = count;
}

/* Where it is, for the open batch. Errors as win/gpu/gpu.h. */
int xfi_counter_bring(
	struct xfi_gpu *gpu, struct xfi_view *view, struct xfi_gpu_buffer **ret_buffer);

/* To the beginning of a buffer, if a shader may have counted; else it is what was set. */
int xfi_counter_fetch(struct xfi_view *view, struct xfi_resource *to);

#endif
