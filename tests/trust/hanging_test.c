/* SPDX-License-Identifier: MIT */
/*
 * A peer sends a thousand files whose server does not answer, each of which takes for ever to
 * close: whoever receives surfaces has few threads and descriptors the more, and what another peer
 * sends arrives as before.
 */
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../nasty/unanswered.h"
#include "base/closer.h"
#include "base/pass_fd.h"

#define HANGING 1000
#define HONEST	100

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
};

static int threads(void)
{
	int n = 0;
	DIR *tasks = opendir("/proc/self/task");
	while (readdir(tasks))
		n++;
	closedir(tasks);
	return n - 2;
}

/* The other end is told by the process that connected, so each peer is one of its own. */
struct meeting {
	int listener;
	struct sockaddr_un name;
	socklen_t name_size;
	char words[64]; /* what an honest sender says with its surface */
	size_t size;
};

static void meet(struct meeting *m)
{
	m->name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	m->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	EXPECT(0, bind(m->listener, (struct sockaddr *)&m->name, sizeof(sa_family_t)));
	m->name_size = sizeof(m->name);
	EXPECT(0, getsockname(m->listener, (struct sockaddr *)&m->name, &m->name_size));
	EXPECT(0, listen(m->listener, 2));
}

static int connect_to(const struct meeting *m)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	EXPECT(0, connect(fd, (const struct sockaddr *)&m->name, m->name_size));
	return fd;
}

static int honest_memory(void)
{
	int memory = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	EXPECT(0, ftruncate(memory, 1 << 16));
	EXPECT(0, fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK));
	return memory;
}

static struct xf_surface *learn_words(struct meeting *m, struct xf_domain *d)
{
	struct xf_surface *s;
	int pair[2], memory = honest_memory();
	EXPECT(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	EXPECT(0, xf_surface_import(d, &small, memory, 0, 0, &s));
	EXPECT(0, xf_surface_send(s, pair[0]));
	ssize_t n = recv(pair[1], m->words, sizeof(m->words), 0); /* without its descriptor */
	CHECK(n > 0);
	m->size = (size_t)n;
	close(memory);
	close(pair[0]);
	close(pair[1]);
	return s;
}

/* ---- the peers: each answers a byte with what it has to send ---- */

static void send_on_demand(const struct meeting *m, int memory)
{
	int fd = connect_to(m);
	char c;
	while (recv(fd, &c, 1, 0) == 1)
		if (xfi_send_fd(fd, NULL, 0, m->words, m->size, memory, MSG_DONTWAIT))
			break; /* what it has sent is not taken from it */
	while (recv(fd, &c, 1, 0) > 0)
		;
}

static void hostile(void *arg)
{
	int fd = nasty_unanswered();
	proc_board->value[0] = fd >= 0 ? 1 : 2;
	proc_tell(0);
	if (fd < 0)
		_exit(0);
	send_on_demand(arg, fd);
	nasty_unanswered_end();
	_exit(0); /* its own close of the file may now end */
}

static void honest(void *arg)
{
	send_on_demand(arg, honest_memory());
}

static int64_t receive_one(struct xf_domain *d, int peer, int *ret_result)
{
	struct xf_surface *s;
	int64_t began = xf_now();
	(void)!send(peer, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	*ret_result = xf_surface_recv(d, peer, &s);
	if (!*ret_result)
		xf_surface_close(s);
	return xf_now() - began;
}

/* ---- the receiver ---- */

/* Whoever serves the file ends a little later than who made it. */
static bool nobody_left(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static int by_size(const void *x, const void *y)
{
	int64_t p = *(const int64_t *)x, q = *(const int64_t *)y;
	return (p > q) - (p < q);
}

/* The median of what the honest one's surfaces take; all of them arrive. */
static int64_t time_honest(struct xf_domain *d, int peer)
{
	int64_t ns[HONEST];
	int r;
	for (int i = 0; i < HONEST; i++) {
		ns[i] = receive_one(d, peer, &r);
		EXPECT(0, r);
	}
	qsort(ns, HONEST, sizeof(ns[0]), by_size);
	return ns[HONEST / 2];
}

struct receiver {
	struct xf_domain *d;
	int threads, fds; /* before */
};

static void take_what_hangs(const struct receiver *me, int peer)
{
	int refused = 0, r;
	for (int i = 0; i < HANGING; i++) {
		(void)receive_one(me->d, peer, &r);
		refused += r == -EBUSY;
		if (r == -EBUSY)
			CHECK(strstr(xf_last_message(r), "being closed"));
		else
			EXPECT(-EPROTO, r);
	}
	printf("# %d of %d refused, %d threads and %d descriptors more\n", refused, HANGING,
		threads() - me->threads, proc_descriptors() - me->fds);
	CHECK(threads() - me->threads <= XFI_CLOSER_OF_ONE);
	CHECK(proc_descriptors() - me->fds <= XFI_CLOSER_OF_ONE);
	CHECK(refused >= HANGING - XFI_CLOSER_OF_ONE);
}

static pid_t begin_hostile(struct meeting *m, int *ret_peer)
{
	pid_t pid = proc_spawn(hostile, m);
	proc_await(0, 1, 20000);
	if (proc_board->value[0] != 1)
		proc_skip("no file system in user space is to be had");
	*ret_peer = accept4(m->listener, NULL, NULL, SOCK_CLOEXEC);
	return pid;
}

static void a_thousand_that_hang(void)
{
	struct meeting m;
	struct receiver me;
	int fd = fixture_empty(), bad;
	EXPECT(0, xf_domain_join(fd, &me.d));
	meet(&m);
	struct xf_surface *s = learn_words(&m, me.d);
	pid_t honest_pid = proc_spawn(honest, &m);
	int good = accept4(m.listener, NULL, NULL, SOCK_CLOEXEC);
	pid_t hostile_pid = begin_hostile(&m, &bad); /* last: nobody else has its connection */
	me.threads = threads();
	me.fds = proc_descriptors();
	int64_t alone = time_honest(me.d, good);
	take_what_hangs(&me, bad);
	int64_t beside = time_honest(me.d, good);
	printf("# another peer's surfaces: %.1f us, %.2f x\n", (double)beside / 1e3,
		(double)beside / (double)alone);
	close(bad); /* it ends, and with it what hung */
	EVENTUALLY(20000, threads() == me.threads);
	EVENTUALLY(20000, proc_descriptors() == me.fds - 1);
	close(good);
	EXPECT(0, proc_wait(hostile_pid, 30000));
	EXPECT(0, proc_wait(honest_pid, 30000));
	EVENTUALLY(10000, nobody_left());
	xf_surface_close(s);
	xf_domain_leave(me.d);
	close(m.listener);
	close(fd);
}

/* Of a device, as drivers hand on: who serves it answers at once, but a thread closes it. */
static void sends_devices(void *arg)
{
	send_on_demand(arg, open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void devices_that_do_not_hang(void)
{
	struct meeting m;
	struct xf_domain *d;
	int fd = fixture_empty(), r;
	EXPECT(0, xf_domain_join(fd, &d));
	meet(&m);
	struct xf_surface *s = learn_words(&m, d);
	pid_t pid = proc_spawn(sends_devices, &m);
	int peer = accept4(m.listener, NULL, NULL, SOCK_CLOEXEC);
	for (int i = 0; i < 500; i++) {
		(void)receive_one(d, peer, &r);
		EXPECT(-EPROTO, r); /* no memory of the surface's; and never -EBUSY */
	}
	close(peer);
	EXPECT(0, proc_wait(pid, 30000));
	xf_surface_close(s);
	xf_domain_leave(d);
	close(m.listener);
	close(fd);
}

static const struct proc_test tests[] = {
	{ "a thousand descriptors that hang", a_thousand_that_hang, 120 },
	{ "devices that do not hang", devices_that_do_not_hang, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
