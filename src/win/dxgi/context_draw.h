/* SPDX-License-Identifier: MIT */
/* The methods of ID3D11DeviceContext4 that draw. */
#ifndef XFI_WIN_CONTEXT_DRAW_H
#define XFI_WIN_CONTEXT_DRAW_H

#include "win/dxgi/device.h"

#define XFI_CONTEXT_DRAW(X)                                                                        \
	X(Draw)                                                                                    \
	X(DrawIndexed)                                                                             \
	X(DrawInstanced)                                                                           \
	X(DrawIndexedInstanced)                                                                    \
	X(DrawInstancedIndirect)                                                                   \
	X(DrawIndexedInstancedIndirect)                                                            \
	X(Dispatch)                                                                                \
	X(DispatchIndirect)                                                                        \
	X(GenerateMips)                                                                            \
	X(Flush)

#define XFI_DECLARE(name) __typeof__(*((ID3D11DeviceContext4Vtbl *)0)->name) xfi_context_##name;
XFI_CONTEXT_DRAW(XFI_DECLARE)
#undef XFI_DECLARE

#endif
