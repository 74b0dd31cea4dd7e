/* SPDX-License-Identifier: MIT */
/* An array of somebody else's, to be read: by the buffer protocol, or by DLPack. */
#ifndef XFP_SOURCE_H
#define XFP_SOURCE_H

#include "dlpack.h"

struct xfp_source {
	const uint8_t *data;
	uint32_t dtype; /* enum xf_dtype */
	int n_dims;
	int64_t shape[XF_TENSOR_DIMS_MAX], strides[XF_TENSOR_DIMS_MAX]; /* elements; bytes */
	int device_type, device; /* enum XFP_DL_*, and its number */
	Py_buffer view; /* view.obj NULL: there is a capsule */
	PyObject *capsule;
};

/*
 * `stream` is what the source's work shall be in order with, where it is a device's; may be None.
 * False with an exception. What was got must be ended.
 */
bool xfp_source_get(PyObject *object, PyObject *stream, struct xfp_source *ret_source);
void xfp_source_end(struct xfp_source *source);

#endif
