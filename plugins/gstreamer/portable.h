/* SPDX-License-Identifier: MIT */
/* What of caps makes sense to another process. */
#ifndef XF_GST_PORTABLE_H
#define XF_GST_PORTABLE_H

#include <gst/gst.h>

/*
 * Whether frames of these caps lie in memory that any process can look at, with all that belongs to
 * them in it: no device's (memory:GLMemory, memory:DMABuf), and no pictures to be laid over them
 * that travel beside (meta:GstVideoOverlayComposition).
 */
gboolean portable_is(const GstCaps *caps);

/* Those of `caps` that are; takes them over. Transfer full. */
GstCaps *portable_part(GstCaps *caps);

/*
 * A field without which raw frames are no more than bytes, and that these fixed caps have not; or
 * NULL.
 */
const gchar *portable_lacks(const GstCaps *caps);

/*
 * Frame rates and aspect ratios that cannot be, as 1/0 and -1/1, become what says nothing, and
 * unknown kinds of views are left out: elements reckon with them as they come. `caps` have one
 * structure; takes them over. Transfer full.
 */
GstCaps *portable_mend(GstCaps *caps);

#endif
