/* SPDX-License-Identifier: MIT */
/* Vertices and indices of a draw; for draw.c. */
#ifndef XFI_WIN_DRAW_INPUT_H
#define XFI_WIN_DRAW_INPUT_H

#include "win/dxgi/draw.h"
#include "win/dxgi/drawing.h"

int xfi_draw_vertices(struct xfi_drawing *drawing);

/*
 * -EINVAL: there is no index buffer, or one of another format. The draw's range changes where
 * indices beyond the buffer's end, which are 0, are laid elsewhere.
 */
int xfi_draw_indices(struct xfi_drawing *drawing, struct xfi_draw *draw);

/* Does the draw read indices beyond the buffer's end, as far as is known? */
bool xfi_draw_reads_beyond(const struct xfi_drawing *drawing, const struct xfi_draw *draw);

#endif
