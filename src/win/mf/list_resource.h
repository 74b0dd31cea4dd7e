/* SPDX-License-Identifier: MIT */
/* The methods of a command list that take textures: libvkd3d knows its own only. */
#ifndef XFI_WIN_MF_LIST_RESOURCE_H
#define XFI_WIN_MF_LIST_RESOURCE_H

#include "win/mf/proxy.h"

/* `slots` is the vtable, of an ID3D12GraphicsCommandList1 or later. */
void xfi_list_fill_resources(void **slots);

#endif
