/* SPDX-License-Identifier: MIT */
/*
 * Event loops are told that a handle closes: they have its descriptor, which is about to go, and
 * tasks that would wait for it for ever. What tells them is Python code, in which a signal's
 * handler may raise, memory may be short, and calls may be too deep already. So it is done again,
 * and in the end by a thread of its own, which begins with an empty stack.
 */
#ifndef XFP_FAREWELL_H
#define XFP_FAREWELL_H

#include "handle.h"

/* An exception that was caught; `type` NULL: none. */
struct xfp_trouble {
	PyObject *type, *value, *traceback;
};

/* No exception is set before and after; the first that came is in `trouble`, further ones are said.
 */
void xfp_farewell(struct xfp_handle *h, struct xfp_trouble *trouble);

#endif
