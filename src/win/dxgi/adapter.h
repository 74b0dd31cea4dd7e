/* SPDX-License-Identifier: MIT */
/* IDXGIAdapter4: without outputs. */
#ifndef XFI_WIN_DXGI_ADAPTER_H
#define XFI_WIN_DXGI_ADAPTER_H

#include <dxgi1_6.h>

#include "win/adapters/adapters.h"
#include "win/dxgi/com.h"

/* References the factory. NULL: no memory. */
IDXGIAdapter4 *xfi_adapter_create(IDXGIFactory7 *factory, const struct xfi_adapter *what);

/* Which one a program means, also by an object of its own around one of ours. NULL: none. */
const struct xfi_adapter *xfi_adapter_meant(IDXGIAdapter *adapter);

#endif
