/* SPDX-License-Identifier: MIT */
/*
 * ivshmem, the host's side. The service is the ivshmem server of exactly one QEMU per guest, with a
 * sealed region that no other guest has. Towards the device we are peer 0 with one doorbell, the VM
 * is peer 1. The rings take the end of the region, the rest is for surfaces.
 */
#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/timerfd.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/pass_fd.h"
#include "host/bell.h"
#include "host/ivshmem.h"
#include "host/channel.h"
#include "host/transport.h"
#include "wire/ivshmem.h"

struct xfh_ivshmem {
	struct xf_host_guest *guest;
	struct xfh_watch vmm; /* the VMM's connection: its end is the VM's */
	struct xfh_watch bell; /* rung by the guest */
	struct xfh_watch beat; /* timer */
	struct xfh_bell ring_guest; /* the VMM listens on it */
	int memory; /* fd */
	struct xfw_ivshmem *region; /* the channel in it; mapped as long as the guest is there */
	struct xfw_ring_end in, out;
	uint64_t epoch;
	bool room_given; /* to the embedder, for a domain; or it is the embedder's */
	int busy; /* the channel has processes, or is being greeted by one */
	struct xfh_channel *channel; /* NULL: the guest has not opened one */
};

static struct xfh_ivshmem *of(struct xfh_channel *channel)
{
	return channel->guest->ivshmem;
}

/* ---- the channel's bytes ---- */

static ssize_t ring_read(struct xfh_channel *channel, void *bytes, size_t size)
{
	struct xfh_ivshmem *s = of(channel);
	struct xfw_ivshmem_ring *ring = s->in.ring;
	xfw_ring_unask(&ring->sleeps);
	int64_t n = xfw_ring_read(&s->in, bytes, size);
	if (n == 0) {
		xfw_ring_ask(&ring->sleeps);
		n = xfw_ring_read(&s->in, bytes, size);
	}
	if (n < 0)
		return -EPROTO;
	if (n == 0 && !__atomic_load_n(&s->region->guest_epoch, __ATOMIC_ACQUIRE)) {
		channel->gone = true; /* it said good-bye, and nothing before that is left */
		channel->why = "it said good-bye";
		return -ECONNRESET;
	}
	if (n == 0)
		return -EAGAIN;
	if (xfw_ring_asked(&ring->full))
		xfh_bell_ring(&s->ring_guest);
	return (ssize_t)n;
}

static ssize_t ring_write(struct xfh_channel *channel, const void *bytes, size_t size)
{
	struct xfh_ivshmem *s = of(channel);
	struct xfw_ivshmem_ring *ring = s->out.ring;
	xfw_ring_unask(&ring->full);
	int64_t n = xfw_ring_write(&s->out, bytes, size);
	if (n == 0) {
		xfw_ring_ask(&ring->full);
		n = xfw_ring_write(&s->out, bytes, size);
	}
	if (n < 0)
		return -EPROTO;
	if (n == 0)
		return -EAGAIN;
	if (xfw_ring_asked(&ring->sleeps))
		xfh_bell_ring(&s->ring_guest);
	return (ssize_t)n;
}

/* The guest looks for it only while it has a channel. */
static void set_beat(struct xfh_ivshmem *s, int64_t ns)
{
	struct itimerspec beat = { .it_value.tv_nsec = ns, .it_interval.tv_nsec = ns };
	timerfd_settime(s->beat.fd, 0, &beat, NULL);
}

static void ring_close(struct xfh_channel *channel)
{
	struct xfh_ivshmem *s = of(channel);
	s->channel = NULL;
	set_beat(s, 0);
	close(channel->watch.fd); /* a duplicate of the bell */
	__atomic_store_n(&s->region->host_epoch, 0, __ATOMIC_RELEASE);
	xfh_bell_ring(&s->ring_guest);
}

static void beat(struct xfh_ivshmem *s)
{
	__atomic_fetch_add(&s->region->host_beat, 1, __ATOMIC_RELEASE);
}

/* In a guest in which nobody waits nobody looks whether we live. */
static void ring_busy(struct xfh_channel *channel, int busy)
{
	struct xfh_ivshmem *s = of(channel);
	if (s->channel != channel)
		return; /* it is being closed */
	s->busy = busy;
	if (busy)
		beat(s);
	set_beat(s, busy ? XFW_IVSHMEM_BEAT_NS : 0);
}

static const struct xfh_channel_io ring_io = { ring_read, ring_write, ring_close, ring_busy, 1 };

/* ---- opening ---- */

static void set_end(
	struct xfh_ivshmem *s, struct xfw_ring_end *end, struct xfw_ivshmem_ring *ring, int index)
{
	uint64_t size = xfw_ivshmem_ring_bytes(s->guest->region_bytes);
	*end = (struct xfw_ring_end){ ring,
		(uint8_t *)s->region + XFW_IVSHMEM_DATA + (uint64_t)index * size, size, 0 };
	memset(ring, 0, sizeof(*ring));
}

static void open_channel(struct xfh_ivshmem *s, uint64_t epoch)
{
	if (s->channel)
		xfh_channel_close(s->channel);
	s->epoch = epoch;
	set_end(s, &s->out, &s->region->to_guest, 0);
	set_end(s, &s->in, &s->region->to_host, 1);
	int fd = fcntl(s->bell.fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && xfh_channel_create(s->guest, fd, &ring_io, 0, &s->channel))
		close(fd);
	if (!s->channel)
		return; /* the guest waits, and asks again with another epoch */
	ring_busy(s->channel, 1);
	__atomic_store_n(&s->region->host_epoch, epoch, __ATOMIC_RELEASE);
	xfh_bell_ring(&s->ring_guest);
}

static void look_for_epoch(struct xfh_ivshmem *s)
{
	uint64_t epoch = __atomic_load_n(&s->region->guest_epoch, __ATOMIC_ACQUIRE);
	if (atomic_load(&s->guest->quiet))
		return;
	if (!epoch && s->channel)
		xfh_channel_look(s->channel); /* good-bye: reads to the end, see ring_read() */
	else if (epoch && epoch != s->epoch)
		open_channel(s, epoch);
}

static void bell_ready(struct xfh_watch *watch, uint32_t events)
{
	/* Not emptied: the VMM may have made it blocking. Every ring is an edge. */
	look_for_epoch(XFW_CONTAINER(watch, struct xfh_ivshmem, bell));
}

static void beat_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xfh_ivshmem *s = XFW_CONTAINER(watch, struct xfh_ivshmem, beat);
	uint64_t count;
	(void)!read(watch->fd, &count, sizeof(count)); /* only empties it */
	beat(s);
	look_for_epoch(s); /* for a doorbell that was lost */
}

/* ---- the ivshmem server protocol ---- */

static int send_number(int fd, int64_t number, int with_fd)
{
	uint8_t bytes[8];
	xfw_put64(bytes, (uint64_t)number);
	return xfi_send_fd(fd, NULL, 0, bytes, sizeof(bytes), with_fd, MSG_DONTWAIT);
}

static int introduce(struct xfh_ivshmem *s)
{
	const struct {
		int64_t number;
		int fd;
	} words[] = {
		{ 0, -1 }, /* version of the protocol */
		{ XFW_IVSHMEM_VM_ID, -1 }, /* who the VMM is */
		{ -1, s->memory }, { XFW_IVSHMEM_HOST_ID, s->bell.fd }, /* whom it may ring */
		{ XFW_IVSHMEM_VM_ID, s->ring_guest.fd }, /* how it is rung */
	};
	int r = 0;
	for (size_t i = 0; !r && i < sizeof(words) / sizeof(words[0]); i++)
		r = send_number(s->vmm.fd, words[i].number, words[i].fd);
	return r;
}

static void mark_region(struct xfh_ivshmem *s)
{
	uint64_t size = s->guest->region_bytes;
	__atomic_store_n(
		&s->region->ring_bytes, (uint32_t)xfw_ivshmem_ring_bytes(size), __ATOMIC_RELAXED);
	__atomic_store_n(&s->region->magic, XFW_IVSHMEM_MAGIC, __ATOMIC_RELEASE);
}

static int make_memory(struct xfh_ivshmem *s)
{
	s->memory = xfi_fd_above_std(
		memfd_create("crossfence-ivshmem", MFD_CLOEXEC | MFD_ALLOW_SEALING));
	if (s->memory < 0 || ftruncate(s->memory, (off_t)s->guest->region_bytes) < 0 ||
		fcntl(s->memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	return 0;
}

/*
 * The embedder's own. Nobody may be able to take it from under us, nor may there be no page left
 * for it (huge pages). What knows no seals is asked for nothing else, nor closed: that may take
 * for ever.
 */
static int take_memory(struct xfh_ivshmem *s)
{
	struct stat stat;
	struct statfs fs;
	int fd = s->guest->region_fd, seals = fcntl(fd, F_GET_SEALS);
	s->room_given = true;
	if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(fd, &stat) || fstatfs(fd, &fs) ||
		fs.f_type != TMPFS_MAGIC || stat.st_size != s->guest->region_bytes)
		return xf_fail(-EINVAL,
			"guest %s: its region is no memfd of region_bytes, sealed against "
			"shrinking",
			s->guest->name);
	s->memory = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return s->memory < 0 ? -errno : 0;
}

static int make_region(struct xfh_ivshmem *s)
{
	size_t size = s->guest->region_bytes;
	int r = s->guest->region_fd < 0 ? make_memory(s) : take_memory(s);
	if (r)
		return r;
	uint64_t offset = xfw_ivshmem_offset(size);
	void *region = mmap(
		NULL, size - offset, PROT_READ | PROT_WRITE, MAP_SHARED, s->memory, (off_t)offset);
	if (region == MAP_FAILED)
		return -errno;
	s->region = region;
	mark_region(s);
	return 0;
}

/*
 * Nothing of one VM is left for the next, neither what it drew nor its wish for a channel. Room
 * that the host gave to a domain is the host's: guests only borrow from it.
 */
static void clear_region(struct xfh_ivshmem *s)
{
	off_t size = (off_t)s->guest->region_bytes;
	off_t first = s->room_given ? (off_t)xfw_ivshmem_offset((uint64_t)size) : 0;
	(void)fallocate(s->memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, first, size - first);
	mark_region(s);
}

static void shut_watch(struct xfh_ivshmem *s, struct xfh_watch *watch)
{
	if (watch->fd < 0)
		return;
	xfh_host_unwatch(s->guest->host, watch);
	close(watch->fd);
	watch->fd = -1;
}

static void shut_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Ends everything of the VMM that is connected, if one is. */
static void disconnect(struct xfh_ivshmem *s, int vm_gone)
{
	if (s->channel) {
		s->channel->gone = vm_gone;
		if (vm_gone)
			s->channel->why = "the VMM has gone";
		xfh_channel_close(s->channel);
	}
	shut_watch(s, &s->vmm);
	shut_watch(s, &s->bell);
	shut_watch(s, &s->beat);
	xfh_bell_finish(&s->ring_guest);
	s->epoch = 0;
	clear_region(s);
}

static void vmm_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xfh_ivshmem *s = XFW_CONTAINER(watch, struct xfh_ivshmem, vmm);
	char c;
	/* The protocol goes one way: whatever comes, or the end, is the end. */
	if (recv(watch->fd, &c, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
		return;
	disconnect(s, 1);
}

static int watch_all(struct xfh_ivshmem *s)
{
	struct xf_host *host = s->guest->host;
	s->vmm.ready = vmm_ready;
	s->bell = (struct xfh_watch){ bell_ready,
		xfi_fd_above_std(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), 0 };
	s->beat = (struct xfh_watch){ beat_ready,
		xfi_fd_above_std(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)), 0 };
	if (s->bell.fd < 0 || s->beat.fd < 0)
		return -errno;
	int r = xfh_bell_init(&s->ring_guest);
	if (!r)
		r = xfh_host_watch(host, &s->vmm, EPOLLIN);
	if (!r)
		r = xfh_host_watch(host, &s->bell, EPOLLIN | (uint32_t)EPOLLET);
	if (!r)
		r = xfh_host_watch(host, &s->beat, EPOLLIN);
	return r;
}

int xfh_ivshmem_connect(struct xf_host_guest *guest, int fd)
{
	struct xfh_ivshmem *s = guest->ivshmem;
	if (s->vmm.fd >= 0) {
		xfh_guest_log(guest, XF_HOST_LOG_WARNING, "refused",
			"a second VMM refused: one region, one VM");
		return xf_fail(-EUSERS, "guest %s has a VMM: one region, one VM", guest->name);
	}
	s->vmm.fd = fd;
	int r = watch_all(s);
	if (!r)
		r = introduce(s);
	if (r) {
		xfh_guest_log(guest, XF_HOST_LOG_WARNING, "ivshmem", "ivshmem: %s", xf_strerror(r));
		s->vmm.fd = -1; /* the caller's */
		disconnect(s, 0);
	}
	return r;
}

static void listener_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xf_host_guest *guest = XFW_CONTAINER(watch, struct xf_host_guest, listener);
	int fd;
	if (!xfh_transport_accept(guest, watch->fd, &fd) && xfh_ivshmem_connect(guest, fd))
		close(fd);
}

/* ---- saved and restored ---- */

void xfh_ivshmem_quiesce(struct xf_host_guest *guest)
{
	struct xfh_ivshmem *s = guest->ivshmem;
	if (s && s->channel)
		set_beat(s, 0);
}

/* Is what we wrote still there, and what we read? */
static bool untouched(const struct xfh_ivshmem *s)
{
	const struct xfw_ivshmem *region = s->region;
	return __atomic_load_n(&region->host_epoch, __ATOMIC_ACQUIRE) == s->epoch &&
	       __atomic_load_n(&region->guest_epoch, __ATOMIC_ACQUIRE) == s->epoch &&
	       __atomic_load_n(&region->to_guest.tail, __ATOMIC_RELAXED) == s->out.ours &&
	       __atomic_load_n(&region->to_host.head, __ATOMIC_RELAXED) == s->in.ours;
}

/*
 * The VMM may have restored the region to another time, also to one of another service: then the
 * guest is in the middle of a conversation that is not ours. It sees that we end it, and opens
 * another one; until it does, what stands there as its wish is that old one's.
 */
void xfh_ivshmem_resumed(struct xf_host_guest *guest)
{
	struct xfh_ivshmem *s = guest->ivshmem;
	if (!s || s->vmm.fd < 0)
		return;
	uint64_t answered = __atomic_load_n(&s->region->host_epoch, __ATOMIC_ACQUIRE);
	bool good = s->channel && untouched(s);
	if (s->channel && !good) {
		s->channel->gone = true;
		s->channel->why = "its VM was restored";
		xfh_channel_close(s->channel);
	}
	if (!good) {
		mark_region(s);
		__atomic_store_n(&s->region->host_epoch, 0, __ATOMIC_RELEASE);
		xfh_bell_ring(&s->ring_guest);
		s->epoch = answered;
	} else if (s->busy) {
		ring_busy(s->channel, 1);
	}
}

void xfh_ivshmem_look(struct xf_host_guest *guest)
{
	if (guest->ivshmem && guest->ivshmem->vmm.fd >= 0)
		look_for_epoch(guest->ivshmem);
}

int xfh_ivshmem_room(
	struct xf_host_guest *guest, int *ret_fd, uint64_t *ret_offset, uint64_t *ret_size)
{
	if (!guest->ivshmem)
		return xf_fail(-ENOTSUP,
			"guest %s has no shared region; its transport is not ivshmem", guest->name);
	guest->ivshmem->room_given = true;
	*ret_fd = guest->ivshmem->memory;
	*ret_offset = 0;
	*ret_size = xfw_ivshmem_offset(guest->region_bytes);
	return 0;
}

int xfh_ivshmem_start(struct xf_host_guest *guest, int given_fd)
{
	struct xfh_ivshmem *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->guest = guest;
	s->vmm.fd = s->bell.fd = s->beat.fd = s->memory = -1;
	s->ring_guest = XFH_BELL_NONE;
	guest->ivshmem = s;
	guest->listener.ready = listener_ready;
	int r = make_region(s);
	guest->listener.fd = given_fd; /* -1: none */
	if (!r && given_fd < 0 && guest->address)
		r = xfh_transport_listen(guest, guest->address);
	if (guest->listener.fd < 0)
		return r; /* or VMMs are handed in */
	return r ? r : xfh_host_watch(guest->host, &guest->listener, EPOLLIN);
}

void xfh_ivshmem_stop(struct xf_host_guest *guest)
{
	if (!guest->ivshmem)
		return;
	struct xfh_ivshmem *s = guest->ivshmem;
	if (s->region) {
		disconnect(s, 0);
		munmap(s->region, guest->region_bytes - xfw_ivshmem_offset(guest->region_bytes));
	}
	shut_fd(&s->memory);
	free(s);
	guest->ivshmem = NULL;
}
