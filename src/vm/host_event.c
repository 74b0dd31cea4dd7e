/* SPDX-License-Identifier: MIT */
/*
 * Processes of the host itself, and the built-in table of their events. A handle of that table is
 * (generation, index), as everywhere here. Signalling holds the table's lock shared, so that
 * removing an event waits for signals under way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm/host_priv.h"

struct own_event {
	uint32_t generation;
	int used, eventfd, read_only;
	int (*set)(void *arg);
	void *arg;
};

struct local {
	struct xfi_list link; /* xf_host.locals */
	struct slot *slot;
	xf_host_handle handle;
	char name[XF_HOST_NAME_BYTES];
	void *driver;
};

static struct own_event *find_event(struct xf_host *host, uint64_t event)
{
	uint64_t index = (event & UINT32_MAX) - 1;
	if (index >= host->n_own_events || !host->own_events[index].used ||
		host->own_events[index].generation != event >> 32)
		return NULL;
	return &host->own_events[index];
}

static int set(const struct own_event *event)
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

int xfi_own_event_signal(void *self, xf_host_handle process, uint64_t handle, uint32_t flags)
{
	struct xf_host *host = self;
	int r = -EBADF;
	pthread_rwlock_rdlock(&host->own_lock);
	struct own_event *event = find_event(host, handle);
	if (event)
		r = set(event);
	pthread_rwlock_unlock(&host->own_lock);
	return r;
}

static int free_index(struct xf_host *host, uint32_t *ret_index)
{
	uint32_t index = 0;
	while (index < host->n_own_events && host->own_events[index].used)
		index++;
	if (index == host->n_own_events) {
		struct own_event *more = realloc(host->own_events, (index + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		more[index] = (struct own_event){ 0 };
		host->own_events = more;
		host->n_own_events++;
	}
	*ret_index = index;
	return 0;
}

int xf_host_event_add(
	struct xf_host *host, const struct xf_host_event_params *params, uint64_t *ret_event)
{
	uint32_t index;
	if (!params || params->size != sizeof(*params) || !ret_event ||
		(!params->set && params->eventfd < 0))
		return -EINVAL;
	pthread_rwlock_wrlock(&host->own_lock);
	int r = free_index(host, &index);
	if (!r) {
		struct own_event *event = &host->own_events[index];
		*event = (struct own_event){ .generation = event->generation + 1,
			.used = 1,
			.eventfd = params->eventfd,
			.read_only = params->read_only,
			.set = params->set,
			.arg = params->arg };
		*ret_event = (uint64_t)event->generation << 32 | (index + 1);
	}
	pthread_rwlock_unlock(&host->own_lock);
	return r;
}

int xf_host_event_remove(struct xf_host *host, uint64_t handle)
{
	pthread_rwlock_wrlock(&host->own_lock);
	struct own_event *event = find_event(host, handle);
	if (event)
		event->used = 0;
	pthread_rwlock_unlock(&host->own_lock);
	return event ? 0 : -EBADF;
}

int xf_host_set_events(struct xf_host *host, const struct xf_host_events *events)
{
	if (events && (events->size != sizeof(*events) || !events->signal))
		return -EINVAL;
	pthread_mutex_lock(&host->lock);
	int r = xfi_list_empty(&host->locals) ? 0 : -EBUSY;
	if (!r && events)
		host->events = *events;
	else if (!r)
		host->events =
			(struct xf_host_events){ sizeof(*events), host, xfi_own_event_signal };
	pthread_mutex_unlock(&host->lock);
	return r;
}

static int announce(struct xf_host *host, struct local *local)
{
	struct xf_host_process_info info = { .process = local->handle,
		.kind = XF_HOST_PROCESS_LOCAL,
		.name = local->name,
		.pid = (uint64_t)getpid() };
	xfi_slot_open(local->slot);
	if (!host->driver.process_create)
		return 0;
	return host->driver.process_create(host->driver.self, &info, &local->driver);
}

static void end_local(struct xf_host *host, struct local *local, int told)
{
	xfi_slot_kill(local->slot);
	xfi_slot_wait(local->slot);
	if (told && host->driver.process_destroy)
		host->driver.process_destroy(host->driver.self, local->driver);
	xfi_slot_give(&host->slots, local->slot, local->handle);
	xfi_list_remove(&local->link);
	free(local);
}

int xf_host_local_add(struct xf_host *host, const char *name, xf_host_handle *ret_process)
{
	if (!name || strlen(name) >= XF_HOST_NAME_BYTES || !ret_process)
		return -EINVAL;
	struct local *local = calloc(1, sizeof(*local));
	if (!local)
		return -ENOMEM;
	strcpy(local->name, name);
	xfi_list_init(&local->link);
	pthread_mutex_lock(&host->lock);
	int r = xfi_slot_take(&host->slots, &local->slot, &local->handle);
	if (r) {
		free(local);
	} else {
		local->slot->kind = SLOT_LOCAL;
		xfi_list_append(&host->locals, &local->link);
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
	XFI_LIST_EACH(local, &host->locals, struct local, link)
	if (local->handle == process) {
		end_local(host, local, 1);
		r = 0;
	}
	pthread_mutex_unlock(&host->lock);
	return r;
}

void xfi_local_finish(struct xf_host *host)
{
	XFI_LIST_EACH(local, &host->locals, struct local, link)
	end_local(host, local, 1);
	free(host->own_events);
}
