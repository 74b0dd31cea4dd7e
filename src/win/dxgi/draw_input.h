/* SPDX-License-Identifier: MIT */
/* Vertices and indices of a draw; for draw.c. */
#ifndef XFI_WIN_DRAW_INPUT_H
#define XFI_WIN_DRAW_INPUT_H

#include "win/dxgi/drawing.h"

int xfi_draw_vertices(struct xfi_drawing *drawing);

/*
 * -EINVAL: there is no index buffer, or one of another format. `indirect`: in a buffer of their
 * own, since Mesa's software device 22.3 takes no notice of where they begin in one then.
 */
int xfi_draw_indices(struct xfi_drawing *drawing, bool indirect);

#endif
