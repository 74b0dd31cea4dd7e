/* SPDX-License-Identifier: MIT */
#ifndef XFP_EVENT_H
#define XFP_EVENT_H

#include "handle.h"

int xfp_event_type(PyObject *module, struct xfp_module *m);

#endif
