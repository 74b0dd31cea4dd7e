/* SPDX-License-Identifier: MIT */
/* Where play's frames go. */
#ifndef CROSSFENCE_VIDEO_SINK_H
#define CROSSFENCE_VIDEO_SINK_H

#include <stdbool.h>

#include <crossfence/stream.h>

struct sink {
	/* A frame, complete and mapped. An exit status; it complains itself. */
	int (*show)(struct sink *sink, const struct xf_frame *frame, const void *data);
	void (*close)(struct sink *sink); /* NULL: nothing to do */
	bool takes_bytes; /* also frames that are no pictures, see bytes.h */
	void *own;
};

#endif
