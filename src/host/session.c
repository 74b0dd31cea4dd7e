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

static struct process *find(struct channel *channel, uint32_t number)
{
	XFI_LIST_EACH(process, &channel->processes, struct process, link)
	if (process->number == number)
		return process;
	return NULL;
}

int xfi_session_answer(struct channel *channel, const struct xfi_wire_msg *request, int result,
	uint32_t status, const void *payload, uint32_t size)
{
	struct xfi_wire_msg msg = { .type = XFI_WIRE_DONE,
		.payload_bytes = size,
		.process = request->process,
		.tag = request->tag,
		.object = xfi_wire_pack_results(result, status) };
	return xfi_out_message(channel, &msg, payload);
}

static int random_session(uint64_t *ret_session)
{
	do {
		if (getrandom(ret_session, sizeof(*ret_session), 0) != sizeof(*ret_session))
			return -EAGAIN;
	} while (!*ret_session);
	return 0;
}

static int welcome(struct channel *channel, const struct xfi_wire_hello *hello)
{
	struct xf_host_guest *guest = channel->guest;
	uint8_t payload[XFI_WIRE_WELCOME_BYTES];
	struct xfi_wire_welcome body = { .version = XFI_WIRE_VERSION,
		.queue = guest->max_queue,
		.processes = guest->max_processes,
		.events = guest->max_events,
		.devices = guest->max_devices };
	struct xfi_wire_msg msg = { .type = XFI_WIRE_WELCOME, .payload_bytes = sizeof(payload) };
	for (unsigned i = 0; i < XFI_WIRE_NONCE_BYTES; i++)
		body.nonce[i] = hello->nonce[i];
	xfi_wire_put_welcome(&body, payload);
	return xfi_out_message(channel, &msg, payload);
}

static int begin(struct channel *channel, const struct xfi_wire_hello *hello, const char **ret_why)
{
	uint64_t session;
	int r = random_session(&session);
	if (!r)
		r = xfi_worker_hold(channel->guest);
	if (r) {
		*ret_why = "the driver or the system refused the guest";
		return -EPROTO;
	}
	channel->in = (struct xfi_wire_peer){ .session = session, .sequence = 2 };
	channel->out.session = session;
	channel->out.sequence = 1;
	channel->state = CHANNEL_OPEN;
	channel->last_process = 0;
	channel->guest->sessions++;
	return welcome(channel, hello);
}

/* Ends every process of the session; the channel itself goes on, or is being closed. */
void xfi_session_end(struct channel *channel)
{
	if (channel->state != CHANNEL_OPEN)
		return;
	XFI_LIST_EACH(process, &channel->processes, struct process, link)
	xfi_process_destroy(process);
	xfi_worker_give(channel->guest);
	channel->state = CHANNEL_GREETING;
}

static int on_hello(struct channel *channel, const struct xfi_wire_msg *msg, const uint8_t *payload,
	const char **ret_why)
{
	struct xfi_wire_hello hello;
	if (xfi_wire_get_hello(payload, &hello) || msg->sequence != 1) {
		*ret_why = "malformed hello";
		return -EPROTO;
	}
	if (hello.version_min > XFI_WIRE_VERSION || hello.version_max < XFI_WIRE_VERSION) {
		xfi_out_last_word(channel, XFI_WIRE_REASON_VERSION, XFI_WIRE_VERSION);
		*ret_why = "no protocol version in common";
		return -EPROTO;
	}
	if (channel->state == CHANNEL_OPEN && !channel->reopened) {
		*ret_why = "a second hello";
		return -EPROTO;
	}
	/* What the old session still had queued must not be numbered into the new one. */
	xfi_session_end(channel);
	xfi_out_drop(channel);
	return begin(channel, &hello, ret_why);
}

static int on_process_create(struct channel *channel, const struct xfi_wire_msg *msg,
	uint8_t *payload, const char **ret_why)
{
	if (msg->process <= channel->last_process) {
		*ret_why = "process number used before";
		return -EPROTO;
	}
	channel->last_process = msg->process;
	return xfi_session_answer(channel, msg,
		xfi_process_create(channel, msg->process, msg->object, payload, msg->payload_bytes),
		0, NULL, 0);
}

static int on_escape(struct process *process, const struct xfi_wire_msg *msg, uint8_t *payload)
{
	struct xf_host_driver *driver = &process->channel->guest->host->driver;
	struct device *device = msg->object ? xfi_device_find(process, msg->object) : NULL;
	uint32_t status = 0;
	int r = 0;
	if (msg->object && !device)
		r = -ENOENT;
	else if (!driver->escape)
		r = -ENOSYS;
	else
		r = driver->escape(driver->self, process->driver, device ? device->driver : NULL,
			msg->flags & XFI_WIRE_KNOWN_ESCAPE, payload, msg->payload_bytes, &status);
	if (!msg->tag)
		return 0;
	return xfi_session_answer(
		process->channel, msg, r, status, payload, r ? 0 : msg->payload_bytes);
}

static int on_event_create(struct process *process, const char **ret_why)
{
	if (process->events >= process->channel->guest->max_events) {
		*ret_why = "more events than the limit it was told";
		return -EPROTO;
	}
	process->events++;
	return 0;
}

static int on_event_close(struct process *process, const char **ret_why)
{
	if (!process->events) {
		*ret_why = "an event closed that was not created";
		return -EPROTO;
	}
	process->events--;
	return 0;
}

static int on_process_message(struct process *process, const struct xfi_wire_msg *msg,
	uint8_t *payload, const char **ret_why)
{
	struct channel *channel = process->channel;
	switch (msg->type) {
	case XFI_WIRE_PROCESS_DESTROY:
		xfi_process_destroy(process);
		return 0;
	case XFI_WIRE_DEVICE_CREATE:
		return xfi_session_answer(
			channel, msg, xfi_device_create(process, msg->object), 0, NULL, 0);
	case XFI_WIRE_DEVICE_DESTROY:
		return xfi_session_answer(
			channel, msg, xfi_device_destroy(process, msg->object), 0, NULL, 0);
	case XFI_WIRE_EVENT_CREATE:
		return on_event_create(process, ret_why);
	case XFI_WIRE_EVENT_CLOSE:
		return on_event_close(process, ret_why);
	case XFI_WIRE_CPU_EVENT_CREATE:
		return xfi_session_answer(channel, msg,
			xfi_cpu_event_create(
				process, msg->object, xfi_wire_get64(payload), msg->flags),
			0, NULL, 0);
	case XFI_WIRE_CPU_EVENT_DESTROY:
		return xfi_session_answer(
			channel, msg, xfi_cpu_event_destroy(process, msg->object), 0, NULL, 0);
	case XFI_WIRE_ESCAPE:
		return on_escape(process, msg, payload);
	}
	if (msg->type >= XFI_WIRE_SURFACE_OPEN)
		return xfi_surface_message(process, msg, payload);
	*ret_why = "message out of turn";
	return -EPROTO;
}

int xfi_session_message(struct channel *channel, const struct xfi_wire_msg *msg, uint8_t *payload,
	const char **ret_why)
{
	if (msg->type == XFI_WIRE_HELLO)
		return on_hello(channel, msg, payload, ret_why);
	if (channel->state != CHANNEL_OPEN) {
		*ret_why = "no hello";
		return -EPROTO;
	}
	int r = xfi_wire_follow(&channel->in, msg, ret_why);
	if (r)
		return r;
	if (msg->type == XFI_WIRE_PROCESS_CREATE)
		return on_process_create(channel, msg, payload, ret_why);
	struct process *process = find(channel, msg->process);
	if (process)
		return on_process_message(process, msg, payload, ret_why);
	/* Refused at creation, or gone: a correct guest may not have heard yet. */
	if (msg->process <= channel->last_process && msg->type != XFI_WIRE_PROCESS_DESTROY &&
		msg->tag)
		return xfi_session_answer(channel, msg, -ESRCH, 0, NULL, 0);
	if (msg->process <= channel->last_process)
		return 0;
	*ret_why = "unknown process";
	return -EPROTO;
}
