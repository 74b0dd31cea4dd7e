/* SPDX-License-Identifier: MIT */
/*
 * Whoever holds a read-only descriptor can make no store, but the kernel lets it wake sleepers,
 * sleep in their place, and move them to a word where nobody will look for them. So where such a
 * descriptor was handed out, nobody sleeps longer than a second without looking again, and nobody
 * is chosen: every waiter of every kind is told, a second late at worst.
 */
#include "proc.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/time.h"
#include "shm/layout.h"

#define STRANGER 12345
#define LATEST	 (2500 * MS) /* a second, and a busy machine */

enum { WAITING, THIEF, DONE };

struct arena {
	struct xfi_layout layout;
	char *base;
};

static struct arena map_arena(int fd)
{
	struct arena a;
	struct xfi_geometry geometry;
	CHECK(pread(fd, &geometry, sizeof(geometry), 0) == sizeof(geometry));
	CHECK(xfi_layout(&geometry, &a.layout) == 0);
	a.base = mmap(NULL, a.layout.payload, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(a.base != MAP_FAILED);
	return a;
}

/* Every word of the arena that anybody could sleep on, before the slots: all of them are tried. */
static void move_all_sleepers(const struct arena *a, uint32_t *mine)
{
	for (uint64_t at = 0; at < a->layout.touched; at += 4)
		syscall(SYS_futex, a->base + at, FUTEX_REQUEUE, 0, 1000, mine, 0);
}

static void steal_wakes(const struct arena *a, unsigned which)
{
	uint32_t *word = (uint32_t *)(a->base + a->layout.members) + which;
	for (;;)
		syscall(SYS_futex, word, FUTEX_WAIT, *(volatile uint32_t *)word, NULL, NULL, 0);
}

static void thief(void *arg)
{
	uint32_t mine = 0;
	struct arena a = map_arena(*(int *)arg);
	if (geteuid() == 0)
		CHECK(setgid(STRANGER) == 0 && setuid(STRANGER) == 0);
	pid_t helpers[8];
	for (unsigned i = 0; i < 8; i++) {
		helpers[i] = fork();
		if (!helpers[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			steal_wakes(&a, i * 4);
		}
	}
	do {
		move_all_sleepers(&a, &mine);
		if (atomic_load(&proc_board->step[THIEF]) < 20)
			proc_tell(THIEF);
	} while (!atomic_load(&proc_board->step[DONE]));
	for (unsigned i = 0; i < 8; i++)
		proc_kill(helpers[i]);
}

/* ---- waiters of every kind; each is a process of its own ---- */

struct ids {
	int fd;
	xf_id event, timeline, mutex;
};

static struct xf_domain *join(const struct ids *ids)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_join(ids->fd, &domain));
	return domain;
}

static void wait_event(void *arg)
{
	struct ids *ids = arg;
	struct xf_event *event;
	EXPECT(0, xf_event_open(join(ids), ids->event, &event));
	proc_tell(WAITING);
	EXPECT(0, xf_event_wait(event, XF_NEVER));
}

static void wait_timeline(void *arg)
{
	struct ids *ids = arg;
	struct xf_timeline *timeline;
	EXPECT(0, xf_timeline_open(join(ids), ids->timeline, &timeline));
	proc_tell(WAITING);
	EXPECT(0, xf_timeline_wait(timeline, 1, XF_NEVER));
}

static void wait_abandoned(void *arg)
{
	struct ids *ids = arg;
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_keyed_mutex_open(join(ids), ids->mutex, &mutex));
	proc_tell(WAITING);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(mutex, 7, XF_NEVER, NULL));
}

static void wait_any(void *arg)
{
	struct ids *ids = arg;
	struct xf_domain *domain = join(ids);
	struct xf_event *event;
	struct xf_timeline *timeline;
	EXPECT(0, xf_event_open(domain, ids->event, &event));
	EXPECT(0, xf_timeline_open(domain, ids->timeline, &timeline));
	struct xf_wait_item items[] = { { .type = XF_TIMELINE, .object = timeline, .value = 2 },
		{ .type = XF_EVENT, .object = event } };
	uint32_t index;
	proc_tell(WAITING);
	EXPECT(0, xf_wait_any(items, 2, XF_NEVER, &index));
}

static void wait_descriptor(void *arg)
{
	struct ids *ids = arg;
	struct xf_event *event;
	int fd;
	EXPECT(0, xf_event_open(join(ids), ids->event, &event));
	EXPECT(0, xf_event_fd(event, &fd));
	struct pollfd p = { .fd = fd, .events = POLLIN };
	proc_tell(WAITING);
	do
		CHECK(poll(&p, 1, -1) == 1);
	while (xf_event_wait(event, 0) == XF_TIMEOUT);
}

static void own_until_killed(void *arg)
{
	struct ids *ids = arg;
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_keyed_mutex_open(join(ids), ids->mutex, &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	proc_tell(WAITING);
	pause();
}

static void all_waiters_are_told(void)
{
	static void (*const kinds[])(void *arg) = { wait_event, wait_timeline, wait_abandoned,
		wait_any, wait_descriptor };
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	struct xf_domain *domain;
	struct xf_event *event;
	struct xf_timeline *timeline;
	struct xf_keyed_mutex *mutex;
	struct ids ids;
	pid_t waiters[KINDS];
	int look;
	EXPECT(0, xf_domain_create(NULL, &domain));
	EXPECT(0, xf_event_create(domain, XF_EVENT_MANUAL_RESET, NULL, &event));
	EXPECT(0, xf_timeline_create(domain, 0, 0, NULL, &timeline));
	EXPECT(0, xf_keyed_mutex_create(domain, 0, NULL, &mutex));
	ids.event = xf_event_id(event), ids.timeline = xf_timeline_id(timeline);
	ids.mutex = xf_keyed_mutex_id(mutex);
	EXPECT(0, xf_domain_export(domain, 0, &ids.fd));
	pid_t owner = proc_spawn(own_until_killed, &ids);
	proc_await(WAITING, 1, 5000);
	for (unsigned i = 0; i < KINDS; i++)
		waiters[i] = proc_spawn(kinds[i], &ids);
	proc_await(WAITING, 1 + KINDS, 5000);
	usleep(100000); /* they sleep, without a limit, before anybody may look */
	EXPECT(0, xf_domain_export(domain, XF_OPEN_LOOK_ONLY, &look));
	pid_t attacker = proc_spawn(thief, &look);
	proc_await(THIEF, 20, 20000);
	int64_t begin = xf_now();
	EXPECT(0, xf_event_set(event));
	EXPECT(0, xf_timeline_signal(timeline, 1));
	kill(owner, SIGKILL);
	for (unsigned i = 0; i < KINDS; i++) {
		EXPECT(0, proc_wait(waiters[i], (int)(LATEST / MS)));
		printf("# waiter %u: %d ms after the act\n", i, (int)((xf_now() - begin) / MS));
	}
	(void)proc_wait(owner, 5000);
	proc_tell(DONE);
	(void)proc_wait(attacker, 5000);
	close(look);
	close(ids.fd);
	xf_keyed_mutex_close(mutex);
	xf_timeline_close(timeline);
	xf_event_close(event);
	xf_domain_leave(domain);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "all waiters are told, whatever a looker does", all_waiters_are_told, 120 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
