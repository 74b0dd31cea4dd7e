/* SPDX-License-Identifier: MIT */
/* The longer message that a failed call leaves for its thread. */
#include <stdarg.h>
#include <stdio.h>

#include "base/message.h"

static _Thread_local struct {
	int result;
	char text[232];
} last;

int xf_fail(int result, const char *format, ...)
{
	va_list args;
	last.result = 0;
	if (!result)
		return 0;
	va_start(args, format);
	last.result = vsnprintf(last.text, sizeof(last.text), format, args) < 0 ? 0 : result;
	va_end(args);
	return result;
}

const char *xf_last_message(int result)
{
	return result && last.result == result ? last.text : xf_strerror(result);
}
