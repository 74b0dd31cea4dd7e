/* SPDX-License-Identifier: MIT */
/* IDXGIFactory7, which knows one adapter. */
#ifndef XFI_WIN_FACTORY_H
#define XFI_WIN_FACTORY_H

#include "win/dxgi/com.h"

/* The adapter of a factory of its own, with a reference for the caller; NULL: no memory. */
IDXGIAdapter *xfi_default_adapter(void);

#endif
