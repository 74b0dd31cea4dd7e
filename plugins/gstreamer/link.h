/* SPDX-License-Identifier: MIT */
/*
 * One membership of a domain and one stream in it, for as long as an element, its pools or a buffer
 * somewhere downstream needs them: buffers may outlive the element they came from.
 */
#ifndef XF_GST_LINK_H
#define XF_GST_LINK_H

#include <glib.h>

#include <crossfence/event.h>
#include <crossfence/stream.h>

#define LINK_TEXTS 4 /* as many formats of a stream may be in use at a time */

struct link {
	gint refs; /* atomic */
	struct xf_domain *domain;
	struct xf_stream *stream; /* NULL until it is opened or made */
	struct xf_event *poke; /* NULL, or: whoever waits as a reader looks again */
	gint held; /* atomic: a reader's frames that are buffers somewhere */
	gint wanted; /* atomic: somebody waits for one of them to be given back */
	gint stopped, paused; /* atomic: nobody waits for a producer's frames, see pool.c */
	gint out; /* atomic: a producer's frames that are buffers somewhere */
	gint short_of; /* atomic: pools that wait for fewer of them, on `back` */
	GMutex lock;
	GCond back;
	gint clients; /* atomic: readers, as a producer last saw them */
	gint awaits; /* atomic: a producer has one in hand, and waits for somebody to read */

	/* A producer's caps that are too long for a format, newest last; see caps.c. */
	struct xf_surface *texts[LINK_TEXTS];
	gchar *text;
};

/* Takes `domain` over; one reference. */
struct link *link_new(struct xf_domain *domain);
struct link *link_ref(struct link *link);
/* The last one leaves the domain; see leaving.h. */
void link_unref(struct link *link);

/* From any thread. */
void link_poke(struct link *link);

/* A reader's frame became a buffer; and it was given back: who wants one is poked. */
void link_taken(struct link *link);
void link_given(struct link *link);

/* A producer's frame became a buffer; and it is none any more: pools that wait are woken. */
void link_lent(struct link *link);
void link_back(struct link *link);

#endif
