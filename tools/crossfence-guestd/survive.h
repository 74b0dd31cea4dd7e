/* SPDX-License-Identifier: MIT */
/* A device may be unplugged while it is mapped. */
#ifndef GUESTD_SURVIVE_H
#define GUESTD_SURVIVE_H

/* From now on mapped memory that is taken away reads as zeros, in which no host is found. */
void survive_unplugging(void);

#endif
