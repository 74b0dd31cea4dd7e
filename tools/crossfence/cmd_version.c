/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <crossfence/result.h>

#include "cmd_version.h"
#include "complain.h"
#include "exit_status.h"
#include "json_out.h"
#include "options.h"

static const char help[] = "Usage: crossfence version [--json]\n"
			   "\n"
			   "Prints the version of the library that is running.\n"
			   "\n"
			   "  --json       as a JSON object\n"
			   "  -h, --help   this text\n";

int cmd_version(int argc, char **argv)
{
	struct options o;
	int status;
	if (!options_parse(argc, argv, OPTION_JSON, "", help, &o, &status))
		return status;
	if (!o.json) {
		printf("crossfence %s\n", xf_version());
		return finish_output(EXIT_DONE);
	}
	struct json_object *version = json_object_new_object();
	json_add_string(version, "version", xf_version());
	return json_print(version, true);
}
