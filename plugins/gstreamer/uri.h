/* SPDX-License-Identifier: MIT */
/*
 * xf://DOMAIN[/STREAM][?PROPERTY=VALUE[&...]], each part escaped as in any URI: where a stream is,
 * and how it is wanted, for those who can give an element nothing but a URI.
 */
#ifndef XF_GST_URI_H
#define XF_GST_URI_H

#include <gst/gst.h>

/* Of a stream. Transfer full. */
gchar *uri_make(const gchar *domain, const gchar *label);

/*
 * GstURIHandler of an element with the properties of address.h. In the URI may stand what else it
 * has of its own and can be set; what does not stay as they were.
 */
void uri_handler_of_source(gpointer interface, gpointer data);
void uri_handler_of_sink(gpointer interface, gpointer data);

#endif
