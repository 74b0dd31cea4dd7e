/* SPDX-License-Identifier: MIT */
/*
 * Two guests over vsock stand in one listener's queue. One of them connects without end; the
 * other's processes come in as before. The kernel's vsock takes two machines: here the calls that
 * make, bind, connect and accept such sockets come to this file, and go on as unix sockets whose
 * names say the CID. A full queue resets whoever comes, as vsock does.
 */
#include "vmtest.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/vm_sockets.h> /* wants sys/socket.h before it */

#define PORT	 4871
#define CID_A	 7
#define CID_B	 8
#define VISITS	 20
#define FLOODS	 2
#define QUEUE	 64
#define CHANNELS 8 /* of A; eighty come in a second */
#define AT_ONCE	 300 /* connections that each of them has open */

static struct test_host t;
static uint32_t own_cid;
static int listener = -1;

/* ---- vsock, for this program and the libraries in it ---- */

static pid_t service; /* tells the names of one run from another's */

/* The service's has no CID, and others a number of their own. */
static socklen_t set_name(struct sockaddr_un *name, uint32_t cid, unsigned number)
{
	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	int n = snprintf(name->sun_path + 1, sizeof(name->sun_path) - 1, "xfcids-%d-%u-%u",
		(int)service, cid, number);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

__attribute__((visibility("default"))) int socket(int family, int type, int protocol)
{
	return (int)syscall(SYS_socket, family == AF_VSOCK ? AF_UNIX : family, type, protocol);
}

__attribute__((visibility("default"))) int bind(
	int fd, const struct sockaddr *address, socklen_t size)
{
	struct sockaddr_un name;
	if (address->sa_family != AF_VSOCK)
		return (int)syscall(SYS_bind, fd, address, size);
	size = set_name(&name, 0, 0);
	listener = fd;
	return (int)syscall(SYS_bind, fd, &name, size);
}

/* Never waits for room in the queue. */
static int connect_as(int fd, uint32_t cid)
{
	static unsigned count;
	struct sockaddr_un name;
	int flags = fcntl(fd, F_GETFL);
	socklen_t size = set_name(&name, cid, (unsigned)getpid() * 100000u + count++);
	if (syscall(SYS_bind, fd, &name, size) < 0)
		return -1;
	size = set_name(&name, 0, 0);
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	int r = (int)syscall(SYS_connect, fd, &name, size), error = errno;
	fcntl(fd, F_SETFL, flags);
	errno = r < 0 && error == EAGAIN ? ECONNRESET : error;
	return r;
}

__attribute__((visibility("default"))) int connect(
	int fd, const struct sockaddr *address, socklen_t size)
{
	if (address->sa_family != AF_VSOCK)
		return (int)syscall(SYS_connect, fd, address, size);
	return connect_as(fd, own_cid);
}

__attribute__((visibility("default"))) int accept4(
	int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	struct sockaddr_un name = { 0 };
	socklen_t name_size = sizeof(name) - 1;
	struct sockaddr_vm *peer = (struct sockaddr_vm *)(void *)address;
	unsigned cid = 0;
	if (fd != listener)
		return (int)syscall(SYS_accept4, fd, address, size, flags);
	int r = (int)syscall(SYS_accept4, fd, &name, &name_size, flags);
	if (r >= 0 && peer) {
		(void)sscanf(name.sun_path + 1, "xfcids-%*d-%u-", &cid);
		*peer = (struct sockaddr_vm){ .svm_family = AF_VSOCK, .svm_cid = cid };
	}
	return r;
}

/* ---- the two guests ---- */

/* As fast as it goes, as many at a time as it may have descriptors for. */
static void floods(const char *address, void *arg)
{
	int fds[AT_ONCE];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memset(fds, -1, sizeof(fds));
	for (unsigned i = 0;; i = (i + 1) % AT_ONCE) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
		need(fds[i] >= 0);
		(void)connect_as(fds[i], CID_A); /* reset: comes again */
	}
}

struct visits {
	int64_t median_ns, worst_ns;
};

static int by_size(const void *x, const void *y)
{
	int64_t p = *(const int64_t *)x, q = *(const int64_t *)y;
	return (p > q) - (p < q);
}

static struct visits visit(void)
{
	int64_t ns[VISITS];
	own_cid = CID_B;
	for (int i = 0; i < VISITS; i++) {
		int64_t began = xf_now();
		struct xf_guest *guest = guest_connect_to("vsock:1:4871", "visitor", 0);
		ns[i] = xf_now() - began;
		xf_guest_disconnect(guest);
	}
	qsort(ns, VISITS, sizeof(ns[0]), by_size);
	return (struct visits){ ns[VISITS / 2], ns[VISITS - 1] };
}

static void add(const char *name, uint32_t cid, uint32_t max_channels)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = name,
		.transport = XF_HOST_VSOCK,
		.cid = cid,
		.port = PORT,
		.max_channels = max_channels };
	ok(xf_host_guest_add(t.host, &params, NULL));
}

static void a_flood_of_connections(void **state)
{
	pid_t flood[FLOODS];
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add("a", CID_A, CHANNELS);
	add("b", CID_B, 0);
	struct visits alone = visit();
	for (int i = 0; i < FLOODS; i++)
		flood[i] = spawn(floods, "", NULL);
	await(&t, t.n_logs > 0); /* it is refused some */
	struct visits beside = visit();
	for (int i = 0; i < FLOODS; i++) {
		kill(flood[i], SIGKILL);
		waitpid(flood[i], NULL, 0);
	}
	print_message("connecting beside a flood of connections: %.2f ms (half of the time), %.2f "
		      "at most; alone %.2f: %.1f x\n",
		(double)beside.median_ns / MS, (double)beside.worst_ns / MS,
		(double)alone.median_ns / MS, (double)beside.median_ns / (double)alone.median_ns);
	xf_host_destroy(t.host);
}

/* As many as the queue takes. */
static int fill_queue(int *fds, int n, uint32_t cid)
{
	int done = 0;
	while (done < n) {
		fds[done] = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect_as(fds[done++], cid) < 0) {
			assert_int_equal(errno, ECONNRESET);
			close(fds[--done]);
			break;
		}
	}
	return done;
}

struct look {
	const char *name;
	uint32_t channels;
};

static int look_at(const struct xf_host_guest_info *info, void *arg)
{
	struct look *look = arg;
	if (strcmp(info->name, look->name) == 0)
		look->channels = info->channels;
	return 0;
}

static uint32_t channels(const char *guest)
{
	struct look look = { guest, 0 };
	ok(xf_host_inspect_guests(t.host, look_at, &look));
	return look.channels;
}

static bool was_logged(const char *line)
{
	for (int i = 0; i < t.n_logs && i < 64; i++)
		if (strcmp(t.log[i], line) == 0)
			return true;
	return false;
}

/* A turn of the service leaves nobody in it, and makes nothing for those beyond their quota. */
static void a_turn_empties_the_queue(void **state)
{
	int fds[6 * (QUEUE + 1)], n = 0, b = -1;
	test_host_start(&t, 0);
	add("a", CID_A, CHANNELS);
	add("b", CID_B, UINT32_C(1) << 31); /* more than can be counted ten times */
	for (int round = 0; round < 5; round++) {
		n += fill_queue(fds + n, QUEUE, CID_A);
		assert_int_equal(n, (round + 1) * QUEUE);
		if (round == 4)
			assert_int_equal(fill_queue(&b, 1, CID_B), 1);
		ok(xf_host_dispatch(t.host));
		assert_true(channels("a") <= CHANNELS);
	}
	assert_int_equal(channels("b"), 1);
	assert_true(was_logged("guest a: connection refused: too many at a time"));
	while (n)
		close(fds[--n]);
	close(b);
	xf_host_destroy(t.host);
}

int main(void)
{
	service = getpid();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_turn_empties_the_queue),
		cmocka_unit_test(a_flood_of_connections),
	};
	return cmocka_run_group_tests_name("guests of one port", tests, NULL, NULL);
}
