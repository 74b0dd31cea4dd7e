/* SPDX-License-Identifier: MIT */
/*
 * Processes of the host itself, and the built-in table of their events. That table is of slots, as
 * the processes' is: removing an event waits for the signals under way, and signals never wait.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/params.h"
#include "host/event.h"

struct xfh_own_event {
	struct xfw_list link; /* xf_host.own_events */
	int eventfd, read_only;
	int (*set)(void *arg);
	void *arg;
};

struct xfh_local {
	struct xfw_list link; /* xf_host.locals */
	struct xfh_slot *slot;
	xf_host_handle handle;
	char name[XF_HOST_NAME_BYTES];
	void *driver;
};

static int set(const struct xfh_own_event *event)
{
	uint64_t one = 1;
	if (event->read_only)
		return xf_fail(-EACCES, "the event was added to be looked at only (read_only)");
	if (event->set)
		return event->set(event->arg);
	/* A full counter is as signalled as can be. */
	if (write(event->eventfd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		return errno == EBADF
			       ? xf_fail(-EBADF, "eventfd %d of the event is closed",
					 event->eventfd)
			       : xf_fail(-EPROTOTYPE, "descriptor %d of the event is no eventfd",
					 event->eventfd);
	return 0;
}

static int unknown(uint64_t handle)
{
	return xf_fail(-EBADF, "0x%" PRIx64 " is not an event of this host's own table", handle);
}

int xfh_own_event_signal(void *self, xf_host_handle process, uint64_t handle, uint32_t flags)
{
	struct xf_host *host = self;
	uint64_t state;
	struct xfh_slot *slot = xfh_slot_enter(&host->own_slots, handle, &state);
	int r = slot && state == XFH_SLOT_LIVE ? set(slot->own_event) : unknown(handle);
	if (slot)
		xfh_slot_leave(slot);
	return r;
}

static int list_event(struct xf_host *host, struct xfh_own_event *event, uint64_t *ret_event)
{
	struct xfh_slot *slot;
	pthread_mutex_lock(&host->own_lock);
	int r = xfh_slot_take(&host->own_slots, &slot, ret_event);
	if (!r) {
		slot->own_event = event;
		xfw_list_append(&host->own_events, &event->link);
		xfh_slot_open(slot);
	}
	pthread_mutex_unlock(&host->own_lock);
	return r;
}

int xf_host_event_add(
	struct xf_host *host, const struct xf_host_event_params *given, uint64_t *ret_event)
{
	struct xf_host_event_params params;
	xfi_message_forget();
	if (!host || !ret_event)
		return xf_fail(-EINVAL, "%s: host or ret_event is NULL", __func__);
	int r = XFI_PARAMS_READ(&params, struct xf_host_event_params, given);
	if (r)
		return r;
	if (!params.set && params.eventfd < 0)
		return xf_fail(-EINVAL, "an event of the host needs `set` or an eventfd");
	struct xfh_own_event *event = malloc(sizeof(*event));
	if (!event)
		return -ENOMEM;
	*event = (struct xfh_own_event){ .eventfd = params.eventfd,
		.read_only = params.read_only,
		.set = params.set,
		.arg = params.arg };
	r = list_event(host, event, ret_event);
	if (r)
		free(event);
	return r;
}

/* From its return on nobody else finds the event, and only calls under way are still in it. */
static struct xfh_slot *unlist_event(struct xf_host *host, uint64_t handle)
{
	uint64_t state;
	struct xfh_slot *slot = xfh_slot_enter(&host->own_slots, handle, &state);
	if (!slot)
		return NULL;
	if (state == XFH_SLOT_LIVE) {
		xfh_slot_kill(slot);
		xfw_list_remove(&slot->own_event->link);
	}
	xfh_slot_leave(slot);
	return state == XFH_SLOT_LIVE ? slot : NULL;
}

int xf_host_event_remove(struct xf_host *host, uint64_t handle)
{
	if (!host)
		return xf_fail(-EINVAL, "%s: host is NULL", __func__);
	pthread_mutex_lock(&host->own_lock);
	struct xfh_slot *slot = unlist_event(host, handle);
	pthread_mutex_unlock(&host->own_lock);
	if (!slot)
		return unknown(handle);
	/* Without the lock: what is set may itself add and remove. */
	xfh_slot_wait(slot);
	free(slot->own_event);
	pthread_mutex_lock(&host->own_lock);
	xfh_slot_give(&host->own_slots, slot, handle);
	pthread_mutex_unlock(&host->own_lock);
	return 0;
}

int xf_host_set_events(struct xf_host *host, const struct xf_host_events *given)
{
	struct xf_host_events events = { sizeof(events), host, xfh_own_event_signal };
	if (!host)
		return xf_fail(-EINVAL, "%s: host is NULL", __func__);
	int r = given ? XFI_PARAMS_READ(&events, struct xf_host_events, given) : 0;
	if (r)
		return r;
	if (!events.signal)
		return xf_fail(-EINVAL, "signal in struct xf_host_events is NULL");
	pthread_mutex_lock(&host->lock);
	r = xfw_list_empty(&host->locals)
		    ? 0
		    : xf_fail(-EBUSY, "there are local processes already; set their events first");
	if (!r)
		host->events = events;
	pthread_mutex_unlock(&host->lock);
	return r;
}

static int announce(struct xf_host *host, struct xfh_local *local)
{
	struct xf_host_process_info info = { .size = sizeof(info),
		.process = local->handle,
		.kind = XF_HOST_PROCESS_LOCAL,
		.name = local->name,
		.pid = (uint64_t)getpid() };
	xfh_slot_open(local->slot);
	if (!host->driver.process_create)
		return 0;
	return host->driver.process_create(host->driver.self, &info, &local->driver);
}

static void end_local(struct xf_host *host, struct xfh_local *local, int told)
{
	xfh_slot_kill(local->slot);
	xfh_slot_wait(local->slot);
	if (told && host->driver.process_destroy)
		host->driver.process_destroy(host->driver.self, local->driver);
	xfh_slot_give(&host->slots, local->slot, local->handle);
	xfw_list_remove(&local->link);
	host->n_locals--;
	free(local);
}

int xf_host_local_add(struct xf_host *host, const char *name, xf_host_handle *ret_process)
{
	xfi_message_forget();
	if (!host || !name || !ret_process)
		return xf_fail(-EINVAL, "%s: host, name or ret_process is NULL", __func__);
	if (strlen(name) >= XF_HOST_NAME_BYTES)
		return xf_fail(-EINVAL, "name '%.20s...' has %zu bytes; at most %d fit", name,
			strlen(name), XF_HOST_NAME_BYTES - 1);
	struct xfh_local *local = calloc(1, sizeof(*local));
	if (!local)
		return -ENOMEM;
	strcpy(local->name, name);
	xfw_list_init(&local->link);
	pthread_mutex_lock(&host->lock);
	int r = host->n_locals < XFH_SLOTS_LOCAL
			? xfh_slot_take(&host->slots, &local->slot, &local->handle)
			: xf_fail(-ENOSPC, "this host has %u local processes, which is all",
				  host->n_locals);
	if (r) {
		free(local);
	} else {
		host->n_locals++;
		local->slot->kind = XFH_SLOT_LOCAL;
		local->slot->events = &host->events;
		local->slot->channel = NULL;
		xfw_list_append(&host->locals, &local->link);
		*ret_process = local->handle;
		r = announce(host, local);
		if (r)
			end_local(host, local, 0);
	}
	pthread_mutex_unlock(&host->lock);
	return r;
}

int xf_host_local_remove(struct xf_host *host, xf_host_handle process)
{
	int r = -ESRCH;
	if (!host)
		return xf_fail(-EINVAL, "%s: host is NULL", __func__);
	pthread_mutex_lock(&host->lock);
	XFW_LIST_EACH(local, &host->locals, struct xfh_local, link)
	if (local->handle == process) {
		end_local(host, local, 1);
		r = 0;
	}
	pthread_mutex_unlock(&host->lock);
	return r ? xf_fail(r, "0x%" PRIx64 " is not a local process of this host", process) : 0;
}

void xfh_local_finish(struct xf_host *host)
{
	XFW_LIST_EACH(local, &host->locals, struct xfh_local, link)
	end_local(host, local, 1);
	XFW_LIST_EACH(event, &host->own_events, struct xfh_own_event, link)
	free(event);
}
