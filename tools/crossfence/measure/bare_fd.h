/* SPDX-License-Identifier: MIT */
/* The bare mechanisms that have a descriptor, and the futex call that waits for several words. */
#ifndef CROSSFENCE_MEASURE_BARE_FD_H
#define CROSSFENCE_MEASURE_BARE_FD_H

#include "pair.h"

/* Uncontended. */
extern const struct bench_contender bare_eventfd_write, bare_eventfd_write_read;

/* Round trips. */
extern const struct bench_contender bare_eventfd_epoll, bare_eventfd_epoll_16, bare_waitv_16;

#endif
