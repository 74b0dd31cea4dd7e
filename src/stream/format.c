/* SPDX-License-Identifier: MIT */
#include "stream/format.h"

#include <errno.h>
#include <string.h>

#include "base/kill_point.h"
#include "base/params.h"
#include "stream/keep.h"
#include "stream/hold.h"
#include "stream/wake.h"
#include "surface/hold.h"
#include "surface/pool.h"

static int check_format(const struct xf_stream_format *given, struct xf_stream_format *ret_format,
	struct xf_surface_desc *ret_desc)
{
	uint64_t size;
	int r = XFI_PARAMS_READ(ret_format, struct xf_stream_format, given);
	if (!r)
		r = XFI_PARAMS_READ(ret_desc, struct xf_surface_desc, ret_format->desc);
	if (!r)
		r = xf_surface_layout(ret_desc, &size);
	if (r)
		return r;
	if (ret_format->blob_size > XF_FORMAT_BLOB_MAX ||
		(ret_format->blob_size && !ret_format->blob))
		return xf_fail(-EINVAL, "a format's blob has %u bytes; at most %u",
			ret_format->blob_size, (unsigned)XF_FORMAT_BLOB_MAX);
	/* What is not kept with surfaces of pools. */
	ret_desc->alignment_bytes = ret_desc->padded_height_px = 0;
	memset(ret_desc->label, 0, sizeof(ret_desc->label));
	return 0;
}

static bool reads_every(const struct xf_stream *s)
{
	return atomic_load(&xfi_stream_hot(s)->every) & xfi_self_bit(s->base.domain);
}

static void forget_local(struct xf_stream *s, struct xfi_stream_local *local)
{
	s->n_open--;
	s->changes++;
	local->pool = NULL;
	local->generation = 0;
}

/* One that has ended, or that nobody wants. */
static void close_local(struct xf_stream *s, struct xfi_stream_local *local)
{
	if (!local->pool)
		return;
	if (reads_every(s))
		xfi_stream_keep_no_more(s);
	xfi_pool_close(local->pool);
	forget_local(s, local);
}

/* One that may be wanted by us. A device's memory is not kept, and its library closes it. */
static void close_unwanted(struct xf_stream *s, uint32_t k)
{
	if (!reads_every(s) || xf_pool_surface(s->local[k].pool, 0)->memory)
		close_local(s, &s->local[k]);
	else if (xfi_stream_close_unwanted(s, k))
		forget_local(s, &s->local[k]);
}

/* What the application sees; private, so that nobody changes it under its hands. */
static void fill_local(struct xfi_stream_local *local, const struct xf_stream_format *format,
	const struct xf_surface_desc *desc)
{
	local->count = xf_pool_count(local->pool);
	local->desc = *desc;
	local->format = *format;
	local->format.size = sizeof(local->format);
	local->format.desc = &local->desc;
	local->format.generation = local->generation;
	if (format->blob_size && format->blob != local->blob)
		memcpy(local->blob, format->blob, format->blob_size);
	local->format.blob = format->blob_size ? local->blob : NULL;
}

/* Copies the record; the pool says what its surfaces are. */
static int read_record(
	struct xf_stream *s, uint32_t k, uint32_t generation, struct xf_stream_format *ret_format)
{
	const struct xfi_stream_format *record = &s->memory->formats[k];
	struct xfi_stream_local *local = &s->local[k];
	struct xf_stream_format format = { .rate_num = xfi_get(&record->rate_num),
		.rate_den = xfi_get(&record->rate_den),
		.blob_size = xfi_get(&record->blob_size),
		.blob = local->blob };
	xf_id pool = xfi_get(&record->pool);
	xfi_get_bytes(&format.colorimetry, &record->colorimetry, sizeof(format.colorimetry));
	if (atomic_load(&record->generation) != generation)
		return -ESTALE;
	if (format.blob_size > XF_FORMAT_BLOB_MAX)
		return -EPROTO;
	xfi_get_bytes(local->blob, record->blob, format.blob_size);
	/* Whatever was copied belongs together if it is still the same. */
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load(&record->generation) != generation)
		return -ESTALE;
	int r = xf_pool_open(s->base.domain, pool, &local->pool);
	if (r)
		return r == -EINVAL ? -EPROTO : r;
	s->n_open++;
	s->changes++;
	*ret_format = format;
	return 0;
}

int xfi_stream_format_open(struct xf_stream *s, uint32_t k, uint32_t generation)
{
	struct xfi_stream_local *local = &s->local[k];
	struct xf_stream_format format;
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	if (xfi_stream_format_is_open(s, k, generation))
		return 0;
	if (!generation || local->held)
		return -EPROTO; /* a record is not used anew while somebody holds frames of it */
	close_local(s, local);
	int r = read_record(s, k, generation, &format);
	if (r)
		return r;
	local->generation = generation;
	xf_surface_desc(xf_pool_surface(local->pool, 0), &desc, NULL);
	fill_local(local, &format, &desc);
	return 0;
}

void xfi_stream_format_open_all(struct xf_stream *s)
{
	for (uint32_t k = 0; k < XFI_STREAM_FORMATS; k++) {
		uint32_t generation = atomic_load(&s->memory->formats[k].generation);
		if (generation) /* whatever it says: what cannot be opened is not kept either */
			(void)xfi_stream_format_open(s, k, generation);
	}
}

void xfi_stream_format_tidy(struct xf_stream *s)
{
	uint32_t newest = 0;
	if (s->n_open <= 1)
		return;
	for (uint32_t k = 0; k < XFI_STREAM_FORMATS; k++)
		if (s->local[k].pool && (int32_t)(s->local[k].generation - newest) > 0)
			newest = s->local[k].generation;
	for (uint32_t k = 0; k < XFI_STREAM_FORMATS; k++)
		if (s->local[k].pool && s->local[k].generation != newest && !s->local[k].held)
			close_unwanted(s, k);
}

/* Whether record `k` is free, or has nothing that somebody still wants, and is now. */
static bool retire(struct xf_stream *s, uint32_t k)
{
	struct xfi_stream_format *record = &s->memory->formats[k];
	struct xfi_stream_local *local = &s->local[k];
	struct xfi_stream_frame *frames = &s->memory->frames_of[k * XF_POOL_MAX];
	uint32_t generation = atomic_load(&record->generation);
	if (local->held) /* whatever others write: the application has its surfaces in hand */
		return false;
	if (!generation) {
		close_local(s, local); /* who produced before us retired it */
		return true;
	}
	int r = local->pool && local->generation == generation
			? 0
			: xfi_stream_format_open(s, k, generation);
	if (r == -ENOMEM || r == -EMFILE)
		return false;
	/* No pool: nobody has it open any more, so nobody holds a frame of it. */
	if (!r && !xfi_stream_retire_frames(s, k))
		return false;
	for (uint32_t i = 0; r && i < XF_POOL_MAX; i++)
		atomic_store(&frames[i].sequence, 0);
	XFI_KILL_POINT("stream:retired");
	atomic_store(&record->generation, 0);
	close_local(s, local);
	xfi_ring_watchers(s->base.domain, s->base.index); /* another thread, which waits for that */
	return true;
}

void xfi_stream_format_retire(struct xf_stream *s)
{
	if (s->n_open <= 1)
		return;
	for (uint32_t k = 0; k < XFI_STREAM_FORMATS; k++)
		if (k != s->current && s->local[k].pool)
			(void)retire(s, k); /* not yet: at the next frame */
}

uint32_t xfi_stream_format_watch(
	const struct xf_stream *s, struct xfi_watched watched[XFI_STREAM_WATCHED])
{
	uint32_t count = 0;
	watched[count++] = (struct xfi_watched){ s->base.domain, s->base.index };
	for (uint32_t k = 0; k < XFI_STREAM_FORMATS; k++)
		if (s->local[k].pool)
			count += xfi_pool_watch(s->local[k].pool, &watched[count]);
	return count;
}

/* What its surfaces carry, as XF_SURFACE_*. */
static uint32_t flags_of(struct xf_pool *pool)
{
	const struct xf_surface *surface = xf_pool_surface(pool, 0);
	return surface->keyed ? XF_SURFACE_KEYED : surface->sync ? XF_SURFACE_SYNC : 0;
}

static bool same(const struct xf_stream *s, const struct xfi_stream_local *local,
	const struct xf_stream_format *format, const struct xf_surface_desc *desc)
{
	const struct xf_stream_format *now = &local->format;
	return local->count == s->frames && flags_of(local->pool) == s->surface_flags &&
	       memcmp(&local->desc, desc, sizeof(*desc)) == 0 &&
	       memcmp(&now->colorimetry, &format->colorimetry, sizeof(now->colorimetry)) == 0 &&
	       now->rate_num == format->rate_num && now->rate_den == format->rate_den &&
	       now->blob_size == format->blob_size &&
	       (!now->blob_size || memcmp(local->blob, format->blob, now->blob_size) == 0);
}

/* The newest format, if it is this one. */
static bool take_up(struct xf_stream *s, const struct xf_stream_format *format,
	const struct xf_surface_desc *desc)
{
	uint32_t k = atomic_load(&s->memory->format) % XFI_STREAM_FORMATS;
	uint32_t generation = atomic_load(&s->memory->formats[k].generation);
	if (!generation || xfi_stream_format_open(s, k, generation) ||
		!same(s, &s->local[k], format, desc))
		return false;
	s->current = k;
	return true;
}

static int make_pool(struct xf_stream *s, const struct xf_surface_desc *desc, struct xf_pool *given,
	struct xf_pool **ret_pool)
{
	struct xf_domain *d = s->base.domain;
	struct xf_surface_desc theirs = { .size = sizeof(theirs) };
	if (!given)
		return xf_pool_create(d, desc, s->frames, s->surface_flags, NULL, ret_pool);
	xf_surface_desc(xf_pool_surface(given, 0), &theirs, NULL);
	if (memcmp(&theirs, desc, sizeof(theirs)) != 0)
		return xf_fail(-EINVAL, "the pool's surfaces are not of the stream's format");
	return xf_pool_open(d, xf_pool_id(given), ret_pool);
}

/* For people. A tensor's shape does not fit: there the pool's slot is named. */
static uint64_t shape_of(const struct xf_surface_desc *desc, xf_id pool)
{
	if (desc->fourcc == XF_FORMAT_TENSOR)
		return desc->fourcc | (uint64_t)xfi_id_index(pool) << 32;
	return desc->fourcc | (uint64_t)(desc->width_px & 0xffff) << 32 |
	       (uint64_t)(desc->height_px & 0xffff) << 48;
}

/* `pool` becomes the stream's. */
static void write_record(struct xf_stream *s, uint32_t k, const struct xf_stream_format *format,
	const struct xf_surface_desc *desc, struct xf_pool *pool)
{
	struct xfi_stream_format *record = &s->memory->formats[k];
	struct xfi_stream_local *local = &s->local[k];
	local->pool = pool;
	s->n_open++;
	s->changes++;
	uint32_t generation = atomic_load(&s->memory->generation) + 1;
	generation += !generation; /* 0 means none */
	uint32_t count = xf_pool_count(local->pool);
	xf_id id = xf_pool_id(local->pool);
	xfi_put(&record->count, count);
	xfi_put(&record->pool, id);
	atomic_store(&pool->base.slot->hot.pool.stream, xfi_stream_own_id(s));
	xfi_put_bytes(&record->colorimetry, &format->colorimetry, sizeof(format->colorimetry));
	xfi_put(&record->rate_num, format->rate_num);
	xfi_put(&record->rate_den, format->rate_den);
	xfi_put(&record->blob_size, format->blob_size);
	if (format->blob_size)
		xfi_put_bytes(record->blob, format->blob, format->blob_size);
	atomic_store(&s->memory->generation, generation);
	XFI_KILL_POINT("stream:format");
	atomic_store(&record->generation, generation);
	XFI_KILL_POINT("stream:format-written");
	atomic_store(&s->memory->format, k);
	atomic_store(&s->memory->frames, count);
	atomic_store(&xfi_stream_hot(s)->shape, shape_of(desc, id));
	local->generation = generation;
	fill_local(local, format, desc);
	s->current = k;
	s->first = 0;
	xfi_stream_wake(s); /* who waits for a surface of the format before */
}

/*
 * The record to write next is the oldest that nobody wants any more. That of the format in use goes
 * last, and only when there are surfaces to go on with: a change that fails leaves it as it was.
 */
static int make_format(struct xf_stream *s, const struct xf_stream_format *format,
	const struct xf_surface_desc *desc, struct xf_pool *given)
{
	uint32_t newest = atomic_load(&s->memory->format);
	for (uint32_t n = 1; n <= XFI_STREAM_FORMATS; n++) {
		struct xf_pool *pool = NULL;
		uint32_t k = (newest + n) % XFI_STREAM_FORMATS;
		bool in_use = k == s->current && s->local[k].pool;
		int r = in_use ? make_pool(s, desc, given, &pool) : 0;
		bool retired = !r && retire(s, k);
		if (retired && !in_use)
			r = make_pool(s, desc, given, &pool);
		if (r)
			return r;
		if (retired) {
			write_record(s, k, format, desc, pool);
			return 0;
		}
		xfi_pool_close(pool);
	}
	return xf_fail(
		-EBUSY, "readers still hold frames of the last %d formats", XFI_STREAM_FORMATS);
}

int xfi_stream_format_set(
	struct xf_stream *s, const struct xf_stream_format *given, struct xf_pool *pool)
{
	struct xf_stream_format format;
	struct xf_surface_desc desc;
	int r = check_format(given, &format, &desc);
	if (r)
		return r;
	if (!pool && take_up(s, &format, &desc))
		return 0;
	xfi_stream_format_retire(s); /* for the room that it takes up */
	return make_format(s, &format, &desc, pool);
}
