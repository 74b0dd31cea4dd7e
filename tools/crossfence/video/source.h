/* SPDX-License-Identifier: MIT */
/*
 * Where feed's frames come from. next() says what the next frame is, before there is a surface for
 * it; fill() writes it into one.
 */
#ifndef CROSSFENCE_VIDEO_SOURCE_H
#define CROSSFENCE_VIDEO_SOURCE_H

#include <crossfence/stream.h>

#define SOURCE_END     1 /* no more frames */
#define SOURCE_WHY_MAX 240

struct source {
	/* 0; SOURCE_END; negative: `why` says in one line what is wrong. */
	int (*next)(struct source *source);
	int (*fill)(struct source *source, void *data);
	void (*close)(struct source *source);

	/* Of the next frame, after next(). */
	struct xf_surface_desc desc; /* filled in */
	struct xf_stream_format format; /* its desc is the one above */
	char why[SOURCE_WHY_MAX];
};

/* What the command line says of frames that do not say it themselves. */
struct source_request {
	uint32_t fourcc; /* 0: not told */
	uint32_t width_px, height_px;
	uint32_t rate_num, rate_den;
};

/* Notes `why` and returns `result`. */
__attribute__((format(printf, 3, 4))) int source_fail(
	struct source *source, int result, const char *format, ...);

/* Fills in desc and format for such frames; -errno, as xf_surface_layout(), with `why`. */
int source_set_format(struct source *source, const struct source_request *what);

#endif
