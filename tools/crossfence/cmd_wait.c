/* SPDX-License-Identifier: MIT */
/*
 * Waits as a full member, not as a read-only one: those make every wake-up of the domain a system
 * call from then on, and cannot take an auto-reset event.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cmd_wait.h"
#include "company.h"
#include "complain.h"
#include "exit_status.h"
#include "json_out.h"
#include "options.h"
#include "signallable.h"
#include "target.h"
#include "text.h"

static const char help[] =
	"Usage: crossfence wait [--value N] [--timeout SECONDS] [--json] NAME [OBJECT]\n"
	"\n"
	"Waits until OBJECT (a label or an id 0x...) of the domain served as NAME is signalled: "
	"an\n"
	"event set, a timeline raised. An auto-reset event is reset by that. Without OBJECT, "
	"waits\n"
	"until somebody serves NAME.\n"
	"\n"
	"  --value N          wait until the timeline reaches N (else: its next value)\n"
	"  --timeout SECONDS  give up after this time; 0 only looks (else: no limit)\n"
	"  --json             report as a JSON object\n"
	"  -h, --help         this text\n"
	"\n"
	"Exit status 3 when the time is over, 4 when nobody is left who could signal; the JSON "
	"says\n"
	"so, too.\n";

static int watch(struct signallable *s, uint64_t value, int *ret_fd)
{
	return s->event ? xf_event_fd(s->event, ret_fd)
			: xf_timeline_fd(s->timeline, value, ret_fd);
}

static int try(struct signallable *s, uint64_t value)
{
	return s->event ? xf_event_wait(s->event, 0) : xf_timeline_wait(s->timeline, value, 0);
}

/* 0; XF_TIMEOUT; XF_ABANDONED; -EOWNERDEAD: nobody else is left; other errors. */
static int wait_in_company(struct signallable *s, uint64_t value, int64_t deadline_ns)
{
	struct company company;
	int fd, r = watch(s, value, &fd);
	if (r)
		return r;
	company_init(&company, s->domain, fd);
	for (;;) {
		/* In this order: what was signalled before the last one left still counts. */
		bool alone = company_alone(&company);
		r = try(s, value);
		if (r != XF_TIMEOUT || deadline_ns <= xf_now())
			break;
		if (alone) {
			r = -EOWNERDEAD;
			break;
		}
		company_sleep(&company, deadline_ns);
	}
	company_finish(&company);
	return r;
}

static int complain_timeout(struct signallable *s, const struct options *o, uint64_t value)
{
	char after[TEXT_SIZE + 16] = "", time[TEXT_SIZE];
	uint64_t now = 0;
	if (o->timeout_ns)
		snprintf(after, sizeof(after), " after %s", text_duration(time, o->timeout_ns));
	if (s->event)
		return complain(EXIT_TIMED_OUT, "event '%s' in '%s' is not signalled%s", s->name,
			s->domain_name, after);
	(void)xf_timeline_value(s->timeline, &now);
	return complain(EXIT_TIMED_OUT,
		"timeline '%s' in '%s' is at %" PRIu64 " and has not reached %" PRIu64 "%s",
		s->name, s->domain_name, now, value, after);
}

/* What was not signalled, and need not be an error to who asked. XF_TIMEOUT and the like. */
static int report_unsignalled(
	struct signallable *s, const struct options *o, int r, uint64_t value, int64_t waited_ns)
{
	int status = r == XF_TIMEOUT ? EXIT_TIMED_OUT : EXIT_NEVER;
	const char *result = r == XF_TIMEOUT	 ? "timed_out"
			     : r == XF_ABANDONED ? "abandoned"
						 : "never";
	if (o->json && signallable_report(s, result, true, waited_ns) == EXIT_DONE)
		return status;
	if (r == XF_TIMEOUT)
		return complain_timeout(s, o, value);
	if (r == XF_ABANDONED)
		return signallable_complain(s, r);
	return complain(EXIT_NEVER,
		"all other members of '%s' died or left; nobody can signal '%s' any more",
		s->domain_name, s->name);
}

static int wait_for_object(const struct options *o, int64_t deadline_ns)
{
	struct signallable s;
	int64_t began = xf_now();
	int status = signallable_open(o->words[0], o->words[1], &s);
	if (status)
		return status;
	uint64_t value = o->has_value ? o->value : signallable_next(&s);
	if (s.event && o->has_value)
		status = complain_usage("'%s' is an event, which has no --value", s.name);
	int r = status ? 0 : wait_in_company(&s, value, deadline_ns);
	if (r == XF_TIMEOUT || r == XF_ABANDONED || r == -EOWNERDEAD)
		status = report_unsignalled(&s, o, r, value, xf_now() - began);
	else if (r)
		status = signallable_complain(&s, r);
	else if (!status)
		status = signallable_report(&s, "signalled", o->json, xf_now() - began);
	signallable_close(&s);
	return status;
}

static int report_name(const char *name, const char *result, int64_t waited_ns, int status)
{
	struct json_object *report = json_object_new_object();
	json_add_string(report, "name", name);
	json_add_string(report, "result", result);
	json_add_u64(report, "waited_ns", (uint64_t)waited_ns);
	int r = json_print(report, true);
	return r == EXIT_DONE ? status : r;
}

static int wait_for_name(const struct options *o, int64_t deadline_ns)
{
	struct xf_domain *domain;
	int64_t began = xf_now();
	int r = xf_domain_open(o->words[0], XF_OPEN_LOOK_ONLY, deadline_ns, &domain);
	if (r && r != -ENOENT)
		return target_complain(o->words[0], r);
	if (!r)
		xf_domain_leave(domain);
	if (o->json)
		return report_name(o->words[0], r ? "timed_out" : "served", xf_now() - began,
			r ? EXIT_TIMED_OUT : EXIT_DONE);
	if (r) {
		char time[TEXT_SIZE];
		return complain(EXIT_TIMED_OUT, "nobody serves the name '%s' after %s", o->words[0],
			text_duration(time, o->timeout_ns));
	}
	printf("'%s' is served\n", o->words[0]);
	return finish_output(EXIT_DONE);
}

int cmd_wait(int argc, char **argv)
{
	struct options o;
	int status;
	if (!options_parse(argc, argv, OPTION_VALUE | OPTION_TIMEOUT | OPTION_JSON, "NAME [OBJECT]",
		    help, &o, &status))
		return status;
	int64_t deadline = o.has_timeout ? xf_deadline(o.timeout_ns) : XF_NEVER;
	if (o.words[1])
		return wait_for_object(&o, deadline);
	if (o.has_value)
		return complain_usage("--value needs an OBJECT, a timeline");
	return wait_for_name(&o, deadline);
}
