/* SPDX-License-Identifier: MIT */
/*
 * Methods of ID3D11Device1 that exist so that programs link: they return E_NOTIMPL, clear their
 * outputs, and are told of once.
 */
#ifndef XFI_WIN_D3D11_DEVICE_UNSUPPORTED_H
#define XFI_WIN_D3D11_DEVICE_UNSUPPORTED_H

#include "win/dxgi/unsupported.h"

XFI_UNSUPPORTED_HR(ID3D11Device1, CreateInputLayout,
	(ID3D11Device1 * iface, const D3D11_INPUT_ELEMENT_DESC *pInputElementDescs,
		UINT NumElements, const void *pShaderBytecodeWithInputSignature,
		SIZE_T BytecodeLength, ID3D11InputLayout **ppInputLayout),
	{ XFI_ZERO(ppInputLayout); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateVertexShader,
	(ID3D11Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D11ClassLinkage *pClassLinkage, ID3D11VertexShader **ppVertexShader),
	{ XFI_ZERO(ppVertexShader); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateGeometryShader,
	(ID3D11Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D11ClassLinkage *pClassLinkage, ID3D11GeometryShader **ppGeometryShader),
	{ XFI_ZERO(ppGeometryShader); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateGeometryShaderWithStreamOutput,
	(ID3D11Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		const D3D11_SO_DECLARATION_ENTRY *pSODeclaration, UINT NumEntries,
		const UINT *pBufferStrides, UINT NumStrides, UINT RasterizedStream,
		ID3D11ClassLinkage *pClassLinkage, ID3D11GeometryShader **ppGeometryShader),
	{ XFI_ZERO(ppGeometryShader); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreatePixelShader,
	(ID3D11Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D11ClassLinkage *pClassLinkage, ID3D11PixelShader **ppPixelShader),
	{ XFI_ZERO(ppPixelShader); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateHullShader,
	(ID3D11Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D11ClassLinkage *pClassLinkage, ID3D11HullShader **ppHullShader),
	{ XFI_ZERO(ppHullShader); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateDomainShader,
	(ID3D11Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D11ClassLinkage *pClassLinkage, ID3D11DomainShader **ppDomainShader),
	{ XFI_ZERO(ppDomainShader); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateComputeShader,
	(ID3D11Device1 * iface, const void *pShaderBytecode, SIZE_T BytecodeLength,
		ID3D11ClassLinkage *pClassLinkage, ID3D11ComputeShader **ppComputeShader),
	{ XFI_ZERO(ppComputeShader); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateClassLinkage,
	(ID3D11Device1 * iface, ID3D11ClassLinkage **ppLinkage), { XFI_ZERO(ppLinkage); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateBlendState,
	(ID3D11Device1 * iface, const D3D11_BLEND_DESC *pBlendStateDesc,
		ID3D11BlendState **ppBlendState),
	{ XFI_ZERO(ppBlendState); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateDepthStencilState,
	(ID3D11Device1 * iface, const D3D11_DEPTH_STENCIL_DESC *pDepthStencilDesc,
		ID3D11DepthStencilState **ppDepthStencilState),
	{ XFI_ZERO(ppDepthStencilState); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateRasterizerState,
	(ID3D11Device1 * iface, const D3D11_RASTERIZER_DESC *pRasterizerDesc,
		ID3D11RasterizerState **ppRasterizerState),
	{ XFI_ZERO(ppRasterizerState); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateSamplerState,
	(ID3D11Device1 * iface, const D3D11_SAMPLER_DESC *pSamplerDesc,
		ID3D11SamplerState **ppSamplerState),
	{ XFI_ZERO(ppSamplerState); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreatePredicate,
	(ID3D11Device1 * iface, const D3D11_QUERY_DESC *pPredicateDesc,
		ID3D11Predicate **ppPredicate),
	{ XFI_ZERO(ppPredicate); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateCounter,
	(ID3D11Device1 * iface, const D3D11_COUNTER_DESC *pCounterDesc, ID3D11Counter **ppCounter),
	{ XFI_ZERO(ppCounter); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateDeferredContext,
	(ID3D11Device1 * iface, UINT ContextFlags, ID3D11DeviceContext **ppDeferredContext),
	{ XFI_ZERO(ppDeferredContext); })
XFI_UNSUPPORTED_VOID(ID3D11Device1, CheckCounterInfo,
	(ID3D11Device1 * iface, D3D11_COUNTER_INFO *pCounterInfo), { (void)iface; })
XFI_UNSUPPORTED_HR(ID3D11Device1, CheckCounter,
	(ID3D11Device1 * iface, const D3D11_COUNTER_DESC *pDesc, D3D11_COUNTER_TYPE *pType,
		UINT *pActiveCounters, LPSTR szName, UINT *pNameLength, LPSTR szUnits,
		UINT *pUnitsLength, LPSTR szDescription, UINT *pDescriptionLength),
	{
		XFI_ZERO(pType);
		XFI_ZERO(pActiveCounters);
		XFI_ZERO(pNameLength);
		XFI_ZERO(pUnitsLength);
		XFI_ZERO(pDescriptionLength);
	})
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateDeferredContext1,
	(ID3D11Device1 * iface, UINT ContextFlags, ID3D11DeviceContext1 **ppDeferredContext),
	{ XFI_ZERO(ppDeferredContext); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateBlendState1,
	(ID3D11Device1 * iface, const D3D11_BLEND_DESC1 *pBlendStateDesc,
		ID3D11BlendState1 **ppBlendState),
	{ XFI_ZERO(ppBlendState); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateRasterizerState1,
	(ID3D11Device1 * iface, const D3D11_RASTERIZER_DESC1 *pRasterizerDesc,
		ID3D11RasterizerState1 **ppRasterizerState),
	{ XFI_ZERO(ppRasterizerState); })
XFI_UNSUPPORTED_HR(ID3D11Device1, CreateDeviceContextState,
	(ID3D11Device1 * iface, UINT Flags, const D3D_FEATURE_LEVEL *pFeatureLevels,
		UINT FeatureLevels, UINT SDKVersion, REFIID EmulatedInterface,
		D3D_FEATURE_LEVEL *pChosenFeatureLevel, ID3DDeviceContextState **ppContextState),
	{
		XFI_ZERO(pChosenFeatureLevel);
		XFI_ZERO(ppContextState);
	})

#define D3D11_DEVICE_UNSUPPORTED                                                                   \
	.CreateInputLayout = unsupported_CreateInputLayout,                                        \
	.CreateVertexShader = unsupported_CreateVertexShader,                                      \
	.CreateGeometryShader = unsupported_CreateGeometryShader,                                  \
	.CreateGeometryShaderWithStreamOutput = unsupported_CreateGeometryShaderWithStreamOutput,  \
	.CreatePixelShader = unsupported_CreatePixelShader,                                        \
	.CreateHullShader = unsupported_CreateHullShader,                                          \
	.CreateDomainShader = unsupported_CreateDomainShader,                                      \
	.CreateComputeShader = unsupported_CreateComputeShader,                                    \
	.CreateClassLinkage = unsupported_CreateClassLinkage,                                      \
	.CreateBlendState = unsupported_CreateBlendState,                                          \
	.CreateDepthStencilState = unsupported_CreateDepthStencilState,                            \
	.CreateRasterizerState = unsupported_CreateRasterizerState,                                \
	.CreateSamplerState = unsupported_CreateSamplerState,                                      \
	.CreatePredicate = unsupported_CreatePredicate,                                            \
	.CreateCounter = unsupported_CreateCounter,                                                \
	.CreateDeferredContext = unsupported_CreateDeferredContext,                                \
	.CheckCounterInfo = unsupported_CheckCounterInfo,                                          \
	.CheckCounter = unsupported_CheckCounter,                                                  \
	.CreateDeferredContext1 = unsupported_CreateDeferredContext1,                              \
	.CreateBlendState1 = unsupported_CreateBlendState1,                                        \
	.CreateRasterizerState1 = unsupported_CreateRasterizerState1,                              \
	.CreateDeviceContextState = unsupported_CreateDeviceContextState

#endif
