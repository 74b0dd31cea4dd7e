/* SPDX-License-Identifier: MIT */
/* What an element uses when it starts is not set while it runs: it would be shown, and not be so.
 */
#ifndef XF_GST_SETTABLE_H
#define XF_GST_SETTABLE_H

#include <gst/gst.h>

/* Whether all may be set for its state alone: a sink has what it started with in READY, too. */
gboolean settable_all(GstElement *element);

/*
 * Whether this one may be set, by its own flags, though what it says is `used`; if not, the log has
 * a warning.
 */
gboolean settable_now(GstElement *element, const GParamSpec *spec, gboolean used);

#endif
