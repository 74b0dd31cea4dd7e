/* SPDX-License-Identifier: MIT */
/*
 * Serves one name from a thread of its own. A client has a second to say hello; a slow or silent
 * one costs a table entry, never anybody else's time.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/fd.h"
#include "base/pass_fd.h"
#include "shm/address.h"
#include "shm/ask.h"
#include "shm/fork.h"
#include "shm/server.h"

#define CLIENTS	 32
#define ROUND_MS 250 /* how often silent clients are looked for, when there are clients */

struct client {
	int fd; /* -1: free */
	int64_t until_ns;
};

struct xfi_server {
	struct xf_domain *domain;
	pthread_t thread;
	char name[XF_NAME_MAX + 1];
	int listener;
	int stop; /* eventfd */
	int64_t full_until_ns; /* no descriptor was left for a client: look again then */
	struct client clients[CLIENTS];
};

static void answer(struct xfi_server *server, int fd)
{
	struct xfi_hello hello = { 0 }, reply = { XFI_HELLO, XFI_HELLO_VERSION, 0, 0 };
	XFI_FD domain_fd = -1;
	ssize_t n = recv(fd, &hello, sizeof(hello), MSG_DONTWAIT | MSG_TRUNC);
	if (n <= 0)
		return;
	if (n != sizeof(hello) || hello.magic != XFI_HELLO || hello.version != XFI_HELLO_VERSION)
		reply.result = -EPROTO;
	else
		reply.result = xf_domain_export(server->domain, hello.flags, &domain_fd);
	/* A client that does not take its answer is its own loss. */
	(void)xfi_send_fd(fd, NULL, 0, &reply, sizeof(reply), domain_fd, MSG_DONTWAIT);
}

static void accept_client(struct xfi_server *server)
{
	XFI_FD fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
		server->full_until_ns = xf_deadline(ROUND_MS * XFI_MS);
	if (fd < 0 || xfi_address_check_peer(fd))
		return;
	for (int i = 0; i < CLIENTS; i++)
		if (server->clients[i].fd < 0) {
			server->clients[i].fd = xfi_fd_steal(&fd);
			server->clients[i].until_ns = xf_deadline(XFI_HELLO_WAIT_NS);
			return;
		}
}

static void drop(struct client *client)
{
	close(client->fd);
	client->fd = -1;
}

/* One round: wait, answer who spoke, drop who was silent too long. False: told to stop. */
static bool serve_round(struct xfi_server *server)
{
	struct pollfd fds[CLIENTS + 2];
	bool waiting = false;
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = (struct pollfd){ .fd = server->clients[i].fd, .events = POLLIN };
		waiting |= fds[i].fd >= 0;
	}
	bool full = server->full_until_ns > xf_now();
	fds[CLIENTS] = (struct pollfd){ .fd = full ? -1 : server->listener, .events = POLLIN };
	fds[CLIENTS + 1] = (struct pollfd){ .fd = server->stop, .events = POLLIN };
	if (poll(fds, CLIENTS + 2, waiting || full ? ROUND_MS : -1) < 0)
		return errno == EINTR;
	if (fds[CLIENTS + 1].revents)
		return false;
	int64_t now = xf_now();
	for (int i = 0; i < CLIENTS; i++) {
		struct client *client = &server->clients[i];
		if (client->fd >= 0 && fds[i].revents)
			answer(server, client->fd);
		if (client->fd >= 0 && (fds[i].revents || client->until_ns < now))
			drop(client);
	}
	if (fds[CLIENTS].revents)
		accept_client(server);
	return true;
}

/* Those who wait for the name to appear sleep on addresses "NAME#..." of their own. */
static int tell_waiter(const char *rest, void *arg)
{
	struct xfi_server *server = arg;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char prefix[40];
	size_t length = strlen(server->name);
	if (strncmp(rest, server->name, length) != 0 || rest[length] != '#')
		return 0;
	XFI_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	xfi_address_prefix(prefix, sizeof(prefix));
	int n = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s%s", prefix, rest);
	if (fd >= 0 && n < (int)sizeof(address.sun_path) - 1)
		(void)!sendto(fd, "", 0, MSG_NOSIGNAL, (struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n));
	return 0;
}

static void *server_main(void *arg)
{
	struct xfi_server *server = arg;
	if (server->listener < 0 && xfi_ask_or_bind(server->name, server->stop, &server->listener))
		return NULL; /* somebody else has it now, or we leave */
	(void)xfi_address_list(tell_waiter, server);
	while (serve_round(server))
		;
	return NULL;
}

static void free_server(struct xfi_server *server)
{
	for (int i = 0; i < CLIENTS; i++)
		xfi_fd_close(&server->clients[i].fd);
	xfi_fork_socket_close(&server->listener);
	xfi_fd_close(&server->stop);
	free(server);
}

int xfi_server_start(
	struct xf_domain *d, const char *name, int listener, struct xfi_server **ret_server)
{
	struct xfi_server *server = calloc(1, sizeof(*server));
	if (!server) {
		xfi_fork_socket_close(&listener);
		return -ENOMEM;
	}
	server->domain = d;
	server->listener = listener;
	snprintf(server->name, sizeof(server->name), "%s", name);
	for (int i = 0; i < CLIENTS; i++)
		server->clients[i].fd = -1;
	server->stop = eventfd(0, EFD_CLOEXEC);
	if (server->stop < 0 || pthread_create(&server->thread, NULL, server_main, server)) {
		free_server(server);
		return -EAGAIN;
	}
	*ret_server = server;
	return 0;
}

void xfi_server_stop(struct xfi_server *server)
{
	uint64_t one = 1;
	(void)!write(server->stop, &one, sizeof(one)); /* wakes every poll of the thread */
	pthread_join(server->thread, NULL);
	free_server(server);
}
