/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_FACTORY_H
#define XFI_WIN_FACTORY_H

#include "win/dxgi/com.h"

/* The software adapter, with a reference for the caller; NULL: no memory. */
IDXGIAdapter *xfi_adapter_create(void);

#endif
