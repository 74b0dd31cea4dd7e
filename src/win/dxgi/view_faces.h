/* SPDX-License-Identifier: MIT */
/* The interfaces of views, of D3D11 and of D3D10. */
#ifndef XFI_WIN_VIEW_FACES_H
#define XFI_WIN_VIEW_FACES_H

#include "win/dxgi/view.h"

void xfi_view_init_d3d11(struct xfi_view *view);
void xfi_view_init_d3d10(struct xfi_view *view);

#endif
