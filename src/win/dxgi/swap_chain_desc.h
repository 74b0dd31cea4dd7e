/* SPDX-License-Identifier: MIT */
/* What a swap chain may be: pure functions, fed with anything by programs. */
#ifndef XFI_WIN_SWAP_CHAIN_DESC_H
#define XFI_WIN_SWAP_CHAIN_DESC_H

#include "win/dxgi/desc.h"

#include <dxgi1_6.h>

struct xfi_back_format {
	DXGI_FORMAT format;
	uint32_t opaque, with_alpha; /* as a core surface, by the chain's alpha mode */
	bool flips; /* the flip model has it, too */
};

/* NULL: no swap chain has such buffers. */
const struct xfi_back_format *xfi_back_format(DXGI_FORMAT format);

bool xfi_swap_chain_flips(const DXGI_SWAP_CHAIN_DESC1 *desc);

/*
 * Checks a description as DXGI does, and completes it: where there is no window that could say it,
 * a size of 0 is 1280 x 720. DXGI_ERROR_INVALID_CALL.
 */
HRESULT xfi_swap_chain_check(DXGI_SWAP_CHAIN_DESC1 *desc, bool composition);

/* One of its buffers. */
struct xfi_desc xfi_swap_chain_buffer(const DXGI_SWAP_CHAIN_DESC1 *desc);

/* From and to what CreateSwapChain and GetDesc speak of. */
void xfi_swap_chain_from_old(const DXGI_SWAP_CHAIN_DESC *old, DXGI_SWAP_CHAIN_DESC1 *ret_desc,
	DXGI_SWAP_CHAIN_FULLSCREEN_DESC *ret_fullscreen);
void xfi_swap_chain_to_old(const DXGI_SWAP_CHAIN_DESC1 *desc,
	const DXGI_SWAP_CHAIN_FULLSCREEN_DESC *fullscreen, DXGI_SWAP_CHAIN_DESC *ret_old);

#endif
