/* SPDX-License-Identifier: MIT */
/*
 * What a guest's messages mean. Shapes were checked by the decoder, session and sequence by the
 * caller. A request that cannot be met is answered with an error; what a correct guest never sends
 * is a protocol error and ends the channel.
 */
#include <errno.h>
#include <sys/random.h>

#include "host/session.h"
#include "host/process.h"
#include "host/surface.h"
#include "host/transport.h"

static struct xfh_process *find(struct xfh_channel *channel, uint32_t number)
{
	XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
	if (process->number == number)
		return process;
	return NULL;
}

int xfh_session_answer(struct xfh_channel *channel, const struct xfw_msg *request, int result,
	uint32_t status, const void *payload, uint32_t size)
{
	struct xfw_msg msg = { .type = XFW_DONE,
		.payload_bytes = size,
		.process = request->process,
		.tag = request->tag,
		.object = xfw_pack_results(result, status) };
	return xfh_out_message(channel, &msg, payload);
}

static int random_session(uint64_t *ret_session)
{
	do {
		if (getrandom(ret_session, sizeof(*ret_session), 0) != sizeof(*ret_session))
			return -EAGAIN;
	} while (!*ret_session);
	return 0;
}

/* `nonce` NULL: not a welcome. */
static int tell_limits(struct xfh_channel *channel, const uint8_t *nonce)
{
	struct xf_host_guest *guest = channel->guest;
	uint8_t payload[XFW_WELCOME_BYTES];
	struct xfw_welcome body = { .version = XFW_VERSION,
		.queue = atomic_load(&guest->max_queue),
		.processes = guest->max_processes,
		.events = guest->max_events,
		.devices = guest->max_devices };
	struct xfw_msg msg = { .type = nonce ? XFW_WELCOME : XFW_LIMITS,
		.payload_bytes = sizeof(payload) };
	for (unsigned i = 0; nonce && i < XFW_NONCE_BYTES; i++)
		body.nonce[i] = nonce[i];
	xfw_put_welcome(&body, payload);
	/* Until it has heard of a lower one a correct guest goes by the one before. */
	if (body.events > channel->told_events)
		channel->told_events = body.events;
	return xfh_out_message(channel, &msg, payload);
}

void xfh_session_tell_limits(struct xfh_channel *channel)
{
	if (channel->state != XFH_CHANNEL_OPEN)
		return;
	if (tell_limits(channel, NULL))
		atomic_store(&channel->broken, 1); /* no memory: a new session hears of them */
	xfh_channel_look(channel);
}

static int begin(struct xfh_channel *channel, const struct xfw_hello *hello)
{
	uint64_t session;
	int r = random_session(&session);
	if (!r)
		r = xfh_worker_hold(channel->guest);
	if (r == -ECONNREFUSED)
		xfh_out_last_word(channel, XFW_REASON_REFUSED, 0);
	if (r)
		return r;
	channel->in = (struct xfw_peer){ .session = session, .sequence = 2 };
	channel->out.session = session;
	channel->out.sequence = 1;
	channel->state = XFH_CHANNEL_OPEN;
	channel->last_process = 0;
	channel->told_events = 0;
	channel->guest->sessions++;
	if (channel->guest->n_sessions == 1)
		xfh_guest_log(channel->guest, XF_HOST_LOG_INFO, "connect", "connected by %s",
			xfh_transport_name(channel->guest->transport));
	else
		xfh_guest_log(channel->guest, XF_HOST_LOG_DEBUG, "connect", "one more connection");
	xfh_channel_busy(channel, 0);
	return tell_limits(channel, hello->nonce);
}

/*
 * A guest that was restored may have been stopped in the middle of reading a message: so there are
 * enough of these to fill the longest one, and one more that is read as what it is, or as nonsense:
 * that ends a session too.
 */
static void repeat(struct xfh_channel *channel, struct xfw_msg msg)
{
	for (int n = XFW_MAX_BYTES / XFW_HEAD_BYTES + 1; n--;)
		if (xfh_out_message(channel, &msg, NULL))
			break; /* no memory: it is told with what comes next */
}

/*
 * A guest that was restored from a snapshot, or runs in another VMM now, is in the middle of a
 * session that we do not know; its port has been connected all the time, so nothing else would tell
 * it.
 */
void xfh_session_disown(struct xfh_channel *channel)
{
	repeat(channel, (struct xfw_msg){ .type = XFW_CLOSE, .object = XFW_REASON_STALE });
}

void xfh_session_check(struct xfh_channel *channel)
{
	if (channel->state == XFH_CHANNEL_OPEN)
		repeat(channel,
			(struct xfw_msg){ .type = XFW_CHECK, .object = channel->in.sequence });
	else if (channel->reopened)
		xfh_session_disown(channel);
}

/* The end of a guest's last session is the guest's; processes that did not end by themselves are
 * a loss in any case. */
static void log_end(struct xfh_channel *channel)
{
	struct xf_host_guest *guest = channel->guest;
	int last = guest->n_sessions == 1;
	unsigned n = 0;
	XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
	n++;
	if (n)
		xfh_guest_log(guest, XF_HOST_LOG_INFO, last ? "disconnect" : "loss",
			"%s with %u process%s: %s", last ? "disconnected" : "lost a connection", n,
			n == 1 ? "" : "es", channel->why);
	else
		xfh_guest_log(guest, last ? XF_HOST_LOG_INFO : XF_HOST_LOG_DEBUG, "disconnect",
			"%s: %s", last ? "disconnected" : "one connection less", channel->why);
}

/* Ends every process of the session; the channel itself goes on, or is being closed. */
void xfh_session_end(struct xfh_channel *channel)
{
	if (channel->state != XFH_CHANNEL_OPEN)
		return;
	log_end(channel);
	XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
	xfh_process_destroy(process);
	xfh_worker_give(channel->guest);
	channel->state = XFH_CHANNEL_GREETING;
}

static int on_hello(struct xfh_channel *channel, const struct xfw_msg *msg, const uint8_t *payload,
	const char **ret_why)
{
	struct xfw_hello hello;
	if (xfw_get_hello(payload, &hello) || msg->sequence != 1) {
		*ret_why = "malformed hello";
		return -EPROTO;
	}
	if (hello.version_min > XFW_VERSION || hello.version_max < XFW_VERSION) {
		xfh_out_last_word(channel, XFW_REASON_VERSION, XFW_VERSION);
		*ret_why = "no protocol version in common";
		return -EPROTO;
	}
	if (channel->state == XFH_CHANNEL_OPEN && !channel->reopened) {
		*ret_why = "a second hello";
		return -EPROTO;
	}
	/* What the old session still had queued must not be numbered into the new one. */
	channel->why = "it began anew";
	xfh_session_end(channel);
	channel->why = "the connection ended";
	xfh_out_drop(channel);
	return begin(channel, &hello);
}

static int on_process_create(struct xfh_channel *channel, const struct xfw_msg *msg,
	uint8_t *payload, const char **ret_why)
{
	if (msg->process <= channel->last_process) {
		*ret_why = "process number used before";
		return -EPROTO;
	}
	channel->last_process = msg->process;
	return xfh_session_answer(channel, msg,
		xfh_process_create(channel, msg->process, msg->object, payload, msg->payload_bytes),
		0, NULL, 0);
}

static uint32_t escape_flags(const struct xfh_process *process, const struct xfw_msg *msg)
{
	return (msg->flags & XFW_KNOWN_ESCAPE ? XF_HOST_ESCAPE_KNOWN : 0) |
	       (process->channel->guest->local.signal ? XF_HOST_ESCAPE_LOCAL : 0);
}

static int on_escape(struct xfh_process *process, const struct xfw_msg *msg, uint8_t *payload)
{
	struct xf_host_driver *driver = &process->channel->guest->host->driver;
	struct xfh_device *device = msg->object ? xfh_device_find(process, msg->object) : NULL;
	uint32_t status = 0;
	int r = 0;
	if (msg->object && !device)
		r = -ENOENT;
	else if (!driver->escape)
		r = -ENOSYS;
	else
		r = driver->escape(driver->self, process->driver, device ? device->driver : NULL,
			escape_flags(process, msg), payload, msg->payload_bytes, &status);
	if (!msg->tag)
		return 0;
	return xfh_session_answer(
		process->channel, msg, r, status, payload, r ? 0 : msg->payload_bytes);
}

static int on_event_create(struct xfh_process *process, const char **ret_why)
{
	if (process->events >= process->channel->told_events) {
		*ret_why = "more events than the limit it was told";
		return -EPROTO;
	}
	process->events++;
	return 0;
}

static int on_event_close(struct xfh_process *process, const char **ret_why)
{
	if (!process->events) {
		*ret_why = "an event closed that was not created";
		return -EPROTO;
	}
	process->events--;
	return 0;
}

static int on_process_message(struct xfh_process *process, const struct xfw_msg *msg,
	uint8_t *payload, const char **ret_why)
{
	struct xfh_channel *channel = process->channel;
	switch (msg->type) {
	case XFW_PROCESS_DESTROY:
		xfh_process_destroy(process);
		return 0;
	case XFW_DEVICE_CREATE:
		return xfh_session_answer(
			channel, msg, xfh_device_create(process, msg->object), 0, NULL, 0);
	case XFW_DEVICE_DESTROY:
		return xfh_session_answer(
			channel, msg, xfh_device_destroy(process, msg->object), 0, NULL, 0);
	case XFW_EVENT_CREATE:
		return on_event_create(process, ret_why);
	case XFW_EVENT_CLOSE:
		return on_event_close(process, ret_why);
	case XFW_CPU_EVENT_CREATE:
		return xfh_session_answer(channel, msg,
			xfh_cpu_event_create(process, msg->object, xfw_get64(payload), msg->flags),
			0, NULL, 0);
	case XFW_CPU_EVENT_DESTROY:
		return xfh_session_answer(
			channel, msg, xfh_cpu_event_destroy(process, msg->object), 0, NULL, 0);
	case XFW_ESCAPE:
		return on_escape(process, msg, payload);
	}
	if (msg->type >= XFW_SURFACE_OPEN)
		return xfh_surface_message(process, msg, payload);
	*ret_why = "message out of turn";
	return -EPROTO;
}

int xfh_session_message(struct xfh_channel *channel, const struct xfw_msg *msg, uint8_t *payload,
	const char **ret_why)
{
	channel->guest->messages++;
	if (msg->type == XFW_HELLO)
		return on_hello(channel, msg, payload, ret_why);
	if (channel->state != XFH_CHANNEL_OPEN) {
		*ret_why = "no hello";
		return -EPROTO;
	}
	int r = xfw_follow(&channel->in, msg, ret_why);
	if (r)
		return r;
	if (msg->type == XFW_PROCESS_CREATE)
		return on_process_create(channel, msg, payload, ret_why);
	struct xfh_process *process = find(channel, msg->process);
	if (process)
		return on_process_message(process, msg, payload, ret_why);
	/* Refused at creation, or gone: a correct guest may not have heard yet. */
	if (msg->process <= channel->last_process && msg->type != XFW_PROCESS_DESTROY && msg->tag)
		return xfh_session_answer(channel, msg, -ESRCH, 0, NULL, 0);
	if (msg->process <= channel->last_process)
		return 0;
	*ret_why = "unknown process";
	return -EPROTO;
}
