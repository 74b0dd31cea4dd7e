/* SPDX-License-Identifier: MIT */
/* Finds the command and hands over; every command parses its own options. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cmd_list.h"
#include "cmd_show.h"
#include "cmd_signal.h"
#include "cmd_top.h"
#include "cmd_version.h"
#include "cmd_wait.h"
#include "complain.h"
#include "demo/demo.h"
#include "doctor/cmd_doctor.h"
#include "exit_status.h"
#include "host/cmd_host.h"
#include "measure/bench.h"
#include "../shared/std_fds.h"
#include "video/cmd_feed.h"
#include "video/cmd_formats.h"
#include "video/cmd_play.h"

/*
 * A command is a file or a folder. It is called with argv[0] "crossfence COMMAND", so that
 * getopt_long() names the right thing in its messages, and argv[1] the first word after the
 * command. It returns an exit status and never calls exit().
 */
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

static const struct command commands[] = {
	{ "list", cmd_list, "list the names served for this user", NULL },
	{ "show", cmd_show, "show a domain: its members and objects", NULL },
	{ "top", cmd_top, "watch a domain live: who holds what, and for how long", NULL },
	{ "wait", cmd_wait, "wait for an event, a timeline, or for a name to appear", NULL },
	{ "signal", cmd_signal, "set an event, or raise a timeline", NULL },
	{ "feed", cmd_feed, "feed a stream with video from a pipe, or with pictures", NULL },
	{ "play", cmd_play, "show a stream in the terminal, or hand its frames on", NULL },
	{ "formats", cmd_formats, "list the pixel formats, and what others call them", NULL },
	{ "demo", DEMO, "hand real pictures from process to process, and survive kill -9",
		"install libjpeg and libpng and build again with -Ddemo=enabled" },
	{ "bench", cmd_bench, "measure, each row beside its bare competitor", NULL },
#ifdef HAVE_CMD_HOST
	{ "host", cmd_host, "look at the host service for virtual machines", NULL },
#endif
	{ "doctor", cmd_doctor, "what of this machine is used and missing, and what follows",
		NULL },
	{ "version", cmd_version, "print the version", NULL },
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *to)
{
	fprintf(to, "Usage: crossfence COMMAND [OPTIONS]\n\nCommands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-8s %s%s\n", commands[i].name, commands[i].summary,
			commands[i].run ? "" : " (not in this build)");
	fprintf(to, "\n'crossfence help COMMAND' tells more, crossfence(1) everything.\n");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* argv[0] is replaced. */
static int run(const char *name, int argc, char **argv)
{
	static char title[32];
	const struct command *command = find(name);
	if (!command)
		return complain_usage("there is no command '%s'", name);
	if (!command->run)
		return complain(
			EXIT_FAILED, "this build has no command '%s'; %s", name, command->missing);
	snprintf(title, sizeof(title), "crossfence %s", name);
	program_invocation_name = argv[0] = title;
	return command->run(argc, argv);
}

/* 'crossfence help show' is 'crossfence show --help'. */
static int help_with(const char *name)
{
	char help[] = "--help";
	char *argv[] = { NULL, help, NULL };
	return run(name, 2, argv);
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, ""); /* labels are UTF-8; numbers keep their full stop */
	program_invocation_name = (char *)"crossfence";
	int r = std_fds_fill();
	if (r)
		return complain(EXIT_FAILED, "cannot open /dev/null: %s", strerror(-r));
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	const char *word = argv[1];
	if (strcmp(word, "help") == 0 && argc > 2)
		return help_with(argv[2]);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		print_help(stdout);
		return finish_output(EXIT_DONE);
	}
	return run(strcmp(word, "--version") ? word : "version", argc - 1, argv + 1);
}
