/* SPDX-License-Identifier: MIT */
/* What Vulkan offers; for adapters.c. */
#ifndef XFI_WIN_ADAPTERS_OFFERED_H
#define XFI_WIN_ADAPTERS_OFFERED_H

#include "win/adapters/adapters.h"

/*
 * Up to `most` devices that are no processors and can draw, the fastest kind first; how many. Their
 * LUIDs are 0 where the driver has none.
 */
UINT xfi_adapters_offered(struct xfi_adapter *ret_list, UINT most);

#endif
