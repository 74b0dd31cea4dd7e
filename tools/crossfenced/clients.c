/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "base/foreign_fd.h"
#include "clients.h"

#define SECOND	  INT64_C(1000000000)
#define ASK_NS	  SECOND /* to have asked */
#define ANSWER_NS (5 * SECOND) /* to have taken the answer, from the beginning */
#define TEXT_MAX  (64 * 1024) /* of a question */

static void end(struct client *client)
{
	xfi_foreign_fd_close(&client->fd);
	free(client->text);
	*client = (struct client){ .fd = -1 };
}

static int64_t until(const struct client *client)
{
	return client->since_ns + (client->asked ? ANSWER_NS : ASK_NS);
}

static void send_answer(struct client *client)
{
	while (client->done < client->have) {
		ssize_t n = send(client->fd, client->text + client->done,
			client->have - client->done, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break;
		client->done += (size_t)n;
	}
	end(client);
}

static void answer(struct clients *clients, struct client *client)
{
	char *question = client->text;
	client->text = NULL;
	int r = control_answer(&clients->control, question, &client->text, &client->have);
	free(question);
	client->asked = true;
	if (r)
		end(client);
	else
		send_answer(client);
}

/* -EAGAIN: there was nothing; 0: the end; positive. */
static ssize_t read_some(struct client *client)
{
	char *more = realloc(client->text, client->have + 4096 + 1);
	if (!more)
		return -ENOMEM;
	client->text = more;
	ssize_t n = recv(client->fd, more + client->have, 4096, MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	client->have += (size_t)n;
	more[client->have] = 0;
	return n;
}

/* What ends, or is too long, or too slow, is told so. */
static void read_question(struct clients *clients, struct client *client, bool late)
{
	ssize_t n = read_some(client);
	if (n < 0 && n != -EAGAIN)
		end(client);
	else if (client->have && (late || n == 0 || client->have > TEXT_MAX ||
					 (n > 0 && control_is_whole(client->text))))
		answer(clients, client);
	else if (late || n == 0)
		end(client);
}

/* A free place, or that of whoever came first. */
static struct client *find_place(struct clients *clients)
{
	struct client *oldest = &clients->places[0];
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->places[i];
		if (client->fd < 0)
			return client;
		if (client->since_ns < oldest->since_ns)
			oldest = client;
	}
	end(oldest);
	return oldest;
}

static void take_client(struct clients *clients)
{
	int fd = accept4(clients->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
		clients->rests_until_ns = xf_deadline(SECOND); /* else it is told again at once */
	if (fd < 0)
		return;
	xfi_foreign_fd_refuse(fd); /* the listener may be systemd's */
	*find_place(clients) = (struct client){ .fd = fd, .since_ns = xf_now() };
}

void clients_begin(struct clients *clients, int listener)
{
	clients->listener = listener;
	for (int i = 0; i < CLIENTS_MAX; i++)
		clients->places[i] = (struct client){ .fd = -1 };
}

int clients_watch(const struct clients *clients, struct pollfd items[CLIENTS_MAX + 1])
{
	int64_t soonest = XF_NEVER, now_ns = xf_now();
	for (int i = 0; i < CLIENTS_MAX; i++) {
		const struct client *client = &clients->places[i];
		items[i] = (struct pollfd){ .fd = client->fd,
			.events = client->asked ? POLLOUT : POLLIN };
		if (client->fd >= 0 && until(client) < soonest)
			soonest = until(client);
	}
	bool rests = clients->rests_until_ns > now_ns;
	if (rests && clients->rests_until_ns < soonest)
		soonest = clients->rests_until_ns;
	items[CLIENTS_MAX] =
		(struct pollfd){ .fd = rests ? -1 : clients->listener, .events = POLLIN };
	if (soonest == XF_NEVER)
		return -1;
	return soonest <= now_ns ? 0 : (int)((soonest - now_ns) / 1000000) + 1;
}

void clients_serve(struct clients *clients, const struct pollfd items[CLIENTS_MAX + 1])
{
	int64_t now_ns = xf_now();
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->places[i];
		bool late = client->fd >= 0 && until(client) <= now_ns;
		if (client->fd < 0 || client->fd != items[i].fd || (!items[i].revents && !late))
			continue;
		if (!client->asked)
			read_question(clients, client, late);
		else if (late)
			end(client);
		else
			send_answer(client);
	}
	if (items[CLIENTS_MAX].revents)
		take_client(clients);
}

void clients_end(struct clients *clients)
{
	for (int i = 0; i < CLIENTS_MAX; i++)
		end(&clients->places[i]);
}
