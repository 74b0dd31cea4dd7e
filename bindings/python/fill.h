/* SPDX-License-Identifier: MIT */
/* Copying somebody's array into a picture: the one place where something is copied, by name. */
#ifndef XFP_FILL_H
#define XFP_FILL_H

#include "picture.h"

/* Method of pictures and planes. */
PyObject *xfp_fill(PyObject *self, PyObject *args, PyObject *kw);

#define XFP_FILL_DOC                                                                               \
	"fill($self, source, *, stream=None)\n--\n\n"                                              \
	"Copies an array into it: `source` has the same shape and elements, and is a buffer "      \
	"(numpy,\n"                                                                                \
	"bytes) or a tensor of DLPack (torch, cupy, jax); it may lie over the same memory. "       \
	"Other\n"                                                                                  \
	"threads run meanwhile. Into a CUDA device's memory the copy is made by `stream`, a "      \
	"number\n"                                                                                 \
	"as in DLPack, and from there or from host memory; source is in use until that stream\n"   \
	"has done it. BufferError: it is read-only; ValueError: another shape or other elements."

#endif
