/* SPDX-License-Identifier: MIT */
#ifndef XFP_EVENT_H
#define XFP_EVENT_H

#include "handle.h"

/* Gives the signal back that a wait has taken, if it takes any. */
void xfp_event_untake(struct xf_event *event);

int xfp_event_type(PyObject *module, struct xfp_module *m);

#endif
