/* SPDX-License-Identifier: MIT */
/* The guest's half of what the VM tests share; also used inside real guests, without cmocka. */
#ifndef GUESTSIDE_H
#define GUESTSIDE_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <crossfence/guest.h>

#define MS     INT64_C(1000000)
#define SECOND INT64_C(1000000000)

/* In a guest an assertion of cmocka would jump into the parent's test: exit instead. */
#define need(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: guest: %s (errno %d)\n", __FILE__, __LINE__,       \
				#condition, errno);                                                \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* What a guest asks of the test's driver. */
enum ask {
	ASK_KEEP = 1, /* remember process and event; the test signals it */
	ASK_SIGNAL, /* signal `event` `count` times, before the answer */
	ASK_LAST_USE, /* the same, the last one with LAST_USE */
	ASK_DEVICE, /* the device's clean-up shall signal `event` with LAST_USE */
	ASK_PONG, /* one way: the event of the last ASK_KEEP has arrived */
	ASK_REPORT, /* `count` is what the guest saw */
	ASK_SURFACE, /* the answer's `event` is the id of the test's surface */
};

struct order {
	uint32_t ask, count;
	uint64_t event;
};

static inline const char *unix_address(const char *path)
{
	static char address[160];
	snprintf(address, sizeof(address), "unix:%s", path);
	return address;
}

static inline struct xf_guest *guest_connect_to(
	const char *address, const char *name, uint32_t flags)
{
	struct xf_guest *guest = NULL;
	struct xf_guest_params params = {
		.size = sizeof(params), .address = address, .name = name, .flags = flags
	};
	int r = xf_guest_connect(&params, xf_deadline(100 * SECOND), &guest);
	if (r)
		fprintf(stderr, "guest %s: connect: %s\n", name, xf_strerror(r));
	need(r == 0);
	return guest;
}

static inline struct xf_guest *guest_connect(const char *path, const char *name, uint32_t flags)
{
	return guest_connect_to(unix_address(path), name, flags);
}

static inline uint32_t ask(
	struct xf_guest *guest, uint64_t device, uint32_t what, uint32_t count, uint64_t event)
{
	struct order order = { what, count, event };
	uint32_t status = 77;
	need(xf_guest_escape(guest, device, 0, &order, sizeof(order), &status) == 0);
	need(order.count == count + 1000);
	return status;
}

static inline uint64_t ask_surface(struct xf_guest *guest)
{
	struct order order = { ASK_SURFACE, 0, 0 };
	need(xf_guest_escape(guest, 0, 0, &order, sizeof(order), NULL) == 0);
	return order.event;
}

#endif
