/* SPDX-License-Identifier: MIT */
/* Publishes what a source has as a stream's frames. */
#ifndef CROSSFENCE_VIDEO_FEED_H
#define CROSSFENCE_VIDEO_FEED_H

#include <stdbool.h>

#include "source.h"

struct feed {
	const char *name; /* of the domain */
	const char *label; /* of the stream */
	char *const *pictures; /* ending with NULL */
	struct source_request request;
	uint32_t readers, surfaces;
	bool pace, loop, overrun, more, json;
	struct source source; /* open */

	struct xf_domain *domain;
	struct xf_stream *stream;
	uint64_t n_frames;
	int64_t began_ns; /* the first frame, CLOCK_MONOTONIC */
};

/* Until the source ends or something fails; complains and returns an exit status. */
int feed_run(struct feed *feed);

#endif
