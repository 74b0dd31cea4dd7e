/* SPDX-License-Identifier: MIT */
/* Why a keyed mutex was not to be had, for people: which one, what it carries, and whose it is. */
#ifndef XFI_SYNC_KEYED_EXPLAIN_H
#define XFI_SYNC_KEYED_EXPLAIN_H

#include "sync/keyed_mutex.h"

/* Leave a message for xf_last_message(), of what holds now, and return XF_TIMEOUT and -EPERM. */
int xfi_keyed_mutex_explain_timeout(const struct xf_keyed_mutex *mutex, uint64_t key);
int xfi_keyed_mutex_explain_not_owned(const struct xf_keyed_mutex *mutex);

#endif
