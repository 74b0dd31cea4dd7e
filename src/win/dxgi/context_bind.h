/* SPDX-License-Identifier: MIT */
/* The methods of ID3D11DeviceContext4 that bind something to the pipeline, or tell what is bound.
 */
#ifndef XFI_WIN_CONTEXT_BIND_H
#define XFI_WIN_CONTEXT_BIND_H

#include "win/dxgi/device.h"

#define XFI_CONTEXT_BINDINGS_OF(S, X)                                                              \
	X(S##SetShaderResources)                                                                   \
	X(S##GetShaderResources)                                                                   \
	X(S##SetSamplers)                                                                          \
	X(S##GetSamplers)                                                                          \
	X(S##SetShader)                                                                            \
	X(S##GetShader)                                                                            \
	X(S##SetConstantBuffers)                                                                   \
	X(S##SetConstantBuffers1)                                                                  \
	X(S##GetConstantBuffers)                                                                   \
	X(S##GetConstantBuffers1)

#define XFI_CONTEXT_BINDINGS(X)                                                                    \
	XFI_CONTEXT_BINDINGS_OF(VS, X)                                                             \
	XFI_CONTEXT_BINDINGS_OF(HS, X)                                                             \
	XFI_CONTEXT_BINDINGS_OF(DS, X)                                                             \
	XFI_CONTEXT_BINDINGS_OF(GS, X)                                                             \
	XFI_CONTEXT_BINDINGS_OF(PS, X)                                                             \
	XFI_CONTEXT_BINDINGS_OF(CS, X)                                                             \
	X(IASetVertexBuffers)                                                                      \
	X(IAGetVertexBuffers)                                                                      \
	X(IASetIndexBuffer)                                                                        \
	X(IAGetIndexBuffer)                                                                        \
	X(IASetInputLayout)                                                                        \
	X(IAGetInputLayout)                                                                        \
	X(IASetPrimitiveTopology)                                                                  \
	X(IAGetPrimitiveTopology)                                                                  \
	X(OMSetRenderTargets)                                                                      \
	X(OMSetRenderTargetsAndUnorderedAccessViews)                                               \
	X(OMGetRenderTargets)                                                                      \
	X(OMGetRenderTargetsAndUnorderedAccessViews)                                               \
	X(OMSetBlendState)                                                                         \
	X(OMGetBlendState)                                                                         \
	X(OMSetDepthStencilState)                                                                  \
	X(OMGetDepthStencilState)                                                                  \
	X(CSSetUnorderedAccessViews)                                                               \
	X(CSGetUnorderedAccessViews)                                                               \
	X(SOSetTargets)                                                                            \
	X(SOGetTargets)                                                                            \
	X(RSSetState)                                                                              \
	X(RSGetState)                                                                              \
	X(RSSetViewports)                                                                          \
	X(RSGetViewports)                                                                          \
	X(RSSetScissorRects)                                                                       \
	X(RSGetScissorRects)

#define XFI_DECLARE(name) __typeof__(*((ID3D11DeviceContext4Vtbl *)0)->name) xfi_context_##name;
XFI_CONTEXT_BINDINGS(XFI_DECLARE)
#undef XFI_DECLARE

#endif
