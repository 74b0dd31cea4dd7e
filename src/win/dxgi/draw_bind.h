/* SPDX-License-Identifier: MIT */
/* What a draw's shaders read and write; for draw.c. */
#ifndef XFI_WIN_DRAW_BIND_H
#define XFI_WIN_DRAW_BIND_H

#include "win/dxgi/drawing.h"

/* Makes the descriptor set of a stage. */
int xfi_draw_bind(struct xfi_drawing *drawing, enum xfi_stage stage);

/* What the stage writes unordered is newest on the GPU; false: it writes nothing so. */
bool xfi_draw_bound_written(struct xfi_drawing *drawing, enum xfi_stage stage);

/* Slot of a binding's register; XFI_SLOTS: there is no such register. */
unsigned xfi_draw_slot(enum xfi_stage stage, const struct xfi_shader_binding *binding, UINT reg);

#endif
