/* SPDX-License-Identifier: MIT */
/*
 * The options of all commands, so that they mean the same everywhere. A command names those it
 * takes.
 */
#ifndef CROSSFENCE_TOOL_OPTIONS_H
#define CROSSFENCE_TOOL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Which options a command takes; --help is always there. */
enum {
	OPTION_JSON = 1u << 0,
	OPTION_ONCE = 1u << 1,
	OPTION_DELAY = 1u << 2, /* -d, --delay SECONDS */
	OPTION_VALUE = 1u << 3, /* --value N */
	OPTION_TIMEOUT = 1u << 4, /* --timeout SECONDS */
};

struct options {
	bool json, once, has_value, has_timeout;
	int64_t delay_ns; /* one second unless told */
	uint64_t value;
	int64_t timeout_ns;
	char **words; /* what is left of the command line, ending with NULL */
};

/*
 * Parses the command line. `words` names what must follow the options, "NAME [OBJECT]": what is in
 * brackets may be left out, and then o->words[1] is NULL; "[...]" is any number of words. `help` is
 * printed by --help.
 *
 * Returns true when the command shall go on; else *ret_status is its exit status: it is done (help)
 * or was told off.
 */
bool options_parse(int argc, char **argv, unsigned taken, const char *words, const char *help,
	struct options *ret_options, int *ret_status);

#endif
