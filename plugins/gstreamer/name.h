/* SPDX-License-Identifier: MIT */
/*
 * Names that others made up. GLib keeps a name for ever, so that neither any number of them is
 * taken nor one of any length.
 */
#ifndef XF_GST_NAME_H
#define XF_GST_NAME_H

#include <gst/base/gstbytereader.h>

/* Where it stands: what metas use up is no loss to caps, without which nothing comes. */
enum name_place { NAME_IN_META, NAME_IN_CAPS, NAME_PLACES };

/* Of `size` bytes; 0: one too many, too long, nothing, or no name. */
GQuark name_of(enum name_place place, const void *text, gsize size);

/* Of all that is left of a meta's record. */
GQuark name_from(GstByteReader *record);

#endif
