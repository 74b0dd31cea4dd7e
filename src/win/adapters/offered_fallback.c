/* SPDX-License-Identifier: MIT */
/* Built without Vulkan. */
#include "win/adapters/offered.h"

UINT xfi_adapters_offered(struct xfi_adapter *ret_list, UINT most)
{
	return 0;
}
