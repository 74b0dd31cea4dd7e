/* SPDX-License-Identifier: MIT */
/*
 * The bare mechanism behind ivshmem: two words of shared memory and an interrupt each way, without
 * rings or messages. Host side: serves one VM a device of its own.
 */
#ifndef RAW_REGION_H
#define RAW_REGION_H

#include <stdint.h>

struct raw_region {
	int listener, connection;
	int bell, ring_guest; /* eventfds */
	uint32_t *words; /* RAW_TO_GUEST, RAW_TO_HOST */
};

#define RAW_REGION_BYTES 65536
#define RAW_TO_GUEST	 0
#define RAW_TO_HOST	 64 /* index of a 32-bit word, another cache line */

/* 0 or -errno. After raw_region_listen() the VMM may start, which then waits to be served. */
int raw_region_listen(struct raw_region *region, const char *path);
int raw_region_serve(struct raw_region *region);

/* Gives the guest number `i` and waits until it gives it back; -ETIMEDOUT after 200 s. */
int raw_region_ping(struct raw_region *region, uint32_t i);

/* Before another guest process begins with number 1. */
void raw_region_reset(struct raw_region *region);

void raw_region_close(struct raw_region *region);

#endif
