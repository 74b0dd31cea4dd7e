/* SPDX-License-Identifier: MIT */
/* What the service has to say, so little at a time that no guest can fill a disk with it. */
#ifndef XFH_LOG_H
#define XFH_LOG_H

#include <stdint.h>

#include <crossfence/host.h>

#define XFH_LOG_LINES 50 /* of one guest, in */
#define XFH_LOG_NS    INT64_C(10000000000)

struct xfh_log_limit {
	int64_t since_ns; /* when this period began */
	uint32_t lines, left_out;
};

/* What goes wrong, and what goes right: coming and going must not use up the lines for trouble. */
enum { XFH_LOG_TROUBLE, XFH_LOG_ORDINARY, XFH_LOG_KINDS };

/* Service only. `reason` is one word. A line about a guest begins with its name. */
void xfh_host_log(struct xf_host *host, enum xf_host_log_level level, const char *reason,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void xfh_guest_log(struct xf_host_guest *guest, enum xf_host_log_level level, const char *reason,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Tells how many lines were left out, where a period is over. */
void xfh_log_count(struct xf_host *host, int64_t now_ns);

#endif
