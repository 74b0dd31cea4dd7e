/* SPDX-License-Identifier: MIT */
/* A domain in a guest's region. */
#ifndef CROSSFENCED_DOMAIN_H
#define CROSSFENCED_DOMAIN_H

#include "config.h"

/* Makes, shares and publishes what the guest's section asks for; prints what goes wrong. */
int domain_share(struct guest_config *config, struct xf_host_guest *guest);

#endif
