/* SPDX-License-Identifier: MIT */
/* IDXGIFactory7, which knows the adapters. */
#ifndef XFI_WIN_FACTORY_H
#define XFI_WIN_FACTORY_H

#include "win/adapters/adapters.h"
#include "win/dxgi/com.h"

/* An adapter of a factory of its own, with a reference for the caller; NULL: no memory. */
IDXGIAdapter *xfi_factory_adapter(const struct xfi_adapter *what);

#endif
