/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>

#include <crossfence/result.h>

#include "commands.h"

int cmd_version(int argc, char **argv)
{
	printf("crossfence %s\n", xf_version());
	return EXIT_DONE;
}
