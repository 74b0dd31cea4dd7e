/* SPDX-License-Identifier: MIT */
/* The command: which rows, how long, for people or for programs. */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/result.h>

#include "bench.h"
#include "create.h"
#include "crowd.h"
#include "death.h"
#include "event.h"
#include "frames.h"
#include "json.h"
#include "keyed.h"
#include "kills.h"
#include "report.h"
#include "restart.h"
#include "scale.h"
#include "stat.h"
#include "stream.h"
#include "../complain.h"
#include "../exit_status.h"

static struct bench_row *const all_rows[] = { &bench_keyed_uncontended, &bench_keyed_handoff,
	&bench_keyed_adaptive, &bench_event_unwaited, &bench_event_epoll, &bench_any_of_16,
	&bench_death, &bench_death_10000, &bench_kills, &bench_crowd, &bench_create,
	&bench_scale_make, &bench_scale_find, &bench_scale_use, &bench_scale_members, &bench_frames,
	&bench_stream, &bench_stream_small, &bench_stream_latest, &bench_stream_restart };
#define N_ROWS (sizeof(all_rows) / sizeof(*all_rows))

static void print_help(void)
{
	printf("Usage: crossfence bench [NAME...] [--json] [--quick] [--rounds N]\n\n"
	       "Measures crossfence, each row beside the bare mechanisms it competes with.\n\n"
	       "  --json       print JSON; times in nanoseconds\n"
	       "  --quick      short measurements, rough figures: under 40 seconds for all rows\n"
	       "  --rounds N   repeat each measurement N times (15; quick: 5)\n\nRows:\n");
	for (unsigned i = 0; i < N_ROWS; i++)
		printf("  %-18s %s\n", all_rows[i]->name, all_rows[i]->title);
}

static void choose_cpus(struct bench_settings *settings)
{
	cpu_set_t allowed;
	unsigned found = 0;
	settings->cpus[0] = 0;
	settings->cpus[1] = -1;
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			settings->cpus[found++] = cpu;
	settings->unpinned = found == 2;
}

static bool is_row(const char *name)
{
	for (unsigned i = 0; i < N_ROWS; i++)
		if (!strcmp(all_rows[i]->name, name))
			return true;
	return false;
}

/* A row's name, or what the names of several begin with: "scale" means all of "scale-". */
static bool means(const char *word, const char *name)
{
	size_t n = strlen(word);
	return is_row(word) ? !strcmp(word, name) : !strncmp(name, word, n) && name[n] == '-';
}

static bool wanted(const char *name, char **words, int count)
{
	for (int i = 0; i < count; i++)
		if (means(words[i], name))
			return true;
	return !count;
}

static int check_names(char **words, int count)
{
	for (int i = 0; i < count; i++) {
		bool known = false;
		for (unsigned r = 0; r < N_ROWS; r++)
			known |= means(words[i], all_rows[r]->name);
		if (!known)
			return complain_usage("no row is called '%s'", words[i]);
	}
	return EXIT_DONE;
}

static void run_row(struct bench_row *row, const struct bench_settings *settings)
{
	int r = row->run(row, settings);
	if (r)
		bench_remark(row, "could not be measured: %s", xf_strerror(r));
}

static int run_rows(char **names, int count, const struct bench_settings *settings, bool as_json)
{
	struct bench_row *rows[N_ROWS];
	unsigned n = 0;
	if (!as_json)
		bench_print_head(settings);
	for (unsigned i = 0; i < N_ROWS; i++) {
		if (!wanted(all_rows[i]->name, names, count))
			continue;
		run_row(all_rows[i], settings);
		rows[n++] = all_rows[i];
		if (!as_json)
			bench_print_row(all_rows[i]);
	}
	if (as_json)
		(void)bench_print_json(rows, n, settings); /* finish_output() tells */
	else
		bench_print_summary(rows, n);
	return finish_output(EXIT_DONE);
}

/* 1..BENCH_ROUNDS, or 0. */
static unsigned parse_rounds(const char *text)
{
	char *end;
	unsigned long rounds = strtoul(text, &end, 10);
	return *text && !*end && rounds <= BENCH_ROUNDS ? (unsigned)rounds : 0;
}

int cmd_bench(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' },
		{ "quick", no_argument, NULL, 'q' }, { "rounds", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	struct bench_settings settings = { .rounds = 0 };
	bool as_json = false;
	int option;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (option) {
		case 'j':
			as_json = true;
			break;
		case 'q':
			settings.quick = true;
			break;
		case 'r':
			settings.rounds = parse_rounds(optarg);
			if (settings.rounds)
				break;
			return complain_usage(
				"--rounds takes 1 to %d, not '%s'", BENCH_ROUNDS, optarg);
		case 'h':
			print_help();
			return finish_output(EXIT_DONE);
		default:
			return EXIT_USAGE; /* getopt has said why */
		}
	if (check_names(argv + optind, argc - optind))
		return EXIT_USAGE;
	if (!settings.rounds)
		settings.rounds = settings.quick ? 5 : 15;
	settings.acts = settings.quick ? 1 : 3;
	settings.batch_ns = settings.quick ? 4000000 : 25000000;
	settings.row_ns = settings.quick ? INT64_C(5000000000) : INT64_C(30000000000);
	choose_cpus(&settings);
	return run_rows(argv + optind, argc - optind, &settings, as_json);
}
