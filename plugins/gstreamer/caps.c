/* SPDX-License-Identifier: MIT */
/*
 *	gst LEFT,TOP video/x-raw, ...
 *	gst LEFT,TOP @ID BYTES		where the text is longer: it is a surface of raw bytes
 *
 * Caps of some encoded streams carry headers, of several kilobytes. The producer keeps the surfaces
 * of the last ones open as long as a format that names them may be in use, and of caps that no
 * frame came with only until others come; who dies takes them along, as the frames of a format that
 * nobody has met yet.
 */
#include "caps.h"

#include "plain.h"
#include "portable.h"
#include <crossfence/surface.h>
#include <stdio.h>
#include <string.h>

static const char MARK[] = "gst ";
#define MARK_SIZE (sizeof(MARK) - 1)
#define TEXT_MAX  (1 << 20) /* bytes; also of what others say */

/* NULL: they have what cannot be read again. */
static gchar *text_of(const GstCaps *caps)
{
	gchar *text = gst_caps_to_string(caps);
	GstCaps *again = portable_is(caps) ? plain_caps(text) : NULL;
	if (!again)
		g_clear_pointer(&text, g_free);
	gst_clear_caps(&again);
	return text;
}

/* Frames of the formats before may be read much later; of that of the newest text there are none.
 */
static void make_place(struct link *link)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	if (link->stream)
		(void)xf_stream_info(link->stream, &info);
	gboolean is_unused = info.sequence == link->text_from;
	struct xf_surface **leaves = &link->texts[is_unused ? LINK_TEXTS - 1 : 0];
	xf_surface_close(*leaves);
	memmove(leaves, leaves + 1,
		sizeof(*leaves) * (gsize)(link->texts + LINK_TEXTS - 1 - leaves));
	link->text_from = info.sequence;
}

static gboolean make_surface(struct link *link, const gchar *text, gsize size)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = (uint32_t)size,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	struct xf_surface *surface;
	void *data;
	if (size > TEXT_MAX || xf_surface_create(link->domain, &desc, 0, &surface))
		return FALSE;
	if (xf_surface_begin(surface, XF_ACCESS_WRITE, &data)) {
		xf_surface_close(surface);
		return FALSE;
	}
	memcpy(data, text, size);
	xf_surface_end(surface);
	make_place(link);
	link->texts[LINK_TEXTS - 1] = surface;
	return TRUE;
}

/* The same caps again are the same format. */
static gboolean keep_text(struct link *link, const gchar *text)
{
	if (g_strcmp0(link->text, text) == 0)
		return TRUE;
	if (!make_surface(link, text, strlen(text)))
		return FALSE;
	g_free(link->text);
	link->text = g_strdup(text);
	return TRUE;
}

guint caps_to_blob(struct link *link, const GstCaps *caps, guint left_px, guint top_px,
	guint8 blob[XF_FORMAT_BLOB_MAX])
{
	gchar *text = text_of(caps);
	if (!text)
		return 0;
	int size = snprintf(
		(char *)blob, XF_FORMAT_BLOB_MAX, "%s%u,%u %s", MARK, left_px, top_px, text);
	if (size >= XF_FORMAT_BLOB_MAX)
		size = !keep_text(link, text) ? 0
					      : snprintf((char *)blob, XF_FORMAT_BLOB_MAX,
							"%s%u,%u @%llx %zu", MARK, left_px, top_px,
							(unsigned long long)xf_surface_id(
								link->texts[LINK_TEXTS - 1]),
							strlen(text));
	g_free(text);
	return (guint)MAX(size, 0);
}

gboolean caps_are_in(const struct xf_stream_format *format)
{
	return format->blob && format->blob_size > MARK_SIZE &&
	       !memcmp(format->blob, MARK, MARK_SIZE);
}

/* Up to five digits, as the widest picture has, and what ends them. */
static gboolean number(const gchar *bytes, gsize size, gsize *at, gchar end, guint *ret_number)
{
	gsize begin = *at;
	for (*ret_number = 0; *at < size && *at < begin + 5 && g_ascii_isdigit(bytes[*at]); ++*at)
		*ret_number = *ret_number * 10 + (guint)(bytes[*at] - '0');
	return *at > begin && *at < size && bytes[(*at)++] == end;
}

/* Where the text begins; 0: nowhere. */
static gsize text_in(const struct xf_stream_format *format, guint *ret_left_px, guint *ret_top_px)
{
	gsize at = MARK_SIZE;
	return caps_are_in(format) &&
			       number(format->blob, format->blob_size, &at, ',', ret_left_px) &&
			       number(format->blob, format->blob_size, &at, ' ', ret_top_px)
		       ? at
		       : 0;
}

gboolean caps_origin(const struct xf_stream_format *format, guint *ret_left_px, guint *ret_top_px)
{
	return text_in(format, ret_left_px, ret_top_px) != 0;
}

gboolean caps_are_same(const struct xf_stream_format *a, const struct xf_stream_format *b)
{
	guint ignored;
	gsize in_a = text_in(a, &ignored, &ignored), in_b = text_in(b, &ignored, &ignored);
	return in_a && in_b && a->blob_size - in_a == b->blob_size - in_b &&
	       !memcmp((const gchar *)a->blob + in_a, (const gchar *)b->blob + in_b,
		       a->blob_size - in_a);
}

/* Copied once: whoever wrote it may do so again. */
static gchar *read_surface(struct link *link, xf_id id, gsize size)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_surface *surface;
	uint64_t bytes;
	gchar *text = NULL;
	void *data;
	if (size > TEXT_MAX || xf_surface_open(link->domain, id, &surface))
		return NULL;
	if (!xf_surface_desc(surface, &desc, &bytes) && size <= bytes &&
		!xf_surface_begin(surface, XF_ACCESS_READ, &data)) {
		text = g_strndup(data, size);
		xf_surface_end(surface);
	}
	xf_surface_close(surface);
	return text;
}

/* As elements can take them. */
static GstCaps *mended_caps(const gchar *text)
{
	GstCaps *caps = plain_caps(text);
	if (caps && !portable_is(caps))
		gst_clear_caps(&caps);
	return caps ? portable_mend(caps) : NULL;
}

/* What `text` names, or is. */
static GstCaps *caps_of(struct link *link, const gchar *text)
{
	gchar *end, *long_text = NULL;
	if (text[0] != '@')
		return mended_caps(text);
	xf_id id = g_ascii_strtoull(text + 1, &end, 16);
	if (*end == ' ')
		long_text = read_surface(link, id, g_ascii_strtoull(end + 1, NULL, 10));
	GstCaps *caps = mended_caps(long_text);
	g_free(long_text);
	return caps;
}

gboolean caps_are_long(const struct xf_stream_format *format)
{
	guint ignored;
	gsize at = text_in(format, &ignored, &ignored);
	return at && at < format->blob_size && ((const gchar *)format->blob)[at] == '@';
}

GstCaps *caps_from_blob(struct link *link, const struct xf_stream_format *format)
{
	guint ignored;
	gsize at = text_in(format, &ignored, &ignored);
	if (!at)
		return NULL;
	gchar *text = g_strndup((const gchar *)format->blob + at, format->blob_size - at);
	GstCaps *caps = caps_of(link, text);
	g_free(text);
	return caps;
}
