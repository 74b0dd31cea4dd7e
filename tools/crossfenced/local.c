/* SPDX-License-Identifier: MIT */
/*
 * What hEvent is to a process of the host: the id of an event in a domain that it shares with us,
 * as a handle is valid in its process. We open, set and close it, so that it ends with those who
 * use it. None of the three blocks.
 */
#include <errno.h>
#include <stdio.h>

#include <crossfence/domain.h>
#include <crossfence/event.h>
#include <crossfence/inspect.h>
#include "local.h"

static int set_event(void *self, xf_host_handle process, uint64_t id, uint32_t flags)
{
	struct xf_domain *domain = self;
	struct xf_object_info info = { .size = sizeof(info) };
	struct xf_event *event;
	int r = xf_event_open(domain, id, &event);
	if (r == -EINVAL || r == -ESTALE)
		return xf_inspect_object(domain, id, &info) ? -EBADF : -EPROTOTYPE;
	if (r)
		return r;
	r = xf_event_set(event);
	xf_event_close(event);
	return r;
}

int local_join(const struct guest_config *config, struct xf_host_events *ret_events,
	struct xf_domain **ret_domain)
{
	if (!config->local)
		return 0;
	int r = xf_domain_open_or_create(config->local, NULL, ret_domain);
	if (r) {
		char why[256];
		snprintf(why, sizeof(why), "%s", xf_last_message(r));
		return xf_fail(r, "domain %s cannot be joined or made: %s", config->local, why);
	}
	*ret_events = (struct xf_host_events){ sizeof(*ret_events), *ret_domain, set_event };
	return 0;
}
