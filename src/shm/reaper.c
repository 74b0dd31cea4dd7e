/* SPDX-License-Identifier: MIT */
/*
 * The robust list tells of a death while the dying process still has threads and mappings. The
 * reaper is a thread that waits for the process itself to be gone: a pidfd says so without polling.
 *
 * The process is recognised by number, start time and PID namespace as the member wrote them down.
 * In another namespace the number means nothing; then it waits one second instead, since the kernel
 * tears an address space of many gigabytes down in less.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "base/fd.h"
#include "base/time.h"
#include "shm/lifeline.h"
#include "shm/member.h"
#include "shm/process.h"
#include "shm/reaper.h"
#include "shm/sweep.h"

struct xfi_reaper {
	pthread_t thread;
	int changed; /* eventfd: the set or `stop` changed */
	_Atomic uint64_t members;
	_Atomic bool stop;
};

/* A descriptor that becomes readable when the member's process is gone; -1: it is gone. */
static int watch_process(struct xf_domain *d, uint32_t member, bool *ret_foreign)
{
	struct xfi_member *m = &d->members[member];
	int32_t pid = m->pid;
	uint64_t born = m->born, pid_ns = m->pid_ns;
	*ret_foreign = pid_ns == UINT64_MAX || xfi_pid_namespace() != pid_ns;
	if (*ret_foreign || pid <= 0)
		return -1;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	/*
	 * One that has ended needs no further look; and looking into its /proc folder now would
	 * make the kernel spin in its parent's waitpid() for as long as we do.
	 */
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	if (fd >= 0 && poll(&ended, 1, 0) == 1) {
		close(fd);
		return -1;
	}
	if (fd >= 0 && !xfi_process_is(pid, born)) { /* the number was used again */
		close(fd);
		return -1;
	}
	return fd;
}

static int gone(struct xf_domain *d, void *arg)
{
	uint32_t member = *(uint32_t *)arg;
	if (xfi_member_dead(d, member) && atomic_load(&d->members[member].reaper) == d->self + 1) {
		xfi_sweep_gone(d, member);
		atomic_fetch_add(&d->header->members_seq, 1);
	}
	return 0;
}

/* Blocks until something changed. Nothing else can make this read fail but EINTR: look again. */
static void drain(struct xfi_reaper *reaper)
{
	uint64_t count;
	(void)!read(reaper->changed, &count, sizeof(count));
}

/* Waits for one dead member's process; false: told to stop. */
static bool wait_for(struct xf_domain *d, struct xfi_reaper *reaper, uint32_t member)
{
	bool foreign;
	XFI_FD fd = watch_process(d, member, &foreign);
	if (fd < 0 && !foreign)
		return true;
	struct pollfd fds[] = { { .fd = reaper->changed, .events = POLLIN },
		{ .fd = fd, .events = POLLIN } };
	int64_t deadline = xf_deadline(XFI_SECOND);
	for (;;) {
		int left_ms = foreign ? xfi_poll_ms(deadline) : -1;
		if (foreign && left_ms <= 0)
			return true;
		if (poll(fds, 2, left_ms) < 0 && errno != EINTR)
			return true;
		if (fds[0].revents)
			drain(reaper);
		if (atomic_load(&reaper->stop))
			return false;
		if (fds[1].revents)
			return true;
	}
}

static void *reaper_main(void *arg)
{
	struct xf_domain *d = arg;
	struct xfi_reaper *reaper = d->reaper;
	while (!atomic_load(&reaper->stop)) {
		uint64_t members = atomic_load(&reaper->members);
		if (!members) {
			drain(reaper);
			continue;
		}
		uint32_t member = (uint32_t)__builtin_ctzll(members);
		if (!wait_for(d, reaper, member))
			break;
		/* Ours until swept; if the lock is not to be had, the helper comes back to it. */
		(void)xfi_member_call(d, gone, &member);
		atomic_fetch_and(&reaper->members, ~(xfi_bit(member)));
		xfi_member_poke(d);
	}
	return NULL;
}

static int start(struct xf_domain *d)
{
	struct xfi_reaper *reaper = calloc(1, sizeof(*reaper));
	if (!reaper)
		return -ENOMEM;
	reaper->changed = eventfd(0, EFD_CLOEXEC);
	d->reaper = reaper;
	/* The helper's blocked signals are inherited. */
	if (reaper->changed < 0 || pthread_create(&reaper->thread, NULL, reaper_main, d)) {
		xfi_fd_close(&reaper->changed);
		free(reaper);
		d->reaper = NULL;
		return -EAGAIN;
	}
	return 0;
}

int xfi_reap(struct xf_domain *d, uint32_t member)
{
	uint64_t one = 1;
	if (d->self >= XF_MEMBERS_MAX)
		return -EAGAIN;
	int r = d->reaper ? 0 : start(d);
	if (r)
		return r;
	atomic_store(&d->members[member].reaper, d->self + 1);
	atomic_fetch_or(&d->reaper->members, xfi_bit(member));
	(void)!write(d->reaper->changed, &one, sizeof(one)); /* cannot be full */
	return 0;
}

bool xfi_reaping(struct xf_domain *d, uint32_t member)
{
	return d->reaper && atomic_load(&d->reaper->members) & xfi_bit(member);
}

void xfi_reaper_stop(struct xf_domain *d)
{
	struct xfi_reaper *reaper = d->reaper;
	uint64_t one = 1;
	if (!reaper)
		return;
	atomic_store(&reaper->stop, true);
	(void)!write(reaper->changed, &one, sizeof(one));
	pthread_join(reaper->thread, NULL);
	close(reaper->changed);
	free(reaper);
	d->reaper = NULL;
}
