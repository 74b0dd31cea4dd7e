/* SPDX-License-Identifier: MIT */
/* What the figures were measured on. */
#ifndef CROSSFENCE_MEASURE_MACHINE_H
#define CROSSFENCE_MEASURE_MACHINE_H

/* The machine in words, for the head of a table; static. */
struct bench_machine {
	char cpu[80], kernel[80], date[32];
	unsigned n_cpus;
	double memory_gib, load;
};
const struct bench_machine *bench_machine(void);

#endif
