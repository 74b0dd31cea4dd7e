/* SPDX-License-Identifier: MIT */
/* crossfence's results as exceptions. */
#ifndef XFP_ERROR_H
#define XFP_ERROR_H

#include "module.h"

/*
 * Raises what `result` of a call that this thread has just made stands for, with crossfence's own
 * sentence; never 0. Returns NULL.
 */
PyObject *xfp_raise(const struct xfp_module *m, int result);

/* Of several objects, the one at `index`. */
PyObject *xfp_raise_abandoned(const struct xfp_module *m, uint32_t index);

/* One of the module's exceptions, with a sentence of the binding's own. */
PyObject *xfp_raise_text(PyObject *type, const char *text);

/* The same for Error, with its errno. */
PyObject *xfp_raise_errno(const struct xfp_module *m, int number, const char *text);

/* None, or NULL with an exception, by the result. */
PyObject *xfp_none(PyObject *self, int result);

/* The exceptions' classes into the module; -1 with an exception. */
int xfp_error_types(PyObject *module, struct xfp_module *m);

#endif
