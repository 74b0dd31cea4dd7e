/* SPDX-License-Identifier: MIT */
/*
 * DXGI buffer: a picture buffer over a texture of Direct3D 11, or over a resource of Direct3D 12,
 * with the attributes of IMFDXGIBuffer. A Direct3D 12 one has a synchronization object as soon as
 * anybody asks for it.
 */
#ifndef XFI_WIN_MF_DXGI_BUFFER_H
#define XFI_WIN_MF_DXGI_BUFFER_H

#include "win/mf/picture_buffer.h"
#include "win/mf/sync_object.h"

#include <d3d11.h>

struct xfi_dxgi_attribute;

struct xfi_dxgi_buffer {
	struct xfi_picture_buffer picture; /* its lock guards `attributes`, too */
	IMFDXGIBuffer dxgi;
	IUnknown *resource; /* referenced: an ID3D11Texture2D or an ID3D12Resource */
	UINT subresource;
	bool is_d3d12;
	struct xfi_dxgi_attribute *attributes;
	void *copier; /* what the CPU's way to the pixels needs; NULL until then */
};

/* The object attached to the buffer, or NULL: nobody asked for one. Referenced. */
struct xfi_sync_object *xfi_dxgi_buffer_sync(IMFMediaBuffer *buffer);

#endif
