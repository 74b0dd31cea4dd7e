/* SPDX-License-Identifier: MIT */
/* The runtime data by which a D3D resource is found again by those who open it: version 4. */
#ifndef XFI_WIN_RUNTIME_DATA_H
#define XFI_WIN_RUNTIME_DATA_H

#include "win/dxgi/desc.h"

struct xfi_runtime_data {
	UINT size, version;
	UINT width, height;
	DXGI_FORMAT format;
	UINT reserved1[2];
	UINT keyed_mutex; /* 1: there is one */
	D3DKMT_HANDLE mutex_handle; /* global; 0: none, or shared by NT handle */
	D3DKMT_HANDLE sync_handle; /* likewise */
	UINT nt_shared;
	UINT reserved2[3];
	D3D11_RESOURCE_DIMENSION dimension;
	union {
		D3D11_BUFFER_DESC buffer;
		D3D11_TEXTURE1D_DESC texture1d;
		D3D11_TEXTURE2D_DESC texture2d;
		D3D11_TEXTURE3D_DESC texture3d;
	};
};

_Static_assert(sizeof(struct xfi_runtime_data) == 0x68, "the size Windows stores");

void xfi_runtime_data_fill(struct xfi_runtime_data *data, const struct xfi_desc *desc);

/* The bytes may come from another process. False: they are not a resource that could be made. */
bool xfi_runtime_data_parse(const void *bytes, size_t size, struct xfi_desc *ret_desc);

/* Between the one description and the four of D3D11. */
void xfi_desc_from_buffer(const D3D11_BUFFER_DESC *from, struct xfi_desc *to);
void xfi_desc_from_1d(const D3D11_TEXTURE1D_DESC *from, struct xfi_desc *to);
void xfi_desc_from_2d(const D3D11_TEXTURE2D_DESC *from, struct xfi_desc *to);
void xfi_desc_from_3d(const D3D11_TEXTURE3D_DESC *from, struct xfi_desc *to);
void xfi_desc_to_buffer(const struct xfi_desc *from, D3D11_BUFFER_DESC *to);
void xfi_desc_to_1d(const struct xfi_desc *from, D3D11_TEXTURE1D_DESC *to);
void xfi_desc_to_2d(const struct xfi_desc *from, D3D11_TEXTURE2D_DESC *to);
void xfi_desc_to_3d(const struct xfi_desc *from, D3D11_TEXTURE3D_DESC *to);

#endif
