/* SPDX-License-Identifier: MIT */
/* The stream that play is told to show, or the only one that there is. */
#ifndef CROSSFENCE_VIDEO_FIND_STREAM_H
#define CROSSFENCE_VIDEO_FIND_STREAM_H

#include <crossfence/stream.h>

/*
 * Waits until `deadline_ns` for a domain of that name and a stream in it: of that label, or, with
 * NULL, the only one. 0 or an exit status: it complains itself.
 */
int find_stream(const char *name, const char *label, int64_t deadline_ns,
	struct xf_domain **ret_domain, struct xf_stream **ret_stream);

#endif
