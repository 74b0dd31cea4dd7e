/* SPDX-License-Identifier: MIT */
/* IDXGISwapChain4: a chain (chain.h), with what programs may wish of one and nobody sees. */
#ifndef XFI_WIN_SWAP_CHAIN_H
#define XFI_WIN_SWAP_CHAIN_H

#include "win/dxgi/swap_chain_desc.h"

struct xfi_swap_chain_params {
	IDXGIFactory7 *factory;
	IUnknown *device; /* D3D11's or D3D10's of ours */
	const DXGI_SWAP_CHAIN_DESC1 *desc;
	const DXGI_SWAP_CHAIN_FULLSCREEN_DESC *fullscreen; /* NULL: as it is */
	HWND window; /* any, or NULL: it is only told again */
	bool composition;
};

/*
 * DXGI_ERROR_INVALID_CALL: an argument is NULL or nonsense; DXGI_ERROR_UNSUPPORTED: a device that
 * is not ours, as a queue of Direct3D 12.
 */
HRESULT xfi_swap_chain_create(
	const struct xfi_swap_chain_params *params, IDXGISwapChain4 **ret_chain);

#endif
