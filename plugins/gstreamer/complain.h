/* SPDX-License-Identifier: MIT */
/* Results of crossfence as errors of an element: domain, code, and a sentence that says where. */
#ifndef XF_GST_COMPLAIN_H
#define XF_GST_COMPLAIN_H

#include "address.h"

/* "Cannot WHAT ADDRESS: why"; at once, since the message of `r` is this thread's last one. */
void complain_read(GstElement *element, const struct address *address, const gchar *what, int r);
void complain_write(GstElement *element, const struct address *address, const gchar *what, int r);

/* Frames of the address have `caps`, and what is linked behind took none of
 * them. */
void complain_refused(GstElement *element, const struct address *address, const GstCaps *caps);

/*
 * A sentence on the bus, of something that is no error, with a code of `domain`; takes it over. Who
 * shows messages may show what is meant for developers only, as gst-launch does: it stands there
 * too.
 */
void complain_tell(GstElement *element, GQuark domain, gint code, gchar *sentence);

#endif
