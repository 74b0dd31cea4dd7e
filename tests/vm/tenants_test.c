/* SPDX-License-Identifier: MIT */
/*
 * Two guests of one service, and two processes behind one guestd: A takes all there is of each
 * table that they share, or keeps the service busy; B has what it had, gets what it asks for, and
 * about as fast (the ratio is printed). SECURITY.md has the list of tables; places and descriptors
 * of the two daemons are in quota_test.c, the control socket in operator_test.c.
 */
#include "raw_talk.h"

#include <crossfence/keyed_mutex.h>
#include <crossfence/surface.h>
#include <sys/mman.h>

#include "device.h"
#include "programs.h"

static struct test_host t;
static const char *path_a, *path_b;

static void add(const char *name, const char *path)
{
	struct xf_host_guest_params params = {
		.size = sizeof(params), .name = name, .transport = XF_HOST_UNIX, .address = path
	};
	ok(xf_host_guest_add(t.host, &params, NULL));
}

/* ---- B ---- */

#define VISITS 200

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* How long a process of B takes to be there: half of them are faster. */
static int64_t latency(struct raw *b)
{
	int64_t took[VISITS];
	for (int i = 0; i < VISITS; i++)
		took[i] = one_visit(b);
	qsort(took, VISITS, sizeof(took[0]), compare);
	return took[VISITS / 2];
}

static int32_t make(struct raw *raw, struct xfw_msg msg, uint64_t device)
{
	uint8_t payload[8];
	xfw_put64(payload, device);
	return ask_raw(raw, msg, msg.payload_bytes ? payload : NULL);
}

/* One more of everything. */
static void gets_what_it_asks_for(struct raw *b, const char *path)
{
	struct raw another = begin_talk(path);
	ok(make(b, (struct xfw_msg){ XFW_DEVICE_CREATE, .process = 1, .object = 1 }, 0));
	ok(make(b,
		(struct xfw_msg){
			XFW_CPU_EVENT_CREATE, .payload_bytes = 8, .process = 1, .object = 2 },
		1));
	ok(make(b, (struct xfw_msg){ XFW_DEVICE_DESTROY, .process = 1, .object = 1 }, 0));
	close(another.fd);
}

/* A's state stays from `begin` to `end`. */
static void beside(const char *what, void (*begin)(void), void (*end)(void))
{
	test_host_start(&t, XF_HOST_OWN_THREAD);
	path_a = test_path("a.sock");
	path_b = test_path("b.sock");
	add("a", path_a);
	add("b", path_b);
	struct raw b = begin_talk(path_b);
	int64_t before = latency(&b);
	begin();
	int64_t after = latency(&b);
	print_message("%s: %.2f times B's time before (%d us)\n", what,
		(double)after / (double)before, (int)(after / 1000));
	/* Neither of them is anything a person would notice; a busy machine may take its share. */
	assert_true(after < 20 * before || after < 50 * MS);
	gets_what_it_asks_for(&b, path_b);
	end();
	int64_t when_it_ends = one_visit(&b);
	print_message("\tand %d us when A ends\n", (int)(when_it_ends / 1000));
	assert_true(when_it_ends < 5 * SECOND);
	close(b.fd);
	xf_host_destroy(t.host);
}

/* ---- what A takes ---- */

static struct raw a;
static int fds[300];
static int n_fds;

static void let_go(void)
{
	close(a.fd);
	while (n_fds)
		close(fds[--n_fds]);
}

static int32_t until_refused(struct xfw_msg msg, uint64_t device, int *ret_n)
{
	int32_t r;
	*ret_n = 0;
	while (!(r = make(&a, msg, device))) {
		++*ret_n;
		if (msg.type == XFW_PROCESS_CREATE)
			msg.process++;
		else
			msg.object++;
	}
	return r;
}

static void all_processes(void)
{
	int n;
	a = begin_talk(path_a);
	int32_t r = until_refused((struct xfw_msg){ XFW_PROCESS_CREATE, .process = 2 }, 0, &n);
	print_message("%d processes, then %d\n", n + 1, r);
	assert_int_equal(r, -EUSERS);
}

static void all_devices(void)
{
	int n = 0, sum = 0;
	all_processes();
	for (uint32_t p = 1; p <= 256; p++, sum += n)
		assert_int_equal(until_refused((struct xfw_msg){ XFW_DEVICE_CREATE, .process = p,
						       .object = 1 },
					 0, &n),
			-ENOSPC);
	print_message("%d devices\n", sum);
}

static void all_cpu_events(void)
{
	int n;
	a = begin_talk(path_a);
	ok(make(&a, (struct xfw_msg){ XFW_DEVICE_CREATE, .process = 1, .object = 1 }, 0));
	struct xfw_msg msg = { XFW_CPU_EVENT_CREATE, .payload_bytes = 8, .process = 1,
		.object = 1 };
	int32_t r = until_refused(msg, 1, &n);
	print_message("%d CPU events, then %d\n", n, r);
	assert_int_equal(r, -ENOSPC);
}

/* Sessions until there are as many as its quota allows. */
static void all_channels(void)
{
	a = begin_talk(path_a);
	for (n_fds = 0; n_fds < 63; n_fds++) {
		uint64_t session;
		fds[n_fds] = begin_raw(path_a, &session);
	}
	int more = connect_raw(path_a);
	struct xfw_msg msg = take(more);
	assert_int_equal(msg.type, XFW_CLOSE);
	assert_int_equal(msg.object, XFW_REASON_QUOTA);
	close(more);
}

static void silent_connections(void)
{
	a = begin_talk(path_a);
	for (n_fds = 0; n_fds < 300; n_fds++)
		fds[n_fds] = connect_raw(path_a);
}

/* It takes nothing of what it is sent. */
static void full_queue(void)
{
	int r = 0, n = 0;
	a = begin_talk(path_a);
	struct test_process *p = find_process(&t, "raw"); /* the last one */
	while (!(r = xf_host_signal(t.host, p->handle, 5, 0)))
		n++;
	print_message("%d signals, then %d\n", n, r);
	assert_int_equal(r, -ENOBUFS);
}

static void nobody_reads_the_answers(void)
{
	uint8_t bytes[XFW_HEAD_BYTES];
	a = begin_talk(path_a);
	for (int i = 0; i < 200000; i++) {
		struct xfw_msg msg = { XFW_DEVICE_DESTROY, .session = a.session, .process = 1,
			.tag = 1, .object = 5, .sequence = a.sequence++ };
		xfw_encode(&msg, bytes);
		if (send(a.fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof(bytes))
			break;
	}
}

/* ---- what keeps the service busy ---- */

#define FLOODERS     8
#define FLOODERS_MAX 40
static pid_t flooders[FLOODERS_MAX];
static int n_flooders;

/* Messages that cost as much as any, from as many connections of A. */
static void flood(const char *path, void *arg)
{
	struct order order = { ASK_PONG, 0, 0 };
	static uint8_t bytes[400 * (XFW_HEAD_BYTES + sizeof(order))];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct raw raw = begin_talk(path);
	for (;;) {
		size_t have = 0;
		while (have < sizeof(bytes)) {
			struct xfw_msg msg = { XFW_ESCAPE, .payload_bytes = sizeof(order),
				.session = raw.session, .process = 1, .sequence = raw.sequence++ };
			xfw_encode(&msg, bytes + have);
			memcpy(bytes + have + XFW_HEAD_BYTES, &order, sizeof(order));
			have += XFW_HEAD_BYTES + sizeof(order);
		}
		for (size_t done = 0; done < have;) {
			ssize_t n = send(raw.fd, bytes + done, have - done, MSG_NOSIGNAL);
			if (n < 0)
				_exit(0);
			done += (size_t)n;
		}
	}
}

static int escapes(void)
{
	pthread_mutex_lock(&t.lock);
	int n = t.n_escapes;
	pthread_mutex_unlock(&t.lock);
	return n;
}

static void begin_flood(void)
{
	a.fd = connect_raw(path_a);
	for (n_flooders = 0; n_flooders < FLOODERS; n_flooders++)
		flooders[n_flooders] = spawn(flood, path_a, NULL);
	await(&t, t.n_escapes > 100);
}

static void end_flood(void)
{
	while (n_flooders) {
		kill(flooders[--n_flooders], SIGKILL);
		waitpid(flooders[n_flooders], NULL, 0);
	}
	let_go();
}

/* ---- the tests ---- */

static void tables_of_the_service(void **state)
{
	beside("all processes", all_processes, let_go);
	beside("all devices", all_devices, let_go);
	beside("all CPU events", all_cpu_events, let_go);
	beside("all channels", all_channels, let_go);
	beside("silent connections", silent_connections, let_go);
	beside("a full queue", full_queue, let_go);
	beside("answers that nobody reads", nobody_reads_the_answers, let_go);
}

static void a_flood_of_messages(void **state)
{
	beside("messages of eight connections", begin_flood, end_flood);
}

/*
 * A driver's callback takes its time, and A makes one call after the other from eight connections.
 * B waits for the one under way and no more, wherever it comes in (crossfenced(8)).
 */
#define CALL_NS (2 * MS)

static void takes_its_time(struct test_host *host, struct test_process *process)
{
	for (int64_t until = xf_deadline(CALL_NS); xf_now() < until;)
		;
}

static void callbacks_that_take_long(void **state)
{
	test_host_start(&t, XF_HOST_OWN_THREAD);
	path_a = test_path("a.sock");
	path_b = test_path("b.sock");
	add("a", path_a);
	add("b", path_b);
	struct raw b = begin_talk(path_b);
	t.on_pong = takes_its_time;
	begin_flood();
	int64_t took[VISITS / 4];
	int before = escapes();
	for (int i = 0; i < VISITS / 4; i++) {
		took[i] = one_visit(&b);
		/* One or two; a busy machine adds some, and without a bound it is thousands. */
		assert_true(escapes() - before < 100 + 20 * i);
	}
	int calls = escapes() - before;
	qsort(took, VISITS / 4, sizeof(took[0]), compare);
	print_message("callbacks of %d ms: B waits %.1f ms (half of the time), %.1f at most; %d "
		      "callbacks for %d answers\n",
		(int)(CALL_NS / MS), (double)took[VISITS / 8] / MS,
		(double)took[VISITS / 4 - 1] / MS, calls, VISITS / 4);
	end_flood();
	close(b.fd);
	xf_host_destroy(t.host);
}

static int lines_of(const char *guest)
{
	int n = 0;
	pthread_mutex_lock(&t.lock);
	for (int i = 0; i < t.n_logs && i < 64; i++)
		n += strstr(t.log[i], guest) == t.log[i];
	pthread_mutex_unlock(&t.lock);
	return n;
}

/* A's lines are left out, B's are not. */
static void lines_in_the_log(void **state)
{
	const char *nonsense = "GET / HTTP/1.1\r\nHost: crossfence.example\r\n\r\n";
	char bytes[256];
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("a", test_path("a.sock"));
	add("b", path_b = test_path("b.sock"));
	for (int i = 0; i < 200; i++) {
		const char *path = test_path(i == 199 ? "b.sock" : "a.sock");
		int fd = connect_raw(path);
		assert_int_equal(send(fd, nonsense, strlen(nonsense), 0), strlen(nonsense));
		while (recv(fd, bytes, sizeof(bytes), 0) > 0)
			;
		close(fd);
	}
	assert_int_equal(lines_of("guest a:"), 50);
	assert_int_equal(lines_of("guest b:"), 1);
	xf_host_destroy(t.host);
}

/* ---- surfaces, loans, regions ---- */

#define SURFACES 300

/* Shared with the VMs, which are forked before the service has threads; 0 ends the list. */
static struct list {
	_Atomic bool ready;
	uint64_t ids[SURFACES + 1];
} * lists;

struct vm {
	const char *name;
	struct list *list;
};

/* Opens surfaces until it is refused one; then says how many. */
static void opens_all(const char *path, void *arg)
{
	char address[64];
	const struct vm *vm = arg;
	struct xf_guest_surface *s;
	device_plug_in(path);
	device_ring();
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	struct xf_guest *guest = guest_connect_to(address, vm->name, 0);
	while (!atomic_load(&vm->list->ready))
		usleep(1000);
	const uint64_t *ids = vm->list->ids;
	int n = 0, r = 0;
	while (n < SURFACES && ids[n] && !(r = xf_guest_surface_open(guest, ids[n], &s)))
		n++;
	need(n && (!r || r == -ENOSPC));
	ask(guest, 0, ASK_REPORT, (uint32_t)n, 0);
	pause();
}

static struct xf_host_guest *add_vm(
	const char *name, const char *path, struct xf_domain **ret_domain)
{
	struct xf_host_guest *guest;
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = name,
		.transport = XF_HOST_IVSHMEM,
		.address = path,
		.region_bytes = 16 << 20 };
	struct xf_domain_params room = { .size = sizeof(room), .max_objects = 2048 };
	uint64_t offset, size;
	int fd;
	ok(xf_host_guest_add(t.host, &params, &guest));
	ok(xf_host_guest_region(guest, &fd, &offset, &size));
	ok(xf_domain_create_in(fd, size, &room, ret_domain));
	close(fd);
	ok(xf_host_guest_share_domain(guest, *ret_domain));
	return guest;
}

static uint32_t await_report(const char *name)
{
	await(&t, find_process(&t, name) && find_process(&t, name)->reported);
	return find_process(&t, name)->reported;
}

static void is_refused_as_a_second_vm(const char *path)
{
	int fd = connect_raw(path);
	char c;
	assert_int_equal(recv(fd, &c, 1, 0), 0);
	close(fd);
}

static void surfaces_loans_and_regions(void **state)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_ABGR8888
	};
	struct vm vms[] = { { "a", &lists[0] }, { "b", &lists[1] } };
	struct xf_domain *domain_a, *domain_b;
	static struct xf_surface *surfaces[SURFACES], *own;
	path_a = test_path("a-vm.sock");
	path_b = test_path("b-vm.sock");
	pid_t pids[] = { spawn(opens_all, path_a, &vms[0]), spawn(opens_all, path_b, &vms[1]) };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	(void)add_vm("a", path_a, &domain_a);
	(void)add_vm("b", path_b, &domain_b);
	for (int i = 0; i < SURFACES; i++) {
		ok(xf_surface_create(domain_a, &desc, XF_SURFACE_KEYED, &surfaces[i]));
		lists[0].ids[i] = xf_surface_id(surfaces[i]);
	}
	atomic_store(&lists[0].ready, true);
	uint32_t n = await_report("a");
	print_message("a process has %u surfaces on loan, and no more\n", n);
	assert_true(n < SURFACES);
	is_refused_as_a_second_vm(path_a);
	ok(xf_surface_create(domain_b, &desc, XF_SURFACE_KEYED, &own));
	lists[1].ids[0] = xf_surface_id(own);
	atomic_store(&lists[1].ready, true);
	assert_int_equal(await_report("b"), 1);
	for (int i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	xf_host_destroy(t.host);
	xf_surface_close(own);
	for (int i = 0; i < SURFACES; i++)
		xf_surface_close(surfaces[i]);
	xf_domain_leave(domain_a);
	xf_domain_leave(domain_b);
}

/* ---- behind guestd ---- */

static int64_t one_answer(struct raw *raw)
{
	int64_t began = xf_now();
	assert_int_equal(
		ask_raw(raw, (struct xfw_msg){ XFW_DEVICE_DESTROY, .process = 1, .object = 5 },
			NULL),
		-ENOENT);
	return xf_now() - began;
}

/*
 * All that a guest says goes one way, and the host takes so much of it a second: each process has
 * its turn, and waits behind what the others had said before.
 */
static void the_way_from_guestd(void **state)
{
	const char *upstream = test_path("up.sock"), *path = test_path("guestd.sock");
	char address[160];
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm",
		.transport = XF_HOST_UNIX,
		.address = upstream,
		.max_messages_per_second = 5000 };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, NULL));
	snprintf(address, sizeof(address), "unix:%s", upstream);
	char *argv[] = { getenv("XF_GUESTD"), "--host", address, "--listen", (char *)path, NULL };
	pid_t guestd = start(argv, "/dev/null");
	await_socket(path);
	/* More than have their turn each time that the host has made room. */
	for (n_flooders = 0; n_flooders < FLOODERS_MAX; n_flooders++)
		flooders[n_flooders] = spawn(flood, path, NULL);
	await(&t, t.n_escapes > 10000); /* more than fits on the way: it is full */
	struct raw b = begin_talk(path);
	int64_t longest = 0;
	for (int i = 0; i < 3; i++) {
		int64_t took = one_answer(&b);
		longest = took > longest ? took : longest;
	}
	print_message("behind a full way: B is answered within %d ms\n", (int)(longest / MS));
	assert_true(longest < 20 * SECOND);
	a.fd = -1;
	end_flood();
	close(b.fd);
	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	xf_host_destroy(t.host);
}

int main(void)
{
	lists = mmap(NULL, 2 * sizeof(*lists), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		-1, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_of_the_service),
		cmocka_unit_test(a_flood_of_messages),
		cmocka_unit_test(callbacks_that_take_long),
		cmocka_unit_test(lines_in_the_log),
		cmocka_unit_test(surfaces_loans_and_regions),
		cmocka_unit_test(the_way_from_guestd),
	};
	return cmocka_run_group_tests_name("two tenants", tests, NULL, test_remove_folder);
}
