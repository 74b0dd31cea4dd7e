/* SPDX-License-Identifier: MIT */
/*
 * The ring runs what completes only when its thread asks (DEFER_TASKRUN). So whoever wakes the
 * futex leaves the work in a list, sets IORING_SQ_TASKRUN and writes the eventfd; no thread is
 * interrupted in what it does, as it were without that flag. The price is that only the thread
 * that made the ring may use it.
 */
#include "base/fd.h"
#include "shm/uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the headers of Linux 6.1 lack. */
#define OP_FUTEX_WAIT	 51
#define FUTEX_OF_32_BITS 2
#define SETUP_NO_SQARRAY (1U << 16)

#define FLAGS                                                                                      \
	(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG |     \
		SETUP_NO_SQARRAY)

/* In this process: the kernel's memory for one is three pages and more. */
#define RINGS_MAX 256

struct xfi_uring {
	int fd;
	struct io_uring_params params;
	char *rings; /* shared with the kernel */
	struct io_uring_sqe *sqes; /* likewise */
	uint64_t number; /* of the last wait */
	bool waits; /* as far as reap() saw */
};

static _Atomic bool useless; /* for want of kernel or permission, as once seen */
static _Atomic uint32_t rings;

static _Atomic uint32_t *word_at(const struct xfi_uring *r, uint32_t offset)
{
	return (_Atomic uint32_t *)(r->rings + offset);
}

static size_t rings_bytes(const struct xfi_uring *r)
{
	return r->params.cq_off.cqes + r->params.cq_entries * sizeof(struct io_uring_cqe);
}

static size_t sqes_bytes(const struct xfi_uring *r)
{
	return r->params.sq_entries * sizeof(struct io_uring_sqe);
}

static void *map(const struct xfi_uring *r, size_t bytes, uint64_t what)
{
	void *p = mmap(
		NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, (off_t)what);
	return p == MAP_FAILED ? NULL : p;
}

static bool set_up(struct xfi_uring *r, int eventfd)
{
	r->params.flags = FLAGS;
	r->fd = xfi_fd_above_std((int)syscall(SYS_io_uring_setup, 1, &r->params));
	if (r->fd < 0) {
		if (errno == ENOSYS || errno == EPERM || errno == EACCES || errno == EINVAL)
			atomic_store(&useless, true);
		return false;
	}
	r->rings = map(r, rings_bytes(r), IORING_OFF_SQ_RING);
	r->sqes = map(r, sqes_bytes(r), IORING_OFF_SQES);
	return r->rings && r->sqes &&
	       syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_EVENTFD, &eventfd, 1) == 0;
}

struct xfi_uring *xfi_uring_make(int eventfd)
{
	if (atomic_load(&useless))
		return NULL;
	struct xfi_uring *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->fd = -1;
	if (atomic_fetch_add(&rings, 1) < RINGS_MAX && set_up(r, eventfd))
		return r;
	xfi_uring_free(r, true);
	return NULL;
}

void xfi_uring_free(struct xfi_uring *r, bool ours)
{
	if (!r)
		return;
	/* The kernel cancels what is left some time after close(). */
	if (ours && r->rings)
		atomic_store(word_at(r, r->params.cq_off.flags), IORING_CQ_EVENTFD_DISABLED);
	if (r->rings)
		munmap(r->rings, rings_bytes(r));
	if (r->sqes)
		munmap(r->sqes, sqes_bytes(r));
	if (r->fd >= 0)
		close(r->fd);
	atomic_fetch_sub(&rings, 1);
	free(r);
}

/*
 * The kernel sets its flag for work that is to be done after it has listed that, and may be late:
 * then a wait is asked for beside one that lasts. All completions together may be more than the
 * queue holds, and what became of the last one lies elsewhere until it is asked for again.
 */
bool xfi_uring_asleep(const struct xfi_uring *r)
{
	const uint32_t more = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
	return r->waits && !(atomic_load(word_at(r, r->params.sq_off.flags)) & more) &&
	       atomic_load(word_at(r, r->params.cq_off.tail)) ==
		       atomic_load(word_at(r, r->params.cq_off.head));
}

static void ask(struct xfi_uring *r, const _Atomic uint32_t *word, uint32_t expected, uint32_t bits)
{
	_Atomic uint32_t *tail = word_at(r, r->params.sq_off.tail);
	uint32_t at = atomic_load(tail);
	/*
	 * A wait that was woken leaves a completion, though that writes the eventfd once more: the
	 * one just asked for may be woken within the very call that asks for it, and nothing else
	 * would tell it from one that sleeps. Whoever arms reads the eventfd after that call.
	 */
	r->sqes[at & (r->params.sq_entries - 1)] = (struct io_uring_sqe){
		.opcode = OP_FUTEX_WAIT,
		.fd = FUTEX_OF_32_BITS,
		.addr = (uintptr_t)word,
		.off = expected,
		.addr3 = bits,
		.user_data = ++r->number,
	};
	atomic_store(tail, at + 1);
}

/*
 * The call that follows does all work that is listed by now, flag or not. Only where there is some
 * does the kernel take the flag back; one that came late would stay, and never be true.
 */
static void forget_flag(struct xfi_uring *r)
{
	_Atomic uint32_t *flags = word_at(r, r->params.sq_off.flags);
	if (atomic_load(flags) & IORING_SQ_TASKRUN)
		atomic_fetch_and(flags, ~(uint32_t)IORING_SQ_TASKRUN);
}

/* What became of the last wait: 0 when nothing is known of it. */
static int reap(struct xfi_uring *r)
{
	const struct io_uring_cqe *cqes =
		(const struct io_uring_cqe *)(r->rings + r->params.cq_off.cqes);
	_Atomic uint32_t *head = word_at(r, r->params.cq_off.head);
	uint32_t at = atomic_load(head), end = atomic_load(word_at(r, r->params.cq_off.tail));
	int result = 0;
	for (; at != end; at++) {
		const struct io_uring_cqe *cqe = &cqes[at & (r->params.cq_entries - 1)];
		if (cqe->user_data != r->number)
			continue;
		r->waits = false;
		result = cqe->res;
	}
	atomic_store(head, at);
	return result;
}

int xfi_uring_sleep(
	struct xfi_uring *r, const _Atomic uint32_t *word, uint32_t expected, uint32_t bits)
{
	if (xfi_uring_asleep(r))
		return 0;
	ask(r, word, expected, bits);
	forget_flag(r);
	long taken = syscall(SYS_io_uring_enter, r->fd, 1, 0, IORING_ENTER_GETEVENTS, NULL, 0);
	if (taken != 1)
		return taken < 0 && errno != EAGAIN ? -errno : -EBUSY;
	r->waits = true;
	int result = reap(r);
	if (result == -EINVAL)
		atomic_store(&useless, true);
	return result == -ECANCELED || result == -EINTR ? -EAGAIN : result;
}
