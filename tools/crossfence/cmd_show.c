/* SPDX-License-Identifier: MIT */
/* A domain, or one object of it, at one moment. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd_show.h"
#include "complain.h"
#include "describe.h"
#include "exit_status.h"
#include "format_words.h"
#include "json_out.h"
#include "options.h"
#include "snapshot.h"
#include "table.h"
#include "target.h"

static const char help[] = "Usage: crossfence show [--json] NAME [OBJECT]\n"
			   "\n"
			   "Shows the domain served as NAME: its members and objects; or one "
			   "OBJECT, given by its label\n"
			   "or by its id (0x...). Looking costs the members nothing.\n"
			   "\n"
			   "  --json       as a JSON object\n"
			   "  -h, --help   this text\n";

static void print_members(const struct snapshot *s)
{
	struct table table;
	table_init(&table, ">MEMBER", ">PID", "PROCESS", "", NULL);
	for (size_t i = 0; i < s->n_members; i++) {
		const struct xf_member_info *m = &s->members[i];
		table_cell(&table, "%u", m->slot);
		table_cell(&table, "%d", m->pid);
		table_cell(&table, "%s", m->name);
		table_cell(&table, "%s",
			m->dead				 ? "died, not gone yet"
			: m->pid == s->domain.server_pid ? "serves the name"
							 : "");
	}
	table_print(&table, stdout);
	table_finish(&table);
}

static void print_objects(const struct snapshot *s)
{
	struct table table;
	char state[DESCRIBE_SIZE], name[DESCRIBE_SIZE], id[TEXT_SIZE];
	table_init(&table, "TYPE", "OBJECT", "ID", ">OPEN", ">WAITERS", "STATE", NULL);
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct xf_object_info *o = &s->objects[s->rows[i]];
		table_cell(&table, "%s", text_type(o->type));
		text_id(id, o->id);
		describe_name(name, s, o);
		table_cell(&table, "%s",
			strcmp(name, id) ? name : ""); /* its only name: once is enough */
		table_cell(&table, "%s", id);
		table_cell(&table, "%u", o->opened_by);
		table_cell(&table, "%u", o->waiters);
		table_cell(&table, "%s", describe_all(state, s, o));
	}
	table_print(&table, stdout);
	table_finish(&table);
}

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static int print_domain(const char *name, const struct snapshot *s, bool json)
{
	const struct xf_domain_info *d = &s->domain;
	char payload[TEXT_SIZE];
	if (json) {
		struct json_object *domain = json_domain(name, s);
		json_object_object_add(domain, "members", json_members(s));
		json_object_object_add(domain, "objects", json_objects(s));
		return json_print(domain, true);
	}
	printf("%s: %u member%s, %u of %u objects, payload up to %s, %u death%s\n\n", name,
		d->members, plural(d->members), d->objects, d->max_objects,
		text_bytes(payload, d->payload_bytes), d->deaths, plural(d->deaths));
	print_members(s);
	if (s->n_objects) {
		printf("\n");
		print_objects(s);
	}
	return finish_output(EXIT_DONE);
}

/* Frames that are bytes lie in surfaces of no meaning: what they are is in the words. */
static struct xf_object_info as_bytes(const struct xf_object_info *o)
{
	struct xf_object_info bytes = *o;
	bytes.width_px = (uint32_t)describe_surface_bytes(o);
	bytes.height_px = 1;
	bytes.fourcc = XF_FORMAT_RAW;
	return bytes;
}

static void add_keyed(struct table *table, const struct xf_object_info *o)
{
	table_cell(table, "FENCE");
	table_cell(table, "%" PRIu64, o->fence);
	table_cell(table, "SEQUENCE");
	table_cell(table, "%" PRIu64, o->sequence);
}

static void print_rows(
	const struct snapshot *s, const struct xf_object_info *o, const char *words, bool bytes)
{
	const struct xf_object_info shown = bytes ? as_bytes(o) : *o;
	char state[DESCRIBE_SIZE], id[TEXT_SIZE];
	struct table table;
	table_init(&table, "ID", text_id(id, o->id), NULL);
	table_cell(&table, "STATE");
	table_cell(&table, "%s", describe_all(state, s, &shown));
	if (*words) {
		table_cell(&table, "FORMAT");
		table_cell(&table, "%s", words);
	}
	table_cell(&table, "OPENED BY");
	table_cell(&table, "%u member%s", o->opened_by, plural(o->opened_by));
	if (o->type != XF_SURFACE) {
		table_cell(&table, "WAITERS");
		table_cell(&table, "%u", o->waiters);
	}
	if (o->type == XF_KEYED_MUTEX)
		add_keyed(&table, o);
	table_print(&table, stdout);
	table_finish(&table);
}

static int print_object(struct xf_domain *domain, const char *name, const struct snapshot *s,
	const struct xf_object_info *o, bool json)
{
	char label[DESCRIBE_SIZE], words[FORMAT_WORDS_SIZE] = "";
	bool bytes = false;
	if (o->type == XF_STREAM)
		format_words(words, domain, o->id, &bytes);
	if (json) {
		struct json_object *object = json_object_info(o);
		if (o->type == XF_STREAM)
			json_add_string(object, "format", words);
		return json_print(object, true);
	}
	printf("%s: %s %s\n\n", name, text_type(o->type), describe_name(label, s, o));
	print_rows(s, o, words, bytes);
	return finish_output(EXIT_DONE);
}

static int show(struct xf_domain *domain, const char *name, const char *object, bool json)
{
	struct snapshot s;
	struct xf_object_info info = { .size = sizeof(info) };
	int status = object ? target_find(domain, name, object, 0, &info) : EXIT_DONE;
	if (status)
		return status;
	int r = snapshot_take(domain, &s);
	if (r)
		return complain(EXIT_FAILED, "cannot look into '%s': %s", name, xf_last_message(r));
	status =
		object ? print_object(domain, name, &s, &info, json) : print_domain(name, &s, json);
	snapshot_finish(&s);
	return status;
}

int cmd_show(int argc, char **argv)
{
	struct options o;
	struct xf_domain *domain;
	int status;
	if (!options_parse(argc, argv, OPTION_JSON, "NAME [OBJECT]", help, &o, &status))
		return status;
	status = target_open(o.words[0], XF_OPEN_LOOK_ONLY, &domain);
	if (status)
		return status;
	status = show(domain, o.words[0], o.words[1], o.json);
	xf_domain_leave(domain);
	return status;
}
