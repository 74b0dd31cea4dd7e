/* SPDX-License-Identifier: MIT */
/* The producer whose frames are a GPU's work. */
#ifndef CROSSFENCE_DEMO_GPU_PRODUCE_H
#define CROSSFENCE_DEMO_GPU_PRODUCE_H

#include "demo/demo.h"

/* Returns an exit status. */
int gpu_produce(const struct demo_options *options);

#endif
