/* SPDX-License-Identifier: MIT */
/*
 * What a hostile host (or a guestd gone mad) can send to a guest process. The link is a buffer. Odd
 * first byte: session and sequence are put right, as in host_fuzz.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/io.h"

struct feed {
	const uint8_t *data;
	size_t size;
};

static ssize_t feed_read(struct xfg_link *link, void *bytes, size_t size)
{
	struct feed *feed = link->state;
	size_t n = feed->size < size ? feed->size : size;
	if (!n)
		return -ECONNRESET;
	memcpy(bytes, feed->data, n);
	feed->data += n;
	feed->size -= n;
	return (ssize_t)n;
}

static ssize_t feed_write(struct xfg_link *link, const void *bytes, size_t size)
{
	return (ssize_t)size;
}

static int feed_wait(struct xfg_link *link, short events, int64_t deadline_ns)
{
	return 0;
}

static void feed_nothing(struct xfg_link *link)
{
}

static const struct xfg_link_ops feed_ops = { feed_read, feed_write, feed_wait, NULL, NULL,
	feed_nothing, feed_nothing };

static void put_right(uint8_t *bytes, size_t size)
{
	uint64_t sequence = 2;
	for (size_t at = 0; size - at >= XFW_HEAD_BYTES;) {
		static const uint8_t types[] = { XFW_SIGNAL, XFW_DONE, XFW_SIGNAL, XFW_CLOSE };
		uint8_t *head = bytes + at;
		head[0] = types[head[0] & 3];
		head[1] = head[3] = head[5] = head[6] = head[7] = 0;
		head[2] &= 1;
		head[4] = head[0] == XFW_DONE ? head[4] : 0;
		xfw_put64(head + 8, 7);
		head[16] = 1;
		head[17] = head[18] = head[19] = 0;
		if (head[0] == XFW_SIGNAL)
			memset(head + 20, 0, 4);
		else
			head[20] |= 1;
		memset(head + 25, 0, 7); /* small event ids meet existing events */
		xfw_put64(head + 32, sequence++);
		at += XFW_HEAD_BYTES + head[4];
		if (at > size)
			return;
	}
}

static struct xf_guest *make(struct feed *feed)
{
	struct xf_guest *guest = calloc(1, sizeof(*guest));
	pthread_mutex_init(&guest->lock, NULL);
	pthread_mutex_init(&guest->write_lock, NULL);
	xfw_list_init(&guest->waiters);
	xfw_list_init(&guest->requests);
	guest->forks = xfg_forks;
	guest->link = (struct xfg_link){ .ops = &feed_ops, .fd = -1, .state = feed };
	guest->in = (struct xfw_peer){ .session = 7, .sequence = 2 };
	guest->out_sequence = 2;
	guest->next_event = 1;
	guest->next_device = 1;
	guest->limits.events = 8;
	guest->sessions = 1;
	return guest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xf_guest_event *events[3] = { NULL };
	uint8_t answer[16];
	if (!size)
		return 0;
	uint8_t *copy = malloc(size);
	memcpy(copy, data + 1, size - 1);
	if (data[0] & 1)
		put_right(copy, size - 1);
	struct feed feed = { copy, size - 1 };
	struct xf_guest *guest = make(&feed);
	for (uint32_t i = 0; i < 3; i++)
		(void)xf_guest_event_create(guest, i & 1, i & 1, &events[i]);
	(void)xf_guest_event_handle(events[1]);
	xf_guest_event_close(events[1]); /* kept: its handle is out */
	(void)xf_guest_escape(guest, 0, 0, answer, sizeof(answer), NULL);
	(void)xf_guest_device_destroy(guest, 1);
	(void)xf_guest_event_wait(events[0], xf_deadline(1000000));
	(void)xf_guest_dispatch(guest);
	(void)xf_guest_event_wait(events[2], 0);
	xf_guest_event_close(events[0]);
	xf_guest_event_close(events[2]);
	xf_guest_disconnect(guest);
	free(copy);
	return 0;
}
