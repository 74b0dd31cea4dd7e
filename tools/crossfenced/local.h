/* SPDX-License-Identifier: MIT */
/* Processes of the host that use the miniport: their events are those of a domain. */
#ifndef CROSSFENCED_LOCAL_H
#define CROSSFENCED_LOCAL_H

#include "config.h"

/*
 * Joins, or makes and publishes, the domain that the section names with "local", and fills in how
 * its events are signalled. *ret_domain stays joined until the section's processes are gone; NULL:
 * the section is a guest's, and nothing was filled in.
 */
int local_join(const struct guest_config *config, struct xf_host_events *ret_events,
	struct xf_domain **ret_domain);

#endif
