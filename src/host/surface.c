/* SPDX-License-Identifier: MIT */
/*
 * Surfaces across the border. A guest cannot take part in the host's futexes, and its kernel tells
 * nobody here when it dies; so a guest process has a handle on the mutex that we open, wait with
 * (by its descriptor, in our epoll set) and close for it. To the processes of the host a guest is
 * one more holder, that can die like any other.
 *
 * Where the mutex lies in the guest's region (host/domain.c) the handle is lent to the process,
 * which then takes and releases by itself and only waits and wakes through us.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/id_text.h"
#include "base/message.h"
#include "base/params.h"
#include "host/surface.h"
#include "host/domain.h"
#include "host/ivshmem.h"
#include "host/session.h"

#define HELD_MAX   256 /* surfaces that one process may have open */
#define WAIT_SHARE 16 /* of the service's descriptors, two of which a handle may take to wait */

static struct xfh_surface *find_surface(struct xf_host_guest *guest, uint64_t id)
{
	XFW_LIST_EACH(surface, &guest->surfaces, struct xfh_surface, link)
	if (surface->id == id)
		return surface;
	return NULL;
}

static struct xfh_held *find_held(struct xfh_process *process, uint64_t id)
{
	XFW_LIST_EACH(held, &process->held, struct xfh_held, link)
	if (held->surface->id == id)
		return held;
	return NULL;
}

static unsigned count_held(struct xfh_process *process)
{
	unsigned n = 0;
	XFW_LIST_EACH(held, &process->held, struct xfh_held, link)
	n++;
	return n;
}

/* ---- waiting for a key ---- */

static void stop_waiting(struct xfh_held *held)
{
	if (held->watch.fd < 0)
		return;
	xfh_host_unwatch(held->process->channel->guest->host, &held->watch);
	close(held->watch.fd);
	held->watch.fd = -1;
}

static int tell(struct xfh_held *held, int result, uint64_t fence)
{
	uint8_t payload[8];
	struct xfw_msg request = { .process = held->process->number, .tag = held->tag };
	xfw_put64(payload, fence);
	return xfh_session_answer(
		held->process->channel, &request, result, 0, payload, result ? 0 : sizeof(payload));
}

/* Takes it if it can be taken. XF_TIMEOUT: goes on waiting; else it has been answered. */
static int try_acquire(struct xfh_held *held, int *ret_answered)
{
	uint64_t fence = 0;
	struct xfh_surface *surface = held->surface;
	int r = surface->ops.acquire(surface->self, held->handle, held->key, &fence);
	if (r == XF_TIMEOUT)
		return r;
	stop_waiting(held);
	*ret_answered = tell(held, r, fence);
	return 0;
}

static void key_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xfh_held *held = XFW_CONTAINER(watch, struct xfh_held, watch);
	struct xfh_channel *channel = held->process->channel;
	int answered = 0;
	(void)try_acquire(held, &answered); /* not yet: the descriptor says when to look again */
	if (answered)
		atomic_store(&channel->broken, 1); /* no memory for an answer: it must not hang */
}

/*
 * A handle keeps the descriptor of its first wait. All that a guest's processes wait for must leave
 * descriptors for the others to connect with.
 */
static int take_wait(struct xfh_held *held)
{
	struct xf_host_guest *guest = held->process->channel->guest;
	struct rlimit limit;
	if (held->waits)
		return 0;
	if (getrlimit(RLIMIT_NOFILE, &limit) || guest->n_waits >= limit.rlim_cur / WAIT_SHARE)
		return -ENOSPC;
	guest->n_waits++;
	held->waits = true;
	return 0;
}

/* The handle's descriptor may be given out for several waits; ours is a duplicate of it, so that
 * watching and closing are no business of the handle's. */
static int begin_waiting(struct xfh_held *held)
{
	int fd;
	int r = take_wait(held);
	if (!r)
		r = held->surface->ops.fd(held->surface->self, held->handle, held->key, &fd);
	if (r)
		return r;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	held->watch = (struct xfh_watch){ .ready = key_ready, .fd = fd };
	r = xfh_host_watch(held->process->channel->guest->host, &held->watch, EPOLLIN);
	if (r) {
		close(fd);
		held->watch.fd = -1;
	}
	return r;
}

/* ---- messages ---- */

/* Surfaces of the domain are known here only while somebody has them open. */
static void put_unused(struct xfh_surface *surface)
{
	if (surface->users || !surface->lent)
		return;
	xfw_list_remove(&surface->link);
	xfh_domain_surface_close(surface);
}

static void close_held(struct xfh_held *held)
{
	struct xfh_surface *surface = held->surface;
	stop_waiting(held);
	/* It may have died between its release and telling us of it. */
	if (surface->lent)
		xfh_domain_notify(held->handle);
	if (surface->lent && held->process->channel->cut)
		xfh_domain_revoke(held->handle);
	surface->ops.close(surface->self, held->handle);
	xfw_list_remove(&held->link);
	held->process->channel->guest->n_waits -= held->waits;
	free(held);
	surface->users--;
	put_unused(surface);
}

/* One that was added, or one of the guest's domain. */
static int get_surface(struct xf_host_guest *guest, uint64_t id, struct xfh_surface **ret_surface)
{
	*ret_surface = find_surface(guest, id);
	if (*ret_surface)
		return 0;
	int r = xfh_domain_surface_open(guest, id, ret_surface);
	if (!r)
		xfw_list_append(&guest->surfaces, &(*ret_surface)->link);
	return r;
}

static int open_surface(struct xfh_process *process, uint64_t id, struct xfh_held **ret_held)
{
	struct xfh_surface *surface;
	if (find_held(process, id))
		return -EALREADY;
	if (count_held(process) >= HELD_MAX)
		return -ENOSPC;
	int r = get_surface(process->channel->guest, id, &surface);
	if (r)
		return r;
	struct xfh_held *held = calloc(1, sizeof(*held));
	r = held ? surface->ops.open(surface->self, &held->handle) : -ENOMEM;
	if (r) {
		free(held);
		put_unused(surface);
		return r;
	}
	held->process = process;
	held->surface = surface;
	held->watch.fd = -1;
	surface->users++;
	xfw_list_append(&process->held, &held->link);
	*ret_held = held;
	return 0;
}

static int on_open(struct xfh_process *process, const struct xfw_msg *msg)
{
	struct xfh_held *held;
	uint8_t payload[XFW_SURFACE_BYTES + XFW_LOAN_BYTES];
	uint32_t size = 0;
	int r = open_surface(process, msg->object, &held);
	if (!r) {
		xfw_put_surface(&held->surface->description, payload);
		size = XFW_SURFACE_BYTES;
		if (held->surface->lent &&
			xfh_domain_lend(held->handle, payload + XFW_SURFACE_BYTES) == 0)
			size += XFW_LOAN_BYTES;
	}
	return xfh_session_answer(process->channel, msg, r, 0, payload, size);
}

static int on_acquire(struct xfh_held *held, const struct xfw_msg *msg, const uint8_t *payload)
{
	struct xfh_channel *channel = held->process->channel;
	int answered;
	if (held->watch.fd >= 0)
		return xfh_session_answer(channel, msg, -EBUSY, 0, NULL, 0);
	held->tag = msg->tag;
	held->key = xfw_get64(payload);
	if (try_acquire(held, &answered) == 0)
		return answered;
	int r = begin_waiting(held);
	/* It may have become free between the two: the descriptor then is readable already. */
	return r ? xfh_session_answer(channel, msg, r, 0, NULL, 0) : 0;
}

static int on_release(struct xfh_held *held, const struct xfw_msg *msg, const uint8_t *payload)
{
	struct xfh_surface *surface = held->surface;
	int r = surface->ops.release(
		surface->self, held->handle, xfw_get64(payload), xfw_get64(payload + 8));
	return xfh_session_answer(held->process->channel, msg, r, 0, NULL, 0);
}

static int on_cancel(struct xfh_held *held)
{
	if (held->watch.fd < 0)
		return 0; /* answered a moment ago */
	stop_waiting(held);
	return tell(held, XF_TIMEOUT, 0);
}

int xfh_surface_message(
	struct xfh_process *process, const struct xfw_msg *msg, const uint8_t *payload)
{
	if (msg->type == XFW_SURFACE_OPEN)
		return on_open(process, msg);
	struct xfh_held *held = find_held(process, msg->object);
	if (!held && msg->tag)
		return xfh_session_answer(process->channel, msg, -ENOENT, 0, NULL, 0);
	if (!held)
		return 0; /* the host removed it meanwhile */
	switch (msg->type) {
	case XFW_SURFACE_ACQUIRE:
		return on_acquire(held, msg, payload);
	case XFW_SURFACE_RELEASE:
		return on_release(held, msg, payload);
	case XFW_SURFACE_CANCEL:
		return on_cancel(held);
	case XFW_SURFACE_NOTIFY:
		if (held->surface->lent)
			xfh_domain_notify(held->handle);
		return 0;
	}
	close_held(held);
	return 0;
}

void xfh_surface_end_process(struct xfh_process *process)
{
	XFW_LIST_EACH(held, &process->held, struct xfh_held, link)
	close_held(held);
}

/* ---- what the host's program says ---- */

int xf_host_guest_region(struct xf_host_guest *guest, int *ret_fd, uint64_t *ret_offset_bytes,
	uint64_t *ret_size_bytes)
{
	int fd;
	xfi_message_forget();
	if (!guest || !ret_fd || !ret_offset_bytes || !ret_size_bytes)
		return xf_fail(-EINVAL, "%s: an argument is NULL", __func__);
	int r = xfh_ivshmem_room(guest, &fd, ret_offset_bytes, ret_size_bytes);
	if (r)
		return r;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int read_params(struct xf_host_guest *guest, const struct xf_host_surface_params *given,
	struct xf_host_surface_params *params, struct xf_host_surface_ops *ops)
{
	int fd;
	uint64_t offset, size;
	int r = xfh_ivshmem_room(guest, &fd, &offset, &size);
	if (!r)
		r = XFI_PARAMS_READ(params, struct xf_host_surface_params, given);
	if (!r)
		r = XFI_PARAMS_READ(ops, struct xf_host_surface_ops, params->ops);
	if (r)
		return r;
	if (!params->id)
		return xf_fail(-EINVAL, "id in struct xf_host_surface_params is 0");
	if (!ops->open || !ops->close || !ops->acquire || !ops->release || !ops->fd)
		return xf_fail(-EINVAL, "struct xf_host_surface_ops lacks one of its calls");
	if (params->offset_bytes < offset || params->size_bytes > size ||
		params->offset_bytes - offset > size - params->size_bytes)
		return xf_fail(-EINVAL,
			"bytes %" PRIu64 " to %" PRIu64 " are not in the room for "
			"surfaces, %" PRIu64 " to %" PRIu64,
			params->offset_bytes, params->offset_bytes + params->size_bytes, offset,
			offset + size);
	return 0;
}

int xf_host_surface_add(struct xf_host_guest *guest, const struct xf_host_surface_params *given)
{
	struct xf_host_surface_params params;
	struct xf_host_surface_ops ops;
	xfi_message_forget();
	if (!guest)
		return xf_fail(-EINVAL, "guest is NULL");
	int r = read_params(guest, given, &params, &ops);
	if (r)
		return r;
	struct xfh_surface *surface = calloc(1, sizeof(*surface));
	if (!surface)
		return -ENOMEM;
	surface->ops = ops;
	surface->self = params.self;
	surface->id = params.id;
	surface->description = (struct xfw_surface){ params.offset_bytes, params.size_bytes,
		params.width_px, params.height_px, params.fourcc, params.stride_bytes };
	pthread_mutex_lock(&guest->host->lock);
	if (find_surface(guest, params.id))
		r = xf_fail(-EEXIST, "guest %s has a surface " XFI_ID, guest->name, params.id);
	else
		xfw_list_append(&guest->surfaces, &surface->link);
	pthread_mutex_unlock(&guest->host->lock);
	if (r)
		free(surface);
	return r;
}

static void take_back(struct xfh_held *held)
{
	if (held->watch.fd >= 0)
		(void)tell(held, XF_ABANDONED, 0); /* else it is lost */
	if (held->surface->lent)
		xfh_domain_revoke(held->handle);
	close_held(held);
}

void xfh_surface_remove(struct xf_host_guest *guest, struct xfh_surface *surface)
{
	surface->users++; /* so that it stays until the end of this */
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
	XFW_LIST_EACH(held, &process->held, struct xfh_held, link)
	if (held->surface == surface)
		take_back(held);
	xfw_list_remove(&surface->link);
	if (surface->lent)
		xfh_domain_surface_close(surface);
	else
		free(surface);
}

int xf_host_surface_remove(struct xf_host_guest *guest, uint64_t id)
{
	if (!guest)
		return xf_fail(-EINVAL, "guest is NULL");
	pthread_mutex_lock(&guest->host->lock);
	struct xfh_surface *surface = find_surface(guest, id);
	if (surface)
		xfh_surface_remove(guest, surface);
	pthread_mutex_unlock(&guest->host->lock);
	return surface ? 0 : xf_fail(-ENOENT, "guest %s has no surface " XFI_ID, guest->name, id);
}

void xfh_surface_finish(struct xf_host_guest *guest)
{
	XFW_LIST_EACH(surface, &guest->surfaces, struct xfh_surface, link)
	xfh_surface_remove(guest, surface);
}
