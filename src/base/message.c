/* SPDX-License-Identifier: MIT */
/*
 * The longer messages that failed calls leave for their thread. A few are kept, since a signal
 * handler may be refused something while the thread writes one, or has one in its hands: whoever
 * writes takes one that nobody writes and that was not given out last.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/message.h"
#include "base/tidy.h"

#define KEPT 3

static _Thread_local struct {
	struct xfi_message message[KEPT];
	volatile sig_atomic_t newest, writing[KEPT];
	volatile sig_atomic_t shown; /* what xf_last_message() gave out, and 1; 0: none */
} last;

static bool is_free(int k)
{
	return !last.writing[k] && k + 1 != last.shown;
}

/*
 * What repeats itself takes the place of what it said before; else the oldest goes. -1: handlers
 * have interrupted handlers. One that comes between this and begin() may take the same; it ends
 * first, and is written over.
 */
static int pick(int result)
{
	for (int k = 0; k < KEPT; k++)
		if (is_free(k) && last.message[k].result == result)
			return k;
	for (int i = 1; i <= KEPT; i++)
		if (is_free((last.newest + i) % KEPT))
			return (last.newest + i) % KEPT;
	return -1;
}

/* The fences keep the compiler from moving the text out; a handler runs on the same thread. */
static void begin(int k)
{
	last.writing[k] = 1;
	last.message[k].result = 0;
	atomic_signal_fence(memory_order_seq_cst);
}

static void end(int k, int result)
{
	atomic_signal_fence(memory_order_seq_cst);
	last.message[k].result = result;
	last.newest = k;
	last.writing[k] = 0;
}

struct xfi_message xfi_message_get(void)
{
	return last.message[last.newest];
}

void xfi_message_put(struct xfi_message *message)
{
	(void)xf_fail(0, "%s", "");
	int k = message->result ? pick(message->result) : -1;
	if (k < 0)
		return;
	begin(k);
	last.message[k] = *message;
	end(k, message->result);
}

int xfi_message_plain(int result)
{
	for (int k = 0; k < KEPT; k++)
		if (last.message[k].result == result)
			last.message[k].result = 0;
	return result;
}

int xf_fail(int result, const char *format, ...)
{
	va_list args;
	if (!result) {
		for (int k = 0; k < KEPT; k++)
			last.message[k].result = 0;
		return 0;
	}
	int k = pick(result);
	if (k < 0)
		return xfi_message_plain(result);
	begin(k);
	va_start(args, format);
	int n = vsnprintf(last.message[k].text, sizeof(last.message[k].text), format, args);
	va_end(args);
	xfi_tidy(last.message[k].text); /* whoever prints it need not know whose names are in it */
	end(k, n < 0 ? 0 : result);
	return result;
}

const char *xf_last_message(int result)
{
	for (int i = 0; result && i < KEPT; i++) {
		int k = (last.newest + KEPT - i) % KEPT;
		if (last.message[k].result != result)
			continue;
		last.shown = k + 1;
		return last.message[k].text;
	}
	return xf_strerror(result);
}
