/* SPDX-License-Identifier: MIT */
/* Everything is in host memory; other processes' GPUs are waited for. */
#include "win/dxgi/residence.h"

#include <crossfence/keyed_mutex.h>

#include "win/dxgi/resource.h"
#include "win/nt/domain.h"

int xfi_residence_to_host(struct xfi_resource *resource, uint32_t access)
{
	return 0;
}

void xfi_residence_discard(struct xfi_resource *resource)
{
}

bool xfi_residence_is_arriving(const struct xfi_resource *resource)
{
	return false;
}

bool xfi_residence_is_pending(const struct xfi_resource *resource)
{
	return false;
}

void xfi_residence_lock(
	struct xfi_device *device, struct xfi_resource *to, struct xfi_resource *from)
{
	xfi_device_lock(device);
}

void xfi_residence_written(struct xfi_resource *resource)
{
}

int xfi_residence_publish(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	return 0;
}

int xfi_residence_follow(
	struct xfi_resource *resource, uint64_t id, uint64_t value, int64_t deadline_ns)
{
	struct xf_timeline *timeline;
	struct xf_domain *domain;
	int r = xfi_win_domain(&domain);
	if (!r)
		r = xf_timeline_open(domain, id, &timeline);
	if (r)
		return r == -ESTALE ? 0 : r; /* it was passed, or the release will tell */
	r = xf_timeline_wait(timeline, value, deadline_ns);
	xf_timeline_close(timeline);
	return r;
}

int xfi_residence_release(struct xfi_resource *resource, uint64_t key)
{
	return xf_keyed_mutex_release(resource->mutex, key, resource->fence + 1);
}

void xfi_residence_end(struct xfi_resource *resource)
{
}

void xfi_residence_finish(struct xfi_device *device)
{
}
