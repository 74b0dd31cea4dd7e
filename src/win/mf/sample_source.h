/* SPDX-License-Identifier: MIT */
/* What an allocator's samples are made of: a media type, attributes, a device or none. */
#ifndef XFI_WIN_MF_SAMPLE_SOURCE_H
#define XFI_WIN_MF_SAMPLE_SOURCE_H

#include "win/mf/picture.h"

#include <d3d11.h>
#include <d3d12.h>
#include <mfapi.h>

struct xfi_sample_source {
	_Atomic unsigned refs;
	struct xfi_picture picture;
	ID3D11Device *d3d11; /* referenced, as the next; both NULL: memory */
	ID3D12Device *d3d12;
	D3D11_TEXTURE2D_DESC desc11;
	D3D12_RESOURCE_DESC desc12;
	D3D12_HEAP_PROPERTIES heap;
	D3D12_HEAP_FLAGS heap_flags;
	D3D12_CLEAR_VALUE clear;
	bool has_clear;
	UINT32 n_buffers; /* of a sample */
	UINT32 minimum; /* of samples */
};

/*
 * `attributes` and `manager` (an IMFDXGIDeviceManager) may be NULL. E_INVALIDARG: attributes that
 * contradict each other; MF_E_INVALIDMEDIATYPE: not a picture; what the manager answers.
 */
HRESULT xfi_sample_source_create(IMFMediaType *type, IMFAttributes *attributes,
	IMFDXGIDeviceManager *manager, struct xfi_sample_source **ret_source);
struct xfi_sample_source *xfi_sample_source_ref(struct xfi_sample_source *source);
void xfi_sample_source_unref(struct xfi_sample_source *source); /* NULL: nothing */

/* A new buffer. What the device answers. */
HRESULT xfi_sample_source_make(const struct xfi_sample_source *source, IMFMediaBuffer **ret_buffer);

#endif
