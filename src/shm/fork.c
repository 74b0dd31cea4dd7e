/* SPDX-License-Identifier: MIT */
/*
 * Telling a process from the one it was forked from, at the price of one load. The page is wiped
 * in children by the kernel, so it also works after a bare clone() that runs no fork handlers.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/page.h"
#include "shm/fork.h"

static const _Atomic uint32_t no_generation;
const _Atomic uint32_t *xfi_fork_page = &no_generation;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t last_generation; /* not wiped: a child continues to count where its parent was */
static _Atomic uint32_t *page;

/* A fork while another thread holds the lock must not leave it locked in the child. */
static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

/* Descriptors that children close. */
static int *own_fds;
static unsigned n_own_fds, own_fds_room;

static void after_fork_in_child(void)
{
	while (n_own_fds)
		close(own_fds[--n_own_fds]);
	pthread_mutex_unlock(&lock);
}

static bool make_room(void)
{
	if (n_own_fds < own_fds_room)
		return true;
	unsigned room = own_fds_room ? 2 * own_fds_room : 16;
	int *fds = realloc(own_fds, room * sizeof(*fds));
	if (!fds)
		return false;
	own_fds = fds;
	own_fds_room = room;
	return true;
}

int xfi_fork_get(int (*get)(const void *arg), const void *arg)
{
	pthread_mutex_lock(&lock);
	int r = make_room() ? get(arg) : -ENOMEM;
	if (r >= 0 && (r = xfi_fd_above_std(r)) < 0)
		r = -errno;
	if (r >= 0)
		own_fds[n_own_fds++] = r;
	pthread_mutex_unlock(&lock);
	return r;
}

struct opening {
	const char *path;
	int flags;
};

static int open_it(const void *arg)
{
	const struct opening *o = arg;
	int fd = open(o->path, o->flags);
	return fd < 0 ? xfi_call_failed("openat") : fd;
}

int xfi_fork_open(const char *path, int flags)
{
	return xfi_fork_get(open_it, &(struct opening){ path, flags });
}

void xfi_fork_close(int *fd)
{
	if (*fd < 0)
		return;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < n_own_fds; i++)
		if (own_fds[i] == *fd) {
			own_fds[i] = own_fds[--n_own_fds];
			close(*fd);
			break;
		}
	pthread_mutex_unlock(&lock);
	*fd = -1;
}

static int make_page(void)
{
	void *p = mmap(NULL, XFI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return xfi_call_failed("mmap");
	int r = madvise(p, XFI_PAGE, MADV_WIPEONFORK) ? xfi_call_failed("madvise") : 0;
	if (!r && pthread_atfork(before_fork, after_fork, after_fork_in_child))
		r = -ENOMEM;
	if (r) {
		munmap(p, XFI_PAGE);
		return r;
	}
	xfi_fork_page = page = p;
	return 0;
}

int xfi_fork_generation(uint32_t *ret_generation)
{
	pthread_mutex_lock(&lock);
	int r = page ? 0 : make_page();
	if (!r && !atomic_load_explicit(page, memory_order_relaxed))
		atomic_store_explicit(page, ++last_generation, memory_order_relaxed);
	if (!r)
		*ret_generation = atomic_load_explicit(page, memory_order_relaxed);
	pthread_mutex_unlock(&lock);
	return r;
}
