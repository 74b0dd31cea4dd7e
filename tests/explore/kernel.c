/* SPDX-License-Identifier: MIT */
/*
 * What the kernel has beside futexes: threads, condition variables, descriptors that count, rings
 * that sleep on a futex, and processes that are gone some time after they died. As much of each as
 * the core's sources use. All of it is put back before each execution, as the memory is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "kernel.h"
#include "world.h"
#include "stepped.h"
#undef calloc
#include "base/call.h"
#include "base/thread.h"
#include "shm/fork.h"
#include "shm/keeper.h"
#include "shm/presence.h"
#include "shm/process.h"
#include "shm/uring.h"

#define COUNTERS 16
#define FIRST_FD 1000 /* no real one */
#define PIDFD	 2000

struct xfi_uring {
	int eventfd, thread;
	const void *word;
	uint32_t bits;
	enum { NOTHING, ASLEEP, WOKEN } state;
	bool waits, completed, old_work;
};

static struct {
	uint64_t count[COUNTERS];
	int counters;
	struct xfi_uring rings[COUNTERS];
	int n_rings;
	bool no_rings;
	bool gone[XP_MEMBERS];
} now, kept;

void xp_kernel_forget(void)
{
	memset(&now, 0, sizeof(now));
}

void xp_kernel_keep(void)
{
	kept = now;
}

void xp_kernel_restore(void)
{
	now = kept;
}

/* Threads. */

int xfi_thread_start(pthread_t *ret_thread, size_t stack_bytes, void *(*main)(void *arg), void *arg)
{
	*ret_thread = (pthread_t)xp_start("(thread)", main, arg);
	return 0;
}

void xfi_thread_join(pthread_t thread)
{
	xp_join((int)thread);
}

void xp_cond_wake(void *cond)
{
	if (xp_running())
		xp_wake(cond);
}

int xp_cond_wait(void *cond, void *mutex, const struct timespec *deadline)
{
	int64_t until =
		deadline ? deadline->tv_sec * INT64_C(1000000000) + deadline->tv_nsec : XF_NEVER;
	xp_unlock(mutex);
	int r = xp_sleep(cond, until);
	xp_lock(mutex);
	return r ? ETIMEDOUT : 0;
}

/* Descriptors. Nobody else counts on them, so only what is asked of them is a step. */

int xp_eventfd(void)
{
	if (now.counters == COUNTERS)
		abort();
	now.count[now.counters] = 0;
	return FIRST_FD + now.counters++;
}

static void add(int fd)
{
	now.count[fd - FIRST_FD]++;
	xp_wake(&now);
}

long xp_kernel_write(int fd)
{
	xp_step("writes to a descriptor", NULL);
	add(fd);
	return 8;
}

long xp_kernel_read(int fd, void *ret)
{
	xp_step("reads a descriptor", NULL);
	uint64_t *count = &now.count[fd - FIRST_FD];
	if (!*count) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(ret, count, sizeof(*count));
	*count = 0;
	return 8;
}

static bool readable(int fd)
{
	return fd >= PIDFD ? now.gone[fd - PIDFD] : fd >= FIRST_FD && now.count[fd - FIRST_FD];
}

static int look(struct pollfd *fds, int n)
{
	int found = 0;
	for (int i = 0; i < n; i++) {
		fds[i].revents = readable(fds[i].fd) ? POLLIN : 0;
		found += !!fds[i].revents;
	}
	return found;
}

int xp_poll(struct pollfd *fds, int n, int timeout_ms)
{
	int64_t until = timeout_ms < 0 ? XF_NEVER : xp_now + timeout_ms * INT64_C(1000000);
	xp_step("polls", NULL);
	int found = look(fds, n);
	while (!found && timeout_ms && xp_sleep(&now, until) == 0)
		found = look(fds, n);
	return found;
}

int xfi_call_eventfd(int *ret_fd)
{
	*ret_fd = xp_eventfd();
	return 0;
}

int xfi_call_failed(const char *call)
{
	return -ENOSYS;
}

/* The eventfd of an entry of poll.c is made right before its epoll. */
void xp_poll_fd(int fd)
{
	struct pollfd one = { .fd = fd - 1, .events = POLLIN };
	(void)xp_poll(&one, 1, -1);
}

/*
 * Rings, as io_uring does it with DEFER_TASKRUN: whoever wakes the futex writes the eventfd and
 * leaves a note that there is work to do; the next call of the ring's thread does the work, which
 * writes it again and leaves a completion.
 */

void xp_no_rings(void)
{
	now.no_rings = true;
}

struct xfi_uring *xfi_uring_make(int eventfd_)
{
	if (now.no_rings)
		return NULL;
	if (now.n_rings == COUNTERS)
		abort();
	struct xfi_uring *r = &now.rings[now.n_rings++];
	*r = (struct xfi_uring){ .eventfd = eventfd_, .thread = xp_current() };
	return r;
}

void xfi_uring_free(struct xfi_uring *r, bool ours)
{
	if (r)
		r->state = NOTHING;
}

bool xfi_uring_asleep(const struct xfi_uring *r)
{
	xp_step("looks at a ring", NULL);
	return r->waits && r->state != WOKEN && !r->completed && !r->old_work;
}

static void work(struct xfi_uring *r)
{
	if (r->old_work || r->state == WOKEN)
		add(r->eventfd);
	if (r->state == WOKEN) {
		r->state = NOTHING;
		r->completed = true;
	}
	r->old_work = false;
}

int xfi_uring_sleep(
	struct xfi_uring *r, const _Atomic uint32_t *word, uint32_t expected, uint32_t bits)
{
	bool same;
	if (r->thread != xp_current())
		return -EEXIST;
	if (xfi_uring_asleep(r))
		return 0;
	xp_step("lays a ring down on", word);
	same = *(const volatile uint32_t *)word == expected;
	r->old_work |= r->state == WOKEN;
	r->word = word;
	r->bits = bits;
	r->state = same ? ASLEEP : NOTHING;
	r->completed = !same;
	if (!same)
		add(r->eventfd);
	xp_step("does a ring's work", NULL);
	work(r);
	r->waits = !r->completed;
	r->completed = false;
	return same ? 0 : -EAGAIN;
}

int xp_kernel_wake(const void *word, uint32_t bits)
{
	int woken = 0;
	for (int i = 0; i < now.n_rings; i++) {
		struct xfi_uring *r = &now.rings[i];
		if (r->state != ASLEEP || r->word != word || !(r->bits & bits))
			continue;
		r->state = WOKEN;
		add(r->eventfd);
		woken++;
	}
	return woken;
}

/* Processes. */

void xp_kernel(int member)
{
	for (int n = 1; n <= XP_MEMBERS; n++) {
		xp_wait_for_deaths(n);
		xp_step("takes a process down", NULL);
		for (int m = 0; m < XP_MEMBERS; m++)
			now.gone[m] |= xp_is_dead(m);
		xp_wake(&now);
	}
}

bool xp_gone(int member)
{
	return now.gone[member];
}

static int member_of(const struct xfi_member *record)
{
	return record->pid - 1;
}

bool xfi_process_foreign(const struct xf_domain *d, const struct xfi_member *record)
{
	return false;
}

bool xfi_process_gone(const struct xfi_member *record, int *ret_fd)
{
	xp_step("asks for a process", NULL);
	if (!now.gone[member_of(record)])
		*ret_fd = PIDFD + member_of(record);
	return now.gone[member_of(record)];
}

bool xfi_presence_shown(const struct xf_domain *d, uint32_t member)
{
	return false;
}

bool xfi_presence_ended(const struct xf_domain *d, uint32_t member)
{
	return false;
}

/* Nobody has a device's memory. */
bool xfi_presence_has_device(const struct xf_domain *d, uint32_t member)
{
	return false;
}

void xfi_presence_of_device(struct xf_domain *d)
{
}

int xfi_keeper_add(struct xf_domain *d, xf_id id, int fd, struct xfi_kept **ret_kept)
{
	return -ENOSYS;
}

void xfi_keeper_remove(struct xf_domain *d, struct xfi_kept *surface)
{
}

int xfi_keeper_ask(struct xf_domain *d, xf_id id, struct xfi_sent *ret_sent)
{
	return -ENOSYS;
}

int xfi_fork_get(int (*get)(const void *arg), const void *arg)
{
	return -ENOSYS;
}

void xfi_fork_close(int *fd)
{
}
