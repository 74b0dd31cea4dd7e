/* SPDX-License-Identifier: MIT */
/* Messages of xf_last_message(), for the libraries' own functions. */
#ifndef XFI_BASE_MESSAGE_H
#define XFI_BASE_MESSAGE_H

#include <crossfence/result.h>

/*
 * First in a public function that can fail for reasons which it has no words for: what an earlier
 * call left behind for the same result is not its own. Costs a store.
 */
static inline void xfi_message_forget(void)
{
	(void)xf_fail(0, "%s", "");
}

#endif
