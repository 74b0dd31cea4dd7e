/* SPDX-License-Identifier: MIT */
/* The methods of ID3D10Device1 that bind something to the pipeline, or tell what is bound. */
#ifndef XFI_WIN_DEVICE_D3D10_BIND_H
#define XFI_WIN_DEVICE_D3D10_BIND_H

#include "win/dxgi/device.h"

#define XFI_DEVICE10_BINDINGS_OF(S, X)                                                             \
	X(S##SetShaderResources)                                                                   \
	X(S##GetShaderResources)                                                                   \
	X(S##SetSamplers)                                                                          \
	X(S##GetSamplers)                                                                          \
	X(S##SetShader)                                                                            \
	X(S##GetShader)                                                                            \
	X(S##SetConstantBuffers)                                                                   \
	X(S##GetConstantBuffers)

#define XFI_DEVICE10_BINDINGS(X)                                                                   \
	XFI_DEVICE10_BINDINGS_OF(VS, X)                                                            \
	XFI_DEVICE10_BINDINGS_OF(GS, X)                                                            \
	XFI_DEVICE10_BINDINGS_OF(PS, X)                                                            \
	X(IASetVertexBuffers)                                                                      \
	X(IAGetVertexBuffers)                                                                      \
	X(IASetIndexBuffer)                                                                        \
	X(IAGetIndexBuffer)                                                                        \
	X(IASetInputLayout)                                                                        \
	X(IAGetInputLayout)                                                                        \
	X(IASetPrimitiveTopology)                                                                  \
	X(IAGetPrimitiveTopology)                                                                  \
	X(OMSetRenderTargets)                                                                      \
	X(OMGetRenderTargets)                                                                      \
	X(OMSetBlendState)                                                                         \
	X(OMGetBlendState)                                                                         \
	X(OMSetDepthStencilState)                                                                  \
	X(OMGetDepthStencilState)                                                                  \
	X(RSSetState)                                                                              \
	X(RSGetState)                                                                              \
	X(SOSetTargets)                                                                            \
	X(SOGetTargets)                                                                            \
	X(RSSetViewports)                                                                          \
	X(RSGetViewports)                                                                          \
	X(RSSetScissorRects)                                                                       \
	X(RSGetScissorRects)

#define XFI_DECLARE(name) __typeof__(*((ID3D10Device1Vtbl *)0)->name) xfi_device10_##name;
XFI_DEVICE10_BINDINGS(XFI_DECLARE)
#undef XFI_DECLARE

#endif
