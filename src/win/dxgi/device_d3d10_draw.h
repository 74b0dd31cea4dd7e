/* SPDX-License-Identifier: MIT */
/* The methods of ID3D10Device1 that make what drawing needs beside resources. */
#ifndef XFI_WIN_DEVICE_D3D10_DRAW_H
#define XFI_WIN_DEVICE_D3D10_DRAW_H

#include "win/dxgi/device.h"

#define XFI_DEVICE10_DRAW(X)                                                                       \
	X(CreateBlendState)                                                                        \
	X(CreateBlendState1)                                                                       \
	X(CreateDepthStencilState)                                                                 \
	X(CreateRasterizerState)                                                                   \
	X(CreateSamplerState)                                                                      \
	X(CreateVertexShader)                                                                      \
	X(CreatePixelShader)                                                                       \
	X(CreateInputLayout)

#define XFI_DECLARE(name) __typeof__(*((ID3D10Device1Vtbl *)0)->name) xfi_device10_##name;
XFI_DEVICE10_DRAW(XFI_DECLARE)
#undef XFI_DECLARE

#endif
