/* SPDX-License-Identifier: MIT */
/* Which picture the producer shows, and for how long. */
#ifndef CROSSFENCE_DEMO_SHOW_H
#define CROSSFENCE_DEMO_SHOW_H

#include "demo.h"
#include "slides.h"
#include "stage.h"

struct show {
	const struct demo_options *options;
	struct stage *stage;
	struct slides *slides;
	const struct slide *slide; /* what is being sent */
	uint64_t frames_of_slide; /* sent of it so far */
	int64_t until_ns;
};

/* Goes on where a predecessor was. `options` and `stage` are borrowed. Close after any of it. */
int show_open(struct show *show, const struct demo_options *options, struct stage *stage);
void show_close(struct show *show);

/* What the next frame is to show, valid until the next call. -ENODATA: no picture decodes. */
int show_next(struct show *show, const struct slide **ret_slide);
/* A frame of it is on its way. */
void show_count(struct show *show);

#endif
