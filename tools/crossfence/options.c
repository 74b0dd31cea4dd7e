/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "exit_status.h"
#include "options.h"
#include "text.h"

static const struct {
	unsigned flag; /* 0: always */
	struct option option;
} known[] = {
	{ 0, { "help", no_argument, NULL, 'h' } },
	{ OPTION_JSON, { "json", no_argument, NULL, 'j' } },
	{ OPTION_ONCE, { "once", no_argument, NULL, 'o' } },
	{ OPTION_DELAY, { "delay", required_argument, NULL, 'd' } },
	{ OPTION_VALUE, { "value", required_argument, NULL, 'v' } },
	{ OPTION_TIMEOUT, { "timeout", required_argument, NULL, 't' } },
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

/* `word`: the one on the command line that the option came from, for complaints. */
static int take(struct options *o, int option, const char *word)
{
	switch (option) {
	case 'j':
		o->json = true;
		return EXIT_DONE;
	case 'o':
		o->once = true;
		return EXIT_DONE;
	case 'd':
		if (text_to_ns(optarg, &o->delay_ns) == 0 && o->delay_ns >= 50000000)
			return EXIT_DONE;
		return complain_usage("'%s' is no delay; give 0.05 seconds or more", optarg);
	case 'v':
		o->has_value = true;
		if (text_to_u64(optarg, &o->value) == 0)
			return EXIT_DONE;
		return complain_usage("'%s' is no value from 0 to 2^64-1", optarg);
	case 't':
		o->has_timeout = true;
		if (text_to_ns(optarg, &o->timeout_ns) == 0)
			return EXIT_DONE;
		return complain_usage("'%s' is no time in seconds", optarg);
	case ':':
		return complain_usage("%s needs a value", word);
	default:
		return complain_usage("there is no option %s here", word);
	}
}

/* Compares what is left with "NAME [OBJECT] [...]", word by word. */
static int check_words(char **words, const char *wanted)
{
	while (*wanted) {
		int length = (int)strcspn(wanted, " ");
		if (strncmp(wanted, "[...]", 5) == 0)
			return EXIT_DONE;
		if (!*words && *wanted != '[')
			return complain_usage("%.*s is missing", length, wanted);
		words += *words != NULL;
		wanted += length;
		wanted += strspn(wanted, " ");
	}
	return *words ? complain_usage("'%s' is one word too many", *words) : EXIT_DONE;
}

bool options_parse(int argc, char **argv, unsigned taken, const char *words, const char *help,
	struct options *ret_options, int *ret_status)
{
	struct option options[N_KNOWN + 1] = { { 0 } };
	struct options o = { .delay_ns = 1000000000 };
	const char *shorts = taken & OPTION_DELAY ? ":hd:" : ":h";
	int c, n = 0, status = EXIT_DONE;
	for (size_t i = 0; i < N_KNOWN; i++)
		if (!known[i].flag || (taken & known[i].flag))
			options[n++] = known[i].option;
	while (!status && (c = getopt_long(argc, argv, shorts, options, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			*ret_status = finish_output(EXIT_DONE);
			return false;
		}
		status = take(&o, c, argv[optind - 1]);
	}
	o.words = argv + optind;
	if (!status)
		status = check_words(o.words, words);
	*ret_options = o;
	*ret_status = status;
	return status == EXIT_DONE;
}
