/* SPDX-License-Identifier: MIT */
/* What the sample's user-mode part in the guest and its miniport on the host say to each other in
 * private driver data. Fixed layout, little-endian machines only: it is a sample. */
#ifndef SAMPLE_PROTOCOL_H
#define SAMPLE_PROTOCOL_H

#include <stdint.h>

#define SAMPLE_RING 8 /* events that a burst signals in turn */

enum sample_command {
	SAMPLE_EVENT = 1, /* event[]: what the following is about */
	SAMPLE_BURST = 2, /* signal the eight events in turn, `count` times in all */
	SAMPLE_PING = 3, /* signal event[0], again at every SAMPLE_PONG, `count` times in all */
	SAMPLE_PONG = 4,
	SAMPLE_REPORT = 5, /* out: times of the pings */
	SAMPLE_CPU = 6, /* signal the device's CPU event */
};

struct sample_order {
	uint32_t command, count;
	uint64_t event[SAMPLE_RING];
};

struct sample_report {
	uint32_t command, count;
	int64_t median_ns, p99_ns;
};

#endif
