/* SPDX-License-Identifier: MIT */
/*
 * One membership of a domain and one stream in it, for as long as an element, its pools or a buffer
 * somewhere downstream needs them: buffers may outlive the element they came from.
 */
#ifndef XF_GST_LINK_H
#define XF_GST_LINK_H

#include <glib.h>

#include <crossfence/stream.h>

#define LINK_TEXTS 5 /* of as many formats as a stream may have in use, and of one that waits */

/* What those who wait are told. Each of them goes by some of it, and waits on beside the rest. */
enum {
	LINK_UNLOCKED = 1 << 0, /* the element's own thread */
	LINK_STOPPED = 1 << 1, /* nobody upstream waits for a producer's frames, see pool.c */
	LINK_PAUSED = 1 << 2, /* nor now; and a reader has none now */
	LINK_LOOK = 1 << 3, /* who waits for readers: whether it still has to */
};

struct link {
	gint refs; /* atomic */
	struct xf_domain *domain;
	struct xf_stream *stream; /* NULL until it is opened or made */
	gint held; /* atomic: a reader's frames that are buffers somewhere */
	gint out; /* atomic: a producer's frames that are buffers somewhere */
	gint moves; /* atomic: how often one became one, or was one no more */
	gint short_of; /* atomic: those who wait for fewer of either, on `back` */
	GMutex lock;
	GCond back; /* and with each change of `told` */
	gint told; /* atomic, set under the lock: LINK_*; no call of the stream's sleeps meanwhile
		    */
	gint changes; /* atomic: of it */
	gint clients; /* atomic: readers, as a producer last saw them */
	gint awaits; /* atomic: a producer has one in hand, and waits for somebody to read */

	/* A producer's caps that are too long for a format, newest last; see caps.c. */
	struct xf_surface *texts[LINK_TEXTS];
	guint64 text_from; /* the stream's newest frame when the last of them was made */
	gchar *text;
};

/* Takes `domain` over; one reference. */
struct link *link_new(struct xf_domain *domain);
struct link *link_ref(struct link *link);
/* The last one leaves the domain; see leaving.h. */
void link_unref(struct link *link);

/* From any thread: tells, and takes back. Whoever sleeps wakes. */
void link_tell(struct link *link, gint what, gboolean on);
gboolean link_is_told(const struct link *link, gint what);

/*
 * For who was told what is nothing to him: sleeps until something else is told than when
 * link_changes() was `seen`, or until `deadline_ns`.
 */
gint link_changes(const struct link *link);
void link_await_change(struct link *link, gint seen, int64_t deadline_ns);

/* Under the lock: until woken, or the deadline. */
void link_sleep(struct link *link, int64_t deadline_ns);

/* A reader's frame became a buffer; and it was given back: who wants one is woken. */
void link_taken(struct link *link);
void link_given(struct link *link);

/* A producer's frame became a buffer; and it is none any more: as above. */
void link_lent(struct link *link);
void link_back(struct link *link);

#endif
