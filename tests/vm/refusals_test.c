/* SPDX-License-Identifier: MIT */
/*
 * What the guest and host libraries refuse, they name: every function with each kind of argument
 * that it does not take. tests/abi/refusals demands that none is left out. Guest, host and core
 * are all in this process, so their messages are seen to share the thread's one place.
 */
#include "vmtest.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <crossfence/domain.h>
#include <crossfence/dxgk.h>
#include <crossfence/event.h>
#include "device.h"

/* The call fails so, and says why: with the word, and nothing of an earlier call. */
#define REFUSES(result, word, call)                                                                \
	do {                                                                                       \
		(void)xf_fail(result, "stale");                                                    \
		assert_int_equal(call, result);                                                    \
		if (!strstr(xf_last_message(result), word))                                        \
			fail_msg("%s: %s", #call, xf_last_message(result));                        \
	} while (0)

static struct test_host t;

static struct xf_guest *connected(void)
{
	const char *path = test_path("refusals.sock");
	(void)test_guest_add(&t, "vm0", path, 0);
	return guest_connect_to(unix_address(path), "guest", 0);
}

/* ---- guest ---- */

static int connect_to(const char *address)
{
	struct xf_guest_params params = { .size = sizeof(params), .address = address };
	struct xf_guest *guest;
	return xf_guest_connect(&params, xf_deadline(MS), &guest);
}

static void addresses_are_named(void **state)
{
	char longer[200];
	memset(longer, 'x', sizeof(longer) - 1);
	memcpy(longer, "unix:", 5);
	longer[sizeof(longer) - 1] = 0;
	REFUSES(-EINVAL, "address 'tcp:1' does not begin with", connect_to("tcp:1"));
	REFUSES(-EINVAL, "1 to 107 bytes, not 0", connect_to("unix:"));
	REFUSES(-EINVAL, "1 to 107 bytes, not 194", connect_to(longer));
	REFUSES(-EINVAL, "'vsock:2:x' is not", connect_to("vsock:2:x"));
	REFUSES(-EINVAL, "'vsock-listen:' is not", connect_to("vsock-listen:"));
	REFUSES(-ENOENT, "no-such-port", connect_to("virtio:no-such-port"));
	REFUSES(-ENOENT, "cannot open /dev/no-such-port", connect_to("virtio:/dev/no-such-port"));
	REFUSES(-ENOENT, "/no/such/file", connect_to("ivshmem:/no/such/file"));
	REFUSES(-ETIMEDOUT, "no host service answered at 'unix:/nobody'",
		connect_to("unix:/nobody"));
	REFUSES(-ENOTDIR, "cannot connect to /dev/null/x", connect_to("unix:/dev/null/x"));
}

static void a_guest_is_told_what_is_wrong(void **state)
{
	struct xf_guest_params params = { .size = sizeof(params), .flags = 8 };
	struct xf_guest_surface_info info = { .size = sizeof(info) };
	struct xf_guest_stats stats = { .size = 0 };
	struct xf_guest_surface *surface;
	struct xf_guest_event *event;
	struct xf_guest *guest;
	char name[80] = "", data[8];
	uint64_t device;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	REFUSES(-EINVAL, "flags 0x8", xf_guest_connect(&params, 0, &guest));
	REFUSES(-EINVAL, "ret_guest", xf_guest_connect(NULL, 0, NULL));
	params.flags = 0;
	params.reserved = 1;
	REFUSES(-EINVAL, "reserved", xf_guest_connect(&params, 0, &guest));
	params.reserved = 0;
	params.name = memset(name, 'n', sizeof(name) - 1);
	REFUSES(-EINVAL, "79 bytes; at most 64", xf_guest_connect(&params, 0, &guest));
	params.size = 0;
	REFUSES(-EINVAL, "set it to sizeof(struct xf_guest_params)",
		xf_guest_connect(&params, 0, &guest));
	guest = connected();
	REFUSES(-EALREADY, "not lost", xf_guest_reconnect(guest, 0));
	REFUSES(-EINVAL, "ret_fd", xf_guest_fd(guest, NULL));
	REFUSES(-EINVAL, "guest is NULL", xf_guest_dispatch(NULL));
	REFUSES(-EINVAL, "guest is NULL", xf_guest_reconnect(NULL, 0));
	REFUSES(-EINVAL, "ret_device", xf_guest_device_create(guest, NULL));
	REFUSES(-EINVAL, "guest is NULL", xf_guest_device_create(NULL, &device));
	REFUSES(-EINVAL, "device is 0", xf_guest_device_destroy(guest, 0));
	REFUSES(-ENOENT, "0x77 is not a device", xf_guest_device_destroy(guest, 0x77));
	REFUSES(-EINVAL, "size is 0", xf_guest_escape(guest, 0, 0, data, 0, NULL));
	REFUSES(-EINVAL, "data is NULL", xf_guest_escape(guest, 0, 0, NULL, 1, NULL));
	REFUSES(-EINVAL, "flags 0x8", xf_guest_escape(guest, 0, 8, data, 1, NULL));
	REFUSES(-EMSGSIZE, "size is 4097", xf_guest_escape(guest, 0, 0, data, 4097, NULL));
	REFUSES(-ENOENT, "0x77 is not a device",
		xf_guest_escape(guest, 0x77, 0, data, sizeof(data), NULL));
	REFUSES(-EINVAL, "data is NULL", xf_guest_post(guest, 0, NULL, 1));
	REFUSES(-EMSGSIZE, "size is 4097", xf_guest_post(guest, 0, data, 4097));
	REFUSES(-EINVAL, "flags 0x2", xf_guest_event_create(guest, 0, 2, &event));
	REFUSES(-EINVAL, "ret_event", xf_guest_event_create(guest, 0, 0, NULL));
	REFUSES(-EINVAL, "guest is NULL", xf_guest_event_create(NULL, 0, 0, &event));
	REFUSES(-EINVAL, "device is 0", xf_guest_cpu_event_create(guest, 0, 0, &event));
	REFUSES(-EINVAL, "ret_event", xf_guest_cpu_event_create(guest, 1, 0, NULL));
	REFUSES(-ENOENT, "0x77 is not a device", xf_guest_cpu_event_create(guest, 0x77, 0, &event));
	REFUSES(-EINVAL, "event is NULL", xf_guest_event_wait(NULL, 0));
	REFUSES(-EINVAL, "event is NULL", xf_guest_event_reset(NULL));
	REFUSES(-EINVAL, "id is 0", xf_guest_surface_open(guest, 0, &surface));
	REFUSES(-EINVAL, "ret_surface", xf_guest_surface_open(guest, 1, NULL));
	REFUSES(-ENOTSUP, "refusals.sock", xf_guest_surface_open(guest, 1, &surface));
	REFUSES(-EINVAL, "surface is NULL", xf_guest_surface_info(NULL, &info));
	REFUSES(-EINVAL, "surface is NULL", xf_guest_surface_acquire(NULL, 0, 0, NULL));
	REFUSES(-EINVAL, "surface is NULL", xf_guest_surface_release(NULL, 0, 0));
	REFUSES(-EINVAL, "struct xf_guest_stats", xf_guest_stats(guest, &stats));
	xf_guest_disconnect(guest);
	xf_host_destroy(t.host);
}

/* What fails for no reason of its own has the sentence of its result, not an earlier message. */
static void a_lost_channel_is_no_news_of_before(void **state)
{
	struct xf_guest_event *event;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_guest *guest = connected();
	ok(xf_guest_event_create(guest, 0, 0, &event));
	xf_host_destroy(t.host);
	REFUSES(-ECONNRESET, xf_strerror(-ECONNRESET), xf_guest_event_wait(event, XF_NEVER));
	REFUSES(-ECONNRESET, xf_strerror(-ECONNRESET), xf_guest_dispatch(guest));
	xf_guest_event_close(event);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	(void)test_guest_add(&t, "vm0", test_path("refusals.sock"), 0);
	xf_guest_disconnect(guest);
	guest = guest_connect_to(unix_address(test_path("refusals.sock")), "again", 0);
	xf_guest_disconnect(guest);
	xf_host_destroy(t.host);
}

static void an_event_of_another_session_is_named(void **state)
{
	struct xf_guest_event *event;
	const char *path = test_path("sessions.sock");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *of_host = test_guest_add(&t, "vm0", path, 0);
	struct xf_guest *guest = guest_connect_to(unix_address(path), "guest", 0);
	ok(xf_guest_event_create(guest, 0, 0, &event));
	xf_host_guest_reset(of_host);
	assert_int_equal(xf_guest_event_wait(event, XF_NEVER), -ECONNRESET);
	ok(xf_guest_reconnect(guest, XF_NEVER));
	REFUSES(-ESTALE, "a session that ended", xf_guest_event_wait(event, 0));
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
	xf_host_destroy(t.host);
}

/* ---- host ---- */

static int event_signal(void *self, xf_host_handle process, uint64_t event, uint32_t flags)
{
	return 0;
}

static int visit_guest(const struct xf_host_guest_info *info, void *arg)
{
	return 0;
}

static void a_host_is_told_what_is_wrong(void **state)
{
	struct xf_host_params params = { .size = sizeof(params), .flags = 8 };
	struct xf_host_events events = { .size = sizeof(events) };
	struct xf_host_event_params own = { .size = sizeof(own), .eventfd = -1 };
	struct xf_host *host;
	xf_host_handle process;
	uint64_t event;
	char name[80] = "";
	REFUSES(-EINVAL, "flags 0x8", xf_host_create(&params, &host));
	params.flags = 0;
	params.reserved = 1;
	REFUSES(-EINVAL, "reserved", xf_host_create(&params, &host));
	REFUSES(-EINVAL, "ret_host", xf_host_create(NULL, NULL));
	REFUSES(-EINVAL, "host is NULL", xf_host_fd(NULL));
	REFUSES(-EINVAL, "host is NULL", xf_host_dispatch(NULL));
	test_host_start(&t, XF_HOST_OWN_THREAD);
	REFUSES(-EINVAL, "level 5 is none", xf_host_set_log_level(t.host, 5));
	REFUSES(-EINVAL, "host is NULL", xf_host_set_log_level(NULL, XF_HOST_LOG_INFO));
	REFUSES(-EINVAL, "ret_text", xf_host_metrics(t.host, NULL));
	REFUSES(-EINVAL, "event is 0", xf_host_signal(t.host, 1, 0, 0));
	REFUSES(-EINVAL, "flags 0x4", xf_host_signal(t.host, 1, 1, 4));
	REFUSES(-ESRCH, xf_strerror(-ESRCH), xf_host_signal(t.host, 1, 1, 0));
	REFUSES(-EINVAL, "flags 0x4", xf_host_signal_cpu_event(t.host, 1, 4));
	REFUSES(-ESRCH, xf_strerror(-ESRCH), xf_host_signal_cpu_event(t.host, 1, 0));
	REFUSES(-EINVAL, "signal in struct xf_host_events", xf_host_set_events(t.host, &events));
	REFUSES(-EINVAL, "needs `set` or an eventfd", xf_host_event_add(t.host, &own, &event));
	REFUSES(-EINVAL, "ret_event", xf_host_event_add(t.host, &own, NULL));
	REFUSES(-EBADF, "0x1 is not an event", xf_host_event_remove(t.host, 1));
	REFUSES(-EINVAL, "ret_process", xf_host_local_add(t.host, "local", NULL));
	memset(name, 'n', sizeof(name) - 1);
	REFUSES(-EINVAL, "79 bytes; at most 64", xf_host_local_add(t.host, name, &process));
	ok(xf_host_local_add(t.host, "local", &process));
	events.signal = event_signal;
	REFUSES(-EBUSY, "local processes already", xf_host_set_events(t.host, &events));
	own.eventfd = eventfd(0, EFD_CLOEXEC);
	own.read_only = 1;
	ok(xf_host_event_add(t.host, &own, &event));
	REFUSES(-EACCES, "read_only", xf_host_signal(t.host, process, event, 0));
	REFUSES(-EBADF, "0x1 is not an event", xf_host_signal(t.host, process, 1, 0));
	REFUSES(-ESRCH, "0x1 is not a local process", xf_host_local_remove(t.host, 1));
	REFUSES(-EINVAL, "visit is NULL", xf_host_inspect_guests(t.host, NULL, NULL));
	REFUSES(-EINVAL, "host or", xf_host_inspect_guests(NULL, visit_guest, NULL));
	REFUSES(-EINVAL, "visit is NULL", xf_host_inspect_processes(t.host, NULL, NULL));
	xf_host_destroy(t.host);
	close(own.eventfd);
}

static int add(struct xf_host_guest_params params)
{
	params.size = sizeof(params);
	return xf_host_guest_add(t.host, &params, NULL);
}

#define UNIX_GUEST(...)                                                                            \
	add((struct xf_host_guest_params){ .name = "vm0", .transport = XF_HOST_UNIX, __VA_ARGS__ })

#define VSOCK_GUEST(...)                                                                           \
	add((struct xf_host_guest_params){                                                         \
		.name = "vs", .transport = XF_HOST_VSOCK, .port = 24998, __VA_ARGS__ })

static void a_guest_that_cannot_be_added_is_named(void **state)
{
	const char *path = test_path("taken.sock");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	REFUSES(-EINVAL, "name '(NULL)'", add((struct xf_host_guest_params){ 0 }));
	REFUSES(-EINVAL, "name 'a b'", add((struct xf_host_guest_params){ .name = "a b" }));
	REFUSES(-EINVAL, "transport 9",
		add((struct xf_host_guest_params){ .name = "vm0", .transport = 9 }));
	REFUSES(-EINVAL, "guest is NULL", xf_host_guest_set_limits(NULL, NULL));
	REFUSES(-EINVAL, "max_queue is 65537", UNIX_GUEST(.max_queue = 65537));
	REFUSES(-EINVAL, "region_bytes is 65537", UNIX_GUEST(.region_bytes = 65537));
	REFUSES(-EINVAL, "reserved", UNIX_GUEST(.reserved = 1));
	REFUSES(-EINVAL, "it has 0", UNIX_GUEST(.address = NULL));
	struct xf_host_events events = { .size = sizeof(events) };
	REFUSES(-EINVAL, "signal in local_events is NULL",
		UNIX_GUEST(.address = path, .local_events = &events));
	REFUSES(-EINVAL, "local_events: the host's processes come by a unix socket",
		add((struct xf_host_guest_params){
			.name = "vm0", .transport = XF_HOST_IVSHMEM, .local_events = &events }));
	REFUSES(-EINVAL, "address is NULL",
		add((struct xf_host_guest_params){ .name = "vm0", .transport = XF_HOST_HYBRID }));
	REFUSES(-ENOENT, "cannot listen on /no/such/socket",
		UNIX_GUEST(.address = "/no/such/socket"));
	ok(UNIX_GUEST(.address = path));
	REFUSES(-EEXIST, "a guest called 'vm0'", UNIX_GUEST(.address = test_path("free.sock")));
	REFUSES(-EADDRINUSE, "somebody does already",
		add((struct xf_host_guest_params){
			.name = "vm1", .transport = XF_HOST_UNIX, .address = path }));
	REFUSES(-EINVAL, "cid is 0 or missing", VSOCK_GUEST(.cid = 0));
	REFUSES(-EINVAL, "cid is that of any", VSOCK_GUEST(.cid = UINT32_MAX));
	path = test_path("dialled.sock");
	for (int i = 0; i < 2; i++) {
		struct xf_host_guest_params params = { .name = "dials",
			.transport = i ? XF_HOST_HYBRID_DIAL : XF_HOST_VIRTIO_SERIAL,
			.size = sizeof(params),
			.address = path };
		struct xf_host_guest *first;
		ok(xf_host_guest_add(t.host, &params, &first));
		params.name = "twin";
		REFUSES(-EADDRINUSE, "is guest dials's", add(params));
		params.port = 5;
		if (i) /* another port of the same VMM */
			ok(add(params));
		xf_host_guest_remove(first);
	}
	REFUSES(-EINVAL, "host is NULL", xf_host_guest_add(NULL, NULL, NULL));
	REFUSES(-EINVAL, "(NULL)", xf_host_guest_add(t.host, NULL, NULL));
	xf_host_destroy(t.host);
}

#define OWNER 65533

/* Without CAP_CHOWN, as the unit is: the socket cannot be given away, and does not stay. */
static void cannot_give(const char *folder, void *arg)
{
	char path[200];
	static const enum xf_host_transport listening[] = { XF_HOST_UNIX, XF_HOST_IVSHMEM };
	need(geteuid() || (setgid(OWNER) == 0 && setuid(OWNER) == 0));
	snprintf(path, sizeof(path), "%s/s.sock", folder);
	need(xf_host_create(NULL, &t.host) == 0);
	for (size_t i = 0; i < sizeof(listening) / sizeof(listening[0]); i++) {
		need(add((struct xf_host_guest_params){ .name = "vm0",
			     .transport = listening[i],
			     .address = path,
			     .uid_plus_1 = 4712 }) == -EPERM);
		need(strstr(xf_last_message(-EPERM), "to user 4711"));
		need(strstr(xf_last_message(-EPERM), "CAP_CHOWN"));
		need(access(path, F_OK) < 0 && errno == ENOENT);
	}
	xf_host_destroy(t.host);
}

static void a_socket_that_cannot_be_given_away_goes(void **state)
{
	const char *folder = test_path("given");
	ok(chmod(test_folder(), 0755));
	ok(mkdir(folder, 0755));
	if (geteuid() == 0)
		ok(chown(folder, OWNER, OWNER));
	reap(spawn(cannot_give, folder, NULL));
	ok(rmdir(folder));
}

static void a_channel_that_cannot_be_is_named(void **state)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = "manual", .max_channels = 1
	};
	int pair[2];
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest));
	REFUSES(-EINVAL, "guest is NULL", xf_host_guest_attach(NULL, -1));
	REFUSES(-EBADF, "fd 999 is not", xf_host_guest_attach(guest, 999));
	REFUSES(-EINVAL, "is not a connected stream socket",
		xf_host_guest_attach(guest, open("/dev/null", O_RDWR | O_CLOEXEC)));
	ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	ok(xf_host_guest_attach(guest, dup(pair[0])));
	REFUSES(-EUSERS, "guest manual has 1 channels", xf_host_guest_attach(guest, pair[0]));
	close(pair[1]);
	xf_host_destroy(t.host);
}

/* ---- surfaces ---- */

static struct xf_host_guest *vm_with_region(void)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm1",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("refused-region.sock") };
	ok(xf_host_guest_add(t.host, &params, &guest));
	return guest;
}

static int surface_open(void *self, void **ret_handle)
{
	*ret_handle = self;
	return 0;
}

static void surface_close(void *self, void *handle)
{
}

static int surface_acquire(void *self, void *handle, uint64_t key, uint64_t *ret_fence)
{
	return XF_TIMEOUT;
}

static int surface_release(void *self, void *handle, uint64_t key, uint64_t fence)
{
	return -EPERM;
}

static int surface_fd(void *self, void *handle, uint64_t key, int *ret_fd)
{
	return -EBUSY;
}

static struct xf_host_surface_ops surface_ops = { sizeof(surface_ops), surface_open, surface_close,
	surface_acquire, surface_release, surface_fd };

static void a_surface_that_cannot_be_added_is_named(void **state)
{
	struct xf_host_surface_ops lacking = surface_ops;
	struct xf_host_surface_params params = { .size = sizeof(params), .ops = &lacking };
	uint64_t offset, size;
	int fd;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *guest = vm_with_region();
	struct xf_host_guest *other = test_guest_add(&t, "vm0", test_path("plain.sock"), 0);
	lacking.fd = NULL;
	REFUSES(-ENOTSUP, "guest vm0", xf_host_guest_region(other, &fd, &offset, &size));
	REFUSES(-EINVAL, "an argument is NULL", xf_host_guest_region(guest, NULL, &offset, &size));
	REFUSES(-ENOTSUP, "guest vm0", xf_host_surface_add(other, &params));
	REFUSES(-EINVAL, "guest is NULL", xf_host_surface_add(NULL, &params));
	REFUSES(-EINVAL, "id in struct", xf_host_surface_add(guest, &params));
	params.id = 5;
	REFUSES(-EINVAL, "lacks one of its calls", xf_host_surface_add(guest, &params));
	params.ops = &surface_ops;
	params.size_bytes = UINT64_MAX;
	REFUSES(-EINVAL, "room for surfaces", xf_host_surface_add(guest, &params));
	params.size_bytes = 4096;
	ok(xf_host_surface_add(guest, &params));
	REFUSES(-EEXIST, "has a surface 0x0000000000000005", xf_host_surface_add(guest, &params));
	REFUSES(-ENOENT, "no surface 0x0000000000000006", xf_host_surface_remove(guest, 6));
	xf_host_destroy(t.host);
}

static void a_domain_that_cannot_be_shared_is_named(void **state)
{
	struct xf_domain *inside, *elsewhere;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	uint64_t offset, size;
	int fd;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	struct xf_host_guest *guest = vm_with_region();
	ok(xf_host_guest_region(guest, &fd, &offset, &size));
	ok(xf_domain_create_in(fd, size, &params, &inside));
	ok(xf_domain_create(NULL, &elsewhere));
	REFUSES(-EINVAL, "guest is NULL", xf_host_guest_share_domain(NULL, inside));
	REFUSES(-EINVAL, "xf_host_guest_region()", xf_host_guest_share_domain(guest, elsewhere));
	ok(xf_host_guest_share_domain(guest, inside));
	REFUSES(-EBUSY, "guest vm1 shares a domain", xf_host_guest_share_domain(guest, inside));
	close(fd);
	xf_host_destroy(t.host);
	xf_domain_leave(elsewhere);
	xf_domain_leave(inside);
}

/* The "VM": its own process, as its device is the memory of one. */
static void vm_is_refused(const char *path, void *arg)
{
	char address[64];
	struct xf_guest_surface *surface, *again;
	device_plug_in(path);
	device_ring();
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	struct xf_guest *guest = guest_connect_to(address, "vm", 0);
	need(xf_guest_surface_open(guest, 6, &surface) == -ENOENT);
	need(strstr(xf_last_message(-ENOENT), "no surface 0x0000000000000006"));
	need(xf_guest_surface_open(guest, 5, &surface) == 0);
	need(xf_guest_surface_open(guest, 5, &again) == -EALREADY);
	need(strstr(xf_last_message(-EALREADY), "surface 0x0000000000000005 is open"));
	need(xf_guest_surface_release(surface, 0, 0) == -EPERM);
	need(strstr(xf_last_message(-EPERM), "has not acquired"));
	need(xf_guest_surface_acquire(surface, 0, XF_NEVER, NULL) == -EBUSY);
	need(strstr(xf_last_message(-EBUSY), "another thread waits"));
	xf_guest_surface_close(surface);
	xf_guest_disconnect(guest);
}

static void what_the_host_refuses_a_vm_is_named(void **state)
{
	struct xf_host_surface_params params = {
		.size = sizeof(params), .ops = &surface_ops, .id = 5, .size_bytes = 4096
	};
	pid_t vm = spawn(vm_is_refused, test_path("refused-region.sock"), NULL);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_surface_add(vm_with_region(), &params));
	reap(vm);
	xf_host_destroy(t.host);
}

/* Another service's, or all, where there is no vsock. */
static void a_vsock_port_that_is_not_free_is_named(void **state)
{
	struct xf_host *other;
	struct xf_host_params none = { .size = sizeof(none) };
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm1",
		.transport = XF_HOST_VSOCK,
		.port = 24999,
		.cid = 3 };
	test_host_start(&t, 0);
	none.driver = &(struct xf_host_driver){ .size = sizeof(*none.driver) };
	ok(xf_host_create(&none, &other));
	int r = xf_host_guest_add(t.host, &params, NULL);
	r = r ? r : -EADDRINUSE;
	REFUSES(r, "cannot listen on vsock port 24999", xf_host_guest_add(other, &params, NULL));
	xf_host_destroy(other);
	xf_host_destroy(t.host);
}

/* ---- miniports ---- */

static long entry_that_forgets(void *driver, void *registry)
{
	return 0;
}

static void a_miniport_that_cannot_be_is_named(void **state)
{
	struct xf_dxgk *dxgk, *second;
	xf_dxgk_entry entry = (xf_dxgk_entry)entry_that_forgets;
	const char *why;
	REFUSES(-EINVAL, "entry or", xf_dxgk_create(NULL, &dxgk));
	REFUSES(-EPROTO, "DxgkInitialize()", xf_dxgk_create(entry, &dxgk));
	REFUSES(-EINVAL, "path or", xf_dxgk_load(NULL, NULL, &dxgk));
	REFUSES(-ENOENT, "/no/such.so", xf_dxgk_load("/no/such.so", &why, &dxgk));
	assert_string_equal(why, xf_last_message(-ENOENT));
	ok(xf_dxgk_load(getenv("XF_SAMPLE_MINIPORT"), NULL, &dxgk));
	REFUSES(-EBUSY, "has a miniport", xf_dxgk_create(entry, &second));
	REFUSES(-EINVAL, "host is NULL", xf_dxgk_start(dxgk, NULL));
	xf_dxgk_destroy(dxgk);
}

/* The guest library is static and has all of its own; the host's and the core are shared objects.
 */
static void three_libraries_share_the_threads_message(void **state)
{
	struct xf_event *event;
	struct xf_guest *guest;
	struct xf_guest_params params = { .size = sizeof(params), .flags = 8 };
	assert_int_equal(xf_event_create(NULL, 0, NULL, &event), -EINVAL);
	assert_string_equal(xf_last_message(-EINVAL), "domain is NULL");
	assert_int_equal(xf_guest_connect(&params, 0, &guest), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "struct xf_guest_params"));
	assert_int_equal(xf_host_create(NULL, NULL), -EINVAL);
	assert_string_equal(xf_last_message(-EINVAL), "xf_host_create: ret_host is NULL");
	assert_int_equal(xf_event_create(NULL, 0, NULL, &event), -EINVAL);
	assert_string_equal(xf_last_message(-EINVAL), "domain is NULL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_host_refuses_a_vm_is_named),
		cmocka_unit_test(a_vsock_port_that_is_not_free_is_named),
		cmocka_unit_test(addresses_are_named),
		cmocka_unit_test(a_guest_is_told_what_is_wrong),
		cmocka_unit_test(a_lost_channel_is_no_news_of_before),
		cmocka_unit_test(an_event_of_another_session_is_named),
		cmocka_unit_test(a_host_is_told_what_is_wrong),
		cmocka_unit_test(a_guest_that_cannot_be_added_is_named),
		cmocka_unit_test(a_socket_that_cannot_be_given_away_goes),
		cmocka_unit_test(a_channel_that_cannot_be_is_named),
		cmocka_unit_test(a_surface_that_cannot_be_added_is_named),
		cmocka_unit_test(a_domain_that_cannot_be_shared_is_named),
		cmocka_unit_test(a_miniport_that_cannot_be_is_named),
		cmocka_unit_test(three_libraries_share_the_threads_message),
	};
	return cmocka_run_group_tests_name("refusals", tests, NULL, test_remove_folder);
}
