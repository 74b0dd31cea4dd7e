/* SPDX-License-Identifier: MIT */
/* Where crossfenced's lines go: to the journal with their parts, or to standard error. */
#ifndef CROSSFENCED_REPORT_H
#define CROSSFENCED_REPORT_H

#include <crossfence/host.h>

/*
 * Where systemd says that standard error is the journal, lines go there by its own protocol, with
 * PRIORITY, CROSSFENCE_GUEST and CROSSFENCE_REASON; else, and where that fails, as text.
 */
void report_start(void);
void report_entry(void *arg, const struct xf_host_log_entry *entry); /* for xf_host_params */

/* From now on report() leaves out what is above that, as the library does (until then: info). */
void report_limit(enum xf_host_log_level level);

/* What crossfenced has to say itself. `guest` may be NULL. */
void report(enum xf_host_log_level level, const char *guest, const char *reason, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* "error", "warning", "info", "debug". 0, -EINVAL. */
int report_parse_level(const char *name, enum xf_host_log_level *ret_level);

#endif
