/* SPDX-License-Identifier: MIT */
/*
 * Caps as text that others wrote. GStreamer's own reader makes whatever type a text names from
 * whatever stands there, and reports much of that as a fault of the program: it is given only what
 * is plain.
 */
#ifndef XF_GST_PLAIN_H
#define XF_GST_PLAIN_H

#include <gst/gst.h>

/*
 * The caps that `text` (may be NULL) is, if they leave nothing open: one structure of numbers,
 * texts, bytes, structures, and arrays of these, with names as in name.h. Else NULL. Transfer full.
 */
GstCaps *plain_caps(const gchar *text);

#endif
