/* SPDX-License-Identifier: MIT */
/*
 * Drawing with what is bound. These take the device's lock and record; nothing has run when they
 * return. What cannot be drawn is not, and xf_last_message() says why; with a keyed resource that
 * is bound and not held a draw has no effect, and is counted.
 */
#ifndef XFI_WIN_DRAW_H
#define XFI_WIN_DRAW_H

#include "win/dxgi/resource.h"

struct xfi_gpu_program;

struct xfi_draw {
	bool indexed;
	UINT count, instances, first, first_instance;
	INT base; /* added to indices */
	struct xfi_resource *arguments; /* all of the above are read from there; or NULL */
	UINT arguments_at;
};

void xfi_draw(struct xfi_device *device, const struct xfi_draw *draw);

/* `arguments` (or NULL): the group counts are read from there. */
void xfi_dispatch(
	struct xfi_device *device, const UINT groups[3], struct xfi_resource *arguments, UINT at);

/* Before a shader object ends. NULL is allowed. */
void xfi_draw_forget(struct xfi_device *device, struct xfi_gpu_program *program);

#endif
