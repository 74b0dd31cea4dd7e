/* SPDX-License-Identifier: MIT */
/*
 * A stream made by a thread of its own: it wants the domain's lock, which a member that stands
 * still may have for seconds, and nothing ends that call.
 */
#ifndef XF_GST_MAKING_H
#define XF_GST_MAKING_H

#include "format.h"
#include "link.h"

/*
 * Makes `link`'s stream, of the label, with so many frames, for as long as go_on() says so. As
 * xf_stream_create(); XF_TIMEOUT: it does not, and the link is of no use any more.
 */
int making_do(struct link *link, const struct format *format, guint frames, const gchar *label,
	gboolean (*go_on)(gpointer arg), gpointer arg);

#endif
