/* SPDX-License-Identifier: MIT */
/*
 * Upstream is offered buffers that are frames of the stream already (pool.h); such a one is
 * published as it is, unless somebody else keeps a hand on it, who could then look at the next
 * picture in it. Whatever else comes is copied into a frame, and counted.
 */
#include "render.h"

#include "category.h"
#include "complain.h"
#include "describe.h"
#include "fill.h"
#include "memory.h"
#include "waits.h"

#include <errno.h>

static void tell_of_copies(struct rendering *rendering)
{
	rendering->copied++;
	GST_LOG_OBJECT(rendering->sink, "copied a frame, that makes %" G_GUINT64_FORMAT,
		rendering->copied);
	if (rendering->told_of_copies)
		return;
	rendering->told_of_copies = TRUE;
	gchar *caps = gst_caps_to_string(rendering->writer->caps);
	complain_tell(GST_ELEMENT_CAST(rendering->sink), GST_RESOURCE_ERROR,
		GST_RESOURCE_ERROR_SETTINGS,
		g_strdup_printf("Frames of %s are copied, for upstream does not use this element's "
				"buffers, or keeps them",
			caps));
	g_free(caps);
}

/* `picture` is in the frame. */
static void describe(struct rendering *rendering, GstBuffer *buffer, const struct picture *picture,
	struct xf_frame_info *info)
{
	if (describe_frame(rendering->sink, &rendering->delay, buffer, picture, info) ||
		rendering->told_of_metas)
		return;
	rendering->told_of_metas = TRUE;
	GST_WARNING_OBJECT(
		rendering->sink, "metas beyond %d bytes do not travel", XF_FRAME_DATA_MAX);
}

static GstFlowReturn not_as_said(struct rendering *rendering, GstBuffer *buffer)
{
	GST_ELEMENT_ERROR(rendering->sink, STREAM, FORMAT,
		("A buffer is not what its caps say: %" GST_PTR_FORMAT, rendering->writer->caps),
		("%" G_GSIZE_FORMAT " bytes", gst_buffer_get_size(buffer)));
	return GST_FLOW_ERROR;
}

static GstFlowReturn published(struct rendering *rendering, int r)
{
	if (r)
		writer_complain(rendering->writer, "publish a frame of", r);
	return r ? GST_FLOW_ERROR : GST_FLOW_OK;
}

static GstFlowReturn render_bytes(struct rendering *rendering, GstBuffer *buffer)
{
	struct xf_frame frame;
	struct xf_frame_info info;
	gsize size = gst_buffer_get_size(buffer);
	gsize more = MAX(size, MIN(size + size / 2, FORMAT_BYTES_MAX)); /* the next may be larger */
	if (size > rendering->writer->format.bytes && !writer_make_room(rendering->writer, more))
		return GST_FLOW_ERROR;
	GstFlowReturn flow = waits_for_change(rendering->writer);
	if (!flow)
		flow = waits_for_surface(rendering->writer, &frame);
	if (flow)
		return flow;
	int r = fill_bytes(buffer, &frame, rendering->writer->format.bytes);
	if (r) {
		(void)xf_stream_drop(rendering->writer->link->stream, &frame);
		return r == -EINVAL ? not_as_said(rendering, buffer) : published(rendering, r);
	}
	describe(rendering, buffer, &rendering->writer->format.picture, &info);
	GST_LOG_OBJECT(rendering->sink, "publishes %" GST_PTR_FORMAT, buffer);
	return published(
		rendering, xf_stream_publish(rendering->writer->link->stream, &frame, &info));
}

/* Not copied, but where its channels lie apart. */
static GstFlowReturn render_sound(struct rendering *rendering, GstBuffer *buffer)
{
	GstBuffer *packed = sound_pack(&rendering->sound, buffer);
	if (!packed)
		return not_as_said(rendering, buffer);
	GstFlowReturn flow = render_bytes(rendering, packed);
	gst_buffer_unref(packed);
	return flow;
}

/* A frame with the picture in it; NULL and why. */
static GstMemory *copy(struct rendering *rendering, GstBuffer *buffer, GstFlowReturn *ret_flow)
{
	struct xf_frame frame;
	*ret_flow = waits_for_surface(rendering->writer, &frame);
	if (*ret_flow)
		return NULL;
	GstMemory *memory;
	const struct placement *there = format_placement(&rendering->writer->format, frame.format);
	int r = memory_wrap(rendering->writer->link, &frame, there->bytes, TRUE, &memory);
	if (r) {
		*ret_flow = published(rendering, r);
		return NULL;
	}
	if (fill_picture(buffer, there, &frame, memory)) {
		tell_of_copies(rendering);
		return memory;
	}
	gst_memory_unref(memory);
	*ret_flow = not_as_said(rendering, buffer);
	return NULL;
}

static GstFlowReturn render_picture(struct rendering *rendering, GstBuffer *buffer)
{
	struct xf_frame_info info;
	GstFlowReturn flow;
	struct format *format = &rendering->writer->format;
	GstMemory *memory = fill_not_needed(buffer, rendering->writer->link, format);
	if (!memory)
		memory = copy(rendering, buffer, &flow);
	if (!memory)
		return flow;
	describe(rendering, buffer,
		&format_placement(format, memory_frame(memory)->format)->picture, &info);
	GST_LOG_OBJECT(rendering->sink, "publishes %" GST_PTR_FORMAT, buffer);
	int r = memory_publish(memory, &info);
	gst_memory_unref(memory);
	return published(rendering, r);
}

void render_start(struct rendering *rendering)
{
	delay_start(&rendering->delay);
	rendering->copied = 0;
	rendering->told_of_copies = rendering->told_of_metas = FALSE;
}

GstFlowReturn render_buffer(struct rendering *rendering, GstBuffer *buffer)
{
	if (rendering->writer->format.picture.is && !gst_buffer_get_size(buffer))
		return GST_FLOW_OK; /* a gap: the picture before stays */
	return rendering->writer->format.picture.is ? render_picture(rendering, buffer)
						    : render_sound(rendering, buffer);
}
