/* SPDX-License-Identifier: MIT */
#include "win/dxgi/render.h"

struct xfi_gpu *xfi_render_start(struct xfi_device *device)
{
	return NULL;
}

int xfi_render_note(struct xfi_device *device, int r)
{
	return r;
}

void xfi_render_flush(struct xfi_device *device)
{
}

void xfi_render_finish(struct xfi_device *device)
{
}

HRESULT xfi_render_removed(const struct xfi_device *device)
{
	return S_OK;
}

void xfi_render_end(struct xfi_device *device)
{
}
