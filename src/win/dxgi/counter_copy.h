/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_COUNTER_COPY_H
#define XFI_WIN_COUNTER_COPY_H

#include "win/dxgi/view.h"

/*
 * CopyStructureCount: the view's counter to a buffer, from a byte on; a command as those of
 * command.h. Without a counter, or beyond the buffer's end, nothing happens.
 */
void xfi_counter_copy(struct xfi_resource *to, UINT at, struct xfi_view *view);

#endif
