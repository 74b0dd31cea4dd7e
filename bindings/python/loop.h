/* SPDX-License-Identifier: MIT */
/* Waiting in an event loop: the loop's side of it is Python, crossfence/_aio.py. */
#ifndef XFP_LOOP_H
#define XFP_LOOP_H

#include "handle.h"

/* What `await` is given: the coroutine function `name` of crossfence._aio, of self and `arg`. */
PyObject *xfp_loop_await(PyObject *self, const char *name, PyObject *arg);

/* The coroutine itself. */
PyObject *xfp_loop_call(PyObject *self, const char *name, PyObject *arg);

/* The module's _watch(handle): crossfence._aio.closed() is called before it closes. ValueError: it
   is closed. */
PyObject *xfp_loop_watch(PyObject *module, PyObject *handle);

#endif
