/* SPDX-License-Identifier: MIT */
/* What the kernel has beside futexes. */
#ifndef TESTS_EXPLORE_KERNEL_H
#define TESTS_EXPLORE_KERNEL_H

#include "explore.h"

void xp_kernel_forget(void);
void xp_kernel_keep(void);
void xp_kernel_restore(void);
int xp_kernel_wake(const void *word, uint32_t bits); /* rings that sleep there */
long xp_kernel_write(int fd);
long xp_kernel_read(int fd, void *ret);

#endif
