/* SPDX-License-Identifier: MIT */
/*
 * A list of what is allowed, by name, so that it says the same on each architecture; names that one
 * does not have are left out. What is not listed fails with EPERM and ends nobody: a miniport, or
 * a C library newer than this list, finds another way or says so.
 *
 * io_uring is not listed, since what goes through a ring passes no filter.
 */
#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sandbox.h"

static const char *const allowed[] = {
	/* memory */
	"brk",
	"madvise",
	"membarrier",
	"memfd_create",
	"mlock",
	"mremap",
	"msync",
	"munmap",
	"munlock",
	/* threads, their sleep and their end */
	"clock_getres",
	"clock_gettime",
	"clock_nanosleep",
	"exit",
	"exit_group",
	"futex",
	"futex_requeue",
	"futex_time64",
	"futex_wait",
	"futex_waitv",
	"futex_wake",
	"get_robust_list",
	"getcpu",
	"getpid",
	"gettid",
	"gettimeofday",
	"nanosleep",
	"restart_syscall",
	"rseq",
	"rt_sigaction",
	"rt_sigpending",
	"rt_sigprocmask",
	"rt_sigreturn",
	"rt_sigsuspend",
	"rt_sigtimedwait",
	"sched_get_priority_max",
	"sched_get_priority_min",
	"sched_getaffinity",
	"sched_getattr",
	"sched_getparam",
	"sched_getscheduler",
	"sched_setaffinity",
	"sched_setattr",
	"sched_yield",
	"set_robust_list",
	"set_tid_address",
	"sigaltstack",
	"time",
	/* who and where one is */
	"getegid",
	"geteuid",
	"getgid",
	"getrandom",
	"getresgid",
	"getresuid",
	"getrlimit",
	"getrusage",
	"getuid",
	"prlimit64",
	"sysinfo",
	"times",
	"umask",
	"uname",
	/* descriptors */
	"close",
	"close_range",
	"dup",
	"dup2",
	"dup3",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"eventfd2",
	"fcntl",
	"fcntl64",
	/* host/bell.c rings with these what a VMM may have made to block; they read and write
	 * descriptors, as is allowed anyway */
	"io_destroy",
	"io_getevents",
	"io_setup",
	"io_submit",
	"inotify_add_watch",
	"inotify_init1",
	"inotify_rm_watch",
	"lseek",
	"pidfd_open",
	"pipe2",
	"poll",
	"ppoll",
	"pread64",
	"preadv",
	"pselect6",
	"pwrite64",
	"pwritev",
	"read",
	"readv",
	"select",
	"signalfd4",
	"timerfd_create",
	"timerfd_gettime",
	"timerfd_settime",
	"write",
	"writev",
	/* files: what may be done with them says the user, and the mount namespace */
	"access",
	"faccessat",
	"faccessat2",
	"fallocate",
	"fchmod",
	"fchmodat",
	"fchown",
	"fchownat",
	"fdatasync",
	"flock",
	"fstat",
	"fstatfs",
	"fsync",
	"ftruncate",
	"getcwd",
	"getdents64",
	"lstat",
	"mkdir",
	"mkdirat",
	"newfstatat",
	"open",
	"openat",
	"readlink",
	"readlinkat",
	"rename",
	"renameat",
	"renameat2",
	"rmdir",
	"stat",
	"statfs",
	"statx",
	"unlink",
	"unlinkat",
	"utimensat",
	/* sockets; which ones: see below */
	"accept",
	"accept4",
	"bind",
	"connect",
	"getpeername",
	"getsockname",
	"getsockopt",
	"listen",
	"recv",
	"recvfrom",
	"recvmmsg",
	"recvmsg",
	"send",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shutdown",
	"socketpair",
};

static int allow(scmp_filter_ctx filter, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);
	return number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
}

/* Once a rule failed, what follows is not tried: *r says why. */
static void when(scmp_filter_ctx filter, int *r, int number, struct scmp_arg_cmp condition)
{
	if (!*r)
		*r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1, condition);
}

#define CLONE_THREAD 0x00010000

static int add_conditions(scmp_filter_ctx f)
{
	int r = 0;
	when(f, &r, SCMP_SYS(socket), SCMP_A0_32(SCMP_CMP_EQ, AF_UNIX));
	when(f, &r, SCMP_SYS(socket), SCMP_A0_32(SCMP_CMP_EQ, AF_VSOCK));
	/* Threads, no processes. clone3()'s flags are in memory, where no filter sees them. */
	when(f, &r, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!r)
		r = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* Itself, when it aborts; of others only whether they are there. */
	when(f, &r, SCMP_SYS(tgkill), SCMP_A0_32(SCMP_CMP_EQ, (uint32_t)getpid()));
	when(f, &r, SCMP_SYS(kill), SCMP_A1_32(SCMP_CMP_EQ, 0));
	when(f, &r, SCMP_SYS(prctl), SCMP_A0_32(SCMP_CMP_EQ, PR_SET_NAME));
	/* Code comes from files, and is not written. */
	when(f, &r, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	when(f, &r, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE, 0));
	when(f, &r, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* Devices, but no words put into somebody's terminal. */
	when(f, &r, SCMP_SYS(ioctl), SCMP_A1_32(SCMP_CMP_NE, TIOCSTI));
	return r;
}

static int fill(scmp_filter_ctx filter)
{
	/* For all threads at once, or none. */
	int r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; !r && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		r = allow(filter, allowed[i]);
	return r ? r : add_conditions(filter);
}

int xfi_sandbox_enter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return -ENOMEM;
	int r = fill(filter);
	if (!r)
		r = seccomp_load(filter); /* with no_new_privs, which is libseccomp's default */
	seccomp_release(filter);
	return r == -EINVAL ? -ENOSYS : r;
}
