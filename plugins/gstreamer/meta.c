/* SPDX-License-Identifier: MIT */
/*
 * In the application's bytes of a frame, little endian: "GX01", the bytes that are meant, offset,
 * offset_end; then records of a kind (8 bits), a length (8 bits) and as many bytes.
 */
#include "meta.h"

#include "category.h"
#include <gst/base/gstbytereader.h>
#include <gst/base/gstbytewriter.h>
#include <string.h>

#define MARK 0x31305847u /* "GX01" */

enum kind { REFERENCE_TIME = 1, REGION = 2 };

struct writing {
	GstByteWriter to;
	gboolean complete;
};

/* A record of at most 255 bytes, or none. */
static void put_record(struct writing *writing, enum kind kind, GstByteWriter *from)
{
	guint size = gst_byte_writer_get_pos(from);
	const guint8 *bytes = from->parent.data;
	if (size > 255 || gst_byte_writer_get_remaining(&writing->to) < size + 2) {
		writing->complete = FALSE;
		return;
	}
	gst_byte_writer_put_uint8(&writing->to, (guint8)kind);
	gst_byte_writer_put_uint8(&writing->to, (guint8)size);
	gst_byte_writer_put_data(&writing->to, bytes, size);
}

static void put_reference_time(struct writing *writing, const GstReferenceTimestampMeta *meta)
{
	guint8 bytes[512];
	GstByteWriter to;
	gchar *caps = gst_caps_to_string(meta->reference);
	gst_byte_writer_init_with_data(&to, bytes, sizeof(bytes), FALSE);
	gst_byte_writer_put_uint64_le(&to, meta->timestamp);
	gst_byte_writer_put_uint64_le(&to, meta->duration);
	gst_byte_writer_put_data(&to, (guint8 *)caps, (guint)MIN(strlen(caps), 400));
	g_free(caps);
	put_record(writing, REFERENCE_TIME, &to);
}

static void put_region(struct writing *writing, const GstVideoRegionOfInterestMeta *meta)
{
	guint8 bytes[512];
	GstByteWriter to;
	const gchar *type = g_quark_to_string(meta->roi_type);
	gst_byte_writer_init_with_data(&to, bytes, sizeof(bytes), FALSE);
	gst_byte_writer_put_int32_le(&to, meta->id);
	gst_byte_writer_put_int32_le(&to, meta->parent_id);
	gst_byte_writer_put_uint32_le(&to, meta->x);
	gst_byte_writer_put_uint32_le(&to, meta->y);
	gst_byte_writer_put_uint32_le(&to, meta->w);
	gst_byte_writer_put_uint32_le(&to, meta->h);
	if (type)
		gst_byte_writer_put_data(&to, (const guint8 *)type, (guint)MIN(strlen(type), 400));
	put_record(writing, REGION, &to);
}

static gboolean put_meta(GstBuffer *buffer, GstMeta **meta, gpointer user)
{
	if ((*meta)->info->api == GST_REFERENCE_TIMESTAMP_META_API_TYPE)
		put_reference_time(user, (GstReferenceTimestampMeta *)*meta);
	else if ((*meta)->info->api == GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)
		put_region(user, (GstVideoRegionOfInterestMeta *)*meta);
	return TRUE;
}

static uint32_t flags_of(GstBuffer *buffer)
{
	uint32_t flags = 0;
	if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT))
		flags |= XF_FRAME_DISCONT;
	if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT))
		flags |= XF_FRAME_KEY;
	if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED))
		flags |= XF_FRAME_CORRUPT;
	return flags;
}

gboolean meta_to_info(GstBuffer *buffer, struct xf_frame_info *info)
{
	struct writing writing = { .complete = TRUE };
	const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);
	info->flags = flags_of(buffer);
	if (crop)
		info->crop = (struct xf_rect){ crop->x, crop->y, crop->width, crop->height };
	gst_byte_writer_init_with_data(&writing.to, info->data, sizeof(info->data), FALSE);
	gst_byte_writer_put_uint32_le(&writing.to, MARK);
	gst_byte_writer_put_uint64_le(&writing.to, gst_buffer_get_size(buffer));
	gst_byte_writer_put_uint64_le(&writing.to, GST_BUFFER_OFFSET(buffer));
	gst_byte_writer_put_uint64_le(&writing.to, GST_BUFFER_OFFSET_END(buffer));
	/* What GStreamer keeps as a flag only: GAP means that nothing is in it. */
	gst_byte_writer_put_uint8(
		&writing.to, GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP) ? 1 : 0);
	gst_buffer_foreach_meta(buffer, put_meta, &writing);
	info->data_size = gst_byte_writer_get_pos(&writing.to);
	return writing.complete;
}

static void get_reference_time(GstBuffer *buffer, GstByteReader *from)
{
	guint64 time, duration;
	const guint8 *text;
	guint size;
	if (!gst_byte_reader_get_uint64_le(from, &time) ||
		!gst_byte_reader_get_uint64_le(from, &duration))
		return;
	size = gst_byte_reader_get_remaining(from);
	if (!gst_byte_reader_get_data(from, size, &text))
		return;
	gchar *name = g_strndup((const gchar *)text, size);
	GstCaps *caps = gst_caps_from_string(name);
	if (caps)
		gst_buffer_add_reference_timestamp_meta(buffer, caps, time, duration);
	gst_clear_caps(&caps);
	g_free(name);
}

static void get_region(GstBuffer *buffer, GstByteReader *from)
{
	gint32 id, parent;
	guint32 x, y, w, h;
	const guint8 *text;
	guint size;
	if (!gst_byte_reader_get_int32_le(from, &id) ||
		!gst_byte_reader_get_int32_le(from, &parent) ||
		!gst_byte_reader_get_uint32_le(from, &x) ||
		!gst_byte_reader_get_uint32_le(from, &y) ||
		!gst_byte_reader_get_uint32_le(from, &w) ||
		!gst_byte_reader_get_uint32_le(from, &h))
		return;
	size = gst_byte_reader_get_remaining(from);
	if (!size || !gst_byte_reader_get_data(from, size, &text))
		return;
	gchar *type = g_strndup((const gchar *)text, size);
	GstVideoRegionOfInterestMeta *meta =
		gst_buffer_add_video_region_of_interest_meta(buffer, type, x, y, w, h);
	meta->id = id;
	meta->parent_id = parent;
	g_free(type);
}

static void get_records(GstBuffer *buffer, GstByteReader *from)
{
	guint8 kind, size;
	GstByteReader record;
	while (gst_byte_reader_get_uint8(from, &kind) && gst_byte_reader_get_uint8(from, &size) &&
		gst_byte_reader_get_sub_reader(from, &record, size))
		if (kind == REFERENCE_TIME)
			get_reference_time(buffer, &record);
		else if (kind == REGION)
			get_region(buffer, &record);
}

static gboolean get_ours(GstBuffer *buffer, const struct xf_frame_info *info)
{
	GstByteReader from;
	guint32 mark;
	guint64 size, offset, end;
	guint8 gap;
	gst_byte_reader_init(&from, info->data, MIN(info->data_size, XF_FRAME_DATA_MAX));
	if (!gst_byte_reader_get_uint32_le(&from, &mark) || mark != MARK ||
		!gst_byte_reader_get_uint64_le(&from, &size) ||
		!gst_byte_reader_get_uint64_le(&from, &offset) ||
		!gst_byte_reader_get_uint64_le(&from, &end) ||
		!gst_byte_reader_get_uint8(&from, &gap) || size > gst_buffer_get_size(buffer))
		return FALSE;
	gst_buffer_set_size(buffer, (gssize)size);
	GST_BUFFER_OFFSET(buffer) = offset;
	GST_BUFFER_OFFSET_END(buffer) = end;
	if (gap)
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_GAP);
	get_records(buffer, &from);
	return TRUE;
}

static void set_flags(GstBuffer *buffer, uint32_t flags)
{
	if (flags & (XF_FRAME_DISCONT | XF_FRAME_GAP))
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
	if (!(flags & XF_FRAME_KEY))
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
	if (flags & XF_FRAME_CORRUPT)
		GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_CORRUPTED);
}

gboolean meta_from_info(GstBuffer *buffer, const struct xf_frame_info *info, gboolean ours)
{
	set_flags(buffer, info->flags);
	if (info->crop.width_px && info->crop.height_px) {
		GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer);
		crop->x = info->crop.x_px;
		crop->y = info->crop.y_px;
		crop->width = info->crop.width_px;
		crop->height = info->crop.height_px;
	}
	return !ours || get_ours(buffer, info);
}
