/* SPDX-License-Identifier: MIT */
/* What the user of an xfsrc may choose, besides the address. */
#ifndef XF_GST_OPTIONS_H
#define XF_GST_OPTIONS_H

#include <gst/gst.h>

/* Set while nothing flows, and read without a lock then. */
#define OPTIONS_MAX_HELD 3 /* by default */

struct options {
	gint policy; /* enum xf_stream_policy */
	guint max_held;
	gboolean wait_for_connection;
	guint64 connection_timeout;
	GstClockTime processing_deadline;
};

void options_init(struct options *options);

/* "wait-for-connection" and so on, which have the numbers `first` and those after it. */
void options_install(GObjectClass *object, guint first);
void options_set(struct options *options, guint number, const GValue *value);
void options_get(const struct options *options, guint number, GValue *value);
#define OPTIONS 5

#endif
