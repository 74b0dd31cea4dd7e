/* SPDX-License-Identifier: MIT */
/* The roles with a GPU's work: `crossfence demo --gpu`. */
#ifndef CROSSFENCE_DEMO_GPU_ROLES_H
#define CROSSFENCE_DEMO_GPU_ROLES_H

#include "demo/demo.h"

/* Returns an exit status. */
int gpu_role_main(const struct demo_options *options, enum role role);

/* NULL: this build has it; else what it was built without. */
const char *gpu_missing(void);

#endif
