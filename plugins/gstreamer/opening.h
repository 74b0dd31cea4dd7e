/* SPDX-License-Identifier: MIT */
/*
 * A domain opened or made. Whoever serves its name has a second to answer, which he lets pass if he
 * stands still, and so has who is at the domain's door; nothing ends these calls. So a thread of
 * its own makes it; who waits can be told to stop, and leaves the thread to end by itself.
 */
#ifndef XF_GST_OPENING_H
#define XF_GST_OPENING_H

#include "address.h"

struct opening;

/*
 * Begins to open the domain of `address`, or to make it if nobody has its name. NULL: there is no
 * thread to be had.
 */
struct opening *opening_begin(const struct address *address, const struct xf_domain_params *params);

/* The same to look only, at one that is there. */
struct opening *opening_begin_look(const gchar *name);

/* Waits for it, up to `slice_us`. FALSE: it is not done. */
gboolean opening_wait(struct opening *opening, gint64 slice_us);

/*
 * Ends the wait. The result, whose message is this thread's last one, and the domain; XF_TIMEOUT if
 * it is not done, of which nothing comes any more.
 */
int opening_end(struct opening *opening, struct xf_domain **ret_domain);

#endif
