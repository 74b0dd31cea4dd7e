/* SPDX-License-Identifier: MIT */
/*
 * As tests/trust/failing_test.c, on both sides of a VM's border: each call that may find no more
 * room fails the n-th time, for every n, in the host service or in a guest process, while the guest
 * comes, makes an event, is signalled and goes. That works all the same or says why not, soon; then
 * it works again, and neither side has a descriptor left over. Nor has one memory left over of who
 * has gone.
 */
#include "raw_guest.h"
#include <dirent.h>
#include <dlfcn.h>
#include <sys/prctl.h>

/* What they fail with, and what they return then. A sanitizer's allocator cannot be replaced. */
#define CALLS(X)                                                                                   \
	X(socket, ENFILE, -1)                                                                      \
	X(connect, EAGAIN, -1)                                                                     \
	X(accept4, EMFILE, -1)                                                                     \
	X(epoll_create1, EMFILE, -1)                                                               \
	X(epoll_ctl, ENOSPC, -1)                                                                   \
	X(eventfd, EMFILE, -1)                                                                     \
	X(timerfd_create, EMFILE, -1)                                                              \
	X(setsockopt, ENOBUFS, -1)                                                                 \
	X(getsockopt, ENOBUFS, -1)                                                                 \
	X(pthread_create, 0, EAGAIN)                                                               \
	ALLOCATOR(X)
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ALLOCATOR(X) X(malloc, ENOMEM, 0) X(calloc, ENOMEM, 0) X(realloc, ENOMEM, 0)
#define COUNTS
#else
#define ALLOCATOR(X)
#endif

#define NUMBER(name, error, result) CALL_##name,
enum { CALLS(NUMBER) CALL_COUNT };
#define NAME(name, error, result) #name,
static const char *const call_names[] = { CALLS(NAME) };

static _Atomic int failing = -1, left;

static bool fails(int call)
{
	return atomic_load(&failing) == call && atomic_load(&left) > 0 &&
	       atomic_fetch_sub(&left, 1) == 1;
}

/* All of them take and return integers or pointers, in registers. */
typedef long word;
typedef word any_call(word, word, word, word, word, word);

#define REAL(name, error, result) static any_call *real_##name;
CALLS(REAL)

/* The allocator is asked before this can run, and by dlsym() itself. */
word __libc_malloc(word, word, word, word, word, word);
word __libc_calloc(word, word, word, word, word, word);
word __libc_realloc(word, word, word, word, word, word);

static any_call *find(const char *name)
{
#ifdef __GLIBC__
	if (strcmp(name, "malloc") == 0)
		return __libc_malloc;
	if (strcmp(name, "calloc") == 0)
		return __libc_calloc;
	if (strcmp(name, "realloc") == 0)
		return __libc_realloc;
#endif
	return (any_call *)dlsym(RTLD_NEXT, name);
}

/* Blocks of memory that this process has. Where the allocator is not ours, none are counted. */
static _Atomic long blocks;

static word count(int call, word of, word result)
{
#ifdef COUNTS
	bool allocates = call == CALL_malloc || call == CALL_calloc || call == CALL_realloc;
	if (allocates && result && (call != CALL_realloc || !of))
		atomic_fetch_add(&blocks, 1);
#endif
	return result;
}

/* Named otherwise here, since the headers declare them with types of their own. */
#define WRAP(name, error, result)                                                                  \
	__attribute__((visibility("default")))                                                     \
	word wrapped_##name(word, word, word, word, word, word) __asm__(#name);                    \
	word wrapped_##name(word a, word b, word c, word d, word e, word f)                        \
	{                                                                                          \
		if (fails(CALL_##name)) {                                                          \
			errno = (error);                                                           \
			return (result);                                                           \
		}                                                                                  \
		any_call *real = real_##name ? real_##name : find(#name);                          \
		real_##name = real;                                                                \
		return count(CALL_##name, a, real(a, b, c, d, e, f));                              \
	}
CALLS(WRAP)

#ifdef COUNTS
void __libc_free(void *block);

__attribute__((visibility("default"))) void free(void *block)
{
	if (block)
		atomic_fetch_sub(&blocks, 1);
	__libc_free(block);
}
#endif

/* ---- the guest: does what it is told by a pipe ---- */

struct command {
	int call, n; /* to fail in the guest; call -1: none */
};

struct answer {
	int result;
	int failed; /* the call was made n times */
	int descriptors;
	long blocks;
};

static int to_guest[2], from_guest[2];

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;
	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

static int use(struct xf_guest *guest, struct xf_guest_event *event)
{
	struct order order = { ASK_SIGNAL, 1, xf_guest_event_handle(event) };
	uint32_t status = 0;
	int r = xf_guest_escape(guest, 0, 0, &order, sizeof(order), &status);
	if (!r && status)
		return -(int)status; /* the host's xf_host_signal() */
	return r ? r : xf_guest_event_wait(event, xf_deadline(20 * SECOND));
}

static int visit(const char *path)
{
	struct xf_guest *guest;
	struct xf_guest_event *event;
	struct xf_guest_params params = {
		.size = sizeof(params), .address = unix_address(path), .name = "visitor"
	};
	int r = xf_guest_connect(&params, xf_deadline(20 * SECOND), &guest);
	if (r)
		return r;
	r = xf_guest_event_create(guest, 0, 0, &event);
	if (!r) {
		r = use(guest, event);
		xf_guest_event_close(event);
	}
	xf_guest_disconnect(guest);
	return r;
}

static void visitor(const char *path, void *arg)
{
	struct command c;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(to_guest[1]);
	while (read(to_guest[0], &c, sizeof(c)) == sizeof(c)) {
		atomic_store(&left, c.n);
		atomic_store(&failing, c.call);
		struct answer a = { .result = visit(path) };
		atomic_store(&failing, -1);
		a.failed = atomic_load(&left) == 0;
		a.descriptors = count_descriptors();
		a.blocks = atomic_load(&blocks);
		need(write(from_guest[1], &a, sizeof(a)) == sizeof(a));
	}
}

/* ---- the host ---- */

static struct test_host t;

static struct answer have_visit(int call, int n)
{
	struct command c = { call, n };
	struct answer a;
	assert_int_equal(write(to_guest[1], &c, sizeof(c)), sizeof(c));
	assert_int_equal(read(from_guest[0], &a, sizeof(a)), sizeof(a));
	return a;
}

static struct answer have_visit_while_host_fails(int call, int n)
{
	atomic_store(&left, n);
	atomic_store(&failing, call);
	struct answer a = have_visit(-1, 1);
	atomic_store(&failing, -1);
	a.failed = atomic_load(&left) == 0;
	return a;
}

static void expect_descriptors(int wanted, const char *said)
{
	for (int64_t end = xf_deadline(10 * SECOND); count_descriptors() > wanted; usleep(1000))
		if (xf_now() > end)
			fail_msg("%s: the host has %d descriptors more", said,
				count_descriptors() - wanted);
}

/* False: it is not called n times. */
static bool fail_nth(bool in_host, int call, int n, int host_descriptors, int guest_descriptors)
{
	char said[64];
	snprintf(said, sizeof(said), "%s: %s no. %d fails", in_host ? "host" : "guest",
		call_names[call], n);
	int64_t began = xf_now();
	struct answer a = in_host ? have_visit_while_host_fails(call, n) : have_visit(call, n);
	if (a.result > 0 || (a.result && !a.failed) || xf_now() - began > 15 * SECOND)
		fail_msg("%s: %d (%s) after %d ms", said, a.result, xf_strerror(a.result),
			(int)((xf_now() - began) / MS));
	if (!a.failed)
		return false;
	a = have_visit(-1, 1);
	if (a.result)
		fail_msg("%s, and again: %d (%s)", said, a.result, xf_strerror(a.result));
	if (a.descriptors != guest_descriptors)
		fail_msg("%s: the guest has %d descriptors more", said,
			a.descriptors - guest_descriptors);
	expect_descriptors(host_descriptors, said);
	return true;
}

static void each_call_may_fail_each_time(void **state)
{
	const char *path = test_path("failing.sock");
	int total = 0;
	ok(pipe(to_guest));
	ok(pipe(from_guest));
	pid_t pid = spawn(visitor, path, NULL);
	close(to_guest[0]);
	close(from_guest[1]);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 64);
	assert_int_equal(have_visit(-1, 1).result, 0);
	int guest = have_visit(-1, 1).descriptors;
	/* The service may not have seen it go yet: then what is left over shows one failure later.
	 */
	int host = count_descriptors();
	for (int in_host = 0; in_host < 2; in_host++)
		for (int call = 0; call < CALL_COUNT; call++) {
			int n = 1;
			while (fail_nth(in_host, call, n, host, guest))
				n++;
			print_message(
				"%s %s: %d\n", in_host ? "host" : "guest", call_names[call], n - 1);
			total += n - 1;
		}
	close(to_guest[1]);
	reap(pid);
	close(from_guest[0]);
	xf_host_destroy(t.host);
	assert_true(total > 5);
}

/* ---- what is left of guests that have gone ---- */

#define VISITS 64

/* Of whatever each of them leaves there would be as many, or more. */
static void expect_blocks(long before, const char *said)
{
	for (int64_t end = xf_deadline(10 * SECOND); atomic_load(&blocks) >= before + VISITS / 2;) {
		if (xf_now() > end)
			fail_msg("%s: %ld blocks more", said, atomic_load(&blocks) - before);
		usleep(1000);
	}
}

static void of_a_visitor_no_memory_stays(void **state)
{
	const char *path = test_path("visited.sock");
	ok(pipe(to_guest));
	ok(pipe(from_guest));
	pid_t pid = spawn(visitor, path, NULL);
	close(to_guest[0]);
	close(from_guest[1]);
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 64);
	long in_guest = 0, in_host = 0;
	for (int i = 0; i < VISITS + 8; i++) {
		struct answer a = have_visit(-1, 1);
		ok(a.result);
		in_host = i == 8 ? atomic_load(&blocks) : in_host;
		in_guest = i == 8 ? a.blocks : in_guest;
		assert_true(a.blocks < in_guest + VISITS / 2 || i < 8);
	}
	expect_blocks(in_host, "visits");
	close(to_guest[1]);
	reap(pid);
	close(from_guest[0]);
	xf_host_destroy(t.host);
}

/* As full as its channel gets of answers that it does not read; the host has some for it, then. */
static void ask_and_leave(const char *path)
{
	uint64_t session;
	uint8_t bytes[XFW_HEAD_BYTES];
	int fd = begin_raw(path, &session);
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	struct xfw_msg msg = { XFW_DEVICE_DESTROY, .session = session, .process = 1, .tag = 1,
		.object = 5, .sequence = 3 };
	do {
		xfw_encode(&msg, bytes);
		ssize_t n = send(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
		msg.sequence += n == sizeof(bytes);
	} while (poll(&room, 1, 20));
	close(fd);
}

static void of_answers_that_nobody_read_no_memory_stays(void **state)
{
	const char *path = test_path("unread.sock");
	test_host_start(&t, XF_HOST_OWN_THREAD);
	test_guest_add(&t, "vm0", path, 64);
	ask_and_leave(path);
	long before = atomic_load(&blocks);
	for (int i = 0; i < 4; i++)
		ask_and_leave(path);
	expect_blocks(before, "answers");
	xf_host_destroy(t.host);
}

/* ---- services ---- */

static bool has_vsock;

/* A service with a guest by each transport. */
static int make_host(void)
{
	struct xf_host *host;
	struct xf_host_driver driver = { sizeof(driver), &t, test_process_create,
		test_process_destroy, test_device_create, test_device_destroy,
		test_cpu_event_create, test_cpu_event_destroy, test_escape };
	struct xf_host_params params = {
		.size = sizeof(params), .flags = XF_HOST_OWN_THREAD, .driver = &driver
	};
	struct xf_host_guest_params by_socket = { .size = sizeof(by_socket),
		.name = "by-socket",
		.transport = XF_HOST_UNIX,
		.address = test_path("made.sock") };
	struct xf_host_guest_params by_region = { .size = sizeof(by_region),
		.name = "by-region",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("region.sock"),
		.region_bytes = 1 << 20 };
	struct xf_host_guest_params by_vsock = { .size = sizeof(by_vsock),
		.name = "by-vsock",
		.transport = XF_HOST_VSOCK,
		.port = 24998,
		.cid = 3 };
	int r = xf_host_create(&params, &host);
	if (r)
		return r;
	r = xf_host_guest_add(host, &by_socket, NULL);
	r = r ? r : xf_host_guest_add(host, &by_region, NULL);
	r = r || !has_vsock ? r : xf_host_guest_add(host, &by_vsock, NULL);
	xf_host_destroy(host);
	return r;
}

static int fail_making(int call, int host_descriptors)
{
	for (int n = 1;; n++) {
		char said[64];
		snprintf(said, sizeof(said), "making: %s no. %d fails", call_names[call], n);
		atomic_store(&left, n);
		atomic_store(&failing, call);
		int r = make_host();
		atomic_store(&failing, -1);
		bool failed = atomic_load(&left) == 0;
		if (r > 0 || (r && !failed))
			fail_msg("%s: %d (%s)", said, r, xf_strerror(r));
		expect_descriptors(host_descriptors, said);
		if (!failed)
			return n - 1;
		ok(make_host());
	}
}

static void a_service_is_made_or_says_why_not(void **state)
{
	int total = 0;
	int vsock = socket(AF_VSOCK, SOCK_STREAM, 0);
	has_vsock = vsock >= 0;
	if (has_vsock)
		close(vsock);
	test_host_start(&t, 0); /* for the driver's own things */
	ok(make_host());
	int descriptors = count_descriptors();
	for (int call = 0; call < CALL_COUNT; call++) {
		int n = fail_making(call, descriptors);
		print_message("making: %s: %d\n", call_names[call], n);
		total += n;
	}
	xf_host_destroy(t.host);
	assert_true(total > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_call_may_fail_each_time),
		cmocka_unit_test(of_a_visitor_no_memory_stays),
		cmocka_unit_test(of_answers_that_nobody_read_no_memory_stays),
		cmocka_unit_test(a_service_is_made_or_says_why_not) };
	alarm(110);
	return cmocka_run_group_tests_name("failures", tests, NULL, test_remove_folder);
}
