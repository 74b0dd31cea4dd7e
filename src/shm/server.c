/* SPDX-License-Identifier: MIT */
/*
 * Serves one name from a thread of its own, which sleeps until a question appears in the runtime
 * folder. It connects to whoever asks, answers without ever waiting, and hangs up.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/thread.h"
#include "shm/answer.h"
#include "shm/ask.h"
#include "shm/claim.h"
#include "shm/folder.h"
#include "shm/fork.h"
#include "shm/server.h"

struct xfi_server {
	struct xf_domain *domain;
	pthread_t thread;
	char name[XF_NAME_MAX + 1];
	struct xfi_seat seat;
	int stop; /* eventfd */
};

static bool is_ours(void *arg, const struct xfi_question *question)
{
	const struct xfi_server *server = arg;
	return question->byte == xfi_claim_byte(server->name);
}

static int give(void *arg, const struct xfi_question *question, int *ret_fd)
{
	struct xfi_server *server = arg;
	if (question->flags == XFI_ASK_ALIVE)
		return 0;
	return xf_domain_export(server->domain, question->flags, ret_fd);
}

static void *server_main(void *arg)
{
	struct xfi_server *server = arg;
	if (server->seat.folder < 0 && xfi_seat_take(server->name, server->stop, 0, &server->seat))
		return NULL; /* somebody else has it now, or we leave */
	struct pollfd fds[] = { { .fd = server->seat.watch, .events = POLLIN },
		{ .fd = server->stop, .events = POLLIN } };
	const struct xfi_answerer answerer = { server->seat.folder, server->seat.watch, is_ours,
		give, server };
	xfi_folder_touch(server->seat.folder);
	xfi_answer_all(&answerer);
	while (!fds[1].revents) {
		if (fds[0].revents)
			xfi_answer_news(&answerer);
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
	}
	return NULL;
}

static int take_once(const char *name, struct xfi_seat *ret_seat)
{
	struct xfi_seat seat = { -1, -1 };
	int r = xfi_folder_open(true, &seat.folder);
	if (r)
		return r;
	/* First the watch, then the claim: whoever sees the claim and asks is heard. */
	r = xfi_answer_watch(seat.folder, &seat.watch);
	if (!r)
		r = xfi_claim(seat.folder, name);
	if (r)
		xfi_seat_leave(&seat);
	else
		*ret_seat = seat;
	return r;
}

void xfi_seat_leave(struct xfi_seat *seat)
{
	xfi_fd_close(&seat->watch);
	xfi_fork_close(&seat->folder);
}

/* 0: the one who has the claim answers. -ENOENT: there is none; -ETIMEDOUT: it does not. */
static int ask_holder(const char *name, int stop_fd)
{
	XFI_FD folder = -1;
	int r = xfi_folder_open(false, &folder);
	return r ? r : xfi_ask(folder, xfi_claim_byte(name), XFI_ASK_ALIVE, stop_fd, NULL);
}

/*
 * An heir takes over from a member that has died, and whose claim ends with its process: after
 * microseconds, or after a tenth of a second for each gigabyte it had. Asking a dead one would only
 * put a file into the folder, so we ask whether it is somebody else's name now once that is over.
 */
static bool not_yet(bool heir, int64_t since)
{
	return heir && xf_now() - since < XFI_ANSWER_WAIT_NS;
}

/* Two who saw each other step back, and come again at different moments. -ECANCELED: stopped. */
static int step_back(int stop_fd, unsigned tries)
{
	struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
	return poll(&stop, 1, 1 + (int)((unsigned)xf_now() / 64 + tries) % 3) > 0 ? -ECANCELED : 0;
}

int xfi_seat_take(const char *name, int stop_fd, int64_t heirs_until, struct xfi_seat *ret_seat)
{
	/* An heir to the name has a whole life to wait for a slow death; a publisher has not. */
	bool heir = stop_fd >= 0;
	int64_t since = xf_now();
	for (unsigned tries = 0;; tries++) {
		int r = take_once(name, ret_seat);
		if (!r && !heir && !xfi_past(heirs_until) &&
			xfi_claim_has_heirs(ret_seat->folder, name)) {
			xfi_seat_leave(ret_seat);
			r = step_back(stop_fd, tries);
			if (r)
				return r;
			continue;
		}
		if (r != -EADDRINUSE)
			return r;
		r = not_yet(heir, since) ? -ETIMEDOUT : ask_holder(name, stop_fd);
		if (r == -ECANCELED || (r && r != -ENOENT && r != -ETIMEDOUT))
			return r;
		bool patient = heir || (r == -ENOENT && xf_now() - since < 3 * XFI_ANSWER_WAIT_NS);
		if (r == 0 || !patient)
			return -EADDRINUSE;
		r = step_back(stop_fd, tries);
		if (r)
			return r;
	}
}

static void free_server(struct xfi_server *server)
{
	xfi_seat_leave(&server->seat);
	xfi_fd_close(&server->stop);
	free(server);
}

int xfi_server_start(
	struct xf_domain *d, const char *name, struct xfi_seat seat, struct xfi_server **ret_server)
{
	struct xfi_server *server = calloc(1, sizeof(*server));
	if (!server) {
		xfi_seat_leave(&seat);
		return -ENOMEM;
	}
	server->domain = d;
	server->seat = seat;
	snprintf(server->name, sizeof(server->name), "%s", name);
	server->stop = -1;
	int r = xfi_call_eventfd(&server->stop);
	if (!r)
		r = xfi_thread_start(&server->thread, 0, server_main, server);
	if (r)
		free_server(server);
	else
		*ret_server = server;
	return r;
}

void xfi_server_stop(struct xfi_server *server)
{
	uint64_t one = 1;
	(void)!write(server->stop, &one, sizeof(one)); /* wakes every poll of the thread */
	xfi_thread_join(server->thread);
	free_server(server);
}
