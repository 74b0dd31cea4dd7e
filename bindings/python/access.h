/* SPDX-License-Identifier: MIT */
/* What Surface.read() and write() return: access to a surface for the length of a `with`. */
#ifndef XFP_ACCESS_H
#define XFP_ACCESS_H

#include "picture.h"

PyObject *xfp_access_new(struct xfp_handle *surface, bool writable);

int xfp_access_type(PyObject *module, struct xfp_module *m);

#endif
