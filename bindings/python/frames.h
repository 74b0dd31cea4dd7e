/* SPDX-License-Identifier: MIT */
/* Loops over a reader's frames: `for` and `async for`. */
#ifndef XFP_FRAMES_H
#define XFP_FRAMES_H

#include "stream.h"

/* `timeout`: seconds for each frame, or None. */
PyObject *xfp_frames_new(struct xfp_stream *reader, PyObject *timeout);

int xfp_frames_type(PyObject *module, struct xfp_module *m);

#endif
