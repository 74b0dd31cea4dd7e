/* SPDX-License-Identifier: MIT */
/* Asks every name for its domain. One that does not answer is listed with the reason. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_list.h"
#include "complain.h"
#include "exit_status.h"
#include "json_out.h"
#include "options.h"
#include "snapshot.h"
#include "table.h"
#include "text.h"

static const char help[] =
	"Usage: crossfence list [--json]\n"
	"\n"
	"Lists the domains that processes of this user serve by name in this runtime folder\n"
	"(XDG_RUNTIME_DIR), without disturbing them. It is no failure when there are none.\n"
	"\n"
	"  --json       as a JSON object with an array \"domains\"\n"
	"  -h, --help   this text\n";

struct names {
	char **names;
	size_t n;
};

static int collect(const char *name, void *arg)
{
	struct names *list = arg;
	char **names = realloc(list->names, (list->n + 1) * sizeof(*names));
	if (!names)
		return -ENOMEM;
	list->names = names;
	list->names[list->n] = strdup(name);
	return list->names[list->n++] ? 0 : -ENOMEM;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int look(const char *name, struct snapshot *snapshot)
{
	struct xf_domain *domain;
	int r = xf_domain_open(name, XF_OPEN_LOOK_ONLY, 0, &domain);
	if (r)
		return r;
	r = snapshot_take(domain, snapshot);
	xf_domain_leave(domain);
	return r;
}

static void add_row(struct table *table, const char *name, const struct snapshot *s)
{
	char payload[TEXT_SIZE];
	const struct xf_member_info *server = snapshot_member(s, s->domain.server_pid);
	table_cell(table, "%s", name);
	table_cell(table, "%u", s->domain.objects);
	table_cell(table, "%u", s->domain.members);
	table_cell(table, "%u", s->domain.deaths);
	table_cell(table, "%s", text_bytes(payload, s->domain.payload_bytes));
	table_cell(table, "%d", s->domain.server_pid);
	table_cell(table, "%s", server ? server->name : "");
}

static void add_silent_row(struct table *table, const char *name, int result)
{
	table_cell(table, "%s", name);
	for (int i = 0; i < 5; i++)
		table_cell(table, "-");
	table_cell(table, "%s", xf_last_message(result));
}

static void add(struct table *table, struct json_object *domains, const char *name)
{
	struct snapshot s = { 0 };
	struct json_object *domain = NULL;
	int r = look(name, &s);
	if (r == -ENOENT)
		return; /* gone since we were told of it */
	if (table && r)
		add_silent_row(table, name, r);
	else if (table)
		add_row(table, name, &s);
	if (domains && r) {
		domain = json_object_new_object();
		json_add_string(domain, "name", name);
		json_add_string(domain, "error", xf_last_message(r));
	} else if (domains) {
		domain = json_domain(name, &s);
	}
	if (domains)
		json_object_array_add(domains, domain);
	snapshot_finish(&s);
}

static void say_none(void)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	if (folder && *folder)
		complain(0, "no names are served for this user in %s", folder);
	else
		complain(0, "no names are served for this user in /run/user/%u",
			(unsigned)geteuid());
}

static int print(const struct names *list, bool json)
{
	struct table table;
	if (json) {
		struct json_object *domains = json_object_new_array();
		struct json_object *all = json_object_new_object();
		for (size_t i = 0; i < list->n; i++)
			add(NULL, domains, list->names[i]);
		json_object_object_add(all, "domains", domains);
		return json_print(all, true);
	}
	table_init(&table, "NAME", ">OBJECTS", ">MEMBERS", ">DEATHS", ">PAYLOAD", ">SERVER",
		"PROCESS", NULL);
	for (size_t i = 0; i < list->n; i++)
		add(&table, NULL, list->names[i]);
	if (table_rows(&table) > 1)
		table_print(&table, stdout);
	else
		say_none();
	table_finish(&table);
	return finish_output(EXIT_DONE);
}

/* A name appears once for each connection to its server too. */
static void sort_and_drop_doubles(struct names *list)
{
	size_t kept = 0;
	if (list->n)
		qsort(list->names, list->n, sizeof(*list->names), by_text);
	for (size_t i = 0; i < list->n; i++) {
		if (kept && strcmp(list->names[kept - 1], list->names[i]) == 0)
			free(list->names[i]);
		else
			list->names[kept++] = list->names[i];
	}
	list->n = kept;
}

int cmd_list(int argc, char **argv)
{
	struct options o;
	struct names list = { NULL, 0 };
	int status;
	if (!options_parse(argc, argv, OPTION_JSON, "", help, &o, &status))
		return status;
	int r = xf_inspect_names(collect, &list);
	if (r < 0) {
		status = complain(EXIT_FAILED, "cannot list the names: %s", xf_last_message(r));
		list.n -= r == -ENOMEM && list.n && !list.names[list.n - 1];
	} else {
		sort_and_drop_doubles(&list);
		status = print(&list, o.json);
	}
	for (size_t i = 0; i < list.n; i++)
		free(list.names[i]);
	free(list.names);
	return status;
}
