/* SPDX-License-Identifier: MIT */
/*
 * In the application's bytes of a frame, little endian: "GX02", the bytes that are meant (64 bits),
 * offset, offset_end (64 each), the buffer's flags (32); then records of a kind (8 bits), a length
 * (8 bits) and as many bytes.
 */
#include "meta.h"

#include "inside.h"
#include "name.h"
#include "plain.h"
#include "region.h"
#include <string.h>

#define MARK 0x32305847u /* "GX02" */

/* All that say something of the buffer, not of its memory. */
#define FLAGS (~(guint32)(GST_MINI_OBJECT_FLAG_LAST - 1) & ~(guint32)GST_BUFFER_FLAG_TAG_MEMORY)

enum kind { REFERENCE_TIME = 1, REGION = 2, REGION_FIELDS = 3 };

struct header {
	guint64 size, offset, offset_end;
	guint32 flags;
};

struct writing {
	GstByteWriter to;
	gboolean complete;
};

/* A record of at most 255 bytes, or none. */
static gboolean put_record(struct writing *writing, enum kind kind, GstByteWriter *from)
{
	guint size = gst_byte_writer_get_pos(from);
	const guint8 *bytes = from->parent.data;
	if (size > 255 || gst_byte_writer_get_remaining(&writing->to) < size + 2) {
		writing->complete = FALSE;
		return FALSE;
	}
	gst_byte_writer_put_uint8(&writing->to, (guint8)kind);
	gst_byte_writer_put_uint8(&writing->to, (guint8)size);
	gst_byte_writer_put_data(&writing->to, bytes, size);
	return TRUE;
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
	(void)put_record(writing, REFERENCE_TIME, &to);
}

/* Fields that cannot travel keep nobody else's from it; without its region none does. */
static void put_region(struct writing *writing, const GstVideoRegionOfInterestMeta *meta)
{
	guint8 bytes[REGION_BYTES];
	GstByteWriter to;
	gst_byte_writer_init_with_data(&to, bytes, sizeof(bytes), FALSE);
	region_put(&to, meta);
	if (!put_record(writing, REGION, &to))
		return;
	for (GList *each = meta->params; each; each = each->next) {
		gst_byte_writer_init_with_data(&to, bytes, sizeof(bytes), FALSE);
		if (!region_put_fields(&to, each->data))
			writing->complete = FALSE;
		(void)put_record(writing, REGION_FIELDS, &to);
	}
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

/* What is visible, from the surface's corner; all 0: everything. */
static struct xf_rect crop_of(GstBuffer *buffer, const struct picture *picture)
{
	const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);
	struct xf_rect rect = { 0 };
	if (crop)
		rect = (struct xf_rect){ crop->x, crop->y, crop->width, crop->height };
	else if (picture->padded)
		rect = (struct xf_rect){ 0, 0, (uint32_t)GST_VIDEO_INFO_WIDTH(&picture->info),
			(uint32_t)GST_VIDEO_INFO_FIELD_HEIGHT(&picture->info) };
	if (rect.width_px) {
		rect.x_px += picture->left_px;
		rect.y_px += picture->top_px;
	}
	return rect;
}

gboolean meta_to_info(GstBuffer *buffer, const struct picture *picture, struct xf_frame_info *info)
{
	struct writing writing = { .complete = TRUE };
	info->flags = flags_of(buffer);
	info->crop = crop_of(buffer, picture);
	gst_byte_writer_init_with_data(&writing.to, info->data, sizeof(info->data), FALSE);
	gst_byte_writer_put_uint32_le(&writing.to, MARK);
	gst_byte_writer_put_uint64_le(&writing.to, gst_buffer_get_size(buffer));
	gst_byte_writer_put_uint64_le(&writing.to, GST_BUFFER_OFFSET(buffer));
	gst_byte_writer_put_uint64_le(&writing.to, GST_BUFFER_OFFSET_END(buffer));
	gst_byte_writer_put_uint32_le(&writing.to, GST_BUFFER_FLAGS(buffer) & FLAGS);
	gst_buffer_foreach_meta(buffer, put_meta, &writing);
	info->data_size = gst_byte_writer_get_pos(&writing.to);
	return writing.complete;
}

static void get_reference_time(GstBuffer *buffer, GstByteReader *from)
{
	guint64 time, duration;
	if (!gst_byte_reader_get_uint64_le(from, &time) ||
		!gst_byte_reader_get_uint64_le(from, &duration))
		return;
	GQuark name = name_from(from);
	GstCaps *caps = plain_caps(g_quark_to_string(name));
	if (caps && time != GST_CLOCK_TIME_NONE)
		gst_buffer_add_reference_timestamp_meta(buffer, caps, time, duration);
	gst_clear_caps(&caps);
}

static void get_records(GstBuffer *buffer, const struct picture *picture, GstByteReader *from)
{
	guint8 kind, size;
	GstByteReader record;
	GstVideoRegionOfInterestMeta *region = NULL; /* whose fields come next */
	while (gst_byte_reader_get_uint8(from, &kind) && gst_byte_reader_get_uint8(from, &size) &&
		gst_byte_reader_get_sub_reader(from, &record, size))
		if (kind == REFERENCE_TIME)
			get_reference_time(buffer, &record);
		else if (kind == REGION)
			region = region_get(buffer, picture, &record);
		else if (kind == REGION_FIELDS && region)
			region_get_fields(region, &record);
}

static gboolean get_header(GstByteReader *from, struct header *ret_header)
{
	guint32 mark;
	return gst_byte_reader_get_uint32_le(from, &mark) && mark == MARK &&
	       gst_byte_reader_get_uint64_le(from, &ret_header->size) &&
	       gst_byte_reader_get_uint64_le(from, &ret_header->offset) &&
	       gst_byte_reader_get_uint64_le(from, &ret_header->offset_end) &&
	       gst_byte_reader_get_uint32_le(from, &ret_header->flags);
}

static void read_data(GstByteReader *from, const struct xf_frame_info *info)
{
	gst_byte_reader_init(from, info->data, MIN(info->data_size, XF_FRAME_DATA_MAX));
}

gboolean meta_size(const struct xf_frame_info *info, gsize room, gsize *ret_size)
{
	GstByteReader from;
	struct header header;
	read_data(&from, info);
	if (!get_header(&from, &header) || header.size > room)
		return FALSE;
	*ret_size = header.size;
	return TRUE;
}

static gboolean get_ours(
	GstBuffer *buffer, const struct picture *picture, const struct xf_frame_info *info)
{
	GstByteReader from;
	struct header header;
	read_data(&from, info);
	if (!get_header(&from, &header))
		return FALSE;
	GST_BUFFER_OFFSET(buffer) = header.offset;
	GST_BUFFER_OFFSET_END(buffer) = header.offset_end;
	GST_BUFFER_FLAG_SET(buffer, header.flags & FLAGS);
	get_records(buffer, picture, &from);
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

/* Elements read what a crop says without asking whether the picture has it. */
static void add_crop(GstBuffer *buffer, const struct picture *picture, const struct xf_rect *rect)
{
	uint32_t width = (uint32_t)GST_VIDEO_INFO_WIDTH(&picture->info);
	uint32_t height = (uint32_t)GST_VIDEO_INFO_FIELD_HEIGHT(&picture->info);
	uint32_t x = rect->x_px - picture->left_px, y = rect->y_px - picture->top_px;
	if (!picture->is || !inside(x, rect->width_px, width) ||
		!inside(y, rect->height_px, height) ||
		(rect->width_px == width && rect->height_px == height))
		return;
	GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(buffer);
	crop->x = x;
	crop->y = y;
	crop->width = rect->width_px;
	crop->height = rect->height_px;
}

/* A flag of the buffer is one of the frame too, as elements look at either. */
static GstVideoFrameFlags frame_flags(GstBuffer *buffer)
{
	return (GstVideoFrameFlags)(GST_BUFFER_FLAGS(buffer) / GST_VIDEO_BUFFER_FLAG_INTERLACED) &
	       (GST_VIDEO_FRAME_FLAG_INTERLACED | GST_VIDEO_FRAME_FLAG_TFF |
		       GST_VIDEO_FRAME_FLAG_RFF | GST_VIDEO_FRAME_FLAG_ONEFIELD);
}

gboolean meta_from_info(GstBuffer *buffer, const struct picture *picture,
	const struct xf_frame_info *info, gboolean ours)
{
	set_flags(buffer, info->flags);
	add_crop(buffer, picture, &info->crop);
	if (ours && !get_ours(buffer, picture, info))
		return FALSE;
	GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	if (meta)
		meta->flags = frame_flags(buffer);
	return TRUE;
}
