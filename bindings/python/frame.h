/* SPDX-License-Identifier: MIT */
/* A frame of a stream: a reader's, until it is given back, or a producer's, until it is published.
 */
#ifndef XFP_FRAME_H
#define XFP_FRAME_H

#include "picture.h"
#include "stream.h"

/* Takes over `frame`, which the stream has just given; gives it back on failure. */
PyObject *xfp_frame_new(struct xfp_stream *stream, const struct xf_frame *frame);

/* As leaving a `with` does: false with an exception, BufferError, when arrays are alive. */
bool xfp_frame_leave(PyObject *frame);

int xfp_frame_type(PyObject *module, struct xfp_module *m);

#endif
