/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/surface.h>

#include "describe.h"

__attribute__((format(printf, 2, 3))) static void add(
	char buffer[DESCRIBE_SIZE], const char *format, ...)
{
	size_t used = strlen(buffer);
	va_list args;
	va_start(args, format);
	vsnprintf(buffer + used, DESCRIBE_SIZE - used, format, args);
	va_end(args);
}

uint64_t describe_surface_bytes(const struct xf_object_info *o)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = o->width_px,
		.height_px = o->height_px,
		.fourcc = o->fourcc,
		.tensor = o->tensor };
	uint64_t bytes = 0;
	return xf_surface_layout(&desc, &bytes) ? 0 : bytes;
}

bool describe_has_key(const struct xf_object_info *o)
{
	return o->type == XF_KEYED_MUTEX || o->mutex;
}

static const struct xf_object_info *pool_of(
	const struct snapshot *s, const struct xf_object_info *o)
{
	return o->type == XF_SURFACE && o->part_of ? snapshot_object(s, o->part_of) : NULL;
}

/* Its own, or that of the stream whose frames its surfaces are. */
static const char *label_of_pool(const struct snapshot *s, const struct xf_object_info *pool)
{
	const struct xf_object_info *stream =
		pool->part_of ? snapshot_object(s, pool->part_of) : NULL;
	return *pool->label || !stream ? pool->label : stream->label;
}

char *describe_name(
	char buffer[DESCRIBE_SIZE], const struct snapshot *s, const struct xf_object_info *o)
{
	char id[TEXT_SIZE];
	const struct xf_object_info *pool = pool_of(s, o);
	const char *label = pool ? label_of_pool(s, pool) : "";
	*buffer = 0;
	if (*label)
		add(buffer, "%s[%u]", label, o->index);
	else
		add(buffer, "%s", *o->label ? o->label : text_id(id, o->id));
	return buffer;
}

char *describe_owner(char buffer[DESCRIBE_SIZE], const struct xf_object_info *o)
{
	*buffer = 0;
	if (o->owner_pid && !o->abandoned)
		add(buffer, "%d %s", o->owner_pid, o->owner_name);
	return buffer;
}

/* f32 1x3x224x224 */
static void add_tensor(char buffer[DESCRIBE_SIZE], const struct xf_tensor *tensor)
{
	const char *dtype = xf_dtype_name(tensor->dtype);
	add(buffer, "%s", dtype ? dtype : "?");
	for (uint32_t i = 0; i < tensor->n_dims && i < XF_TENSOR_DIMS_MAX; i++)
		add(buffer, "%c%" PRIu64, i ? 'x' : ' ', tensor->dims[i]);
}

/* Where it lives, if that is a device. As drivers' own tools call it. */
static void add_device(char buffer[DESCRIBE_SIZE], const struct xf_object_info *o)
{
	const uint8_t *u = o->device_uuid;
	char text[TEXT_SIZE];
	if (o->memory == XF_MEMORY_HOST)
		return;
	const char *kind = o->memory == XF_MEMORY_CUDA	    ? ""
			   : o->memory == XF_MEMORY_DMA_BUF ? "dma-buf of "
							    : "Vulkan ";
	add(buffer, " on %sGPU-%02x%02x%02x%02x", kind, u[0], u[1], u[2], u[3]);
	if (o->memory_bytes && o->type == XF_SURFACE)
		add(buffer, ", %s there", text_bytes(text, o->memory_bytes));
}

/* 1920x1080 AB24 (7.9 MiB) on GPU-1a2b3c4d */
static void add_picture(char buffer[DESCRIBE_SIZE], const struct xf_object_info *o)
{
	char text[TEXT_SIZE];
	uint64_t bytes = describe_surface_bytes(o);
	if (o->fourcc == XF_FORMAT_TENSOR)
		add_tensor(buffer, &o->tensor);
	else if (o->type == XF_STREAM && o->fourcc == XF_FORMAT_RAW)
		add(buffer, "bytes");
	else
		add(buffer, "%ux%u %s", o->width_px, o->height_px, text_fourcc(text, o->fourcc));
	if (bytes)
		add(buffer, " (%s)", text_bytes(text, bytes));
	add_device(buffer, o);
}

static void add_usage(char buffer[DESCRIBE_SIZE], const struct xf_object_info *surface)
{
	if (surface->holders)
		add(buffer, "used by %u", surface->holders);
	else
		add(buffer, "unused");
}

static void add_stream(char buffer[DESCRIBE_SIZE], const struct xf_object_info *stream)
{
	if (!stream->newest)
		add(buffer, "no frame yet");
	else
		add(buffer, "%s %" PRIu64, stream->ended ? "ended at frame" : "frame",
			stream->newest);
	if (!stream->owner_pid && !stream->ended)
		add(buffer, ", nobody feeds it");
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* "its producer waits for 4711 xf-play, which has 8 frames to get and 1 in hand" */
static void add_wait(char buffer[DESCRIBE_SIZE], const struct xf_object_info *stream)
{
	if (stream->waits_for == XF_STREAM_WAITS_FOR_READERS)
		add(buffer, ", its producer waits for readers to come");
	if (stream->waits_for != XF_STREAM_WAITS_FOR_FRAMES)
		return;
	if (!stream->slowest_pid) {
		add(buffer, ", its producer waits for a surface");
		return;
	}
	add(buffer, ", its producer waits for %d %s, which has ", stream->slowest_pid,
		stream->slowest_name);
	if (stream->slowest_behind)
		add(buffer, "%" PRIu64 " frame%s to get", stream->slowest_behind,
			plural(stream->slowest_behind));
	if (stream->slowest_holds || !stream->slowest_behind)
		add(buffer, "%s%u in hand", stream->slowest_behind ? " and " : "",
			stream->slowest_holds);
}

static void add_readers(char buffer[DESCRIBE_SIZE], const struct xf_object_info *stream)
{
	uint32_t readers = stream->every + stream->latest;
	if (!readers)
		add(buffer, ", no readers");
	else
		add(buffer, ", %u reader%s", readers, plural(readers));
	if (stream->every && stream->latest)
		add(buffer, " (%u of every frame, %u of the newest)", stream->every,
			stream->latest);
	else if (readers)
		add(buffer, " of %s", stream->every ? "every frame" : "the newest");
	if (stream->lost)
		add(buffer, ", %" PRIu64 " frame%s missed", stream->lost, plural(stream->lost));
	add_wait(buffer, stream);
}

char *describe_state(
	char buffer[DESCRIBE_SIZE], const struct snapshot *s, const struct xf_object_info *o)
{
	*buffer = 0;
	if (o->type == XF_EVENT)
		add(buffer, "%s", o->signalled ? "signalled" : "unsignalled");
	else if (o->type == XF_TIMELINE)
		add(buffer, "%s %" PRIu64, o->abandoned ? "abandoned at" : "at", o->counter);
	else if (o->type == XF_STREAM)
		add_stream(buffer, o);
	else if (o->type == XF_SYNC)
		add(buffer, "%s", o->abandoned ? "abandoned" : o->ready ? "ready" : "not ready");
	else if (o->abandoned || o->owner_pid)
		add(buffer, "%s", o->abandoned ? "abandoned" : "held");
	else if (o->type == XF_SURFACE && o->part_of)
		add_usage(buffer, o);
	else if (o->type == XF_POOL)
		add(buffer, "%u of %u used", snapshot_used_of(s, o->id), o->count);
	else if (describe_has_key(o))
		add(buffer, "free");
	return buffer;
}

/* Whose surfaces they are. */
static void add_stream_of(
	char buffer[DESCRIBE_SIZE], const struct snapshot *s, const struct xf_object_info *pool)
{
	const struct xf_object_info *stream = snapshot_object(s, pool->part_of);
	char name[DESCRIBE_SIZE];
	if (stream)
		add(buffer, ", of stream %s", describe_name(name, s, stream));
}

char *describe_kind(
	char buffer[DESCRIBE_SIZE], const struct snapshot *s, const struct xf_object_info *o)
{
	const struct xf_object_info *pool = pool_of(s, o);
	char name[DESCRIBE_SIZE];
	*buffer = 0;
	if (o->type == XF_POOL)
		add(buffer, "%u x ", o->count);
	if (o->type == XF_POOL || o->type == XF_SURFACE)
		add_picture(buffer, o);
	if (o->type == XF_POOL && o->reclaimed)
		add(buffer, ", %" PRIu64 " taken back from the dead", o->reclaimed);
	if (o->type == XF_STREAM) {
		add_picture(buffer, o);
		add_readers(buffer, o);
	}
	if (o->type == XF_SYNC)
		add(buffer, "use %" PRIu64 ", %u still reading", o->use, o->holders);
	if (o->type == XF_POOL && o->part_of)
		add_stream_of(buffer, s, o);
	if (pool && !*label_of_pool(s, pool))
		add(buffer, ", of pool %s", describe_name(name, s, pool));
	return buffer;
}

char *describe_all(
	char buffer[DESCRIBE_SIZE], const struct snapshot *s, const struct xf_object_info *o)
{
	char text[DESCRIBE_SIZE];
	describe_state(buffer, s, o);
	if (o->type == XF_STREAM && o->owner_pid)
		add(buffer, " from %s", describe_owner(text, o));
	else if (o->owner_pid && !o->abandoned)
		add(buffer, " by %s, acquired with key %" PRIu64, describe_owner(text, o), o->key);
	else if (describe_has_key(o))
		add(buffer, ", %s %" PRIu64, o->abandoned ? "its last key was" : "key", o->key);
	if (*describe_kind(text, s, o))
		add(buffer, "%s%s", *buffer ? ", " : "", text);
	return buffer;
}
