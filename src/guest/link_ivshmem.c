/* SPDX-License-Identifier: MIT */
/*
 * ivshmem, the guest's side: the rings of wire/ivshmem.h through a PCI device (link_pci.c). Where
 * no interrupt can be had we spin a little and sleep with growing pauses.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "base/fd.h"
#include "wire/ivshmem.h"
#include "guest/link_ivshmem.h"
#include "guest/link_pci.h"

#define POSITION       8 /* register in BAR 0: our peer number */
#define DOORBELL       12 /* register in BAR 0: peer << 16 | vector */
#define RING_LOOKS     50 /* of 10 ms */
#define SPINS	       2000
#define PAUSE_FIRST_NS 50000
#define PAUSE_LAST_NS  1000000

struct shared {
	struct xfg_pci pci;
	struct xfw_ivshmem *region; /* the channel in its memory */
	uint64_t epoch;
	struct xfw_ring_end in, out;
	uint64_t beat;
	int64_t beat_seen_ns; /* by coarse_now() */
	bool shut;
	int64_t pause_ns; /* without interrupts: how long the timer waits for the next look */
	bool busy; /* the host beats only for guests in which somebody waits */
	bool asked; /* "I sleep" was said of the input and has been seen, see settle() */
};

/* Milliseconds are enough for a beat, and the exact clock is a device of its own in many guests. */
static int64_t coarse_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool interrupts(const struct shared *s)
{
	return s->pci.irq >= 0; /* link.fd is the interrupt; else a timer */
}

static void ring_host(struct shared *s)
{
	if (s->pci.registers)
		s->pci.registers[DOORBELL / 4] = XFW_IVSHMEM_HOST_ID << 16;
}

/*
 * Between "I sleep" and the last look: a store must be seen before a load. A fence is not enough,
 * since QEMU's TCG leaves fences out for a guest of one CPU, although the host's threads are
 * others. Reading a device register orders both, there and on hardware, and costs only who goes to
 * sleep.
 */
static void settle(struct shared *s)
{
	if (s->pci.registers)
		(void)s->pci.registers[POSITION / 4];
}

/* 0, or -ECONNRESET when the host closed the channel or shows no life. */
static int alive(struct shared *s)
{
	uint64_t beat = __atomic_load_n(&s->region->host_beat, __ATOMIC_ACQUIRE);
	if (s->shut || __atomic_load_n(&s->region->host_epoch, __ATOMIC_ACQUIRE) != s->epoch)
		return -ECONNRESET;
	if (!s->busy)
		return 0;
	if (beat != s->beat) {
		s->beat = beat;
		s->beat_seen_ns = coarse_now();
		if (xfg_pci_is_wanted_back(&s->pci)) /* as good a time as any */
			return -ECONNRESET;
	} else if (coarse_now() - s->beat_seen_ns > XFW_IVSHMEM_DEAD_NS) {
		return -ECONNRESET;
	}
	return 0;
}

static void empty(int fd)
{
	uint64_t count;
	(void)!read(fd, &count, sizeof(count)); /* non-blocking; only resets it */
}

/* Without interrupts a timer stands for them; nobody needs to look when nobody waits. */
static int set_timer(struct xfg_link *link, long ns, long again_ns)
{
	struct itimerspec look = { .it_value.tv_nsec = ns, .it_interval.tv_nsec = again_ns };
	return timerfd_settime(link->fd, 0, &look, NULL) < 0 ? -errno : 0;
}

/*
 * Something went to or fro: more will, soon. So the timer goes off early now, and ever later while
 * nothing is found, as in wait_by_looking(); at last by itself. Its descriptor is ours and so are
 * the times: setting it does not fail.
 */
static void look_soon(struct xfg_link *link)
{
	struct shared *s = link->state;
	if (interrupts(s) || !s->busy)
		return;
	if (s->pause_ns >= PAUSE_LAST_NS)
		(void)set_timer(link, PAUSE_FIRST_NS, 0);
	s->pause_ns = PAUSE_FIRST_NS;
}

static void look_later(struct xfg_link *link)
{
	struct shared *s = link->state;
	if (interrupts(s) || !s->busy || s->pause_ns >= PAUSE_LAST_NS)
		return;
	s->pause_ns += s->pause_ns / 4;
	if (s->pause_ns < PAUSE_LAST_NS)
		(void)set_timer(link, s->pause_ns, 0);
	else
		(void)set_timer(link, PAUSE_LAST_NS, PAUSE_LAST_NS);
}

static ssize_t shared_read(struct xfg_link *link, void *bytes, size_t size)
{
	struct shared *s = link->state;
	struct xfw_ivshmem_ring *ring = s->in.ring;
	uint64_t used = __atomic_load_n(&ring->tail, __ATOMIC_RELAXED) - s->in.ours;
	xfw_ring_unask(&ring->sleeps);
	s->asked = false;
	int64_t n = xfw_ring_read(&s->in, bytes, size);
	if (n == 0) {
		xfw_ring_ask(&ring->sleeps);
		empty(link->fd);
		settle(s);
		s->asked = true;
		n = xfw_ring_read(&s->in, bytes, size);
	}
	if (n < 0)
		return -ECONNRESET;
	if (n == 0) {
		int r = alive(s);
		look_later(link);
		return r ? r : -EAGAIN;
	}
	look_soon(link);
	/* Nearly full: the host may be about to say that it waits. See settle(). */
	if (used > s->in.size / 2 || xfw_ring_asked(&ring->full))
		ring_host(s);
	return (ssize_t)n;
}

/* The doorbell is rung each time: telling whether the host sleeps would need a settle(), which is
 * dearer than the doorbell. */
static ssize_t shared_write(struct xfg_link *link, const void *bytes, size_t size)
{
	struct shared *s = link->state;
	struct xfw_ivshmem_ring *ring = s->out.ring;
	int r = alive(s);
	if (r)
		return r;
	xfw_ring_unask(&ring->full);
	int64_t n = xfw_ring_write(&s->out, bytes, size);
	if (n == 0) {
		xfw_ring_ask(&ring->full);
		settle(s);
		n = xfw_ring_write(&s->out, bytes, size);
	}
	if (n < 0)
		return -ECONNRESET;
	if (n == 0)
		return -EAGAIN;
	ring_host(s);
	look_soon(link);
	return (ssize_t)n;
}

static bool ready(struct shared *s, short events)
{
	if (events & POLLIN)
		return __atomic_load_n(&s->in.ring->tail, __ATOMIC_SEQ_CST) != s->in.ours;
	return s->out.ours - __atomic_load_n(&s->out.ring->head, __ATOMIC_SEQ_CST) < s->out.size;
}

/* No interrupt can be had: look often at first, then ever more seldom. */
static int wait_by_looking(struct shared *s, short events, int64_t deadline_ns)
{
	int64_t pause_ns = PAUSE_FIRST_NS;
	for (int i = 0; i < SPINS; i++)
		if (ready(s, events))
			return 0;
	for (;;) {
		if (ready(s, events))
			return 0;
		int r = alive(s);
		if (r)
			return r;
		int64_t left = deadline_ns == XF_NEVER ? pause_ns : deadline_ns - xf_now();
		if (left <= 0)
			return XF_TIMEOUT;
		struct timespec pause = { 0, left < pause_ns ? left : pause_ns };
		(void)ppoll(NULL, 0, &pause, NULL); /* woken early: looks early */
		if (pause_ns < PAUSE_LAST_NS)
			pause_ns += pause_ns / 4;
	}
}

/* How long to sleep before looking for the host's beat again; exact only where it matters. */
static struct timespec slice_until(int64_t deadline_ns)
{
	int64_t ns = XFW_IVSHMEM_BEAT_NS;
	if (deadline_ns != XF_NEVER && deadline_ns - coarse_now() < 2 * ns) {
		int64_t left = deadline_ns - xf_now();
		ns = left < 0 ? 0 : left < ns ? left : ns;
	}
	return (struct timespec){ ns / 1000000000, ns % 1000000000 };
}

static int shared_wait(struct xfg_link *link, short events, int64_t deadline_ns)
{
	struct shared *s = link->state;
	if (!interrupts(s))
		return wait_by_looking(s, events, deadline_ns);
	for (;;) {
		if (!(events & POLLIN) || !s->asked) {
			xfw_ring_ask(events & POLLIN ? &s->in.ring->sleeps : &s->out.ring->full);
			settle(s);
		}
		if (ready(s, events))
			return 0;
		int r = alive(s);
		if (r)
			return r;
		/* The host's death is only seen by the beat that stays away. */
		struct timespec slice = slice_until(deadline_ns);
		struct pollfd item = { .fd = link->fd, .events = POLLIN };
		int n = ppoll(&item, 1, &slice, NULL);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (ready(s, events))
			return 0; /* whoever reads to the end takes the interrupt away */
		if (n == 0 && deadline_ns != XF_NEVER && xf_now() >= deadline_ns)
			return XF_TIMEOUT;
		empty(link->fd);
	}
}

static void shared_shut(struct xfg_link *link)
{
	struct shared *s = link->state;
	uint64_t one = 1;
	s->shut = true;
	if (interrupts(s))
		(void)!write(link->fd, &one, sizeof(one)); /* wakes a waiter */
}

static void shared_close(struct xfg_link *link)
{
	struct shared *s = link->state;
	/* Tells the host, which closes its end when it looks. */
	if (s->region && s->epoch)
		__atomic_store_n(&s->region->guest_epoch, 0, __ATOMIC_RELEASE);
	ring_host(s);
	if (!interrupts(s) && link->fd >= 0)
		close(link->fd);
	xfg_pci_close(&s->pci);
	free(s);
}

static void shared_busy(struct xfg_link *link, bool busy)
{
	struct shared *s = link->state;
	s->busy = busy;
	s->beat_seen_ns = coarse_now(); /* it has begun to beat only now */
	s->pause_ns = PAUSE_LAST_NS;
	if (!interrupts(s))
		(void)set_timer(link, busy ? PAUSE_LAST_NS : 0, busy ? PAUSE_LAST_NS : 0);
}

static const struct xfg_link_ops shared_ops = { shared_read, shared_write, shared_wait, NULL,
	shared_busy, shared_shut, shared_close };

/* ---- opening ---- */

static int start_timer(struct xfg_link *link)
{
	link->fd = xfi_fd_above_std(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
	return link->fd < 0 ? -errno : set_timer(link, PAUSE_LAST_NS, PAUSE_LAST_NS);
}

static int check_region(struct shared *s)
{
	int r = xfg_region_find_channel(s->pci.memory, s->pci.size, &s->region);
	if (r)
		return r;
	uint64_t ring = xfw_ivshmem_ring_bytes(s->pci.size);
	uint8_t *data = (uint8_t *)s->region + XFW_IVSHMEM_DATA;
	s->in = (struct xfw_ring_end){ &s->region->to_guest, data, ring, 0 };
	s->out = (struct xfw_ring_end){ &s->region->to_host, data + ring, ring, 0 };
	return 0;
}

/* Says which epoch we want and waits until the host serves it. */
static int agree(struct xfg_link *link, int64_t deadline_ns)
{
	struct shared *s = link->state;
	if (getrandom(&s->epoch, sizeof(s->epoch), GRND_NONBLOCK) != sizeof(s->epoch))
		s->epoch = (uint64_t)xf_now();
	s->epoch |= 1; /* never 0 */
	for (int looks = 0; __atomic_load_n(&s->region->host_epoch, __ATOMIC_ACQUIRE) != s->epoch;
		looks++) {
		int64_t left = deadline_ns - xf_now();
		if (left <= 0)
			return -ETIMEDOUT;
		if (looks % RING_LOOKS == 0) {
			/* Again: nobody listened the first time, perhaps, or a host that went
			 * cleared the region behind itself. */
			__atomic_store_n(&s->region->guest_epoch, s->epoch, __ATOMIC_SEQ_CST);
			ring_host(s);
		}
		/* Interrupts wake us; without them, and for one that was lost, we look. */
		struct timespec pause = { 0, left < 10000000 ? left : 10000000 };
		struct pollfd item = { .fd = link->fd, .events = POLLIN };
		(void)ppoll(&item, 1, &pause, NULL);
		empty(link->fd);
	}
	s->beat = __atomic_load_n(&s->region->host_beat, __ATOMIC_ACQUIRE);
	s->beat_seen_ns = coarse_now();
	s->busy = true;
	s->pause_ns = PAUSE_LAST_NS;
	return 0;
}

int xfg_link_open_ivshmem(const char *where, int64_t deadline_ns, struct xfg_link *ret_link)
{
	struct shared *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	struct xfg_link link = {
		.ops = &shared_ops, .fd = -1, .look_ns = XFW_IVSHMEM_BEAT_NS, .state = s
	};
	int r = xfg_pci_open(where, &s->pci);
	if (r) {
		free(s);
		return r;
	}
	link.fd = s->pci.irq;
	if (!interrupts(s))
		r = start_timer(&link);
	if (!r)
		r = check_region(s);
	if (!r)
		r = agree(&link, deadline_ns);
	if (r) {
		xfg_link_close(&link);
		return r;
	}
	link.region = (struct xfg_region){ s->pci.memory, s->pci.size, s->region, s->epoch,
		s->pci.real_atomics, s->pci.memory_fd };
	link.gone_fd_plus_1 = s->pci.wanted_back + 1;
	*ret_link = link;
	return 0;
}
