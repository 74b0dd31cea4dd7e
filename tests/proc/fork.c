/* SPDX-License-Identifier: MIT */
#include "fork.h"

#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

/*
 * Each class of sizes has a lock, which is taken only when a thread's own stock of that class is
 * empty: a new thread has none of any.
 */
static void *try_all_sizes(void *arg)
{
	for (size_t size = 1; size <= 1 << 18; size += size / 8 + 1)
		free(malloc(size));
	return arg;
}

static int threads(void)
{
	int n = 0;
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* The thread has to be gone for the kernel too: some children make namespaces, which one may alone.
 */
static void try_allocator(void)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	pthread_t thread;
	if (pthread_create(&thread, NULL, try_all_sizes, NULL))
		return;
	pthread_join(thread, NULL);
	while (threads() > 1)
		nanosleep(&moment, NULL);
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
	if (threads() == 1) /* nobody else can be in it */
		return fork();
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
