/* SPDX-License-Identifier: MIT */
/*
 * By how much the times of a pipeline's readers are later than those of what they read. All have to
 * agree on it, or else sound and pictures of one producer would no longer go together.
 */
#ifndef XF_GST_ORIGIN_H
#define XF_GST_ORIGIN_H

#include <gst/gst.h>

struct origin;

/*
 * Of the pipeline that `element` is in: the first one who asks has it as it wants, and whoever
 * comes while somebody has it gets the same. Live readers agree among each other, and so do those
 * others.
 */
gint64 origin_agree(struct origin **ret_origin, GstElement *element, gboolean live, gint64 wanted);

/* Sets it to NULL, as it may be already. */
void origin_leave(struct origin **origin);

#endif
