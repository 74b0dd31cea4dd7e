/* SPDX-License-Identifier: MIT */
#include "win/dxgi/residence.h"

#include <crossfence/keyed_mutex.h>

#include "win/dxgi/barrier.h"
#include "win/dxgi/device_memory.h"
#include "win/dxgi/fence_gpu.h"
#include "win/dxgi/log.h"
#include "win/dxgi/payload.h"
#include "win/dxgi/render.h"
#include "win/dxgi/resource.h"
#include "win/dxgi/transfer.h"
#include "win/gpu/buffer.h"
#include "win/gpu/chunk.h"
#include "win/gpu/image.h"
#include "win/gpu/live.h"
#include "win/gpu/trash.h"
#include "win/nt/domain.h"

static bool is_buffer(const struct xfi_resource *resource)
{
	return resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
}

static int download_image(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	const uint64_t packed = xfi_transfer_packed_bytes(resource);
	const uint64_t size = packed ? packed : resource->size_bytes;
	struct xfi_gpu_span span;
	struct xfi_batch *batch;
	uint8_t *bytes;
	int r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = xfi_batch_span(gpu, batch, size, 64, &span);
	if (!r)
		r = xfi_transfer_out(gpu, resource, span.buffer, span.offset);
	if (!r)
		r = xfi_gpu_finish(gpu);
	if (!r)
		r = xfi_host_begin(resource, XF_ACCESS_WRITE, &bytes);
	if (!r && packed)
		xfi_transfer_unpack(resource, span.bytes, bytes);
	else if (!r)
		memcpy(bytes, span.bytes, size);
	if (!r)
		xfi_host_end(resource);
	return r;
}

static int download_buffer(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	const VkDeviceSize size = resource->size_bytes;
	struct xfi_gpu_span span;
	struct xfi_batch *batch;
	uint8_t *bytes;
	int r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = xfi_batch_span(gpu, batch, size, 64, &span);
	if (!r)
		r = xfi_gpu_buffer_copy(gpu, span.buffer, resource->gpu.buffer->buffer,
			&(VkBufferCopy){ 0, span.offset, size });
	if (!r)
		r = xfi_gpu_finish(gpu);
	if (!r)
		r = xfi_host_begin(resource, XF_ACCESS_WRITE, &bytes);
	if (!r) {
		memcpy(bytes, span.bytes, size);
		xfi_host_end(resource);
	}
	return r;
}

/* What came to nothing with a dead owner's frame is not there: what the host had stands. */
static int download(struct xfi_resource *resource)
{
	struct xfi_gpu *gpu = resource->child.device->gpu;
	int r;
	if (is_buffer(resource))
		r = download_buffer(gpu, resource);
	else
		r = download_image(gpu, resource);
	(void)xfi_gpu_is_done(gpu, gpu->number); /* the memory is free again */
	if (r >= 0)
		resource->gpu.newest_on_gpu = false;
	return xfi_render_note(resource->child.device, r < 0 ? r : 0);
}

bool xfi_residence_is_arriving(const struct xfi_resource *resource)
{
	const uint64_t batch = resource->gpu.arrives;
	return batch && !xfi_gpu_is_done(resource->child.device->gpu, batch);
}

bool xfi_residence_is_pending(const struct xfi_resource *resource)
{
	struct xfi_gpu *gpu = resource->child.device->gpu;
	return xfi_residence_is_arriving(resource) ||
	       (resource->gpu.newest_on_gpu && !xfi_gpu_is_done(gpu, resource->gpu.written));
}

/* A copy that came to nothing leaves what was there before it. */
static int wait_until_arrived(struct xfi_resource *resource)
{
	struct xfi_gpu *gpu = resource->child.device->gpu;
	int r = xfi_residence_is_arriving(resource) ? xfi_gpu_finish(gpu) : gpu->lost;
	resource->gpu.arrives = 0;
	return xfi_render_note(resource->child.device, r < 0 ? r : 0);
}

/* What was recorded reads the bytes that are there now; but whoever has a mapping writes on. */
static void leave_to_gpu(struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	if (!at->live || resource->mapped)
		return;
	xfi_gpu_live_renew(resource->child.device->gpu, at->live);
	resource->memory = at->live->bytes;
}

void xfi_residence_discard(struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	if (!at->live)
		return;
	xfi_gpu_live_turn(resource->child.device->gpu, at->live);
	resource->memory = at->live->bytes;
}

int xfi_residence_to_host(struct xfi_resource *resource, uint32_t access)
{
	struct xfi_residence *at = &resource->gpu;
	int r = !resource->memory ? xfi_fence_gpu_catch_up(resource->child.device) : 0;
	if (!r && at->fence)
		r = xfi_payload_wait(resource);
	if (!r)
		r = xfi_render_note(resource->child.device, xfi_device_memory_take(resource));
	if (!r && at->arrives)
		r = wait_until_arrived(resource);
	if (!r && at->newest_on_gpu)
		r = download(resource);
	else if (!r && at->touched && at->payload && access & XF_ACCESS_WRITE)
		r = xfi_gpu_finish(resource->child.device->gpu); /* it may still read there */
	if (!r && access & XF_ACCESS_WRITE) {
		leave_to_gpu(resource);
		at->host_version++;
	}
	return r;
}

/* Would the processor wait until the queue is at its end? */
static bool needs_queue(const struct xfi_resource *resource, uint32_t access)
{
	const struct xfi_residence *at = &resource->gpu;
	return at->newest_on_gpu || xfi_residence_is_arriving(resource) ||
	       (xfi_in_device_memory(resource) && atomic_load(&at->acquired)) ||
	       (at->touched && at->payload && access & XF_ACCESS_WRITE);
}

/* Has the last owner's queue still to come to what this one was acquired behind? */
static bool is_followed(const struct xfi_resource *resource)
{
	const struct xfi_residence *at = &resource->gpu;
	return at->fence && xf_timeline_wait(at->fence, at->fence_value, 0) == XF_TIMEOUT;
}

static const struct xfi_resource *first_followed(const struct xfi_device *device)
{
	const struct xfi_resource *resource = device->keyed;
	while (resource && !is_followed(resource))
		resource = resource->next_keyed;
	return resource;
}

/* One whose owner the queue waits for: this one, or any where that waits for the queue. */
static const struct xfi_resource *followed(const struct xfi_resource *resource, uint32_t access)
{
	if (is_followed(resource) || !needs_queue(resource, access))
		return is_followed(resource) ? resource : NULL;
	return first_followed(resource->child.device);
}

static bool open_again(struct xf_timeline *timeline, struct xf_timeline **ret_timeline)
{
	struct xf_domain *domain;
	return !xfi_win_domain(&domain) &&
	       !xf_timeline_open(domain, xf_timeline_id(timeline), ret_timeline);
}

static bool open_fence(
	const struct xfi_resource *resource, struct xf_timeline **ret_timeline, uint64_t *ret_value)
{
	if (!resource || !open_again(resource->gpu.fence, ret_timeline))
		return false;
	*ret_value = resource->gpu.fence_value;
	return true;
}

/* What the processor would wait for with this one, with a reference; what is not held is left. */
static bool is_behind(const struct xfi_resource *resource, uint32_t access,
	struct xf_timeline **ret_timeline, uint64_t *ret_value)
{
	if (!resource || (resource->mutex && !atomic_load(&resource->owned)))
		return false;
	if ((!resource->memory || needs_queue(resource, access)) &&
		xfi_fence_gpu_pending(resource->child.device, ret_timeline, ret_value))
		return true;
	return open_fence(followed(resource, access), ret_timeline, ret_value);
}

static bool queue_is_behind(
	struct xfi_device *device, struct xf_timeline **ret_timeline, uint64_t *ret_value)
{
	return xfi_fence_gpu_pending(device, ret_timeline, ret_value) ||
	       open_fence(first_followed(device), ret_timeline, ret_value);
}

/* Takes the timeline. */
static void wait_unlocked(struct xfi_device *device, struct xf_timeline *timeline, uint64_t value)
{
	xfi_render_flush(device); /* the other side may wait for that */
	const bool waits = !device->removed;
	xfi_device_unlock(device);
	if (waits)
		(void)xf_timeline_wait(timeline, value, XF_NEVER); /* asked again */
	xf_timeline_close(timeline);
	xfi_device_lock(device);
}

/*
 * Without the lock anything may change: the device may be lost, a mutex given on, the resource
 * mapped, and more be waited for. So all of it is asked again, here and by the caller afterwards.
 */
void xfi_residence_lock(
	struct xfi_device *device, struct xfi_resource *to, struct xfi_resource *from)
{
	struct xf_timeline *timeline;
	uint64_t value;
	xfi_device_lock(device);
	while (device->gpu && !device->removed &&
		(is_behind(to, XF_ACCESS_WRITE, &timeline, &value) ||
			is_behind(from, XF_ACCESS_READ, &timeline, &value)))
		wait_unlocked(device, timeline, value);
}

void xfi_residence_finish(struct xfi_device *device)
{
	struct xf_timeline *timeline;
	uint64_t value;
	while (device->gpu && !device->removed && queue_is_behind(device, &timeline, &value))
		wait_unlocked(device, timeline, value);
	xfi_render_finish(device);
}

/* See is_dropped() in draw.c; here `touched` is what tells the one who releases. */
bool xfi_residence_is_held(struct xfi_resource *resource)
{
	if (!resource->mutex)
		return true;
	atomic_store(&resource->gpu.touched, true);
	xfi_barrier_all();
	if (atomic_load(&resource->owned))
		return true;
	xfi_count_dropped();
	return false;
}

void xfi_residence_written(struct xfi_resource *resource)
{
	struct xfi_device *device = resource->child.device;
	struct xfi_residence *at = &resource->gpu;
	at->newest_on_gpu = true;
	at->written = device->gpu->number;
	if (!resource->pixels || resource->mutex || at->is_unpublished)
		return;
	at->is_unpublished = true;
	at->next_unpublished = device->unpublished;
	device->unpublished = resource;
}

static void forget_unpublished(struct xfi_resource *resource)
{
	struct xfi_resource **link = &resource->child.device->unpublished;
	while (*link && *link != resource)
		link = &(*link)->gpu.next_unpublished;
	if (*link)
		*link = resource->gpu.next_unpublished;
}

int xfi_residence_publish(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	if (xfi_in_device_memory(resource))
		return xfi_device_memory_give(resource);
	if (!at->newest_on_gpu)
		return 0;
	if (!at->payload)
		return download(resource);
	int r = xfi_payload_move(gpu, resource, false);
	if (!r)
		at->newest_on_gpu = false;
	return r;
}

/* Takes the timeline, for the processor; the GPU has the mutex to ask. */
static int follow(struct xfi_resource *resource, struct xf_timeline *timeline, uint64_t value)
{
	struct xfi_residence *at = &resource->gpu;
	int r = xfi_gpu_follow(resource->child.device->gpu, resource->pixels);
	if (r) {
		xf_timeline_close(timeline);
		return xfi_render_note(resource->child.device, r);
	}
	xf_timeline_close(at->fence);
	at->fence = timeline;
	at->fence_value = value;
	atomic_store(&at->touched, true);
	return 0;
}

int xfi_residence_follow(
	struct xfi_resource *resource, uint64_t id, uint64_t value, int64_t deadline_ns)
{
	struct xfi_device *device = resource->child.device;
	struct xf_timeline *timeline;
	struct xf_domain *domain;
	bool drawn = false;
	int r = xfi_win_domain(&domain);
	if (!r)
		r = xf_timeline_open(domain, id, &timeline);
	if (r)
		return r == -ESTALE ? 0 : r; /* it was passed, or the release will tell */
	r = xf_timeline_wait(timeline, value, 0);
	xfi_device_lock(device);
	drawn = r == XF_TIMEOUT && device->gpu;
	if (drawn)
		r = follow(resource, timeline, value);
	xfi_device_unlock(device);
	if (drawn)
		return r;
	if (r == XF_TIMEOUT)
		r = xf_timeline_wait(timeline, value, deadline_ns);
	xf_timeline_close(timeline);
	return r;
}

static int hand_on(struct xfi_resource *resource, uint64_t key)
{
	struct xfi_gpu *gpu = resource->child.device->gpu;
	int r = xfi_residence_publish(gpu, resource);
	if (!r)
		r = xfi_gpu_release(gpu, resource->pixels, key);
	if (r == -EIO || r == -ENOMEM)
		(void)xf_keyed_mutex_revoke(resource->mutex); /* what it guards is half done */
	return xfi_render_note(resource->child.device, r);
}

int xfi_residence_release(struct xfi_resource *resource, uint64_t key)
{
	struct xfi_residence *at = &resource->gpu;
	int r = resource->child.device->gpu && atomic_load(&at->touched)
			? hand_on(resource, key)
			: xf_keyed_mutex_release(resource->mutex, key, resource->fence + 1);
	atomic_store(&at->touched, false);
	xf_timeline_close(at->fence);
	at->fence = NULL;
	if (resource->child.device->gpu)
		xfi_gpu_unfollow(resource->child.device->gpu, resource->pixels);
	return r;
}

/* What the GPU may still read and write when nobody has the texture any more. */
struct remains {
	struct xf_vulkan_image *payload;
	struct xf_surface *pixels; /* a handle that keeps the memory from others */
};

static void end_remains(void *object)
{
	struct remains *remains = object;
	xf_vulkan_image_close(remains->payload);
	xf_surface_close(remains->pixels);
	free(remains);
}

static int keep_remains(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	struct remains *remains = calloc(1, sizeof(*remains));
	int r = remains ? xf_surface_open(
				  gpu->domain, xf_surface_id(resource->pixels), &remains->pixels)
			: -ENOMEM;
	if (r) {
		free(remains);
		return r;
	}
	remains->payload = resource->gpu.payload;
	xfi_gpu_retire_other(gpu, end_remains, remains);
	return 0;
}

/* The surface is closed next, and a mutex that it holds abandoned. */
static void end_payload(struct xfi_gpu *gpu, struct xfi_resource *resource)
{
	if (!resource->gpu.payload || !keep_remains(gpu, resource))
		return;
	(void)xfi_gpu_finish(gpu); /* without memory for more; lost is finished, too */
	xf_vulkan_image_close(resource->gpu.payload);
}

void xfi_residence_end(struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	struct xfi_gpu *gpu = resource->child.device->gpu;
	xf_timeline_close(at->fence);
	if (!gpu)
		return;
	if (at->is_unpublished) {
		(void)xfi_residence_publish(gpu, resource); /* lost: there is nothing to publish */
		forget_unpublished(resource);
	}
	if (at->touched && resource->pixels)
		(void)xfi_gpu_flush(gpu); /* behind the last owner, and for whoever has it open */
	xfi_gpu_unfollow(gpu, resource->pixels);
	xfi_gpu_image_destroy(gpu, at->images[0]);
	xfi_gpu_image_destroy(gpu, at->images[1]);
	xfi_gpu_buffer_destroy(gpu, at->buffer);
	if (at->window || at->live)
		resource->memory = NULL; /* theirs */
	xfi_gpu_live_destroy(gpu, at->live);
	xfi_gpu_buffer_destroy(gpu, at->window);
	end_payload(gpu, resource);
}
