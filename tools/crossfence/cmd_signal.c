/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>

#include "cmd_signal.h"
#include "complain.h"
#include "exit_status.h"
#include "options.h"
#include "signallable.h"

static const char help[] = "Usage: crossfence signal [--value N] [--json] NAME OBJECT\n"
			   "\n"
			   "Sets an event, or raises a timeline, in the domain served as NAME. "
			   "OBJECT is a label or an\n"
			   "id (0x...).\n"
			   "\n"
			   "  --value N    raise the timeline to N (else by one)\n"
			   "  --json       report as a JSON object\n"
			   "  -h, --help   this text\n";

static int raise_timeline(struct signallable *s, uint64_t value)
{
	uint64_t now = 0;
	int r = xf_timeline_signal(s->timeline, value);
	if (!r)
		return EXIT_DONE;
	if (r != -EINVAL)
		return signallable_complain(s, r);
	(void)xf_timeline_value(s->timeline, &now);
	return complain(EXIT_FAILED,
		"timeline '%s' in '%s' cannot go back to %" PRIu64 "; it is at %" PRIu64
		" and only grows",
		s->name, s->domain_name, value, now);
}

static int give_signal(struct signallable *s, const struct options *o)
{
	if (s->timeline)
		return raise_timeline(s, o->has_value ? o->value : signallable_next(s));
	if (o->has_value)
		return complain_usage("'%s' is an event, which has no --value", s->name);
	int r = xf_event_set(s->event);
	return r ? signallable_complain(s, r) : EXIT_DONE;
}

int cmd_signal(int argc, char **argv)
{
	struct options o;
	struct signallable s;
	int status;
	if (!options_parse(
		    argc, argv, OPTION_VALUE | OPTION_JSON, "NAME OBJECT", help, &o, &status))
		return status;
	status = signallable_open(o.words[0], o.words[1], &s);
	if (status)
		return status;
	status = give_signal(&s, &o);
	if (!status)
		status = signallable_report(&s, "signalled", o.json, -1);
	signallable_close(&s);
	return status;
}
