/* SPDX-License-Identifier: MIT */
/* Which stream an element means: a domain's published name, and a label in it. */
#ifndef XF_GST_ADDRESS_H
#define XF_GST_ADDRESS_H

#include <gst/gst.h>

#define ADDRESS_LABEL "frames" /* where nothing else is said, as `crossfence feed` has it */

struct address {
	gchar *domain; /* NULL: the element's own name */
	gchar *label; /* NULL: ADDRESS_LABEL */
};

void address_clear(struct address *address);

/* GstURIHandler of an element with the properties "domain" and "label": "xf://DOMAIN[/STREAM]". */
void address_uri_source(gpointer interface, gpointer data);
void address_uri_sink(gpointer interface, gpointer data);

/* Transfer full. */
gchar *address_uri(const struct address *address, GstElement *element);

/* The domain's name, transfer full. */
gchar *address_domain(const struct address *address, GstElement *element);
const gchar *address_label(const struct address *address);

#endif
