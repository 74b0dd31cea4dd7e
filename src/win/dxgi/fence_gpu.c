/* SPDX-License-Identifier: MIT */
#include "win/dxgi/fence_gpu.h"

#include "win/dxgi/render.h"
#include "win/gpu/gpu.h"
#include "win/nt/domain.h"

static int open_timeline(xf_id id, struct xf_timeline **ret_timeline)
{
	struct xf_domain *domain;
	int r = xfi_win_domain(&domain);
	return r ? r : xf_timeline_open(domain, id, ret_timeline);
}

int xfi_fence_gpu_signal(struct xfi_device *device, xf_id id, uint64_t value)
{
	struct xf_timeline *timeline;
	if (!device->gpu)
		return -ENOSYS;
	xfi_render_flush(device);
	int r = open_timeline(id, &timeline);
	if (!r)
		r = xfi_gpu_signal(device->gpu, timeline, value);
	return xfi_render_note(device, r);
}

/* Takes those out that are passed, or are waited for up to a higher value from now on. */
static void prune(struct xfi_device *device, xf_id again)
{
	struct xfi_fence_wait **link = &device->fence_waits;
	while (*link) {
		struct xfi_fence_wait *wait = *link;
		if (xf_timeline_id(wait->timeline) != again &&
			xf_timeline_wait(wait->timeline, wait->value, 0) == XF_TIMEOUT) {
			link = &wait->next;
			continue;
		}
		*link = wait->next;
		xf_timeline_close(wait->timeline);
		free(wait);
	}
}

static uint64_t highest(const struct xfi_device *device, xf_id id, uint64_t value)
{
	const struct xfi_fence_wait *wait = device->fence_waits;
	for (; wait; wait = wait->next)
		if (xf_timeline_id(wait->timeline) == id && wait->value > value)
			value = wait->value;
	return value;
}

static int remember(struct xfi_device *device, xf_id id, uint64_t value)
{
	struct xfi_fence_wait *wait = calloc(1, sizeof(*wait));
	int r = wait ? open_timeline(id, &wait->timeline) : -ENOMEM;
	if (r) {
		free(wait);
		return r;
	}
	wait->value = highest(device, id, value);
	prune(device, id);
	wait->next = device->fence_waits;
	device->fence_waits = wait;
	return 0;
}

int xfi_fence_gpu_wait(struct xfi_device *device, xf_id id, uint64_t value)
{
	struct xf_timeline *timeline;
	if (!xfi_render_start(device))
		return device->removed ? -EIO : -ENOSYS;
	xfi_render_flush(device);
	int r = open_timeline(id, &timeline);
	if (r)
		return r;
	r = remember(device, id, value);
	if (r)
		xf_timeline_close(timeline);
	else
		r = xfi_gpu_wait(device->gpu, timeline, value);
	return xfi_render_note(device, r);
}

/* Nobody owns the timeline of a fence, so it is not abandoned. */
int xfi_fence_gpu_catch_up(struct xfi_device *device)
{
	int r = 0;
	for (struct xfi_fence_wait *wait = device->fence_waits; wait && !r; wait = wait->next)
		r = xf_timeline_wait(wait->timeline, wait->value, XF_NEVER);
	if (device->fence_waits)
		prune(device, 0);
	return r;
}

bool xfi_fence_gpu_pending(
	struct xfi_device *device, struct xf_timeline **ret_timeline, uint64_t *ret_value)
{
	if (device->fence_waits)
		prune(device, 0);
	const struct xfi_fence_wait *wait = device->fence_waits;
	if (!wait || open_timeline(xf_timeline_id(wait->timeline), ret_timeline))
		return false;
	*ret_value = wait->value;
	return true;
}

void xfi_fence_gpu_end(struct xfi_device *device)
{
	while (device->fence_waits) {
		struct xfi_fence_wait *wait = device->fence_waits;
		device->fence_waits = wait->next;
		xf_timeline_close(wait->timeline);
		free(wait);
	}
}
