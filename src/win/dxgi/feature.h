/* SPDX-License-Identifier: MIT */
/* What optional features a device has. */
#ifndef XFI_WIN_FEATURE_H
#define XFI_WIN_FEATURE_H

#include "win/dxgi/com.h"

/* E_INVALIDARG: no such feature, or not exactly the size of its answer; nothing is written. */
HRESULT xfi_feature_support(D3D11_FEATURE feature, void *data, UINT size);

#endif
