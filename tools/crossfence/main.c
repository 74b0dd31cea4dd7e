/* SPDX-License-Identifier: MIT */
/* Finds the command and hands over; every command parses its own options. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* NULL: not in this build */
	const char *summary;
	const char *missing; /* what to do when it is not in this build */
};

#ifdef HAVE_CMD_DEMO
#define DEMO cmd_demo
#else
#define DEMO NULL
#endif
#ifdef HAVE_CMD_BENCH
#define BENCH cmd_bench
#else
#define BENCH NULL
#endif
#ifdef HAVE_CMD_HOST
#define HOST cmd_host
#else
#define HOST NULL
#endif

static const struct command commands[] = {
	{ "demo", DEMO, "hand real pictures from process to process, and survive kill -9",
		"install libjpeg and libpng and build again with -Ddemo=enabled" },
	{ "bench", BENCH, "measure, each row beside its bare competitor",
		"build again with -Dtool=enabled" },
	{ "host", HOST, "look at the host service for virtual machines",
		"build again with -Dtool=enabled" },
	{ "version", cmd_version, "print the version", NULL },
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *to)
{
	fprintf(to, "Usage: crossfence COMMAND [OPTIONS]\n\nCommands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (commands[i].run)
			fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fprintf(to, "\n'crossfence COMMAND --help' tells more, crossfence(1) everything.\n");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run(const struct command *command, int argc, char **argv)
{
	char title[32];
	if (!command->run) {
		fprintf(stderr, "crossfence: this build has no command '%s'; %s\n", command->name,
			command->missing);
		return EXIT_FAILED;
	}
	snprintf(title, sizeof(title), "crossfence %s", command->name);
	argv[0] = title;
	return command->run(argc, argv);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	const struct command *command = find(strcmp(argv[1], "--version") ? argv[1] : "version");
	if (!command) {
		fprintf(stderr, "crossfence: there is no command '%s'; see 'crossfence --help'\n",
			argv[1]);
		return EXIT_USAGE;
	}
	return run(command, argc - 1, argv + 1);
}
