/* SPDX-License-Identifier: MIT */
/* Arrays in forked children. */
#ifndef XFP_FORK_H
#define XFP_FORK_H

#include "picture.h"

/* An array over it begins to live; the last one is gone. */
void xfp_fork_add(struct xfp_picture *p);
void xfp_fork_remove(struct xfp_picture *p);

/* From now on fork() gives a child memory in place of the arrays'; -1 with an exception. */
int xfp_fork_register(void);

#endif
