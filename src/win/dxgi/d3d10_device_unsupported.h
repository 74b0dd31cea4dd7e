/* SPDX-License-Identifier: MIT */
/*
 * Methods of ID3D10Device1 that exist so that programs link: drawing, shaders, states. They return
 * E_NOTIMPL or nothing, clear their outputs, and are told of once.
 */
#ifndef XFI_WIN_D3D10_DEVICE_UNSUPPORTED_H
#define XFI_WIN_D3D10_DEVICE_UNSUPPORTED_H

#include "win/dxgi/unsupported.h"

XFI_UNSUPPORTED_VOID(ID3D10Device1, PSSetShader,
	(ID3D10Device1 * iface, ID3D10PixelShader *pPixelShader), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, PSSetSamplers,
	(ID3D10Device1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D10SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, VSSetShader,
	(ID3D10Device1 * iface, ID3D10VertexShader *pVertexShader), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, DrawIndexed,
	(ID3D10Device1 * iface, UINT IndexCount, UINT StartIndexLocation, INT BaseVertexLocation),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, Draw,
	(ID3D10Device1 * iface, UINT VertexCount, UINT StartVertexLocation), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, IASetInputLayout,
	(ID3D10Device1 * iface, ID3D10InputLayout *pInputLayout), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, DrawIndexedInstanced,
	(ID3D10Device1 * iface, UINT IndexCountPerInstance, UINT InstanceCount,
		UINT StartIndexLocation, INT BaseVertexLocation, UINT StartInstanceLocation),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, DrawInstanced,
	(ID3D10Device1 * iface, UINT VertexCountPerInstance, UINT InstanceCount,
		UINT StartVertexLocation, UINT StartInstanceLocation),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, GSSetShader,
	(ID3D10Device1 * iface, ID3D10GeometryShader *pShader), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, VSSetSamplers,
	(ID3D10Device1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D10SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, GSSetSamplers,
	(ID3D10Device1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D10SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, OMSetBlendState,
	(ID3D10Device1 * iface, ID3D10BlendState *pBlendState, const FLOAT BlendFactor[4],
		UINT SampleMask),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, OMSetDepthStencilState,
	(ID3D10Device1 * iface, ID3D10DepthStencilState *pDepthStencilState, UINT StencilRef),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, DrawAuto, (ID3D10Device1 * iface), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, RSSetState,
	(ID3D10Device1 * iface, ID3D10RasterizerState *pRasterizerState), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, GenerateMips,
	(ID3D10Device1 * iface, ID3D10ShaderResourceView *pShaderResourceView), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, ResolveSubresource,
	(ID3D10Device1 * iface, ID3D10Resource *pDstResource, UINT DstSubresource,
		ID3D10Resource *pSrcResource, UINT SrcSubresource, DXGI_FORMAT Format),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D10Device1, PSGetShader,
	(ID3D10Device1 * iface, ID3D10PixelShader **ppPixelShader), { XFI_ZERO(ppPixelShader); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, PSGetSamplers,
	(ID3D10Device1 * iface, UINT StartSlot, UINT NumSamplers, ID3D10SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, VSGetShader,
	(ID3D10Device1 * iface, ID3D10VertexShader **ppVertexShader), { XFI_ZERO(ppVertexShader); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, IAGetInputLayout,
	(ID3D10Device1 * iface, ID3D10InputLayout **ppInputLayout), { XFI_ZERO(ppInputLayout); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, GSGetShader,
	(ID3D10Device1 * iface, ID3D10GeometryShader **ppGeometryShader),
	{ XFI_ZERO(ppGeometryShader); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, VSGetSamplers,
	(ID3D10Device1 * iface, UINT StartSlot, UINT NumSamplers, ID3D10SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, GSGetSamplers,
	(ID3D10Device1 * iface, UINT StartSlot, UINT NumSamplers, ID3D10SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, OMGetBlendState,
	(ID3D10Device1 * iface, ID3D10BlendState **ppBlendState, FLOAT BlendFactor[4],
		UINT *pSampleMask),
	{
		XFI_ZERO(ppBlendState);
		XFI_ZERO(pSampleMask);
	})
XFI_UNSUPPORTED_VOID(ID3D10Device1, OMGetDepthStencilState,
	(ID3D10Device1 * iface, ID3D10DepthStencilState **ppDepthStencilState, UINT *pStencilRef), {
		XFI_ZERO(ppDepthStencilState);
		XFI_ZERO(pStencilRef);
	})
XFI_UNSUPPORTED_VOID(ID3D10Device1, RSGetState,
	(ID3D10Device1 * iface, ID3D10RasterizerState **ppRasterizerState),
	{ XFI_ZERO(ppRasterizerState); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateInputLayout,
	(ID3D10Device1 * iface, const D3D10_INPUT_ELEMENT_DESC *pInputElementDescs,
		UINT NumElements, const void *pShaderBytecodeWithInputSignature,
		SIZE_T BytecodeLength, ID3D10InputLayout **ppInputLayout),
	{ XFI_ZERO(ppInputLayout); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateVertexShader,
	(ID3D10Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D10VertexShader **ppVertexShader),
	{ XFI_ZERO(ppVertexShader); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateGeometryShader,
	(ID3D10Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D10GeometryShader **ppGeometryShader),
	{ XFI_ZERO(ppGeometryShader); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateGeometryShaderWithStreamOutput,
	(ID3D10Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		const D3D10_SO_DECLARATION_ENTRY *pSODeclaration, UINT NumEntries,
		UINT OutputStreamStride, ID3D10GeometryShader **ppGeometryShader),
	{ XFI_ZERO(ppGeometryShader); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreatePixelShader,
	(ID3D10Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D10PixelShader **ppPixelShader),
	{ XFI_ZERO(ppPixelShader); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateBlendState,
	(ID3D10Device1 * iface, const D3D10_BLEND_DESC *pBlendStateDesc,
		ID3D10BlendState **ppBlendState),
	{ XFI_ZERO(ppBlendState); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateDepthStencilState,
	(ID3D10Device1 * iface, const D3D10_DEPTH_STENCIL_DESC *pDepthStencilDesc,
		ID3D10DepthStencilState **ppDepthStencilState),
	{ XFI_ZERO(ppDepthStencilState); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateRasterizerState,
	(ID3D10Device1 * iface, const D3D10_RASTERIZER_DESC *pRasterizerDesc,
		ID3D10RasterizerState **ppRasterizerState),
	{ XFI_ZERO(ppRasterizerState); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateSamplerState,
	(ID3D10Device1 * iface, const D3D10_SAMPLER_DESC *pSamplerDesc,
		ID3D10SamplerState **ppSamplerState),
	{ XFI_ZERO(ppSamplerState); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreatePredicate,
	(ID3D10Device1 * iface, const D3D10_QUERY_DESC *pPredicateDesc,
		ID3D10Predicate **ppPredicate),
	{ XFI_ZERO(ppPredicate); })
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateCounter,
	(ID3D10Device1 * iface, const D3D10_COUNTER_DESC *pCounterDesc, ID3D10Counter **ppCounter),
	{ XFI_ZERO(ppCounter); })
XFI_UNSUPPORTED_VOID(ID3D10Device1, CheckCounterInfo,
	(ID3D10Device1 * iface, D3D10_COUNTER_INFO *pCounterInfo), { (void)iface; })
XFI_UNSUPPORTED_HR(ID3D10Device1, CheckCounter,
	(ID3D10Device1 * iface, const D3D10_COUNTER_DESC *pDesc, D3D10_COUNTER_TYPE *pType,
		UINT *pActiveCounters, char *name, UINT *pNameLength, char *units,
		UINT *pUnitsLength, char *description, UINT *pDescriptionLength),
	{
		XFI_ZERO(pType);
		XFI_ZERO(pActiveCounters);
		XFI_ZERO(pNameLength);
		XFI_ZERO(pUnitsLength);
		XFI_ZERO(pDescriptionLength);
	})
XFI_UNSUPPORTED_HR(ID3D10Device1, CreateBlendState1,
	(ID3D10Device1 * iface, const D3D10_BLEND_DESC1 *pBlendStateDesc,
		ID3D10BlendState1 **ppBlendState),
	{ XFI_ZERO(ppBlendState); })

#define D3D10_DEVICE_UNSUPPORTED                                                                   \
	.PSSetShader = unsupported_PSSetShader, .PSSetSamplers = unsupported_PSSetSamplers,        \
	.VSSetShader = unsupported_VSSetShader, .DrawIndexed = unsupported_DrawIndexed,            \
	.Draw = unsupported_Draw, .IASetInputLayout = unsupported_IASetInputLayout,                \
	.DrawIndexedInstanced = unsupported_DrawIndexedInstanced,                                  \
	.DrawInstanced = unsupported_DrawInstanced, .GSSetShader = unsupported_GSSetShader,        \
	.VSSetSamplers = unsupported_VSSetSamplers, .GSSetSamplers = unsupported_GSSetSamplers,    \
	.OMSetBlendState = unsupported_OMSetBlendState,                                            \
	.OMSetDepthStencilState = unsupported_OMSetDepthStencilState,                              \
	.DrawAuto = unsupported_DrawAuto, .RSSetState = unsupported_RSSetState,                    \
	.GenerateMips = unsupported_GenerateMips,                                                  \
	.ResolveSubresource = unsupported_ResolveSubresource,                                      \
	.PSGetShader = unsupported_PSGetShader, .PSGetSamplers = unsupported_PSGetSamplers,        \
	.VSGetShader = unsupported_VSGetShader, .IAGetInputLayout = unsupported_IAGetInputLayout,  \
	.GSGetShader = unsupported_GSGetShader, .VSGetSamplers = unsupported_VSGetSamplers,        \
	.GSGetSamplers = unsupported_GSGetSamplers,                                                \
	.OMGetBlendState = unsupported_OMGetBlendState,                                            \
	.OMGetDepthStencilState = unsupported_OMGetDepthStencilState,                              \
	.RSGetState = unsupported_RSGetState, .CreateInputLayout = unsupported_CreateInputLayout,  \
	.CreateVertexShader = unsupported_CreateVertexShader,                                      \
	.CreateGeometryShader = unsupported_CreateGeometryShader,                                  \
	.CreateGeometryShaderWithStreamOutput = unsupported_CreateGeometryShaderWithStreamOutput,  \
	.CreatePixelShader = unsupported_CreatePixelShader,                                        \
	.CreateBlendState = unsupported_CreateBlendState,                                          \
	.CreateDepthStencilState = unsupported_CreateDepthStencilState,                            \
	.CreateRasterizerState = unsupported_CreateRasterizerState,                                \
	.CreateSamplerState = unsupported_CreateSamplerState,                                      \
	.CreatePredicate = unsupported_CreatePredicate,                                            \
	.CreateCounter = unsupported_CreateCounter,                                                \
	.CheckCounterInfo = unsupported_CheckCounterInfo,                                          \
	.CheckCounter = unsupported_CheckCounter,                                                  \
	.CreateBlendState1 = unsupported_CreateBlendState1

#endif
