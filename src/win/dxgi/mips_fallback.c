/* SPDX-License-Identifier: MIT */
#include "win/dxgi/mips.h"

#include <crossfence/result.h>

void xfi_generate_mips(struct xfi_view *view)
{
	(void)xf_fail(-ENOSYS, "GenerateMips: this library was built without Vulkan");
}
