/* SPDX-License-Identifier: MIT */
/*
 * The robust list tells of a death while the dying process still has threads and mappings. The
 * reaper is a thread that waits for the processes themselves to be gone, all of them together: a
 * pidfd says so without polling.
 *
 * Gone is only what the kernel calls so: a pidfd that is readable, a number that nobody has, or one
 * that belongs to a process that started at another time. When there is no descriptor to ask with,
 * or a filter in the way, the reaper looks again every now and then, and nothing is given back.
 *
 * A process that became another program by exec() lives, but its memory is gone: that shows in a
 * lock which the kernel drops then (presence.c). It tells of no change, so it is looked at, a few
 * times at once and less often later.
 *
 * The process is recognised by number, start time and PID namespace as the member wrote them down.
 * In another namespace the number means nothing, and only the lock is looked at; where there is
 * none either, it waits one second instead, since the kernel tears an address space of many
 * gigabytes down in less.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/thread.h"
#include "base/time.h"
#include "shm/lifeline.h"
#include "shm/member.h"
#include "shm/presence.h"
#include "shm/process.h"
#include "shm/reaper.h"
#include "shm/sweep.h"

#define LOOK_NS (50 * XFI_MS)

struct watched {
	bool known; /* the rest is filled in */
	int fd; /* pidfd; -1: none to be had, or another namespace's process */
	int64_t foreign_until_ns; /* 0: not of another namespace */
	int64_t device_until_ns; /* its memory is gone, its device may still be at work; 0: not so
				  */
	int64_t pause_ns; /* until the next look */
};

struct xfi_reaper {
	pthread_t thread;
	int changed; /* eventfd: the set or `stop` changed; -1: none to be had, so it looks */
	_Atomic uint64_t members;
	_Atomic bool stop;
	struct watched watched[XF_MEMBERS_MAX]; /* the thread's own */
};

static int gone(struct xf_domain *d, void *arg)
{
	uint32_t member = *(uint32_t *)arg;
	if (xfi_member_dead(d, member) && atomic_load(&d->members[member].reaper) == d->self + 1) {
		xfi_sweep_gone(d, member);
		atomic_fetch_add(&d->header->members_seq, 1);
	}
	return 0;
}

static void finish(struct xf_domain *d, uint32_t member)
{
	struct watched *w = &d->reaper->watched[member];
	xfi_fd_close(&w->fd);
	w->known = false;
	/* Ours until swept; if the lock is not to be had, the helper comes back to it. */
	(void)xfi_member_call(d, gone, &member);
	atomic_fetch_and(&d->reaper->members, ~xfi_bit(member));
	xfi_member_poke(d);
}

/*
 * Its memory is gone. A device's work ends when the kernel closes the driver's descriptors, with or
 * after the lock: measured 10 ms after the kill at most, and the process is gone 50 to 220 ms after
 * it. So that is waited for; where it cannot be seen, or the process lives on as another program,
 * one second is.
 */
static bool device_is_done(struct xf_domain *d, uint32_t member)
{
	struct watched *w = &d->reaper->watched[member];
	if (!xfi_presence_has_device(d, member))
		return true;
	if (!w->device_until_ns)
		w->device_until_ns = xf_deadline(XFI_SECOND);
	return xfi_past(w->device_until_ns);
}

/* Looks once; true: gone. A process of ours without a pidfd is looked at each time. */
static bool is_gone(struct xf_domain *d, uint32_t member)
{
	struct watched *w = &d->reaper->watched[member];
	if (!w->known) {
		bool foreign = xfi_process_foreign(d, &d->members[member]);
		*w = (struct watched){ true, -1, foreign ? xf_deadline(XFI_SECOND) : 0, 0, XFI_MS };
	}
	if (xfi_presence_ended(d, member) && device_is_done(d, member))
		return true;
	if (w->foreign_until_ns)
		return !xfi_presence_shown(d, member) && xfi_past(w->foreign_until_ns);
	return w->fd < 0 && xfi_process_gone(&d->members[member], &w->fd);
}

/* Looks at all of them and fills in what to sleep on; the time to look again. */
static int64_t look(struct xf_domain *d, struct pollfd *fds)
{
	struct xfi_reaper *reaper = d->reaper;
	int64_t until = reaper->changed < 0 ? xf_deadline(LOOK_NS) : XF_NEVER;
	uint32_t m;
	XFI_FOR_EACH_BIT(m, atomic_load(&reaper->members)) {
		struct watched *w = &reaper->watched[m];
		if (is_gone(d, m)) {
			finish(d, m);
			continue;
		}
		int64_t next = w->fd >= 0 && !xfi_presence_shown(d, m) ? XF_NEVER
								       : xf_deadline(w->pause_ns);
		w->pause_ns = w->pause_ns < LOOK_NS / 2 ? 2 * w->pause_ns : LOOK_NS;
		until = next < until ? next : until;
		fds[m].fd = w->fd;
	}
	return until;
}

static void *reaper_main(void *arg)
{
	struct xf_domain *d = arg;
	struct xfi_reaper *reaper = d->reaper;
	while (!atomic_load(&reaper->stop)) {
		struct pollfd fds[XF_MEMBERS_MAX + 1];
		uint64_t count;
		for (int i = 0; i < XF_MEMBERS_MAX; i++)
			fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
		fds[XF_MEMBERS_MAX] = (struct pollfd){ .fd = reaper->changed, .events = POLLIN };
		int64_t until = look(d, fds);
		if (poll(fds, XF_MEMBERS_MAX + 1, xfi_poll_ms(until)) <= 0)
			continue;
		if (fds[XF_MEMBERS_MAX].revents)
			(void)!read(reaper->changed, &count, sizeof(count));
		for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++)
			if (fds[m].revents & POLLIN)
				finish(d, m);
	}
	for (int i = 0; i < XF_MEMBERS_MAX; i++)
		if (reaper->watched[i].known)
			xfi_fd_close(&reaper->watched[i].fd);
	return NULL;
}

static int start(struct xf_domain *d)
{
	struct xfi_reaper *reaper = calloc(1, sizeof(*reaper));
	if (!reaper)
		return -ENOMEM;
	reaper->changed = -1; /* then it looks by itself */
	(void)xfi_call_eventfd(&reaper->changed);
	d->reaper = reaper;
	int r = xfi_thread_start(&reaper->thread, 256 * 1024, reaper_main, d);
	if (r) {
		xfi_fd_close(&reaper->changed);
		free(reaper);
		d->reaper = NULL;
	}
	return r;
}

static void tell(struct xfi_reaper *reaper)
{
	uint64_t one = 1;
	(void)!write(reaper->changed, &one, sizeof(one)); /* without one, it looks by itself */
}

/* Who cannot wait does not know better of another namespace's. */
static bool gone_already(const struct xf_domain *d, uint32_t member)
{
	XFI_FD fd = -1;
	const struct xfi_member *m = &d->members[member];
	return xfi_process_foreign(d, m) || xfi_process_gone(m, &fd);
}

int xfi_reap(struct xf_domain *d, uint32_t member)
{
	int r = d->reaper ? 0 : d->self < XF_MEMBERS_MAX ? start(d) : -EAGAIN;
	if (r)
		return gone_already(d, member) ? XFI_REAPED : -EAGAIN;
	atomic_store(&d->members[member].reaper, d->self + 1);
	atomic_fetch_or(&d->reaper->members, xfi_bit(member));
	tell(d->reaper);
	return 0;
}

bool xfi_reaping(struct xf_domain *d, uint32_t member)
{
	return d->reaper && atomic_load(&d->reaper->members) & xfi_bit(member);
}

void xfi_reaper_stop(struct xf_domain *d)
{
	struct xfi_reaper *reaper = d->reaper;
	if (!reaper)
		return;
	atomic_store(&reaper->stop, true);
	tell(reaper);
	xfi_thread_join(reaper->thread);
	xfi_fd_close(&reaper->changed);
	free(reaper);
	d->reaper = NULL;
}
