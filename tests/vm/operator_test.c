/* SPDX-License-Identifier: MIT */
/*
 * What an operator does to a running crossfenced: guests are added, changed and removed, and the
 * configuration is read again, while signals flow to others, over a socket and over a region. They
 * notice nothing.
 */
#include "vmtest.h"
#include "device.h"
#include "programs.h"
#include "../../examples/miniport/sample_protocol.h"
#include <sys/mman.h>

static char region[100];

/* What a neighbour sees, in memory shared with it. */
struct neighbour {
	_Atomic uint64_t rounds;
	_Atomic int lost;
	_Atomic int64_t worst_ns;
};

static struct neighbour *neighbours;

static void steady(const char *address, const char *name, struct neighbour *me)
{
	struct xf_guest *guest = guest_connect_to(address, name, 0);
	struct xf_guest_event *events[SAMPLE_RING];
	struct sample_order order = { .command = SAMPLE_EVENT };
	for (int i = 0; i < SAMPLE_RING; i++) {
		need(xf_guest_event_create(guest, 0, 0, &events[i]) == 0);
		order.event[i] = xf_guest_event_handle(events[i]);
	}
	need(xf_guest_escape(guest, 0, 0, &order, sizeof(order), NULL) == 0);
	for (;; usleep(500)) {
		int64_t began = xf_now();
		order.command = SAMPLE_BURST;
		order.count = SAMPLE_RING;
		int r = xf_guest_escape(guest, 0, 0, &order, sizeof(order), NULL);
		if (!r)
			r = xf_guest_event_wait(events[SAMPLE_RING - 1], xf_deadline(60 * SECOND));
		if (r) {
			me->lost = r;
			_exit(1);
		}
		int64_t took = xf_now() - began;
		if (took > me->worst_ns)
			me->worst_ns = took;
		me->rounds++;
	}
}

static void by_socket(const char *path, void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	steady(unix_address(path), "by socket", arg);
}

static void by_region(const char *path, void *arg)
{
	char address[64];
	device_plug_in(path);
	device_ring();
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	steady(address, "by region", arg);
}

static void await_rounds(uint64_t more)
{
	for (int i = 0; i < 2; i++) {
		uint64_t rounds = neighbours[i].rounds;
		for (int64_t end = xf_deadline(60 * SECOND); neighbours[i].rounds < rounds + more;
			usleep(1000))
			if (neighbours[i].lost || xf_now() > end)
				fail_msg("neighbour %d: %s", i,
					neighbours[i].lost ? xf_strerror(neighbours[i].lost)
							   : "no signals");
	}
}

/* The control socket's answer must be `expected`, or begin with it where that ends with "...". */
static void tell(const char *question, const char *expected)
{
	char answer[16384];
	ask_control(files.control, question, answer, sizeof(answer));
	size_t n = strlen(expected);
	int part = n > 3 && strcmp(expected + n - 3, "...") == 0;
	if (part ? strncmp(answer, expected, n - 3) : strcmp(answer, expected))
		fail_msg("%s: answered: %s", question, answer);
}

static const char *answer_to(const char *question)
{
	static char answer[32768];
	ask_control(files.control, question, answer, sizeof(answer));
	return answer;
}

static void write_config(const char *more)
{
	write_file(files.config,
		"[service]\ncontrol = %s\n[guest sock]\ntransport = unix\naddress = %s\n"
		"[guest mem]\ntransport = ivshmem\naddress = %s\n%s",
		files.control, files.guest, region, more);
}

static pid_t start_daemon(const char *level)
{
	name_files();
	snprintf(region, sizeof(region), "%s", test_path("region.sock"));
	write_config("");
	char *argv[] = { getenv("XF_CROSSFENCED"), "--config", files.config, "--miniport",
		getenv("XF_SAMPLE_MINIPORT"), level ? "--log-level" : NULL, (char *)level, NULL };
	pid_t pid = start(argv, files.log);
	await_socket(files.guest);
	return pid;
}

static void end_daemon(pid_t pid)
{
	kill(pid, SIGTERM);
	assert_int_equal(exit_status(pid), 0);
}

static int count_in_log(const char *text)
{
	char line[512];
	int n = 0;
	FILE *file = fopen(files.log, "r");
	while (file && fgets(line, sizeof(line), file))
		n += strstr(line, text) != NULL;
	if (file)
		fclose(file);
	return n;
}

/* What was done is told after it was done. */
static void await_in_log(const char *text, int n)
{
	for (int64_t end = xf_deadline(60 * SECOND); xf_now() < end; usleep(1000))
		if (count_in_log(text) >= n)
			return;
	fail_msg("not in the log: %s", text);
}

static void add_set_and_remove(void)
{
	char question[400], path[128];
	snprintf(path, sizeof(path), "%s", test_path("third.sock"));
	snprintf(question, sizeof(question),
		"add third\ntransport = unix\naddress=%s\nqueue = 64\nend\n", path);
	tell(question, "end\n");
	tell(question, "error guest third: ...");
	struct xf_guest *third = guest_connect(path, "third", 0);
	struct xf_guest_event *event;
	ok(xf_guest_event_create(third, 0, 0, &event));
	tell("set third\nqueue=8192\nsignals-per-second=1000000\nend\n", "end\n");
	assert_non_null(strstr(answer_to("show third\n"), "max_queue=8192"));
	tell("set sock\nqueue=5000\nend\n", "end\n");
	tell("remove third\n", "end\n");
	/* Whoever was there learns at once, and of nothing else. */
	assert_int_equal(xf_guest_event_wait(event, xf_deadline(60 * SECOND)), -ECONNRESET);
	xf_guest_event_close(event);
	xf_guest_disconnect(third);
	tell("remove third\n", "error no such guest\nend\n");
}

static void reload_with(const char *more)
{
	write_config(more);
	tell("reload\n", "end\n");
}

static void the_file_comes_and_goes(void)
{
	char more[300], hand[300];
	snprintf(more, sizeof(more), "[guest new]\ntransport = unix\naddress = %s\nqueue = 100\n",
		test_path("new.sock"));
	reload_with(more);
	assert_non_null(strstr(answer_to("show new\n"), "max_queue=100"));
	struct xf_guest *guest = guest_connect(test_path("new.sock"), "new", 0);
	/* Only a limit: its session goes on. */
	snprintf(more, sizeof(more), "[guest new]\ntransport = unix\naddress = %s\nqueue = 200\n",
		test_path("new.sock"));
	reload_with(more);
	assert_non_null(strstr(answer_to("show new\n"), "max_queue=200"));
	assert_int_equal(xf_guest_dispatch(guest), 0);
	/* What was set by hand is the file's again; what was added by hand is not its business. */
	snprintf(hand, sizeof(hand), "add hand\ntransport = unix\naddress=%s\nend\n",
		test_path("hand.sock"));
	tell(hand, "end\n");
	tell("set new\nqueue = 300\nend\n", "end\n");
	reload_with(more);
	assert_non_null(strstr(answer_to("show new\n"), "max_queue=200"));
	assert_non_null(strstr(answer_to("show hand\n"), "name=hand"));
	/* Another address: it is another guest. */
	snprintf(more, sizeof(more), "[guest new]\ntransport = unix\naddress = %s\n",
		test_path("newer.sock"));
	reload_with(more);
	int r;
	while ((r = xf_guest_dispatch(guest)) == 0)
		usleep(1000);
	assert_int_equal(r, -ECONNRESET);
	xf_guest_disconnect(guest);
	xf_guest_disconnect(guest_connect(test_path("newer.sock"), "newer", 0));
	reload_with("");
	tell("show new\n", "error no such guest\nend\n");
	tell("remove hand\n", "end\n");
}

static void neighbours_notice_nothing(void **state)
{
	neighbours = mmap(NULL, sizeof(*neighbours) * 2, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(neighbours != MAP_FAILED);
	pid_t daemon = start_daemon("info");
	pid_t one = spawn(by_socket, files.guest, &neighbours[0]);
	pid_t two = spawn(by_region, region, &neighbours[1]);
	await_rounds(1);
	for (int i = 0; i < 10; i++) {
		add_set_and_remove();
		await_rounds(5);
		the_file_comes_and_goes();
		await_rounds(5);
	}
	int reloads = count_in_log("reload: done");
	for (int i = 0; i < 10; i++) {
		kill(daemon, SIGHUP);
		await_in_log("reload: done", ++reloads);
	}
	await_rounds(20);
	print_message("worst round: %lld ms by socket, %lld ms by region\n",
		(long long)(neighbours[0].worst_ns / MS), (long long)(neighbours[1].worst_ns / MS));
	/* On a busy machine a process may rest; a session begun anew would take longer, and is
	 * seen as lost. */
	assert_true(neighbours[0].worst_ns < 10 * SECOND && neighbours[1].worst_ns < 10 * SECOND);
	assert_int_equal(count_in_log("guest sock: connected by unix"), 1);
	assert_int_equal(count_in_log("guest mem: connected by ivshmem"), 1);
	kill(one, SIGKILL);
	kill(two, SIGKILL);
	waitpid(one, NULL, 0);
	waitpid(two, NULL, 0);
	await_in_log("guest sock: disconnected with 1 process: the connection ended", 1);
	await_in_log("guest mem: disconnected with 1 process: the VMM has gone", 1);
	end_daemon(daemon);
	munmap(neighbours, sizeof(*neighbours) * 2);
}

/* Nor does one whose lines are right, but no guest. What else it says would be a change. */
static void mistakes_in_sections(void)
{
	static const char *const bad[] = { "", "transport = unix\n", "address = a.sock\n",
		"transport = ivshmem\naddress = a.sock\nregion = 70000\n",
		"transport = vsock\ncid = 3\nqueue = 100000\n",
		"transport = vsock\ncid = 3\nprocesses = 100000000\n",
		"transport = vsock\ncid = 3\nqmp-port = vs0\n",
		"transport = virtio-serial\naddress = a.sock\nqmp = q.sock\n" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(files.config,
			"[service]\ncontrol = %s\n[guest sock]\ntransport = unix\naddress = "
			"%s.new\n"
			"[guest a]\n%s",
			files.control, files.guest, bad[i]);
		tell("reload\n", "error guest a (line 6): ...");
	}
	write_config("[guest a b]\ntransport = vsock\n");
	tell("reload\n", "error guest a b (line 9): ...");
	tell("add empty\nend\n", "error guest empty: transport is missing\nend\n");
}

/* By the file, and by hand beside the file's. The words are the file's own. */
static void mistakes_are_told_in_keys(void)
{
	static const struct {
		const char *keys, *said;
	} rows[] = {
		{ "transport=ivshmem\naddress=a.sock\nregion=70000\n",
			"region is 70000, no power" },
		{ "transport=pigeon\n", "transport: none of unix, virtio-serial" },
		{ "transport=unix\naddress=a.sock\nuser=nobody at all\n", "user: no such user" },
		{ "transport=unix\naddress=a.sock\ndomain=d\n", "domain is for" },
		{ "transport=hybrid\naddress=a.sock\nlocal=d\n", "local is for" },
		{ "transport=unix\naddress=a.sock\ncid=3\n", "cid is for" },
		{ "transport=vsock\n", "cid is missing" },
		{ "transport=vsock\ncid=4294967295\n", "cid is that of any" },
		{ "transport=vsock\ncid=3\naddress=a.sock\n", "address is not for" },
	};
	char text[400];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "[guest a]\n%s", rows[i].keys);
		write_config(text);
		const char *answer = answer_to("reload\n");
		if (strncmp(answer, "error ", 6) || !strstr(answer, rows[i].said))
			fail_msg("%s: answered: %s", rows[i].said, answer);
		snprintf(text, sizeof(text), "add a\n%send\n", rows[i].keys);
		answer = answer_to(text);
		if (strncmp(answer, "error ", 6) || !strstr(answer, rows[i].said))
			fail_msg("by hand, %s: answered: %s", rows[i].said, answer);
	}
}

/* What belongs to one guest is given to no second, by whatever transport. */
static void nothing_is_two_guests(void)
{
	static const struct {
		const char *keys, *key;
	} rows[] = {
		{ "transport=unix\naddress=twin.sock\n", "address" },
		{ "transport=hybrid\naddress=twin.sock\n", "address" },
		{ "transport=ivshmem\naddress=twin.sock\n", "address" },
		{ "transport=virtio-serial\naddress=twin.sock\n", "address" },
		{ "transport=hybrid-dial\naddress=twin.sock\n", "address" },
		{ "transport=vsock\ncid=7\nport=24999\n", "cid" },
	};
	char text[400], said[200];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "[guest a]\n%s[guest b]\n%s", rows[i].keys,
			rows[i].keys);
		write_config(text);
		snprintf(said, sizeof(said), ": %s is that of guest a (line 9), too\nend\n",
			rows[i].key);
		const char *answer = answer_to("reload\n");
		if (strncmp(answer, "error guest b (line ", 20) || !strstr(answer, said))
			fail_msg("%s: answered: %s", said, answer);
		snprintf(text, sizeof(text), "add a\n%send\n", rows[i].keys);
		answer = answer_to(text);
		if (i == 5 && strstr(answer, "cannot listen on vsock"))
			break; /* none in this kernel */
		if (strcmp(answer, "end\n"))
			fail_msg("%s: answered: %s", text, answer);
		snprintf(text, sizeof(text), "add b\n%send\n", rows[i].keys);
		tell(text, "error guest b: ...");
		/* The first one is as it was. */
		assert_non_null(strstr(answer_to("show a\n"), "name=a\n"));
		tell("remove a\n", "end\n");
	}
	/* Two ports of one CID, or of one of Firecracker's sockets, are two guests' if so wanted.
	 */
	write_config("[guest a]\ntransport=hybrid\naddress=twin.sock\nport=1\n"
		     "[guest b]\ntransport=hybrid\naddress=twin.sock\nport=2\n");
	tell("reload\n", "end\n");
	write_config("");
	tell("reload\n", "end\n");
}

/* Half written, or cut off: no guest ends by that, unless it is said that there be none. */
static void an_empty_file_ends_nobody(void **state)
{
	char expected[300];
	pid_t daemon = start_daemon("info");
	struct xf_guest *guest = guest_connect(files.guest, "stays", 0);
	static const char *const empty[] = { "", "\n\n", "# crossfenced\n" };
	snprintf(expected, sizeof(expected), "error %s has no sections, ...", files.config);
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		write_file(files.config, "%s", empty[i]);
		tell("reload\n", expected);
		assert_int_equal(xf_guest_dispatch(guest), 0);
	}
	kill(daemon, SIGHUP);
	await_in_log("has no sections, and would end all guests", 4);
	assert_int_equal(xf_guest_dispatch(guest), 0);
	xf_guest_disconnect(guest);
	write_file(files.config, "[service]\n");
	tell("reload\n", "end\n");
	await_in_log("guest sock: removed: the file has no section of it", 1);
	tell("list\n", "end\n");
	write_file(files.config, "%s", "");
	tell("reload\n", "end\n"); /* there is nobody to be ended */
	end_daemon(daemon);
}

/* A file with a mistake changes nothing, and says where it is. */
static void a_bad_file_changes_nothing(void **state)
{
	char expected[200];
	pid_t daemon = start_daemon("info");
	struct xf_guest *guest = guest_connect(files.guest, "stays", 0);
	write_config("[guest a]\nqueue = many\n");
	snprintf(expected, sizeof(expected),
		"error %s:10: queue: no number of 0 to 4294967295: many\nend\n", files.config);
	tell("reload\n", expected);
	kill(daemon, SIGHUP);
	await_in_log(":10: queue: no number of 0 to 4294967295: many", 2);
	assert_int_equal(xf_guest_dispatch(guest), 0);
	mistakes_in_sections();
	mistakes_are_told_in_keys();
	nothing_is_two_guests();
	assert_int_equal(xf_guest_dispatch(guest), 0);
	/* One guest that cannot be had does not keep the others. */
	write_config("[guest a]\ntransport = unix\naddress = /nowhere/at/all\n"
		     "[guest b]\ntransport = unix\naddress = b.sock\n");
	tell("reload\n", "error guest a (line 9): ...");
	unlink("b.sock");
	assert_non_null(strstr(answer_to("list\n"), "name=b\n"));
	write_config("[guest sock]\nqueue = 7\n");
	snprintf(expected, sizeof(expected), "error %s:9: a second section of guest: sock\nend\n",
		files.config);
	tell("reload\n", expected);
	write_config("[service]\nminiport = /another.so\n");
	tell("reload\n", "note another miniport takes a restart of the service\nend\n");
	assert_int_equal(xf_guest_dispatch(guest), 0);
	xf_guest_disconnect(guest);
	end_daemon(daemon);
}

static void what_cannot_be_is_said(void **state)
{
	pid_t daemon = start_daemon(NULL);
	/* What was changed, and of whom, is in the log. */
	tell("set sock\nqueue=77\nevents=9\nend\n", "end\n");
	await_in_log("guest sock: changed by hand: queue=77 events=9\n", 1);
	tell("set sock\naddress=/x\nend\n",
		"error guest sock: cannot be changed while the guest runs: address\nend\n");
	tell("set sock\nquue=7\nend\n", "error guest sock: unknown key for a guest: quue\nend\n");
	tell("set sock\nqueue=0\nend\n", "error guest sock: queue: a limit is 1 or more\nend\n");
	tell("set sock\nqueue=100000\nend\n",
		"error guest sock: queue is 100000; at most 65536\nend\n");
	tell("set nobody\nqueue=1\nend\n", "error no such guest\nend\n");
	tell("set sock\nqueue\nend\n",
		"error guest sock: neither section nor key = value: queue\nend\n");
	tell("add a b\ntransport=unix\naddress=/x\nend\n", "error guest a b: ...");
	tell("log-level loud\n",
		"error log-level: none of error, warning, info, debug: loud\nend\n");
	tell("list all\n", "error none of list, ...");
	/* Half a question waits for no more than a second, and does nothing. */
	tell("add half\ntransport=unix\n", "error the question does not end\nend\n");
	tell("remove sock", "error the question does not end\nend\n");
	assert_non_null(strstr(answer_to("list\n"), "name=sock\n"));
	end_daemon(daemon);
}

/* One that says nothing, or one letter after the other, and one that does not take its answer. */
static int ask_slowly(const char *words)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", files.control);
	int small = 1, fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	ok(connect(fd, (struct sockaddr *)&name, sizeof(name)));
	assert_int_equal(send(fd, words, strlen(words), 0), (ssize_t)strlen(words));
	return fd;
}

static void *spell_for_ever(void *arg)
{
	const int *fd = arg;
	for (char c = 'l'; send(*fd, &c, 1, MSG_NOSIGNAL) == 1; c = c == 'k' ? 'l' : 'k')
		usleep(200000);
	return NULL;
}

/* Whoever else asks is answered, and the daemon ends when it is told to. */
static void slow_clients_keep_nobody_waiting(void **state)
{
	pthread_t speller;
	int fds[40];
	pid_t daemon = start_daemon(NULL);
	int slowest = ask_slowly("add half\n");
	ok(pthread_create(&speller, NULL, spell_for_ever, &slowest));
	for (int i = 0; i < 40; i++)
		fds[i] = ask_slowly(i % 2 ? "" : "metrics\n");
	int64_t began = xf_now();
	for (int i = 0; i < 10; i++)
		tell("list\n", "guest ...");
	int64_t took = xf_now() - began;
	print_message("ten answers beside 41 slow clients: %d ms\n", (int)(took / MS));
	assert_true(took < 3 * SECOND);
	began = xf_now();
	end_daemon(daemon);
	assert_true(xf_now() - began < 3 * SECOND);
	pthread_join(speller, NULL);
	for (int i = 0; i < 40; i++)
		close(fds[i]);
	close(slowest);
}

static void levels_are_obeyed(void **state)
{
	pid_t daemon = start_daemon("warning");
	xf_guest_disconnect(guest_connect(files.guest, "quiet", 0));
	tell("set sock\nqueue=55\nend\n", "end\n");
	tell("reload\n", "end\n");
	tell("log-level debug\n", "end\n");
	struct xf_guest *one = guest_connect(files.guest, "one", 0);
	xf_guest_disconnect(guest_connect(files.guest, "two", 0));
	await_in_log("guest sock: one connection less", 1);
	assert_int_equal(count_in_log("guest sock: connected by unix"), 1);
	/* The command line goes before the file, also when that is read again. */
	write_config("[service]\nlog-level = debug\n");
	tell("reload\n", "end\n");
	int n = count_in_log("guest sock: ");
	xf_guest_disconnect(guest_connect(files.guest, "three", 0));
	tell("list\n", "guest ...");
	xf_guest_disconnect(one);
	end_daemon(daemon);
	assert_int_equal(count_in_log("guest sock: "), n);
	assert_int_equal(count_in_log("changed by hand"), 0);
	assert_int_equal(count_in_log("reload: done"), 0);
}

/* Of a file, of a question, of a guest: the log is text, line by line. */
static void strange_bytes_stay_out_of_the_log(void **state)
{
	char question[400], text[4096] = "";
	pid_t daemon = start_daemon("debug");
	snprintf(question, sizeof(question),
		"add odd\ntransport=hybrid-dial\naddress=%s/\xff\033[2J\xc2\x9b.sock\nend\n",
		test_folder());
	tell(question, "end\n");
	tell("set sock\nqu\xe9ue=7\nend\n", "error guest sock: unknown key for a guest: ...");
	write_config("[guest caf\xe9]\ntransport = unix\n");
	tell("reload\n", "error ...");
	xf_guest_disconnect(guest_connect(files.guest, "\xff\033", 0));
	await_in_log("guest sock: disconnected", 1);
	end_daemon(daemon);
	assert_true(contains(files.log, "odd: added by hand: transport=hybrid-dial address="));
	assert_true(contains(files.log, "odd: waits for a VMM at "));
	assert_true(contains(files.log, "/??[2J??.sock"));
	assert_true(contains(files.log, "guest caf? (line"));
	FILE *file = fopen(files.log, "r");
	assert_non_null(file);
	size_t n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_true(n && n < sizeof(text) - 1);
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\n' && (text[i] < 0x20 || (unsigned char)text[i] >= 0x7f))
			fail_msg("byte 0x%02x in %s", (unsigned char)text[i], text);
}

/* ---- the tool ---- */

static int run_tool(char *const *words)
{
	char *argv[16] = { getenv("XF_TOOL"), "host", "--control", files.control };
	char log[128];
	for (int i = 0; words[i]; i++)
		argv[4 + i] = words[i];
	snprintf(log, sizeof(log), "%s", test_path("tool.log"));
	unlink(log);
	return exit_status(start(argv, log));
}

#define tool(...) run_tool((char *const[]){ __VA_ARGS__, NULL })

static void the_tool_changes_guests(void **state)
{
	char address[160];
	if (!getenv("XF_TOOL"))
		skip();
	pid_t daemon = start_daemon(NULL);
	snprintf(address, sizeof(address), "address=%s", test_path("tool.sock"));
	assert_int_equal(tool("add", "vm2", "transport=unix", address, "queue=77"), 0);
	xf_guest_disconnect(guest_connect(test_path("tool.sock"), "by tool", 0));
	assert_int_equal(tool("add", "vm2", "transport=unix", address), 1);
	assert_int_equal(tool("set", "vm2", "queue=78", "processes=9"), 0);
	assert_non_null(strstr(answer_to("show vm2\n"), "max_queue=78"));
	/* What set changes, show shows, in the same words. */
	assert_int_equal(tool("set", "vm2", "signals-per-second=50", "cpu-events=3"), 0);
	assert_int_equal(tool("show", "vm2"), 0);
	assert_true(contains(test_path("tool.log"),
		"limits: queue=78 processes=9 channels=64 events=65536 devices=64 cpu-events=3 "
		"signals-per-second=50 messages-per-second=0"));
	assert_int_equal(tool("show", "vm2", "--json"), 0);
	assert_true(contains(test_path("tool.log"), "\"signals-per-second\": 50"));
	assert_int_equal(tool("set", "vm2", "queue=78", "colour=blue"), 1);
	assert_true(contains(test_path("tool.log"), "guest vm2: unknown key for a guest: colour"));
	assert_int_equal(tool("add", "vm3", "transport=pigeon"), 1);
	assert_true(contains(test_path("tool.log"), "guest vm3: transport: none of"));
	assert_int_equal(tool("set", "log-level=debug"), 0);
	assert_int_equal(tool("metrics"), 0);
	assert_true(
		contains(test_path("tool.log"), "crossfence_guest_sessions_total{guest=\"vm2\""));
	assert_int_equal(tool("metrics", "--json"), 0);
	static const char *const lines[] = { "{",
		"      \"name\": \"crossfence_guest_queue_limit\",", "      \"type\": \"gauge\",",
		"            \"guest\": \"vm2\",", "          \"value\": 78",
		"            \"le\": \"+Inf\"",
		"          \"name\": \"crossfence_guest_queue_seconds_count\"," };
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!contains(test_path("tool.log"), lines[i]))
			fail_msg("not in metrics --json: %s", lines[i]);
	assert_int_equal(tool("remove", "vm2"), 0);
	assert_int_equal(tool("remove", "vm2"), 5);
	assert_int_equal(tool("set", "vm2", "queue=1"), 5);
	assert_int_equal(tool("reload"), 0);
	write_config("[guest]\n");
	assert_int_equal(tool("reload"), 1);
	assert_true(contains(test_path("tool.log"), ":9: sections are"));
	assert_int_equal(tool("add", "queue=1"), 2);
	assert_int_equal(tool("set", "vm2"), 2);
	assert_int_equal(tool("set", "vm2", "queue"), 2);
	assert_int_equal(tool("reload", "now"), 2);
	assert_int_equal(tool("remove", "vm2\nreload"), 2);
	end_daemon(daemon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_notice_nothing),
		cmocka_unit_test(a_bad_file_changes_nothing),
		cmocka_unit_test(an_empty_file_ends_nobody),
		cmocka_unit_test(what_cannot_be_is_said),
		cmocka_unit_test(slow_clients_keep_nobody_waiting),
		cmocka_unit_test(levels_are_obeyed),
		cmocka_unit_test(strange_bytes_stay_out_of_the_log),
		cmocka_unit_test(the_tool_changes_guests),
	};
	return cmocka_run_group_tests_name("an operator's work", tests, NULL, test_remove_folder);
}
