/* SPDX-License-Identifier: MIT */
/*
 * Telling a process from the one it was forked from, at the price of one load. The page is wiped
 * in children by the kernel, so it also works after a bare clone() that runs no fork handlers.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* Descriptors that children close. A process serves a handful of names at most. */
#define OWN_FDS 64
static int own_fds[OWN_FDS];
static unsigned n_own_fds;

static void after_fork_in_child(void)
{
	while (n_own_fds)
		close(own_fds[--n_own_fds]);
	pthread_mutex_unlock(&lock);
}

int xfi_fork_open(const char *path, int flags)
{
	pthread_mutex_lock(&lock);
	int r = -EMFILE;
	if (n_own_fds < OWN_FDS) {
		r = open(path, flags);
		if (r >= 0)
			own_fds[n_own_fds++] = r;
		else
			r = -errno;
	}
	pthread_mutex_unlock(&lock);
	return r;
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

static _Atomic uint32_t *make_page(void)
{
	void *p = mmap(NULL, XFI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	if (madvise(p, XFI_PAGE, MADV_WIPEONFORK) ||
		pthread_atfork(before_fork, after_fork, after_fork_in_child)) {
		munmap(p, XFI_PAGE);
		return NULL;
	}
	return p;
}

uint32_t xfi_fork_generation(void)
{
	uint32_t generation = 0;
	pthread_mutex_lock(&lock);
	if (!page) {
		page = make_page();
		if (page)
			xfi_fork_page = page;
	}
	if (page && !atomic_load_explicit(page, memory_order_relaxed))
		atomic_store_explicit(page, ++last_generation, memory_order_relaxed);
	if (page)
		generation = atomic_load_explicit(page, memory_order_relaxed);
	pthread_mutex_unlock(&lock);
	return generation;
}
