/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"

static int make_room(struct queue *queue, size_t size)
{
	if (queue->first) {
		memmove(queue->bytes, queue->bytes + queue->first, queue->have);
		queue->first = 0;
	}
	if (queue->have + size <= queue->room)
		return 0;
	size_t room = queue->room ? queue->room : 4096;
	while (room < queue->have + size)
		room *= 2;
	uint8_t *bytes = realloc(queue->bytes, room);
	if (!bytes)
		return -ENOMEM;
	queue->bytes = bytes;
	queue->room = room;
	return 0;
}

int queue_add(struct queue *queue, const void *bytes, size_t size, size_t max)
{
	if (queue->have + size > max)
		return -ENOBUFS;
	if (queue->first + queue->have + size > queue->room && make_room(queue, size))
		return -ENOMEM;
	memcpy(queue->bytes + queue->first + queue->have, bytes, size);
	queue->have += size;
	return 0;
}

void queue_take(struct queue *queue, size_t size)
{
	queue->have -= size;
	queue->first = queue->have ? queue->first + size : 0;
}

void queue_finish(struct queue *queue)
{
	free(queue->bytes);
	*queue = (struct queue){ 0 };
}
