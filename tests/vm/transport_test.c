/* SPDX-License-Identifier: MIT */
/* Ways to connect that need no VM: hybrid vsock both ways, a VMM that answers nonsense, strangers.
 */
#include "vmtest.h"
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

static struct test_host t;

static void guest_once(const char *address, void *arg)
{
	struct xf_guest *guest = guest_connect_to(address, arg, 0);
	struct xf_guest_event *event;
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	need(ask(guest, 0, ASK_KEEP, 0, xf_guest_event_handle(event)) == 0);
	need(xf_guest_event_wait(event, xf_deadline(20 * SECOND)) == 0);
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
}

static void signal_once(const char *name)
{
	await(&t, find_process(&t, name) && find_process(&t, name)->event);
	struct test_process *p = find_process(&t, name);
	ok(xf_host_signal(t.host, p->handle, p->event, 0));
	await(&t, !p->alive);
}

static void add(const char *address, enum xf_host_transport transport, uint32_t port)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = transport,
		.address = address,
		.port = port };
	ok(xf_host_guest_add(t.host, &params, NULL));
}

static void hybrid_listens_for_the_guests_port(void **state)
{
	char address[200];
	const char *prefix = test_path("hybrid");
	snprintf(address, sizeof(address), "unix:%s_77", prefix);
	pid_t pid = spawn(guest_once, address, "inward");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add(prefix, XF_HOST_HYBRID, 77);
	signal_once("inward");
	reap(pid);
	xf_host_destroy(t.host);
	assert_int_equal(access(address + 5, F_OK), -1);
}

/* A VMM as Firecracker: CONNECT P is answered with OK and becomes the guest's connection. */
struct vmm {
	const char *path, *answer, *guest;
	int n_asked;
};

static void shovel(int a, int b)
{
	char bytes[4096];
	struct pollfd items[2] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
	for (;;) {
		poll(items, 2, -1);
		for (int i = 0; i < 2; i++) {
			if (!items[i].revents)
				continue;
			ssize_t n = recv(items[i].fd, bytes, sizeof(bytes), 0);
			if (n <= 0 || send(items[!i].fd, bytes, (size_t)n, MSG_NOSIGNAL) != n)
				return;
		}
	}
}

static int unix_fd(const char *path, int listening)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	for (int i = 0; i < 1000; i++, usleep(5000)) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (listening ? bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0 &&
					listen(fd, 8) == 0
			      : connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
			return fd;
		close(fd);
	}
	_exit(1);
}

static void run_vmm(const char *path, void *arg)
{
	struct vmm *vmm = arg;
	char line[64] = "";
	int listener = unix_fd(path, 1);
	/* The first is left without an answer, the second is refused: both are tried again. */
	int silent = accept(listener, NULL, NULL);
	int refused = accept(listener, NULL, NULL);
	need(recv(refused, line, sizeof(line) - 1, 0) > 0);
	need(send(refused, "NO such port\n", 13, MSG_NOSIGNAL) == 13);
	int fd = accept(listener, NULL, NULL);
	ssize_t n = recv(fd, line, sizeof(line) - 1, 0);
	need(n > 0);
	line[n] = 0;
	need(strcmp(line, "CONNECT 88\n") == 0);
	int guest = unix_fd(vmm->guest, 0);
	need(send(fd, "OK 1234\n", 8, MSG_NOSIGNAL) == 8);
	shovel(fd, guest);
	close(silent);
}

static void hybrid_dial_asks_for_the_guests_port(void **state)
{
	char address[200], path[128], guest[128];
	snprintf(path, sizeof(path), "%s", test_path("vmm"));
	snprintf(guest, sizeof(guest), "%s", test_path("in-guest"));
	snprintf(address, sizeof(address), "unix-listen:%s", guest);
	struct vmm vmm = { .guest = guest };
	pid_t pid = spawn(guest_once, address, "outward");
	pid_t vmm_pid = spawn(run_vmm, path, &vmm);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add(path, XF_HOST_HYBRID_DIAL, 88);
	signal_once("outward");
	reap(pid);
	reap(vmm_pid);
	xf_host_destroy(t.host);
}

static void sockets_are_for_their_user_only(void **state)
{
	struct stat stat_buf, root;
	const char *path = test_path("mode.sock");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add(path, XF_HOST_UNIX, 0);
	ok(stat(path, &stat_buf));
	assert_int_equal(stat_buf.st_mode & 0777, 0600);
	/*
	 * Somebody else, who got hold of it all the same, is shown the door; unless he cannot even
	 * come near, as where the root folder is another one's own.
	 */
	ok(stat("/", &root));
	if (geteuid() == 0 && root.st_mode & S_IXOTH) {
		ok(chmod(path, 0777));
		ok(chmod(test_folder(), 0711));
		pid_t pid = fork();
		if (pid == 0) {
			char c;
			need(setuid(65534) == 0);
			int fd = unix_fd(path, 0);
			_exit(recv(fd, &c, 1, 0) == 0 ? 0 : 1);
		}
		reap(pid);
		await(&t, t.n_logs == 1);
		assert_non_null(strstr(t.log[0], "guest vm0: connection of another user"));
	}
	xf_host_destroy(t.host);
}

/* No descriptor left: connections are refused, one line each, and the service does not spin. */
static void without_descriptors_connections_are_refused(void **state)
{
	struct rlimit usual, low;
	struct timespec before, after;
	const char *path = test_path("full.sock");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add(path, XF_HOST_UNIX, 0);
	int client = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	ok(getrlimit(RLIMIT_NOFILE, &usual));
	low = usual;
	low.rlim_cur = (rlim_t)client + 1;
	ok(setrlimit(RLIMIT_NOFILE, &low));
	ok(connect(client, (struct sockaddr *)&name, sizeof(name)));
	char c;
	assert_int_equal(recv(client, &c, 1, 0), 0);
	await(&t, t.n_logs == 1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	usleep(100000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	ok(setrlimit(RLIMIT_NOFILE, &usual));
	assert_true(
		(after.tv_sec - before.tv_sec) * SECOND + after.tv_nsec - before.tv_nsec < 50 * MS);
	assert_non_null(strstr(t.log[0], "connection refused"));
	close(client);
	xf_host_destroy(t.host);
}

static void bad_params_are_refused(void **state)
{
	static const struct xf_host_guest_params bad[] = {
		{ .name = "a" }, /* no size */
		{ .size = sizeof(bad[0]) },
		{ .size = sizeof(bad[0]), .name = "" },
		{ .size = sizeof(bad[0]), .name = "a b" },
		{ .size = sizeof(bad[0]), .name = "a", .transport = 9 },
		{ .size = sizeof(bad[0]), .name = "a", .transport = XF_HOST_UNIX },
		{ .size = sizeof(bad[0]), .name = "a", .transport = XF_HOST_VIRTIO_SERIAL },
		{ .size = sizeof(bad[0]), .name = "a", .transport = XF_HOST_HYBRID },
		{ .size = sizeof(bad[0]), .name = "a", .max_queue = 65537 },
		{ .size = sizeof(bad[0]), .name = "a", .region_bytes = 65537 },
	};
	struct xf_host_guest_params good = { .size = sizeof(good), .name = "a" };
	test_host_start(&t, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(xf_host_guest_add(t.host, &bad[i], NULL), -EINVAL);
	ok(xf_host_guest_add(t.host, &good, NULL));
	assert_int_equal(xf_host_guest_add(t.host, &good, NULL), -EEXIST);
	xf_host_destroy(t.host);
	struct xf_guest *guest;
	struct xf_guest_params params = { .size = sizeof(params), .address = "pigeon:12" };
	assert_int_equal(xf_guest_connect(&params, 0, &guest), -EINVAL);
	params.address = "vsock:x";
	assert_int_equal(xf_guest_connect(&params, 0, &guest), -EINVAL);
	params.address = "unix:/nonexistent/socket";
	assert_int_equal(xf_guest_connect(&params, xf_deadline(20 * MS), &guest), -ETIMEDOUT);
	params.address = "virtio:nobody.has.this";
	assert_int_equal(xf_guest_connect(&params, 0, &guest), -ENOENT);
	params.size = 0;
	assert_int_equal(xf_guest_connect(&params, 0, &guest), -EINVAL);
}

static int no_event(void *self, xf_host_handle process, uint64_t event, uint32_t flags)
{
	return 0;
}

static int add_guest(void *params)
{
	return xf_host_guest_add(t.host, params, NULL);
}

static int create(void *params)
{
	struct xf_host *host;
	int r = xf_host_create(params, &host);
	if (!r)
		xf_host_destroy(host);
	return r;
}

static int create_for_driver(void *driver)
{
	struct xf_host_params params = { .size = sizeof(params), .driver = driver };
	return create(&params);
}

static int set_events(void *events)
{
	return xf_host_set_events(t.host, events);
}

static int add_event(void *params)
{
	uint64_t event;
	return xf_host_event_add(t.host, params, &event);
}

static int connect_nowhere(void *params)
{
	struct xf_guest *guest;
	int r = xf_guest_connect(params, 0, &guest);
	return r == -ETIMEDOUT ? 0 : r;
}

/* A caller built for another version: it knows less, or more and sets it or not. */
static void callers_may_be_older_or_newer(void **state)
{
	struct xf_host_guest_params guest = { .name = "a" };
	struct xf_host_params host = { .flags = 0 };
	struct xf_host_driver driver = { .self = &t };
	struct xf_host_events events = { .signal = no_event };
	struct xf_host_event_params event = { .eventfd = 0 };
	struct xf_guest_params params = { .address = "unix:/nonexistent/socket" };
	const struct {
		int (*call)(void *params);
		void *params;
		size_t size, older;
	} rows[] = {
		{ add_guest, &guest, sizeof(guest), offsetof(struct xf_host_guest_params, port) },
		{ create, &host, sizeof(host), offsetof(struct xf_host_params, log) },
		{ create_for_driver, &driver, sizeof(driver),
			offsetof(struct xf_host_driver, escape) },
		{ set_events, &events, sizeof(events), sizeof(events) },
		{ add_event, &event, sizeof(event),
			offsetof(struct xf_host_event_params, read_only) },
		{ connect_nowhere, &params, sizeof(params),
			offsetof(struct xf_guest_params, name) },
	};
	test_host_start(&t, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_Alignas(16) uint8_t bytes[256] = { 0 };
		const size_t sizes[] = { rows[i].older, rows[i].size + 16 };
		memcpy(bytes, rows[i].params, rows[i].size);
		for (int k = 0; k < 2; k++) {
			memcpy(bytes, &sizes[k], sizeof(sizes[k]));
			ok(rows[i].call(bytes));
			guest.name = "b"; /* the next one's */
			if (rows[i].call == add_guest)
				memcpy(bytes, &guest, sizeof(guest));
		}
		bytes[rows[i].size + 15] = 1;
		memcpy(bytes, &sizes[1], sizeof(sizes[1]));
		assert_int_equal(rows[i].call(bytes), -E2BIG);
	}
	xf_host_destroy(t.host);
}

/* ---- whoever owns the folder ---- */

#define OWNER 65533

/* Listens, and takes nobody, until no more can wait to be taken. */
static void listens_and_is_full(const char *path, void *arg)
{
	const int *done = arg;
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	need(geteuid() || setuid(OWNER) == 0);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	need(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0 && listen(fd, 0) == 0);
	do
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	while (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	need(write(done[1], "x", 1) == 1);
	pause();
}

static int add_at(const char *path, uint32_t uid_plus_1)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "folder",
		.transport = XF_HOST_UNIX,
		.address = path,
		.uid_plus_1 = uid_plus_1 };
	return xf_host_guest_add(t.host, &params, NULL);
}

static void the_owner_of_the_folder_holds_up_nobody(void **state)
{
	const char *path = test_path("full.sock");
	int done[2];
	char c;
	ok(pipe(done));
	ok(chmod(test_folder(), 01777));
	pid_t owner = spawn(listens_and_is_full, path, done);
	assert_int_equal(read(done[0], &c, 1), 1);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	int64_t began = xf_now();
	assert_int_equal(add_at(path, OWNER + 1), -EADDRINUSE);
	assert_true(xf_now() - began < 5 * SECOND);
	kill(owner, SIGKILL);
	assert_int_equal(waitpid(owner, NULL, 0), owner);
	/* Now it is left over; not by us, where we are another. */
	if (geteuid() == 0) {
		assert_int_equal(add_at(path, 0), -EADDRINUSE);
		ok(access(path, F_OK));
	}
	ok(add_at(path, OWNER + 1));
	xf_host_destroy(t.host);
	close(done[0]);
	close(done[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hybrid_listens_for_the_guests_port),
		cmocka_unit_test(hybrid_dial_asks_for_the_guests_port),
		cmocka_unit_test(sockets_are_for_their_user_only),
		cmocka_unit_test(without_descriptors_connections_are_refused),
		cmocka_unit_test(the_owner_of_the_folder_holds_up_nobody),
		cmocka_unit_test(bad_params_are_refused),
		cmocka_unit_test(callers_may_be_older_or_newer),
	};
	return cmocka_run_group_tests_name("transports", tests, NULL, test_remove_folder);
}
