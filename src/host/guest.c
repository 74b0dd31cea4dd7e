/* SPDX-License-Identifier: MIT */
/* Guests: adding and removing them, handing in channels, and looking at them. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/foreign_fd.h"
#include "base/message.h"
#include "base/params.h"
#include "host/guest.h"
#include "host/channel.h"
#include "host/given.h"
#include "host/ivshmem.h"
#include "host/process.h"
#include "host/quota.h"
#include "host/session.h"
#include "host/surface.h"
#include "host/transport.h"

static bool good_name(const char *name)
{
	size_t n = name ? strlen(name) : 0;
	return n >= 1 && n <= 63 &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		       n;
}

static int read_params(
	const struct xf_host_guest_params *given, struct xf_host_guest_params *params)
{
	int r = XFI_PARAMS_READ(params, struct xf_host_guest_params, given);
	if (r)
		return r;
	if (!good_name(params->name))
		return xf_fail(-EINVAL,
			"name '%.70s': a guest's has 1 to 63 bytes of [A-Za-z0-9._-]",
			params->name ? params->name : "(NULL)");
	if (params->transport < XF_HOST_MANUAL || params->transport > XF_HOST_IVSHMEM)
		return xf_fail(-EINVAL, "guest %s: transport %d is none of XF_HOST_*", params->name,
			(int)params->transport);
	uint32_t region = params->region_bytes;
	if (region && (region & (region - 1) || region < 65536 || region > 1u << 30))
		return xf_fail(-EINVAL,
			"guest %s: region_bytes is %u, no power of two of 65536 to 2^30",
			params->name, region);
	if (params->reserved)
		return xf_fail(-EINVAL, "guest %s: reserved is not 0", params->name);
	if (params->local_events && params->transport != XF_HOST_UNIX &&
		params->transport != XF_HOST_MANUAL)
		return xf_fail(-EINVAL,
			"guest %s: local_events: the host's processes come by a unix socket",
			params->name);
	r = xfh_quota_check(
		params->name, &(struct xf_host_guest_limits){ .max_queue = params->max_queue });
	if (!r && params->listen_fd_plus_1)
		r = xfh_given_listener(params->listen_fd_plus_1 - 1);
	return r;
}

static int read_local(const struct xf_host_events *given, struct xf_host_guest *guest)
{
	int r = given ? XFI_PARAMS_READ(&guest->local, struct xf_host_events, given) : 0;
	if (!r && given && !guest->local.signal)
		r = xf_fail(-EINVAL, "signal in local_events is NULL");
	return r;
}

static void fill_in(struct xf_host_guest *guest, const struct xf_host_guest_params *params)
{
	strcpy(guest->name, params->name);
	guest->transport = params->transport;
	guest->port = params->port ? params->port : 24870;
	guest->cid = params->cid;
	guest->uid_plus_1 = params->uid_plus_1;
	guest->arg = params->arg;
	guest->region_fd = params->region_fd_plus_1 - 1;
	xfh_quota_begin(guest, params);
	guest->region_bytes = params->region_bytes ? params->region_bytes : 1 << 20;
	guest->listener.fd = guest->redial.fd = guest->asking.fd = -1;
	guest->place = XFI_PLACE_NONE;
	xfw_list_init(&guest->channels);
	xfw_list_init(&guest->surfaces);
	xfw_list_init(&guest->link);
}

static void remove_locked(struct xf_host_guest *guest)
{
	xfh_transport_stop(guest); /* and with it an ivshmem guest's channel */
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	{
		xfh_process_lose(channel);
		xfh_out_last_word(channel, XFW_REASON_GOING, 0);
		channel->why = "the guest was removed";
		xfh_channel_close(channel);
	}
	xfh_surface_finish(guest);
	xfw_list_remove(&guest->link);
	free(guest->address);
	free(guest);
}

/* Two that would be one to whoever connects, or share a VMM's socket that takes one. Where we
 * listen on a path the socket itself tells. */
static bool same_end(const struct xf_host_guest *a, const struct xf_host_guest *b)
{
	if (a->transport != b->transport)
		return false;
	if (a->transport == XF_HOST_VSOCK)
		return a->cid == b->cid && a->port == b->port;
	bool dials = a->transport == XF_HOST_VIRTIO_SERIAL || a->transport == XF_HOST_HYBRID_DIAL;
	return dials && a->address && b->address && strcmp(a->address, b->address) == 0 &&
	       (a->transport == XF_HOST_VIRTIO_SERIAL || a->port == b->port);
}

static int check_twins(struct xf_host *host, const struct xf_host_guest *guest)
{
	XFW_LIST_EACH(other, &host->guests, struct xf_host_guest, link)
	{
		if (strcmp(other->name, guest->name) == 0)
			return xf_fail(-EEXIST, "this host has a guest called '%s'", guest->name);
		if (!same_end(guest, other))
			continue;
		if (guest->transport == XF_HOST_VSOCK)
			return xf_fail(-EADDRINUSE, "guest %s: cid %u is guest %s's on port %u",
				guest->name, guest->cid, other->name, guest->port);
		return xf_fail(-EADDRINUSE, "guest %s: address %s is guest %s's", guest->name,
			guest->address, other->name);
	}
	return 0;
}

static int add_locked(struct xf_host *host, struct xf_host_guest *guest,
	const struct xf_host_guest_params *params)
{
	int r = check_twins(host, guest);
	if (r)
		return r;
	xfw_list_append(&host->guests, &guest->link);
	r = xfh_quota_fit(host);
	return r ? r : xfh_transport_start(guest, params);
}

int xf_host_guest_add(struct xf_host *host, const struct xf_host_guest_params *given,
	struct xf_host_guest **ret_guest)
{
	struct xf_host_guest_params params;
	xfi_message_forget();
	if (!host)
		return xf_fail(-EINVAL, "host is NULL");
	int r = read_params(given, &params);
	if (r)
		return r;
	struct xf_host_guest *guest = calloc(1, sizeof(*guest));
	if (!guest)
		return -ENOMEM;
	guest->host = host;
	fill_in(guest, &params);
	r = read_local(params.local_events, guest);
	if (!r && params.address && !(guest->address = strdup(params.address)))
		r = -ENOMEM;
	if (r) {
		free(guest);
		return r;
	}
	pthread_mutex_lock(&host->lock);
	r = add_locked(host, guest, &params);
	if (r)
		remove_locked(guest);
	else if (ret_guest)
		*ret_guest = guest;
	pthread_mutex_unlock(&host->lock);
	return r;
}

void xf_host_guest_remove(struct xf_host_guest *guest)
{
	if (!guest)
		return;
	struct xf_host *host = guest->host;
	pthread_mutex_lock(&host->lock);
	remove_locked(guest);
	pthread_mutex_unlock(&host->lock);
}

void xf_host_guest_reset(struct xf_host_guest *guest)
{
	pthread_mutex_lock(&guest->host->lock);
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	{
		channel->gone = true;
		channel->why = "the guest was reset";
		xfh_channel_close(channel);
	}
	xfh_transport_lost(guest);
	pthread_mutex_unlock(&guest->host->lock);
}

/* From its return on nobody reads from it or writes to it. */
static void quiesce_locked(struct xf_host_guest *guest)
{
	atomic_store(&guest->quiet, 1);
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	xfh_out_settle(channel);
}

void xf_host_guest_quiesce(struct xf_host_guest *guest)
{
	pthread_mutex_lock(&guest->host->lock);
	quiesce_locked(guest);
	xfh_ivshmem_quiesce(guest);
	pthread_mutex_unlock(&guest->host->lock);
}

void xf_host_guest_resumed(struct xf_host_guest *guest)
{
	pthread_mutex_lock(&guest->host->lock);
	quiesce_locked(guest); /* what is there is looked at before anybody adds to it */
	xfh_ivshmem_resumed(guest);
	atomic_store(&guest->quiet, 0);
	xfh_ivshmem_look(guest);
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	{
		if (!atomic_load(&channel->out.controls))
			xfh_session_check(channel); /* else it has not even read the last ones */
		xfh_out_flush(channel, 1);
		xfh_channel_look(channel);
	}
	xfh_host_kick(guest->host); /* to read them, whoever serves */
	pthread_mutex_unlock(&guest->host->lock);
}

static int attach_locked(struct xf_host_guest *guest, int fd)
{
	if (guest->ivshmem)
		return xfh_ivshmem_connect(guest, fd);
	if (guest->n_channels >= guest->max_channels) {
		xfh_channel_refuse(fd);
		return xf_fail(-EUSERS, "guest %s has %u channels, as many as max_channels allows",
			guest->name, guest->n_channels);
	}
	return xfh_channel_create(guest, fd, &xfh_socket_io, 0, NULL);
}

int xf_host_guest_attach(struct xf_host_guest *guest, int fd)
{
	xfi_message_forget();
	int r = guest ? xfh_given_connection(fd) : xf_fail(-EINVAL, "guest is NULL");
	if (!r) {
		xfi_foreign_fd_refuse(fd);
		pthread_mutex_lock(&guest->host->lock);
		r = attach_locked(guest, fd);
		pthread_mutex_unlock(&guest->host->lock);
	}
	if (r)
		xfi_foreign_fd_close(&fd);
	return r;
}

static void describe_guest(struct xf_host_guest *guest, struct xf_host_guest_info *info)
{
	*info = (struct xf_host_guest_info){ .size = sizeof(*info),
		.transport = xfh_transport_name(guest->transport),
		.channels = guest->n_channels,
		.processes = guest->n_processes,
		.max_queue = guest->max_queue,
		.sessions = guest->sessions,
		.accepted = atomic_load(&guest->accepted),
		.delivered = atomic_load(&guest->delivered),
		.dropped = atomic_load(&guest->dropped),
		.refused = atomic_load(&guest->refused),
		.protocol_errors = guest->protocol_errors,
		.arg = guest->arg,
		.messages = guest->messages,
		.limits = xfh_quota_of(guest),
		.queue_time_sum_ns = atomic_load(&guest->queue_time_sum_ns) };
	strcpy(info->name, guest->name);
	for (int i = 0; i < XF_HOST_QUEUE_TIMES; i++)
		info->queue_times[i] = atomic_load(&guest->queue_times[i]);
	XFW_LIST_EACH(surface, &guest->surfaces, struct xfh_surface, link)
	{
		info->surfaces++;
		info->surface_handles += surface->users;
	}
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	{
		info->queued += atomic_load(&channel->out.queued);
		XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
		{
			info->devices += process->n_devices;
			info->cpu_events += process->n_cpu_events;
			info->events += process->events;
		}
	}
}

int xf_host_inspect_guests(struct xf_host *host,
	int (*visit)(const struct xf_host_guest_info *info, void *arg), void *arg)
{
	int r = 0;
	xfi_message_forget();
	if (!host || !visit)
		return xf_fail(-EINVAL, "%s: host or visit is NULL", __func__);
	pthread_mutex_lock(&host->lock);
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	{
		struct xf_host_guest_info info;
		describe_guest(guest, &info);
		r = visit(&info, arg);
		if (r)
			break;
	}
	pthread_mutex_unlock(&host->lock);
	return r;
}

static int visit_channel(struct xfh_channel *channel,
	int (*visit)(const struct xf_host_process_list_info *info, void *arg), void *arg)
{
	XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
	{
		struct xf_host_process_list_info info = { .size = sizeof(info),
			.kind = xfh_process_kind(channel->guest),
			.process = process->handle,
			.number = process->number,
			.devices = process->n_devices,
			.cpu_events = process->n_cpu_events,
			.pid = process->pid,
			.events = process->events,
			.accepted = atomic_load(&process->slot->accepted) };
		strcpy(info.guest, channel->guest->name);
		strcpy(info.name, process->name);
		int r = visit(&info, arg);
		if (r)
			return r;
	}
	return 0;
}

int xf_host_inspect_processes(struct xf_host *host,
	int (*visit)(const struct xf_host_process_list_info *info, void *arg), void *arg)
{
	int r = 0;
	xfi_message_forget();
	if (!host || !visit)
		return xf_fail(-EINVAL, "%s: host or visit is NULL", __func__);
	pthread_mutex_lock(&host->lock);
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	if (!r)
		r = visit_channel(channel, visit, arg);
	pthread_mutex_unlock(&host->lock);
	return r;
}
