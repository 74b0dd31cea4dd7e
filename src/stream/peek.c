/* SPDX-License-Identifier: MIT */
/*
 * Looking without holding: copies the newest frame, then looks whether its sequence is the same
 * still. The producer takes the sequence away before it writes, so a copy that it disturbed is
 * noticed, as with a sequence lock.
 */
#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "base/params.h"
#include "shm/park.h"
#include "shm/domain.h"
#include "stream/format.h"
#include "stream/interrupt.h"
#include "stream/wake.h"
#include "surface/surface.h"

#include <crossfence/pool.h>

#define ATTEMPTS 8

struct look {
	struct xf_stream *stream;
	uint64_t after;
};

static int try_newer(void *arg)
{
	struct look *look = arg;
	const struct xfi_stream_hot *hot = xfi_stream_hot(look->stream);
	bool end = atomic_load(&hot->producer) & XFI_STREAM_ENDED;
	if (xfi_stream_gone(look->stream))
		return -ESTALE;
	if ((atomic_load(&hot->head) & XFI_STREAM_SEQUENCE) > look->after)
		return 0;
	return end ? XF_ENDED : XFI_AGAIN;
}

static int copy_pixels(struct xf_surface *surface, void *data, size_t size)
{
	void *pixels;
	int r = xf_surface_begin(surface, XF_ACCESS_READ, &pixels);
	if (r)
		return r;
	memcpy(data, pixels, size);
	return xf_surface_end(surface);
}

static void copy_info(const struct xfi_stream_frame *frame, uint64_t sequence, uint64_t after,
	struct xf_frame_info *ret_info)
{
	uint32_t size = xfi_get(&frame->data_size), flags = xfi_get(&frame->flags);
	*ret_info = (struct xf_frame_info){ .size = sizeof(*ret_info),
		.sequence = sequence,
		.pts_ns = xfi_get(&frame->pts_ns),
		.dts_ns = xfi_get(&frame->dts_ns),
		.duration_ns = xfi_get(&frame->duration_ns),
		.missed = sequence - after - 1,
		.fence = xfi_get(&frame->fence),
		.fence_value = xfi_get(&frame->fence_value),
		.flags = flags & ~XFI_STREAM_CROPPED,
		.generation = xfi_get(&frame->generation) };
	if (flags & XFI_STREAM_CROPPED)
		xfi_get_bytes(&ret_info->crop, frame->crop, sizeof(ret_info->crop));
	ret_info->data_size = size < XF_FRAME_DATA_MAX ? size : XF_FRAME_DATA_MAX;
	xfi_get_bytes(ret_info->data, frame->data, ret_info->data_size);
}

struct copy {
	void *data;
	size_t size, bytes;
	struct xf_frame_info info;
	struct xf_surface_desc desc;
};

/* -EAGAIN: not this time. */
static int copy_newest(struct look *look, struct copy *copy)
{
	struct xf_stream *s = look->stream;
	uint64_t sequence = atomic_load(&xfi_stream_hot(s)->head) & XFI_STREAM_SEQUENCE;
	uint64_t word = atomic_load(&s->memory->ring[xfi_stream_ring_place(sequence)]);
	uint32_t f = xfi_stream_ring_frame(word);
	const struct xfi_stream_frame *frame = &s->memory->frames_of[f];
	uint32_t k = f / XF_POOL_MAX, generation = xfi_get(&frame->generation);
	if (atomic_load(&frame->sequence) != sequence)
		return -EAGAIN;
	int r = xfi_stream_format_open(s, k, generation);
	if (r)
		return r == -ESTALE ? -EAGAIN : r;
	if (f % XF_POOL_MAX >= s->local[k].count)
		return -EPROTO;
	uint64_t bytes;
	xf_surface_desc(xfi_stream_surface(s, f), &copy->desc, &bytes);
	copy->bytes = bytes;
	if (copy->bytes > copy->size)
		return xf_fail(-EOVERFLOW, "the buffer has %zu bytes, the frame %zu", copy->size,
			copy->bytes);
	r = copy_pixels(xfi_stream_surface(s, f), copy->data, copy->bytes);
	copy_info(frame, sequence, look->after, &copy->info);
	copy->info.producer = xfi_stream_producer_number(word >> 52);
	atomic_thread_fence(memory_order_acquire);
	if (r)
		return r;
	/* A viewer keeps neither frame nor record: both must be what they were when it was opened.
	 */
	return !xfi_surface_gone(xfi_stream_surface(s, f)) && !xfi_stream_gone(s) &&
			       atomic_load(&frame->sequence) == sequence &&
			       atomic_load(&s->memory->formats[k].generation) == generation
		       ? 0
		       : -EAGAIN;
}

int xf_stream_peek(struct xf_stream *s, uint64_t after, int64_t deadline_ns, void *data,
	size_t size_bytes, size_t *ret_bytes, struct xf_frame_info *ret_info,
	struct xf_surface_desc *ret_desc)
{
	struct look look = { s, after };
	struct copy copy = {
		.data = data, .size = size_bytes, .desc = { .size = sizeof(copy.desc) }
	};
	xfi_message_forget();
	if (!s || (!data && size_bytes) || !ret_bytes)
		return xf_fail(-EINVAL, "xf_stream_peek needs a stream, data and ret_bytes");
	int r = deadline_ns > 0 ? xfi_park_check(s->base.domain)
				: xfi_domain_check(s->base.domain, false);
	if (!r)
		r = try_newer(&look);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0 ? XF_TIMEOUT
				     : xfi_stream_park(s, deadline_ns, try_newer, &look);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = -EAGAIN;
	for (int attempts = 0; r == -EAGAIN && attempts < ATTEMPTS; attempts++)
		r = copy_newest(&look, &copy);
	if (r == -EAGAIN && xfi_stream_gone(s))
		r = -ESTALE;
	xfi_stream_format_tidy(s);
	pthread_mutex_unlock(&s->lock);
	if (r && r != -EOVERFLOW)
		return r;
	*ret_bytes = copy.bytes;
	if (!r && ret_info)
		r = XFI_PARAMS_WRITE(ret_info, struct xf_frame_info, &copy.info);
	if (!r && ret_desc)
		r = XFI_PARAMS_WRITE(ret_desc, struct xf_surface_desc, &copy.desc);
	return r;
}
