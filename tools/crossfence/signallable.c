/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "exit_status.h"
#include "json_out.h"
#include "signallable.h"
#include "target.h"
#include "text.h"

int signallable_complain(const struct signallable *s, int result)
{
	if (result == XF_ABANDONED)
		return complain(EXIT_NEVER,
			"timeline '%s' in '%s' is abandoned: the process that owned it died",
			s->name, s->domain_name);
	return complain(result == -ESTALE ? EXIT_NOT_FOUND : EXIT_FAILED, "%s '%s' in '%s': %s",
		text_type(s->info.type), s->name, s->domain_name, xf_last_message(result));
}

static int open_object(struct signallable *s)
{
	if (s->info.type == XF_EVENT)
		return xf_event_open(s->domain, s->info.id, &s->event);
	return xf_timeline_open(s->domain, s->info.id, &s->timeline);
}

int signallable_open(const char *domain_name, const char *name, struct signallable *s)
{
	memset(s, 0, sizeof(*s));
	s->domain_name = domain_name;
	s->name = name;
	int status = target_open(domain_name, 0, &s->domain);
	if (!status)
		status = target_find(
			s->domain, domain_name, name, 1u << XF_EVENT | 1u << XF_TIMELINE, &s->info);
	if (!status) {
		int r = open_object(s);
		if (r)
			status = signallable_complain(s, r);
	}
	if (status)
		signallable_close(s);
	return status;
}

void signallable_close(struct signallable *s)
{
	xf_event_close(s->event);
	xf_timeline_close(s->timeline);
	xf_domain_leave(s->domain);
	memset(s, 0, sizeof(*s));
}

uint64_t signallable_next(struct signallable *s)
{
	uint64_t value = 0;
	if (!s->timeline || xf_timeline_value(s->timeline, &value))
		return 0;
	return value == UINT64_MAX ? value : value + 1;
}

static int report_json(
	const struct signallable *s, const char *result, uint64_t value, int64_t waited_ns)
{
	struct json_object *report = json_object_new_object();
	char id[TEXT_SIZE];
	json_add_string(report, "name", s->domain_name);
	json_add_string(report, "id", text_id(id, s->info.id));
	json_add_string(report, "type", text_type_key(s->info.type));
	json_add_string(report, "label", s->info.label);
	json_add_string(report, "result", result);
	json_object_object_add(report, "value", s->timeline ? json_object_new_uint64(value) : NULL);
	if (waited_ns >= 0)
		json_add_u64(report, "waited_ns", (uint64_t)waited_ns);
	return json_print(report, true);
}

int signallable_report(struct signallable *s, const char *result, bool json, int64_t waited_ns)
{
	uint64_t value = 0;
	if (s->timeline)
		(void)xf_timeline_value(s->timeline, &value); /* 0 when it is gone by now */
	if (json)
		return report_json(s, result, value, waited_ns);
	if (s->timeline)
		printf("timeline '%s' is at %" PRIu64 "\n", s->name, value);
	else
		printf("event '%s' was signalled\n", s->name);
	return finish_output(EXIT_DONE);
}
