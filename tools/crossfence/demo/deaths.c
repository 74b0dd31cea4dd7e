/* SPDX-License-Identifier: MIT */
/* Who died, having what, and when a successor was back. */
#include <signal.h>
#include <string.h>

#include "deaths.h"

void deaths_kill_owner(struct run *run, struct progress *progress, const struct child *child,
	const struct report *report)
{
	if (run->n_deaths == DEATHS_MAX)
		return;
	kill(child->pid, SIGKILL);
	run->deaths[run->n_deaths++] = (struct death){ .role = child->role,
		.pid = child->pid,
		.signal = SIGKILL,
		.owned = true,
		.surface = report->surface,
		.frame = report->frame,
		.at_ns = xf_now() };
	int r = ledger_interrupt(&run->ledger, report->frame);
	struct trace_interval interval = { child->process, report->surface, report->frame,
		report->acquired_ns, xf_now() };
	if (!r)
		r = trace_add_interval(&run->trace, &interval);
	if (r)
		run_fail(run, "cannot note the kill: %s", strerror(-r));
	progress_say(progress, "kill -9 %s (pid %d), which has surface %u with frame %llu",
		role_name(child->role), child->pid, report->surface,
		(unsigned long long)report->frame);
}

void deaths_note_return(
	struct run *run, struct progress *progress, const struct child *child, int64_t at_ns)
{
	for (uint32_t i = 0; i < run->n_deaths; i++) {
		struct death *death = &run->deaths[i];
		if (death->role != child->role || death->back_ns || death->pid == child->pid)
			continue;
		death->back_ns = at_ns;
		progress_say(progress, "the next %s (pid %d) goes on, %.1f ms after the kill",
			role_name(child->role), child->pid, (double)(at_ns - death->at_ns) / 1e6);
	}
}

void deaths_note(struct run *run, struct progress *progress, const struct child *child, int signal)
{
	struct trace_process *process = &run->trace.processes[child->process];
	bool known = false;
	for (uint32_t i = 0; i < run->n_deaths; i++)
		known |= run->deaths[i].pid == child->pid;
	process->killed_ns = known ? run->deaths[run->n_deaths - 1].at_ns : xf_now();
	if (known)
		return;
	if (run->n_deaths == DEATHS_MAX) {
		run_fail(run, "roles died %u times", DEATHS_MAX);
		return;
	}
	run->deaths[run->n_deaths++] = (struct death){ .role = child->role,
		.pid = child->pid,
		.signal = signal,
		.at_ns = process->killed_ns };
	progress_say(progress, "%s (pid %d) was ended by signal %d", role_name(child->role),
		child->pid, signal);
}

bool deaths_enough(const struct run *run)
{
	uint32_t planned = 0;
	for (uint32_t i = 0; i < run->n_deaths; i++)
		planned += run->deaths[i].owned;
	return run->options->no_kill || planned >= 2;
}
