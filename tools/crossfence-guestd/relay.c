/* SPDX-License-Identifier: MIT */
/*
 * Messages between the processes of this guest and the host. Each is decoded, checked against its
 * sender's session and sequence, renumbered where it lies, and written from there if the other side
 * has room: what comes in one piece and goes the same way leaves in one piece. A process that sends
 * nonsense, or lets a megabyte of signals pile up, is cut off; the channel to the host is not
 * touched by that.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "base/pass_fd.h"
#include "clients.h"
#include "places.h"
#include "relay.h"

/* What a process may leave unread before it is cut off: some 26 000 signals. */
#define CLIENT_QUEUE_MAX (1 << 20)
/* What may wait to be sent to the host before processes are no longer read from. */
#define UPSTREAM_QUEUE_MAX (256 * 1024)

/* ---- towards the host ---- */

static void watch_upstream(struct guestd *g, int out)
{
	struct epoll_event event = { .events = EPOLLIN | (out ? EPOLLOUT : 0),
		.data.ptr = &g->upstream_watch };
	if (out == g->upstream_wants_out || g->upstream.look_ns)
		return;
	g->upstream_wants_out = out;
	epoll_ctl(g->epoll, EPOLL_CTL_MOD, g->upstream.fd, &event);
}

static int flush_upstream(struct guestd *g)
{
	while (g->out.have) {
		ssize_t n = g->upstream.ops->write(
			&g->upstream, g->out.bytes + g->out.first, g->out.have);
		if (n == -EAGAIN)
			break;
		if (n < 0)
			return (int)n;
		queue_take(&g->out, (size_t)n);
	}
	watch_upstream(g, g->out.have > 0);
	return 0;
}

/* Half of the queue's room is kept for what the daemon itself has to say. */
static bool upstream_is_full(const struct guestd *g)
{
	return g->out.have > UPSTREAM_QUEUE_MAX / 2;
}

/* Whole messages, numbered. */
static int send_upstream(struct guestd *g, const uint8_t *bytes, size_t size)
{
	ssize_t n = -EAGAIN;
	if (!g->out.have && size && !g->gathers)
		n = g->upstream.ops->write(&g->upstream, bytes, size);
	if (n < 0 && n != -EAGAIN)
		return (int)n;
	size_t done = n > 0 ? (size_t)n : 0;
	if (done == size)
		return 0;
	int r = queue_add(&g->out, bytes + done, size - done, UPSTREAM_QUEUE_MAX);
	return r || g->gathers ? r : flush_upstream(g);
}

int relay_flush(struct guestd *g)
{
	return flush_upstream(g);
}

/* Writes the header anew, for the other conversation. */
static void number(struct xfw_msg *msg, uint64_t session, uint64_t *out_sequence, uint8_t *bytes)
{
	msg->session = session;
	msg->sequence = (*out_sequence)++;
	xfw_encode(msg, bytes);
}

/* ---- towards a process ---- */

static void watch_client(struct guestd *g, struct client *client)
{
	struct epoll_event event = { .events = (client->paused ? 0 : EPOLLIN) |
					       (client->wants_out ? EPOLLOUT : 0),
		.data.ptr = &client->watch };
	epoll_ctl(g->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void flush_client(struct guestd *g, struct client *client)
{
	while (client->out.have && !client->broken) {
		ssize_t n = send(client->fd, client->out.bytes + client->out.first,
			client->out.have, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			clients_break(g, client);
		if (n < 0)
			break;
		queue_take(&client->out, (size_t)n);
	}
	if (client->wants_out != (client->out.have > 0)) {
		client->wants_out = client->out.have > 0;
		watch_client(g, client);
	}
}

static void queue_client(struct guestd *g, struct client *client, const uint8_t *bytes, size_t size)
{
	if (client->broken || !queue_add(&client->out, bytes, size, CLIENT_QUEUE_MAX))
		return;
	/* Dropping one signal would be a lie; losing the session is told to its waiters. */
	fprintf(stderr, "crossfence-guestd: process %u reads nothing: cut off\n", client->number);
	clients_break(g, client);
}

/* As send_upstream(). */
static void send_client(struct guestd *g, struct client *client, const uint8_t *bytes, size_t size)
{
	ssize_t n = 0;
	if (!client->out.have && size)
		n = send(client->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		clients_break(g, client);
	size_t done = n > 0 ? (size_t)n : 0;
	if (client->broken || done == size)
		return;
	queue_client(g, client, bytes + done, size - done);
	flush_client(g, client);
}

/* As many messages for it may follow, which wake it once then: see flush_clients(). */
static void post_client(struct guestd *g, struct client *client, const uint8_t *bytes, size_t size)
{
	queue_client(g, client, bytes, size);
	if (xfw_list_empty(&client->flush))
		xfw_list_append(&g->to_flush, &client->flush);
}

static void flush_clients(struct guestd *g)
{
	XFW_LIST_EACH(client, &g->to_flush, struct client, flush)
	{
		xfw_list_remove(&client->flush);
		flush_client(g, client);
	}
}

static bool may_share_region(const struct guestd *g)
{
	return g->surfaces && g->upstream.region.base && g->upstream.region.fd >= 0;
}

static void greet_client(struct guestd *g, struct client *client, const uint8_t *payload)
{
	uint8_t answer[XFW_HEAD_BYTES + XFW_WELCOME_BYTES];
	struct xfw_hello hello;
	struct xfw_welcome welcome = g->limits;
	struct xfw_msg msg = { .type = XFW_WELCOME, .payload_bytes = XFW_WELCOME_BYTES };
	uint64_t session = 0;
	if (client->greeted || xfw_get_hello(payload, &hello) || hello.version_min > XFW_VERSION ||
		hello.version_max < XFW_VERSION) {
		clients_break(g, client);
		return;
	}
	if (getrandom(&session, sizeof(session), GRND_NONBLOCK) != sizeof(session) || !session)
		session = g->in.session ^ (uint64_t)(g->last_number + 1) << 32 ^ (uintptr_t)client;
	client->greeted = true;
	client->in = (struct xfw_peer){ .session = session ? session : 1, .sequence = 2 };
	client->out_sequence = 1;
	memcpy(welcome.nonce, hello.nonce, sizeof(hello.nonce));
	number(&msg, client->in.session, &client->out_sequence, answer);
	xfw_put_welcome(&welcome, answer + XFW_HEAD_BYTES);
	if (!may_share_region(g))
		send_client(g, client, answer, sizeof(answer));
	else if (xfi_send_fd(client->fd, NULL, 0, answer, sizeof(answer), g->upstream.region.fd,
			 MSG_DONTWAIT))
		clients_break(g, client); /* it has a whole socket's room for its first message */
}

/* ---- from a process ---- */

/* The first process, or the last one gone: a link that has to look for the host need not do so
 * when nobody waits. */
static void count_announced(struct guestd *g, int by)
{
	uint32_t before = g->n_announced;
	g->n_announced += (uint32_t)by;
	if (!before != !g->n_announced && g->upstream.ops->busy)
		g->upstream.ops->busy(&g->upstream, g->n_announced > 0);
}

/* 1: numbered, to go to the host. 0: it was for us, or the client is broken. */
static int take_from_client(
	struct guestd *g, struct client *client, struct xfw_msg *msg, uint8_t *bytes)
{
	const char *why;
	if (msg->type == XFW_HELLO) {
		greet_client(g, client, bytes + XFW_HEAD_BYTES);
		return 0;
	}
	if (!client->greeted || msg->process != 1 || xfw_follow(&client->in, msg, &why) ||
		(msg->type == XFW_PROCESS_CREATE) == client->announced) {
		clients_break(g, client);
		return 0;
	}
	if (msg->type == XFW_PROCESS_CREATE) {
		count_announced(g, 1);
		client->announced = true;
		client->number = ++g->last_number;
	}
	if (msg->type == XFW_PROCESS_DESTROY) {
		clients_break(g, client); /* its end is told when it is buried */
		return 0;
	}
	xfw_readdress(bytes, g->in.session, client->number, g->out_sequence++);
	return 1;
}

static int consume_client(struct guestd *g, struct client *client)
{
	size_t used = 0, first = 0, end = 0; /* from first to end goes to the host */
	while (!client->broken && !upstream_is_full(g)) {
		struct xfw_msg msg;
		const char *why;
		uint8_t *bytes = client->bytes + used;
		int more = xfw_decode(bytes, client->have - used, XFW_FROM_GUEST, &msg, &why);
		if (more && more != XFW_MORE)
			clients_break(g, client);
		if (more)
			break;
		used += XFW_HEAD_BYTES + msg.payload_bytes;
		if (take_from_client(g, client, &msg, bytes))
			end = used;
		else if (first == end)
			first = end = used; /* a hello; all else that is kept is the last */
	}
	int r = send_upstream(g, client->bytes + first, end - first);
	if (used)
		memmove(client->bytes, client->bytes + used, client->have -= used);
	if (!client->paused && upstream_is_full(g)) {
		client->paused = true;
		watch_client(g, client);
	}
	return r;
}

int relay_client_ready(struct guestd *g, struct client *client, uint32_t events)
{
	if (events & EPOLLOUT)
		flush_client(g, client);
	if (client->paused && (events & (EPOLLHUP | EPOLLERR)))
		clients_break(g, client); /* not read from, yet its end must not be reported for
					     ever */
	if (client->paused || !(events & ~(uint32_t)EPOLLOUT))
		return 0;
	ssize_t n = recv(client->fd, client->bytes + client->have,
		sizeof(client->bytes) - client->have, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		clients_break(g, client);
	if (n <= 0)
		return 0;
	client->have += (size_t)n;
	return consume_client(g, client);
}

/* Whoever has had its turn is the last to have the next one, or it might be the only one to. */
static int resume_clients(struct guestd *g)
{
	int r = 0;
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	{
		if (r || !client->paused || upstream_is_full(g))
			continue;
		client->paused = false;
		watch_client(g, client);
		xfw_list_remove(&client->link);
		xfw_list_append(&g->clients, &client->link);
		r = consume_client(g, client);
	}
	return r;
}

/* ---- from the host ---- */

/* They are those of every process, too. */
static int take_limits(struct guestd *g, const uint8_t *payload)
{
	uint8_t bytes[XFW_HEAD_BYTES + XFW_WELCOME_BYTES];
	struct xfw_welcome limits = { 0 };
	if (xfw_get_welcome(payload, &limits))
		return -EPROTO;
	g->limits = limits;
	xfw_put_welcome(&limits, bytes + XFW_HEAD_BYTES);
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	{
		struct xfw_msg msg = { .type = XFW_LIMITS, .payload_bytes = XFW_WELCOME_BYTES };
		if (!client->greeted || client->broken)
			continue;
		number(&msg, client->in.session, &client->out_sequence, bytes);
		send_client(g, client, bytes, sizeof(bytes));
	}
	return 0;
}

/* Numbers a message for its process; *ret_client is NULL when that has just gone. */
static int take_from_host(
	struct guestd *g, struct xfw_msg *msg, uint8_t *bytes, struct client **ret_client)
{
	const char *why;
	if (msg->type == XFW_CLOSE)
		return -ECONNRESET;
	if (msg->type == XFW_WELCOME || xfw_follow(&g->in, msg, &why))
		return -EPROTO;
	*ret_client = NULL;
	if (msg->type == XFW_LIMITS)
		return take_limits(g, bytes + XFW_HEAD_BYTES);
	if (msg->type == XFW_CHECK)
		return msg->object > g->out_sequence ? -EPROTO : 0;
	struct client *client = clients_find(g, msg->process);
	*ret_client = client && !client->broken ? client : NULL;
	if (!*ret_client)
		return 0;
	xfw_readdress(bytes, client->in.session, 1, client->out_sequence++);
	return 0;
}

static int consume_upstream(struct guestd *g)
{
	size_t used = 0, first = 0; /* from first to used goes to `to` */
	struct client *to = NULL;
	int r;
	for (;;) {
		struct xfw_msg msg;
		struct client *client;
		const char *why;
		uint8_t *bytes = g->bytes + used;
		r = xfw_decode(bytes, g->have - used, XFW_FROM_HOST, &msg, &why);
		if (!r)
			r = take_from_host(g, &msg, bytes, &client);
		if (r || client != to) {
			/* The last one's is sent from where it lies: of one process, that is all.
			 */
			if (to && r)
				send_client(g, to, g->bytes + first, used - first);
			else if (to)
				post_client(g, to, g->bytes + first, used - first);
			first = used;
			to = client;
		}
		if (r)
			break;
		used += XFW_HEAD_BYTES + msg.payload_bytes;
	}
	flush_clients(g);
	if (used)
		memmove(g->bytes, g->bytes + used, g->have -= used);
	return r == XFW_MORE ? 0 : r;
}

/*
 * 1: something was read; 0: there was nothing; negative: lost. Of a link that gives piece by piece
 * all pieces that are there, so that whom they are for is woken once.
 */
static int read_upstream(struct guestd *g)
{
	size_t before = g->have;
	ssize_t n;
	do {
		n = g->upstream.ops->read(
			&g->upstream, g->bytes + g->have, sizeof(g->bytes) - g->have);
		if (n > 0)
			g->have += (size_t)n;
	} while (n > 0 && g->upstream.in_pieces && sizeof(g->bytes) - g->have >= XFW_MAX_BYTES);
	if (g->have == before)
		return n == -EAGAIN ? 0 : (int)n;
	int r = consume_upstream(g);
	if (!r && n < 0 && n != -EAGAIN)
		r = (int)n;
	return r ? r : 1;
}

int relay_upstream_ready(struct guestd *g, uint32_t events)
{
	int r = 0;
	if ((events & EPOLLOUT) || g->upstream.look_ns) {
		r = flush_upstream(g);
		if (!r)
			r = resume_clients(g);
	}
	if (r || !(events & ~(uint32_t)EPOLLOUT))
		return r;
	/* A link that must be told when its reader sleeps is read until there is nothing: only then
	 * does it ask to be woken. Others say by themselves that there is more. */
	do
		r = read_upstream(g);
	while (r > 0 && g->upstream.look_ns);
	return r > 0 ? 0 : r;
}

/* ---- coming and going ---- */

int relay_welcome_client(struct guestd *g, int fd)
{
	uint32_t uid;
	struct client *client = places_take(g, fd, &uid) ? NULL : calloc(1, sizeof(*client));
	struct epoll_event event = { .events = EPOLLIN };
	if (client)
		event.data.ptr = &client->watch;
	if (!client || epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		close(fd);
		free(client);
		return 0;
	}
	xfw_list_init(&client->flush);
	client->watch.kind = WATCH_CLIENT;
	client->fd = fd;
	client->uid = uid;
	client->since_ns = xf_now();
	clients_add(g, client);
	return 0;
}

static void free_client(struct guestd *g, struct client *client)
{
	close(client->fd);
	xfw_list_remove(&client->flush);
	clients_remove(g, client);
	queue_finish(&client->out);
	free(client);
}

int relay_client_end(struct guestd *g, struct client *client)
{
	int r = 0;
	if (client->announced) {
		uint8_t bytes[XFW_HEAD_BYTES];
		struct xfw_msg msg = { .type = XFW_PROCESS_DESTROY, .process = client->number };
		number(&msg, g->in.session, &g->out_sequence, bytes);
		r = send_upstream(g, bytes, sizeof(bytes));
		count_announced(g, -1);
	}
	free_client(g, client);
	return r;
}

int relay_bury(struct guestd *g)
{
	int r = 0;
	if (!g->any_broken)
		return 0;
	g->any_broken = false;
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	if (!r && client->broken)
		r = relay_client_end(g, client);
	return r;
}

int relay_begin(struct guestd *g)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &g->upstream_watch };
	uint64_t session;
	int r = xfg_link_greet(&g->upstream, INT64_MAX, &g->limits, &session);
	if (r)
		return r;
	g->in = (struct xfw_peer){ .session = session, .sequence = 2 };
	g->out_sequence = 2;
	g->last_number = 0;
	g->upstream_wants_out = false;
	g->have = 0;
	g->n_announced = 0;
	g->any_broken = false;
	if (epoll_ctl(g->epoll, EPOLL_CTL_ADD, g->upstream.fd, &event) < 0)
		return -errno;
	event.data.ptr = &g->gone_watch;
	if (g->upstream.gone_fd_plus_1 &&
		epoll_ctl(g->epoll, EPOLL_CTL_ADD, g->upstream.gone_fd_plus_1 - 1, &event) < 0)
		return -errno;
	if (g->upstream.ops->busy)
		g->upstream.ops->busy(&g->upstream, false);
	/* What has come meanwhile; and such a link must be read to know that its reader sleeps. */
	return relay_upstream_ready(g, EPOLLIN);
}

void relay_end(struct guestd *g)
{
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	free_client(g, client);
	if (g->upstream.ops)
		epoll_ctl(g->epoll, EPOLL_CTL_DEL, g->upstream.fd, NULL);
	if (g->upstream.gone_fd_plus_1)
		epoll_ctl(g->epoll, EPOLL_CTL_DEL, g->upstream.gone_fd_plus_1 - 1, NULL);
	xfg_link_close(&g->upstream);
	queue_finish(&g->out);
}
