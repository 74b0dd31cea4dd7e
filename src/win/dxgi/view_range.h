/* SPDX-License-Identifier: MIT */
/* Which part of its resource a view shows. */
#ifndef XFI_WIN_VIEW_RANGE_H
#define XFI_WIN_VIEW_RANGE_H

#include "win/dxgi/view.h"

enum xfi_dimension xfi_view_dimension(const struct xfi_view *view);

/* Levels that the view shows. */
UINT xfi_view_levels(const struct xfi_view *view);

/* Do they show the same pixels or bytes, if only some? Of volumes a level is one. */
bool xfi_view_overlaps(const struct xfi_view *a, const struct xfi_view *b);

#endif
