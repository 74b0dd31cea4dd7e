/* SPDX-License-Identifier: MIT */
/* Uses of a surface that carries a sync object, for its pool. */
#include "surface/surface.h"
#include "surface/use.h"
#include "use/op.h"
#include "use/sync.h"

bool xfi_surface_in_use(const struct xf_surface *s)
{
	if (!s->sync)
		return false;
	/* Who is sharing has something pending, unless somebody else wrote that word. */
	return xfi_sync_pending(xfi_sync_handle_hot(s->sync)) ||
	       xfi_sync_phase(xfi_sync_handle_state(s->sync)) == XFI_SYNC_SHARING;
}

int xfi_surface_begin_use(struct xf_surface *s, uint64_t *ret_use)
{
	if (!s->sync)
		return XFI_UNTRACKED;
	if (xfi_surface_in_use(s))
		return -EBUSY;
	/* A use that nobody has begun may be waited for already: it is the one that comes now. */
	bool begun = xfi_sync_phase(xfi_sync_handle_state(s->sync)) != XFI_SYNC_IDLE;
	if ((begun && xf_sync_reset(s->sync)) || xf_sync_begin(s->sync))
		return -EBUSY;
	*ret_use = s->sync->begun_use;
	return 0;
}

int xfi_surface_end_use(struct xf_surface *s)
{
	return s->sync ? xfi_sync_unbegin(s->sync) : XFI_UNTRACKED;
}
