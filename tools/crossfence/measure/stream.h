/* SPDX-License-Identifier: MIT */
/* Frames in order, through a stream. */
#ifndef CROSSFENCE_MEASURE_STREAM_H
#define CROSSFENCE_MEASURE_STREAM_H

#include "row.h"

extern struct bench_row bench_stream, bench_stream_small, bench_stream_latest;

#endif
