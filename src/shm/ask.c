/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/foreign_fd.h"
#include "base/pass_fd.h"
#include "base/peer.h"
#include "shm/ask.h"
#include "shm/claim.h"
#include "shm/folder.h"

/*
 * How often we look whether the server has died: nothing tells of the end of a lock but waiting
 * for it in the kernel, where nothing else could wake us. Only the answer is waited for longer.
 */
#define LOOK_MS 20

bool xfi_question_parse(const char *file, struct xfi_question *ret)
{
	uint64_t random;
	return sscanf(file, XFI_QUESTION_PREFIX "%16" SCNx64 "-%8" SCNx32 "-%16" SCNx64, &ret->byte,
		       &ret->flags, &random) == 3;
}

struct question {
	char file[64];
	int folder; /* borrowed */
	int listener;
};

/* Readable and writable for this user alone, from its first moment on. */
static int listen_at(int folder, const char *file, int *ret_listener)
{
	struct sockaddr_un address;
	socklen_t length = xfi_folder_address(folder, file, &address);
	XFI_FD fd =
		xfi_fd_above_std(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return xfi_call_failed("socket");
	if (fchmod(fd, 0600))
		return xfi_call_failed("fchmod");
	if (bind(fd, (struct sockaddr *)&address, length))
		return xfi_call_by_proc_failed("bind");
	if (listen(fd, 1)) {
		int r = xfi_call_failed("listen");
		(void)unlinkat(folder, file, 0);
		return r;
	}
	*ret_listener = xfi_fd_steal(&fd);
	return 0;
}

static int begin(struct question *q, int folder, const struct xfi_question *asked)
{
	char before[64];
	uint64_t random;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return xfi_call_failed("getrandom");
	snprintf(before, sizeof(before), XFI_QUESTION_PREFIX "new-%016" PRIx64, random);
	snprintf(q->file, sizeof(q->file),
		XFI_QUESTION_PREFIX "%016" PRIx64 "-%08" PRIx32 "-%016" PRIx64, asked->byte,
		asked->flags, random);
	q->folder = folder;
	int r = xfi_call_unlink();
	if (!r)
		r = listen_at(folder, before, &q->listener);
	if (r)
		return r;
	/* Nobody finds it before somebody listens: refused then means that the asker is dead. */
	if (renameat(folder, before, folder, q->file)) {
		r = xfi_call_failed("renameat");
		(void)unlinkat(folder, before, 0);
		xfi_fd_close(&q->listener);
	}
	return r;
}

static void end(struct question *q)
{
	(void)unlinkat(q->folder, q->file, 0); /* the server does so too */
	xfi_fd_close(&q->listener);
}

/*
 * Those who have connected and not spoken yet: an honest one does so at once, unless it is stopped
 * or killed in between. So others are listened to meanwhile.
 */
#define CALLERS 4

struct callers {
	int fd[CALLERS]; /* -1: none */
};

static void hang_up(struct callers *callers)
{
	for (int i = 0; i < CALLERS; i++)
		xfi_fd_close(&callers->fd[i]);
}

static int let_in(struct question *q, int *ret_fd)
{
	XFI_FD fd =
		xfi_fd_above_std(accept4(q->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
	if (fd < 0)
		return errno == ECONNABORTED ? -EAGAIN : xfi_call_failed("accept4");
	int r = xfi_peer_check(fd);
	if (!r)
		*ret_fd = xfi_fd_steal(&fd);
	return r ? r : -EAGAIN;
}

/*
 * A domain's file is one, and what a driver made; others are closed in their sender's name. Of one
 * who has sent too many of those nothing is taken, and another may answer.
 */
static int take_answer(int caller, struct xfi_answer *answer, struct xfi_sent *ret_sent)
{
	ret_sent->sender = xfi_closer_sender(caller);
	if (xfi_closer_admits(&ret_sent->sender))
		return -EAGAIN;
	int r = xfi_recv_fd(caller, answer, sizeof(*answer), &ret_sent->fd, 0);
	if (r == -ECONNRESET) /* it died: a successor may answer */
		r = -EAGAIN;
	else if (ret_sent->fd >= 0 && !xfi_foreign_fd_may_be_drivers(ret_sent->fd, 0))
		r = -EPROTO;
	if (r)
		xfi_sent_close(ret_sent);
	return r;
}

static int hear(int *caller, struct xfi_answer *answer, struct xfi_sent *ret_sent)
{
	int r = take_answer(*caller, answer, ret_sent);
	xfi_fd_close(caller);
	if (r)
		return r;
	if (answer->magic != XFI_ANSWER || answer->version != XFI_ANSWER_VERSION ||
		answer->result > 0)
		return -EPROTO;
	return 0;
}

/* 0: an answer; -EAGAIN: none yet, after LOOK_MS at most; -ECANCELED. */
static int wait_for_answer(struct question *q, struct callers *callers, int stop_fd,
	struct xfi_answer *answer, struct xfi_sent *ret_sent)
{
	struct pollfd fds[2 + CALLERS] = { { .fd = stop_fd, .events = POLLIN },
		{ .fd = -1, .events = POLLIN } };
	int *room = NULL;
	for (int i = 0; i < CALLERS; i++) {
		fds[2 + i] = (struct pollfd){ .fd = callers->fd[i], .events = POLLIN };
		if (callers->fd[i] < 0)
			room = &callers->fd[i];
	}
	if (room)
		fds[1].fd = q->listener;
	int n = poll(fds, 2 + CALLERS, LOOK_MS);
	if (n < 0 && errno != EINTR)
		return xfi_call_failed("poll");
	if (n <= 0)
		return -EAGAIN;
	if (fds[0].revents)
		return -ECANCELED;
	for (int i = 0; i < CALLERS; i++)
		if (fds[2 + i].revents)
			return hear(&callers->fd[i], answer, ret_sent);
	return let_in(q, room);
}

static int ask(int folder, const struct xfi_question *asked, int stop_fd, struct xfi_answer *answer,
	struct xfi_sent *ret_sent)
{
	struct callers callers = { { -1, -1, -1, -1 } };
	struct question q;
	int r = begin(&q, folder, asked);
	if (r)
		return r;
	int64_t patience = xf_deadline(XFI_ANSWER_WAIT_NS);
	do {
		r = wait_for_answer(&q, &callers, stop_fd, answer, ret_sent);
		if (r == -EAGAIN && !xfi_claimed(folder, asked->byte))
			r = -ENOENT;
	} while (r == -EAGAIN && !xfi_past(patience));
	hang_up(&callers);
	end(&q);
	return r == -EAGAIN ? -ETIMEDOUT : r;
}

int xfi_ask(int folder, uint64_t byte, uint32_t flags, int stop_fd, struct xfi_sent *ret_sent)
{
	struct xfi_answer answer;
	struct xfi_sent sent = XFI_SENT_NONE;
	if (!xfi_claimed(folder, byte))
		return -ENOENT;
	int r = ask(folder, &(struct xfi_question){ byte, flags }, stop_fd, &answer, &sent);
	if (!r)
		r = answer.result;
	if (!r && !(flags & XFI_ASK_ALIVE) && sent.fd < 0)
		r = -EPROTO;
	if (r || flags & XFI_ASK_ALIVE)
		xfi_sent_close(&sent);
	else
		*ret_sent = sent;
	return r;
}
