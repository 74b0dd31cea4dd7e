/* SPDX-License-Identifier: MIT */
#ifndef XFP_READER_H
#define XFP_READER_H

#include "stream.h"

/* The next frame; NULL with an exception, Ended and Timeout among them. */
PyObject *xfp_reader_next(struct xfp_stream *reader, int64_t deadline_ns);

int xfp_reader_type(PyObject *module, struct xfp_module *m);

#endif
