/* SPDX-License-Identifier: MIT */
/* What the supervisor knows of a run, for the parts that show it. */
#ifndef CROSSFENCE_DEMO_RUN_H
#define CROSSFENCE_DEMO_RUN_H

#include "child.h"
#include "demo.h"
#include "ledger.h"
#include "output.h"
#include "trace.h"

#define DEATHS_MAX 32 /* roles that died by a signal; more means that something is broken */

struct death {
	enum role role;
	pid_t pid;
	int signal;
	bool owned; /* it told that it had `surface`, with `frame` */
	uint32_t surface;
	uint64_t frame;
	int64_t at_ns;
	int64_t back_ns; /* its successor's first frame; 0: none yet */
};

struct picture {
	bool decoded, seen; /* seen: by consumer B */
	char *refused; /* owned; why it did not decode, NULL: it did or nobody tried */
	int64_t decoding_ns;
	bool compared, same_bytes; /* with what a CPU makes of it: see REPORT_COMPARED */
};

struct run {
	const struct demo_options *options;
	char name[XF_NAME_MAX + 1];
	struct stage stage;
	bool joined;
	struct child children[N_ROLES];
	struct ledger ledger;
	struct trace trace;
	char device[92]; /* that the roles work by; "" without --gpu */
	uint32_t difference; /* the greatest that was reported */
	struct picture *pictures; /* [picture], owned */
	struct death deaths[DEATHS_MAX];
	uint32_t n_deaths;
	uint64_t reclaimed;
	uint64_t sent, received[N_ROLES]; /* frames, for the progress line */
	uint64_t torn; /* reports with bad rows so far */
	uint32_t showing; /* picture */
	int64_t begin_ns, last_report_ns;
	bool stopping, all_sent, interrupted;
	char failure[OUTPUT_PATH_MAX + 200]; /* why it cannot go on; "" while it can */
};

/* Why it cannot go on; the first reason is kept. */
__attribute__((format(printf, 2, 3))) void run_fail(struct run *run, const char *format, ...);

/* Pictures that did not decode, and those that consumer B has seen. */
uint32_t run_count_refused(const struct run *run);
uint32_t run_count_seen(const struct run *run);
uint32_t run_count_compared(const struct run *run, bool same_bytes);

#endif
