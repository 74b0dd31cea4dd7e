/* SPDX-License-Identifier: MIT */
/*
 * What a producer leaves to its readers when it goes, in whatever way and wherever it is killed
 * meanwhile: all that was published, also in formats that they have not met; and nothing of it is
 * left when they are gone.
 */
#include "stream_frames.h"

#include <signal.h>
#include <unistd.h>

#include "stream/memory.h"
#include "stream/stream.h"

static int domain_fd;

#define KEPT 3 /* frames of each format */

enum way { KILLED, CLOSED, ENDED, LEFT };

/* Publishes in three formats, of which only the first was there before, and goes in its way. */
static void publish_and_go(void *arg)
{
	enum way way = *(enum way *)arg;
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *stream = produce(domain, "cam", 0);
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	for (uint32_t i = 0; i < 3; i++) {
		desc.width_px = WORDS * 8 + 64 * i;
		EXPECT(0, xf_stream_set_format(stream, &format));
		for (int n = 0; n < KEPT; n++)
			put(stream, i);
	}
	proc_tell(0);
	if (way == KILLED)
		proc_await(1, 1, 10000);
	if (way == ENDED)
		EXPECT(0, xf_stream_end(stream));
	if (way != LEFT)
		xf_stream_close(stream);
	xf_domain_leave(domain);
}

static void expect_frames_of_three_formats(struct xf_stream *reader, uint64_t *last)
{
	uint64_t before = *last;
	for (uint32_t i = 0; i < 3 * KEPT; i++)
		EXPECT(0, get(reader, last, true));
	CHECK(*last == before + 3 * KEPT);
	CHECK(atomic_load(&proc_board->value[MISSED]) == 0);
}

/* Nothing that was kept is left when its reader is gone, though the member is there. */
static void expect_empty(struct xf_domain *domain)
{
	EVENTUALLY(10000, proc_objects(domain) == 0);
}

/* `point`: where it dies while it goes; NULL: see `way`. `take`: the reader has what is there. */
static void go(enum way way, const char *point, bool take)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *first = produce(domain, "cam", 0);
	uint64_t last = 0;
	put(first, 1);
	struct xf_stream *reader = reader_of(domain, "cam", XF_STREAM_EVERY);
	EXPECT(0, get(reader, &last, true));
	xf_stream_close(first);
	pid_t pid = proc_spawn_at(point, -1, publish_and_go, &way);
	proc_await(0, 1, 10000);
	if (way == KILLED)
		proc_kill(pid);
	else
		EXPECT(point ? -SIGKILL : 0, proc_wait(pid, 10000));
	if (take)
		expect_frames_of_three_formats(reader, &last);
	if (way == ENDED) {
		struct xf_frame frame = { .size = sizeof(frame) };
		EXPECT(take ? XF_ENDED : 0, xf_stream_next(reader, 0, &frame));
	}
	/* The next one needs nothing of all this. */
	struct xf_stream *next = produce(domain, "cam", 0);
	for (int i = 0; take && i < 2 * FRAMES; i++) {
		put(next, 1);
		EXPECT(0, get(reader, &last, false));
	}
	xf_stream_close(next);
	EXPECT(0, xf_stream_unsubscribe(reader));
	xf_stream_close(reader);
	expect_empty(domain);
	xf_domain_leave(domain);
	close(domain_fd);
	atomic_store(&proc_board->step[0], 0);
	desc.width_px = WORDS * 8;
}

/* Of formats that its reader has not met yet, too. */
static void what_was_published_stays(void)
{
	for (int take = 0; take < 2; take++)
		for (enum way way = KILLED; way <= LEFT; way++)
			go(way, NULL, take);
}

/* Whoever dies while he leaves it to them: the sweep does it, or what is left. */
static void killed_while_leaving_it(void)
{
	static const char *const at[] = { "sweep:keep", "sweep:keep/2", "sweep:keep/9",
		"sweep:keep/10", "sweep:keep/18", "stream:keep", "stream:keep/2", "stream:keep/3",
		"stream:part-given" };
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		go(CLOSED, at[i], i % 2);
}

static void put_at_once(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	EXPECT(0, xf_stream_hold(stream, 0, &frame));
	EXPECT(0, xf_stream_publish(stream, &frame, NULL));
}

static int get_at_once(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	int r = xf_stream_next(stream, 0, &frame);
	return r ? r : xf_stream_done(stream, &frame);
}

static void next_format(struct xf_stream *stream)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	desc.width_px += 64;
	EXPECT(0, xf_stream_set_format(stream, &format));
}

/*
 * What was left to a reader that then falls behind by more than a stream remembers: it never gets a
 * frame of that format, whose record is used anew, and gives up what was kept for it all the same.
 */
static void what_is_lost_is_not_kept(void)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd), *other = join(domain_fd);
	struct xf_stream *first = produce(other, "cam", 0);
	struct xf_stream *reader = reader_of(domain, "cam", XF_STREAM_EVERY);
	uint64_t last = 0;
	put(first, 1);
	EXPECT(0, get(reader, &last, true));
	next_format(first);
	put(first, 2);
	xf_stream_close(first);
	desc.width_px += 64;
	struct xf_stream *next = produce(other, "cam", XF_STREAM_OVERRUN);
	for (int i = 0; i < 2 * XF_STREAM_SLOTS; i++)
		put_at_once(next);
	EXPECT(0, get(reader, &last, false));
	for (int i = 0; i < 8; i++) {
		next_format(next);
		put_at_once(next);
		while (get_at_once(reader) == 0)
			;
	}
	EXPECT(0, xf_stream_unsubscribe(reader));
	xf_stream_close(reader);
	xf_stream_close(next);
	expect_empty(domain);
	xf_domain_leave(other);
	xf_domain_leave(domain);
	close(domain_fd);
	desc.width_px = WORDS * 8;
}

/* The record of a format that nobody has open is used anew; frames of the others stay. */
static void what_is_gone_takes_no_frames_along(void)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd), *other = join(domain_fd);
	struct xf_stream *first = produce(other, "cam", 0), *same;
	uint64_t last = 0;
	EXPECT(0, xf_stream_open(domain, "cam", PATIENCE, &same));
	put(first, 1);
	xf_stream_close(first);
	struct xf_stream *reader = reader_of(domain, "cam", XF_STREAM_EVERY);
	desc.width_px += 64;
	struct xf_stream *next = produce(other, "cam", 0);
	for (uint64_t i = 0; i < 3; i++) {
		put(next, i);
		next_format(next); /* at last in the place of the first */
	}
	for (int i = 0; i < 3; i++)
		EXPECT(0, get(reader, &last, true));
	xf_stream_close(reader);
	xf_stream_close(same);
	xf_stream_close(next);
	expect_empty(domain);
	xf_domain_leave(other);
	xf_domain_leave(domain);
	close(domain_fd);
	desc.width_px = WORDS * 8;
}

static uint32_t holds(struct xf_domain *domain, struct xf_stream *stream)
{
	struct xf_object_info info = { .size = sizeof(info) };
	EXPECT(0, xf_inspect_object(domain, xf_stream_id(stream), &info));
	return info.slowest_holds;
}

/* A record that says nonsense, or nothing, names no surfaces: they are not counted for hours. */
static void only_what_a_record_says_is_counted(void)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd), *other = join(domain_fd);
	struct xf_stream *stream = produce(other, "cam", 0);
	struct xf_stream *reader = reader_of(domain, "cam", XF_STREAM_EVERY);
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xfi_stream_format *record = &stream->memory->formats[stream->current];
	uint32_t generation = atomic_load(&record->generation), count = atomic_load(&record->count);
	put(stream, 1);
	EXPECT(0, xf_stream_next(reader, PATIENCE, &frame));
	EXPECT(1, holds(domain, stream));
	atomic_store(&record->count, UINT32_MAX);
	EXPECT(0, holds(domain, stream));
	atomic_store(&record->count, count);
	atomic_store(&record->generation, 0);
	EXPECT(0, holds(domain, stream));
	atomic_store(&record->generation, generation);
	EXPECT(0, xf_stream_done(reader, &frame));
	xf_stream_close(reader);
	xf_stream_close(stream);
	xf_domain_leave(other);
	xf_domain_leave(domain);
	close(domain_fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "what was published stays", what_was_published_stays, 60 },
		{ "killed while leaving it", killed_while_leaving_it, 60 },
		{ "what is lost is not kept", what_is_lost_is_not_kept, 60 },
		{ "only what a record says is counted", only_what_a_record_says_is_counted, 60 },
		{ "what is gone takes no frames along", what_is_gone_takes_no_frames_along, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
