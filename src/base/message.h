/* SPDX-License-Identifier: MIT */
/* Messages of xf_last_message(), for the libraries' own functions. */
#ifndef XFI_BASE_MESSAGE_H
#define XFI_BASE_MESSAGE_H

#include <crossfence/result.h>

/*
 * First in a public function that can fail for reasons which it has no words for: what an earlier
 * call left behind for the same result is not its own. Costs three stores.
 */
static inline void xfi_message_forget(void)
{
	(void)xf_fail(0, "%s", "");
}

/* `result` in its plain words. For the cold ends of functions that are too hot to forget first. */
int xfi_message_plain(int result);

/* What stands there for a thread. */
struct xfi_message {
	int result;
	char text[232];
};

/*
 * First in what frees or closes: it is how a caller tidies up before it says what has failed, so
 * the message stays whatever is called within.
 */
#define XFI_MESSAGE_STAYS                                                                          \
	__attribute__((cleanup(xfi_message_put), unused)) struct xfi_message message_ =            \
		xfi_message_get()
struct xfi_message xfi_message_get(void);
void xfi_message_put(struct xfi_message *message);

#endif
