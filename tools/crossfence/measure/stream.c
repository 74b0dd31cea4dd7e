/* SPDX-License-Identifier: MIT */
/*
 * Streams: large frames and small ones to a reader of every frame in another process, and what a
 * stopped reader of the latest costs the producer. The bare ring is as many memory files with a
 * futex word each, and knows nothing of who is there, what is lost, or who has died.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/stream.h>

#include "bare.h"
#include "pair.h"
#include "share.h"
#include "stream.h"

enum { PRODUCER = 0, READER = 1 };

struct size {
	uint32_t width_px, height_px, frames; /* RGBA */
};

/* Three large ones are 25 MB: more would outgrow the processor's cache, see frames.c. */
static const struct size large = { 1920, 1080, 3 }, small = { 16, 1, 64 };

static size_t bytes_of(const struct size *size)
{
	return (size_t)4 * size->width_px * size->height_px;
}

static int make_stream(
	struct xf_domain *domain, const struct size *size, struct xf_stream **ret_stream)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = size->width_px,
		.height_px = size->height_px,
		.fourcc = XF_FORMAT_ABGR8888 };
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	const struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = size->frames
	};
	return xf_stream_create(domain, &params, "frames", ret_stream);
}

static int open_stream(struct bench_side *side, const struct size *size)
{
	struct xf_domain *domain;
	struct xf_stream *stream = NULL;
	char made = 0;
	int r = bench_share_domain(side, NULL, &domain);
	if (!r && side->self == PRODUCER)
		r = make_stream(domain, size, &stream);
	if (!r)
		r = bench_share_bytes(side, &made, 1);
	if (!r && side->self == READER)
		r = xf_stream_open(domain, "frames", 0, &stream);
	if (!r && side->self == READER)
		r = xf_stream_subscribe(stream, XF_STREAM_EVERY, 1);
	side->state = stream;
	return r;
}

static int open_large(struct bench_side *side)
{
	return open_stream(side, &large);
}

static int open_small(struct bench_side *side)
{
	return open_stream(side, &small);
}

/* The producer writes the frame, or a byte of it; the reader reads a byte. */
static void use(void *frame, unsigned self, uint64_t n, size_t fill_bytes)
{
	if (self == PRODUCER && fill_bytes)
		memset(frame, (int)n, fill_bytes);
	else if (self == PRODUCER)
		*(volatile char *)frame = (char)n;
	else
		(void)*(volatile char *)frame;
}

static void pass_frame(struct bench_side *side, uint64_t n, size_t fill_bytes)
{
	struct xf_stream *stream = side->state;
	struct xf_frame frame = { .size = sizeof(frame) };
	bool producer = side->self == PRODUCER;
	void *data;
	if (producer ? xf_stream_hold(stream, XF_NEVER, &frame)
		     : xf_stream_next(stream, XF_NEVER, &frame))
		_exit(1);
	if (xf_surface_begin(frame.surface, producer ? XF_ACCESS_WRITE : XF_ACCESS_READ, &data))
		_exit(1);
	use(data, side->self, n, fill_bytes);
	if (xf_surface_end(frame.surface) || (producer ? xf_stream_publish(stream, &frame, NULL)
						       : xf_stream_done(stream, &frame)))
		_exit(1);
}

static void run_filled(struct bench_side *side, uint64_t count)
{
	for (uint64_t n = 0; n < count; n++)
		pass_frame(side, n, bytes_of(&large));
}

static void run_alone(struct bench_side *side, uint64_t count)
{
	for (uint64_t n = 0; n < count; n++)
		pass_frame(side, n, 0);
}

/* The bytes themselves are the application's: a stream alone, as others count messages. */
static void run_messages(struct bench_side *side, uint64_t count)
{
	struct xf_stream *stream = side->state;
	struct xf_frame frame = { .size = sizeof(frame) };
	for (uint64_t n = 0; n < count; n++)
		if (side->self == PRODUCER ? xf_stream_hold(stream, XF_NEVER, &frame) ||
						     xf_stream_publish(stream, &frame, NULL)
					   : xf_stream_next(stream, XF_NEVER, &frame) ||
						     xf_stream_done(stream, &frame))
			_exit(1);
}

#define BARE_FRAMES 2 /* beside the newest, which a stream keeps; so has row frames */

static int open_bare(struct bench_side *side)
{
	void **frames = calloc(BARE_FRAMES, sizeof(*frames));
	int r = frames ? 0 : -ENOMEM;
	side->state = frames;
	for (unsigned i = 0; !r && i < BARE_FRAMES; i++)
		r = bench_share_memory(side, bytes_of(&large), &frames[i]);
	return r;
}

static void run_bare(struct bench_side *side, uint64_t count, size_t fill_bytes)
{
	void **frames = side->state;
	_Atomic uint32_t *words = side->shared; /* 64 bytes from one to the next */
	for (uint64_t n = side->done; n < side->done + count; n++) {
		_Atomic uint32_t *word = &words[n % BARE_FRAMES * 16];
		bare_turn_wait(word, side->self, 0);
		use(frames[n % BARE_FRAMES], side->self, n, fill_bytes);
		bare_turn_pass(word, !side->self);
	}
}

static void run_bare_filled(struct bench_side *side, uint64_t count)
{
	run_bare(side, count, bytes_of(&large));
}

static void run_bare_alone(struct bench_side *side, uint64_t count)
{
	run_bare(side, count, 0);
}

static int run_large(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = {
		{ .open = open_large, .run = run_filled },
		{ .open = open_bare, .run = run_bare_filled },
		{ .open = open_large, .run = run_alone },
		{ .open = open_bare, .run = run_bare_alone },
	};
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_stream = {
	.name = "stream",
	.title = "1920x1080 RGBA frames through a stream to a reader of every frame (two surfaces and the newest)",
	.columns = BENCH_PLACEMENTS,
	.n_series = 4,
	.series = {
		{ "crossfence, each frame filled", -1 },
		{ "bare ring, each frame filled", 0 },
		{ "crossfence: hold, publish, next, done", -1 },
		{ "bare ring, hand-off alone", 2 },
	},
	.n_targets = 2,
	.targets = { { 0, BENCH_ONE_CPU, 1, 1.3, false }, { 2, BENCH_ONE_CPU, 3, 1.3, false } },
	.run = run_large,
};

static int run_small(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = {
		{ .open = open_small, .run = run_messages, .rate = true },
	};
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_stream_small = {
	.name = "stream-small",
	.title = "frames of 64 bytes through a stream of 64 to a reader of every frame (more is "
		 "better)",
	.columns = { { "one CPU", BENCH_RATE }, { "two CPUs", BENCH_RATE },
		{ "unpinned", BENCH_RATE } },
	.n_series = 1,
	.series = { { "crossfence", -1 } },
	.n_targets = 1,
	.targets = { { 0, BENCH_TWO_CPUS, -1, 5e6, true } },
	.run = run_small,
};

/* Takes one frame, says so and stops, with the frame in its hands. */
static _Noreturn void read_one_and_stop(int fd, int tell)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_domain *domain;
	struct xf_stream *stream;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (xf_domain_join(fd, &domain) || xf_stream_open(domain, "frames", 0, &stream) ||
		xf_stream_subscribe(stream, XF_STREAM_LATEST, 1) || write(tell, "", 1) != 1 ||
		xf_stream_next(stream, XF_NEVER, &frame) || raise(SIGSTOP))
		_exit(1);
	_exit(0);
}

static int start_stopped_reader(struct bench_side *side, struct xf_domain *domain)
{
	int fd, tell[2], status;
	char byte;
	int r = xf_domain_export(domain, 0, &fd);
	if (r || pipe(tell))
		return r ? r : -errno;
	pid_t pid = fork();
	if (pid == 0)
		read_one_and_stop(fd, tell[1]);
	close(fd);
	close(tell[1]);
	if (pid < 0)
		return -errno;
	r = bench_read(tell[0], &byte, 1, 10000);
	close(tell[0]);
	if (r)
		return r;
	run_alone(side, 1);
	return waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) ? 0 : -EIO;
}

static int open_latest(struct bench_side *side, bool stopped_reader)
{
	struct xf_domain *domain;
	struct xf_stream *stream = NULL;
	int r = bench_share_domain(side, NULL, &domain);
	if (!r)
		r = make_stream(domain, &(struct size){ 16, 1, 8 }, &stream);
	side->state = stream;
	return r || !stopped_reader ? r : start_stopped_reader(side, domain);
}

static int open_without_reader(struct bench_side *side)
{
	return open_latest(side, false);
}

static int open_with_stopped_reader(struct bench_side *side)
{
	return open_latest(side, true);
}

static int run_latest(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = {
		{ .open = open_with_stopped_reader, .run = run_alone, .alone = true },
		{ .open = open_without_reader, .run = run_alone, .alone = true },
	};
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_stream_latest = {
	.name = "stream-latest",
	.title = "hold and publish, while a reader of the latest is stopped with a frame in its "
		 "hands",
	.columns = BENCH_PLACEMENTS,
	.n_series = 2,
	.series = { { "crossfence, a stopped reader", -1 }, { "crossfence, no reader", 0 } },
	.n_targets = 1,
	.targets = { { 0, BENCH_ONE_CPU, 1, 1.1, false } },
	.run = run_latest,
};
