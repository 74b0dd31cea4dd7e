/* SPDX-License-Identifier: MIT */
/*
 * Events of a guest process. A record is found by the id that the host sends back; it is listed
 * before the host can hear of the id, so a first signal cannot be lost, and it leaves the list
 * with the driver's last use, or with its device or session when the driver forgot.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guest/event.h"
#include "guest/io.h"

static struct xfw_list *bucket(struct xf_guest *guest, uint64_t id)
{
	return &guest->buckets[id & (guest->n_buckets - 1)];
}

/* Keeps chains short; on lack of memory they just get longer. */
static void grow_locked(struct xf_guest *guest)
{
	uint32_t n = guest->n_buckets ? guest->n_buckets * 2 : 64;
	struct xfw_list *old = guest->buckets, *fresh = calloc(n, sizeof(*fresh));
	uint32_t n_old = guest->n_buckets;
	if (!fresh)
		return;
	for (uint32_t i = 0; i < n; i++)
		xfw_list_init(&fresh[i]);
	guest->buckets = fresh;
	guest->n_buckets = n;
	for (uint32_t i = 0; i < n_old; i++)
		XFW_LIST_EACH(event, &old[i], struct xf_guest_event, link)
		{
			xfw_list_remove(&event->link);
			xfw_list_append(bucket(guest, event->id), &event->link);
		}
	free(old);
}

static struct xf_guest_event *find_locked(struct xf_guest *guest, uint64_t id)
{
	if (!guest->n_buckets)
		return NULL;
	XFW_LIST_EACH(event, bucket(guest, id), struct xf_guest_event, link)
	if (event->id == id)
		return event;
	return NULL;
}

/* Room for one more "gone" note is made when a record is listed, so that dropping cannot fail. */
static int list_locked(struct xf_guest *guest, struct xf_guest_event *event)
{
	if (guest->records + guest->n_gone >= guest->limits.events)
		return xf_fail(-ENOSPC,
			"this process has %u events that the host may still signal, "
			"as many as it allows; close some",
			guest->records + guest->n_gone);
	if (guest->records + guest->n_gone >= guest->max_gone) {
		uint32_t more = guest->max_gone ? guest->max_gone * 2 : 64;
		uint64_t *gone = realloc(guest->gone, more * sizeof(*gone));
		if (!gone)
			return -ENOMEM;
		guest->gone = gone;
		guest->max_gone = more;
	}
	if (guest->records >= guest->n_buckets)
		grow_locked(guest);
	if (!guest->n_buckets)
		return -ENOMEM;
	event->id = guest->next_event++;
	event->session = guest->sessions;
	event->listed = 1;
	xfw_list_append(bucket(guest, event->id), &event->link);
	guest->records++;
	return 0;
}

/* Ends the record; `event` may be freed by this. */
static void drop_locked(struct xf_guest *guest, struct xf_guest_event *event, int tell)
{
	xfw_list_remove(&event->link);
	event->listed = 0;
	guest->records--;
	if (tell && !event->cpu)
		guest->gone[guest->n_gone++] = event->id;
	if (event->closed)
		free(event);
}

void xfg_drop_records_locked(struct xf_guest *guest, uint64_t device, int all)
{
	for (uint32_t i = 0; i < guest->n_buckets; i++)
		XFW_LIST_EACH(event, &guest->buckets[i], struct xf_guest_event, link)
	if (all || event->device == device)
		drop_locked(guest, event, !all);
	if (all)
		guest->n_gone = 0;
}

static void wake_waiters_locked(struct xf_guest_event *event)
{
	XFW_LIST_EACH(waiter, &event->guest->waiters, struct xfg_waiter, link)
	{
		if (waiter->event != event)
			continue;
		xfg_wake(waiter);
		if (!event->manual)
			return;
		/* All of them, and each once: it leaves the list when it runs. */
	}
}

void xfg_signal_locked(struct xf_guest *guest, uint64_t id, int last_use)
{
	struct xf_guest_event *event = find_locked(guest, id);
	if (!event) {
		guest->unknown++;
		return;
	}
	if (event->closed) {
		guest->unknown++;
	} else {
		guest->signals++;
		event->count++;
		event->signalled = 1;
		wake_waiters_locked(event);
	}
	if (last_use)
		drop_locked(guest, event, 1);
}

int xfg_take_locked(struct xf_guest_event *event)
{
	int was = event->signalled;
	if (was && !event->manual)
		event->signalled = 0;
	return was;
}

static int make(struct xf_guest *guest, uint64_t device, uint32_t flags, int cpu,
	struct xf_guest_event **ret_event)
{
	int r = xfg_begin(guest);
	if (r)
		return r;
	if (flags & ~XF_GUEST_MANUAL_RESET)
		return xf_fail(-EINVAL, "flags 0x%x are not all XF_GUEST_*_RESET", flags);
	struct xf_guest_event *event = calloc(1, sizeof(*event));
	if (!event)
		return -ENOMEM;
	*event = (struct xf_guest_event){ .guest = guest,
		.device = device,
		.manual = !!(flags & XF_GUEST_MANUAL_RESET),
		.cpu = (uint8_t)cpu };
	xfw_list_init(&event->link);
	pthread_mutex_lock(&guest->lock);
	r = guest->lost;
	if (!r)
		r = list_locked(guest, event);
	pthread_mutex_unlock(&guest->lock);
	if (r)
		free(event);
	else
		*ret_event = event;
	return r;
}

static void unmake(struct xf_guest_event *event)
{
	struct xf_guest *guest = event->guest;
	pthread_mutex_lock(&guest->lock);
	event->closed = 1;
	if (event->listed)
		drop_locked(guest, event, 0);
	else
		free(event);
	pthread_mutex_unlock(&guest->lock);
}

int xf_guest_event_create(
	struct xf_guest *guest, uint64_t device, uint32_t flags, struct xf_guest_event **ret_event)
{
	struct xf_guest_event *event;
	if (!ret_event)
		return xf_fail(-EINVAL, "%s: ret_event is NULL", __func__);
	int r = make(guest, device, flags, 0, &event);
	if (r)
		return r;
	struct xfw_msg msg = { .type = XFW_EVENT_CREATE,
		.flags = event->manual ? XFW_MANUAL_RESET : 0,
		.object = event->id };
	r = xfg_send(guest, &msg, NULL);
	if (r)
		unmake(event);
	else
		*ret_event = event;
	return r;
}

/* As in guest.c: what the host's word alone would not say. */
static int explain(int result, uint64_t device)
{
	if (result == -ENOENT)
		return xf_fail(result, "0x%" PRIx64 " is not a device of this process", device);
	if (result == -ENOSPC)
		return xf_fail(
			result, "the host's quota, or its driver, allows no more CPU events");
	if (result == -ENOSYS)
		return xf_fail(result, "the host's driver has no CPU events");
	return xfg_refused(result, "a CPU event");
}

int xf_guest_cpu_event_create(
	struct xf_guest *guest, uint64_t device, uint32_t flags, struct xf_guest_event **ret_event)
{
	struct xf_guest_event *event;
	uint8_t payload[8];
	if (!device || !ret_event)
		return xf_fail(-EINVAL, "%s: %s", __func__,
			device ? "ret_event is NULL" : "device is 0, which is none");
	int r = make(guest, device, flags, 1, &event);
	if (r)
		return r;
	struct xfw_msg msg = { .type = XFW_CPU_EVENT_CREATE,
		.flags = event->manual ? XFW_MANUAL_RESET : 0,
		.payload_bytes = sizeof(payload),
		.object = event->id };
	struct xfg_waiter me = { 0 };
	xfw_put64(payload, device);
	r = xfg_request(guest, &msg, payload, &me, xf_deadline(XFG_PATIENCE_NS));
	if (!r)
		r = explain(me.result, device);
	if (r)
		unmake(event);
	else
		*ret_event = event;
	return r;
}

uint64_t xf_guest_event_handle(struct xf_guest_event *event)
{
	event->exported = 1;
	return event->id;
}

static int begin(const struct xf_guest_event *event)
{
	xfi_message_forget();
	return event ? xfg_check(event->guest) : xf_fail(-EINVAL, "event is NULL");
}

static int current_locked(struct xf_guest_event *event)
{
	if (event->session == event->guest->sessions)
		return 0;
	return xf_fail(-ESTALE, "the event is of a session that ended; close it and make another");
}

int xf_guest_event_wait(struct xf_guest_event *event, int64_t deadline_ns)
{
	struct xfg_waiter me = { .event = event };
	int r = begin(event);
	if (r)
		return r;
	struct xf_guest *guest = event->guest;
	xfw_list_init(&me.link);
	pthread_mutex_lock(&guest->lock);
	r = current_locked(event);
	if (!r)
		r = xfg_await_locked(guest, &me, deadline_ns);
	pthread_mutex_unlock(&guest->lock);
	return r;
}

int xf_guest_event_reset(struct xf_guest_event *event)
{
	int r = begin(event);
	if (r)
		return r;
	struct xf_guest *guest = event->guest;
	pthread_mutex_lock(&guest->lock);
	r = current_locked(event);
	if (!r)
		event->signalled = 0;
	pthread_mutex_unlock(&guest->lock);
	return r;
}

uint64_t xf_guest_event_count(const struct xf_guest_event *event)
{
	struct xf_guest *guest = event->guest;
	pthread_mutex_lock(&guest->lock);
	uint64_t count = event->count;
	pthread_mutex_unlock(&guest->lock);
	return count;
}

/* The driver hears of it and has let go when this returns, so the record can go too. */
static void destroy_cpu_event(struct xf_guest_event *event)
{
	struct xfw_msg msg = { .type = XFW_CPU_EVENT_DESTROY, .object = event->id };
	struct xfg_waiter me = { 0 };
	(void)xfg_request(event->guest, &msg, NULL, &me,
		xf_deadline(XFG_PATIENCE_NS)); /* lost: the session's end does it */
}

void xf_guest_event_close(struct xf_guest_event *event)
{
	if (!event || xfg_check(event->guest))
		return;
	struct xf_guest *guest = event->guest;
	if (event->cpu && event->listed)
		destroy_cpu_event(event);
	pthread_mutex_lock(&guest->lock);
	event->closed = 1;
	if (!event->listed)
		free(event);
	else if (!event->exported || event->cpu)
		drop_locked(guest, event, 1);
	pthread_mutex_unlock(&guest->lock);
	xfg_flush(guest);
}
