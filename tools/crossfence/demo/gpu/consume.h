/* SPDX-License-Identifier: MIT */
/* The consumers that look at frames by a GPU. */
#ifndef CROSSFENCE_DEMO_GPU_CONSUME_H
#define CROSSFENCE_DEMO_GPU_CONSUME_H

#include "demo/demo.h"

/* Returns an exit status. */
int gpu_consume(const struct demo_options *options, enum role role);

#endif
