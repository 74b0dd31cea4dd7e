/* SPDX-License-Identifier: MIT */
/* Frames whose words are all the same, for tests that hand them on while somebody is killed. */
#ifndef TESTS_PROC_STREAM_FRAMES_H
#define TESTS_PROC_STREAM_FRAMES_H

#include <errno.h>
#include <sched.h>

#include "fixture.h"

#define WORDS	 512
#define FRAMES	 8
#define PATIENCE proc_patience(5000)

enum { STOP, MISSED }; /* board values */

static struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = WORDS * 8, .height_px = 1, .fourcc = XF_FORMAT_RAW
};

static inline struct xf_domain *join(int fd)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_join(fd, &domain));
	return domain;
}

static inline struct xf_stream *produce(struct xf_domain *domain, const char *label, uint32_t flags)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = FRAMES, .flags = flags
	};
	struct xf_stream *stream;
	EXPECT(0, xf_stream_create(domain, &params, label, &stream));
	return stream;
}

static inline struct xf_stream *reader_of(
	struct xf_domain *domain, const char *label, enum xf_stream_policy policy)
{
	struct xf_stream *stream;
	EXPECT(0, xf_stream_open(domain, label, PATIENCE, &stream));
	EXPECT(0, xf_stream_subscribe(stream, policy, 1));
	return stream;
}

/* Every word of a frame is the same. */
static inline void put(struct xf_stream *stream, uint64_t value)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	uint64_t *words;
	EXPECT(0, xf_stream_hold(stream, PATIENCE, &frame));
	EXPECT(0, xf_surface_begin(frame.surface, XF_ACCESS_WRITE, (void **)&words));
	for (int i = 0; i < WORDS; i++)
		words[i] = value;
	EXPECT(0, xf_surface_end(frame.surface));
	EXPECT(0, xf_stream_publish(stream, &frame, NULL));
}

static inline uint64_t check_words(struct xf_frame *frame)
{
	volatile uint64_t *words;
	EXPECT(0, xf_surface_begin(frame->surface, XF_ACCESS_READ, (void **)&words));
	uint64_t value = words[0];
	for (int i = 1; i < WORDS; i++)
		if (words[i] != value)
			proc_fail(__FILE__, __LINE__, "a frame is torn at word %d", i);
	EXPECT(0, xf_surface_end(frame->surface));
	return value;
}

/* One frame after `*last`: looked at twice, with time in between for somebody to spoil it. */
static inline int get(struct xf_stream *stream, uint64_t *last, bool every)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_next(stream, xf_deadline(200 * MS), &frame);
	if (r)
		return r;
	uint64_t sequence = frame.info->sequence, value = check_words(&frame);
	if (sequence <= *last)
		proc_fail(__FILE__, __LINE__, "frame %d after %d", (int)sequence, (int)*last);
	if (*last && frame.info->missed != sequence - *last - 1)
		proc_fail(__FILE__, __LINE__, "%d missed between %d and %d",
			(int)frame.info->missed, (int)*last, (int)sequence);
	if (every && *last && frame.info->missed) {
		CHECK(frame.info->flags & XF_FRAME_GAP);
		atomic_fetch_add(&proc_board->value[MISSED], frame.info->missed);
	}
	*last = sequence;
	if (sequence % 3 == 0)
		sched_yield();
	CHECK(check_words(&frame) == value);
	EXPECT(0, xf_stream_done(stream, &frame));
	return 0;
}

#endif
