/* SPDX-License-Identifier: MIT */
/* What was found on this machine, and what follows from it. */
#ifndef CROSSFENCE_TOOL_DOCTOR_FINDING_H
#define CROSSFENCE_TOOL_DOCTOR_FINDING_H

#include <stdbool.h>

#define FINDING_SIZE 320
#define FINDINGS_MAX 64

struct finding {
	const char *what; /* static */
	bool good; /* nothing is missing */
	char found[FINDING_SIZE];
	char follows[FINDING_SIZE];
};

struct findings {
	struct finding all[FINDINGS_MAX];
	int count;
};

/* `follows` may be NULL: nothing to do. Both texts are static or copied. */
struct finding *finding_add(struct findings *findings, const char *what, bool good,
	const char *found, const char *follows);

#endif
