/* SPDX-License-Identifier: MIT */
/*
 * Who gets one of the places that the host grants this guest. One that has connected but not said
 * which process it is has a little time, and none when another one wants its place. Clients are
 * only marked as broken here, see clients_break().
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include <crossfence/result.h>
#include "clients.h"
#include "places.h"

#define ANNOUNCE_NS INT64_C(10000000000)

static bool is_silent(const struct client *client)
{
	return !client->announced && !client->broken;
}

static void tell_refused(int fd)
{
	uint8_t bytes[XFW_HEAD_BYTES];
	struct xfw_msg msg = { .type = XFW_CLOSE, .object = XFW_REASON_QUOTA, .sequence = 1 };
	xfw_encode(&msg, bytes);
	/* One that does not fit into an empty socket finds the end of it. */
	(void)send(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Places taken, by one user or (all) by anybody. */
static uint32_t count(const struct guestd *g, uint32_t uid, int all)
{
	uint32_t n = 0;
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	n += !client->broken && (all || client->uid == uid);
	return n;
}

static int evict(struct guestd *g, uint32_t uid, int all)
{
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	if (is_silent(client) && (all || client->uid == uid)) {
		tell_refused(client->fd);
		clients_break(g, client);
		return 1;
	}
	return 0;
}

int places_take(struct guestd *g, int fd, uint32_t *ret_uid)
{
	uint32_t places = g->limits.processes;
	struct ucred peer = { .uid = UINT32_MAX };
	socklen_t size = sizeof(peer);
	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size); /* failed: nobody's */
	*ret_uid = peer.uid;
	/* Only root may have the last quarter, too. */
	int full = peer.uid && count(g, peer.uid, 0) >= places - places / 4;
	if ((full && !evict(g, peer.uid, 0)) || (count(g, 0, 1) >= places && !evict(g, 0, 1))) {
		tell_refused(fd);
		return -EUSERS;
	}
	return 0;
}

/* Silent ones are in the order in which they came. */
int64_t places_expire(struct guestd *g)
{
	int64_t now_ns = 0;
	if (g->n_clients == g->n_announced)
		return XF_NEVER;
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	{
		if (!is_silent(client))
			continue;
		now_ns = now_ns ? now_ns : xf_now();
		if (now_ns - client->since_ns < ANNOUNCE_NS)
			return client->since_ns + ANNOUNCE_NS - now_ns;
		clients_break(g, client);
	}
	return XF_NEVER;
}
