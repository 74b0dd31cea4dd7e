/* SPDX-License-Identifier: MIT */
/* Names of pixel formats and of tensors' elements. */
#ifndef XFP_FORMAT_H
#define XFP_FORMAT_H

#include "module.h"

/* "NV12", "BGR", four characters, or a number. False with an exception. */
bool xfp_format_code(PyObject *format, uint32_t *ret_fourcc);

/* crossfence's name of it, else its four characters. */
PyObject *xfp_format_name(uint32_t fourcc);

/* "f32", "float32", or what numpy and torch call their own. False with an exception. */
bool xfp_format_dtype(PyObject *dtype, uint32_t *ret_dtype);

/* {name: fourcc} of all that are known, for crossfence.formats(). */
PyObject *xfp_format_all(void);

#endif
