/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_MS 60000

static char folder[64];
static pid_t main_pid;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_folder(void)
{
	if (getpid() == main_pid)
		nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void harness_start(int argc, char **argv, const struct role *roles)
{
	if (argc > 2 && !strcmp(argv[1], "--child")) {
		for (; roles->name; roles++)
			if (!strcmp(roles->name, argv[2]))
				exit(roles->run(atoi(argv[3]), argv[4]));
		exit(99);
	}
	main_pid = getpid();
	snprintf(folder, sizeof(folder), "%s/xf-win-XXXXXX", P_tmpdir);
	if (!mkdtemp(folder) || setenv("XDG_RUNTIME_DIR", folder, 1)) {
		perror("runtime folder");
		exit(1);
	}
	atexit(remove_folder);
	signal(SIGPIPE, SIG_IGN);
}

struct child child_start(const char *role, const char *arg)
{
	struct child child;
	char number[16];
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	snprintf(number, sizeof(number), "%d", pair[1]);
	child.pid = fork();
	if (!child.pid) {
		execl("/proc/self/exe", "child", "--child", role, number, arg ? arg : "", NULL);
		_exit(98);
	}
	close(pair[1]);
	child.socket = pair[0];
	assert_true(child.pid > 0);
	return child;
}

static int hear(int socket)
{
	struct pollfd fd = { .fd = socket, .events = POLLIN };
	char byte;
	if (poll(&fd, 1, LIMIT_MS) != 1 || read(socket, &byte, 1) != 1)
		return -1;
	return (unsigned char)byte;
}

void child_tell(const struct child *child, char byte)
{
	assert_int_equal(write(child->socket, &byte, 1), 1);
}

char child_hear(const struct child *child)
{
	int byte = hear(child->socket);
	assert_true(byte >= 0);
	return (char)byte;
}

int parent_hear(int socket)
{
	return hear(socket);
}

void parent_tell(int socket, char byte)
{
	if (write(socket, &byte, 1) != 1)
		exit(97);
}

int child_end(struct child *child)
{
	int status;
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	close(child->socket);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void child_kill(struct child *child)
{
	kill(child->pid, SIGKILL);
	assert_int_equal(child_end(child), 128 + SIGKILL);
}
