/* SPDX-License-Identifier: MIT */
/* How soon a reader has the first frame of a killed producer's successor. */
#ifndef CROSSFENCE_MEASURE_RESTART_H
#define CROSSFENCE_MEASURE_RESTART_H

#include "row.h"

extern struct bench_row bench_stream_restart;

#endif
