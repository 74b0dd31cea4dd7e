/* SPDX-License-Identifier: MIT */
/* A process that is made to be killed, and one that waits for its death to be noticed. */
#ifndef CROSSFENCE_MEASURE_VICTIM_H
#define CROSSFENCE_MEASURE_VICTIM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "row.h"

/* Shared by the two and whoever kills. */
struct bench_scene {
	int victim_socket, witness_socket; /* connected to each other */
	int ready; /* each writes a byte when it is where it should be */
	size_t victim_bytes; /* memory the victim touches */
	int victim_cpu, witness_cpu;
	int64_t noticed_ns; /* CLOCK_MONOTONIC */
	uint64_t count; /* how many objects were reported */
	_Alignas(64) unsigned char bytes[4096]; /* the mechanism's own */
};

struct bench_mechanism {
	/* Takes what the witness waits for, in the victim. */
	int (*hold)(struct bench_scene *scene);
	/* Sets up, in the witness; then waits. The scene's results are written by wait. */
	int (*open)(struct bench_scene *scene, void **ret_state);
	int (*wait)(struct bench_scene *scene, void *state);
};

/*
 * One murder. The victim has a CPU of its own where there are two: a witness on the same one would
 * get its turn only at the next tick, for the kernel does not interrupt the victim's ending.
 * Returns 0 with *ret_ns the time from just before kill() until the witness knew, or a
 * negative errno; -ETIMEDOUT: the witness never knew.
 */
int bench_murder(const struct bench_mechanism *mechanism, const struct bench_settings *settings,
	size_t victim_bytes, double *ret_ns, uint64_t *ret_count);

#endif
