/* SPDX-License-Identifier: MIT */
/*
 * Two processes that start together may both find nobody serving the name and both create a
 * domain; the name can be published once, so the loser drops its own and joins the winner's.
 *
 * The lock on names is flock() on the domain's file itself: the kernel lets go of it when a
 * process dies, and nothing is left in a folder. flock() belongs to an open file, so we open the
 * file anew instead of using a descriptor that may have been passed around.
 */
#include "win/nt/domain.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "win/prelude.h"

#define NAME	 "win"
#define ATTEMPTS 16 /* each failure means that another process came or went meanwhile */

static struct {
	pthread_mutex_t lock;
	_Atomic(struct xf_domain *) domain, own;
	pthread_mutex_t names;
	int file; /* for flock() */
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .names = PTHREAD_MUTEX_INITIALIZER, .file = -1 };

/* The child of a fork is no member; its first call joins anew. */
static void forget_after_fork(void)
{
	pthread_mutex_init(&state.lock, NULL);
	pthread_mutex_init(&state.names, NULL);
	atomic_store(&state.domain, NULL);
	atomic_store(&state.own, NULL);
	if (state.file >= 0)
		close(state.file);
	state.file = -1;
}

__attribute__((constructor)) static void watch_fork(void)
{
	(void)pthread_atfork(NULL, NULL, forget_after_fork); /* -ENOMEM: fork is not supported */
}

static int create(struct xf_domain **ret_domain)
{
	struct xf_domain_params params = {
		.size = sizeof(params),
		.max_objects = 1u << 19,
		.payload_bytes = UINT64_C(1) << 36,
	};
	struct xf_domain *domain;
	int r;
	r = xf_domain_create(&params, &domain);
	if (r)
		return r;
	r = xf_domain_publish(domain, NAME);
	if (r) {
		xf_domain_leave(domain);
		return r;
	}
	*ret_domain = domain;
	return 0;
}

static int join(struct xf_domain **ret_domain)
{
	int r = -ENOENT;
	for (int i = 0; i < ATTEMPTS; i++) {
		r = xf_domain_open(NAME, 0, 0, ret_domain);
		if (r != -ENOENT && r != -ETIMEDOUT && r != XF_TIMEOUT)
			return r;
		r = create(ret_domain);
		if (r != -EADDRINUSE)
			return r;
	}
	return r;
}

/* What a program prints is not to be written into a domain, should it have no output. */
static int above_std(int fd)
{
	int above = fd < 0 || fd > STDERR_FILENO ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	int error = errno;
	if (above != fd)
		close(fd);
	errno = error;
	return above;
}

static int open_file(struct xf_domain *domain)
{
	char path[32];
	int fd, file, r;
	r = xf_domain_export(domain, 0, &fd);
	if (r)
		return r;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	file = above_std(open(path, O_RDWR | O_CLOEXEC));
	r = -errno;
	close(fd);
	return file < 0 ? r : file;
}

static int join_locked(void)
{
	struct xf_domain *domain;
	int r;
	r = join(&domain);
	if (r)
		return r;
	state.file = open_file(domain);
	if (state.file < 0) {
		xf_domain_leave(domain);
		return state.file;
	}
	/* Release: whoever sees the pointer sees the domain and the file. */
	atomic_store_explicit(&state.domain, domain, memory_order_release);
	return 0;
}

int xfi_win_domain(struct xf_domain **ret_domain)
{
	int r = 0;
	*ret_domain = atomic_load_explicit(&state.domain, memory_order_acquire);
	if (*ret_domain)
		return 0;
	pthread_mutex_lock(&state.lock);
	if (!atomic_load(&state.domain))
		r = join_locked();
	*ret_domain = atomic_load(&state.domain);
	pthread_mutex_unlock(&state.lock);
	return r;
}

static int own_domain(struct xf_domain **ret_domain)
{
	struct xf_domain *domain;
	int r = 0;
	pthread_mutex_lock(&state.lock);
	if (!atomic_load(&state.own)) {
		r = xf_domain_create(NULL, &domain);
		if (!r)
			atomic_store(&state.own, domain);
	}
	*ret_domain = atomic_load(&state.own);
	pthread_mutex_unlock(&state.lock);
	return r;
}

/* There is no room for one more, or no folder of the user's to meet in. */
static bool is_alone(int r)
{
	return r == -EUSERS || r == -EACCES || r == -EPERM || r == -ENOENT || r == -ENOTDIR;
}

/* Once there is a domain of our own we stay there: asking again and again would be slow. */
int xfi_unnamed_domain(struct xf_domain **ret_domain, bool *ret_own)
{
	int r = -EUSERS;
	*ret_own = atomic_load(&state.own) != NULL;
	if (!*ret_own)
		r = xfi_win_domain(ret_domain);
	if (!is_alone(r))
		return r;
	*ret_own = true;
	return own_domain(ret_domain);
}

int xfi_names_lock(void)
{
	struct xf_domain *domain;
	int r;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	pthread_mutex_lock(&state.names);
	while (flock(state.file, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		r = -errno;
		pthread_mutex_unlock(&state.names);
		return r;
	}
	return 0;
}

void xfi_names_unlock(void)
{
	(void)flock(state.file, LOCK_UN); /* cannot fail on a lock we hold */
	pthread_mutex_unlock(&state.names);
}
