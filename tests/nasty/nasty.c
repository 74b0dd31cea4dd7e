/* SPDX-License-Identifier: MIT */
#include "../temporary.h"
#include "nasty.h"
#include "unanswered.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/udmabuf.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int one_of(int fds[2], int kept)
{
	close(fds[!kept]);
	return fds[kept];
}

static int pipe_without_writer(void)
{
	int fds[2];
	return pipe2(fds, O_CLOEXEC) ? -1 : one_of(fds, 0);
}

static int pipe_without_reader(void)
{
	int fds[2];
	return pipe2(fds, O_CLOEXEC) ? -1 : one_of(fds, 1);
}

/* Its reader is open as well, and reads nothing. */
static int full_pipe(void)
{
	static const char page[4096];
	int fds[2];
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -1;
	while (write(fds[1], page, sizeof(page)) > 0)
		;
	(void)fcntl(fds[1], F_SETFL, 0);
	return fds[1]; /* fds[0] stays open until the process ends */
}

static int full_eventfd(void)
{
	uint64_t most = UINT64_MAX - 1;
	int fd = eventfd(0, EFD_CLOEXEC);
	return fd >= 0 && write(fd, &most, sizeof(most)) == sizeof(most) ? fd : -1;
}

static int fifo(void)
{
	char path[TEMPORARY_SIZE], name[32];
	snprintf(name, sizeof(name), "crossfence-nasty-%d", (int)getpid());
	temporary(path, name);
	if (mkfifo(path, 0600))
		return -1;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	unlink(path);
	return fd;
}

static int connected_tcp(int *ret_other)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*ret_other = -1;
	if (listener >= 0 && fd >= 0 && bind(listener, (struct sockaddr *)&at, size) == 0 &&
		listen(listener, 1) == 0 &&
		getsockname(listener, (struct sockaddr *)&at, &size) == 0 &&
		connect(fd, (struct sockaddr *)&at, size) == 0)
		*ret_other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	return *ret_other >= 0 ? fd : -1;
}

/* Its peer lives and reads nothing. */
static int lingering(void)
{
	static const char bytes[65536];
	struct linger long_time = { 1, 60 };
	int other, fd = connected_tcp(&other);
	while (fd >= 0 && send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &long_time, sizeof(long_time));
	return fd;
}

/* As many bytes as its buffer takes wait to be read, and none of them make sense. */
static int flooded_socket(void)
{
	static const char bytes[4096] = { 'x' };
	int fds[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -1;
	while (send(fds[1], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	return fds[0]; /* the other end stays open, and silent */
}

static int listening_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && listen(fd, 1) == 0 ? fd : -1;
}

/* Epolls in epolls, as deep as the kernel lets them be. */
static int epoll_nest(void)
{
	int inner = eventfd(1, EFD_CLOEXEC);
	for (int i = 0; i < 4; i++) {
		struct epoll_event event = { .events = EPOLLIN };
		int outer = epoll_create1(EPOLL_CLOEXEC);
		if (epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event)) {
			close(outer);
			break;
		}
		inner = outer; /* what is inside must stay open */
	}
	return inner;
}

static int sealed(const char *name, unsigned flags, int seals)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | flags);
	if (fd < 0 || ftruncate(fd, 4 << 20) || (seals && fcntl(fd, F_ADD_SEALS, seals)))
		return -1;
	return fd;
}

static int huge_memfd(void)
{
	return sealed("huge", MFD_HUGETLB, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
}

static int unsealed_memfd(void)
{
	return sealed("unsealed", 0, 0);
}

static int empty_memfd(void)
{
	int fd = sealed("empty", 0, 0);
	return fd >= 0 && ftruncate(fd, 0) == 0 &&
			       fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) ==
				       0
		       ? fd
		       : -1;
}

/* Another process makes it short and long again, until this one ends. */
static int truncated_memfd(void)
{
	int fd = sealed("truncated", 0, 0);
	pid_t parent = getpid();
	if (fd < 0 || fork())
		return fd;
	while (getppid() == parent) {
		(void)!ftruncate(fd, 0);
		(void)!ftruncate(fd, 4 << 20);
	}
	_exit(0);
}

static int reopened(int fd, int flags)
{
	char path[40];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int again = fd >= 0 ? open(path, flags | O_CLOEXEC) : -1;
	close(fd);
	return again;
}

static int read_only_memfd(void)
{
	return reopened(
		sealed("read-only", 0, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL), O_RDONLY);
}

static int write_only_memfd(void)
{
	return reopened(
		sealed("write-only", 0, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL), O_WRONLY);
}

static int unwritable_memfd(void)
{
	return sealed("unwritable", 0, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_SEAL);
}

static int path_only(void)
{
	return open("/dev/null", O_PATH | O_CLOEXEC);
}

static int zeros(void)
{
	return open("/dev/zero", O_RDWR | O_CLOEXEC);
}

static int folder(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int ring(void)
{
	struct io_uring_params params = { 0 };
	return (int)syscall(SYS_io_uring_setup, 1, &params);
}

static int signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int faults(void)
{
	return (int)syscall(SYS_userfaultfd, O_CLOEXEC);
}

static int terminal(void)
{
	return posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int watcher(void)
{
	char path[TEMPORARY_SIZE];
	int fd = inotify_init1(IN_CLOEXEC);
	(void)inotify_add_watch(fd, temporary(path, "."), IN_ALL_EVENTS);
	return fd;
}

static int dma_buf(void)
{
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	struct udmabuf_create wish = { .memfd = (uint32_t)sealed("dma", 0, F_SEAL_SHRINK),
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.size = 4 << 20 };
	int fd = device < 0 ? -1 : ioctl(device, UDMABUF_CREATE, &wish);
	if (device >= 0)
		close(device);
	close((int)wish.memfd);
	return fd;
}

static int deleted_file(void)
{
	char path[TEMPORARY_SIZE];
	int fd = mkstemp(temporary(path, "crossfence-nasty-XXXXXX"));
	unlink(path);
	return fd >= 0 && ftruncate(fd, 4 << 20) == 0 ? fd : -1;
}

static int own_memory(void)
{
	return open("/proc/self/mem", O_RDWR | O_CLOEXEC);
}

static int timer(void)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

static int process(void)
{
	return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

static int none(void)
{
	int fd = dup(0);
	close(fd);
	return fd < 0 ? 99 : fd; /* its number */
}

const struct nasty nasty_kinds[] = {
	{ "no descriptor", none },
	{ "pipe without a writer", pipe_without_writer },
	{ "pipe without a reader", pipe_without_reader },
	{ "full pipe", full_pipe },
	{ "full eventfd", full_eventfd },
	{ "FIFO", fifo },
	{ NASTY_LINGER, lingering },
	{ "socket full of nonsense", flooded_socket },
	{ "listening socket", listening_socket },
	{ "epolls in epolls", epoll_nest },
	{ "memfd of huge pages", huge_memfd },
	{ "unsealed memfd", unsealed_memfd },
	{ "empty memfd", empty_memfd },
	{ "memfd being truncated", truncated_memfd },
	{ "read-only memfd", read_only_memfd },
	{ "write-only memfd", write_only_memfd },
	{ "memfd sealed against writing", unwritable_memfd },
	{ "O_PATH", path_only },
	{ "/dev/zero", zeros },
	{ "folder", folder },
	{ "io_uring", ring },
	{ "signalfd", signals },
	{ "userfaultfd", faults },
	{ "terminal", terminal },
	{ "inotify", watcher },
	{ "dma-buf", dma_buf },
	{ "deleted file", deleted_file },
	{ "/proc/self/mem", own_memory },
	{ "timerfd", timer },
	{ "pidfd", process },
	{ NASTY_UNANSWERED, nasty_unanswered },
};
const size_t nasty_count = sizeof(nasty_kinds) / sizeof(nasty_kinds[0]);
