/* SPDX-License-Identifier: MIT */
/*
 * The service itself: one epoll set, which an embedder polls or a thread of ours serves, and the
 * signal call that any thread may make.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/message.h"
#include "base/params.h"
#include "host/host.h"
#include "host/alarm.h"
#include "host/channel.h"
#include "host/event.h"

#define EVENTS_PER_TURN 64

void xfh_host_kick(struct xf_host *host)
{
	uint64_t one = 1;
	(void)!write(host->kick, &one, sizeof(one)); /* full: it is awake already */
}

static void attend(struct xf_host_guest *guest)
{
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	{
		if (!atomic_exchange(&channel->attention, 0))
			continue;
		xfh_out_flush(channel, 1);
		if (xfw_list_empty(&channel->readable))
			xfw_list_append(&guest->host->readable, &channel->readable);
	}
}

static void kicked(struct xfh_watch *watch, uint32_t events)
{
	struct xf_host *host = XFW_CONTAINER(watch, struct xf_host, kick_watch);
	uint64_t count;
	(void)!read(host->kick, &count, sizeof(count)); /* only empties it */
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	attend(guest);
}

static void move_all(struct xfw_list *to, struct xfw_list *from)
{
	while (!xfw_list_empty(from)) {
		struct xfw_list *first = from->next;
		xfw_list_remove(first);
		xfw_list_append(to, first);
	}
}

/*
 * One helping for every channel that has input; what is left waits for the next turn. A guest
 * whose time is used up is not read from any more in this turn, and those of its channels that
 * had to wait come first in the next one.
 */
static void read_all(struct xf_host *host)
{
	struct xfw_list turn, later;
	xfw_list_init(&turn);
	xfw_list_init(&later);
	host->turn++;
	move_all(&turn, &host->readable);
	while (!xfw_list_empty(&turn)) {
		struct xfw_list *first = turn.next;
		struct xfh_channel *channel = XFW_CONTAINER(first, struct xfh_channel, readable);
		bool now = xfh_channel_has_time(channel);
		xfw_list_remove(first);
		xfw_list_append(now ? &host->readable : &later, first);
		if (now)
			xfh_channel_read(channel);
	}
	move_all(&later, &host->readable);
	move_all(&host->readable, &later);
}

/* Positive: there is more to do at once. */
static int turn(struct xf_host *host, int timeout_ms)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int n = epoll_wait(host->epoll, events, EVENTS_PER_TURN, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	pthread_mutex_lock(&host->lock);
	for (int i = 0; i < n; i++)
		xfh_host_deliver(host, &events[i]);
	read_all(host);
	int more = n == EVENTS_PER_TURN || !xfw_list_empty(&host->readable);
	pthread_mutex_unlock(&host->lock);
	return more;
}

static void *serve(void *arg)
{
	struct xf_host *host = arg;
	int more = 0;
	while (!atomic_load(&host->stopping))
		more = turn(host, more > 0 ? 0 : -1);
	return NULL;
}

int xf_host_fd(const struct xf_host *host)
{
	return host ? host->epoll : xf_fail(-EINVAL, "host is NULL");
}

int xf_host_dispatch(struct xf_host *host)
{
	xfi_message_forget();
	if (!host)
		return xf_fail(-EINVAL, "host is NULL");
	int more = turn(host, 0);
	if (more > 0)
		xfh_host_kick(host);
	return more < 0 ? more : 0;
}

static int read_params(
	const struct xf_host_params *given, struct xf_host_params *params, struct xf_host *host)
{
	int r = given ? XFI_PARAMS_READ(params, struct xf_host_params, given) : 0;
	if (!r && params->driver)
		r = XFI_PARAMS_READ(&host->driver, struct xf_host_driver, params->driver);
	if (r)
		return r;
	if (params->flags & ~XF_HOST_OWN_THREAD)
		return xf_fail(-EINVAL, "flags 0x%x of struct xf_host_params are not all XF_HOST_*",
			params->flags);
	if (params->reserved)
		return xf_fail(-EINVAL, "reserved in struct xf_host_params is not 0");
	host->log = params->log;
	host->log_entry = params->log_entry;
	host->log_level = params->log_level ? params->log_level : XF_HOST_LOG_WARNING;
	host->log_arg = params->log_arg;
	return 0;
}

static int begin(struct xf_host *host, uint32_t flags)
{
	host->epoll = xfi_fd_above_std(epoll_create1(EPOLL_CLOEXEC));
	host->kick = xfi_fd_above_std(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (host->epoll < 0 || host->kick < 0)
		return -errno;
	host->spare = xfi_fd_above_std(open("/dev/null", O_RDONLY | O_CLOEXEC));
	if (host->spare < 0)
		return -errno;
	host->kick_watch = (struct xfh_watch){ .ready = kicked, .fd = host->kick };
	int r = xfh_host_watch(host, &host->kick_watch, EPOLLIN);
	if (!r)
		r = xfh_alarm_start(host);
	if (r || !(flags & XF_HOST_OWN_THREAD))
		return r;
	r = -pthread_create(&host->thread, NULL, serve, host);
	host->has_thread = !r;
	return r;
}

int xf_host_create(const struct xf_host_params *given, struct xf_host **ret_host)
{
	struct xf_host_params params = { 0 };
	xfi_message_forget();
	if (!ret_host)
		return xf_fail(-EINVAL, "%s: ret_host is NULL", __func__);
	struct xf_host *host = calloc(1, sizeof(*host));
	if (!host)
		return -ENOMEM;
	int r = read_params(given, &params, host);
	if (r) {
		free(host);
		return r;
	}
	host->epoll = host->kick = host->spare = host->alarm.fd = -1;
	pthread_mutex_init(&host->lock, NULL);
	pthread_mutex_init(&host->own_lock, NULL);
	xfw_list_init(&host->own_events);
	xfw_list_init(&host->guests);
	xfw_list_init(&host->vsocks);
	xfw_list_init(&host->locals);
	xfw_list_init(&host->readable);
	host->events = (struct xf_host_events){ sizeof(host->events), host, xfh_own_event_signal };
	r = begin(host, params.flags);
	if (r)
		xf_host_destroy(host);
	else
		*ret_host = host;
	return r;
}

void xf_host_destroy(struct xf_host *host)
{
	if (!host)
		return;
	atomic_store(&host->stopping, 1);
	if (host->has_thread) {
		xfh_host_kick(host);
		pthread_join(host->thread, NULL);
	}
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	xf_host_guest_remove(guest);
	xfh_local_finish(host);
	if (host->driver.host_gone)
		host->driver.host_gone(host->driver.self);
	xfh_alarm_stop(host);
	if (host->spare >= 0)
		close(host->spare);
	if (host->kick >= 0)
		close(host->kick);
	if (host->epoll >= 0)
		close(host->epoll);
	free(host->watches);
	xfh_slots_finish(&host->slots);
	xfh_slots_finish(&host->own_slots);
	pthread_mutex_destroy(&host->own_lock);
	pthread_mutex_destroy(&host->lock);
	free(host);
}

/* ---- signals ---- */

static int signal_vm(struct xfh_slot *slot, uint64_t state, uint64_t event, uint32_t flags)
{
	if (state == XFH_SLOT_LIVE) {
		int r = xfh_out_signal(slot->channel, slot->process, event,
			flags & XF_HOST_LAST_USE ? XFW_LAST_USE : 0);
		if (!r)
			atomic_fetch_add_explicit(&slot->accepted, 1, memory_order_relaxed);
		return r;
	}
	/* A driver's last use during clean-up: the record goes with the process anyway. */
	if (flags & XF_HOST_LAST_USE)
		return 0;
	return state == XFH_SLOT_LOST ? -ENODEV : -ESHUTDOWN;
}

static int signal_local(struct xfh_slot *slot, uint64_t state, xf_host_handle process,
	uint64_t event, uint32_t flags)
{
	if (state != XFH_SLOT_LIVE)
		return flags & XF_HOST_LAST_USE ? 0 : -ESHUTDOWN; /* as in signal_vm() */
	int r = slot->events->signal(slot->events->self, process, event, flags);
	struct xf_host_guest *guest = slot->channel ? slot->channel->guest : NULL;
	if (!r && guest) {
		atomic_fetch_add_explicit(&slot->accepted, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&guest->accepted, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&guest->delivered, 1, memory_order_relaxed);
	}
	return r;
}

/* A driver's way: no message is forgotten before something has failed. */
static int refused(int result)
{
	xfi_message_forget();
	return result;
}

int xf_host_signal(struct xf_host *host, xf_host_handle process, uint64_t event, uint32_t flags)
{
	uint64_t state;
	int r = -ESRCH;
	if (!host || !event)
		return xf_fail(-EINVAL, "%s: %s", __func__, host ? "event is 0" : "host is NULL");
	if (flags & ~XF_HOST_LAST_USE)
		return xf_fail(-EINVAL, "flags 0x%x are not all XF_HOST_LAST_USE", flags);
	struct xfh_slot *slot = xfh_slot_enter(&host->slots, process, &state);
	if (!slot)
		return refused(-ESRCH);
	if (slot->kind == XFH_SLOT_VM)
		r = signal_vm(slot, state, event, flags);
	else if (slot->kind == XFH_SLOT_LOCAL)
		r = signal_local(slot, state, process, event, flags);
	xfh_slot_leave(slot);
	return r >= 0 || r == -EBADF || r == -EACCES || r == -EPROTOTYPE ? r : refused(r);
}

int xf_host_signal_cpu_event(struct xf_host *host, xf_host_handle cpu_event, uint32_t flags)
{
	uint64_t state;
	int r = -ESRCH;
	if (!host)
		return xf_fail(-EINVAL, "%s: host is NULL", __func__);
	if (flags & ~XF_HOST_LAST_USE)
		return xf_fail(-EINVAL, "flags 0x%x are not all XF_HOST_LAST_USE", flags);
	struct xfh_slot *slot = xfh_slot_enter(&host->slots, cpu_event, &state);
	if (!slot)
		return refused(-ESRCH);
	if (slot->kind == XFH_SLOT_CPU_EVENT)
		/* The object's end is the driver's to hear of, not to bring about: until then its
		 * last use is a use. */
		r = signal_vm(slot, state, slot->event, state == XFH_SLOT_LIVE ? 0 : flags);
	xfh_slot_leave(slot);
	return r < 0 ? refused(r) : r;
}
