/* SPDX-License-Identifier: MIT */
/* Members in PID namespaces of their own, all with the same process and thread ids. */
#ifndef TESTS_TRUST_ALONE_H
#define TESTS_TRUST_ALONE_H

#include "proc.h"

/* A member in a PID namespace of its own, whose first process does nothing. */
struct alone {
	pid_t init, member;
};

/* As proc_spawn_at(); `point` may be NULL. The kernel lets nobody kill or stop himself as PID 1. */
struct alone spawn_alone(const char *point, void (*fn)(void *arg), void *arg);

/* Two in one namespace: the first as by spawn_alone(). */
struct alone spawn_pair(
	void (*fn)(void *arg), void (*other)(void *arg), void *arg, pid_t *ret_other);

void kill_alone(struct alone alone);

#endif
