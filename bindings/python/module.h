/* SPDX-License-Identifier: MIT */
/*
 * What the files of the extension share: the module's types and exceptions. Limited API of 3.11, so
 * that one file serves later Pythons as well.
 *
 * Everything here is guarded by the GIL, which is only given up in xfp_wait() and in copies.
 */
#ifndef XFP_MODULE_H
#define XFP_MODULE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/crossfence.h>

struct xfp_module {
	PyObject *error, *timeout, *abandoned, *ended; /* exceptions */
	PyTypeObject *domain, *event, *timeline, *mutex, *hold, *surface, *access, *pool;
	PyTypeObject *stream, *reader, *producer, *frame, *plane, *frames;
};

/* Of an object, or of a type, of ours. */
struct xfp_module *xfp_module(PyObject *self);
struct xfp_module *xfp_module_of(PyTypeObject *type);

/* Signatures that C's casts would have to be repeated for. */
#define XFP_METHOD(f) ((PyCFunction)(void (*)(void))(f))
#define XFP_KEYWORDS  (METH_VARARGS | METH_KEYWORDS)
#define XFP_SLOT(f)   ((void *)(f))

#endif
