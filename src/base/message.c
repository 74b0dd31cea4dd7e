/* SPDX-License-Identifier: MIT */
/* The longer message that a failed call leaves for its thread. */
#include <stdarg.h>
#include <stdio.h>

#include "base/message.h"
#include "base/tidy.h"

static _Thread_local struct xfi_message last;

struct xfi_message xfi_message_get(void)
{
	return last;
}

void xfi_message_put(struct xfi_message *message)
{
	last = *message;
}

int xf_fail(int result, const char *format, ...)
{
	va_list args;
	last.result = 0;
	if (!result)
		return 0;
	va_start(args, format);
	int n = vsnprintf(last.text, sizeof(last.text), format, args);
	va_end(args);
	xfi_tidy(last.text); /* whoever prints it need not know whose names are in it */
	last.result = n < 0 ? 0 : result;
	return result;
}

const char *xf_last_message(int result)
{
	return result && last.result == result ? last.text : xf_strerror(result);
}
