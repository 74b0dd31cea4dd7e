/* SPDX-License-Identifier: MIT */
/* What a guest may have. Service only. */
#ifndef XFH_QUOTA_H
#define XFH_QUOTA_H

#include "host/guest.h"

/* Those of `limits` that are not 0, over what the guest has. 0, or -EINVAL and a message. */
int xfh_quota_check(const char *name, const struct xf_host_guest_limits *limits);
void xfh_quota_begin(struct xf_host_guest *guest, const struct xf_host_guest_params *params);
struct xf_host_guest_limits xfh_quota_of(const struct xf_host_guest *guest);
/* Every handle that a guest may take is there for it, whatever the others do; else -ENOSPC. */
int xfh_quota_fit(struct xf_host *host);

#endif
