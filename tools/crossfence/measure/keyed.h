/* SPDX-License-Identifier: MIT */
/* A keyed mutex: taken alone, handed to and fro. */
#ifndef CROSSFENCE_MEASURE_KEYED_H
#define CROSSFENCE_MEASURE_KEYED_H

#include "row.h"

extern struct bench_row bench_keyed_uncontended, bench_keyed_handoff, bench_keyed_adaptive;

#endif
