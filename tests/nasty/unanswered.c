/* SPDX-License-Identifier: MIT */
#include "unanswered.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pass_fd.h"

#define FILE_BYTES (4 << 20)
#define MOUNT	   "/tmp" /* in a mount namespace of its own */
#define SILENT_S   50 /* then it ends, so that whoever waits for it can tell of that */

static pid_t server;
static int leash; /* what ends it */

/* ---- the server ---- */

static void answer(int fuse, uint64_t unique, int error, const void *body, size_t size)
{
	uint8_t bytes[256] = { 0 };
	struct fuse_out_header head = {
		.len = (uint32_t)(sizeof(head) + size), .error = error, .unique = unique
	};
	memcpy(bytes, &head, sizeof(head));
	if (size)
		memcpy(bytes + sizeof(head), body, size);
	(void)!write(fuse, bytes, head.len); /* whoever asked may be gone */
}

static struct fuse_attr describe(uint64_t node)
{
	return (struct fuse_attr){ .ino = node,
		.size = node == FUSE_ROOT_ID ? 0 : FILE_BYTES,
		.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0666,
		.nlink = 1 };
}

static void answer_one(int fuse)
{
	static uint8_t bytes[1 << 16] __attribute__((aligned(8)));
	const struct fuse_in_header *in = (const struct fuse_in_header *)bytes;
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096
	};
	/* Nothing is valid for longer than the question: each look asks again. */
	struct fuse_entry_out entry = { .nodeid = 2, .attr = describe(2) };
	struct fuse_attr_out attr = { 0 };
	struct fuse_open_out opened = { .fh = 1 };
	if (read(fuse, bytes, sizeof(bytes)) < (ssize_t)sizeof(*in))
		return;
	attr.attr = describe(in->nodeid);
	if (in->opcode == FUSE_INIT)
		answer(fuse, in->unique, 0, &init, sizeof(init));
	else if (in->opcode == FUSE_LOOKUP)
		answer(fuse, in->unique, 0, &entry, sizeof(entry));
	else if (in->opcode == FUSE_GETATTR)
		answer(fuse, in->unique, 0, &attr, sizeof(attr));
	else if (in->opcode == FUSE_OPEN)
		answer(fuse, in->unique, 0, &opened, sizeof(opened));
	else if (in->opcode == FUSE_FLUSH || in->opcode == FUSE_RELEASE)
		answer(fuse, in->unique, 0, NULL, 0);
	else if (in->opcode != FUSE_FORGET && in->opcode != FUSE_BATCH_FORGET)
		answer(fuse, in->unique, -38 /* ENOSYS */, NULL, 0);
}

/* Answers until whoever opens the file has ended. */
static void serve(int fuse, pid_t opener)
{
	struct pollfd asked = { .fd = fuse, .events = POLLIN };
	while (waitpid(opener, NULL, WNOHANG) == 0)
		if (poll(&asked, 1, 5) == 1)
			answer_one(fuse);
}

/* ---- the mount ---- */

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return done;
}

/* Anybody may mount such a file system in namespaces of his own. */
static bool enter_namespaces(void)
{
	char map[40];
	uid_t uid = geteuid();
	if (uid == 0 && unshare(CLONE_NEWNS) == 0)
		return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	snprintf(map, sizeof(map), "0 %u 1\n", (unsigned)uid);
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_file("/proc/self/uid_map", map) &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static int mount_fuse(void)
{
	char options[100];
	int fuse = enter_namespaces() ? open("/dev/fuse", O_RDWR | O_CLOEXEC) : -1;
	snprintf(options, sizeof(options),
		"fd=%d,rootmode=40000,user_id=%u,group_id=%u,allow_other", fuse,
		(unsigned)geteuid(), (unsigned)getegid());
	if (fuse < 0 || mount("crossfence", MOUNT, "fuse", MS_NOSUID | MS_NODEV, options))
		return -1;
	return fuse;
}

static void open_and_send(int to)
{
	int fd = open(MOUNT "/file", O_RDWR | O_CLOEXEC);
	_exit(fd < 0 || xfi_send_fd(to, NULL, 0, "f", 1, fd, 0));
}

/* Its open descriptor of the device keeps the requests waiting that nobody reads any more. */
static void be_the_server(int to, int told)
{
	struct pollfd over = { .fd = told, .events = POLLIN };
	int fuse = mount_fuse();
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of credentials may have forgotten it */
	pid_t opener = fuse < 0 ? -1 : fork();
	if (opener == 0)
		open_and_send(to);
	if (opener > 0)
		serve(fuse, opener);
	close(to); /* from now on it is silent */
	if (opener > 0)
		(void)poll(&over, 1, SILENT_S * 1000);
	_exit(0);
}

int nasty_unanswered(void)
{
	int sockets[2], ends[2], fd = -1;
	char c;
	pid_t parent = getpid();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(sockets[0]);
		close(ends[1]);
		if (getppid() == parent)
			be_the_server(sockets[1], ends[0]);
		_exit(0);
	}
	server = pid;
	leash = ends[1];
	close(ends[0]);
	close(sockets[1]);
	(void)xfi_recv_fd(sockets[0], &c, 1, &fd, 0); /* fd stays -1: it could not be mounted */
	while (recv(sockets[0], &c, 1, 0) > 0)
		;
	close(sockets[0]);
	return fd;
}

void nasty_unanswered_end(void)
{
	if (server <= 0)
		return;
	/* It may be another user's, whom we cannot kill, and may have ended. */
	(void)send(leash, "", 1, MSG_NOSIGNAL);
	close(leash);
	server = 0; /* whoever waits for children finds it */
}
