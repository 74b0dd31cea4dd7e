/* SPDX-License-Identifier: MIT */
/* Names that others made up. GLib keeps a name for ever, so that not any number of them is taken.
 */
#ifndef XF_GST_NAME_H
#define XF_GST_NAME_H

#include <gst/base/gstbytereader.h>

/* Of `size` bytes; 0: one too many, nothing, or no name. */
GQuark name_of(const guint8 *text, gsize size);

/* Of all that is left of the record. */
GQuark name_from(GstByteReader *record);

#endif
