/* SPDX-License-Identifier: MIT */
/* How a reader comes to a stream that may not be there yet. */
#ifndef XF_GST_JOIN_H
#define XF_GST_JOIN_H

#include "address.h"
#include "link.h"

struct join {
	GstElement *element; /* whose the address is; on its bus it is told what is waited for */
	const struct address *address;
	gboolean wait; /* for somebody to produce it */
	guint64 timeout_ns; /* for how long; beyond G_MAXINT64: without limit */
	enum xf_stream_policy policy;
	guint max_held;
	const gint *flushing; /* atomic: nobody wants it any more */
};

struct joined {
	struct link *link; /* subscribed */
	guint holds; /* frames that it may hold: less than `max_held` where others have most */
	guint64 newest; /* the sequence of the frame that was there already */
};

/* When a wait that begins now is over, of who waits at all, and for so long; XF_NEVER: it is not.
 */
int64_t join_end_of_wait(gboolean wait, guint64 timeout_ns);

/*
 * Waits as `how` says. 0: *ret_joined is set.
 * XF_TIMEOUT: nobody produces it in time, or `flushing`; negative: as xf_domain_open(),
 * xf_stream_open() and xf_stream_subscribe().
 */
int join_stream(const struct join *how, struct joined *ret_joined);

#endif
