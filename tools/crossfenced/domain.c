/* SPDX-License-Identifier: MIT */
/* A domain in a guest's region, published for the processes of the host. */
#include <stdio.h>
#include <unistd.h>

#include <crossfence/domain.h>
#include "domain.h"

#define OBJECT_PER_BYTES 4096 /* of the region: an object in 4 KiB is more than frames need */

static int make(struct xf_host_guest *guest, struct xf_domain **ret_domain)
{
	struct xf_domain_params params = { .size = sizeof(params) };
	uint64_t offset, size;
	int fd;
	int r = xf_host_guest_region(guest, &fd, &offset, &size);
	if (r)
		return r;
	params.max_objects = (uint32_t)(size / OBJECT_PER_BYTES);
	if (params.max_objects > 65536)
		params.max_objects = 65536;
	r = xf_domain_create_in(fd, size, &params, ret_domain);
	close(fd);
	return r;
}

int domain_share(const struct guest_config *config, struct xf_host_guest *guest,
	struct xf_domain **ret_domain)
{
	const char *what = "made";
	if (!config->domain)
		return 0;
	int r = make(guest, ret_domain);
	if (!r) {
		what = "shared";
		r = xf_host_guest_share_domain(guest, *ret_domain);
	}
	/* Last: who finds it may at once make surfaces for the guest. */
	if (!r) {
		what = "published";
		r = xf_domain_publish(*ret_domain, config->domain);
	}
	if (r) {
		char why[256];
		snprintf(why, sizeof(why), "%s", xf_last_message(r));
		return xf_fail(r, "domain %s cannot be %s: %s", config->domain, what, why);
	}
	return 0;
}
