/* SPDX-License-Identifier: MIT */
/* What one guest, or one user of a guest, takes is not missed by another: tables, places, lines. */
#include "raw_talk.h"
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct test_host t;

static void add(const char *name, const char *path, uint32_t processes, uint32_t channels)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = name,
		.transport = XF_HOST_UNIX,
		.address = path,
		.max_processes = processes,
		.max_channels = channels };
	ok(xf_host_guest_add(t.host, &params, NULL));
}

static int connect_within(const char *path, int64_t ns, struct xf_guest **ret_guest)
{
	struct xf_guest_params params = {
		.size = sizeof(params), .address = unix_address(path), .name = "well"
	};
	return xf_guest_connect(&params, xf_deadline(ns), ret_guest);
}

/* ---- handles ---- */

#define BATCH 32

/* Takes CPU events until it is refused one. */
static unsigned take_all(struct raw *raw)
{
	uint8_t device[8];
	unsigned n = 0;
	xfw_put64(device, 1);
	for (uint32_t p = 2; p < 256; p++) {
		ok(ask_raw(raw, (struct xfw_msg){ XFW_PROCESS_CREATE, .process = p }, NULL));
		ok(ask_raw(raw, (struct xfw_msg){ XFW_DEVICE_CREATE, .process = p, .object = 1 },
			NULL));
		for (uint64_t id = 1; id <= 1080; id += BATCH) {
			int32_t r = 0;
			for (uint64_t i = 0; i < BATCH; i++)
				request(raw,
					(struct xfw_msg){ XFW_CPU_EVENT_CREATE, .payload_bytes = 8,
						.process = p, .object = id + i },
					device);
			for (int i = 0; i < BATCH; i++) {
				int32_t one = answer(raw);
				n += !one;
				r = r ? r : one;
			}
			if (r)
				return n;
		}
	}
	return n;
}

static void a_guest_at_its_limit_takes_no_handle_of_another(void **state)
{
	const char *paths[] = { test_path("a.sock"), test_path("b.sock") };
	struct raw a, b;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("a", paths[0], 0, 0);
	add("b", paths[1], 0, 0);
	a = begin_talk(paths[0]);
	b = begin_talk(paths[1]);
	int64_t before = process_comes_and_goes(&b);
	unsigned held = take_all(&a);
	int64_t after = process_comes_and_goes(&b);
	print_message("a holds %u CPU events; b: %.1f times its time before\n", held,
		(double)after / (double)before);
	assert_true(held <= 4096);
	close(a.fd);
	close(b.fd);
	xf_host_destroy(t.host);
}

/* What was promised to one guest is not promised to the next. */
static void more_handles_than_there_are_are_not_promised(void **state)
{
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = "a", .max_cpu_events = 600000
	};
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, NULL));
	params.name = "b";
	assert_int_equal(xf_host_guest_add(t.host, &params, NULL), -ENOSPC);
	params.max_cpu_events = 400000;
	ok(xf_host_guest_add(t.host, &params, NULL));
	xf_host_destroy(t.host);
}

/* "at most N fit": N do, and not one more. */
static void as_many_handles_as_there_are_are_promised(void **state)
{
	const struct {
		uint32_t more;
		int result;
	} rows[] = { { 0, 0 }, { 1, -ENOSPC } };
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = "a", .max_processes = 1, .max_cpu_events = 1 << 30
	};
	for (int i = 0; i < 2; i++) {
		test_host_start(&t, XF_HOST_OWN_THREAD);
		params.max_cpu_events = 1 << 30;
		assert_int_equal(xf_host_guest_add(t.host, &params, NULL), -ENOSPC);
		const char *most = strstr(xf_last_message(-ENOSPC), "at most ");
		assert_non_null(most);
		/* The guest itself is one of them, and so is its process. */
		params.max_cpu_events =
			(uint32_t)atoi(most + strlen("at most ")) - 2 + rows[i].more;
		assert_int_equal(xf_host_guest_add(t.host, &params, NULL), rows[i].result);
		xf_host_destroy(t.host);
	}
}

/* ---- places ---- */

static void silent_connections_shut_nobody_out(void **state)
{
	const char *path = test_path("silent.sock");
	struct xf_guest *guest;
	int fds[64];
	char c;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("vm", path, 0, 0);
	for (int i = 0; i < 64; i++)
		fds[i] = connect_raw(path);
	ok(connect_within(path, 5 * SECOND, &guest));
	/* The others' time runs out. */
	int64_t began = xf_now();
	while (recv(fds[63], &c, 1, 0) > 0)
		;
	assert_true(xf_now() - began < 20 * SECOND);
	xf_guest_disconnect(guest);
	for (int i = 0; i < 64; i++)
		close(fds[i]);
	xf_host_destroy(t.host);
}

static void a_full_guest_says_so_at_once(void **state)
{
	const char *path = test_path("full.sock");
	struct xf_guest *guest;
	uint64_t session;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("vm", path, 0, 2);
	int fds[] = { begin_raw(path, &session), begin_raw(path, &session) };
	int64_t began = xf_now();
	assert_int_equal(connect_within(path, 30 * SECOND, &guest), -EUSERS);
	assert_true(xf_now() - began < 5 * SECOND);
	assert_non_null(strstr(xf_last_message(-EUSERS), "quota"));
	close(fds[0]);
	close(fds[1]);
	xf_host_destroy(t.host);
}

/* A host that takes every connection and ends it. */
static void *slam(void *arg)
{
	int *state = arg;
	for (int fd; (fd = accept(state[0], NULL, NULL)) >= 0; state[1]++)
		close(fd);
	return NULL;
}

static void refused_connections_are_not_a_storm(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct xf_guest *guest;
	pthread_t thread;
	const char *path = test_path("slam.sock");
	strcpy(name.sun_path, path);
	int slammed[2] = { socket(AF_UNIX, SOCK_STREAM, 0), 0 };
	ok(bind(slammed[0], (struct sockaddr *)&name, sizeof(name)));
	ok(listen(slammed[0], 8));
	ok(pthread_create(&thread, NULL, slam, slammed));
	int r = connect_within(path, 3 * SECOND, &guest);
	assert_true(r == -ECONNRESET || r == -ETIMEDOUT);
	ok(shutdown(slammed[0], SHUT_RDWR));
	pthread_join(thread, NULL);
	print_message("%d connections in three seconds\n", slammed[1]);
	assert_in_range(slammed[1], 5, 40);
	close(slammed[0]);
}

/* ---- lines ---- */

static int counted(void)
{
	for (int i = 0; i < t.n_logs && i < 64; i++)
		if (strstr(t.log[i], "guest vm: 950 more lines left out"))
			return 1;
	return 0;
}

static void lines_are_few_and_counted(void **state)
{
	const char *path = test_path("lines.sock");
	char bytes[256];
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("vm", path, 0, 0);
	for (int i = 0; i < 1000; i++) {
		int fd = connect_raw(path);
		(void)!send(fd, "GET / HTTP/1.1\r\nHost: crossfence.example\r\n\r\n", 44, 0);
		while (recv(fd, bytes, sizeof(bytes), 0) > 0)
			;
		close(fd);
	}
	assert_int_equal(t.n_logs, 50);
	await(&t, counted());
	xf_host_destroy(t.host);
}

/* ---- the same behind guestd ---- */

static pid_t start_guestd(const char *upstream, const char *path, rlim_t descriptors)
{
	char address[160];
	struct rlimit limit = { descriptors, descriptors };
	snprintf(address, sizeof(address), "unix:%s", upstream);
	fflush(NULL);
	pid_t parent = getpid(), pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_NOFILE, &limit);
	if (getppid() == parent)
		execl(getenv("XF_GUESTD"), "crossfence-guestd", "--host", address, "--listen", path,
			NULL);
	_exit(127);
}

static void end_guestd(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void begin_guestd(const char *name, uint32_t processes, rlim_t descriptors,
	const char **ret_path, pid_t *ret_pid)
{
	struct xf_guest *guest;
	char upstream[64];
	snprintf(upstream, sizeof(upstream), "up-%s", name);
	const char *up = test_path(upstream);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("vm", up, processes, 0);
	*ret_path = test_path(name);
	*ret_pid = start_guestd(up, *ret_path, descriptors);
	ok(connect_within(*ret_path, 20 * SECOND, &guest)); /* it is there */
	xf_guest_disconnect(guest);
}

static void silent_processes_shut_nobody_out(void **state)
{
	const char *path;
	struct xf_guest *guest;
	pid_t pid;
	int fds[256];
	begin_guestd("silent-d.sock", 0, 1024, &path, &pid);
	for (int i = 0; i < 256; i++)
		fds[i] = connect_raw(path);
	ok(connect_within(path, 5 * SECOND, &guest));
	xf_guest_disconnect(guest);
	for (int i = 0; i < 256; i++)
		close(fds[i]);
	end_guestd(pid);
	xf_host_destroy(t.host);
}

static void a_full_guestd_says_so_at_once(void **state)
{
	const char *path;
	struct xf_guest *guests[4];
	pid_t pid;
	begin_guestd("full-d.sock", 3, 1024, &path, &pid);
	int r = 0, n = 0;
	int64_t began = xf_now();
	while (!r && n < 4) {
		r = connect_within(path, 30 * SECOND, &guests[n]);
		n += !r;
	}
	assert_int_equal(r, -EUSERS);
	assert_true(xf_now() - began < 5 * SECOND);
	assert_non_null(strstr(xf_last_message(-EUSERS), "quota"));
	while (n)
		xf_guest_disconnect(guests[--n]);
	end_guestd(pid);
	xf_host_destroy(t.host);
}

/* As another user takes what it can get: some is left. */
static void another_user(const char *path, void *arg)
{
	int *done = arg;
	struct xf_guest *guest;
	need(setuid(65533) == 0);
	for (int n = 0; n < 8 && !connect_within(path, 20 * SECOND, &guest);)
		n++;
	need(write(done[1], "x", 1) == 1);
	pause();
}

static void a_user_of_guestd_leaves_places(void **state)
{
	const char *path;
	struct xf_guest *guest;
	pid_t pid;
	int done[2];
	char c;
	if (geteuid())
		skip();
	begin_guestd("users.sock", 8, 1024, &path, &pid);
	ok(chmod(test_folder(), 0711));
	ok(pipe(done));
	pid_t other = spawn(another_user, path, done);
	assert_int_equal(read(done[0], &c, 1), 1);
	ok(connect_within(path, 5 * SECOND, &guest));
	xf_guest_disconnect(guest);
	end_guestd(other);
	end_guestd(pid);
	close(done[0]);
	close(done[1]);
	xf_host_destroy(t.host);
}

static int64_t cpu_ticks(pid_t pid)
{
	char path[64];
	unsigned long user, system;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu",
				 &user, &system),
		2);
	fclose(file);
	return (int64_t)(user + system);
}

static void guestd_without_descriptors_rests(void **state)
{
	const char *path;
	pid_t pid;
	int fds[32];
	begin_guestd("few.sock", 0, 16, &path, &pid);
	for (int i = 0; i < 32; i++)
		fds[i] = connect_raw(path);
	int64_t before = cpu_ticks(pid);
	poll(NULL, 0, 2000);
	int64_t ticks = cpu_ticks(pid) - before;
	print_message("%d ticks in two seconds\n", (int)ticks);
	assert_true(ticks < sysconf(_SC_CLK_TCK) / 4);
	for (int i = 0; i < 32; i++)
		close(fds[i]);
	end_guestd(pid);
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_at_its_limit_takes_no_handle_of_another),
		cmocka_unit_test(more_handles_than_there_are_are_not_promised),
		cmocka_unit_test(as_many_handles_as_there_are_are_promised),
		cmocka_unit_test(silent_connections_shut_nobody_out),
		cmocka_unit_test(a_full_guest_says_so_at_once),
		cmocka_unit_test(refused_connections_are_not_a_storm),
		cmocka_unit_test(lines_are_few_and_counted),
		cmocka_unit_test(silent_processes_shut_nobody_out),
		cmocka_unit_test(a_full_guestd_says_so_at_once),
		cmocka_unit_test(a_user_of_guestd_leaves_places),
		cmocka_unit_test(guestd_without_descriptors_rests),
	};
	return cmocka_run_group_tests_name("quotas", tests, NULL, test_remove_folder);
}
