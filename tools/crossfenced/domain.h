/* SPDX-License-Identifier: MIT */
/* A domain in a guest's region. */
#ifndef CROSSFENCED_DOMAIN_H
#define CROSSFENCED_DOMAIN_H

#include "config.h"

/* Makes, shares and publishes what the guest's section asks for. *ret_domain stays joined until the
 * guest is removed, also when it fails; NULL: none. */
int domain_share(const struct guest_config *config, struct xf_host_guest *guest,
	struct xf_domain **ret_domain);

#endif
