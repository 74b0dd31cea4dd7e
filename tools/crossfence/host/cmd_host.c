/* SPDX-License-Identifier: MIT */
/* Shows what crossfenced knows: guests, their processes, queues and counts of signals. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../complain.h"
#include "../exit_status.h"
#include "../json_out.h"
#include "../options.h"
#include "../table.h"
#include "../text.h"
#include "change.h"
#include "client.h"
#include "cmd_host.h"

static const char help[] =
	"Usage: crossfence host [--control PATH] list [--json]\n"
	"       crossfence host [--control PATH] show GUEST [--json]\n"
	"       crossfence host [--control PATH] top [--once] [-d SECONDS] [--json]\n"
	"       crossfence host [--control PATH] metrics [--json]\n"
	"       crossfence host [--control PATH] reload\n"
	"       crossfence host [--control PATH] add GUEST KEY=VALUE ...\n"
	"       crossfence host [--control PATH] set GUEST KEY=VALUE ... | set log-level=LEVEL\n"
	"       crossfence host [--control PATH] remove GUEST\n"
	"\n"
	"Asks the host service crossfenced for its guests. show adds a guest's processes; top "
	"looks\n"
	"again and again and tells signals per second; metrics is a page for Prometheus. reload "
	"has it\n"
	"read its configuration again. add, set and remove change its guests; what the file says "
	"of\n"
	"them counts again when it is read. Keys are those of the configuration, see "
	"crossfenced(8).\n"
	"Other guests notice nothing.\n"
	"\n"
	"  --control PATH       crossfenced's control socket (else: CROSSFENCE_CONTROL, else\n"
	"                       " HOST_CONTROL_PATH ")\n"
	"  -d, --delay SECONDS  between two looks (else: 1)\n"
	"  --once               look once\n"
	"  --json               as JSON, for top one object in a line\n"
	"  -h, --help           this text\n";

#define GUESTS_MAX 256

struct view {
	struct table *guests, *processes; /* NULL: JSON */
	struct json_object *json_guests, *json_processes, *json_limits;
	char limits[256]; /* of the one guest, as `set` takes them */
	int found;
	/* top: what was delivered at the last look */
	struct {
		char name[64];
		uint64_t delivered;
	} last[GUESTS_MAX], now[GUESTS_MAX];
	int n_last, n_now;
	double seconds; /* since the last look, 0: none yet */
};

static uint64_t number(const struct host_record *record, const char *key)
{
	return strtoull(host_record_get(record, key), NULL, 10);
}

static bool is_word(const char *key)
{
	return !strcmp(key, "name") || !strcmp(key, "guest") || !strcmp(key, "transport");
}

static struct json_object *to_json(const struct host_record *record)
{
	struct json_object *object = json_object_new_object();
	for (int i = 0; i < record->n; i++)
		if (is_word(record->key[i]))
			json_add_string(object, record->key[i], record->value[i]);
		else
			json_add_u64(object, record->key[i], number(record, record->key[i]));
	return object;
}

/* Signals a second since the last look, or -1. */
static double rate(struct view *view, const struct host_record *record)
{
	const char *name = host_record_get(record, "name");
	uint64_t delivered = number(record, "delivered");
	if (view->n_now < GUESTS_MAX) {
		snprintf(view->now[view->n_now].name, sizeof(view->now[0].name), "%s", name);
		view->now[view->n_now++].delivered = delivered;
	}
	for (int i = 0; view->seconds > 0 && i < view->n_last; i++)
		if (strcmp(view->last[i].name, name) == 0)
			return (double)(delivered - view->last[i].delivered) / view->seconds;
	return -1;
}

static void add_guest(struct view *view, const struct host_record *record)
{
	static const char *const keys[] = { "transport", "channels", "processes", "events",
		"queued", "accepted", "delivered", "dropped", "refused", "protocol_errors" };
	double per_second = rate(view, record);
	table_cell(view->guests, "%s", host_record_get(record, "name"));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		table_cell(view->guests, "%s", host_record_get(record, keys[i]));
	if (per_second < 0)
		table_cell(view->guests, "-");
	else
		table_cell(view->guests, "%.0f", per_second);
}

static void add_process(struct view *view, const struct host_record *record)
{
	static const char *const keys[] = { "number", "pid", "devices", "events", "cpu_events",
		"accepted", "name" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		table_cell(view->processes, "%s", host_record_get(record, keys[i]));
}

static void take_limits(struct view *view, const struct host_record *record)
{
	size_t n = 0;
	if (view->json_guests) {
		json_object_put(view->json_limits);
		view->json_limits = to_json(record);
	}
	for (int i = 0; i < record->n && n < sizeof(view->limits); i++)
		n += (size_t)snprintf(view->limits + n, sizeof(view->limits) - n, " %s=%s",
			record->key[i], record->value[i]);
}

static void visit(const struct host_record *record, void *arg)
{
	struct view *view = arg;
	int guest = strcmp(record->kind, "guest") == 0;
	if (strcmp(record->kind, "limits") == 0)
		take_limits(view, record);
	if (!guest && strcmp(record->kind, "process"))
		return; /* an error line: nothing is found then */
	view->found |= guest;
	if (view->json_guests)
		json_object_array_add(
			guest ? view->json_guests : view->json_processes, to_json(record));
	else if (guest)
		add_guest(view, record);
	else
		add_process(view, record);
}

static int print_json(struct view *view, int with_processes, int pretty)
{
	struct json_object *all = json_object_new_object();
	json_object_object_add(all, "guests", view->json_guests);
	if (view->json_limits)
		json_object_object_add(all, "limits", view->json_limits);
	if (with_processes)
		json_object_object_add(all, "processes", view->json_processes);
	else
		json_object_put(view->json_processes);
	return json_print(all, pretty);
}

/* One look. `guest` NULL: all guests, without processes. */
static int look(const char *path, const char *guest, int json, int pretty, struct view *view)
{
	struct table guests, processes;
	char question[80];
	snprintf(question, sizeof(question), guest ? "show %s\n" : "list%s\n", guest ? guest : "");
	table_init(&guests, "GUEST", "TRANSPORT", ">CONNECTIONS", ">PROCESSES", ">EVENTS",
		">QUEUED", ">ACCEPTED", ">DELIVERED", ">DROPPED", ">REFUSED", ">ERRORS",
		">PER SECOND", NULL);
	table_init(&processes, ">PROCESS", ">PID", ">DEVICES", ">EVENTS", ">CPU EVENTS", ">SIGNALS",
		"NAME", NULL);
	view->guests = &guests;
	view->processes = &processes;
	view->json_guests = json ? json_object_new_array() : NULL;
	view->json_processes = json ? json_object_new_array() : NULL;
	view->json_limits = NULL;
	*view->limits = 0;
	view->found = view->n_now = 0;
	int status, r = host_ask(path, question, visit, view);
	if (r || (guest && !view->found)) {
		json_object_put(view->json_guests);
		json_object_put(view->json_processes);
		json_object_put(view->json_limits);
		status = r ? host_explain(path, r)
			   : complain(EXIT_NOT_FOUND, "the host service has no guest '%s'", guest);
	} else if (json) {
		status = print_json(view, guest != NULL, pretty);
	} else {
		table_print(&guests, stdout);
		if (*view->limits)
			printf("\nlimits:%s\n", view->limits);
		if (table_rows(&processes) > 1) {
			printf("\n");
			table_print(&processes, stdout);
		}
		status = finish_output(EXIT_DONE);
	}
	table_finish(&guests);
	table_finish(&processes);
	return status;
}

static int top(const char *path, const struct options *o)
{
	static struct view view;
	int live = isatty(STDOUT_FILENO) && !o->json && !o->once;
	int64_t last_ns = 0;
	for (;;) {
		int64_t start_ns = xf_now();
		view.seconds = last_ns ? (double)(start_ns - last_ns) / 1e9 : 0;
		if (live)
			printf("\033[H\033[2J");
		int status = look(path, NULL, o->json, 0, &view);
		if (status || o->once)
			return status;
		if (!live && !o->json)
			printf("\n");
		fflush(stdout);
		memcpy(view.last, view.now, sizeof(view.last));
		view.n_last = view.n_now;
		last_ns = start_ns;
		struct timespec pause = { o->delay_ns / 1000000000, o->delay_ns % 1000000000 };
		(void)ppoll(NULL, 0, &pause, NULL); /* a signal ends us anyway */
	}
}

/* Takes "--control PATH" or "--control=PATH" out of the words, wherever it stands. */
static int take_control(int *argc, char **argv, const char **ret_path)
{
	const char *path = getenv("CROSSFENCE_CONTROL");
	int kept = 1;
	for (int i = 1; i < *argc; i++) {
		if (strncmp(argv[i], "--control=", 10) == 0) {
			path = argv[i] + 10;
		} else if (strcmp(argv[i], "--control") == 0) {
			if (++i == *argc)
				return complain_usage("--control wants a path");
			path = argv[i];
		} else {
			argv[kept++] = argv[i];
		}
	}
	argv[kept] = NULL;
	*argc = kept;
	*ret_path = path && *path ? path : HOST_CONTROL_PATH;
	return EXIT_DONE;
}

int cmd_host(int argc, char **argv)
{
	struct options o;
	struct view view = { 0 };
	const char *path = NULL;
	int status = take_control(&argc, argv, &path);
	if (status || !options_parse(argc, argv, OPTION_JSON | OPTION_ONCE | OPTION_DELAY,
			      "COMMAND [GUEST] [...]", help, &o, &status))
		return status;
	const char *command = o.words[0], *guest = o.words[1];
	status = host_change(path, o.words, o.json);
	if (status >= 0)
		return status;
	if (guest && o.words[2])
		return complain_usage("'%s' is one word too many", o.words[2]);
	if (strcmp(command, "show") == 0) {
		if (!guest)
			return complain_usage("show wants the name of a guest");
		return look(path, guest, o.json, 1, &view);
	}
	if (guest)
		return complain_usage("%s takes no name", command);
	if (strcmp(command, "list") == 0)
		return look(path, NULL, o.json, 1, &view);
	if (strcmp(command, "top") == 0)
		return top(path, &o);
	return complain_usage(
		"'%s' is none of list, show, top, metrics, reload, add, set, remove", command);
}
