/* SPDX-License-Identifier: MIT */
/*
 * A peer sends a thousand files whose server does not answer, each of which takes for ever to
 * close: whoever receives surfaces has few threads and descriptors the more, and what another peer
 * sends arrives as before; also when a user has many such peers, and when many users have.
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
	EXPECT(0, listen(m->listener, 16));
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

/* ---- of other users: each process says when it is there ---- */

#define USER 12340 /* and those behind it */
enum { THERE, CONNECT };

struct of_user {
	const struct meeting *m;
	uid_t uid;
	int nth; /* connects when it is its turn */
	bool is_hostile;
};

/* Only whoever connects has to be that user: the file is made before, as whoever may. */
static void another_user(void *arg)
{
	const struct of_user *me = arg;
	int memory = me->is_hostile ? nasty_unanswered() : honest_memory();
	atomic_fetch_add(&proc_board->value[1], memory < 0);
	proc_tell(THERE);
	if (memory < 0)
		_exit(0);
	CHECK(setgid(me->uid) == 0 && setuid(me->uid) == 0);
	proc_await(CONNECT, (uint32_t)me->nth + 1, 60000);
	send_on_demand(me->m, memory);
	nasty_unanswered_end();
	_exit(0);
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

/*
 * Two tenants: one user whose many processes take what it may have, then four such users, who take
 * what all strangers may have.
 */
#define PROCESSES (XFI_CLOSER_OF_USER / XFI_CLOSER_OF_ONE + 2)
#define USERS	  (XFI_CLOSER_OF_STRANGERS / XFI_CLOSER_OF_USER)

struct crowd {
	struct of_user who[USERS * PROCESSES + 2];
	pid_t pid[USERS * PROCESSES + 2];
	int peer[USERS * PROCESSES + 2];
	int n;
};

static void add_process(struct crowd *c, struct meeting *m, uid_t uid, bool is_hostile)
{
	c->who[c->n] = (struct of_user){ m, uid, c->n, is_hostile };
	c->pid[c->n] = proc_spawn(another_user, &c->who[c->n]);
	c->n++;
}

/* One after another, so that it is known whose connection it is. */
static void let_connect(struct crowd *c, const struct meeting *m)
{
	proc_await(THERE, (uint32_t)c->n, 60000);
	if (proc_board->value[1])
		proc_skip("no file system in user space is to be had");
	for (int i = 0; i < c->n; i++) {
		proc_tell(CONNECT);
		c->peer[i] = accept4(m->listener, NULL, NULL, SOCK_CLOEXEC);
		CHECK(c->peer[i] >= 0);
	}
}

/* How many of its surfaces are taken before it is refused. */
static int take_from(struct xf_domain *d, int peer)
{
	int r, taken = 0;
	while (receive_one(d, peer, &r), r == -EPROTO)
		taken++;
	EXPECT(-EBUSY, r);
	return taken;
}

static int take_from_users(struct xf_domain *d, const struct crowd *c, int from, int to)
{
	int taken = 0;
	for (int i = from * PROCESSES; i < to * PROCESSES; i++)
		taken += take_from(d, c->peer[i]);
	return taken;
}

static void expect_as_before(struct xf_domain *d, int peer, int64_t alone, const char *beside)
{
	int64_t ns = time_honest(d, peer);
	printf("# beside %s: %.1f us, %.2f x\n", beside, (double)ns / 1e3,
		(double)ns / (double)alone);
}

static void users_that_hang(void)
{
	if (geteuid() != 0)
		proc_skip("only root can be other users");
	struct meeting m;
	struct receiver me;
	struct crowd c = { .n = 0 };
	int fd = fixture_empty();
	EXPECT(0, xf_domain_join(fd, &me.d));
	meet(&m);
	struct xf_surface *s = learn_words(&m, me.d);
	for (int i = 0; i < USERS * PROCESSES; i++)
		add_process(&c, &m, USER + (uid_t)(i / PROCESSES), true);
	add_process(&c, &m, USER + USERS, false);
	add_process(&c, &m, geteuid(), false);
	let_connect(&c, &m);
	int stranger = c.peer[c.n - 2], own = c.peer[c.n - 1], r;
	me.threads = threads();
	me.fds = proc_descriptors();
	int64_t alone = time_honest(me.d, stranger), own_alone = time_honest(me.d, own);
	EXPECT(XFI_CLOSER_OF_USER, take_from_users(me.d, &c, 0, 1));
	expect_as_before(me.d, stranger, alone, "a user at its limit, another's surfaces");
	EXPECT(XFI_CLOSER_OF_STRANGERS - XFI_CLOSER_OF_USER, take_from_users(me.d, &c, 1, USERS));
	expect_as_before(me.d, own, own_alone, "strangers at theirs, this user's surfaces");
	(void)receive_one(me.d, stranger, &r);
	EXPECT(-EBUSY, r);
	CHECK(strstr(xf_last_message(r), "64 of all other users'"));
	CHECK(threads() - me.threads <= XFI_CLOSER_OF_STRANGERS);
	CHECK(proc_descriptors() - me.fds <= XFI_CLOSER_OF_STRANGERS);
	for (int i = 0; i < c.n; i++)
		close(c.peer[i]);
	EVENTUALLY(60000, threads() == me.threads);
	for (int i = 0; i < c.n; i++)
		EXPECT(0, proc_wait(c.pid[i], 60000));
	EVENTUALLY(30000, nobody_left());
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
	int before = threads(), fds = proc_descriptors();
	for (int i = 0; i < 500; i++) {
		(void)receive_one(d, peer, &r);
		EXPECT(-EPROTO, r); /* no memory of the surface's; and never -EBUSY */
	}
	EVENTUALLY(20000, threads() == before && proc_descriptors() == fds); /* the last ones' */
	close(peer);
	EXPECT(0, proc_wait(pid, 30000));
	xf_surface_close(s);
	xf_domain_leave(d);
	close(m.listener);
	close(fd);
}

static const struct proc_test tests[] = {
	{ "a thousand descriptors that hang", a_thousand_that_hang, 120 },
	{ "users that hang", users_that_hang, 200 },
	{ "devices that do not hang", devices_that_do_not_hang, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
