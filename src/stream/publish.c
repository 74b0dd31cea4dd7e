/* SPDX-License-Identifier: MIT */
/* What was held becomes the newest frame, or is dropped. See stream.c. */
#include <errno.h>

#include "base/cpu.h"
#include "base/kill_point.h"
#include "base/message.h"
#include "base/params.h"
#include "stream/produce.h"
#include "stream/wake.h"
#include "surface/pool.h"

static bool is_cropped(const struct xf_frame_info *info)
{
	return info->crop.x_px || info->crop.y_px || info->crop.width_px || info->crop.height_px;
}

static void write_info(struct xf_stream *s, struct xfi_stream_frame *frame, uint32_t generation,
	const struct xf_frame_info *info)
{
	uint32_t flags = info->flags & ~(uint32_t)(XF_FRAME_DISCONT | XF_FRAME_GAP);
	xfi_put(&frame->pts_ns, info->pts_ns);
	xfi_put(&frame->dts_ns, info->dts_ns);
	xfi_put(&frame->duration_ns, info->duration_ns);
	xfi_put(&frame->fence, info->fence);
	xfi_put(&frame->fence_value, info->fence_value);
	xfi_put(&frame->generation, generation);
	if (is_cropped(info)) {
		flags |= XFI_STREAM_CROPPED;
		xfi_put_bytes(frame->crop, &info->crop, sizeof(frame->crop));
	}
	xfi_put(&frame->flags, flags);
	xfi_put(&frame->data_size, info->data_size);
	if (info->data_size)
		xfi_put_bytes(frame->data, info->data, info->data_size);
	if (info->flags & XF_FRAME_DISCONT)
		atomic_fetch_add(&s->memory->discontinuities, 1);
	xfi_put(&frame->discontinuities, atomic_load(&s->memory->discontinuities));
}

/* False: somebody produces after us, or writes what he likes. */
static bool enter_ring(struct xf_stream *s, uint32_t f, uint64_t epoch, uint64_t sequence)
{
	xfi_u64 *word = &s->memory->ring[xfi_stream_ring_place(sequence)];
	uint64_t seen = atomic_load(word);
	for (int attempts = 0; attempts < 64; attempts++) {
		if (xfi_stream_later(seen >> 52, epoch))
			return false;
		if (atomic_compare_exchange_strong(
			    word, &seen, xfi_stream_ring_word(epoch, f, sequence)))
			return true;
	}
	return false;
}

static int publish(struct xf_stream *s, uint32_t f, const struct xf_frame_info *info)
{
	struct xfi_stream_hot *hot = xfi_stream_hot(s);
	struct xfi_stream_local *local = &s->local[f / XF_POOL_MAX];
	struct xfi_stream_frame *frame = &s->memory->frames_of[f];
	uint64_t role = atomic_load(&s->role), epoch = xfi_stream_epoch(role),
		 head = atomic_load(&hot->head);
	uint64_t sequence = (head & XFI_STREAM_SEQUENCE) + 1;
	if (!role || head >> 52 != epoch)
		return xfi_stream_no_producer(s);
	write_info(s, frame, local->generation, info);
	XFI_KILL_POINT("stream:written");
	/* Before head, which is a read-modify-write; until then nobody looks for it. */
	atomic_store_explicit(&frame->sequence, sequence, memory_order_release);
	XFI_KILL_POINT("stream:numbered");
	bool entered = enter_ring(s, f, epoch, sequence);
	XFI_KILL_POINT("stream:in-ring");
	/* Before head: a reader of this very process has the same bit among the holders. */
	(void)xfi_pool_drop(local->pool, f % XF_POOL_MAX);
	XFI_KILL_POINT("stream:offered");
	if (!entered || !atomic_compare_exchange_strong(
				&hot->head, &head, xfi_stream_head(epoch, sequence)))
		return xf_fail(-EPROTO, "somebody else writes into this stream's ring");
	XFI_KILL_POINT("stream:published");
	xfi_stream_wake(s);
	return 0;
}

static const struct xf_frame_info no_info = { .size = sizeof(no_info),
	.pts_ns = XF_NO_TIME,
	.dts_ns = XF_NO_TIME,
	.duration_ns = XF_NO_TIME };

static int check_info(const struct xf_frame_info *info)
{
	const uint32_t known =
		XF_FRAME_DISCONT | XF_FRAME_GAP | XF_FRAME_KEY | XF_FRAME_END | XF_FRAME_CORRUPT;
	if (info->data_size > XF_FRAME_DATA_MAX)
		return xf_fail(-EINVAL, "%u bytes of data with a frame; at most %u",
			info->data_size, (unsigned)XF_FRAME_DATA_MAX);
	if (info->flags & ~known)
		return xf_fail(-EINVAL, "unknown frame flags %#x", info->flags & ~known);
	return 0;
}

/* What counts: as it was given, where it has the size that we know, else a copy. */
static int read_given(struct xf_frame_info *copy, const struct xf_frame_info *given,
	const struct xf_frame_info **ret_info)
{
	int r = 0;
	*ret_info = given ? given : &no_info;
	if (given && given->size != sizeof(*given)) {
		r = XFI_PARAMS_READ(copy, struct xf_frame_info, given);
		*ret_info = copy;
	}
	return r || !given ? r : check_info(*ret_info);
}

/* Gives the frame's place in the handle up; false: it was not held for writing. */
static bool leave_frame(struct xf_stream *s, const struct xf_frame *frame)
{
	if (frame->slot >= XFI_STREAM_FRAMES || s->mine[frame->slot] != XFI_STREAM_WRITING)
		return false;
	s->mine[frame->slot] = XFI_STREAM_FREE;
	s->local[frame->slot / XF_POOL_MAX].held--;
	return true;
}

static void note_cpu(struct xf_stream *s)
{
	uint32_t cpu = xfi_cpu();
	xfi_u32 *word = &s->memory->producer_cpu;
	if (atomic_load_explicit(word, memory_order_relaxed) != cpu)
		atomic_store_explicit(word, cpu, memory_order_relaxed);
}

static int not_held(const struct xf_stream *s)
{
	return atomic_load(&s->role) ? xf_fail(-EPERM, "the frame is not held for writing")
				     : xfi_stream_no_producer(s);
}

int xf_stream_publish(
	struct xf_stream *s, struct xf_frame *frame, const struct xf_frame_info *given)
{
	struct xf_frame_info copy;
	const struct xf_frame_info *info;
	if (!s || !frame)
		return xf_fail(-EINVAL, "%s: stream or frame is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (!r)
		r = read_given(&copy, given, &info);
	if (r)
		return r;
	note_cpu(s);
	pthread_mutex_lock(&s->lock);
	r = leave_frame(s, frame) ? publish(s, frame->slot, info) : not_held(s);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int xf_stream_drop(struct xf_stream *s, struct xf_frame *frame)
{
	if (!s || !frame)
		return xf_fail(-EINVAL, "%s: stream or frame is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = leave_frame(s, frame) ? 0 : not_held(s);
	if (!r)
		xfi_pool_abandon(
			s->local[frame->slot / XF_POOL_MAX].pool, frame->slot % XF_POOL_MAX);
	pthread_mutex_unlock(&s->lock);
	return r;
}
