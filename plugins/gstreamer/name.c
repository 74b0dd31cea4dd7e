/* SPDX-License-Identifier: MIT */
#include "name.h"

#include <string.h>

#define NAMES_MAX 1000 /* of each place */
#define BYTES_MAX 255 /* as in a record */

static gboolean may_have_one(gint *names)
{
	return g_atomic_int_get(names) < NAMES_MAX && g_atomic_int_add(names, 1) < NAMES_MAX;
}

GQuark name_of(enum name_place place, const void *text, gsize size)
{
	static gint names[NAME_PLACES];
	gchar name[BYTES_MAX + 1];
	if (size > BYTES_MAX)
		return 0;
	memcpy(name, text, size);
	name[size] = 0;
	GQuark quark = *name ? g_quark_try_string(name) : 0;
	if (!quark && *name && may_have_one(&names[place]))
		quark = g_quark_from_string(name);
	return quark;
}

GQuark name_from(GstByteReader *record)
{
	const guint8 *text;
	guint size = gst_byte_reader_get_remaining(record);
	return size && gst_byte_reader_get_data(record, size, &text)
		       ? name_of(NAME_IN_META, text, size)
		       : 0;
}
