/* SPDX-License-Identifier: MIT */
/* The methods of ID3D11DeviceContext1 to 4 that are neither commands nor bind anything. */
#ifndef XFI_WIN_CONTEXT_MORE_H
#define XFI_WIN_CONTEXT_MORE_H

#include "win/dxgi/device.h"

#define XFI_CONTEXT_MORE(X)                                                                        \
	X(ResolveSubresource)                                                                      \
	X(ClearView)                                                                               \
	X(SwapDeviceContextState)                                                                  \
	X(SetResourceMinLOD)                                                                       \
	X(GetResourceMinLOD)                                                                       \
	X(Flush1)                                                                                  \
	X(SetHardwareProtectionState)                                                              \
	X(GetHardwareProtectionState)                                                              \
	X(IsAnnotationEnabled)                                                                     \
	X(SetMarkerInt)                                                                            \
	X(BeginEventInt)                                                                           \
	X(EndEvent)

#define XFI_DECLARE(name) __typeof__(*((ID3D11DeviceContext4Vtbl *)0)->name) xfi_context_##name;
XFI_CONTEXT_MORE(XFI_DECLARE)
#undef XFI_DECLARE

#endif
