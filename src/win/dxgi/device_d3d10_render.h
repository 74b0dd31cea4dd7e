/* SPDX-License-Identifier: MIT */
/* The methods of ID3D10Device1 that draw. */
#ifndef XFI_WIN_DEVICE_D3D10_RENDER_H
#define XFI_WIN_DEVICE_D3D10_RENDER_H

#include "win/dxgi/device.h"

#define XFI_DEVICE10_RENDER(X)                                                                     \
	X(Draw)                                                                                    \
	X(DrawIndexed)                                                                             \
	X(DrawInstanced)                                                                           \
	X(DrawIndexedInstanced)                                                                    \
	X(GenerateMips)                                                                            \
	X(Flush)

#define XFI_DECLARE(name) __typeof__(*((ID3D10Device1Vtbl *)0)->name) xfi_device10_##name;
XFI_DEVICE10_RENDER(XFI_DECLARE)
#undef XFI_DECLARE

#endif
