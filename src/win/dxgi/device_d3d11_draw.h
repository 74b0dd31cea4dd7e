/* SPDX-License-Identifier: MIT */
/* The methods of ID3D11Device5 that make what drawing needs beside resources. */
#ifndef XFI_WIN_DEVICE_D3D11_DRAW_H
#define XFI_WIN_DEVICE_D3D11_DRAW_H

#include "win/dxgi/device.h"

#define XFI_DEVICE11_DRAW(X)                                                                       \
	X(CreateBlendState)                                                                        \
	X(CreateBlendState1)                                                                       \
	X(CreateDepthStencilState)                                                                 \
	X(CreateRasterizerState)                                                                   \
	X(CreateRasterizerState1)                                                                  \
	X(CreateRasterizerState2)                                                                  \
	X(CreateSamplerState)                                                                      \
	X(CreateVertexShader)                                                                      \
	X(CreatePixelShader)                                                                       \
	X(CreateComputeShader)                                                                     \
	X(CreateInputLayout)

#define XFI_DECLARE(name) __typeof__(*((ID3D11Device5Vtbl *)0)->name) xfi_device11_##name;
XFI_DEVICE11_DRAW(XFI_DECLARE)
#undef XFI_DECLARE

#endif
