/* SPDX-License-Identifier: MIT */
/* The bare mechanisms that are descriptors, and waiting for any of several. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "bare.h"
#include "bare_fd.h"
#include "pair.h"
#include "share.h"

#define MANY 16

/* Descriptors [0, n) are side 0's to wait for, [n, 2n) side 1's. */
struct descriptors {
	unsigned n;
	int fds[2 * MANY];
	int epoll;
};

static int open_descriptors(struct bench_side *side, unsigned n)
{
	struct descriptors *d = calloc(1, sizeof(*d));
	side->state = d;
	if (!d)
		return -ENOMEM;
	d->n = n;
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < 2 * n; i++) {
		if (side->self == 0)
			d->fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		int r = side->peer < 0 ? 0 : bench_share_fd(side, &d->fds[i]);
		if (r)
			return r;
	}
	for (unsigned i = 0; i < n; i++) {
		int fd = d->fds[side->self * n + i];
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
		if (epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event))
			return -errno;
	}
	return 0;
}

static void put(int fd)
{
	eventfd_write(fd, 1);
}

static void take(struct descriptors *d)
{
	struct epoll_event event;
	eventfd_t value;
	while (epoll_wait(d->epoll, &event, 1, -1) != 1 || eventfd_read(event.data.fd, &value))
		;
}

static void run_descriptors(struct bench_side *side, uint64_t count)
{
	struct descriptors *d = side->state;
	int *theirs = d->fds + !side->self * d->n;
	for (uint64_t i = 0; i < count; i++) {
		if (side->self == 1)
			take(d);
		put(theirs[i % d->n]);
		if (side->self == 0)
			take(d);
	}
}

static int open_one(struct bench_side *side)
{
	return open_descriptors(side, 1);
}

static int open_many(struct bench_side *side)
{
	return open_descriptors(side, MANY);
}

const struct bench_contender bare_eventfd_epoll = { .open = open_one, .run = run_descriptors };
const struct bench_contender bare_eventfd_epoll_16 = { .open = open_many, .run = run_descriptors };

static void run_write(struct bench_side *side, uint64_t count)
{
	struct descriptors *d = side->state;
	for (; count; count--)
		eventfd_write(d->fds[0], 1);
}

static void run_write_read(struct bench_side *side, uint64_t count)
{
	struct descriptors *d = side->state;
	eventfd_t value;
	for (; count; count--) {
		eventfd_write(d->fds[0], 1);
		eventfd_read(d->fds[0], &value);
	}
}

const struct bench_contender bare_eventfd_write = {
	.open = open_one,
	.run = run_write,
	.alone = true,
};
const struct bench_contender bare_eventfd_write_read = {
	.open = open_one,
	.run = run_write_read,
	.alone = true,
};

/* Sixteen flags for each side; a sleeper says so in all of them. */
enum { CLEAR = 0, SET = 1, AWAITED = 2 };

static _Atomic uint32_t *flags_of(struct bench_side *side, unsigned self)
{
	return (_Atomic uint32_t *)side->shared + self * MANY;
}

static bool take_flag(_Atomic uint32_t *flags)
{
	for (unsigned i = 0; i < MANY; i++)
		if (atomic_load(&flags[i]) == SET) {
			atomic_store(&flags[i], CLEAR);
			return true;
		}
	return false;
}

static void wait_flags(_Atomic uint32_t *flags)
{
	struct futex_waitv words[MANY];
	while (!take_flag(flags)) {
		for (unsigned i = 0; i < MANY; i++) {
			uint32_t clear = CLEAR;
			atomic_compare_exchange_strong(&flags[i], &clear, AWAITED);
			words[i] = (struct futex_waitv){
				.val = AWAITED, .uaddr = (uintptr_t)&flags[i], .flags = FUTEX_32
			};
		}
		syscall(SYS_futex_waitv, words, MANY, 0, NULL, CLOCK_MONOTONIC);
	}
}

static void set_flag(_Atomic uint32_t *flag)
{
	if (atomic_exchange(flag, SET) == AWAITED)
		bare_wake(flag, 1);
}

static void run_waitv(struct bench_side *side, uint64_t count)
{
	_Atomic uint32_t *mine = flags_of(side, side->self), *theirs = flags_of(side, !side->self);
	for (uint64_t i = 0; i < count; i++) {
		if (side->self == 1)
			wait_flags(mine);
		set_flag(&theirs[i % MANY]);
		if (side->self == 0)
			wait_flags(mine);
	}
}

static int open_waitv(struct bench_side *side)
{
	return 0;
}

const struct bench_contender bare_waitv_16 = { .open = open_waitv, .run = run_waitv };
