/* SPDX-License-Identifier: MIT */
#include "region.h"

#include "inside.h"
#include "name.h"
#include <string.h>

#define TYPE_BYTES 200 /* of a region's type that travel */

void region_put(GstByteWriter *record, const GstVideoRegionOfInterestMeta *meta)
{
	const gchar *type = g_quark_to_string(meta->roi_type);
	gst_byte_writer_put_int32_le(record, meta->id);
	gst_byte_writer_put_int32_le(record, meta->parent_id);
	gst_byte_writer_put_uint32_le(record, meta->x);
	gst_byte_writer_put_uint32_le(record, meta->y);
	gst_byte_writer_put_uint32_le(record, meta->w);
	gst_byte_writer_put_uint32_le(record, meta->h);
	if (type)
		gst_byte_writer_put_data(
			record, (const guint8 *)type, (guint)MIN(strlen(type), TYPE_BYTES));
}

/* As they travel, by their places here. Others are more than a value: lists, caps, pointers. */
static const GType *types(void)
{
	static const GType all[] = { G_TYPE_BOOLEAN, G_TYPE_INT, G_TYPE_UINT, G_TYPE_INT64,
		G_TYPE_UINT64, G_TYPE_FLOAT, G_TYPE_DOUBLE, G_TYPE_STRING, G_TYPE_INVALID };
	return all;
}

static gboolean number_of(GType type, guint8 *ret_number)
{
	for (guint8 i = 0; types()[i] != G_TYPE_INVALID; i++)
		if (types()[i] == type) {
			*ret_number = i;
			return TRUE;
		}
	return FALSE;
}

static gboolean put_text(GstByteWriter *record, const gchar *text)
{
	gsize size = text ? strlen(text) : 0;
	return text && size <= 255 && gst_byte_writer_put_uint8(record, (guint8)size) &&
	       gst_byte_writer_put_data(record, (const guint8 *)text, (guint)size);
}

/* All of it, or nothing. */
static gboolean put_field(GstByteWriter *record, const gchar *name, const GValue *value)
{
	guint8 type;
	guint begin = gst_byte_writer_get_pos(record);
	if (!number_of(G_VALUE_TYPE(value), &type))
		return FALSE;
	gchar *text = gst_value_serialize(value);
	gboolean done = gst_byte_writer_put_uint8(record, type) && put_text(record, name) &&
			put_text(record, text) && gst_byte_writer_get_pos(record) <= 255;
	g_free(text);
	if (!done)
		gst_byte_writer_set_pos(record, begin);
	return done;
}

gboolean region_put_fields(GstByteWriter *record, const GstStructure *fields)
{
	gboolean all = TRUE;
	gint n = gst_structure_n_fields(fields);
	if (!put_text(record, gst_structure_get_name(fields)))
		return FALSE;
	for (gint i = 0; i < n; i++) {
		const gchar *name = gst_structure_nth_field_name(fields, (guint)i);
		all = put_field(record, name, gst_structure_get_value(fields, name)) && all;
	}
	return all;
}

GstVideoRegionOfInterestMeta *region_get(
	GstBuffer *buffer, const struct picture *picture, GstByteReader *record)
{
	gint32 id, parent;
	guint32 x, y, w, h;
	if (!gst_byte_reader_get_int32_le(record, &id) ||
		!gst_byte_reader_get_int32_le(record, &parent) ||
		!gst_byte_reader_get_uint32_le(record, &x) ||
		!gst_byte_reader_get_uint32_le(record, &y) ||
		!gst_byte_reader_get_uint32_le(record, &w) ||
		!gst_byte_reader_get_uint32_le(record, &h))
		return NULL;
	/* Elements do not ask whether the picture has it. */
	if (!picture->is || !inside(x, w, (guint32)GST_VIDEO_INFO_WIDTH(&picture->info)) ||
		!inside(y, h, (guint32)GST_VIDEO_INFO_HEIGHT(&picture->info)))
		return NULL;
	GQuark type = name_from(record);
	if (!type)
		return NULL;
	GstVideoRegionOfInterestMeta *meta =
		gst_buffer_add_video_region_of_interest_meta_id(buffer, type, x, y, w, h);
	meta->id = id;
	meta->parent_id = parent;
	return meta;
}

static gboolean get_text(GstByteReader *record, const guint8 **ret_text, guint8 *ret_size)
{
	return gst_byte_reader_get_uint8(record, ret_size) &&
	       gst_byte_reader_get_data(record, *ret_size, ret_text);
}

/* As GStreamer's own texts have them: others could not be written and read again. */
static gboolean is_plain(GQuark name)
{
	const gchar *at = g_quark_to_string(name);
	while (at && *at && (g_ascii_isalnum(*at) || strchr("/-_.:+", *at)))
		at++;
	return at && !*at;
}

static void set_field(GstStructure *fields, GQuark name, GType type, const guint8 *text, gsize size)
{
	GValue value = G_VALUE_INIT;
	gchar *copy = g_strndup((const gchar *)text, size);
	g_value_init(&value, type);
	if (g_utf8_validate(copy, -1, NULL) && gst_value_deserialize(&value, copy))
		gst_structure_id_take_value(fields, name, &value);
	else
		g_value_unset(&value);
	g_free(copy);
}

static gboolean get_field(GstStructure *fields, GstByteReader *record)
{
	const guint8 *name, *text;
	guint8 type, name_size, size, known = 0;
	while (types()[known] != G_TYPE_INVALID)
		known++;
	if (!gst_byte_reader_get_uint8(record, &type) || type >= known ||
		!get_text(record, &name, &name_size) || !get_text(record, &text, &size))
		return FALSE;
	GQuark quark = name_of(NAME_IN_META, name, name_size);
	if (is_plain(quark))
		set_field(fields, quark, types()[type], text, size);
	return TRUE;
}

void region_get_fields(GstVideoRegionOfInterestMeta *meta, GstByteReader *record)
{
	const guint8 *text;
	guint8 size;
	GQuark name = get_text(record, &text, &size) ? name_of(NAME_IN_META, text, size) : 0;
	if (!is_plain(name) || !g_ascii_isalpha(*g_quark_to_string(name)))
		return;
	GstStructure *fields = gst_structure_new_id_empty(name);
	while (get_field(fields, record))
		;
	gst_video_region_of_interest_meta_add_param(meta, fields);
}
