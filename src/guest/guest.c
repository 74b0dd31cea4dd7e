/* SPDX-License-Identifier: MIT */
/* A guest process' session: connecting, coming back, requests to the driver. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/params.h"
#include "guest/backoff.h"
#include "guest/guest.h"
#include "guest/io.h"
#include "guest/event.h"
#include "guest/link_greet.h"

unsigned xfg_forks;

static void count_fork(void)
{
	xfg_forks++;
}

int xfg_refuse(const struct xf_guest *guest)
{
	if (!guest)
		return xf_fail(-EINVAL, "guest is NULL");
	return xf_fail(-ECHILD, "this session was connected before fork(); the child has to call "
				"xf_guest_connect() itself");
}

/* The driver's numbers come as they are. Our own sentences for them are about other things. */
int xfg_refused(int result, const char *what)
{
	return result < 0 ? xf_fail(result, "the host, or its driver, refused %s: %s", what,
				    strerror(-result))
			  : result;
}

static void watch_forks(void)
{
	(void)pthread_atfork(NULL, NULL, count_fork); /* no memory: then -ECHILD is not told */
}

static void *thread_main(void *arg)
{
	struct xf_guest *guest = arg;
	struct xfg_waiter me = { 0 };
	xfw_list_init(&me.link);
	pthread_mutex_lock(&guest->lock);
	/* Waits for an answer that never comes: until the channel is lost or given up. */
	(void)xfg_await_locked(guest, &me, XF_NEVER);
	pthread_mutex_unlock(&guest->lock);
	return NULL;
}

static int start_thread(struct xf_guest *guest)
{
	int r = 0;
	if (guest->flags & XF_GUEST_OWN_THREAD)
		r = -pthread_create(&guest->thread, NULL, thread_main, guest);
	guest->has_thread = !r && (guest->flags & XF_GUEST_OWN_THREAD);
	return r;
}

static void stop_thread(struct xf_guest *guest)
{
	pthread_mutex_lock(&guest->lock);
	guest->stopping = true;
	xfg_lose_locked(guest, -ECONNRESET);
	pthread_mutex_unlock(&guest->lock);
	if (guest->has_thread)
		pthread_join(guest->thread, NULL);
	guest->has_thread = false;
	guest->stopping = false;
}

/* *ret_answer: what the host says to this process, once the channel works. */
static int introduce(struct xf_guest *guest, int64_t deadline_ns, int *ret_answer)
{
	struct xfw_msg msg = { .type = XFW_PROCESS_CREATE,
		.payload_bytes = (uint32_t)strlen(guest->name),
		.object = (uint64_t)getpid() };
	struct xfg_waiter me = { 0 };
	int r = xfg_request(guest, &msg, guest->name, &me, deadline_ns);
	*ret_answer = r ? 0 : me.result;
	return r;
}

/* Event ids of two sessions must never meet: each session begins somewhere else. */
static uint64_t first_event(uint64_t session)
{
	uint64_t base = 0;
	if (getrandom(&base, sizeof(base), GRND_NONBLOCK) != sizeof(base))
		base = session ^ (uint64_t)xf_now() << 20;
	return (base & (UINT64_MAX >> 1)) | 1;
}

static int begin_session(struct xf_guest *guest, int64_t deadline_ns, int *ret_answer)
{
	uint64_t session;
	int r = xfg_link_open(guest->address, deadline_ns, &guest->link);
	if (r)
		return r;
	r = xfg_link_greet(&guest->link, deadline_ns, &guest->limits, &session);
	if (r)
		return r;
	guest->in = (struct xfw_peer){ .session = session, .sequence = 2 };
	guest->out_sequence = 2;
	guest->next_event = first_event(session);
	guest->next_device = 1;
	guest->have = 0;
	guest->sessions++;
	guest->lost = 0;
	r = introduce(guest, deadline_ns, ret_answer);
	if (!r && !*ret_answer)
		r = start_thread(guest);
	return r;
}

static int explain_begin(const struct xf_guest *guest, int r)
{
	if (r == -EUSERS)
		return xf_fail(r, "this guest, or this user of it, has as many processes as the "
				  "host's quota allows; end one");
	if (r == -ENODEV)
		return xf_fail(
			r, "the memory of '%s' is not a region of a host service", guest->address);
	if (r == -EPROTO)
		return xf_fail(r, "what answers at '%s' does not speak version %d of our protocol",
			guest->address, XFW_VERSION);
	if (r == -ETIMEDOUT)
		return xf_fail(r,
			"no host service answered at '%s' by the deadline; is it running?",
			guest->address);
	return r;
}

/* The host may go away between any two steps; until the deadline that only means: again. */
static int begin(struct xf_guest *guest, int64_t deadline_ns)
{
	struct xfg_backoff backoff = { 0 };
	int r, answer = 0;
	do {
		r = begin_session(guest, deadline_ns, &answer);
		if (r || answer) {
			guest->lost = r ? r : answer;
			xfg_link_close(&guest->link);
		}
	} while (r == -ECONNRESET && !xfg_backoff(&backoff, deadline_ns));
	if (!r && answer != -EUSERS)
		return xfg_refused(answer, "this process");
	return explain_begin(guest, r ? r : answer);
}

static const char *default_address(void)
{
	const char *address = getenv("CROSSFENCE_GUEST");
	return address && *address ? address : "unix:" XF_GUEST_PATH;
}

static int read_params(const struct xf_guest_params *given, struct xf_guest_params *params)
{
	int r = given ? XFI_PARAMS_READ(params, struct xf_guest_params, given) : 0;
	if (r)
		return r;
	if (params->flags & ~XF_GUEST_OWN_THREAD)
		return xf_fail(-EINVAL,
			"flags 0x%x of struct xf_guest_params are not all XF_GUEST_*",
			params->flags);
	if (params->reserved)
		return xf_fail(-EINVAL, "reserved in struct xf_guest_params is not 0");
	if (params->name && strlen(params->name) > XFW_NAME_MAX)
		return xf_fail(-EINVAL, "name '%.20s...' has %zu bytes; at most %d fit",
			params->name, strlen(params->name), XFW_NAME_MAX);
	return 0;
}

static void destroy(struct xf_guest *guest)
{
	xfg_link_close(&guest->link);
	pthread_mutex_destroy(&guest->lock);
	pthread_mutex_destroy(&guest->write_lock);
	free(guest->buckets);
	free(guest->gone);
	free(guest->address);
	free(guest->name);
	free(guest);
}

int xf_guest_connect(
	const struct xf_guest_params *given, int64_t deadline_ns, struct xf_guest **ret_guest)
{
	struct xf_guest_params params = { 0 };
	xfi_message_forget();
	if (!ret_guest)
		return xf_fail(-EINVAL, "%s: ret_guest is NULL", __func__);
	int r = read_params(given, &params);
	if (r)
		return r;
	struct xf_guest *guest = calloc(1, sizeof(*guest));
	if (!guest)
		return -ENOMEM;
	guest->link = XFG_LINK_NONE;
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, watch_forks);
	guest->forks = xfg_forks;
	guest->flags = params.flags;
	pthread_mutex_init(&guest->lock, NULL);
	pthread_mutex_init(&guest->write_lock, NULL);
	xfw_list_init(&guest->waiters);
	xfw_list_init(&guest->requests);
	guest->address = strdup(params.address ? params.address : default_address());
	guest->name =
		strndup(params.name ? params.name : program_invocation_short_name, XFW_NAME_MAX);
	r = guest->address && guest->name ? begin(guest, deadline_ns) : -ENOMEM;
	if (r)
		destroy(guest);
	else
		*ret_guest = guest;
	return r;
}

int xf_guest_reconnect(struct xf_guest *guest, int64_t deadline_ns)
{
	int r = xfg_begin(guest);
	if (r)
		return r;
	if (!guest->lost)
		return xf_fail(-EALREADY, "the channel to the host is not lost; nothing to do");
	stop_thread(guest);
	xfg_link_close(&guest->link);
	pthread_mutex_lock(&guest->lock);
	xfg_drop_records_locked(guest, 0, 1);
	pthread_mutex_unlock(&guest->lock);
	return begin(guest, deadline_ns);
}

void xf_guest_disconnect(struct xf_guest *guest)
{
	if (!guest)
		return;
	if (!xfg_check(guest)) {
		struct xfw_msg msg = { .type = XFW_PROCESS_DESTROY };
		if (!guest->lost)
			(void)xfg_send(guest, &msg, NULL); /* else the end of file tells */
		stop_thread(guest);
		xfg_drop_records_locked(guest, 0, 1);
	}
	destroy(guest);
}

int xf_guest_fd(struct xf_guest *guest, int *ret_fd)
{
	int r = xfg_begin(guest);
	if (!r && !ret_fd)
		r = xf_fail(-EINVAL, "%s: ret_fd is NULL", __func__);
	if (!r && guest->link.fd < 0)
		r = -ECONNRESET;
	if (!r)
		*ret_fd = guest->link.fd;
	return r;
}

int xf_guest_dispatch(struct xf_guest *guest)
{
	int r = xfg_begin(guest);
	if (r)
		return r;
	pthread_mutex_lock(&guest->lock);
	r = xfg_read_now_locked(guest);
	pthread_mutex_unlock(&guest->lock);
	return r;
}

/* What the host answers where its word alone would mislead; the driver's own stay as they are. */
static int explain(int result, uint64_t device, const char *what)
{
	if (result == -ENOENT && device)
		return xf_fail(result, "0x%" PRIx64 " is not a device of this process", device);
	return xfg_refused(result, what);
}

static int ask(struct xf_guest *guest, struct xfw_msg *msg)
{
	struct xfg_waiter me = { 0 };
	int r = xfg_request(guest, msg, NULL, &me, xf_deadline(XFG_PATIENCE_NS));
	if (r)
		return r;
	if (msg->type == XFW_DEVICE_DESTROY)
		return explain(me.result, msg->object, "to end this device");
	if (me.result == -ENOSPC)
		return xf_fail(
			me.result, "the host's quota, or its driver, allows no more devices");
	return explain(me.result, 0, "a device");
}

int xf_guest_device_create(struct xf_guest *guest, uint64_t *ret_device)
{
	int r = xfg_begin(guest);
	if (!r && !ret_device)
		r = xf_fail(-EINVAL, "%s: ret_device is NULL", __func__);
	if (r)
		return r;
	pthread_mutex_lock(&guest->lock);
	struct xfw_msg msg = { .type = XFW_DEVICE_CREATE, .object = guest->next_device++ };
	pthread_mutex_unlock(&guest->lock);
	r = ask(guest, &msg);
	if (!r)
		*ret_device = msg.object;
	return r;
}

int xf_guest_device_destroy(struct xf_guest *guest, uint64_t device)
{
	struct xfw_msg msg = { .type = XFW_DEVICE_DESTROY, .object = device };
	int r = xfg_begin(guest);
	if (!r && !device)
		r = xf_fail(-EINVAL, "device is 0, which is none");
	if (!r)
		r = ask(guest, &msg);
	if (r)
		return r;
	/* What the driver signalled before came before the answer; now it has let go. */
	pthread_mutex_lock(&guest->lock);
	xfg_drop_records_locked(guest, device, 0);
	pthread_mutex_unlock(&guest->lock);
	return 0;
}

static int check_escape(uint32_t flags, const void *data, size_t size)
{
	if (flags & ~XF_GUEST_ESCAPE_KNOWN)
		return xf_fail(-EINVAL, "flags 0x%x are not all XF_GUEST_ESCAPE_*", flags);
	if (!data || !size)
		return xf_fail(-EINVAL, "%s; 1 to %d bytes make an escape",
			data ? "size is 0" : "data is NULL", XF_GUEST_DATA_MAX);
	if (size > XF_GUEST_DATA_MAX)
		return xf_fail(-EMSGSIZE, "size is %zu; at most %d bytes make an escape", size,
			XF_GUEST_DATA_MAX);
	return 0;
}

int xf_guest_escape(struct xf_guest *guest, uint64_t device, uint32_t flags, void *data,
	size_t size, uint32_t *ret_status)
{
	int r = xfg_begin(guest);
	if (!r)
		r = check_escape(flags, data, size);
	if (r)
		return r;
	struct xfw_msg msg = { .type = XFW_ESCAPE,
		.flags = flags & XF_GUEST_ESCAPE_KNOWN ? XFW_KNOWN_ESCAPE : 0,
		.payload_bytes = (uint32_t)size,
		.object = device };
	struct xfg_waiter me = { .data = data, .size = size };
	r = xfg_request(guest, &msg, data, &me, xf_deadline(XFG_PATIENCE_NS));
	if (!r && me.result == -ENOSYS)
		r = xf_fail(-ENOSYS, "the host has no driver, or none that takes escapes");
	else if (!r)
		r = explain(me.result, device, "the escape");
	if (!r && ret_status)
		*ret_status = me.status;
	return r;
}

int xf_guest_post(struct xf_guest *guest, uint64_t device, const void *data, size_t size)
{
	int r = xfg_begin(guest);
	if (!r)
		r = check_escape(0, data, size);
	if (r)
		return r;
	struct xfw_msg msg = {
		.type = XFW_ESCAPE, .payload_bytes = (uint32_t)size, .object = device
	};
	return xfg_send(guest, &msg, data);
}

int xf_guest_stats(struct xf_guest *guest, struct xf_guest_stats *ret_stats)
{
	int r = xfg_begin(guest);
	if (r)
		return r;
	pthread_mutex_lock(&guest->lock);
	struct xf_guest_stats stats = { .session = guest->in.session,
		.signals = guest->signals,
		.unknown = guest->unknown,
		.records = guest->records,
		.sessions = guest->sessions };
	pthread_mutex_unlock(&guest->lock);
	return XFI_PARAMS_WRITE(ret_stats, struct xf_guest_stats, &stats);
}
