/* SPDX-License-Identifier: MIT */
/* Whether a part that others name is one. */
#ifndef XF_GST_INSIDE_H
#define XF_GST_INSIDE_H

#include <glib.h>

/* Whether there are `length` from `begin` on, of `have`. */
static inline gboolean inside(guint32 begin, guint32 length, guint32 have)
{
	return length && begin < have && length <= have - begin;
}

#endif
