/* SPDX-License-Identifier: MIT */
/*
 * A draw like the last one. Most differ by their constants only: nothing was bound, copied or
 * handed over in between, so that the shaders, targets, states, views and keyed mutexes need not be
 * gone through again. Whether something came between is told by the device's `changes`: every
 * command counts but those that say xfi_device_unchanged().
 *
 * A keyed texture that was held at the last draw may be released meanwhile by another thread; what
 * is bound is then unbound under the device's lock, which counts.
 *
 * Thread-safety: all calls need the device's lock.
 */
#ifndef XFI_WIN_DRAW_AGAIN_H
#define XFI_WIN_DRAW_AGAIN_H

#include "win/dxgi/draw.h"
#include "win/dxgi/drawing.h"

/* False: it is not like the last one, and nothing is drawn. */
bool xfi_draw_again(struct xfi_device *device, const struct xfi_draw *draw);

/* While a draw is put together: it takes from this buffer. */
void xfi_draw_takes(struct xfi_drawing *drawing, const struct xfi_drawn_buffer *buffer);

/* It is recorded. */
void xfi_draw_remember(struct xfi_drawing *drawing, const struct xfi_draw *draw);

#endif
