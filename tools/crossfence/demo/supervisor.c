/* SPDX-License-Identifier: MIT */
/*
 * The supervisor: starts the three roles, listens to them, kills two of them while they have a
 * surface, and starts a successor for whoever dies. It never touches a frame.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "complain.h"
#include "deaths.h"
#include "exit_status.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "run.h"
#include "sheet.h"
#include "summary.h"
#include "supervisor.h"

#define STUCK_NS    INT64_C(30000000000) /* nothing heard from anybody for so long */
#define STARVED_NS  INT64_C(50000000) /* of a CPU meanwhile: they work, but others do, too */
#define TRACE_BYTES (1 << 20) /* what a timeline takes about */

struct supervisor {
	struct run run;
	struct progress progress;
	int signals; /* signalfd */
	int pictures_fd;
	bool halt_asked[N_ROLES];
	int64_t spent_ns; /* spent_by_roles(), when nothing had been heard for too long */
};

/* The frame at which a role shall stand still; 0: none, or an event tells it when. */
static uint64_t halt_at(const struct demo_options *o, enum role role)
{
	uint64_t frame = role == PRODUCER ? o->frames * 2 / 3 : o->frames / 3;
	if (o->no_kill || !o->frames || role == CONSUMER_B)
		return 0;
	return frame ? frame : 1;
}

static void start(struct supervisor *s, enum role role, bool successor)
{
	struct run *run = &s->run;
	struct child *child = &run->children[role];
	child->role = role;
	int r = child_start(child, run->options, run->name, s->pictures_fd, successor,
		successor ? 0 : halt_at(run->options, role));
	if (!r)
		r = trace_add_process(&run->trace, role, child->pid, &child->process);
	if (r)
		run_fail(run, "cannot start the %s: %s", role_name(role), strerror(-r));
}

static void kill_all(struct supervisor *s)
{
	for (enum role role = 0; role < N_ROLES; role++)
		if (s->run.children[role].pid > 0)
			kill(s->run.children[role].pid, SIGKILL);
}

static void take_frame(struct supervisor *s, const struct child *child, const struct report *report)
{
	struct run *run = &s->run;
	struct trace_interval interval = { child->process, report->surface, report->frame,
		report->acquired_ns, report->released_ns };
	int r = ledger_add(&run->ledger, child->role, report);
	if (!r)
		r = trace_add_interval(&run->trace, &interval);
	if (r)
		run_fail(run, "cannot keep account: %s", strerror(-r));
	if (!run->begin_ns)
		run->begin_ns = report->acquired_ns;
	run->torn += report->bad_rows != 0;
	if (child->role == PRODUCER)
		run->sent = report->frame > run->sent ? report->frame : run->sent;
	else
		run->received[child->role]++;
	if (report->picture < run->options->pictures.count) {
		run->showing = report->picture;
		run->pictures[report->picture].seen |= child->role == CONSUMER_B;
	}
	deaths_note_return(run, &s->progress, child, report->acquired_ns);
}

static void take_picture(struct supervisor *s, const struct report *report)
{
	const struct pictures *pictures = &s->run.options->pictures;
	if (report->picture >= pictures->count)
		return;
	struct picture *picture = &s->run.pictures[report->picture];
	if (report->kind == REPORT_PICTURE) {
		picture->decoded = true;
		picture->decoding_ns = report->spent_ns;
	} else if (!picture->refused) {
		picture->refused = strdup(report->text);
		progress_say(&s->progress, "skipped %s: %s",
			pictures_name(pictures->paths[report->picture]), report->text);
	}
}

static void take_comparison(struct run *run, const struct report *report)
{
	if (report->picture >= run->options->pictures.count)
		return;
	run->pictures[report->picture].compared = true;
	run->pictures[report->picture].same_bytes = report->same_bytes == 1;
	if (report->difference > run->difference)
		run->difference = report->difference;
}

/* The first producer has published the name: now we can join. */
static void join(struct supervisor *s)
{
	if (s->run.joined)
		return;
	int r = stage_join(&s->run.stage, s->run.name, N_ROLES);
	s->run.joined = r == 0;
	if (r)
		run_fail(&s->run, "cannot join '%s': %s", s->run.name, xf_last_message(r));
}

static void take_report(struct supervisor *s, struct child *child, const struct report *report)
{
	struct run *run = &s->run;
	char path[OUTPUT_PATH_MAX];
	run->last_report_ns = xf_now();
	switch (report->kind) {
	case REPORT_READY:
		join(s);
		break;
	case REPORT_FRAME:
		take_frame(s, child, report);
		break;
	case REPORT_OWNS:
		deaths_kill_owner(run, &s->progress, child, report);
		break;
	case REPORT_PICTURE:
	case REPORT_BAD_PICTURE:
		take_picture(s, report);
		break;
	case REPORT_DEVICE:
		memcpy(run->device, report->text, sizeof(run->device));
		break;
	case REPORT_COMPARED:
		take_comparison(run, report);
		break;
	case REPORT_ALL_SENT:
		run->all_sent = true;
		break;
	case REPORT_NO_SHEET:
		run_fail(run, "%s: %s", output_path(path, run->options->out, "contact-sheet.png"),
			report->text);
		break;
	default:
		run_fail(run, "%s: %s", role_name(child->role), report->text);
		break;
	}
}

static void listen_to(struct supervisor *s, struct child *child)
{
	struct report report;
	while (child_read(child, &report) > 0)
		take_report(s, child, &report);
}

static void bury(struct supervisor *s, struct child *child, int status)
{
	struct run *run = &s->run;
	enum role role = child->role;
	listen_to(s, child); /* its last words */
	if (child->reports >= 0)
		close(child->reports);
	child->reports = -1;
	if (WIFSIGNALED(status) && !run->failure[0])
		deaths_note(run, &s->progress, child, WTERMSIG(status));
	child->pid = 0;
	if (run->failure[0])
		return; /* whoever is left is killed on purpose */
	if (WIFEXITED(status) && WEXITSTATUS(status)) {
		run_fail(run, "the %s gave up", role_name(role));
	} else if (WIFSIGNALED(status) && !run->joined) {
		run_fail(run, "the %s died before the start", role_name(role));
	} else if (WIFSIGNALED(status) && (role != PRODUCER || !run->all_sent)) {
		start(s, role, true);
	}
}

static void reap(struct supervisor *s)
{
	for (enum role role = 0; role < N_ROLES; role++) {
		struct child *child = &s->run.children[role];
		int status;
		if (child->pid > 0 && waitpid(child->pid, &status, WNOHANG) == child->pid)
			bury(s, child, status);
	}
}

static void stop(struct run *run)
{
	run->stopping = true;
	if (run->joined)
		(void)xf_event_set(run->stage.stop); /* cannot fail: we are a member */
	else
		run_fail(run, "interrupted");
}

static void take_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;
	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		if (s->run.interrupted)
			run_fail(&s->run, "interrupted twice");
		s->run.interrupted = true;
		stop(&s->run);
	}
	reap(s);
}

static void ask_to_halt(struct supervisor *s, enum role role)
{
	if (!s->halt_asked[role])
		(void)xf_event_set(s->run.stage.halt[role]); /* cannot fail: we are a member */
	s->halt_asked[role] = true;
}

static int64_t spent_by_roles(const struct run *run)
{
	int64_t sum_ns = 0;
	for (int role = 0; role < N_ROLES; role++) {
		pid_t pid = run->children[role].pid;
		struct timespec spent;
		clockid_t clock;
		if (pid > 0 && !clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &spent))
			sum_ns += (int64_t)spent.tv_sec * 1000000000 + spent.tv_nsec;
	}
	return sum_ns;
}

/*
 * Who starts, on a machine with better to do, may need longer than that for what takes a second of
 * a CPU; who waits for what never comes takes nothing of one.
 */
static void fail_if_stuck(struct supervisor *s, int64_t now)
{
	if (now - s->run.last_report_ns <= STUCK_NS)
		return;
	int64_t spent = spent_by_roles(&s->run), before = s->spent_ns;
	s->spent_ns = spent;
	s->run.last_report_ns = now;
	if (spent >= before && spent - before < STARVED_NS)
		run_fail(
			&s->run, "nothing happened for %lld s", (long long)(STUCK_NS / 1000000000));
}

/* When the run is limited by time, time decides about kills and the end. */
static void look_at_clock(struct supervisor *s)
{
	struct run *run = &s->run;
	const struct demo_options *o = run->options;
	int64_t now = xf_now();
	fail_if_stuck(s, now);
	if (o->frames || !run->joined || !run->begin_ns || run->stopping)
		return;
	double seconds = (double)(now - run->begin_ns) / 1e9;
	if (!o->no_kill && seconds >= o->seconds / 3)
		ask_to_halt(s, CONSUMER_A);
	if (!o->no_kill && seconds >= o->seconds * 2 / 3)
		ask_to_halt(s, PRODUCER);
	uint32_t known = run_count_seen(run) + run_count_refused(run);
	if (seconds >= o->seconds && known >= o->pictures.count && deaths_enough(run))
		stop(run);
}

static bool anybody_left(const struct run *run)
{
	for (int role = 0; role < N_ROLES; role++)
		if (run->children[role].pid > 0)
			return true;
	return false;
}

static void round_of_waiting(struct supervisor *s)
{
	struct pollfd fds[N_ROLES + 1];
	for (int role = 0; role < N_ROLES; role++)
		fds[role] = (struct pollfd){ s->run.children[role].reports, POLLIN, 0 };
	fds[N_ROLES] = (struct pollfd){ s->signals, POLLIN, 0 };
	if (poll(fds, N_ROLES + 1, progress_wait_ms(&s->progress)) > 0) {
		for (int role = 0; role < N_ROLES; role++)
			if (fds[role].revents)
				listen_to(s, &s->run.children[role]);
		if (fds[N_ROLES].revents)
			take_signals(s);
	}
	progress_tick(&s->progress, &s->run);
	look_at_clock(s);
}

static void supervise(struct supervisor *s)
{
	bool ended = false;
	for (enum role role = 0; role < N_ROLES; role++)
		start(s, role, false);
	while (anybody_left(&s->run)) {
		if (s->run.failure[0] && !ended)
			kill_all(s);
		ended = s->run.failure[0];
		round_of_waiting(s);
	}
	if (!s->run.failure[0] && !s->run.all_sent)
		run_fail(&s->run, "the producer ended too early");
	if (s->run.joined)
		(void)xf_pool_reclaimed(s->run.stage.pool, &s->run.reclaimed);
}

static int try_output(const struct demo_options *o, const char *name, uint64_t bytes)
{
	char path[OUTPUT_PATH_MAX];
	int r = output_try(o->out, name, bytes);
	if (r == -ENOTDIR || access(o->out, F_OK))
		return complain(EXIT_FAILED, "%s: %s", o->out, strerror(-r));
	return r ? complain(EXIT_FAILED, "%s: %s", output_path(path, o->out, name), strerror(-r))
		 : EXIT_DONE;
}

static int prepare(struct supervisor *s)
{
	const struct demo_options *o = s->run.options;
	int r = try_output(o, "contact-sheet.png", sheet_size_bytes(o->pictures.count) / 2);
	if (r == EXIT_DONE)
		r = try_output(o, "timeline.json", TRACE_BYTES);
	if (r != EXIT_DONE)
		return r;
	s->run.pictures = calloc(o->pictures.count, sizeof(*s->run.pictures));
	r = s->run.pictures ? pictures_export(&o->pictures, &s->pictures_fd) : -ENOMEM;
	return r ? complain(EXIT_FAILED, "cannot start: %s", strerror(-r)) : EXIT_DONE;
}

static int write_trace(struct run *run)
{
	char path[OUTPUT_PATH_MAX];
	output_path(path, run->options->out, "timeline.json");
	run->trace.begin_ns = run->begin_ns;
	run->trace.n_surfaces = run->options->surfaces;
	int r = trace_write(&run->trace, path);
	return r ? complain(EXIT_FAILED, "%s: %s", path, strerror(-r)) : EXIT_DONE;
}

static int conclude(struct supervisor *s)
{
	if (s->run.failure[0])
		return complain(EXIT_FAILED, "%s", s->run.failure);
	int status = write_trace(&s->run);
	int shown = summary_print(&s->run);
	return status ? status : shown;
}

static void finish(struct supervisor *s)
{
	for (uint32_t i = 0; s->run.pictures && i < s->run.options->pictures.count; i++)
		free(s->run.pictures[i].refused);
	free(s->run.pictures);
	ledger_finish(&s->run.ledger);
	trace_finish(&s->run.trace);
	stage_leave(&s->run.stage);
	if (s->pictures_fd >= 0)
		close(s->pictures_fd);
	close(s->signals);
}

int supervisor_main(const struct demo_options *options)
{
	struct supervisor *s = calloc(1, sizeof(*s));
	sigset_t ours, before;
	if (!s)
		return complain(EXIT_FAILED, "no memory");
	sigemptyset(&ours);
	sigaddset(&ours, SIGCHLD);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigprocmask(SIG_BLOCK, &ours, &before);
	s->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	s->pictures_fd = -1;
	s->run.options = options;
	s->run.last_report_ns = xf_now();
	for (int role = 0; role < N_ROLES; role++)
		s->run.children[role].reports = -1;
	snprintf(s->run.name, sizeof(s->run.name), "demo-%d", getpid());
	progress_init(&s->progress, options->json && !isatty(STDERR_FILENO));
	int status = s->signals < 0 ? complain(EXIT_FAILED, "signalfd: %s", strerror(errno))
				    : prepare(s);
	if (status == EXIT_DONE) {
		supervise(s);
		progress_end(&s->progress);
		status = conclude(s);
	}
	finish(s);
	free(s);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}
