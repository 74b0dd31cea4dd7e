/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "exit_status.h"
#include "text.h"

__attribute__((format(printf, 1, 0))) static void print_line(
	const char *format, va_list args, const char *tail)
{
	char line[1024];
	vsnprintf(line, sizeof(line), format, args);
	text_clean(line); /* it may carry what a user typed or a member wrote */
	fflush(stdout);
	fprintf(stderr, "%s: %s%s\n", program_invocation_name, line, tail);
}

int complain(int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_line(format, args, "");
	va_end(args);
	return status;
}

int complain_usage(const char *format, ...)
{
	char tail[64];
	va_list args;
	snprintf(tail, sizeof(tail), "; see '%s --help'", program_invocation_name);
	va_start(args, format);
	print_line(format, args, tail);
	va_end(args);
	return EXIT_USAGE;
}

int finish_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return complain(EXIT_FAILED, "cannot write the output: %s", strerror(errno));
}
