/* SPDX-License-Identifier: MIT */
/*
 * One member's life in steps that together make every system call the library makes, so that each
 * call can be taken away and the list of them be held against what is made (denied_test.c).
 */
#ifndef TESTS_TRUST_WORK_H
#define TESTS_TRUST_WORK_H

#include "fixture.h"

struct work {
	int fd; /* of a domain with the objects of a fixture, made by another member */
	int socket[2]; /* connected to each other */
	int memory, room; /* sealed memfds: to import, and to make a domain in */
	char name[40]; /* for domains of its own */
	struct fixture f;
	struct xf_domain *own; /* called `name`, from when that step is done */
	bool (*is_found)(void); /* somebody else has found it */
	void (*companion_dies)(void); /* the other member, which owns `doomed`; NULL: it stays */
};

/* Besides the library's positive outcomes. */
enum { WORK_BUSY = 100, WORK_WRONG };

struct work_step {
	const char *name;
	/* 0, or what the library said; positive: it did not do what it had promised. */
	int (*fn)(struct work *work);
	bool needed; /* the rest makes no sense without it */
};

extern const struct work_step work_steps[];
extern const size_t work_steps_count;

#endif
