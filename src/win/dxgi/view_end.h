/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_VIEW_END_H
#define XFI_WIN_VIEW_END_H

#include "win/dxgi/view.h"

/* What a view has on the GPU, when it ends. */
void xfi_view_end(struct xfi_view *view);

#endif
