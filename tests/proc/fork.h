/* SPDX-License-Identifier: MIT */
#ifndef XF_TEST_FORK_H
#define XF_TEST_FORK_H

#include <sys/types.h>

/*
 * fork(), for children that go on to call the library, from a process with other threads: glibc
 * promises that its allocator works in the child, but AddressSanitizer's is left locked if another
 * thread was in it. Such a child, which could only hang, is ended and another one is made.
 */
pid_t proc_fork(void);

#endif
