/* SPDX-License-Identifier: MIT */
/* What the system forbids is an error that says so, never a signal or a busy loop. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY };

static void file_too_large(void *arg)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	struct xf_domain *d;
	(void)arg;
	EXPECT(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT(-EFBIG, xf_domain_create(NULL, &d));
}

static void file_size_limit(void)
{
	EXPECT(0, proc_wait(proc_spawn(file_too_large, NULL), 5000));
}

/* A file of huge pages is no domain: who joins it could be ended by SIGBUS at any access. */
static void huge_pages(void)
{
	struct xf_domain *d;
	int fd = memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB);
	if (fd < 0)
		proc_skip("this kernel has no huge pages");
	EXPECT(0, ftruncate(fd, 64 << 20));
	EXPECT(0, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL));
	EXPECT(-EINVAL, xf_domain_create_in(fd, 64 << 20, NULL, &d));
	EXPECT(-EINVAL, xf_domain_join(fd, &d));
	close(fd);
}

static void deny(long call, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	EXPECT(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	EXPECT(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

struct denied {
	long call;
	int error;
	int fd; /* of the domain */
};

static int64_t cpu_ns(void)
{
	struct timespec used;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * INT64_C(1000000000) + used.tv_nsec;
}

static void just_join(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(READY);
	pause();
}

/* Works or says at once that it cannot; idle it uses next to no CPU, and it hears of deaths. */
static void live_without(void *arg)
{
	const struct denied *denied = arg;
	struct timespec pause = { 0, 300000000 };
	struct xf_domain *d;
	deny(denied->call, denied->error);
	int r = xf_domain_join(denied->fd, &d);
	if (r) {
		EXPECT(-ENOSYS, r);
		return;
	}
	int64_t before = cpu_ns();
	nanosleep(&pause, NULL);
	if (cpu_ns() - before > 60 * MS)
		proc_fail(__FILE__, __LINE__, "call %ld denied with %d: %lld ms of CPU in 300 ms",
			denied->call, denied->error, (long long)((cpu_ns() - before) / MS));
	uint32_t others = proc_members(d);
	pid_t dying = proc_spawn(just_join, (void *)&denied->fd);
	EVENTUALLY(3000, proc_members(d) == others + 1);
	EXPECT(0, kill(dying, SIGKILL));
	EXPECT(dying, waitpid(dying, NULL, 0)); /* the harness wants a pidfd */
	EVENTUALLY(3000, proc_members(d) == others);
	xf_domain_leave(d);
}

/* Each call that a filter may not know, denied both ways that filters have. */
static void denied_calls(void)
{
	static const long calls[] = { SYS_futex_waitv, SYS_pidfd_open, SYS_set_robust_list,
		SYS_get_robust_list, SYS_sched_setattr, SYS_sched_getattr };
	static const int errors[] = { EPERM, ENOSYS };
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		for (size_t e = 0; e < 2; e++) {
			struct denied denied = { calls[i], errors[e], fixture_empty() };
			EXPECT(0, proc_wait(proc_spawn(live_without, &denied), 10000));
			close(denied.fd);
		}
}

static const struct proc_test tests[] = {
	{ "a file size limit is an error, not a signal", file_size_limit, 20 },
	{ "huge pages are no domain", huge_pages, 20 },
	{ "system calls denied with EPERM or ENOSYS", denied_calls, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
