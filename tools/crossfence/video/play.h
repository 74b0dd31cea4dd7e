/* SPDX-License-Identifier: MIT */
/* Reads a stream and gives each frame to a sink. */
#ifndef CROSSFENCE_VIDEO_PLAY_H
#define CROSSFENCE_VIDEO_PLAY_H

#include <stdbool.h>

#include "sink.h"

struct play {
	const char *name; /* of the domain */
	const char *label; /* of the stream; NULL: the only one */
	enum xf_stream_policy policy;
	uint64_t frames; /* end after so many; 0: no limit */
	int64_t timeout_ns; /* give up when nothing comes for so long; -1: never */
	bool text; /* on a terminal: keys, and not more frames than eyes can follow */
	struct sink sink; /* open */
};

/* Until the stream ends, or it was told to; complains and returns an exit status. */
int play_run(struct play *play);

#endif
