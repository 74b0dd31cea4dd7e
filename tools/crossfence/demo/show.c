/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "show.h"

int show_open(struct show *show, const struct demo_options *options, struct stage *stage)
{
	uint64_t first;
	memset(show, 0, sizeof(*show));
	show->options = options;
	show->stage = stage;
	int r = xf_timeline_value(stage->slide, &first);
	return r ? r
		 : slides_open(stage->domain, &options->pictures, first, FD_REPORTS, &show->slides);
}

void show_close(struct show *show)
{
	slides_close(show->slides);
	show->slides = NULL;
}

static int change_slide(struct show *show)
{
	const struct demo_options *o = show->options;
	uint64_t number;
	int r = slides_next(show->slides, &show->slide, &number);
	if (r)
		return r;
	show->frames_of_slide = 0;
	/* Time lost to decoding or a restart is made up for, so that the last picture gets its
	 * share. */
	int64_t each = (int64_t)(o->seconds / o->pictures.count * 1e9), now = xf_now();
	show->until_ns = show->until_ns ? show->until_ns + each : now + each;
	if (show->until_ns < now + each / 4)
		show->until_ns = now + each / 4;
	return xf_timeline_signal(show->stage->slide, number);
}

static bool slide_is_over(const struct show *show)
{
	const struct demo_options *o = show->options;
	uint64_t per_slide = o->frames / o->pictures.count;
	if (!show->slide)
		return true;
	if (o->frames)
		return show->frames_of_slide >= (per_slide ? per_slide : 1);
	return xf_now() >= show->until_ns;
}

int show_next(struct show *show, const struct slide **ret_slide)
{
	int r = slide_is_over(show) ? change_slide(show) : 0;
	*ret_slide = show->slide;
	return r;
}

void show_count(struct show *show)
{
	show->frames_of_slide++;
}
