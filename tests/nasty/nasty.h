/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that nobody expects: each of another kind, each with some way to block, fault or
 * mislead whoever uses it without looking.
 */
#ifndef TESTS_NASTY_NASTY_H
#define TESTS_NASTY_NASTY_H

#include <stddef.h>

struct nasty {
	const char *name;
	int (*make)(void); /* a descriptor; -1: not to be had here */
};

extern const struct nasty nasty_kinds[];
extern const size_t nasty_count;

/* The last close() of it takes as long as its owner likes. */
#define NASTY_LINGER "lingering TCP socket"
/* So does every close(), and whatever it is asked; see unanswered.h. */
#define NASTY_UNANSWERED "file whose server does not answer"

#endif
