/* SPDX-License-Identifier: MIT */
/*
 * The account of every frame, kept by the supervisor from what the roles report. At the end each
 * number from 1 to the last sent is delivered to both consumers, or lost for a known reason, or
 * unaccounted, which is a failure, as is a torn frame.
 */
#ifndef CROSSFENCE_DEMO_LEDGER_H
#define CROSSFENCE_DEMO_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"
#include "stage.h"

#define FRAMES_MAX UINT64_C(4000000)

struct entry {
	uint64_t checksum[N_ROLES];
	uint32_t seen[N_ROLES]; /* reports of each role */
	uint8_t torn, interrupted;
};

struct ledger {
	struct entry *entries; /* [frame - 1], owned */
	uint64_t room, last; /* the highest frame reported */
	int64_t *hand_offs; /* ns, owned; sorted by ledger_judge() */
	uint64_t n_hand_offs, room_hand_offs, n_receipts;
	int64_t first_ns, last_ns; /* first acquire and last release of a frame */
};

void ledger_finish(struct ledger *ledger);

/* A role's REPORT_FRAME. 0; -ENOMEM; -EINVAL: no such frame can be. */
int ledger_add(struct ledger *ledger, enum role role, const struct report *report);
/* `frame` was in the hands of a process that was killed. */
int ledger_interrupt(struct ledger *ledger, uint64_t frame);

struct verdict {
	uint64_t frames, delivered, lost, unaccounted;
	uint64_t torn; /* frames */
	uint64_t sent_again; /* delivered after a kill had cut them off */
	uint64_t repeated; /* frames that a consumer got more than once */
};

void ledger_judge(struct ledger *ledger, struct verdict *ret_verdict);

/* The hand-off time, ns, that `part` (0 to 1) of all are not above; after ledger_judge(). */
int64_t ledger_percentile(const struct ledger *ledger, double part);

#endif
