/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef SYS_futex_waitv /* Linux 5.16; the C library's headers may be older */
#define SYS_futex_waitv 449
#endif

static bool lacking(void)
{
	return errno == ENOSYS || errno == EPERM;
}

static bool kernel_at_least(int major, int minor)
{
	struct utsname name;
	int a = 0, b = 0;
	return uname(&name) == 0 && sscanf(name.release, "%d.%d", &a, &b) == 2 &&
	       (a > major || (a == major && b >= minor));
}

static void add_call(struct findings *f, const char *what, bool has, const char *without)
{
	finding_add(
		f, what, has, has ? "yes" : "no, or forbidden by a filter", has ? NULL : without);
}

static void look_at_memfd(struct findings *f)
{
	int fd = memfd_create("doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	bool seals = fd >= 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0;
	if (fd >= 0)
		close(fd);
	add_call(f, "sealed memory files", seals, "no domain can be made");
}

static void look_at_uring(struct findings *f)
{
	char parameters[120] = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 1, parameters);
	bool has = fd >= 0 && kernel_at_least(6, 7);
	if (fd >= 0)
		close(fd);
	finding_add(f, "io_uring waits for futexes", has,
		has	  ? "yes"
		: fd >= 0 ? "no: Linux 6.7 has it"
			  : "io_uring is forbidden or lacking",
		has ? NULL
		    : "a thread of each process writes its epoll descriptors: one switch more");
}

static void look_at_robust_lists(struct findings *f)
{
	void *head;
	size_t size;
	bool has = syscall(SYS_get_robust_list, 0, &head, &size) == 0;
	add_call(f, "robust futexes", has, "nobody would hear of a death: no domain can be made");
}

void doctor_kernel(struct findings *f)
{
	struct utsname name;
	bool known = uname(&name) == 0;
	finding_add(f, "kernel", kernel_at_least(5, 4), known ? name.release : "unknown",
		kernel_at_least(5, 4) ? NULL : "crossfence is made for Linux 5.4 and later");
	look_at_memfd(f);
	look_at_robust_lists(f);
	bool waitv = syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0) >= 0 || !lacking();
	add_call(f, "futex_waitv", waitv,
		"waits for several things, and for deaths, look every 5 ms (Linux 5.16 has it)");
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	add_call(f, "pidfd_open", fd >= 0,
		"what a dead process held returns when somebody looks, 50 ms later at most");
	if (fd >= 0)
		close(fd);
	look_at_uring(f);
	bool kvm = access("/dev/kvm", R_OK | W_OK) == 0;
	finding_add(f, "KVM", kvm,
		kvm			   ? "/dev/kvm can be used"
		: access("/dev/kvm", F_OK) ? "no /dev/kvm"
					   : "/dev/kvm is there, not for this user",
		kvm ? NULL : "guests run without it, many times slower; nothing else needs it");
	bool udmabuf = access("/dev/udmabuf", R_OK | W_OK) == 0;
	finding_add(f, "udmabuf", udmabuf, udmabuf ? "/dev/udmabuf can be used" : "no",
		udmabuf ? NULL : "surfaces of host memory cannot be given to others as dma-bufs");
}

static long read_number(const char *path)
{
	long number = -1;
	FILE *file = fopen(path, "re");
	if (file && fscanf(file, "%ld", &number) != 1)
		number = -1;
	if (file)
		fclose(file);
	return number;
}

static void look_at_files(struct findings *f)
{
	struct rlimit limit;
	char text[FINDING_SIZE];
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	snprintf(text, sizeof(text), "%llu, up to %llu", (unsigned long long)limit.rlim_cur,
		(unsigned long long)limit.rlim_max);
	bool enough = limit.rlim_cur >= 1024;
	finding_add(f, "open descriptors (ulimit -n)", enough, text,
		enough ? "each surface of a GPU's memory takes one in every process that has it"
		       : "too few for many surfaces of a GPU's memory: one each");
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
		snprintf(text, sizeof(text), "%llu bytes", (unsigned long long)limit.rlim_cur);
		finding_add(f, "file size (ulimit -f)", false, text,
			"a domain with its payload may not be larger");
	}
}

static void look_at_inotify(struct findings *f)
{
	char text[FINDING_SIZE];
	long instances = read_number("/proc/sys/fs/inotify/max_user_instances");
	snprintf(text, sizeof(text), "%ld", instances);
	finding_add(f, "inotify instances of a user", instances < 0 || instances >= 64,
		instances < 0 ? "unknown" : text,
		"one for the name of each domain, one for each process with a GPU's memory");
}

/* As the library chooses it. */
static void look_at_folder(struct findings *f)
{
	char path[FINDING_SIZE / 2], text[FINDING_SIZE];
	const char *given = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	if (given && *given)
		snprintf(path, sizeof(path), "%s", given);
	else
		snprintf(path, sizeof(path), "/run/user/%u", (unsigned)geteuid());
	bool is = stat(path, &st) == 0;
	bool own = is && st.st_uid == geteuid() && !(st.st_mode & 077);
	snprintf(text, sizeof(text), "%s%s", path,
		own  ? ""
		: is ? ": not this user's own, or open to others"
		     : ": is not there");
	finding_add(f, "runtime folder", own, text,
		own		  ? NULL
		: is		  ? "names are refused there: chmod 700, or set XDG_RUNTIME_DIR"
		: given && *given ? "names are not to be had: make it, mode 700"
				  : "names live in /tmp/crossfence-UID");
}

void doctor_limits(struct findings *f)
{
	look_at_folder(f);
	look_at_files(f);
	look_at_inotify(f);
}
