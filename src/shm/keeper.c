/* SPDX-License-Identifier: MIT */
/*
 * A thread of each member that keeps such memory; it sleeps until something is asked in the runtime
 * folder. Descriptors that came from others are only ever copied, sent and closed here: a close may
 * block in whatever stands behind it, so none happens under the lock, and none on a thread that
 * others wait for.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/kill_point.h"
#include "base/thread.h"
#include "shm/answer.h"
#include "shm/claim.h"
#include "shm/folder.h"
#include "shm/keeper.h"

struct xfi_kept {
	uint64_t byte; /* see claim.h */
	int fd; /* borrowed */
	struct xfi_kept *next; /* keeper.first */
};

struct xfi_keeper {
	pthread_t thread;
	int folder, watch;
	int stop; /* eventfd */
	pthread_mutex_t lock; /* the list */
	struct xfi_kept *first;
};

/*
 * A domain is told from others by its file, which all its members have: the kernel gives no two
 * files the same numbers while both are there.
 */
static int byte_of(const struct xf_domain *d, xf_id id, uint64_t *ret_byte)
{
	struct stat st;
	if (fstat(d->fd, &st))
		return -errno;
	*ret_byte = xfi_claim_memory_byte(st.st_dev, st.st_ino, id);
	return 0;
}

static struct xfi_kept *find_locked(struct xfi_keeper *keeper, uint64_t byte)
{
	struct xfi_kept *kept = keeper->first;
	while (kept && kept->byte != byte)
		kept = kept->next;
	return kept;
}

static bool is_ours(void *arg, const struct xfi_question *question)
{
	struct xfi_keeper *keeper = arg;
	pthread_mutex_lock(&keeper->lock);
	bool ours = find_locked(keeper, question->byte);
	pthread_mutex_unlock(&keeper->lock);
	return ours;
}

static int give(void *arg, const struct xfi_question *question, int *ret_fd)
{
	struct xfi_keeper *keeper = arg;
	pthread_mutex_lock(&keeper->lock);
	const struct xfi_kept *kept = find_locked(keeper, question->byte);
	int fd = kept ? fcntl(kept->fd, F_DUPFD_CLOEXEC, 3) : -1;
	int r = fd >= 0 ? 0 : kept ? -errno : -ENOTCONN;
	pthread_mutex_unlock(&keeper->lock);
	if (!r)
		*ret_fd = fd;
	return r;
}

static void *keeper_main(void *arg)
{
	struct xfi_keeper *keeper = arg;
	const struct xfi_answerer answerer = { keeper->folder, keeper->watch, is_ours, give,
		keeper };
	struct pollfd fds[] = { { .fd = keeper->watch, .events = POLLIN },
		{ .fd = keeper->stop, .events = POLLIN } };
	while (!fds[1].revents) {
		if (fds[0].revents)
			xfi_answer_news(&answerer);
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
	}
	return NULL;
}

static void free_keeper(struct xfi_keeper *keeper)
{
	xfi_fd_close(&keeper->watch);
	xfi_fd_close(&keeper->stop);
	xfi_fork_close(&keeper->folder);
	pthread_mutex_destroy(&keeper->lock);
	free(keeper);
}

static int start(struct xfi_keeper **ret_keeper)
{
	struct xfi_keeper *keeper = calloc(1, sizeof(*keeper));
	if (!keeper)
		return -ENOMEM;
	keeper->folder = keeper->watch = -1;
	pthread_mutex_init(&keeper->lock, NULL);
	keeper->stop = -1;
	int r = xfi_call_server();
	if (!r)
		r = xfi_call_eventfd(&keeper->stop);
	if (!r)
		r = xfi_folder_open(true, &keeper->folder);
	if (!r)
		r = xfi_answer_watch(keeper->folder, &keeper->watch);
	if (!r)
		r = xfi_thread_start(&keeper->thread, 256 * 1024, keeper_main, keeper);
	if (r)
		free_keeper(keeper);
	else
		*ret_keeper = keeper;
	return r;
}

static int get_keeper(struct xf_domain *d, struct xfi_keeper **ret_keeper)
{
	pthread_mutex_lock(&d->local_lock);
	int r = d->keeper ? 0 : start(&d->keeper);
	*ret_keeper = d->keeper;
	pthread_mutex_unlock(&d->local_lock);
	return r;
}

/* Listed before it is claimed: whoever sees the claim and asks is answered. */
int xfi_keeper_add(struct xf_domain *d, xf_id id, int fd, struct xfi_kept **ret_kept)
{
	struct xfi_keeper *keeper;
	struct xfi_kept *kept = calloc(1, sizeof(*kept));
	int r = kept ? byte_of(d, id, &kept->byte) : -ENOMEM;
	if (!r)
		r = get_keeper(d, &keeper);
	if (r) {
		free(kept);
		return r;
	}
	kept->fd = fd;
	pthread_mutex_lock(&keeper->lock);
	kept->next = keeper->first;
	keeper->first = kept;
	pthread_mutex_unlock(&keeper->lock);
	XFI_KILL_POINT("keeper:listed");
	r = xfi_claim_share(keeper->folder, kept->byte);
	XFI_KILL_POINT("keeper:claimed");
	if (r)
		xfi_keeper_remove(d, kept);
	else
		*ret_kept = kept;
	return r;
}

void xfi_keeper_remove(struct xf_domain *d, struct xfi_kept *kept)
{
	/* A forked child has the list, but not the thread, who may hold the lock. */
	if (!kept || xfi_domain_check(d, false))
		return;
	struct xfi_keeper *keeper = d->keeper;
	xfi_claim_unshare(keeper->folder, kept->byte);
	XFI_KILL_POINT("keeper:unclaimed");
	pthread_mutex_lock(&keeper->lock);
	struct xfi_kept **link = &keeper->first;
	while (*link != kept)
		link = &(*link)->next;
	*link = kept->next;
	pthread_mutex_unlock(&keeper->lock);
	free(kept);
}

int xfi_keeper_ask(struct xf_domain *d, xf_id id, struct xfi_sent *ret_sent)
{
	uint64_t byte;
	XFI_FD folder = -1;
	int r = byte_of(d, id, &byte);
	if (!r)
		r = xfi_folder_open(false, &folder);
	if (!r)
		r = xfi_ask(folder, byte, 0, -1, ret_sent);
	if (r == -ENOENT)
		return xf_fail(-ENOTCONN, "no member that this one can reach through its runtime "
					  "folder has the surface's memory");
	return r;
}

void xfi_keeper_stop(struct xf_domain *d)
{
	struct xfi_keeper *keeper = d->keeper;
	uint64_t one = 1;
	if (!keeper)
		return;
	if (xfi_domain_check(d, false) == 0) {
		(void)!write(keeper->stop, &one, sizeof(one));
		xfi_thread_join(keeper->thread);
	}
	d->keeper = NULL;
	while (keeper->first) { /* handles that were not closed */
		struct xfi_kept *kept = keeper->first;
		keeper->first = kept->next;
		free(kept);
	}
	free_keeper(keeper);
}
