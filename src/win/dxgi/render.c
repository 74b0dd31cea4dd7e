/* SPDX-License-Identifier: MIT */
#include "win/dxgi/render.h"

#include "win/dxgi/device_adapter.h"
#include "win/dxgi/removed.h"
#include "win/dxgi/resource.h"
#include "win/gpu/batch.h"
#include "win/nt/domain.h"

/* After so many commands, or bytes for them, a batch is handed to the device. */
#define MANY  1024
#define LARGE (16 << 20)

/* Without the domain of this user nothing is handed on, but there is drawing all the same. */
static int start(struct xfi_device *device)
{
	struct xf_domain *domain = NULL;
	if (xfi_win_domain(&domain))
		domain = NULL;
	return xfi_gpu_create(domain, xfi_device_what(device), &device->gpu);
}

struct xfi_gpu *xfi_render_start(struct xfi_device *device)
{
	if (device->removed)
		return NULL;
	if (!device->gpu && !device->gpu_failed)
		device->gpu_failed = start(device);
	return device->gpu;
}

int xfi_render_note(struct xfi_device *device, int r)
{
	if (r == -EIO || (device->gpu && device->gpu->lost))
		xfi_device_remove(device);
	return r;
}

void xfi_render_flush(struct xfi_device *device)
{
	int r = 0;
	if (!device->gpu)
		return;
	while (device->unpublished && !r) {
		struct xfi_resource *resource = device->unpublished;
		device->unpublished = resource->gpu.next_unpublished;
		resource->gpu.is_unpublished = false;
		r = xfi_residence_publish(device->gpu, resource);
	}
	if (!r)
		r = xfi_gpu_flush(device->gpu);
	(void)xfi_render_note(device, r);
}

void xfi_render_flush_if_many(struct xfi_device *device)
{
	const struct xfi_batch *batch = device->gpu ? device->gpu->open : NULL;
	if (batch && (batch->n_commands >= MANY || batch->span_bytes >= LARGE))
		xfi_render_flush(device);
}

void xfi_render_finish(struct xfi_device *device)
{
	xfi_render_flush(device);
	if (device->gpu)
		(void)xfi_render_note(device, xfi_gpu_finish(device->gpu));
}

HRESULT xfi_render_removed(const struct xfi_device *device)
{
	return atomic_load(&device->removed) ? DXGI_ERROR_DEVICE_REMOVED : S_OK;
}

/* Others wait for what was handed on to them, and the process may end next. */
void xfi_render_end(struct xfi_device *device)
{
	struct xfi_gpu *gpu = device->gpu;
	if (gpu && !xfi_gpu_is_done(gpu, gpu->handed_on))
		(void)xfi_gpu_finish(gpu); /* lost is finished, too */
	xfi_gpu_destroy(gpu);
}
