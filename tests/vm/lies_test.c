/* SPDX-License-Identifier: MIT */
/*
 * What crossfenced is told that is not so: a configuration that is no text, and a VMM's QMP socket
 * behind which somebody does not answer, never reads, or says the same for ever, a question that
 * has no end. Whoever does that is believed about his own guest; nobody else waits.
 */
#include "raw_guest.h"
#include "programs.h"
#include <sys/stat.h>

static char monitor[100]; /* "": none */

#ifdef HAVE_QMP
static int listen_for_daemon(int backlog)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(monitor, sizeof(monitor), "%s", test_path("qmp.sock"));
	unlink(monitor);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", monitor);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ok(bind(fd, (struct sockaddr *)&name, sizeof(name)));
	ok(listen(fd, backlog));
	return fd;
}

static void forget_monitor(int listener)
{
	close(listener);
	unlink(monitor);
	monitor[0] = 0;
}

static int accept_soon(int listener)
{
	struct pollfd item = { .fd = listener, .events = POLLIN };
	assert_int_equal(poll(&item, 1, 60000), 1);
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}
#endif

static void write_config(const char *more)
{
	write_file(files.config,
		"[service]\ncontrol = %s\n[guest vm0]\ntransport = unix\naddress = %s\n%s%s\n%s",
		files.control, files.guest, *monitor ? "qmp = " : "", monitor, more);
}

static pid_t start_daemon(void)
{
	name_files();
	write_config("");
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, NULL };
	pid_t pid = start(argv, files.log);
	await_socket(files.guest);
	return pid;
}

/* The answer must come soon; without one the test would wait for ever. */
static void tell(const char *question, const char *expected)
{
	char answer[4096];
	int64_t began = xf_now();
	ask_control(files.control, question, answer, sizeof(answer));
	assert_string_equal(answer, expected);
	assert_true(xf_now() - began < 20 * SECOND);
}

static void end_daemon(pid_t pid)
{
	kill(pid, SIGTERM);
	assert_int_equal(exit_status(pid), 0);
}

#ifdef HAVE_QMP
static int connect_without_waiting(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", monitor);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Everybody's place in the queue is taken: whoever connects now and waits, waits for ever. */
static void a_monitor_that_accepts_nobody(void **state)
{
	int listener = listen_for_daemon(0), taken[64], n = 0;
	while (n < 64 && (taken[n] = connect_without_waiting()) >= 0)
		n++;
	assert_true(n > 0 && n < 64);
	pid_t daemon = start_daemon();
	tell("reload\n", "end\n");
	tell("remove vm0\n", "end\n");
	tell("reload\n", "end\n");
	end_daemon(daemon);
	while (n--)
		close(taken[n]);
	forget_monitor(listener);
}

/* It greets again and again, and never takes the answers. */
static void a_monitor_that_never_reads(void **state)
{
	static const char greeting[] = "{\"QMP\":{}}\n";
	int listener = listen_for_daemon(8);
	pid_t daemon = start_daemon();
	int fd = accept_soon(listener);
	/* Until the other side has had enough of it. */
	for (int64_t end = xf_deadline(60 * SECOND); xf_now() < end;)
		if (send(fd, greeting, sizeof(greeting) - 1, MSG_NOSIGNAL) < 0)
			break;
	assert_true(errno == EPIPE || errno == ECONNRESET);
	tell("remove vm0\n", "end\n");
	end_daemon(daemon);
	close(fd);
	forget_monitor(listener);
}

/* Each time the guest's processes are asked; so often that the guest, and the service, do nothing
 * else any more. */
static void a_monitor_that_says_it_again_and_again(void **state)
{
	static const char resume[] = "{\"event\":\"RESUME\"}\n";
	const unsigned each = XFW_MAX_BYTES / XFW_HEAD_BYTES + 1;
	int listener = listen_for_daemon(8);
	pid_t daemon = start_daemon();
	int fd = accept_soon(listener);
	uint64_t session;
	unsigned checks = 0;
	int guest = begin_raw(files.guest, &session);
	int64_t began = xf_now();
	for (int i = 0; i < 200; i++) {
		assert_true(send(fd, resume, sizeof(resume) - 1, MSG_NOSIGNAL) > 0);
		usleep(1000);
		for (struct pollfd item = { guest, POLLIN, 0 }; poll(&item, 1, 0) == 1; checks++)
			assert_int_equal(take(guest).type, XFW_CHECK);
	}
	int64_t took = xf_now() - began;
	print_message(
		"200 times in %lld ms: asked %u times\n", (long long)(took / MS), checks / each);
	assert_true(checks >= each); /* at once, the first time */
	assert_true(checks / each <= took / (20 * MS) + 2);
	close(guest);
	end_daemon(daemon);
	close(fd);
	forget_monitor(listener);
}

/* Each time it is told, with a line, but it is asked less and less often. */
static void a_monitor_that_makes_no_sense(void **state)
{
	int listener = listen_for_daemon(8);
	pid_t daemon = start_daemon();
	int64_t first = 0;
	for (int i = 0; i < 4; i++) {
		int fd = accept_soon(listener);
		first = first ? first : xf_now();
		assert_true(send(fd, "nonsense\n", 9, MSG_NOSIGNAL) == 9);
		close(fd);
	}
	/* 1, 2 and 4 seconds */
	assert_true(xf_now() - first > 6 * SECOND);
	tell("remove vm0\n", "end\n");
	end_daemon(daemon);
	forget_monitor(listener);
}

/* Whoever watches hears what is said while the configuration is read. */
static void a_reload_keeps_the_monitor(void **state)
{
	static const char reset[] = "{\"event\":\"RESET\"}\n";
	struct xf_guest_event *event;
	int listener = listen_for_daemon(8);
	pid_t daemon = start_daemon();
	int fd = accept_soon(listener);
	struct xf_guest *guest = guest_connect(files.guest, "waits", 0);
	ok(xf_guest_event_create(guest, 0, 0, &event));
	for (int i = 0; i < 5; i++) {
		write_config(i % 2 ? "" : "queue = 100\n");
		tell("reload\n", "end\n");
	}
	assert_int_equal(xf_guest_event_wait(event, xf_deadline(50 * MS)), XF_TIMEOUT);
	assert_true(send(fd, reset, sizeof(reset) - 1, MSG_NOSIGNAL) > 0);
	assert_int_equal(xf_guest_event_wait(event, xf_deadline(60 * SECOND)), -ECONNRESET);
	/* Another port is another thing to watch. */
	write_config("qmp-port = vp0\n");
	tell("reload\n", "end\n");
	char c;
	assert_int_equal(recv(fd, &c, 1, 0), 0);
	close(fd);
	fd = accept_soon(listener);
	xf_guest_event_close(event);
	xf_guest_disconnect(guest);
	end_daemon(daemon);
	close(fd);
	forget_monitor(listener);
}
#endif

/* ---- a question that does not end ---- */

static void dribble(const char *path, void *arg)
{
	static const char line[] = "queue = 7\n";
	int fd = connect_raw(path);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	need(send(fd, "add slow\n", 9, MSG_NOSIGNAL) == 9);
	need(write(*(int *)arg, "", 1) == 1);
	while (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) > 0)
		usleep(200000);
}

static void a_question_that_does_not_end(void **state)
{
	int begun[2];
	char c;
	ok(pipe(begun));
	pid_t daemon = start_daemon();
	pid_t slow = spawn(dribble, files.control, &begun[1]);
	assert_int_equal(read(begun[0], &c, 1), 1);
	tell("reload\n", "end\n");
	reap(slow); /* it was told that nobody listens any more */
	end_daemon(daemon);
	close(begun[0]), close(begun[1]);
}

/* ---- what is no configuration ---- */

static void is_refused(const char *path, const char *why)
{
	char expected[300];
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", (char *)path, NULL };
	unlink(files.log);
	assert_int_equal(exit_status(start(argv, files.log)), 1);
	snprintf(expected, sizeof(expected), "%s%s", path, why);
	if (!contains(files.log, expected))
		fail_msg("expected: %s", expected);
}

static void what_is_no_text_is_no_configuration(void **state)
{
	static const char zero[] = "[service]\ncontrol = none\0\n[guest a]\ntransport = unix\n";
	char line[2000];
	name_files();
	is_refused(test_folder(), ": this is no file");
	ok(mkfifo(test_path("fifo"), 0600));
	is_refused(test_path("fifo"), ": this is no file");
	FILE *file = fopen(files.config, "w");
	assert_int_equal(fwrite(zero, 1, sizeof(zero) - 1, file), sizeof(zero) - 1);
	fclose(file);
	is_refused(files.config, ":2: a line has a zero byte");
	/* Read in two parts the second one would be a key of its own. */
	memset(line, ' ', sizeof(line));
	memcpy(line, "control = none", 14);
	strcpy(line + 1023, "log-level = debug");
	write_file(files.config, "[service]\n%s\n", line);
	is_refused(files.config, ":2: a line is too long");
}

/* A file that cannot be read is not one without guests. */
static void what_cannot_be_read_removes_nobody(void **state)
{
	char expected[300];
	pid_t daemon = start_daemon();
	struct xf_guest *guest = guest_connect(files.guest, "stays", 0);
	ok(unlink(files.config));
	ok(mkdir(files.config, 0700));
	snprintf(expected, sizeof(expected), "error %s: this is no file\nend\n", files.config);
	tell("reload\n", expected);
	assert_int_equal(xf_guest_dispatch(guest), 0);
	ok(rmdir(files.config));
	xf_guest_disconnect(guest);
	end_daemon(daemon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef HAVE_QMP
		cmocka_unit_test(a_monitor_that_accepts_nobody),
		cmocka_unit_test(a_monitor_that_never_reads),
		cmocka_unit_test(a_monitor_that_says_it_again_and_again),
		cmocka_unit_test(a_monitor_that_makes_no_sense),
		cmocka_unit_test(a_reload_keeps_the_monitor),
#endif
		cmocka_unit_test(a_question_that_does_not_end),
		cmocka_unit_test(what_is_no_text_is_no_configuration),
		cmocka_unit_test(what_cannot_be_read_removes_nobody),
	};
	return cmocka_run_group_tests_name("lies", tests, NULL, test_remove_folder);
}
