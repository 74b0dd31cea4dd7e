/* SPDX-License-Identifier: MIT */
/* How soon a producer goes on after its consumer was killed. */
#ifndef CROSSFENCE_MEASURE_KILLS_H
#define CROSSFENCE_MEASURE_KILLS_H

#include "row.h"

extern struct bench_row bench_kills;

#endif
