/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "complain.h"
#include "describe.h"
#include "exit_status.h"
#include "json_out.h"
#include "top_view.h"

char *top_view_members(char line[TOP_LINE], const struct top_model *m)
{
	const struct snapshot *s = &m->snapshot;
	size_t used = (size_t)snprintf(line, TOP_LINE, "%u member%s", s->domain.members,
		s->domain.members == 1 ? "" : "s");
	for (size_t i = 0; i < s->n_members && used < TOP_LINE; i++) {
		const struct xf_member_info *member = &s->members[i];
		used += (size_t)snprintf(line + used, TOP_LINE - used, "%s %d %s%s", i ? "," : ":",
			member->pid, member->name,
			member->dead			      ? " (died)"
			: member->pid == s->domain.server_pid ? " (serves the name)"
							      : "");
	}
	text_clean(line); /* a character may have been cut in two */
	return line;
}

char *top_view_totals(char line[TOP_LINE], const struct top_model *m)
{
	const struct xf_domain_info *d = &m->snapshot.domain;
	struct top_totals totals = top_model_totals(m);
	snprintf(line, TOP_LINE,
		"%u of %u objects: %zu held, %zu abandoned, %zu waiting; %u death%s so far",
		d->objects, d->max_objects, totals.held, totals.abandoned, totals.waiters,
		d->deaths, d->deaths == 1 ? "" : "s");
	return line;
}

void top_view_begin(struct table *table)
{
	table_init(table, "TYPE", "OBJECT", "STATE", "OWNER", ">HELD", ">WAITING", ">KEY", ">PER S",
		"", NULL);
}

/* Zero is what one does not look for. */
static void cell_unless_zero(struct table *table, bool known, double value)
{
	if (!known)
		table_cell(table, "%s", "");
	else if (value == 0)
		table_cell(table, "-");
	else
		table_cell(table, "%.*f", value < 9.95 && value != (int)value ? 1 : 0, value);
}

static void cell_held(struct table *table, int64_t held_ns)
{
	char duration[TEXT_SIZE];
	if (held_ns > 0)
		table_cell(table, "%s", text_duration(duration, held_ns));
	else
		table_cell(table, "%s", held_ns == 0 ? "new" : "");
}

void top_view_row(struct table *table, const struct top_model *m, size_t i)
{
	const struct xf_object_info *o = &m->snapshot.objects[i];
	char text[DESCRIBE_SIZE];
	bool has_key = describe_has_key(o);
	table_cell(table, "%s", text_type(o->type));
	table_cell(table, "%s", describe_name(text, &m->snapshot, o));
	table_cell(table, "%s", describe_state(text, &m->snapshot, o));
	table_cell(table, "%s", describe_owner(text, o));
	cell_held(table, top_model_held_ns(m, i));
	cell_unless_zero(table, has_key || o->type != XF_SURFACE, o->waiters);
	if (has_key)
		table_cell(table, "%" PRIu64, o->key);
	else
		table_cell(table, "%s", "");
	cell_unless_zero(table, m->tracks[i].per_second >= 0, m->tracks[i].per_second);
	table_cell(table, "%s", describe_kind(text, &m->snapshot, o));
}

int top_view_print(const char *name, const struct top_model *m)
{
	char line[TOP_LINE], clock[32];
	struct table table;
	time_t now = time(NULL);
	struct tm local;
	localtime_r(&now, &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	printf("%s at %s\n", name, clock);
	printf("%s\n", top_view_members(line, m));
	printf("%s\n\n", top_view_totals(line, m));
	top_view_begin(&table);
	for (size_t i = 0; i < m->snapshot.n_rows; i++)
		top_view_row(&table, m, m->snapshot.rows[i]);
	table_print(&table, stdout);
	table_finish(&table);
	return finish_output(EXIT_DONE);
}

static void add_time(struct json_object *to)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	json_add_u64(to, "time_unix_ns", (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

static struct json_object *objects(const struct top_model *m)
{
	struct json_object *array = json_object_new_array();
	for (size_t i = 0; i < m->snapshot.n_objects; i++) {
		struct json_object *object = json_object_info(&m->snapshot.objects[i]);
		int64_t held = top_model_held_ns(m, i);
		double rate = m->tracks[i].per_second;
		json_object_object_add(
			object, "held_ns", held >= 0 ? json_object_new_int64(held) : NULL);
		json_object_object_add(
			object, "per_second", rate >= 0 ? json_object_new_double(rate) : NULL);
		json_object_array_add(array, object);
	}
	return array;
}

int top_view_print_json(const char *name, const struct top_model *m)
{
	struct json_object *domain = json_domain(name, &m->snapshot);
	add_time(domain);
	json_add_bool(domain, "served", true);
	json_object_object_add(domain, "members", json_members(&m->snapshot));
	json_object_object_add(domain, "objects", objects(m));
	return json_print(domain, false);
}

int top_view_print_json_gone(const char *name)
{
	struct json_object *domain = json_object_new_object();
	json_add_string(domain, "name", name);
	add_time(domain);
	json_add_bool(domain, "served", false);
	return json_print(domain, false);
}
