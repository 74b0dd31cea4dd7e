/* SPDX-License-Identifier: MIT */
/* Who gets one of the places that the host grants this guest. */
#ifndef GUESTD_PLACES_H
#define GUESTD_PLACES_H

#include "guestd.h"

/* 0; -EUSERS: the host's quota, or this user's share of it, is used up; told. */
int places_take(struct guestd *g, int fd, uint32_t *ret_uid);
/* Breaks those who have said nothing for too long. For how long that can rest; XF_NEVER. */
int64_t places_expire(struct guestd *g);

#endif
