/* SPDX-License-Identifier: MIT */
/* What is there when one asks: each stream of each domain that has a name, looked at read-only. */
#ifndef XF_GST_STREAMS_H
#define XF_GST_STREAMS_H

#include <gst/gst.h>

struct streams {
	GList *devices; /* references of its own, not floating */
	GList *silent; /* names of domains that did not answer, and of whose streams nothing is
			  known */
};

/* Of all those who serve a name; who does not answer within this time is silent. */
#define STREAMS_PATIENCE_US 150000
struct streams streams_look(void);
void streams_clear(struct streams *streams);

gboolean streams_are_silent(const struct streams *streams, const gchar *domain);

#endif
