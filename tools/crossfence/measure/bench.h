/* SPDX-License-Identifier: MIT */
/* crossfence bench: the rows of docs/performance.md. */
#ifndef CROSSFENCE_MEASURE_BENCH_H
#define CROSSFENCE_MEASURE_BENCH_H

int cmd_bench(int argc, char **argv);

#endif
