/* SPDX-License-Identifier: MIT */
/* What ID3D11Device2 and 3 add: descriptions that say a little more, and what these extend; and
 * predicates. */
#ifndef XFI_WIN_DEVICE_D3D11_MORE_H
#define XFI_WIN_DEVICE_D3D11_MORE_H

#include "win/dxgi/device.h"

#define XFI_DEVICE11_MORE(X)                                                                       \
	X(CreateTexture2D1)                                                                        \
	X(CreateTexture3D1)                                                                        \
	X(CreateShaderResourceView1)                                                               \
	X(CreateUnorderedAccessView1)                                                              \
	X(CreateRenderTargetView1)                                                                 \
	X(CreateQuery1)                                                                            \
	X(CreatePredicate)                                                                         \
	X(CreateDeviceContextState)                                                                \
	X(CheckMultisampleQualityLevels)                                                           \
	X(CheckMultisampleQualityLevels1)                                                          \
	X(WriteToSubresource)                                                                      \
	X(ReadFromSubresource)

#define XFI_DECLARE(name) __typeof__(*((ID3D11Device5Vtbl *)0)->name) xfi_device11_##name;
XFI_DEVICE11_MORE(XFI_DECLARE)
#undef XFI_DECLARE

#endif
