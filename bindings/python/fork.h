/* SPDX-License-Identifier: MIT */
/* Arrays in forked children. */
#ifndef XFP_FORK_H
#define XFP_FORK_H

#include "picture.h"

/* An array over it begins to live; the last one is gone. */
void xfp_fork_add(struct xfp_picture *p);
void xfp_fork_remove(struct xfp_picture *p);

/* The one whose memory is at `address`, as far as arrays are alive over it; NULL. */
const struct xfp_picture *xfp_fork_find(const uint8_t *address);

/* From now on fork() gives a child memory in place of the arrays'; -1 with an exception. */
int xfp_fork_register(void);

#endif
