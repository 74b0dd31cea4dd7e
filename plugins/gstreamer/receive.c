/* SPDX-License-Identifier: MIT */
#include "receive.h"

#include "await.h"
#include "caps.h"
#include "category.h"
#include "complain.h"
#include "format.h"
#include "meta.h"

#include <errno.h>

#define SMALL 4096 /* bytes that are copied sooner than mapped, if they are no picture */

static GstFlowReturn complain(struct receiving *receiving, const gchar *what, int r)
{
	complain_read(GST_ELEMENT_CAST(receiving->src), receiving->address, what, r);
	return GST_FLOW_ERROR;
}

static gboolean downstream_takes_strides(struct receiving *receiving, GstCaps *caps)
{
	GstQuery *query = gst_query_new_allocation(caps, FALSE);
	gboolean takes = gst_pad_peer_query(GST_BASE_SRC_PAD(receiving->src), query) &&
			 gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	gst_query_unref(query);
	return takes;
}

static GstFlowReturn no_caps(struct receiving *receiving, const struct xf_stream_format *format)
{
	struct address address = address_of(GST_ELEMENT_CAST(receiving->src), receiving->address);
	gchar *uri = address_uri(&address);
	GST_ELEMENT_ERROR(receiving->src, STREAM, WRONG_TYPE,
		("The frames of %s have a format that GStreamer has no caps for", uri),
		("fourcc 0x%08x, %u bytes of its own, or caps that contradict this",
			format->desc->fourcc, format->blob_size));
	g_free(uri);
	address_clear(&address);
	return GST_FLOW_ERROR;
}

/* GST_FLOW_CUSTOM_SUCCESS: nobody knows any more what its caps were; what comes next has others. */
static GstFlowReturn use_format(struct receiving *receiving, const struct xf_stream_format *format)
{
	struct picture picture;
	if (format->generation == receiving->generation &&
		format_is_alike(format->desc, &receiving->taking.desc))
		return GST_FLOW_OK;
	GstCaps *caps = format_to_caps(receiving->reader->link, format, &picture);
	if (!caps)
		return caps_are_long(format) ? GST_FLOW_CUSTOM_SUCCESS : no_caps(receiving, format);
	receiving->times.ours = caps_are_in(format);
	receiving->times.picture = picture.is;
	receiving->times.sound = sound_at_all(caps);
	GST_INFO_OBJECT(receiving->src, "format %u of %s: %" GST_PTR_FORMAT, format->generation,
		receiving->times.ours ? "GStreamer's" : "another kind of producer", caps);
	take_begin(&receiving->taking, receiving->reader->link, format, caps, &picture);
	gboolean set = gst_base_src_set_caps(receiving->src, caps);
	receiving->takes_strides = set && downstream_takes_strides(receiving, caps);
	gst_caps_unref(caps);
	if (!set)
		return reader_is_flushing(receiving->reader) ? GST_FLOW_FLUSHING
							     : GST_FLOW_NOT_NEGOTIATED;
	receiving->generation = format->generation;
	return GST_FLOW_OK;
}

/* Bytes of what is no picture; FALSE: nonsense. */
static gboolean size_of(
	struct receiving *receiving, const struct xf_frame_info *info, gsize *ret_size)
{
	*ret_size = receiving->taking.bytes;
	return receiving->taking.picture.is || !receiving->times.ours ||
	       meta_size(info, receiving->taking.bytes, ret_size);
}

/* The frame as a buffer, in the way that suits downstream; takes it over. */
static int take(
	struct receiving *receiving, struct xf_frame *frame, gsize size, GstBuffer **ret_buffer)
{
	struct taking *taking = &receiving->taking;
	gboolean small = !taking->picture.is && size <= SMALL;
	gboolean fits = !taking->picture.is || receiving->takes_strides || taking->is_as_usual;
	if (!small && fits && reader_may_have_one(receiving->reader, receiving->generation))
		return take_as_it_is(taking, frame, size, ret_buffer);
	if (!small && !receiving->copied++)
		GST_INFO_OBJECT(receiving->src,
			"frames are copied: downstream keeps them, or knows one "
			"layout only");
	return take_copy(taking, frame, size, ret_buffer);
}

static void look_at(
	struct receiving *receiving, const struct xf_frame_info *info, gsize size, GstClockTime pts)
{
	if (info->flags & XF_FRAME_GAP) {
		receiving->lost += info->missed;
		GST_DEBUG_OBJECT(receiving->src, "%u frames before %" G_GUINT64_FORMAT " are lost",
			(guint)info->missed, info->sequence);
	}
	if (info->flags & XF_FRAME_DISCONT)
		GST_INFO_OBJECT(receiving->src,
			"its producer began anew with frame %" G_GUINT64_FORMAT, info->sequence);
	GST_LOG_OBJECT(receiving->src,
		"frame %" G_GUINT64_FORMAT ", %" G_GSIZE_FORMAT " bytes, at %" GST_TIME_FORMAT,
		info->sequence, size, GST_TIME_ARGS(pts));
}

static gboolean comes_in_time(struct receiving *receiving, const struct xf_frame_info *info,
	struct frame_times *ret_times)
{
	GstElement *element = GST_ELEMENT_CAST(receiving->src);
	reader_notice_pause(receiving->reader);
	if (!times_of(&receiving->times, element, info, receiving->reader->discontinuous,
		    ret_times)) {
		GST_DEBUG_OBJECT(receiving->src,
			"frame %" G_GUINT64_FORMAT " is of before, and left out", info->sequence);
		return FALSE;
	}
	return !receiving->taking.picture.is ||
	       !late_drops(&receiving->late, element, ret_times->pts, ret_times->duration,
		       receiving->frames);
}

static GstFlowReturn wrap(
	struct receiving *receiving, struct xf_frame *frame, GstBuffer **ret_buffer)
{
	/* Copied before the frame can be anybody else's. */
	const struct xf_frame_info info = *frame->info;
	struct frame_times times;
	gsize size;
	if (!size_of(receiving, &info, &size)) {
		xf_stream_done(receiving->reader->link->stream, frame);
		return complain(receiving, "understand a frame of", -EPROTO);
	}
	if (!comes_in_time(receiving, &info, &times)) {
		xf_stream_done(receiving->reader->link->stream, frame);
		receiving->reader->discontinuous = TRUE;
		return GST_FLOW_CUSTOM_SUCCESS;
	}
	int r = take(receiving, frame, size, ret_buffer);
	if (r)
		return complain(receiving, "have a frame of", r);
	look_at(receiving, &info, size, times.pts);
	if (!meta_from_info(
		    *ret_buffer, &receiving->taking.picture, &info, receiving->times.ours)) {
		gst_buffer_unref(*ret_buffer);
		return complain(receiving, "understand a frame of", -EPROTO);
	}
	GST_BUFFER_PTS(*ret_buffer) = times.pts;
	GST_BUFFER_DTS(*ret_buffer) = times.dts;
	GST_BUFFER_DURATION(*ret_buffer) = times.duration;
	receiving->frames++;
	if (receiving->reader->discontinuous)
		GST_BUFFER_FLAG_SET(*ret_buffer, GST_BUFFER_FLAG_DISCONT);
	receiving->reader->discontinuous = FALSE;
	return GST_FLOW_OK;
}

static GstFlowReturn completed(struct receiving *receiving, const struct xf_frame_info *info)
{
	int r = await_complete(receiving->reader->link, info);
	return r == 0		 ? GST_FLOW_OK
	       : r == XF_TIMEOUT ? GST_FLOW_FLUSHING
				 : GST_FLOW_CUSTOM_SUCCESS; /* it never will be */
}

/* GST_FLOW_CUSTOM_SUCCESS: this one was nothing, the next may be. */
static GstFlowReturn receive_one(struct receiving *receiving, GstBuffer **ret_buffer)
{
	struct xf_frame frame;
	int r = reader_next(receiving->reader, &frame);
	if (r == XF_TIMEOUT)
		return GST_FLOW_FLUSHING;
	if (r == XF_ENDED) {
		GST_INFO_OBJECT(receiving->src, "the stream was ended");
		return GST_FLOW_EOS;
	}
	if (r)
		return complain(receiving, "get a frame of", r);
	GstFlowReturn flow = use_format(receiving, frame.format);
	if (!flow)
		flow = completed(receiving, frame.info);
	if (!flow)
		return wrap(receiving, &frame, ret_buffer);
	xf_stream_done(receiving->reader->link->stream, &frame);
	if (flow == GST_FLOW_CUSTOM_SUCCESS) {
		receiving->lost++;
		receiving->reader->discontinuous = TRUE;
	}
	return flow;
}

GstFlowReturn receive_buffer(struct receiving *receiving, GstBuffer **ret_buffer)
{
	GstFlowReturn flow;
	do
		flow = receive_one(receiving, ret_buffer);
	while (flow == GST_FLOW_CUSTOM_SUCCESS);
	return flow;
}

void receive_negotiate(struct receiving *receiving)
{
	GstCaps *caps = gst_pad_get_current_caps(GST_BASE_SRC_PAD(receiving->src));
	if (caps && receiving->generation)
		receiving->takes_strides = downstream_takes_strides(receiving, caps);
	gst_clear_caps(&caps);
}

void receive_start(struct receiving *receiving)
{
	receiving->frames = receiving->lost = receiving->copied = 0;
}

void receive_begin(struct receiving *receiving, gboolean every)
{
	receiving->generation = 0;
	times_start(&receiving->times);
	receiving->times.live = gst_base_src_is_live(receiving->src);
	receiving->times.every = every;
}

void receive_finish(struct receiving *receiving)
{
	take_finish(&receiving->taking);
	times_finish(&receiving->times);
}
