/* SPDX-License-Identifier: MIT */
/* IDXGIAdapter4: the one adapter there is: software, without outputs. */
#ifndef XFI_WIN_DXGI_ADAPTER_H
#define XFI_WIN_DXGI_ADAPTER_H

#include <dxgi1_6.h>

#include "win/dxgi/com.h"

/* References the factory. NULL: no memory. */
IDXGIAdapter4 *xfi_adapter_create(IDXGIFactory7 *factory);

#endif
