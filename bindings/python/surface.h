/* SPDX-License-Identifier: MIT */
#ifndef XFP_SURFACE_H
#define XFP_SURFACE_H

#include "handle.h"

struct xfp_surface {
	struct xfp_handle base;
	uint64_t key, fence; /* see xfp_surface_release_later() */
};

int xfp_surface_type(PyObject *module, struct xfp_module *m);

/* A pool's surface, which the pool owns. */
PyObject *xfp_surface_of(struct xfp_handle *pool, struct xf_surface *surface);

/* How many arrays are alive over a surface: of a pool's also by other objects for it. */
uint32_t xfp_surface_arrays(const struct xfp_handle *surface);

/* By all objects below a domain or a pool for the surface with this id. */
uint32_t xfp_surface_arrays_in(const struct xfp_handle *parent, xf_id id);

/* Its keyed mutex, which it owns, is released when the last of the arrays that are alive is gone.
 */
void xfp_surface_release_later(struct xfp_handle *surface, uint64_t key, uint64_t fence);

#endif
