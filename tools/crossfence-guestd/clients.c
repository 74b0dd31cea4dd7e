/* SPDX-License-Identifier: MIT */
#include "clients.h"

static struct client **place_of(struct guestd *g, uint32_t number)
{
	return &g->recent[number % GUESTD_RECENT];
}

void clients_add(struct guestd *g, struct client *client)
{
	xfw_list_append(&g->clients, &client->link);
	g->n_clients++;
}

void clients_remove(struct guestd *g, struct client *client)
{
	struct client **place = place_of(g, client->number);
	if (*place == client)
		*place = NULL;
	xfw_list_remove(&client->link);
	g->n_clients--;
}

void clients_break(struct guestd *g, struct client *client)
{
	client->broken = true;
	g->any_broken = true;
}

struct client *clients_find(struct guestd *g, uint32_t number)
{
	struct client **place = place_of(g, number);
	if (*place && (*place)->number == number)
		return *place;
	XFW_LIST_EACH(client, &g->clients, struct client, link)
	if (client->number == number)
		return *place = client;
	return NULL;
}
