/* SPDX-License-Identifier: MIT */
/* The one that starts the roles, kills some, and keeps account. */
#ifndef CROSSFENCE_DEMO_SUPERVISOR_H
#define CROSSFENCE_DEMO_SUPERVISOR_H

#include "demo.h"

/* Returns an exit status. */
int supervisor_main(const struct demo_options *options);

#endif
