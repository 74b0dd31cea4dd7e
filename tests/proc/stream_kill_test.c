/* SPDX-License-Identifier: MIT */
/*
 * Streams whose producers and readers are killed: at every point named in src/stream, at random
 * while all policies are at work, stopped, and with a liar among them. Whoever survives goes on:
 * sequences only grow, no frame changes while it is held, what was missed is said, and in the end
 * no surface is missing.
 *
 * Environment: XF_KILLS (1000), XF_SEED.
 */
#include "stream_frames.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char *const points[] = {
#include "kill_points.inc"
};
#define POINTS (sizeof(points) / sizeof(points[0]))

/* The victim: produces "a", reads "b", and changes everything that can be changed. */
static void victim(void *arg)
{
	struct xf_domain *domain = join(*(int *)arg);
	struct xf_stream *a = produce(domain, "a", XF_STREAM_OVERRUN), *b;
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	uint64_t last = 0;
	b = reader_of(domain, "b", XF_STREAM_EVERY);
	for (int i = 0; i < 6; i++) {
		put(a, 1);
		EXPECT(0, xf_stream_hold(a, 0, &frame));
		EXPECT(0, xf_stream_drop(a, &frame));
		desc.width_px = WORDS * 8 + 64 * (uint32_t)(i % 5);
		(void)xf_stream_set_format(a, &format);
		put(a, 2);
		(void)get(b, &last, true);
	}
	EXPECT(0, xf_stream_set_policy(b, XF_STREAM_LATEST));
	EXPECT(0, xf_stream_set_policy(b, XF_STREAM_EVERY));
	EXPECT(0, xf_stream_unsubscribe(b));
	struct xf_frame held = { .size = sizeof(held) };
	EXPECT(0, xf_stream_subscribe(b, XF_STREAM_LATEST, 1));
	put(a, 3);
	EXPECT(0, xf_stream_next(b, 0, &held));
	EXPECT(0, xf_stream_set_policy(b, XF_STREAM_NOTHING));
	EXPECT(0, xf_stream_done(b, &held)); /* the last one: it reads no more */
	EXPECT(0, xf_stream_end(a));
	xf_stream_close(a);
	xf_stream_close(b);
	xf_domain_leave(domain);
}

/* A race, which tests/model makes; and what only those pass who make the stream. */
static bool passed_elsewhere(const char *point)
{
	return strcmp(point, "stream:put-back") == 0 || strcmp(point, "stream:publish") == 0 ||
	       strcmp(point, "stream:keep") == 0;
}

static void survive(const char *point)
{
	int fd = fixture_empty();
	struct xf_domain *domain = join(fd);
	struct xf_stream *b = produce(domain, "b", 0), *a;
	uint64_t last = 0;
	put(b, 7);
	/* There before the victim is, so that it outlives it wherever that dies. */
	struct xf_stream *first = produce(domain, "a", 0);
	a = reader_of(domain, "a", XF_STREAM_LATEST);
	xf_stream_close(first);
	pid_t pid = proc_spawn_at(point, -1, victim, &fd);
	while (!proc_ended(pid)) {
		struct xf_frame frame = { .size = sizeof(frame) };
		if (xf_stream_next(a, xf_deadline(5 * MS), &frame) == 0) {
			CHECK(frame.info->sequence > last);
			last = frame.info->sequence;
			EXPECT(0, xf_stream_done(a, &frame));
		}
		if (xf_stream_hold(b, 0, &frame) == 0) {
			EXPECT(0, xf_stream_publish(b, &frame, NULL));
		}
	}
	int status = proc_wait(pid, 5000);
	if (status != -SIGKILL)
		proc_fail(__FILE__, __LINE__, "%s was not passed: %d", point, status);
	for (int i = 0; i < 4 * FRAMES; i++)
		put(b, 8); /* waits for nobody who is dead */
	struct xf_stream *successor = produce(domain, "a", 0);
	for (uint64_t i = 0; i < 4 * FRAMES; i++) {
		put(successor, i);
		EXPECT(0, get(a, &last, false));
	}
	xf_stream_close(successor);
	xf_stream_close(a);
	xf_stream_close(b);
	xf_domain_leave(domain);
	close(fd);
}

static void killed_at_every_point(void)
{
	unsigned tried = 0;
	for (size_t i = 0; i < POINTS; i++)
		if (strncmp(points[i], "stream:", 7) == 0 && !passed_elsewhere(points[i])) {
			survive(points[i]);
			tried++;
		}
	CHECK(tried >= 10);
}

static void make_only(void *arg)
{
	struct xf_domain *domain = join(*(int *)arg);
	struct xf_stream *a = produce(domain, "a", 0);
	put(a, 1);
	xf_stream_close(a);
}

/* Dead while making or taking over: the next one makes it, or takes over. */
static void killed_while_making(void)
{
	static const char *const early[] = { "stream:publish", "stream:part-taken",
		"stream:head-taken", "stream:format", "stream:format-written",
		"stream:part-given" };
	for (int there = 0; there < 2; there++)
		for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++) {
			int fd = fixture_empty();
			struct xf_domain *domain = join(fd);
			struct xf_stream *reader = NULL;
			uint64_t last = 0;
			if (there) {
				struct xf_stream *first = produce(domain, "a", 0);
				put(first, 1);
				reader = reader_of(domain, "a", XF_STREAM_EVERY);
				xf_stream_close(first);
			}
			desc.width_px = WORDS * 8 + (there ? 64 : 0); /* a format of its own */
			pid_t pid = proc_spawn_at(early[i], -1, make_only, &fd);
			int status = proc_wait(pid, 5000);
			/* Nothing is published anew where the stream is there. */
			if (status != -SIGKILL && !(there && i == 0))
				proc_fail(__FILE__, __LINE__, "%s was not passed", early[i]);
			struct xf_stream *next = produce(domain, "a", 0);
			if (!reader)
				reader = reader_of(domain, "a", XF_STREAM_EVERY);
			for (int n = 0; n < 3 * FRAMES; n++) {
				put(next, 2);
				EXPECT(0, get(reader, &last, false));
			}
			xf_stream_close(reader);
			xf_stream_close(next);
			xf_domain_leave(domain);
			close(fd);
			desc.width_px = WORDS * 8;
		}
}

static int domain_fd;

static bool stopped(void)
{
	return atomic_load(&proc_board->value[STOP]);
}

static void run_producer(void *arg)
{
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *stream = produce(domain, "cam", 0);
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	for (uint64_t i = 1; !stopped(); i++) {
		put(stream, i << 32 | (uint64_t)getpid());
		if (i % 64 == 0) {
			desc.width_px = WORDS * 8 + 64 * (uint32_t)(i / 64 % 3);
			int r = xf_stream_set_format(stream, &format);
			CHECK(r == 0 || r == -EBUSY);
		}
	}
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

static void run_reader(enum xf_stream_policy policy)
{
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *stream = reader_of(domain, "cam", policy);
	uint64_t last = 0;
	while (!stopped()) {
		int r = get(stream, &last, policy == XF_STREAM_EVERY);
		CHECK(r == 0 || r == XF_TIMEOUT);
	}
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

static void run_every(void *arg)
{
	run_reader(XF_STREAM_EVERY);
}

static void run_latest(void *arg)
{
	run_reader(XF_STREAM_LATEST);
}

#define CHILDREN 4

/* The first child is the producer; the last one is never killed. */
static void campaign(void)
{
	static void (*const roles[CHILDREN])(
		void *) = { run_producer, run_every, run_latest, run_every };
	const char *text = getenv("XF_KILLS"), *seed = getenv("XF_SEED");
	long kills = text ? atol(text) : 1000;
	uint64_t random = seed ? strtoull(seed, NULL, 0) : (uint64_t)xf_now() | 1;
	pid_t pids[CHILDREN];
	struct xf_domain *domain;
	domain_fd = fixture_empty();
	domain = join(domain_fd);
	printf("# seed %llu\n", (unsigned long long)random);
	for (int i = 0; i < CHILDREN; i++)
		pids[i] = proc_spawn(roles[i], NULL);
	for (long n = 0; n < kills; n++) {
		uint64_t dice = proc_random(&random) >> 20;
		int who = (int)(dice % (CHILDREN - 1));
		usleep((useconds_t)(dice / 8 % 4000));
		if (dice % 7 == 0 && who == 2) { /* stopped for a while, and nobody minds */
			kill(pids[who], SIGSTOP);
			usleep(3000);
			kill(pids[who], SIGCONT);
		}
		if (proc_ended(pids[who]))
			proc_fail(__FILE__, __LINE__, "child %d ended by itself", who);
		if (dice % 5 == 0) { /* both sides */
			int other = (who + 1) % (CHILDREN - 1);
			kill(pids[other], SIGKILL);
			proc_kill(pids[who]);
			EXPECT(-SIGKILL, proc_wait(pids[other], 5000));
			pids[other] = proc_spawn(roles[other], NULL);
			n++;
		} else {
			proc_kill(pids[who]);
		}
		pids[who] = proc_spawn(roles[who], NULL);
	}
	usleep(20000);
	atomic_store(&proc_board->value[STOP], 1);
	for (int i = 0; i < CHILDREN; i++)
		EXPECT(0, proc_wait(pids[i], 15000));
	/* Whatever was published by whom: those who want every frame had it. */
	CHECK(atomic_load(&proc_board->value[MISSED]) == 0);
	/* All surfaces go round. */
	struct xf_stream *last = produce(domain, "cam", 0);
	for (int i = 0; i < 4 * FRAMES; i++)
		put(last, 1);
	xf_stream_close(last);
	xf_domain_leave(domain);
	close(domain_fd);
}

/* A latest reader that is stopped with a frame in its hands: the producer does not notice. */
static void a_stopped_reader_slows_nobody(void)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *producer = produce(domain, "cam", 0);
	put(producer, 1);
	pid_t pid = proc_spawn_at("stream:got/1/stop", -1, run_latest, NULL);
	proc_wait_stopped(pid, 5000);
	for (int i = 0; i < 2000; i++) {
		struct xf_frame frame = { .size = sizeof(frame) };
		EXPECT(0, xf_stream_hold(producer, 0, &frame)); /* never even waits */
		EXPECT(0, xf_stream_publish(producer, &frame, NULL));
	}
	proc_kill(pid);
	xf_stream_close(producer);
	xf_domain_leave(domain);
	close(domain_fd);
}

/* Writes nonsense into the stream's memory: whoever works with it neither crashes nor hangs. */
static int find_memory(const struct xf_object_info *info, void *arg)
{
	if (info->type == XF_SURFACE && info->fourcc == XF_FORMAT_RAW && info->part_of &&
		info->width_px > 100000)
		*(xf_id *)arg = info->id;
	return 0;
}

static void run_liar(void *arg)
{
	struct xf_domain *domain = join(domain_fd);
	struct xf_surface *memory;
	xf_id id = 0;
	uint64_t *words, random = (uint64_t)xf_now() | 1, size;
	struct xf_surface_desc seen = { .size = sizeof(seen) };
	EXPECT(0, xf_inspect_objects(domain, find_memory, &id));
	EXPECT(0, xf_surface_open(domain, id, &memory));
	xf_surface_desc(memory, &seen, &size);
	EXPECT(0, xf_surface_begin(memory, XF_ACCESS_WRITE, (void **)&words));
	while (!stopped())
		for (int i = 0; i < 64; i++) {
			uint64_t dice = proc_random(&random);
			/* Mostly where ring, cursors and sequences lie. */
			uint64_t at = dice % (dice >> 60 ? 8 * 64 + 256 + 512 : size / 8);
			words[at % (size / 8)] = dice >> 32 & 1 ? dice : dice & 0xff;
		}
	xf_surface_end(memory);
	xf_surface_close(memory);
	xf_domain_leave(domain);
}

static void in_time(int64_t since, int ms)
{
	if (xf_now() > since + (ms + 3000) * MS)
		proc_fail(__FILE__, __LINE__, "%d ms", (int)((xf_now() - since) / MS));
}

static void a_liar_among_them(void)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd), *again = join(domain_fd);
	struct xf_stream *producer = produce(domain, "cam", XF_STREAM_OVERRUN), *readers[2];
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info) };
	char copy[64];
	size_t bytes;
	readers[0] = reader_of(domain, "cam", XF_STREAM_EVERY);
	readers[1] = reader_of(again, "cam", XF_STREAM_LATEST);
	pid_t pid = proc_spawn(run_liar, NULL);
	int64_t end = xf_deadline(2000 * MS);
	while (xf_now() < end) {
		int64_t begin = xf_now();
		if (xf_stream_hold(producer, xf_deadline(2 * MS), &frame) == 0) {
			in_time(begin, 2);
			(void)xf_stream_publish(producer, &frame, NULL);
		}
		for (int i = 0; i < 2; i++)
			if (xf_stream_next(readers[i], xf_deadline(2 * MS), &frame) == 0)
				EXPECT(0, xf_stream_done(readers[i], &frame));
		(void)xf_stream_peek(readers[0], 0, xf_deadline(2 * MS), copy, sizeof(copy), &bytes,
			&info, NULL);
		in_time(begin, 8);
	}
	atomic_store(&proc_board->value[STOP], 1);
	EXPECT(0, proc_wait(pid, 5000));
	xf_stream_close(readers[0]);
	xf_stream_close(readers[1]);
	xf_stream_close(producer);
	xf_domain_leave(again);
	xf_domain_leave(domain);
	close(domain_fd);
}

/* Produces "b" with a frame in hand, reads "cam" with a frame in hand, and becomes another program.
 */
static void become_another(void *arg)
{
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *reader = reader_of(domain, "cam", XF_STREAM_EVERY);
	struct xf_stream *producer = produce(domain, "b", 0);
	struct xf_frame frame = { .size = sizeof(frame) };
	put(producer, 1);
	EXPECT(0, xf_stream_hold(producer, 0, &frame));
	EXPECT(0, xf_stream_next(reader, PATIENCE, &frame));
	proc_tell(0);
	proc_await(1, 1, 10000); /* what nobody else has open goes with us */
	execl("/bin/sleep", "sleep", "60", (char *)NULL);
}

/* To the others it is as if it had died: both parts are free, and what it held returns. */
static void executed(void)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *cam = produce(domain, "cam", 0), *b, *reader;
	struct xf_stream_info info = { .size = sizeof(info) };
	uint64_t last = 0;
	put(cam, 1);
	pid_t pid = proc_spawn(become_another, NULL);
	EVENTUALLY(10000, atomic_load(&proc_board->step[0]) == 1);
	EXPECT(0, xf_stream_open(domain, "b", PATIENCE, &reader));
	EXPECT(0, xf_stream_subscribe(reader, XF_STREAM_EVERY, 1));
	proc_tell(1);
	EVENTUALLY(10000, xf_stream_info(reader, &info) == 0 && info.producer_pid == 0);
	EXPECT(0, get(reader, &last, true));
	b = produce(domain, "b", 0);
	for (int i = 0; i < 4 * FRAMES; i++) {
		put(cam, 2);
		put(b, 3);
		EXPECT(0, get(reader, &last, true));
	}
	CHECK(!proc_ended(pid));
	proc_kill(pid);
	xf_stream_close(reader);
	xf_stream_close(b);
	xf_stream_close(cam);
	xf_domain_leave(domain);
	close(domain_fd);
}

/* A child of fork has nothing of the stream until it joins by itself. */
static void after_fork(void *arg)
{
	struct xf_stream *stream = arg;
	struct xf_frame frame = { .size = sizeof(frame) };
	EXPECT(-ECHILD, xf_stream_next(stream, 0, &frame));
	EXPECT(-ECHILD, xf_stream_hold(stream, 0, &frame));
	xf_stream_close(stream);
}

static void forked(void)
{
	domain_fd = fixture_empty();
	struct xf_domain *domain = join(domain_fd);
	struct xf_stream *stream = produce(domain, "cam", 0);
	EXPECT(0, xf_stream_subscribe(stream, XF_STREAM_EVERY, 1));
	put(stream, 1);
	EXPECT(0, proc_wait(proc_spawn(after_fork, stream), 5000));
	put(stream, 2);
	uint64_t last = 0;
	EXPECT(0, get(stream, &last, true));
	EXPECT(0, get(stream, &last, true));
	/* The test build's sequences begin where 32 bits end. */
	CHECK(last > UINT32_MAX - 16);
	for (int i = 0; i < 64; i++) {
		put(stream, 3);
		EXPECT(0, get(stream, &last, true));
	}
	CHECK(last > UINT32_MAX);
	xf_stream_close(stream);
	xf_domain_leave(domain);
	close(domain_fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "killed at every point", killed_at_every_point, 120 },
		{ "killed while making or taking over", killed_while_making, 60 },
		{ "campaign", campaign, 200 },
		{ "a stopped reader slows nobody", a_stopped_reader_slows_nobody, 30 },
		{ "a liar among them", a_liar_among_them, 30 },
		{ "exec", executed, 30 },
		{ "fork, and 2^32", forked, 30 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
