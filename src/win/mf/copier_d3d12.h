/* SPDX-License-Identifier: MIT */
/*
 * The CPU's way to a texture of Direct3D 12: buffers in the readback and upload heaps, and a queue
 * of its own to copy by. Made at the first use and kept.
 */
#ifndef XFI_WIN_MF_COPIER_D3D12_H
#define XFI_WIN_MF_COPIER_D3D12_H

#include "win/prelude.h"

#include <d3d12.h>

struct xfi_copier_d3d12;

/*
 * The texture is in the state COMMON before and after. Blocks until the copy is done: from the
 * texture in map with MF2DBuffer_LockFlags_Read, to it in unmap with _Write.
 */
HRESULT xfi_copier_d3d12_map(struct xfi_copier_d3d12 **copier, ID3D12Resource *texture,
	UINT subresource, DWORD flags, BYTE **ret_data, DWORD *ret_pitch_bytes);
void xfi_copier_d3d12_unmap(struct xfi_copier_d3d12 *copier, DWORD flags);
void xfi_copier_d3d12_destroy(struct xfi_copier_d3d12 *copier);

#endif
