/* SPDX-License-Identifier: MIT */
/* Making types, and what their methods repeat. */
#ifndef XFP_TYPE_H
#define XFP_TYPE_H

#include "handle.h"

#include <stddef.h>
#include <structmember.h> /* stands on Python.h, and does not include it */

/* A type into the module, under the last part of its name; -1 with an exception. */
int xfp_type(PyObject *module, PyType_Spec *spec, PyTypeObject **ret_type);

/* An object's id as an int; 0, which crossfence says in a forked child, is Error. */
PyObject *xfp_id(PyObject *self, xf_id id);

/* Flags of all of them: none can be a base, for the module is found by the type. */
#define XFP_TYPE_FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE)

/* The handle's `object`, or NULL with ValueError: it is closed. */
static inline void *xfp_object(PyObject *self)
{
	struct xfp_handle *h = (struct xfp_handle *)self;
	return xfp_handle_check(h) ? h->object : NULL;
}

#endif
