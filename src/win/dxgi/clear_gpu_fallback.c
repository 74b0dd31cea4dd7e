/* SPDX-License-Identifier: MIT */
#include "win/dxgi/clear_gpu.h"

bool xfi_clear_colour_gpu(struct xfi_view *view, const FLOAT colour[4])
{
	return false;
}

bool xfi_clear_depth_gpu(struct xfi_view *view, UINT flags, FLOAT depth, UINT8 stencil)
{
	return false;
}
