/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "report.h"

void report_send(int fd, const struct report *report)
{
	while (write(fd, report, sizeof(*report)) < 0 && errno == EINTR)
		;
}

void report_text(int fd, struct report *report, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(report->text, sizeof(report->text), format, args);
	va_end(args);
	report_send(fd, report);
}

int64_t report_hand_off_ns(int64_t published_ns, int64_t since_ns, int64_t now_ns)
{
	return published_ns < since_ns || published_ns > now_ns ? -1 : now_ns - published_ns;
}
