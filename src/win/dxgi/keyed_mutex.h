/* SPDX-License-Identifier: MIT */
/* IDXGIKeyedMutex of a resource. */
#ifndef XFI_WIN_DXGI_KEYED_MUTEX_H
#define XFI_WIN_DXGI_KEYED_MUTEX_H

#include "win/dxgi/resource.h"

void xfi_resource_init_keyed_mutex(struct xfi_resource *resource);

#endif
