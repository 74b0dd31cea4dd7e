/* SPDX-License-Identifier: MIT */
/* How soon a death is known. */
#ifndef CROSSFENCE_MEASURE_DEATH_H
#define CROSSFENCE_MEASURE_DEATH_H

#include "row.h"

extern struct bench_row bench_death, bench_death_10000;

#endif
