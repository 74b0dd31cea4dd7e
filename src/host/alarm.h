/* SPDX-License-Identifier: MIT */
/* The service's one timer: for guests that let it wait. Not set, it costs nothing. Service only. */
#ifndef XFH_ALARM_H
#define XFH_ALARM_H

#include <stdint.h>

struct xf_host;

int xfh_alarm_start(struct xf_host *host);
void xfh_alarm_stop(struct xf_host *host);
/* Rings at `when_ns`, or earlier for another. */
void xfh_alarm_at(struct xf_host *host, int64_t when_ns);

#endif
