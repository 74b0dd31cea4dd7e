/* SPDX-License-Identifier: MIT */
#ifndef XFP_MUTEX_H
#define XFP_MUTEX_H

#include "handle.h"

struct xfp_mutex {
	struct xfp_handle base;
	uint64_t fence; /* of the last acquire */
	uint64_t turns; /* acquires and releases by this object */
};

int xfp_mutex_type(PyObject *module, struct xfp_module *m);

/* The mutex that it stands for now; NULL with an exception. */
struct xf_keyed_mutex *xfp_mutex_object(PyObject *self);

/* The surface whose mutex it is, which owns it then; NULL: it owns itself. */
struct xfp_handle *xfp_mutex_surface(PyObject *self);

/* The fence as an int; NULL with an exception, nothing taken then. */
PyObject *xfp_mutex_acquire(PyObject *self, uint64_t key, int64_t deadline_ns);

/* The mutex that `surface` owns, as an object; never closed by itself. */
PyObject *xfp_mutex_of(struct xfp_handle *surface, struct xf_keyed_mutex *mutex);

#endif
