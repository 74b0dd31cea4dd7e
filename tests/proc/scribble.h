/* SPDX-License-Identifier: MIT */
/*
 * A hostile member maps the domain's descriptor and writes what it likes while others work. Their
 * results may be anything; but they must not crash (an ASan build also sees reads and writes
 * outside), no call may last longer than its deadline plus SLACK, and joining, leaving and whatever
 * has no deadline must come back within PATIENT.
 *
 * Environment: XF_SEEDS (how many rounds of each kind), XF_SEED (the first).
 */
#ifndef TESTS_PROC_SCRIBBLE_H
#define TESTS_PROC_SCRIBBLE_H

#include "proc.h"

#include "shm/layout.h"

#define PATIENT_MS 15000

/* A call that was given `ms` must have come back. Any result will do. */
#define TIMED(ms, call)                                                                            \
	do {                                                                                       \
		int64_t began_ = scribble_begin(#call);                                            \
		(void)(call);                                                                      \
		scribble_in_time(began_, ms, #call);                                               \
	} while (0)
#define TIMED_RESULT(result, ms, call) TIMED(ms, (result) = (call))

int64_t scribble_begin(const char *what); /* which is said if it never ends */
void scribble_in_time(int64_t began, int ms, const char *what);

struct arena {
	unsigned char *base;
	struct xfi_layout layout;
};

/* Writes once; `random` as of proc_random(). */
typedef void scribble_fn(struct arena *arena, uint64_t *random);

scribble_fn scribble_anywhere; /* any byte before the payload */
scribble_fn scribble_fields; /* whole words where it hurts: each region as likely as the other */
uint64_t scribble_nasty(uint64_t *random); /* a word to write */

/* Who works meanwhile, each a process: fn(&fd) says scribble_ready() and ends at scribble_over().
 */
struct scribble_cast {
	void (*const *workers)(void *arg);
	size_t count;
};
void scribble_ready(void);
bool scribble_over(void);

/* `pace`: so many writes between two pauses; 0: no pauses. */
void scribble_rounds(
	const struct scribble_cast *cast, scribble_fn *scribble, unsigned pace, uint64_t count);

#endif
