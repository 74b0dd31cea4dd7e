/* SPDX-License-Identifier: MIT */
#include "take.h"

#include "memory.h"
#include "pool.h"
#include "rows.h"

#include <errno.h>

static GstMemory *new_tail(gsize bytes)
{
	gpointer zeros = g_malloc0(bytes);
	return gst_memory_new_wrapped(
		GST_MEMORY_FLAG_READONLY, zeros, bytes, 0, bytes, zeros, g_free);
}

void take_begin(struct taking *taking, struct link *link, const struct xf_stream_format *format,
	const GstCaps *caps, const struct picture *picture)
{
	take_finish(taking);
	taking->link = link;
	taking->desc = *format->desc;
	taking->picture = *picture;
	taking->sound = sound_of(caps);
	taking->bytes = format_size(format->desc);
	taking->is_as_usual = picture->is && format_is_as_usual(picture, format->desc);
	if (!picture->is)
		return;
	taking->usual_bytes = format_usual_size(picture);
	taking->has_gaps = rows_have_gaps(&picture->info, taking->usual_bytes);
	if (!taking->is_as_usual && format_lies_as_usual(picture, format->desc))
		taking->tail = new_tail(taking->usual_bytes - taking->bytes);
}

void take_finish(struct taking *taking)
{
	if (taking->copies) {
		gst_buffer_pool_set_active(taking->copies, FALSE);
		gst_object_unref(taking->copies);
	}
	if (taking->tail)
		gst_memory_unref(taking->tail);
	*taking = (struct taking){ .copies = NULL };
}

/*
 * Elements that work on the picture where it is count from the buffer's first byte and from where
 * the picture begins at once: so both are one. What is around it is not theirs anyway.
 */
static gboolean begin_with_picture(GstBuffer *buffer, GstMemory *memory)
{
	GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	gsize first = meta->offset[0];
	for (guint i = 1; i < meta->n_planes; i++)
		first = MIN(first, meta->offset[i]);
	if (first > memory->size)
		return FALSE;
	for (guint i = 0; i < meta->n_planes; i++)
		meta->offset[i] -= first;
	gst_memory_resize(memory, (gssize)first, memory->size - first);
	return TRUE;
}

/* FALSE: the picture is not in the memory. */
static gboolean describe(const struct taking *taking, const struct xf_surface_desc *desc,
	GstBuffer *buffer, GstMemory *memory)
{
	pool_describe(buffer, desc, &taking->picture);
	if (taking->is_as_usual)
		gst_memory_resize(memory, 0, taking->usual_bytes);
	else if (taking->tail) /* for who takes all bytes; who maps planes does not get there */
		gst_buffer_append_memory(buffer, gst_memory_ref(taking->tail));
	else
		return begin_with_picture(buffer, memory);
	return TRUE;
}

int take_as_it_is(struct taking *taking, struct xf_frame *frame, gsize size, GstBuffer **ret_buffer)
{
	const struct xf_surface_desc desc =
		*frame->format->desc; /* not ours once it is given back */
	GstMemory *memory;
	int r = memory_wrap(taking->link, frame, taking->bytes, FALSE, &memory);
	if (r)
		return r;
	*ret_buffer = gst_buffer_new();
	gst_buffer_append_memory(*ret_buffer, memory);
	if (!taking->picture.is) {
		gst_buffer_set_size(*ret_buffer, (gssize)size);
		sound_describe(&taking->sound, *ret_buffer);
	} else if (!describe(taking, &desc, *ret_buffer, memory)) {
		gst_buffer_unref(*ret_buffer);
		return -EPROTO;
	}
	return 0;
}

/* Each as large as a picture that lies as usual. */
static GstBufferPool *new_pool(const struct taking *taking)
{
	GstBufferPool *pool = gst_buffer_pool_new();
	GstStructure *config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_set_params(config, NULL, (guint)taking->usual_bytes, 0, 0);
	gst_buffer_pool_set_config(pool, config);
	gst_buffer_pool_set_active(pool, TRUE);
	return pool;
}

/* What was in the memory before is nobody's. */
static gboolean copy_frame(const struct taking *taking, GstBuffer *from, GstBuffer *to)
{
	GstVideoFrame target;
	const GstVideoInfo *info = &taking->picture.info;
	if (taking->has_gaps)
		gst_buffer_memset(to, 0, 0, taking->usual_bytes);
	if (!gst_video_frame_map(&target, info, to, GST_MAP_WRITE))
		return FALSE;
	gboolean done = rows_copy(&target, info, from);
	gst_video_frame_unmap(&target);
	return done;
}

static int copy_picture(struct taking *taking, struct xf_frame *frame, GstBuffer **ret_buffer)
{
	GstBuffer *there;
	int r = take_as_it_is(taking, frame, 0, &there);
	if (r)
		return r;
	if (!taking->copies)
		taking->copies = new_pool(taking);
	r = -ENOMEM;
	if (gst_buffer_pool_acquire_buffer(taking->copies, ret_buffer, NULL) == GST_FLOW_OK)
		r = copy_frame(taking, there, *ret_buffer) ? 0 : -EPROTO;
	if (r == -EPROTO)
		gst_buffer_unref(*ret_buffer);
	gst_buffer_unref(there);
	return r;
}

static int copy_bytes(
	struct taking *taking, struct xf_frame *frame, gsize size, GstBuffer **ret_buffer)
{
	void *data;
	if (!memory_has_room(frame, size)) {
		xf_stream_done(taking->link->stream, frame);
		return -EPROTO;
	}
	int r = xf_surface_begin(frame->surface, XF_ACCESS_READ, &data);
	if (!r) {
		*ret_buffer = gst_buffer_new_allocate(NULL, size, NULL);
		gst_buffer_fill(*ret_buffer, 0, data, size);
		sound_describe(&taking->sound, *ret_buffer);
		xf_surface_end(frame->surface);
	}
	xf_stream_done(taking->link->stream, frame);
	return r;
}

int take_copy(struct taking *taking, struct xf_frame *frame, gsize size, GstBuffer **ret_buffer)
{
	return taking->picture.is ? copy_picture(taking, frame, ret_buffer)
				  : copy_bytes(taking, frame, size, ret_buffer);
}
