/* SPDX-License-Identifier: MIT */
/*
 * A member whose helper thread died alone, so that its process lives on and may still write: what
 * it holds returns when that is gone, and not before. Also if its start time, by which a number
 * that is used again is told, counts from another zero than ours.
 */
#include "fixture.h"
#include "fork.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

#define IMPOSSIBLE 77

enum { READY };

/* Threads made from now on end alone when they call tgkill(), which a kill point does. */
static void let_threads_die_alone(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		_exit(IMPOSSIBLE);
}

/* Its helper passes the kill point while it makes room for a surface; nobody answers then. */
static void outlive_helper(void *arg)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_ARGB8888
	};
	struct fixture f;
	struct xf_surface *surface;
	let_threads_die_alone();
	fixture_join(&f, *(int *)arg);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	for (uint32_t i = 0, index; i < xf_pool_count(f.pool); i++)
		EXPECT(0, xf_pool_hold(f.pool, 0, &index));
	proc_tell(READY);
	(void)xf_surface_create(f.domain, &desc, 0, &surface);
	proc_fail(__FILE__, __LINE__, "the helper lives");
}

static bool leave_time(void)
{
	static const char offset[] = "boottime 86400 0\n";
	if (unshare(CLONE_NEWTIME))
		return false;
	int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, offset, strlen(offset)) == (ssize_t)strlen(offset);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Only children are in the new namespace. */
static void outlive_in_another_time(void *arg)
{
	if (!leave_time())
		_exit(IMPOSSIBLE);
	if (proc_fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		outlive_helper(arg);
	}
	pause();
}

static void kept_until_gone(void (*fn)(void *arg))
{
	struct fixture f;
	uint32_t index;
	fixture_make(&f);
	pid_t holder = proc_spawn_at("payload:marked/1/stop", -1, fn, &f.fd);
	EVENTUALLY(10000, atomic_load(&proc_board->step[READY]) || proc_ended(holder));
	if (proc_ended(holder)) {
		EXPECT(IMPOSSIBLE, proc_wait(holder, 1000));
		close(f.fd);
		fixture_close(&f);
		proc_skip("no time namespace, or no filter for system calls, can be made here");
	}
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f.mutex, 0, proc_patience(10000), NULL));
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(300 * MS), &index));
	CHECK(!proc_ended(holder));
	proc_kill(holder);
	for (uint32_t i = 0; i < xf_pool_count(f.pool); i++)
		EXPECT(0, xf_pool_hold(f.pool, proc_patience(10000), &index));
	EVENTUALLY(10000, proc_members(f.domain) == 1);
	close(f.fd);
	fixture_close(&f);
}

static void helper_dies_alone(void)
{
	kept_until_gone(outlive_helper);
}

static void in_another_time(void)
{
	kept_until_gone(outlive_in_another_time);
	CHECK(waitpid(-1, NULL, 0) > 0); /* the holder's child, ours now */
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "kept while the process lives", helper_dies_alone, 60 },
		{ "kept while it lives in another time", in_another_time, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
