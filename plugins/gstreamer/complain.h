/* SPDX-License-Identifier: MIT */
/* Results of crossfence as errors of an element: domain, code, and a sentence that says where. */
#ifndef XF_GST_COMPLAIN_H
#define XF_GST_COMPLAIN_H

#include "address.h"

/* "Cannot WHAT ADDRESS: why"; at once, since the message of `r` is this thread's last one. */
void complain_read(GstElement *element, const struct address *address, const gchar *what, int r);
void complain_write(GstElement *element, const struct address *address, const gchar *what, int r);

#endif
