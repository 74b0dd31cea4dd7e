/* SPDX-License-Identifier: MIT */
/*
 * One membership of a domain and one stream in it, for as long as an element, its pools or a buffer
 * somewhere downstream needs them: buffers may outlive the element they came from.
 */
#ifndef XF_GST_LINK_H
#define XF_GST_LINK_H

#include <glib.h>

#include <crossfence/stream.h>

struct link {
	gint refs; /* atomic */
	struct xf_domain *domain;
	struct xf_stream *stream; /* NULL until it is opened or made */
	gint given_fd; /* eventfd, or -1: see link_given() */
	gint waits; /* atomic: somebody wants to be told */
};

/* Takes `domain` over; one reference. */
struct link *link_new(struct xf_domain *domain);
struct link *link_ref(struct link *link);
void link_unref(struct link *link);

/* A reader's frame was given back: whoever sleeps on `given_fd`, having set `waits`, looks again.
 */
void link_given(struct link *link);

#endif
