/* SPDX-License-Identifier: MIT */
/* The role that decodes, stamps and sends; a process of its own. */
#ifndef CROSSFENCE_DEMO_PRODUCER_H
#define CROSSFENCE_DEMO_PRODUCER_H

#include "demo.h"

/* Returns an exit status. */
int producer_main(const struct demo_options *options);

#endif
