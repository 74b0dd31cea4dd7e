/* SPDX-License-Identifier: MIT */
#include "fork.h"

#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>

/* Goes through the locks there are, one for each class of sizes. */
static void try_allocator(void)
{
	for (size_t size = 1; size <= 1 << 20; size += size / 4 + 1)
		free(malloc(size));
}

static pid_t fork_once(void)
{
	int lives[2];
	char byte = 0;
	if (pipe(lives))
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		close(lives[0]);
		try_allocator();
		(void)!write(lives[1], &byte, 1);
		close(lives[1]);
		return 0;
	}
	close(lives[1]);
	struct pollfd told = { .fd = lives[0], .events = POLLIN };
	bool alive = pid > 0 && poll(&told, 1, 3000) == 1;
	close(lives[0]);
	if (pid > 0 && !alive) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return -1;
	}
	return pid;
}

pid_t proc_fork(void)
{
	pid_t pid = -1;
	for (int tries = 0; pid < 0 && tries < 5; tries++)
		pid = fork_once();
	return pid;
}

#else

pid_t proc_fork(void)
{
	return fork();
}

#endif
