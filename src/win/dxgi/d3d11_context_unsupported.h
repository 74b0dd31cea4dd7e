/* SPDX-License-Identifier: MIT */
/*
 * Methods of ID3D11DeviceContext1 that exist so that programs link: drawing, shaders, states. They
 * clear their outputs, do nothing, and are told of once.
 */
#ifndef XFI_WIN_D3D11_CONTEXT_UNSUPPORTED_H
#define XFI_WIN_D3D11_CONTEXT_UNSUPPORTED_H

#include "win/dxgi/unsupported.h"

XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, PSSetShader,
	(ID3D11DeviceContext1 * iface, ID3D11PixelShader *pPixelShader,
		ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, PSSetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, VSSetShader,
	(ID3D11DeviceContext1 * iface, ID3D11VertexShader *pVertexShader,
		ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DrawIndexed,
	(ID3D11DeviceContext1 * iface, UINT IndexCount, UINT StartIndexLocation,
		INT BaseVertexLocation),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, Draw,
	(ID3D11DeviceContext1 * iface, UINT VertexCount, UINT StartVertexLocation),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, IASetInputLayout,
	(ID3D11DeviceContext1 * iface, ID3D11InputLayout *pInputLayout), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DrawIndexedInstanced,
	(ID3D11DeviceContext1 * iface, UINT IndexCountPerInstance, UINT InstanceCount,
		UINT StartIndexLocation, INT BaseVertexLocation, UINT StartInstanceLocation),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DrawInstanced,
	(ID3D11DeviceContext1 * iface, UINT VertexCountPerInstance, UINT InstanceCount,
		UINT StartVertexLocation, UINT StartInstanceLocation),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, GSSetShader,
	(ID3D11DeviceContext1 * iface, ID3D11GeometryShader *pShader,
		ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, VSSetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, GSSetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, OMSetBlendState,
	(ID3D11DeviceContext1 * iface, ID3D11BlendState *pBlendState, const FLOAT BlendFactor[4],
		UINT SampleMask),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, OMSetDepthStencilState,
	(ID3D11DeviceContext1 * iface, ID3D11DepthStencilState *pDepthStencilState,
		UINT StencilRef),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(
	ID3D11DeviceContext1, DrawAuto, (ID3D11DeviceContext1 * iface), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DrawIndexedInstancedIndirect,
	(ID3D11DeviceContext1 * iface, ID3D11Buffer *pBufferForArgs, UINT AlignedByteOffsetForArgs),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DrawInstancedIndirect,
	(ID3D11DeviceContext1 * iface, ID3D11Buffer *pBufferForArgs, UINT AlignedByteOffsetForArgs),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, Dispatch,
	(ID3D11DeviceContext1 * iface, UINT ThreadGroupCountX, UINT ThreadGroupCountY,
		UINT ThreadGroupCountZ),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DispatchIndirect,
	(ID3D11DeviceContext1 * iface, ID3D11Buffer *pBufferForArgs, UINT AlignedByteOffsetForArgs),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, RSSetState,
	(ID3D11DeviceContext1 * iface, ID3D11RasterizerState *pRasterizerState), { (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, CopyStructureCount,
	(ID3D11DeviceContext1 * iface, ID3D11Buffer *pDstBuffer, UINT DstAlignedByteOffset,
		ID3D11UnorderedAccessView *pSrcView),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, GenerateMips,
	(ID3D11DeviceContext1 * iface, ID3D11ShaderResourceView *pShaderResourceView),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, ResolveSubresource,
	(ID3D11DeviceContext1 * iface, ID3D11Resource *pDstResource, UINT DstSubresource,
		ID3D11Resource *pSrcResource, UINT SrcSubresource, DXGI_FORMAT Format),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, ExecuteCommandList,
	(ID3D11DeviceContext1 * iface, ID3D11CommandList *pCommandList, BOOL RestoreContextState),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, HSSetShader,
	(ID3D11DeviceContext1 * iface, ID3D11HullShader *pHullShader,
		ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, HSSetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DSSetShader,
	(ID3D11DeviceContext1 * iface, ID3D11DomainShader *pDomainShader,
		ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DSSetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, CSSetShader,
	(ID3D11DeviceContext1 * iface, ID3D11ComputeShader *pComputeShader,
		ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, CSSetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState *const *ppSamplers),
	{ (void)iface; })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, PSGetShader,
	(ID3D11DeviceContext1 * iface, ID3D11PixelShader **ppPixelShader,
		ID3D11ClassInstance **ppClassInstances, UINT *pNumClassInstances),
	{
		XFI_ZERO(ppPixelShader);
		XFI_ZERO(ppClassInstances);
		XFI_ZERO(pNumClassInstances);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, PSGetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, VSGetShader,
	(ID3D11DeviceContext1 * iface, ID3D11VertexShader **ppVertexShader,
		ID3D11ClassInstance **ppClassInstances, UINT *pNumClassInstances),
	{
		XFI_ZERO(ppVertexShader);
		XFI_ZERO(ppClassInstances);
		XFI_ZERO(pNumClassInstances);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, IAGetInputLayout,
	(ID3D11DeviceContext1 * iface, ID3D11InputLayout **ppInputLayout),
	{ XFI_ZERO(ppInputLayout); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, GSGetShader,
	(ID3D11DeviceContext1 * iface, ID3D11GeometryShader **ppGeometryShader,
		ID3D11ClassInstance **ppClassInstances, UINT *pNumClassInstances),
	{
		XFI_ZERO(ppGeometryShader);
		XFI_ZERO(ppClassInstances);
		XFI_ZERO(pNumClassInstances);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, VSGetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, GSGetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, OMGetBlendState,
	(ID3D11DeviceContext1 * iface, ID3D11BlendState **ppBlendState, FLOAT BlendFactor[4],
		UINT *pSampleMask),
	{
		XFI_ZERO(ppBlendState);
		XFI_ZERO(pSampleMask);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, OMGetDepthStencilState,
	(ID3D11DeviceContext1 * iface, ID3D11DepthStencilState **ppDepthStencilState,
		UINT *pStencilRef),
	{
		XFI_ZERO(ppDepthStencilState);
		XFI_ZERO(pStencilRef);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, RSGetState,
	(ID3D11DeviceContext1 * iface, ID3D11RasterizerState **ppRasterizerState),
	{ XFI_ZERO(ppRasterizerState); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, HSGetShader,
	(ID3D11DeviceContext1 * iface, ID3D11HullShader **ppHullShader,
		ID3D11ClassInstance **ppClassInstances, UINT *pNumClassInstances),
	{
		XFI_ZERO(ppHullShader);
		XFI_ZERO(ppClassInstances);
		XFI_ZERO(pNumClassInstances);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, HSGetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DSGetShader,
	(ID3D11DeviceContext1 * iface, ID3D11DomainShader **ppDomainShader,
		ID3D11ClassInstance **ppClassInstances, UINT *pNumClassInstances),
	{
		XFI_ZERO(ppDomainShader);
		XFI_ZERO(ppClassInstances);
		XFI_ZERO(pNumClassInstances);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, DSGetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, CSGetShader,
	(ID3D11DeviceContext1 * iface, ID3D11ComputeShader **ppComputeShader,
		ID3D11ClassInstance **ppClassInstances, UINT *pNumClassInstances),
	{
		XFI_ZERO(ppComputeShader);
		XFI_ZERO(ppClassInstances);
		XFI_ZERO(pNumClassInstances);
	})
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, CSGetSamplers,
	(ID3D11DeviceContext1 * iface, UINT StartSlot, UINT NumSamplers,
		ID3D11SamplerState **ppSamplers),
	{ XFI_ZERO(ppSamplers); })
XFI_UNSUPPORTED_HR(ID3D11DeviceContext1, FinishCommandList,
	(ID3D11DeviceContext1 * iface, BOOL RestoreDeferredContextState,
		ID3D11CommandList **ppCommandList),
	{ XFI_ZERO(ppCommandList); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, SwapDeviceContextState,
	(ID3D11DeviceContext1 * iface, ID3DDeviceContextState *pState,
		ID3DDeviceContextState **ppPreviousState),
	{ XFI_ZERO(ppPreviousState); })
XFI_UNSUPPORTED_VOID(ID3D11DeviceContext1, ClearView,
	(ID3D11DeviceContext1 * iface, ID3D11View *pView, const FLOAT Color[4],
		const D3D11_RECT *pRect, UINT NumRects),
	{ (void)iface; })

#define D3D11_CONTEXT_UNSUPPORTED                                                                  \
	.PSSetShader = unsupported_PSSetShader, .PSSetSamplers = unsupported_PSSetSamplers,        \
	.VSSetShader = unsupported_VSSetShader, .DrawIndexed = unsupported_DrawIndexed,            \
	.Draw = unsupported_Draw, .IASetInputLayout = unsupported_IASetInputLayout,                \
	.DrawIndexedInstanced = unsupported_DrawIndexedInstanced,                                  \
	.DrawInstanced = unsupported_DrawInstanced, .GSSetShader = unsupported_GSSetShader,        \
	.VSSetSamplers = unsupported_VSSetSamplers, .GSSetSamplers = unsupported_GSSetSamplers,    \
	.OMSetBlendState = unsupported_OMSetBlendState,                                            \
	.OMSetDepthStencilState = unsupported_OMSetDepthStencilState,                              \
	.DrawAuto = unsupported_DrawAuto,                                                          \
	.DrawIndexedInstancedIndirect = unsupported_DrawIndexedInstancedIndirect,                  \
	.DrawInstancedIndirect = unsupported_DrawInstancedIndirect,                                \
	.Dispatch = unsupported_Dispatch, .DispatchIndirect = unsupported_DispatchIndirect,        \
	.RSSetState = unsupported_RSSetState,                                                      \
	.CopyStructureCount = unsupported_CopyStructureCount,                                      \
	.GenerateMips = unsupported_GenerateMips,                                                  \
	.ResolveSubresource = unsupported_ResolveSubresource,                                      \
	.ExecuteCommandList = unsupported_ExecuteCommandList,                                      \
	.HSSetShader = unsupported_HSSetShader, .HSSetSamplers = unsupported_HSSetSamplers,        \
	.DSSetShader = unsupported_DSSetShader, .DSSetSamplers = unsupported_DSSetSamplers,        \
	.CSSetShader = unsupported_CSSetShader, .CSSetSamplers = unsupported_CSSetSamplers,        \
	.PSGetShader = unsupported_PSGetShader, .PSGetSamplers = unsupported_PSGetSamplers,        \
	.VSGetShader = unsupported_VSGetShader, .IAGetInputLayout = unsupported_IAGetInputLayout,  \
	.GSGetShader = unsupported_GSGetShader, .VSGetSamplers = unsupported_VSGetSamplers,        \
	.GSGetSamplers = unsupported_GSGetSamplers,                                                \
	.OMGetBlendState = unsupported_OMGetBlendState,                                            \
	.OMGetDepthStencilState = unsupported_OMGetDepthStencilState,                              \
	.RSGetState = unsupported_RSGetState, .HSGetShader = unsupported_HSGetShader,              \
	.HSGetSamplers = unsupported_HSGetSamplers, .DSGetShader = unsupported_DSGetShader,        \
	.DSGetSamplers = unsupported_DSGetSamplers, .CSGetShader = unsupported_CSGetShader,        \
	.CSGetSamplers = unsupported_CSGetSamplers,                                                \
	.FinishCommandList = unsupported_FinishCommandList,                                        \
	.SwapDeviceContextState = unsupported_SwapDeviceContextState,                              \
	.ClearView = unsupported_ClearView

#endif
