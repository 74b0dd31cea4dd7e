/* SPDX-License-Identifier: MIT */
/* The roles that receive and check; each a process of its own. */
#ifndef CROSSFENCE_DEMO_CONSUMER_H
#define CROSSFENCE_DEMO_CONSUMER_H

#include "demo.h"

struct sheet;

/* Returns an exit status. */
int consumer_main(const struct demo_options *options, enum role role);

/* Writes the contact sheet where it belongs, or reports why not. */
int consumer_write_sheet(const struct demo_options *options, const struct sheet *sheet);

#endif
