/* SPDX-License-Identifier: MIT */
/* The helper thread as it is, without its joining: what is static there is called from here. */
#include "shm/member.c"
#include "shm/poll.h"

#include "explore.h"

void xp_helper(int member)
{
	struct xf_domain *d = xp_domain(member);
	d->helper = calloc(1, sizeof(*d->helper));
	if (xfi_polls_init(d))
		abort();
}

/* helper_main() behind its joining. */
void xp_helps(int member)
{
	serve(xp_domain(member));
	leave(xp_domain(member));
}

void xp_leave(int member)
{
	atomic_store(&xp_domain(member)->helper->leave, true);
	xfi_member_poke(xp_domain(member));
}
