/* SPDX-License-Identifier: MIT */
/* What was asked for. The supervisor parses it and passes it on to the roles word by word. */
#ifndef CROSSFENCE_DEMO_H
#define CROSSFENCE_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "pictures.h"
#include "stage.h"

struct demo_options {
	uint64_t frames; /* how many to send; 0: as long as `seconds` */
	double seconds;
	uint32_t surfaces;
	const char *out; /* folder for what the demo writes */
	bool json, no_kill;
	bool gpu; /* the roles work by Vulkan */
	struct pictures pictures; /* owned */

	/* Of a role's own command line. */
	const char *role; /* NULL: supervisor */
	const char *name; /* of the domain */
	uint64_t halt_at; /* stand still when having this frame; 0: when the event says so */
	bool successor; /* its predecessor was killed */
};

/* Where a role finds its descriptors. */
enum { FD_REPORTS = 3, FD_PICTURES = 4 };

int cmd_demo(int argc, char **argv);

#endif
