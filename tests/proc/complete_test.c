/* SPDX-License-Identifier: MIT */
/*
 * Frames that their producers leave unfinished: killed, wherever that is; stopped; with a successor
 * at once; with a fence that lies. Whoever waits for such a frame is woken by what happens, and by
 * the sweep.
 */
#include "fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stream/stream.h"
#include "sync/timeline.h"

#define PATIENCE proc_patience(20000)
#define FRAMES	 3 /* that it leaves */

enum { READY, GO }; /* steps */
enum { FENCE }; /* board values */

static int domain_fd;

static struct xf_domain *join(void)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_join(domain_fd, &domain));
	return domain;
}

static struct xf_stream *produce(struct xf_domain *domain)
{
	static const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *stream;
	EXPECT(0, xf_stream_create(domain, &params, "cam", &stream));
	return stream;
}

static void publish(struct xf_stream *stream, xf_id fence)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info), .fence = fence, .fence_value = 1 };
	EXPECT(0, xf_stream_hold(stream, PATIENCE, &frame));
	EXPECT(0, xf_stream_publish(stream, &frame, &info));
}

/* Leaves frames whose fence is the one that is there, and does what it is told then. */
static struct xf_stream *leave_unfinished(struct xf_domain *domain)
{
	struct xf_stream *stream = produce(domain);
	EXPECT(0, xf_stream_wait_readers(stream, 1, PATIENCE));
	for (int i = 0; i < FRAMES; i++)
		publish(stream, atomic_load(&proc_board->value[FENCE]));
	proc_tell(READY);
	proc_await(GO, 1, 20000);
	return stream;
}

static void closes(void *arg)
{
	(void)arg;
	xf_stream_close(leave_unfinished(join()));
}

static void ends(void *arg)
{
	(void)arg;
	EXPECT(0, xf_stream_end(leave_unfinished(join())));
}

static void signals(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *fence;
	(void)arg;
	EXPECT(0, xf_timeline_open(domain, atomic_load(&proc_board->value[FENCE]), &fence));
	(void)leave_unfinished(domain);
	EXPECT(0, xf_timeline_signal(fence, 1));
	proc_await(GO, 2, 20000);
}

/* ---- who waits ---- */

struct scene {
	struct xf_domain *domain;
	struct xf_stream *reader;
	struct xf_timeline *fence;
	struct xf_frame frames[FRAMES];
	pid_t pid; /* of the producer */
};

static struct scene begin(const char *point, void (*producer)(void *))
{
	domain_fd = fixture_empty();
	struct scene s = { .domain = join() };
	for (int i = READY; i <= GO; i++)
		atomic_store(&proc_board->step[i], 0);
	EXPECT(0, xf_timeline_create(s.domain, 0, 0, NULL, &s.fence));
	atomic_store(&proc_board->value[FENCE], xf_timeline_id(s.fence));
	s.pid = proc_spawn_at(point, -1, producer, NULL);
	EXPECT(0, xf_stream_open(s.domain, "cam", PATIENCE, &s.reader));
	EXPECT(0, xf_stream_subscribe(s.reader, XF_STREAM_EVERY, FRAMES));
	for (int i = 0; i < FRAMES; i++) {
		s.frames[i].size = sizeof(s.frames[i]);
		EXPECT(0, xf_stream_next(s.reader, PATIENCE, &s.frames[i]));
	}
	proc_await(READY, 1, 20000);
	return s;
}

static void end(struct scene *s)
{
	xf_stream_close(s->reader);
	xf_timeline_close(s->fence);
	EVENTUALLY(20000, proc_objects(s->domain) == 0);
	xf_domain_leave(s->domain);
	close(domain_fd);
}

static int wait_for(struct scene *s, int frame, int64_t deadline_ns)
{
	return xf_stream_wait_complete(s->reader, s->frames[frame].info, NULL, deadline_ns);
}

struct waiter {
	struct scene *scene;
	pthread_t thread;
	_Atomic pid_t tid;
	int result;
};

static void *wait_without_end(void *arg)
{
	struct waiter *w = arg;
	atomic_store(&w->tid, (pid_t)syscall(SYS_gettid));
	w->result = wait_for(w->scene, 0, XF_NEVER);
	return NULL;
}

static bool is_asleep(struct waiter *w)
{
	char path[64];
	long number = -1;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)atomic_load(&w->tid));
	FILE *file = fopen(path, "re");
	int fields = file ? fscanf(file, "%ld", &number) : 0;
	if (file)
		fclose(file);
	return fields == 1 && number == SYS_futex;
}

static void start(struct waiter *w)
{
	EXPECT(0, pthread_create(&w->thread, NULL, wait_without_end, w));
	EVENTUALLY(20000, is_asleep(w));
}

static void finish(struct waiter *w, int expected)
{
	EXPECT(0, pthread_join(w->thread, NULL));
	EXPECT(expected, w->result);
}

/* ---- deaths ---- */

/* Whoever slept had no deadline: it was woken. The others are told at once. */
static void expect_abandoned(struct scene *s, struct waiter *w)
{
	finish(w, XF_ABANDONED);
	for (int i = 0; i < FRAMES; i++)
		EXPECT(XF_ABANDONED, wait_for(s, i, 0));
}

static void killed_it_leaves_them_undone(void)
{
	struct scene s = begin(NULL, closes);
	struct waiter w = { .scene = &s };
	start(&w);
	proc_kill(s.pid);
	expect_abandoned(&s, &w);
	end(&s);
}

/* It has given its part up, and has not told of that. */
static void killed_while_it_goes(void)
{
	void (*const ways[])(void *) = { closes, ends };
	for (int i = 0; i < 2; i++) {
		struct scene s = begin("stream:part-given", ways[i]);
		struct waiter w = { .scene = &s };
		start(&w);
		proc_tell(GO);
		EXPECT(-SIGKILL, proc_wait(s.pid, 20000));
		expect_abandoned(&s, &w);
		end(&s);
	}
}

/* The fence is reached, and nobody was told: that is better than dead. */
static void killed_before_it_tells(void)
{
	struct scene s = begin("timeline:signalled", signals);
	struct waiter w = { .scene = &s };
	start(&w);
	proc_tell(GO);
	EXPECT(-SIGKILL, proc_wait(s.pid, 20000));
	finish(&w, 0);
	end(&s);
}

/* The successor takes the part before anybody has swept, or after that. */
static void a_successor_finishes_only_its_own(void)
{
	for (int i = 0; i < 2; i++) {
		struct scene s = begin(NULL, closes);
		struct waiter w = { .scene = &s };
		struct xf_domain *other = join();
		struct xf_frame frame = { .size = sizeof(frame) };
		start(&w);
		proc_kill(s.pid);
		if (i)
			EVENTUALLY(20000, proc_members(s.domain) == 2);
		struct xf_stream *next = produce(other);
		expect_abandoned(&s, &w);
		EXPECT(0, xf_stream_done(s.reader, &s.frames[0]));
		publish(next, xf_timeline_id(s.fence));
		EXPECT(0, xf_stream_next(s.reader, PATIENCE, &frame));
		EXPECT(XF_TIMEOUT, xf_stream_wait_complete(s.reader, frame.info, NULL, 0));
		EXPECT(0, xf_timeline_signal(s.fence, 1));
		EXPECT(0, xf_stream_wait_complete(s.reader, frame.info, NULL, XF_NEVER));
		EXPECT(0, wait_for(&s, 1, XF_NEVER)); /* somebody has finished it after all */
		xf_stream_close(next);
		xf_domain_leave(other);
		end(&s);
	}
}

/* ---- who is not dead ---- */

static void a_stopped_one_is_waited_for(void)
{
	struct scene s = begin(NULL, signals);
	struct waiter w = { .scene = &s };
	kill(s.pid, SIGSTOP);
	proc_wait_stopped(s.pid, 20000);
	/* Longer than what the dead are given. */
	EXPECT(XF_TIMEOUT, wait_for(&s, 0, xf_deadline(700 * MS)));
	start(&w);
	proc_tell(GO);
	kill(s.pid, SIGCONT);
	finish(&w, 0);
	proc_kill(s.pid);
	end(&s);
}

/* What stands in the memory of a timeline is what somebody wrote there. */
static void a_fence_may_lie(void)
{
	struct scene s = begin(NULL, closes);
	struct xfi_timeline_hot *hot = &s.fence->base.slot->hot.timeline;
	const uint64_t words[] = { UINT64_MAX, 0, XF_TIMELINE_RELEASED, 0 };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		atomic_store(&hot->counter, words[i]);
		EXPECT(words[i] ? 0 : XF_TIMEOUT, wait_for(&s, 0, 0));
	}
	atomic_store(&hot->told, UINT64_MAX); /* so nobody is told of a value */
	atomic_store(&hot->owner, XF_MEMBERS_MAX + 7);
	struct waiter w = { .scene = &s };
	start(&w);
	proc_kill(s.pid);
	expect_abandoned(&s, &w);
	atomic_store(&hot->abandoned, 77);
	EXPECT(XF_ABANDONED, wait_for(&s, 0, XF_NEVER));
	end(&s);
}

/* A head or a producer's word of nonsense: nobody waits for ever, and nobody falls over. */
static void a_stream_may_lie(void)
{
	static const uint64_t words[] = { 0, 0xff, UINT64_MAX, XFI_STREAM_ENDED, 1 };
	struct scene s = begin(NULL, closes);
	struct xfi_stream_hot *hot = xfi_stream_hot(s.reader);
	uint64_t before = atomic_load(&hot->producer);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		atomic_store(&hot->producer, words[i]);
		EXPECT(XF_ABANDONED, wait_for(&s, 0, XF_NEVER));
	}
	atomic_store(&hot->producer, before);
	EXPECT(XF_TIMEOUT, wait_for(&s, 0, 0));
	proc_kill(s.pid);
	EXPECT(XF_ABANDONED, wait_for(&s, 0, XF_NEVER));
	end(&s);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "killed it leaves them undone", killed_it_leaves_them_undone, 60 },
		{ "killed while it goes", killed_while_it_goes, 60 },
		{ "killed before it tells", killed_before_it_tells, 60 },
		{ "a successor finishes only its own", a_successor_finishes_only_its_own, 60 },
		{ "a stopped one is waited for", a_stopped_one_is_waited_for, 60 },
		{ "a fence may lie", a_fence_may_lie, 60 },
		{ "a stream may lie", a_stream_may_lie, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
