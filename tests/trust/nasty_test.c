/* SPDX-License-Identifier: MIT */
/*
 * Every public call that takes a descriptor, given each kind that nobody expects (tests/nasty): it
 * returns soon, with 0 or an error that says something, has leaked nothing, and has not closed,
 * moved or changed what is the caller's. And the same kinds sent to who receives surfaces.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../nasty/nasty.h"
#include "../nasty/unanswered.h"
#include "base/foreign_fd.h"
#include "base/pass_fd.h"

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
};

/* One of the kinds has a process of its own, which ends soon after who made it. */
static bool nobody_left(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

/* ---- the calls ---- */

static int join(struct fixture *f, int fd)
{
	struct xf_domain *d;
	(void)f;
	int r = xf_domain_join(fd, &d);
	if (!r)
		xf_domain_leave(d);
	return r;
}

static int create_in(struct fixture *f, int fd)
{
	struct xf_domain *d;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	(void)f;
	int r = xf_domain_create_in(fd, 1 << 20, &params, &d);
	if (!r)
		xf_domain_leave(d);
	return r;
}

static int import(struct fixture *f, int fd)
{
	struct xf_surface *s;
	void *data;
	int r = xf_surface_import(f->domain, &small, fd, 0, 0, &s);
	if (r)
		return r;
	r = xf_surface_begin(s, XF_ACCESS_READ, &data);
	if (!r)
		r = xf_surface_end(s);
	xf_surface_close(s);
	return r;
}

static int send_over(struct fixture *f, int fd)
{
	return xf_surface_send(xf_pool_surface(f->pool, 0), fd);
}

static int receive_from(struct fixture *f, int fd)
{
	struct xf_surface *s;
	int r = xf_surface_recv(f->domain, fd, &s);
	if (!r)
		xf_surface_close(s);
	return r;
}

static const struct {
	const char *name;
	int (*fn)(struct fixture *f, int fd);
	bool blocking; /* documented to wait for the peer of a connected socket */
} calls[] = {
	{ "xf_domain_join", join, false },
	{ "xf_domain_create_in", create_in, false },
	{ "xf_surface_import", import, false },
	{ "xf_surface_send", send_over, true },
	{ "xf_surface_recv", receive_from, true },
};

struct trial {
	size_t kind, call;
};

static bool is_unanswered(const struct trial *t)
{
	return !strcmp(nasty_kinds[t->kind].name, NASTY_UNANSWERED);
}

/* What came from elsewhere may be closed by a thread, which waits for one that does not answer. */
static void descriptors_become(const struct trial *t, int expected)
{
	EVENTUALLY(10000, proc_descriptors() == expected ||
				  (is_unanswered(t) && proc_descriptors() == expected + 1));
}

static void try(void *arg)
{
	const struct trial *t = arg;
	struct fixture f;
	alarm(20); /* what waits is ended, and told by that */
	fixture_make(&f);
	int fd = nasty_kinds[t->kind].make();
	if (fd < 0)
		_exit(77);
	int before = proc_descriptors(), flags = fcntl(fd, F_GETFL), own = fcntl(fd, F_GETFD);
	off_t offset = lseek(fd, 0, SEEK_CUR);
	int r = calls[t->call].fn(&f, fd);
	if (r > 0 || (r < 0 && strstr(xf_last_message(r), "does not know")))
		proc_fail(__FILE__, __LINE__, "%d: %s", r, xf_last_message(r));
	descriptors_become(t, before);
	EXPECT(own, fcntl(fd, F_GETFD));
	EXPECT(flags, fcntl(fd, F_GETFL));
	EXPECT(offset, lseek(fd, 0, SEEK_CUR));
	EXPECT(0, xf_event_set(f.event));
	/* Ends with the process: a last close() of some of them takes long. */
	nasty_unanswered_end();
	_exit(0);
}

static void each_kind_to_each_call(void)
{
	for (size_t k = 0; k < nasty_count; k++)
		for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++) {
			struct trial trial = { k, c };
			pid_t pid = proc_spawn(try, &trial);
			int64_t began = xf_now();
			int r = proc_wait(pid, 30000);
			EVENTUALLY(10000, nobody_left());
			if (r == 77) {
				printf("# not to be had: %s\n", nasty_kinds[k].name);
				break;
			}
			if (r)
				proc_fail(__FILE__, __LINE__, "%s, given a %s: %d after %d ms",
					calls[c].name, nasty_kinds[k].name, r,
					(int)((xf_now() - began) / MS));
		}
}

/* ---- as the memory of a surface that is received ---- */

/* What an honest sender says, to be said once more with another descriptor. */
static size_t honest_words(struct fixture *f, const int socket[2], void *words, size_t size)
{
	struct xf_surface *s;
	int memory = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	EXPECT(0, ftruncate(memory, 1 << 16));
	EXPECT(0, fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK));
	EXPECT(0, xf_surface_import(f->domain, &small, memory, 0, 0, &s));
	EXPECT(0, xf_surface_send(s, socket[0]));
	ssize_t n = recv(socket[1], words, size, 0); /* without its descriptor */
	CHECK(n > 0);
	close(memory);
	return (size_t)n; /* the surface stays open */
}

static void receive(void *arg)
{
	const struct trial *t = arg;
	struct fixture f;
	struct xf_surface *got = NULL;
	int socket[2];
	char words[64];
	alarm(20);
	fixture_make(&f);
	EXPECT(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socket));
	size_t size = honest_words(&f, socket, words, sizeof(words));
	int fd = nasty_kinds[t->kind].make();
	if (fd < 0 || fcntl(fd, F_GETFD) < 0)
		_exit(77);
	if (xfi_send_fd(socket[0], NULL, 0, words, size, fd, 0))
		_exit(77); /* the kernel sends no rings */
	if (!is_unanswered(t)) /* it would wait */
		close(fd); /* not the last one */
	int before = proc_descriptors();
	int r = xf_surface_recv(f.domain, socket[1], &got);
	if (r > 0)
		proc_fail(__FILE__, __LINE__, "%d", r);
	descriptors_become(t, before + !r);
	if (!r) {
		void *data;
		if (xf_surface_begin(got, XF_ACCESS_READ, &data) == 0) {
			CHECK(*(volatile char *)data == 0);
			EXPECT(0, xf_surface_end(got));
		}
		xf_surface_close(got);
	}
	descriptors_become(t, before);
	nasty_unanswered_end();
	_exit(0);
}

static void each_kind_as_memory(void)
{
	for (size_t k = 0; k < nasty_count; k++) {
		struct trial trial = { k, 0 };
		int r = proc_wait(proc_spawn(receive, &trial), 30000);
		EVENTUALLY(10000, nobody_left());
		if (r && r != 77)
			proc_fail(__FILE__, __LINE__, "received a %s: %d", nasty_kinds[k].name, r);
	}
}

/* ---- as something of a driver's ---- */

/* Nobody can wait for it, and it is named as a driver's may be; -1: not to be had. */
static int unpolled(void)
{
	struct bpf_insn nothing[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr program = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)nothing,
		.insn_cnt = 2,
		.license = (uintptr_t) "MIT" };
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof(program));
}

/* What is not a driver's by its name is not one's where there is no /proc to tell names. */
static void judge_without_proc(void *arg)
{
	bool known[64];
	int fds[64], sample = unpolled();
	(void)arg;
	alarm(20);
	CHECK(nasty_count <= 64);
	for (size_t k = 0; k < nasty_count; k++) {
		fds[k] = nasty_kinds[k].make();
		known[k] = fds[k] >= 0 && xfi_foreign_fd_may_be_drivers(fds[k], 0);
	}
	CHECK(sample < 0 || xfi_foreign_fd_may_be_drivers(sample, 0));
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("none", "/proc", "tmpfs", 0, NULL))
		_exit(77);
	const char *wrong = NULL;
	for (size_t k = 0; k < nasty_count; k++)
		if (fds[k] >= 0 && xfi_foreign_fd_may_be_drivers(fds[k], 0) != known[k])
			wrong = nasty_kinds[k].name;
	nasty_unanswered_end();
	if (wrong)
		proc_fail(__FILE__, __LINE__, "a %s is another thing without /proc", wrong);
	CHECK(sample < 0 || xfi_foreign_fd_may_be_drivers(sample, 0));
	_exit(0);
}

static void what_is_a_drivers_without_proc(void)
{
	int r = proc_wait(proc_spawn(judge_without_proc, NULL), 30000);
	EVENTUALLY(10000, nobody_left());
	if (r == 77)
		proc_skip("no mount namespace can be made here");
	EXPECT(0, r);
}

static const struct proc_test tests[] = {
	{ "each kind of descriptor to each call", each_kind_to_each_call, 240 },
	{ "each kind as the memory of a surface", each_kind_as_memory, 120 },
	{ "what is a driver's, without /proc", what_is_a_drivers_without_proc, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
