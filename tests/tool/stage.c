/* SPDX-License-Identifier: MIT */
/*
 * A domain for the tool to look at: one object of each type, a mutex held, somebody waiting for it,
 * a mutex abandoned by a child that was killed, an owned timeline whose owner died.
 *
 *	stage NAME
 *
 * Prints "ready" when everything is so, then obeys lines from stdin, answering "ok" to each: "set"
 * the event ready, "raise" the timeline frames, "renew" the mutex of a surface of the pool, and
 * "part" from the domain, child and all, and live on. Ends at the end of stdin, so that it never
 * outlives its test.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

#define NEED(call)                                                                                 \
	do {                                                                                       \
		int need_r = (call);                                                               \
		if (need_r) {                                                                      \
			fprintf(stderr, "stage: %s: %s\n", #call, xf_strerror(need_r));            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

enum { CHILD_DOMAIN = 30, CHILD_TELL = 31 }; /* descriptors that a child finds open */

struct stage {
	struct xf_domain *domain;
	pid_t waiter;
	struct xf_event *ready, *once;
	struct xf_timeline *frames;
	struct xf_keyed_mutex *baton, *lost;
	struct xf_surface *surface;
	struct xf_pool *pool;
	uint32_t index; /* of the pool's surface that the stage holds */
	struct xf_sync *sync;
};

static void create(struct stage *s, const char *name)
{
	struct xf_domain_params params = { .size = sizeof(params), .payload_bytes = 64 << 20 };
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 640,
		.height_px = 480,
		.fourcc = XF_FORMAT_ABGR8888 };
	struct xf_event *twin;
	NEED(xf_domain_create(&params, &s->domain));
	NEED(xf_event_create(s->domain, XF_EVENT_MANUAL_RESET, "ready", &s->ready));
	NEED(xf_event_create(s->domain, 0, "once", &s->once));
	NEED(xf_event_create(s->domain, 0, "twin", &twin));
	NEED(xf_event_create(s->domain, 0, "twin", &twin));
	NEED(xf_event_create(s->domain, 0, "h\xc3\xa9llo \xc2\x9b!", &twin));
	NEED(xf_timeline_create(s->domain, 41, 0, "frames", &s->frames));
	NEED(xf_keyed_mutex_create(s->domain, UINT64_C(0x123456789abcdef0), "baton", &s->baton));
	NEED(xf_keyed_mutex_create(s->domain, 0, "lost", &s->lost));
	NEED(xf_surface_create(s->domain, &desc, XF_SURFACE_KEYED, &s->surface));
	NEED(xf_pool_create(s->domain, &desc, 3, XF_SURFACE_KEYED, "frames-pool", &s->pool));
	NEED(xf_pool_hold(s->pool, 0, &s->index));
	NEED(xf_sync_create(s->domain, "use-of-frame", &s->sync));
	NEED(xf_sync_ready(s->sync, NULL));
	NEED(xf_keyed_mutex_acquire(s->baton, UINT64_C(0x123456789abcdef0), 0, NULL));
	NEED(xf_domain_publish(s->domain, name));
}

/* A child: owns a mutex and a timeline until it is killed. */
static void hold(struct xf_domain *d, int tell)
{
	struct xf_keyed_mutex *lost;
	struct xf_timeline *owned;
	xf_id id;
	NEED(xf_domain_find(d, XF_KEYED_MUTEX, "lost", &id));
	NEED(xf_keyed_mutex_open(d, id, &lost));
	NEED(xf_keyed_mutex_acquire(lost, 0, 0, NULL));
	NEED(xf_timeline_create(d, 7, XF_TIMELINE_OWNED, "owned", &owned));
	NEED(write(tell, "x", 1) != 1);
}

/* A child: waits for the mutex that the stage never releases. */
static void wait_for_baton(struct xf_domain *d, int tell)
{
	struct xf_keyed_mutex *baton;
	xf_id id;
	NEED(xf_domain_find(d, XF_KEYED_MUTEX, "baton", &id));
	NEED(xf_keyed_mutex_open(d, id, &baton));
	NEED(write(tell, "x", 1) != 1);
	(void)xf_keyed_mutex_acquire(baton, UINT64_C(0x123456789abcdef0), XF_NEVER, NULL);
}

/* What start_child() has started: "hold" or "wait", by way of the descriptors it left open. */
static int be_child(const char *part)
{
	struct xf_domain *domain;
	(void)prctl(PR_SET_NAME, "stage-child");
	NEED(xf_domain_join(CHILD_DOMAIN, &domain));
	if (strcmp(part, "hold") == 0)
		hold(domain, CHILD_TELL);
	else
		wait_for_baton(domain, CHILD_TELL);
	pause();
	return 0;
}

/* Starts this program again as a child; it tells on *tell when it has done its part. */
static pid_t start_child(const struct stage *s, const char *part, int *tell)
{
	int fd, pipe_fds[2];
	NEED(xf_domain_export(s->domain, 0, &fd));
	NEED(pipe2(pipe_fds, O_CLOEXEC));
	pid_t pid = fork();
	NEED(pid < 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* no child outlives the stage */
		(void)dup2(fd, CHILD_DOMAIN);
		(void)dup2(pipe_fds[1], CHILD_TELL);
		execl("/proc/self/exe", "stage-child", part, NULL);
		_exit(127);
	}
	close(fd);
	close(pipe_fds[1]);
	*tell = pipe_fds[0];
	return pid;
}

static void await_told(int tell)
{
	char byte;
	NEED(read(tell, &byte, 1) != 1);
	close(tell);
}

/* Runs until *info says what `wanted` asks; the child's step before it takes microseconds. */
static void await_state(
	struct stage *s, xf_id id, bool (*wanted)(const struct xf_object_info *info))
{
	struct xf_object_info info = { .size = sizeof(info) };
	int64_t deadline = xf_deadline(INT64_C(20000000000));
	do {
		NEED(xf_now() > deadline ? -ETIMEDOUT : 0);
		NEED(xf_inspect_object(s->domain, id, &info));
		(void)poll(NULL, 0, 1);
	} while (!wanted(&info));
}

static bool is_abandoned(const struct xf_object_info *info)
{
	return info->abandoned;
}

static bool is_waited_for(const struct xf_object_info *info)
{
	return info->waiters > 0;
}

static void end_waiter(struct stage *s)
{
	if (!s->waiter)
		return;
	kill(s->waiter, SIGKILL);
	waitpid(s->waiter, NULL, 0);
	s->waiter = 0;
}

/* Hands the surface that the stage holds round to itself. */
static void turn(struct stage *s)
{
	struct xf_keyed_mutex *mutex;
	NEED(xf_surface_mutex(xf_pool_surface(s->pool, s->index), &mutex));
	for (int i = 0; i < 20; i++) {
		NEED(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
		NEED(xf_keyed_mutex_release(mutex, 0, 0));
	}
}

/* Abandons the mutex of that surface, and gets it with a new one. */
static void renew(struct stage *s)
{
	struct xf_keyed_mutex *current, *mutex;
	uint32_t index;
	NEED(xf_surface_mutex(xf_pool_surface(s->pool, s->index), &current));
	NEED(xf_keyed_mutex_open(s->domain, xf_keyed_mutex_id(current), &mutex));
	NEED(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	xf_keyed_mutex_close(mutex);
	NEED(xf_pool_give(s->pool, s->index));
	do
		NEED(xf_pool_hold(s->pool, 0, &index)); /* others may come first */
	while (index != s->index);
}

static void obey(struct stage *s)
{
	char line[32];
	while (fgets(line, sizeof(line), stdin)) {
		if (strcmp(line, "set\n") == 0) {
			NEED(xf_event_set(s->ready));
		} else if (strcmp(line, "raise\n") == 0) {
			uint64_t value;
			NEED(xf_timeline_value(s->frames, &value));
			NEED(xf_timeline_signal(s->frames, value + 1));
		} else if (strcmp(line, "turn\n") == 0) {
			turn(s);
		} else if (strcmp(line, "renew\n") == 0) {
			renew(s);
		} else if (strcmp(line, "part\n") == 0) {
			end_waiter(s);
			xf_domain_leave(s->domain);
		} else {
			break;
		}
		puts("ok");
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	struct stage s = { 0 };
	struct xf_timeline *owned;
	xf_id owned_id;
	int tell;
	if (argc != 2)
		return 2;
	if (strcmp(argv[0], "stage-child") == 0)
		return be_child(argv[1]);
	create(&s, argv[1]);
	pid_t victim = start_child(&s, "hold", &tell);
	await_told(tell);
	/* Ours too, or it would end with its owner. */
	NEED(xf_domain_find(s.domain, XF_TIMELINE, "owned", &owned_id));
	NEED(xf_timeline_open(s.domain, owned_id, &owned));
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	await_state(&s, xf_keyed_mutex_id(s.lost), is_abandoned);
	s.waiter = start_child(&s, "wait", &tell);
	await_told(tell);
	await_state(&s, xf_keyed_mutex_id(s.baton), is_waited_for);
	puts("ready");
	fflush(stdout);
	obey(&s);
	end_waiter(&s);
	_exit(0); /* handles and all end with the process; no leak check shall count them */
}
