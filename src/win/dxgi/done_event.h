/* SPDX-License-Identifier: MIT */
/*
 * Events that are set when the GPU has done what was submitted: the device's queue raises a fence
 * of the device's own behind that, and whoever waits for a fence by an event waits for this one.
 */
#ifndef XFI_WIN_DXGI_DONE_EVENT_H
#define XFI_WIN_DXGI_DONE_EVENT_H

#include "win/dxgi/device.h"

/*
 * Hands on what is recorded, and does not wait for it. The event is set when all of it is done, at
 * once where there is no GPU, and also when the device is removed or ends. Thread-safe. Errors as
 * xfi_nt_handle_ref(); -EAGAIN, -ENOMEM.
 */
int xfi_done_event_set(struct xfi_device *device, HANDLE event);

/* With the device, when its GPU has ended. */
void xfi_done_event_end(struct xfi_device *device);

#endif
