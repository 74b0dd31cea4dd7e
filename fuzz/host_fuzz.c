/* SPDX-License-Identifier: MIT */
/*
 * What a hostile guest can send to the host service. The first byte chooses: even, the rest goes in
 * as it is; odd, the rest is taken as messages whose session and sequence are put right, so that
 * the fuzzer gets past the door and into processes, devices, escapes and surfaces: one of a domain
 * that is shared with the guest, one whose mutex is kept from it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <crossfence/host_keyed.h>
#include <crossfence/surface.h>
#include "host/channel.h"
#include "host/guest.h"
#include "wire/wire.h"

static struct xf_host *host;
static struct xf_host_guest *guest;
static xf_host_handle last_process, last_cpu_event;

#define KEPT 7 /* id of the surface whose mutex is kept */
static struct xf_domain *domain;
static struct xf_surface *surface;
static struct xf_keyed_mutex *kept;
static struct xf_host_keyed keyed;

static int process_create(void *self, const struct xf_host_process_info *info, void **ret_process)
{
	last_process = info->process;
	*ret_process = malloc(1); /* the sanitizer watches that each is given back once */
	return 0;
}

static void destroy(void *self, void *thing)
{
	free(thing);
}

static int device_create(void *self, void *process, void **ret_device)
{
	*ret_device = malloc(1);
	return 0;
}

static int cpu_event_create(
	void *self, void *device, xf_host_handle cpu_event, uint32_t flags, void **ret_cpu_event)
{
	last_cpu_event = cpu_event;
	if (flags)
		return -1;
	*ret_cpu_event = malloc(1);
	return 0;
}

static int escape(void *self, void *process, void *device, uint32_t flags, void *data, size_t size,
	uint32_t *ret_status)
{
	uint8_t *bytes = data;
	for (size_t i = 0; i < size; i++)
		bytes[i] ^= 0xff;
	(void)xf_host_signal(host, last_process, 1 + bytes[0], bytes[size - 1] & 1);
	(void)xf_host_signal_cpu_event(host, last_cpu_event, 0);
	return bytes[0] == 1 ? -22 : 0;
}

static int listener(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(sa_family_t)) || listen(fd, 1))
		abort();
	return fd;
}

static void make_domain(void)
{
	struct xf_domain_params room = { .size = sizeof(room), .max_objects = 64 };
	uint64_t offset, size;
	int fd;
	if (xf_host_guest_region(guest, &fd, &offset, &size) ||
		xf_domain_create_in(fd, size, &room, &domain) ||
		xf_host_guest_share_domain(guest, domain))
		abort();
	close(fd);
}

static bool usable(struct xf_keyed_mutex *mutex)
{
	int r = mutex ? xf_keyed_mutex_acquire(mutex, 0, 0, NULL) : XF_ABANDONED;
	return r != XF_ABANDONED && (r || xf_keyed_mutex_release(mutex, 0, 0) == 0);
}

/* An input may leave them abandoned: the next one finds them as new. */
static void renew_surfaces(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 4, .height_px = 4, .fourcc = XF_FORMAT_ABGR8888
	};
	struct xf_host_surface_params params = { .size = sizeof(params),
		.id = KEPT,
		.size_bytes = 64,
		.ops = &xf_host_keyed_ops,
		.self = &keyed };
	struct xf_keyed_mutex *lent = NULL;
	if (surface && xf_surface_mutex(surface, &lent))
		abort();
	if (!usable(lent)) {
		xf_surface_close(surface);
		if (xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &surface))
			abort();
	}
	if (usable(kept))
		return;
	if (kept && xf_host_surface_remove(guest, KEPT))
		abort();
	xf_keyed_mutex_close(kept);
	if (xf_keyed_mutex_create(domain, 0, NULL, &kept))
		abort();
	keyed = (struct xf_host_keyed){ domain, xf_keyed_mutex_id(kept) };
	if (xf_host_surface_add(guest, &params))
		abort();
}

static void begin(void)
{
	struct xf_host_driver driver = { sizeof(driver), NULL, process_create, destroy,
		device_create, destroy, cpu_event_create, destroy, escape, NULL };
	struct xf_host_params params = { .size = sizeof(params), .driver = &driver };
	struct xf_host_guest_params guest_params = { .size = sizeof(guest_params),
		.name = "fuzz",
		.transport = XF_HOST_IVSHMEM,
		.listen_fd_plus_1 = listener() + 1,
		.max_queue = 8,
		.max_processes = 4,
		.max_events = 8,
		.max_devices = 2 };
	if (xf_host_create(&params, &host) || xf_host_guest_add(host, &guest_params, &guest))
		abort();
	make_domain();
}

/* A guest with a region has its channel in the region's rings; what comes by it is the same. */
static void attach(int fd)
{
	pthread_mutex_lock(&host->lock);
	if (xfh_channel_create(guest, fd, &xfh_socket_io, 0, NULL))
		abort();
	pthread_mutex_unlock(&host->lock);
}

static void turn(int fd)
{
	char bytes[4096];
	for (int i = 0; i < 3; i++)
		if (xf_host_dispatch(host))
			abort();
	while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static void put(int fd, const uint8_t *bytes, size_t size)
{
	while (size) {
		ssize_t n = send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes += n;
		size -= (size_t)n;
		turn(fd);
	}
}

static uint64_t hello(int fd)
{
	uint8_t bytes[XFW_HEAD_BYTES + XFW_WELCOME_BYTES] = { 0 };
	struct xfw_msg msg = { .type = XFW_HELLO, .payload_bytes = XFW_HELLO_BYTES, .sequence = 1 };
	struct xfw_hello body = { 1, 1, "" };
	xfw_encode(&msg, bytes);
	xfw_put_hello(&body, bytes + XFW_HEAD_BYTES);
	if (send(fd, bytes, XFW_HEAD_BYTES + XFW_HELLO_BYTES, 0) < 0)
		abort();
	for (int i = 0; i < 3; i++)
		xf_host_dispatch(host);
	if (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) != sizeof(bytes))
		abort();
	return xfw_get64(bytes + 8);
}

static void put_messages(int fd, const uint8_t *data, size_t size)
{
	uint64_t session = hello(fd), sequence = 2;
	while (size >= XFW_HEAD_BYTES) {
		uint8_t bytes[XFW_MAX_BYTES];
		memcpy(bytes, data, XFW_HEAD_BYTES);
		bytes[1] = 0; /* types are small: without this nearly all are unknown */
		bytes[0] %= XFW_TYPES;
		bytes[6] = bytes[7] = bytes[3] = 0;
		size_t payload = (size_t)bytes[4] | (size_t)(bytes[5] & 1) << 8;
		bytes[5] &= 1;
		data += XFW_HEAD_BYTES;
		size -= XFW_HEAD_BYTES;
		payload = payload < size ? payload : size;
		bytes[4] = (uint8_t)payload;
		bytes[5] = (uint8_t)(payload >> 8);
		memcpy(bytes + XFW_HEAD_BYTES, data, payload);
		data += payload;
		size -= payload;
		if (bytes[0] >= XFW_SURFACE_OPEN && bytes[24] < 128)
			xfw_put64(bytes + 24, bytes[24] & 1 ? KEPT : xf_surface_id(surface));
		xfw_put64(bytes + 8, session);
		xfw_put64(bytes + 32, sequence++);
		put(fd, bytes, XFW_HEAD_BYTES + payload);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fds[2];
	if (!host)
		begin();
	if (!size || socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return 0;
	renew_surfaces();
	attach(fds[0]);
	if (data[0] & 1)
		put_messages(fds[1], data + 1, size - 1);
	else
		put(fds[1], data + 1, size - 1);
	close(fds[1]);
	for (int i = 0; i < 3; i++)
		xf_host_dispatch(host);
	return 0;
}
