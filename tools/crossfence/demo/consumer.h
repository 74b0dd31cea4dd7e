/* SPDX-License-Identifier: MIT */
/* The roles that receive and check; each a process of its own. */
#ifndef CROSSFENCE_DEMO_CONSUMER_H
#define CROSSFENCE_DEMO_CONSUMER_H

#include "demo.h"

/* Returns an exit status. */
int consumer_main(const struct demo_options *options, enum role role);

#endif
