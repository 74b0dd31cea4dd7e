/* SPDX-License-Identifier: MIT */
#include "name.h"

#define NAMES_MAX 1000

GQuark name_of(const guint8 *text, gsize size)
{
	static gint names;
	gchar *name = g_strndup((const gchar *)text, size);
	GQuark quark = *name ? g_quark_try_string(name) : 0;
	if (!quark && *name && g_atomic_int_add(&names, 1) < NAMES_MAX)
		quark = g_quark_from_string(name);
	g_free(name);
	return quark;
}

GQuark name_from(GstByteReader *record)
{
	const guint8 *text;
	guint size = gst_byte_reader_get_remaining(record);
	return size && gst_byte_reader_get_data(record, size, &text) ? name_of(text, size) : 0;
}
