/* SPDX-License-Identifier: MIT */
/*
 * Processes of the host itself, and the built-in table of their events. That table is of slots, as
 * the processes' is: removing an event waits for the signals under way, and signals never wait.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
		return -EACCES;
	if (event->set)
		return event->set(event->arg);
	/* A full counter is as signalled as can be. */
	if (write(event->eventfd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		return errno == EBADF ? -EBADF : -EPROTOTYPE;
	return 0;
}

int xfh_own_event_signal(void *self, xf_host_handle process, uint64_t handle, uint32_t flags)
{
	struct xf_host *host = self;
	uint64_t state;
	struct xfh_slot *slot = xfh_slot_enter(&host->own_slots, handle, &state);
	if (!slot)
		return -EBADF;
	int r = state == XFH_SLOT_LIVE ? set(slot->own_event) : -EBADF;
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
	int r = XFI_PARAMS_READ(&params, struct xf_host_event_params, given);
	if (r)
		return r;
	if (!ret_event || (!params.set && params.eventfd < 0))
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
	pthread_mutex_lock(&host->own_lock);
	struct xfh_slot *slot = unlist_event(host, handle);
	pthread_mutex_unlock(&host->own_lock);
	if (!slot)
		return -EBADF;
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
	int r = given ? XFI_PARAMS_READ(&events, struct xf_host_events, given) : 0;
	if (r)
		return r;
	if (!events.signal)
		return xf_fail(-EINVAL, "xf_host_events without signal()");
	pthread_mutex_lock(&host->lock);
	r = xfw_list_empty(&host->locals) ? 0 : -EBUSY;
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
	if (!name || strlen(name) >= XF_HOST_NAME_BYTES || !ret_process)
		return -EINVAL;
	struct xfh_local *local = calloc(1, sizeof(*local));
	if (!local)
		return -ENOMEM;
	strcpy(local->name, name);
	xfw_list_init(&local->link);
	pthread_mutex_lock(&host->lock);
	int r = -ENOSPC;
	if (host->n_locals < XFH_SLOTS_LOCAL)
		r = xfh_slot_take(&host->slots, &local->slot, &local->handle);
	if (r) {
		free(local);
	} else {
		host->n_locals++;
		local->slot->kind = XFH_SLOT_LOCAL;
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
	pthread_mutex_lock(&host->lock);
	XFW_LIST_EACH(local, &host->locals, struct xfh_local, link)
	if (local->handle == process) {
		end_local(host, local, 1);
		r = 0;
	}
	pthread_mutex_unlock(&host->lock);
	return r;
}

void xfh_local_finish(struct xf_host *host)
{
	XFW_LIST_EACH(local, &host->locals, struct xfh_local, link)
	end_local(host, local, 1);
	XFW_LIST_EACH(event, &host->own_events, struct xfh_own_event, link)
	free(event);
}
