/* SPDX-License-Identifier: MIT */
#ifndef XFP_SURFACE_H
#define XFP_SURFACE_H

#include "handle.h"

int xfp_surface_type(PyObject *module, struct xfp_module *m);

/* A pool's surface, which the pool owns. */
PyObject *xfp_surface_of(struct xfp_handle *pool, struct xf_surface *surface);

#endif
