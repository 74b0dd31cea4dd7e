/* SPDX-License-Identifier: MIT */
/* The result of a run, as a table for people or as JSON. */
#ifndef CROSSFENCE_DEMO_SUMMARY_H
#define CROSSFENCE_DEMO_SUMMARY_H

#include "run.h"

/* The end of it, on stdout. Returns an exit status. */
int summary_print(struct run *run);

#endif
