/* SPDX-License-Identifier: MIT */
/* Built without Vulkan's headers: nothing is drawn, and the message says so. */
#include "win/dxgi/draw.h"

#include <crossfence/result.h>

static void refuse(void)
{
	(void)xf_fail(-ENOSYS, "drawing: this library was built without Vulkan");
}

void xfi_draw(struct xfi_device *device, const struct xfi_draw *draw)
{
	refuse();
}

void xfi_dispatch(
	struct xfi_device *device, const UINT groups[3], struct xfi_resource *arguments, UINT at)
{
	refuse();
}

void xfi_draw_forget(struct xfi_device *device, struct xfi_gpu_program *program)
{
}
