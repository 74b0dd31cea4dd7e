/* SPDX-License-Identifier: MIT */
/* An event: set with nobody waiting, waited for by epoll, one of many. */
#ifndef CROSSFENCE_MEASURE_EVENT_H
#define CROSSFENCE_MEASURE_EVENT_H

#include "row.h"

extern struct bench_row bench_event_unwaited, bench_event_epoll, bench_any_of_16;

#endif
