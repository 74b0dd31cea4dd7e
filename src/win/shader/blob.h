/* SPDX-License-Identifier: MIT */
/* ID3DBlob: bytes with a count of references. */
#ifndef XFI_WIN_SHADER_BLOB_H
#define XFI_WIN_SHADER_BLOB_H

#include "win/prelude.h"

#include <d3d10misc.h>
#include <d3dcommon.h>
#include <d3dcompiler.h>

#define XFI_D3DERR_INVALIDCALL ((HRESULT)0x8876086c) /* d3d9.h's, which D3DGetBlobPart returns */

/* A copy of the bytes. E_OUTOFMEMORY. */
HRESULT xfi_blob_create(const void *bytes, SIZE_T size, ID3DBlob **ret);

#endif
