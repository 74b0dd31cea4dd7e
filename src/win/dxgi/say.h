/* SPDX-License-Identifier: MIT */
/* What a device says, in its info queue, of calls that it refuses or leaves undone. */
#ifndef XFI_WIN_SAY_H
#define XFI_WIN_SAY_H

#include "win/dxgi/device.h"
#include "win/dxgi/fault.h"

/* Does nothing on devices that have no debug layer. Never fails; thread-safe. */
void xfi_device_say(struct xfi_device *device, D3D11_MESSAGE_CATEGORY category,
	D3D11_MESSAGE_SEVERITY severity, D3D11_MESSAGE_ID id, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* An error in creating a state. */
void xfi_device_say_fault(struct xfi_device *device, const struct xfi_fault *fault);

#endif
