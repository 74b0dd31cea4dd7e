/* SPDX-License-Identifier: MIT */
/* What a resource is: checks and arithmetic, pure functions fed with anything by programs. */
#ifndef XFI_WIN_DESC_H
#define XFI_WIN_DESC_H

#include "win/dxgi/com.h"

/* The descriptions of all kinds in one; D3D11's values. Buffers have height = depth = 1. */
struct xfi_desc {
	D3D11_RESOURCE_DIMENSION dimension;
	UINT width, height, depth;
	UINT mips, array;
	DXGI_FORMAT format; /* UNKNOWN for buffers */
	DXGI_SAMPLE_DESC samples;
	D3D11_USAGE usage;
	UINT bind, cpu, misc;
	UINT stride; /* of structured buffers */
};

#define XFI_MISC_SHARING                                                                           \
	(D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX |                      \
		D3D11_RESOURCE_MISC_SHARED_NTHANDLE)

/* Where one subresource lies. */
struct xfi_extent {
	uint64_t offset;
	uint32_t row_bytes; /* of blocks in a row */
	uint32_t row_pitch;
	uint32_t depth_pitch; /* bytes of one slice, both planes of video */
	uint32_t width, height, depth; /* pixels */
	uint32_t columns, rows; /* of blocks in a slice, without the second plane */
};

/*
 * Checks a description from a program as D3D does and completes it (mips 0: the whole chain).
 * E_INVALIDARG: the flags, sizes or format do not go together; E_OUTOFMEMORY: beyond 4 GiB.
 */
HRESULT xfi_desc_check(struct xfi_desc *desc, D3D_FEATURE_LEVEL level);

/* The matrix of sharing flags alone. */
HRESULT xfi_sharing_check(const struct xfi_desc *desc, D3D_FEATURE_LEVEL level);

/* Bytes of the whole; UINT64_MAX: a pitch or the sum does not fit into 32 bits. */
uint64_t xfi_desc_bytes(const struct xfi_desc *desc);

/* False: there is no such subresource. */
bool xfi_desc_extent(const struct xfi_desc *desc, UINT subresource, struct xfi_extent *ret_extent);

/* D3D11_BIND_FLAG of what DXGI is told that a surface is for. */
UINT xfi_bind_from_usage(DXGI_USAGE usage);

/* D3D10's MiscFlags and D3D11's. */
UINT xfi_misc_from_10(UINT misc);
UINT xfi_misc_to_10(UINT misc);

#endif
