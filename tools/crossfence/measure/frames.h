/* SPDX-License-Identifier: MIT */
/* Frames of pixels handed from process to process. */
#ifndef CROSSFENCE_MEASURE_FRAMES_H
#define CROSSFENCE_MEASURE_FRAMES_H

#include "row.h"

extern struct bench_row bench_frames;

#endif
