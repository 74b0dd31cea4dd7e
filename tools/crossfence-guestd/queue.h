/* SPDX-License-Identifier: MIT */
/* Bytes on their way out. */
#ifndef GUESTD_QUEUE_H
#define GUESTD_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct queue {
	uint8_t *bytes;
	size_t first, have, room; /* `have` bytes from `first` */
};

/* -ENOBUFS: more than `max` bytes would wait; nothing is added. -ENOMEM. */
int queue_add(struct queue *queue, const void *bytes, size_t size, size_t max);
void queue_take(struct queue *queue, size_t size);
void queue_finish(struct queue *queue);

#endif
