/* SPDX-License-Identifier: MIT */
#include "complain.h"

#include "category.h"

#include <errno.h>

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

/* The message of `r` is this thread's last one; `advice` is for who finds no space. */
static gchar *reason(int r, const gchar *advice)
{
	return g_strdup_printf("%s%s", r == XF_TIMEOUT ? "nobody produces it" : xf_last_message(r),
		r == -ENOSPC ? advice : "");
}

static void complain(GstElement *element, const struct address *address, const gchar *what, int r,
	GstResourceError otherwise, const gchar *advice)
{
	GstResourceError code = code_of(r, otherwise);
	gchar *why = reason(r, advice);
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
	complain(element, address, what, r, GST_RESOURCE_ERROR_OPEN_READ,
		" (with more \"surfaces\" xfsink has some for more readers)");
}

void complain_write(GstElement *element, const struct address *address, const gchar *what, int r)
{
	complain(element, address, what, r, GST_RESOURCE_ERROR_OPEN_WRITE,
		" (with fewer \"surfaces\" xfsink needs less)");
}

void complain_refused(GstElement *element, const struct address *address, const GstCaps *caps)
{
	struct address where = address_of(element, address);
	gchar *uri = address_uri(&where);
	GST_ELEMENT_ERROR(element, CORE, NEGOTIATION,
		("What is linked behind cannot take the frames of %s: %" GST_PTR_FORMAT, uri, caps),
		("put what converts or decodes them behind this element: videoconvert, "
		 "audioconvert, decodebin"));
	g_free(uri);
	address_clear(&where);
}

void complain_tell(GstElement *element, GQuark domain, gint code, gchar *sentence)
{
	GST_INFO_OBJECT(element, "%s", sentence);
	gst_element_message_full(element, GST_MESSAGE_INFO, domain, code, sentence,
		g_strdup(sentence), __FILE__, __func__, __LINE__);
}
