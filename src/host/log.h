/* SPDX-License-Identifier: MIT */
/* What the service has to say, so little at a time that no guest can fill a disk with it. */
#ifndef XFH_LOG_H
#define XFH_LOG_H

#include <stdint.h>

struct xf_host;
struct xf_host_guest;

#define XFH_LOG_LINES 50 /* of one guest, in */
#define XFH_LOG_NS    INT64_C(10000000000)

struct xfh_log_limit {
	int64_t since_ns; /* when this period began */
	uint32_t lines, left_out;
};

/* Service only. A line about a guest begins with its name. */
void xfh_host_log(struct xf_host *host, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void xfh_guest_log(struct xf_host_guest *guest, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Tells how many lines were left out, where a period is over. */
void xfh_log_count(struct xf_host *host, int64_t now_ns);

#endif
