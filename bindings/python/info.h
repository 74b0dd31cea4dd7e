/* SPDX-License-Identifier: MIT */
/* Snapshots are dataclasses of crossfence/_info.py, made from here. */
#ifndef XFP_INFO_H
#define XFP_INFO_H

#include "module.h"

/* An object of the class `name` from values in the order of its fields, as Py_BuildValue's. */
PyObject *xfp_info_make(const char *name, const char *units, ...);

/* A name from shared memory: up to `size` bytes, whatever these are. */
PyObject *xfp_info_text(const char *text, size_t size);

#endif
