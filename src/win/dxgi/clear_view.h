/* SPDX-License-Identifier: MIT */
/* ClearView: parts of a view in one colour. */
#ifndef XFI_WIN_CLEAR_VIEW_H
#define XFI_WIN_CLEAR_VIEW_H

#include "win/dxgi/view.h"

/* What covers every view. */
extern const D3D11_RECT xfi_whole_view;

/*
 * What of a rectangle lies in the view, without the slices: pixels of its plane, or bytes of what
 * it shows of a buffer. False: nothing.
 */
bool xfi_view_cut(const struct xfi_view *view, const D3D11_RECT *rect, D3D11_BOX *ret_box);

/*
 * Clears rectangles of a view that can be written: of every element and slice that it shows; what
 * reaches beyond it is cut off. `rects` NULL: all of it. Of depth, the first number counts. Views
 * of structured and raw buffers have no colours, and stay.
 */
void xfi_command_clear_rects(
	struct xfi_view *view, const FLOAT colour[4], const D3D11_RECT *rects, UINT count);

#endif
