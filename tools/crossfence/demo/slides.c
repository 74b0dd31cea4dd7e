/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "report.h"
#include "scale.h"
#include "slides.h"

/* Two: one is being sent while the other is being decoded. */
struct slot {
	struct slides *slides;
	uint64_t number;
	struct slide slide; /* without pixels when it did not decode */
};

struct slides {
	const struct pictures *pictures;
	int report_fd;
	struct xf_queue *queue;
	struct xf_timeline *decoded; /* number of slides decoded */
	uint64_t next;
	bool *bad; /* [picture]: reported already; used on the queue only */
	struct slot slots[2];
};

static void report_bad(struct slides *slides, uint32_t picture, const char *reason)
{
	struct report report = { .kind = REPORT_BAD_PICTURE, .picture = picture };
	slides->bad[picture] = true;
	report_text(slides->report_fd, &report, "%s", reason);
}

int slides_load(const char *path, struct image *ret_box, char reason[REASON_MAX])
{
	struct image image = { 0 };
	reason[0] = 0;
	int r = image_load(path, FRAME_WIDTH_PX, FRAME_HEIGHT_PX, FRAME_BACKDROP, &image, reason);
	if (!r)
		r = image_letterbox(
			&image, FRAME_WIDTH_PX, FRAME_HEIGHT_PX, FRAME_BACKDROP, ret_box);
	image_finish(&image);
	return r;
}

static int load(struct slides *slides, uint32_t picture, struct image *ret_box)
{
	char reason[REASON_MAX];
	int r = slides_load(slides->pictures->paths[picture], ret_box, reason);
	if (r)
		report_bad(slides, picture, reason[0] ? reason : strerror(-r));
	return r;
}

/* On the queue. */
static void decode(void *arg)
{
	struct slot *slot = arg;
	struct slides *slides = slot->slides;
	struct report report = { .kind = REPORT_PICTURE,
		.picture = (uint32_t)(slot->number % slides->pictures->count) };
	struct image box;
	int64_t begin = xf_now();
	slide_finish(&slot->slide);
	if (slides->bad[report.picture] || load(slides, report.picture, &box))
		return;
	slide_init(&slot->slide, report.picture, box.rgba);
	report.spent_ns = xf_now() - begin;
	report_send(slides->report_fd, &report);
}

static int start_decoding(struct slides *slides, uint64_t number)
{
	struct slot *slot = &slides->slots[number % 2];
	slot->slides = slides;
	slot->number = number;
	int r = xf_queue_call(slides->queue, decode, slot);
	return r ? r : xf_queue_signal(slides->queue, slides->decoded, number + 1);
}

int slides_open(struct xf_domain *domain, const struct pictures *pictures, uint64_t first,
	int report_fd, struct slides **ret_slides)
{
	struct slides *slides = calloc(1, sizeof(*slides));
	if (!slides)
		return -ENOMEM;
	slides->pictures = pictures;
	slides->report_fd = report_fd;
	slides->next = first;
	slides->bad = calloc(pictures->count, sizeof(*slides->bad));
	int r = slides->bad ? 0 : -ENOMEM;
	if (!r)
		r = xf_timeline_create(domain, first, 0, "decoded", &slides->decoded);
	if (!r)
		r = xf_queue_create_cpu(&slides->queue);
	if (!r)
		r = start_decoding(slides, first);
	if (r) {
		slides_close(slides);
		return r;
	}
	*ret_slides = slides;
	return 0;
}

void slides_close(struct slides *slides)
{
	if (!slides)
		return;
	xf_queue_destroy(slides->queue);
	xf_timeline_close(slides->decoded);
	slide_finish(&slides->slots[0].slide);
	slide_finish(&slides->slots[1].slide);
	free(slides->bad);
	free(slides);
}

int slides_next(struct slides *slides, const struct slide **ret_slide, uint64_t *ret_number)
{
	for (uint32_t tries = 0; tries < slides->pictures->count; tries++) {
		uint64_t number = slides->next;
		int r = xf_timeline_wait(slides->decoded, number + 1, XF_NEVER);
		if (!r)
			r = start_decoding(slides, number + 1);
		if (r)
			return r;
		slides->next = number + 1;
		const struct slide *slide = &slides->slots[number % 2].slide;
		if (slide->rgba) {
			*ret_slide = slide;
			*ret_number = number;
			return 0;
		}
	}
	return -ENODATA;
}
