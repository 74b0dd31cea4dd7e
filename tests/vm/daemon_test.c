/* SPDX-License-Identifier: MIT */
/*
 * The programs as users run them: crossfenced with a configuration and the sample miniport,
 * crossfence-guestd between it and two processes, the control socket, restarts, bad files.
 */
#include "vmtest.h"
#include "device.h"
#include "programs.h"
#include <crossfence/keyed_mutex.h>
#include <crossfence/surface.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static pid_t start_daemon(void)
{
	write_file(files.config,
		"# two guests\n[service]\ncontrol = %s\n\n[guest vm0]\n"
		"transport = unix\naddress=%s   # here\nqueue = 1024\n"
		"[guest vm1]\ntransport = unix\naddress = %s1\n",
		files.control, files.guest, files.guest);
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, "--miniport",
		getenv("XF_SAMPLE_MINIPORT"), NULL };
	pid_t pid = start(argv, files.log);
	await_socket(files.guest);
	return pid;
}

static pid_t start_guestd(void)
{
	char address[160];
	snprintf(address, sizeof(address), "unix:%s", files.guest);
	char *argv[] = { getenv("XF_GUESTD"), "--host", address, "--listen", files.guestd, NULL };
	return start(argv, files.log);
}

static pid_t start_sample(const char *socket, char *name, char *count)
{
	char address[160];
	snprintf(address, sizeof(address), "unix:%s", socket);
	char *argv[] = { getenv("XF_SAMPLE_GUEST"), address, name, count, NULL };
	return start(argv, files.log);
}

static void the_programs_work_together(void **state)
{
	char answer[4096];
	name_files();
	pid_t daemon = start_daemon(), guestd = start_guestd();
	pid_t direct = start_sample(files.guest, "direct", "20000");
	pid_t one = start_sample(files.guestd, "one", "20000");
	pid_t two = start_sample(files.guestd, "two", "20000");
	assert_int_equal(exit_status(direct), 0);
	assert_int_equal(exit_status(one), 0);
	assert_int_equal(exit_status(two), 0);
	assert_true(contains(files.log, "RESULT one signals=20000/20000 order=ok"));
	ask_control(files.control, "list\n", answer, sizeof(answer));
	assert_non_null(strstr(answer, "name=vm0\n"));
	assert_non_null(strstr(answer, "name=vm1\nend\n"));
	assert_non_null(strstr(answer, "dropped=0 refused="));
	ask_control(files.control, "show nobody\n", answer, sizeof(answer));
	assert_string_equal(answer, "error no such guest\nend\n");
	ask_control(files.control, "what?\n", answer, sizeof(answer));
	assert_non_null(strstr(answer, "error "));
	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
	assert_int_equal(access(files.guest, F_OK), -1);
	assert_int_equal(access(files.control, F_OK), -1);
}

static int run_tool(char *first, char *second, char *third)
{
	char *argv[] = { getenv("XF_TOOL"), "host", "--control", files.control, first, second,
		third, NULL };
	unlink(files.log);
	return exit_status(start(argv, files.log));
}

/* crossfence host list|show|top against a living daemon, a missing guest, and no daemon. */
static void the_tool_shows_guests(void **state)
{
	if (!getenv("XF_TOOL"))
		skip();
	name_files();
	pid_t daemon = start_daemon();
	struct xf_guest *guest = guest_connect(files.guest, "seen by the tool", 0);
	assert_int_equal(run_tool("list", NULL, NULL), 0);
	assert_true(contains(files.log, "vm0") && contains(files.log, "vm1"));
	assert_int_equal(run_tool("show", "vm0", NULL), 0);
	assert_true(contains(files.log, "seen by the tool"));
	assert_int_equal(run_tool("show", "vm0", "--json"), 0);
	assert_true(contains(files.log, "\"name\": \"seen by the tool\""));
	assert_int_equal(run_tool("top", "--once", NULL), 0);
	assert_true(contains(files.log, "DELIVERED"));
	assert_int_equal(run_tool("show", "vm9", NULL), 5);
	assert_true(contains(files.log, "no guest 'vm9'"));
	assert_int_equal(run_tool("what", NULL, NULL), 2);
	xf_guest_disconnect(guest);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
	assert_int_equal(run_tool("list", NULL, NULL), 1);
	assert_true(contains(files.log, "is crossfenced running?"));
}

/* Within guestd's session, too, a process that lies or dies is alone in it. */
static void guestd_separates_its_processes(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char answer[4096], c;
	name_files();
	pid_t daemon = start_daemon(), guestd = start_guestd();
	await_socket(files.guestd);
	struct xf_guest *guest = guest_connect(files.guestd, "stays", 0);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", files.guestd);
	int liar = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(connect(liar, (struct sockaddr *)&name, sizeof(name)));
	char nonsense[100] = "nonsense";
	assert_int_equal(send(liar, nonsense, sizeof(nonsense), MSG_NOSIGNAL), 100);
	assert_true(recv(liar, &c, 1, 0) <= 0);
	close(liar);
	ask_control(files.control, "show vm0\n", answer, sizeof(answer));
	assert_non_null(strstr(answer, "protocol_errors=0 name=vm0\n"));
	assert_non_null(strstr(answer, "name=stays\n"));
	/* guestd goes: its processes learn at once, the host hears of it, and a new one serves. */
	struct xf_guest_event *event;
	ok(xf_guest_event_create(guest, 0, 0, &event));
	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	int64_t killed = xf_now();
	assert_int_equal(xf_guest_event_wait(event, xf_deadline(5 * SECOND)), -ECONNRESET);
	assert_true(xf_now() - killed < SECOND);
	guestd = start_guestd();
	ok(xf_guest_reconnect(guest, xf_deadline(10 * SECOND)));
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
}

/* kill -9 of the daemon: waiters learn at once; a new daemon takes over the left-over sockets. */
static void the_daemon_is_killed_and_comes_back(void **state)
{
	name_files();
	pid_t daemon = start_daemon(), guestd = start_guestd();
	await_socket(files.guestd);
	struct xf_guest *direct = guest_connect(files.guest, "direct", 0);
	struct xf_guest *through = guest_connect(files.guestd, "through", 0);
	struct xf_guest_event *a, *b;
	ok(xf_guest_event_create(direct, 0, 0, &a));
	ok(xf_guest_event_create(through, 0, 0, &b));
	kill(daemon, SIGKILL);
	waitpid(daemon, NULL, 0);
	int64_t killed = xf_now();
	assert_int_equal(xf_guest_event_wait(a, xf_deadline(5 * SECOND)), -ECONNRESET);
	assert_int_equal(xf_guest_event_wait(b, xf_deadline(5 * SECOND)), -ECONNRESET);
	assert_true(xf_now() - killed < SECOND);
	assert_int_equal(xf_guest_reconnect(direct, xf_deadline(20 * MS)), -ETIMEDOUT);
	daemon = start_daemon();
	ok(xf_guest_reconnect(direct, xf_deadline(10 * SECOND)));
	ok(xf_guest_reconnect(through, xf_deadline(10 * SECOND)));
	xf_guest_event_close(a);
	xf_guest_event_close(b);
	xf_guest_disconnect(direct);
	xf_guest_disconnect(through);
	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
}

/* What is in the way of a socket is left alone, and so is what came to be there since. */
static void in_the_way(int which, const char *path, const char *target)
{
	if (which == 0)
		ok(symlink(target, path));
	else
		write_file(path, "precious\n");
	if (which == 2) {
		ok(chmod(path, 0640));
		ok(lchown(path, 65533, 65533)); /* of whoever owns the folder */
	}
}

static void is_untouched(const char *path, const struct stat *before)
{
	struct stat now;
	ok(lstat(path, &now));
	assert_true(now.st_ino == before->st_ino && now.st_mode == before->st_mode &&
		    now.st_uid == before->st_uid);
}

static void nothing_but_our_socket_is_touched(void **state)
{
	struct stat link, target;
	name_files();
	const char *precious = test_path("precious");
	write_file(precious, "precious\n");
	ok(chmod(precious, 0640));
	ok(lstat(precious, &target));
	pid_t daemon = start_daemon();
	for (int which = 0; which < (geteuid() ? 2 : 3); which++) {
		const char *path = test_path("in-the-way");
		in_the_way(which, path, precious);
		ok(lstat(path, &link));
		char address[160];
		snprintf(address, sizeof(address), "unix:%s", files.guest);
		char *control[] = { getenv("XF_CROSSFENCED"), "--config", "/dev/null", "--control",
			(char *)path, NULL };
		char *guestd[] = { getenv("XF_GUESTD"), "--host", address, "--listen", (char *)path,
			NULL };
		assert_int_equal(exit_status(start(control, files.log)), 1);
		is_untouched(path, &link);
		assert_int_equal(exit_status(start(guestd, files.log)), 1);
		is_untouched(path, &link);
		is_untouched(precious, &target);
		unlink(path);
	}
	/* Whoever owns the folder puts something else there while we run. */
	struct stat guest;
	unlink(files.control);
	unlink(files.guest);
	write_file(files.control, "precious\n");
	write_file(files.guest, "precious\n");
	ok(lstat(files.control, &link));
	ok(lstat(files.guest, &guest));
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
	is_untouched(files.control, &link);
	is_untouched(files.guest, &guest);
	unlink(files.control);
	unlink(files.guest);
}

/* A second daemon must not take the control socket of a living one. */
static void one_daemon_at_a_time(void **state)
{
	name_files();
	pid_t daemon = start_daemon();
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, NULL };
	assert_int_equal(exit_status(start(argv, files.log)), 1);
	assert_true(contains(files.log, "control socket"));
	kill(daemon, SIGINT);
	assert_int_equal(exit_status(daemon), 0);
}

static void bad_configurations_are_told_with_their_line(void **state)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ "x = 1\n", ":1: a key before the first section: x" },
		{ "[service]\nfoo = 1\n", ":2: unknown key for the service: foo" },
		{ "[guest a]\n\ntransport = pigeon\n",
			":3: transport: none of unix, virtio-serial, vsock, hybrid, hybrid-dial, "
			"ivshmem: pigeon" },
		{ "[guest a]\nqueue = -4\n", ":2: queue: no number of 0 to 4294967295: -4" },
		{ "[guest a]\nqueue = 4x\n", ":2: queue: no number of 0 to 4294967295: 4x" },
		{ "[guest a]\nwhat\n", ":2: neither section nor key = value: what" },
		{ "[guest a\n", ":1: a section ends with ]" },
		{ "[quest a]\n", ":1: sections are [service] and [guest NAME]" },
		{ "[guest a]\nuser = nobody-of-this-name\n", ":2: user: no such user" },
		{ "[service]\ncontrol = none\n[guest a b]\ntransport = unix\naddress = /tmp/x\n",
			"guest a b (line 3): " },
		{ "[service]\ncontrol = none\n[guest a]\ntransport = unix\n",
			"guest a (line 3): " },
		{ "[service]\ncontrol = none\n[guest a]\ntransport = virtio-serial\n"
		  "address = /tmp/x\nqmp = /tmp/y\n",
			"guest a (line 3): " },
		{ "[service]\ncontrol = none\nminiport = /none.so\n", "miniport /none.so: " },
	};
	name_files();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, NULL };
		unlink(files.log);
		write_file(files.config, "%s", bad[i].text);
		assert_int_equal(exit_status(start(argv, files.log)), 1);
		if (!contains(files.log, bad[i].message))
			fail_msg("expected: %s", bad[i].message);
	}
	char *missing[] = { getenv("XF_CROSSFENCED"), "--config", "/nonexistent", NULL };
	assert_int_equal(exit_status(start(missing, files.log)), 1);
	char *wrong[] = { getenv("XF_CROSSFENCED"), "--frobnicate", NULL };
	assert_int_equal(exit_status(start(wrong, files.log)), 2);
}

/* Nor does guestd go on with what it does not understand. */
static void guestd_refuses_wrong_words(void **state)
{
	static const char *const bad[][3] = { { "--frobnicate" }, { "--mode", "rw" },
		{ "--mode", "" }, { "--mode", "668" }, { "--mode", "1777" }, { "--mode", "-1" },
		{ "--listen" }, { "word" } };
	static const char *const good[] = { "--help", "--version" };
	name_files();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *argv[] = { getenv("XF_GUESTD"), (char *)bad[i][0], (char *)bad[i][1], NULL };
		assert_int_equal(exit_status(start(argv, files.log)), 2);
		assert_true(contains(files.log, "usage: "));
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char *argv[] = { getenv("XF_GUESTD"), (char *)good[i], NULL };
		assert_int_equal(exit_status(start(argv, files.log)), 0);
	}
}

/* Connecting again and again would not mend it, and would fill the host's log. */
static void guestd_ends_where_it_cannot_listen(void **state)
{
	char nowhere[200];
	name_files();
	pid_t daemon = start_daemon();
	snprintf(nowhere, sizeof(nowhere), "%s/nowhere/guestd.sock", test_folder());
	char *argv[] = { getenv("XF_GUESTD"), "--host", (char *)unix_address(files.guest),
		"--listen", nowhere, NULL };
	assert_int_equal(exit_status(start(argv, files.log)), 1);
	assert_true(contains(files.log, "cannot listen on "));
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
}

static int count_lines(const char *begin)
{
	char line[512];
	int n = 0;
	FILE *file = fopen(files.log, "r");
	while (file && fgets(line, sizeof(line), file))
		n += strncmp(line, begin, strlen(begin)) == 0;
	if (file)
		fclose(file);
	return n;
}

/* One that is refused again and again says so less and less often, and is there when it may. */
static void guestd_does_not_repeat_itself(void **state)
{
	char answer[100];
	name_files();
	pid_t daemon = start_daemon();
	struct xf_guest *guest = guest_connect(files.guest, "has the only place", 0);
	ask_control(files.control, "set vm0\nchannels=1\nend\n", answer, sizeof(answer));
	assert_string_equal(answer, "end\n");
	pid_t guestd = start_guestd();
	usleep(1500000);
	assert_in_range(count_lines("crossfence-guestd: "), 1, 5);
	assert_true(contains(files.log, " times)"));
	xf_guest_disconnect(guest);
	await_socket(files.guestd);
	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
}

/* systemd hands over sockets as descriptors from 3 on, and hears when we are ready. */
static void sockets_from_systemd(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char ready[32] = "", pid_text[16];
	name_files();
	write_file(files.config,
		"[service]\ncontrol = %s\n[guest vm0]\ntransport = unix\naddress = %s\n",
		files.control, files.guest);
	int sockets[2], notify = socket(AF_UNIX, SOCK_DGRAM, 0);
	const char *paths[] = { files.control, files.guest };
	for (int i = 0; i < 2; i++) {
		snprintf(name.sun_path, sizeof(name.sun_path), "%s", paths[i]);
		sockets[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		ok(bind(sockets[i], (struct sockaddr *)&name, sizeof(name)));
		ok(listen(sockets[i], 8));
	}
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", test_path("notify"));
	ok(bind(notify, (struct sockaddr *)&name, sizeof(name)));
	/* Connected before anybody serves: that is the point of it. */
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		int high[2] = { fcntl(sockets[0], F_DUPFD, 20), fcntl(sockets[1], F_DUPFD, 20) };
		dup2(high[0], 3);
		dup2(high[1], 4);
		snprintf(pid_text, sizeof(pid_text), "%d", getpid());
		setenv("LISTEN_PID", pid_text, 1);
		setenv("LISTEN_FDS", "2", 1);
		setenv("NOTIFY_SOCKET", name.sun_path, 1);
		execl(getenv("XF_CROSSFENCED"), "crossfenced", "--config", files.config, NULL);
		_exit(127);
	}
	struct timeval limit = { 10, 0 };
	setsockopt(notify, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_true(recv(notify, ready, sizeof(ready) - 1, 0) > 0);
	assert_string_equal(ready, "READY=1");
	close(sockets[0]);
	close(sockets[1]);
	struct xf_guest *guest = guest_connect(files.guest, "activated", 0);
	xf_guest_disconnect(guest);
	kill(pid, SIGTERM);
	assert_int_equal(exit_status(pid), 0);
	/* They are systemd's to remove. */
	ok(access(files.guest, F_OK));
	ok(access(files.control, F_OK));
	close(notify);
}

/* ---- a domain for a guest, by configuration alone ---- */

struct border {
	int ids[2]; /* pipe: the surface's id, from who made it */
};

static void vm_answers(const char *path, void *arg)
{
	char address[64];
	struct border *border = arg;
	struct xf_guest_surface *s;
	xf_id id;
	device_plug_in(path);
	device_ring();
	need(read(border->ids[0], &id, sizeof(id)) == sizeof(id));
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	struct xf_guest *guest = guest_connect_to(address, "answers", 0);
	need(xf_guest_surface_open(guest, id, &s) == 0);
	for (int i = 0; i < 100; i++) {
		need(xf_guest_surface_acquire(s, 1, xf_deadline(60 * SECOND), NULL) == 0);
		need(xf_guest_surface_release(s, 0, 0) == 0);
	}
	xf_guest_surface_close(s);
	xf_guest_disconnect(guest);
}

static void a_domain_by_configuration(void **state)
{
	char name[40];
	struct border border;
	struct xf_domain *domain;
	struct xf_surface *surface;
	struct xf_keyed_mutex *mutex;
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_ABGR8888
	};
	name_files();
	snprintf(name, sizeof(name), "xfvm-test-%d", (int)getpid());
	ok(pipe(border.ids));
	pid_t vm = spawn(vm_answers, files.guest, &border);
	write_file(files.config,
		"[service]\ncontrol = none\n[guest vm0]\ntransport = ivshmem\n"
		"address = %s\ndomain = %s\n",
		files.guest, name);
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, NULL };
	pid_t daemon = start(argv, files.log);
	ok(xf_domain_open(name, 0, xf_deadline(10 * SECOND), &domain));
	ok(xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &surface));
	ok(xf_surface_mutex(surface, &mutex));
	xf_id id = xf_surface_id(surface);
	assert_int_equal(write(border.ids[1], &id, sizeof(id)), sizeof(id));
	for (int i = 0; i < 100; i++) {
		ok(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(60 * SECOND), NULL));
		ok(xf_keyed_mutex_release(mutex, 1, 0));
	}
	ok(xf_keyed_mutex_acquire(mutex, 0, xf_deadline(60 * SECOND), NULL));
	reap(vm);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
	xf_surface_close(surface);
	xf_domain_leave(domain);
	close(border.ids[0]), close(border.ids[1]);
}

#ifdef HAVE_QMP
/* ---- QEMU's side of a QMP socket, played by the test ---- */

static int listen_on(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(bind(fd, (struct sockaddr *)&name, sizeof(name)));
	ok(listen(fd, 8));
	return fd;
}

static int accept_within(int listener, int64_t ns)
{
	struct pollfd item = { .fd = listener, .events = POLLIN };
	assert_int_equal(poll(&item, 1, (int)(ns / MS)), 1);
	return accept(listener, NULL, NULL);
}

static void say(int fd, const char *words)
{
	assert_int_equal(send(fd, words, strlen(words), MSG_NOSIGNAL), (ssize_t)strlen(words));
}

/* Closed by the other side; what it had said before does not matter. */
static int closed_within(int fd, int64_t ns)
{
	char bytes[256];
	struct pollfd item = { .fd = fd, .events = POLLIN };
	for (int64_t end = xf_deadline(ns); xf_now() < end;)
		if (poll(&item, 1, 100) == 1 && recv(fd, bytes, sizeof(bytes), 0) <= 0)
			return 1;
	return 0;
}

static void qemu_tells_what_the_transport_does_not(void **state)
{
	static const char *const idle[] = { "{\"event\":\"VSERPORT_CHANGE\"}\r\n",
		"{\"event\":7,\"data\":[]}\r\n", "{}\n",
		"{\"event\":\"VSERPORT_CHANGE\",\"data\":{\"id\":\"vp0\",\"open\":0}}\n",
		"{\"event\":\"VSERPORT_CHANGE\",\"data\":{\"id\":\"vp1\",\"open\":false}}\n",
		"{\"event\":\"DEVICE_DELETED\",\"data\":{\"device\":\"vp1\"}}\n",
		"{\"event\":\"STOP\"}\n", "{\"event\":\"RESUME\"}\n" };
	static const char *const ends[] = {
		"{\"event\":\"VSERPORT_CHANGE\",\"data\":{\"open\":false,\"id\":\"vp0\"}}\n",
		"{\"event\":\"RESET\",\"data\":{\"guest\":false}}\n",
		"{\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true}}\n",
		"{\"event\":\"DEVICE_DELETED\",\"data\":{\"device\":\"vp0\",\"path\":\"/x\"}}\n"
	};
	/* Closed and opened again before anybody could look. */
	static const char again[] =
		"{\"event\":\"VSERPORT_CHANGE\",\"data\":{\"id\":\"vp0\",\"open\":false}}\n"
		"{\"event\":\"VSERPORT_CHANGE\",\"data\":{\"id\":\"vp0\",\"open\":true}}\n";
	char port[100], monitor[100], address[120], answer[256], deep[200];
	name_files();
	snprintf(port, sizeof(port), "%s", test_path("port.sock"));
	snprintf(monitor, sizeof(monitor), "%s", test_path("qmp.sock"));
	snprintf(address, sizeof(address), "unix-listen:%s", port);
	write_file(files.config,
		"[service]\ncontrol = %s\n[guest vm0]\ntransport = virtio-serial\naddress = %s\n"
		"qmp = %s\nqmp-port = vp0\n",
		files.control, port, monitor);
	int listener = listen_on(monitor);
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, NULL };
	pid_t daemon = start(argv, files.log);
	struct xf_guest *guest = guest_connect_to(address, "owner", 0);
	struct xf_guest_event *event;
	ok(xf_guest_event_create(guest, 0, 0, &event));
	int fd = accept_within(listener, 10 * SECOND);
	say(fd, "{\"QMP\": {\"version\": {}");
	usleep(10000); /* in two pieces */
	say(fd, "}}\r\n");
	ssize_t n = recv(fd, answer, sizeof(answer) - 1, 0);
	answer[n > 0 ? n : 0] = 0;
	assert_non_null(strstr(answer, "qmp_capabilities"));
	for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
		say(fd, idle[i]);
	say(fd, again);
	assert_int_equal(xf_guest_event_wait(event, xf_deadline(100 * MS)), XF_TIMEOUT);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		say(fd, ends[i]);
		assert_int_equal(xf_guest_event_wait(event, xf_deadline(10 * SECOND)), -ECONNRESET);
		xf_guest_event_close(event);
		ok(xf_guest_reconnect(guest, xf_deadline(10 * SECOND)));
		ok(xf_guest_event_create(guest, 0, 0, &event));
	}
	/* Nonsense ends the conversation, not the service, which asks again. */
	memset(deep, '[', sizeof(deep));
	strcpy(deep + sizeof(deep) - 2, "\n");
	say(fd, deep);
	assert_true(closed_within(fd, 10 * SECOND));
	close(fd);
	fd = accept_within(listener, 10 * SECOND);
	say(fd, "nonsense\r\n");
	assert_true(closed_within(fd, 10 * SECOND));
	close(fd);
	assert_true(contains(files.log, "guest vm0") && contains(files.log, "this is not QMP"));
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
	kill(daemon, SIGTERM);
	assert_int_equal(exit_status(daemon), 0);
	close(listener);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_programs_work_together),
		cmocka_unit_test(nothing_but_our_socket_is_touched),
		cmocka_unit_test(the_tool_shows_guests),
		cmocka_unit_test(guestd_separates_its_processes),
		cmocka_unit_test(the_daemon_is_killed_and_comes_back),
		cmocka_unit_test(one_daemon_at_a_time),
		cmocka_unit_test(bad_configurations_are_told_with_their_line),
		cmocka_unit_test(guestd_refuses_wrong_words),
		cmocka_unit_test(guestd_ends_where_it_cannot_listen),
		cmocka_unit_test(guestd_does_not_repeat_itself),
		cmocka_unit_test(sockets_from_systemd),
		cmocka_unit_test(a_domain_by_configuration),
#ifdef HAVE_QMP
		cmocka_unit_test(qemu_tells_what_the_transport_does_not),
#endif
	};
	return cmocka_run_group_tests_name("daemons", tests, NULL, test_remove_folder);
}
