/* SPDX-License-Identifier: MIT */
#include "win/dxgi/done_event.h"

#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/dxgi/fence_gpu.h"
#include "win/dxgi/render.h"
#include "win/kmt/sync_cpu.h"
#include "win/nt/completion.h"

static int make_fence(struct xfi_device *device)
{
	return device->done ? 0 : xfi_kmt_sync_create(D3DDDI_MONITORED_FENCE, 0, 0, &device->done);
}

/* Nobody takes this fence back, so that its value is what its timeline counts. */
static int raise_behind(struct xfi_device *device)
{
	int r = make_fence(device);
	if (!r)
		r = xfi_fence_gpu_signal(
			device, xf_timeline_id(device->done->timeline), device->done_value + 1);
	if (!r)
		device->done_value++;
	return r;
}

/* Where the queue cannot tell, the caller waits; if it is lost, or there is none, all is done. */
static int set_behind(struct xfi_device *device, HANDLE event)
{
	if (device->gpu && !raise_behind(device))
		return xfi_kmt_sync_set_event(device->done, device->done_value, event);
	xfi_render_finish(device);
	return xfi_nt_handle_set(event);
}

int xfi_done_event_set(struct xfi_device *device, HANDLE event)
{
	struct xfi_object *object;
	int r = xfi_settable_ref(event, &object);
	if (r)
		return r;
	xfi_object_unref(object);
	xfi_device_lock(device);
	r = set_behind(device, event);
	xfi_device_unlock(device);
	return r;
}

void xfi_done_event_end(struct xfi_device *device)
{
	if (device->done)
		xfi_object_unref(&device->done->base);
}
