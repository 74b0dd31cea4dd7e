/* SPDX-License-Identifier: MIT */
/* The CPU's way to a texture of Direct3D 11: a staging copy, made at the first use and kept. */
#ifndef XFI_WIN_MF_COPIER_D3D11_H
#define XFI_WIN_MF_COPIER_D3D11_H

#include "win/prelude.h"

#include <d3d11.h>

struct xfi_copier_d3d11;

/*
 * MF2DBuffer_LockFlags_Read copies from the texture first; _Write back, at unmap. A texture with a
 * keyed mutex must be owned by its device then, as for any command.
 */
HRESULT xfi_copier_d3d11_map(struct xfi_copier_d3d11 **copier, ID3D11Texture2D *texture,
	UINT subresource, DWORD flags, BYTE **ret_data, DWORD *ret_pitch_bytes);
void xfi_copier_d3d11_unmap(struct xfi_copier_d3d11 *copier, DWORD flags);
void xfi_copier_d3d11_destroy(struct xfi_copier_d3d11 *copier);

#endif
