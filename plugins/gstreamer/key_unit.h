/* SPDX-License-Identifier: MIT */
/* A reader that comes late to encoded video can begin with a key unit only: the encoder is asked.
 */
#ifndef XF_GST_KEY_UNIT_H
#define XF_GST_KEY_UNIT_H

#include <gst/base/gstbasesink.h>

/*
 * Asks upstream of `sink` for a key unit as soon as it can, the `number`th time, if `caps` are of
 * encoded video and `buffer`, which comes next, is none itself. FALSE: there was nothing to ask.
 */
gboolean key_unit_ask(GstBaseSink *sink, const GstCaps *caps, GstBuffer *buffer, guint number);

#endif
