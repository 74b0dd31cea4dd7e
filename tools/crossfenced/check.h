/* SPDX-License-Identifier: MIT */
/* What can be said of sections before anything is done by them. */
#ifndef CROSSFENCED_CHECK_H
#define CROSSFENCED_CHECK_H

#include "config.h"

/* "guest NAME (line 3): " and what xf_last_message() says of `result`, which is returned. */
int check_failed(int result, const struct guest_config *guest, struct mistake *ret_mistake);

/* Is anything missing without which it can be no guest? 0, or -EINVAL and *ret_mistake. */
int check_guest(const struct guest_config *guest, struct mistake *ret_mistake);

/* All sections, with what the library says of them, too. What depends on others, as whether a
 * socket can be made, shows only when they are added. */
int check_config(const struct config *config, struct mistake *ret_mistake);

#endif
