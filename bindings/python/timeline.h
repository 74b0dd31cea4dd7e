/* SPDX-License-Identifier: MIT */
#ifndef XFP_TIMELINE_H
#define XFP_TIMELINE_H

#include "handle.h"

int xfp_timeline_type(PyObject *module, struct xfp_module *m);

#endif
