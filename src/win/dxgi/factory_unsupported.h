/* SPDX-License-Identifier: MIT */
/*
 * Methods of IDXGIFactory2 that exist so that programs link: there are no windows here. They return
 * E_NOTIMPL, clear their outputs, and are told of once.
 */
#ifndef XFI_WIN_FACTORY_UNSUPPORTED_H
#define XFI_WIN_FACTORY_UNSUPPORTED_H

#include "win/dxgi/unsupported.h"

XFI_UNSUPPORTED_HR(IDXGIFactory2, CreateSwapChain,
	(IDXGIFactory2 * iface, IUnknown *device, DXGI_SWAP_CHAIN_DESC *desc,
		IDXGISwapChain **swapchain),
	{ XFI_ZERO(swapchain); })
XFI_UNSUPPORTED_HR(IDXGIFactory2, CreateSoftwareAdapter,
	(IDXGIFactory2 * iface, HMODULE swrast, IDXGIAdapter **adapter), { XFI_ZERO(adapter); })
XFI_UNSUPPORTED_HR(IDXGIFactory2, CreateSwapChainForHwnd,
	(IDXGIFactory2 * iface, IUnknown *pDevice, HWND hWnd, const DXGI_SWAP_CHAIN_DESC1 *pDesc,
		const DXGI_SWAP_CHAIN_FULLSCREEN_DESC *pFullscreenDesc,
		IDXGIOutput *pRestrictToOutput, IDXGISwapChain1 **ppSwapChain),
	{ XFI_ZERO(ppSwapChain); })
XFI_UNSUPPORTED_HR(IDXGIFactory2, CreateSwapChainForCoreWindow,
	(IDXGIFactory2 * iface, IUnknown *pDevice, IUnknown *pWindow,
		const DXGI_SWAP_CHAIN_DESC1 *pDesc, IDXGIOutput *pRestrictToOutput,
		IDXGISwapChain1 **ppSwapChain),
	{ XFI_ZERO(ppSwapChain); })
XFI_UNSUPPORTED_HR(IDXGIFactory2, RegisterStereoStatusWindow,
	(IDXGIFactory2 * iface, HWND WindowHandle, UINT wMsg, DWORD *pdwCookie), { (void)iface; })
XFI_UNSUPPORTED_HR(IDXGIFactory2, RegisterStereoStatusEvent,
	(IDXGIFactory2 * iface, HANDLE hEvent, DWORD *pdwCookie), { (void)iface; })
XFI_UNSUPPORTED_VOID(IDXGIFactory2, UnregisterStereoStatus, (IDXGIFactory2 * iface, DWORD dwCookie),
	{ (void)iface; })
XFI_UNSUPPORTED_HR(IDXGIFactory2, RegisterOcclusionStatusWindow,
	(IDXGIFactory2 * iface, HWND WindowHandle, UINT wMsg, DWORD *pdwCookie), { (void)iface; })
XFI_UNSUPPORTED_HR(IDXGIFactory2, RegisterOcclusionStatusEvent,
	(IDXGIFactory2 * iface, HANDLE hEvent, DWORD *pdwCookie), { (void)iface; })
XFI_UNSUPPORTED_VOID(IDXGIFactory2, UnregisterOcclusionStatus,
	(IDXGIFactory2 * iface, DWORD dwCookie), { (void)iface; })
XFI_UNSUPPORTED_HR(IDXGIFactory2, CreateSwapChainForComposition,
	(IDXGIFactory2 * iface, IUnknown *pDevice, const DXGI_SWAP_CHAIN_DESC1 *pDesc,
		IDXGIOutput *pRestrictToOutput, IDXGISwapChain1 **ppSwapChain),
	{ XFI_ZERO(ppSwapChain); })

#define FACTORY_UNSUPPORTED                                                                        \
	.CreateSwapChain = unsupported_CreateSwapChain,                                            \
	.CreateSoftwareAdapter = unsupported_CreateSoftwareAdapter,                                \
	.CreateSwapChainForHwnd = unsupported_CreateSwapChainForHwnd,                              \
	.CreateSwapChainForCoreWindow = unsupported_CreateSwapChainForCoreWindow,                  \
	.RegisterStereoStatusWindow = unsupported_RegisterStereoStatusWindow,                      \
	.RegisterStereoStatusEvent = unsupported_RegisterStereoStatusEvent,                        \
	.UnregisterStereoStatus = unsupported_UnregisterStereoStatus,                              \
	.RegisterOcclusionStatusWindow = unsupported_RegisterOcclusionStatusWindow,                \
	.RegisterOcclusionStatusEvent = unsupported_RegisterOcclusionStatusEvent,                  \
	.UnregisterOcclusionStatus = unsupported_UnregisterOcclusionStatus,                        \
	.CreateSwapChainForComposition = unsupported_CreateSwapChainForComposition

#endif
