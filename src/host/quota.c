/* SPDX-License-Identifier: MIT */
/* What a guest may have: as it was added, and as it is changed while the guest runs. */
#include <errno.h>

#include "base/message.h"
#include "base/params.h"
#include "host/channel.h"
#include "host/quota.h"
#include "host/session.h"

#define QUEUE_MAX 65536

int xfh_quota_check(const char *name, const struct xf_host_guest_limits *limits)
{
	if (limits->max_queue > QUEUE_MAX)
		return xf_fail(-EINVAL, "guest %s: max_queue is %u; at most %d", name,
			limits->max_queue, QUEUE_MAX);
	return 0;
}

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static void take(struct xf_host_guest *guest, const struct xf_host_guest_limits *limits)
{
	guest->max_processes = limits->max_processes;
	guest->max_events = limits->max_events;
	guest->max_devices = limits->max_devices;
	guest->max_channels = limits->max_channels;
	guest->max_cpu_events = limits->max_cpu_events;
	atomic_store(&guest->signal_rate.per_second, limits->max_signals_per_second);
	atomic_store(&guest->message_rate.per_second, limits->max_messages_per_second);
	/* After the rings of all channels are large enough, see xfh_out_make_room(). */
	atomic_store(&guest->max_queue, limits->max_queue);
}

void xfh_quota_begin(struct xf_host_guest *guest, const struct xf_host_guest_params *params)
{
	struct xf_host_guest_limits limits = {
		.max_queue = or_default(params->max_queue, 4096),
		.max_processes = or_default(params->max_processes, 256),
		.max_events = or_default(params->max_events, 65536),
		.max_devices = or_default(params->max_devices, 64),
		.max_channels = or_default(params->max_channels, 64),
		.max_cpu_events = or_default(params->max_cpu_events, 4096),
		.max_signals_per_second = or_default(params->max_signals_per_second, XFH_RATE_NONE),
		.max_messages_per_second =
			or_default(params->max_messages_per_second, XFH_RATE_NONE),
	};
	take(guest, &limits);
}

struct xf_host_guest_limits xfh_quota_of(const struct xf_host_guest *guest)
{
	return (struct xf_host_guest_limits){ .size = sizeof(struct xf_host_guest_limits),
		.max_queue = atomic_load(&guest->max_queue),
		.max_processes = guest->max_processes,
		.max_events = guest->max_events,
		.max_devices = guest->max_devices,
		.max_channels = guest->max_channels,
		.max_cpu_events = guest->max_cpu_events,
		.max_signals_per_second = atomic_load(&guest->signal_rate.per_second),
		.max_messages_per_second = atomic_load(&guest->message_rate.per_second) };
}

int xfh_quota_fit(struct xf_host *host)
{
	uint64_t sum = XFH_SLOTS_LOCAL;
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	sum += UINT64_C(1) + guest->max_processes + guest->max_cpu_events;
	if (sum > XFH_SLOTS_MAX)
		return xf_fail(-ENOSPC,
			"the guests' processes and CPU events may become %llu; at most %d fit",
			(unsigned long long)sum - XFH_SLOTS_LOCAL, XFH_SLOTS_MAX - XFH_SLOTS_LOCAL);
	return 0;
}

/* What is not given stays. */
static struct xf_host_guest_limits merge(
	const struct xf_host_guest_limits *old, const struct xf_host_guest_limits *given)
{
	return (struct xf_host_guest_limits){ .size = old->size,
		.max_queue = or_default(given->max_queue, old->max_queue),
		.max_processes = or_default(given->max_processes, old->max_processes),
		.max_events = or_default(given->max_events, old->max_events),
		.max_devices = or_default(given->max_devices, old->max_devices),
		.max_channels = or_default(given->max_channels, old->max_channels),
		.max_cpu_events = or_default(given->max_cpu_events, old->max_cpu_events),
		.max_signals_per_second =
			or_default(given->max_signals_per_second, old->max_signals_per_second),
		.max_messages_per_second =
			or_default(given->max_messages_per_second, old->max_messages_per_second) };
}

static int set_locked(struct xf_host_guest *guest, const struct xf_host_guest_limits *given)
{
	struct xf_host_guest_limits old = xfh_quota_of(guest), now = merge(&old, given);
	/* Larger rings do no harm when it comes to nothing after all. */
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	if (xfh_out_make_room(channel, now.max_queue))
		return -ENOMEM;
	take(guest, &now);
	int r = xfh_quota_fit(guest->host);
	if (r) {
		take(guest, &old);
		return r;
	}
	XFW_LIST_EACH(channel, &guest->channels, struct xfh_channel, link)
	xfh_session_tell_limits(channel);
	return 0;
}

int xf_host_guest_set_limits(struct xf_host_guest *guest, const struct xf_host_guest_limits *given)
{
	struct xf_host_guest_limits limits;
	xfi_message_forget();
	if (!guest)
		return xf_fail(-EINVAL, "%s: guest is NULL", __func__);
	int r = XFI_PARAMS_READ(&limits, struct xf_host_guest_limits, given);
	if (!r)
		r = xfh_quota_check(guest->name, &limits);
	if (r)
		return r;
	pthread_mutex_lock(&guest->host->lock);
	r = set_locked(guest, &limits);
	pthread_mutex_unlock(&guest->host->lock);
	return r;
}
