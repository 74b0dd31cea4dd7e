/* SPDX-License-Identifier: MIT */
#include "complain.h"

#include "category.h"

#include <errno.h>
#include <string.h>

static GstResourceError code_of(int r, GstResourceError otherwise)
{
	switch (r) {
	case XF_TIMEOUT:
	case -ENOENT:
		return GST_RESOURCE_ERROR_NOT_FOUND;
	case -EBUSY:
		return GST_RESOURCE_ERROR_BUSY;
	case -EACCES:
		return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
	case -ENOSPC:
		return GST_RESOURCE_ERROR_NO_SPACE_LEFT;
	default:
		return otherwise;
	}
}

/* What the library advises of its own accord is nothing that a pipeline could do. */
static gchar *no_room(const gchar *message, gboolean reads)
{
	if (!strcmp(message, xf_strerror(-ENOSPC)))
		return g_strdup("the domain is full: smaller pictures, or fewer \"surfaces\" of "
				"xfsink, take less room, and another domain has its own");
	return g_strdup_printf("%s%s", message,
		reads ? " (more \"surfaces\" of xfsink are room for more readers)" : "");
}

/* The message of `r` is this thread's last one. */
static gchar *reason(int r, gboolean reads)
{
	const gchar *message = r == XF_TIMEOUT ? "nobody produces it" : xf_last_message(r);
	return r == -ENOSPC ? no_room(message, reads)
			    : g_utf8_make_valid(message, -1); /* it may have a process' name */
}

static void complain(GstElement *element, const struct address *address, const gchar *what, int r,
	GstResourceError code, gboolean reads)
{
	gchar *why = reason(r, reads);
	struct address where = address_of(element, address);
	gchar *uri = address_uri(&where);
	GST_WARNING_OBJECT(element, "cannot %s %s: %s", what, uri, why);
	gst_element_message_full(element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, (gint)code,
		g_strdup_printf("Cannot %s %s: %s", what, uri, why),
		g_strdup_printf("result %d", r), __FILE__, __func__, __LINE__);
	g_free(uri);
	g_free(why);
	address_clear(&where);
}

void complain_read(GstElement *element, const struct address *address, const gchar *what, int r)
{
	complain(element, address, what, r, code_of(r, GST_RESOURCE_ERROR_OPEN_READ), TRUE);
}

void complain_write(GstElement *element, const struct address *address, const gchar *what, int r)
{
	complain(element, address, what, r, code_of(r, GST_RESOURCE_ERROR_OPEN_WRITE), FALSE);
}

/* Without what may have thousands of digits. */
static GstCaps *in_short(const GstCaps *caps)
{
	GstCaps *copy = gst_caps_copy(caps);
	for (guint i = 0; i < gst_caps_get_size(copy); i++)
		gst_structure_remove_fields(
			gst_caps_get_structure(copy, i), "streamheader", "codec_data", NULL);
	return copy;
}

void complain_refused(GstElement *element, const struct address *address, const GstCaps *caps)
{
	struct address where = address_of(element, address);
	gchar *uri = address_uri(&where);
	GstCaps *said = in_short(caps);
	GST_ELEMENT_ERROR(element, CORE, NEGOTIATION,
		("What is linked behind cannot take the frames of %s: %" GST_PTR_FORMAT, uri, said),
		("put what converts or decodes them behind this element (videoconvert, "
		 "audioconvert, decodebin), or name the pad of a muxer (m.audio_%%u)"));
	gst_caps_unref(said);
	g_free(uri);
	address_clear(&where);
}

void complain_tell(GstElement *element, GQuark domain, gint code, gchar *sentence)
{
	GST_INFO_OBJECT(element, "%s", sentence);
	gst_element_message_full(element, GST_MESSAGE_INFO, domain, code, sentence,
		g_strdup(sentence), __FILE__, __func__, __LINE__);
}
