/* SPDX-License-Identifier: MIT */
/*
 * The end of a membership. It wants the domain's lock, and its door, which a member that stands
 * still may have for seconds; but neither a change of state nor who frees a buffer waits so long.
 */
#ifndef XF_GST_LEAVING_H
#define XF_GST_LEAVING_H

#include <glib.h>

/*
 * Calls leave(arg). As a rule that is done when this comes back, and nobody is there any more; what
 * takes longer than 20 ms a thread does alone. Not where there is no thread to be had.
 */
void leaving_do(void (*leave)(gpointer arg), gpointer arg);

/* Until what is on its way out has left: who comes after it finds no ended stream. XF_TIMEOUT. */
int leaving_await(gint64 deadline_ns);

#endif
