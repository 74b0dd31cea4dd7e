/* SPDX-License-Identifier: MIT */
/* DLPack: https://dmlc.github.io/dlpack. What other libraries know as a tensor, by reference. */
#ifndef XFP_DLPACK_H
#define XFP_DLPACK_H

#include "picture.h"

enum { XFP_DL_CPU = 1, XFP_DL_CUDA = 2, XFP_DL_CUDA_HOST = 3 }; /* DLDeviceType */

struct xfp_dl_tensor {
	void *data;
	struct {
		int32_t type, id;
	} device;
	int32_t n_dims;
	struct {
		uint8_t code, bits;
		uint16_t lanes;
	} dtype;
	int64_t *shape, *strides; /* in elements; strides NULL: packed, the last dimension first */
	uint64_t byte_offset;
};

/* Before version 1: capsule "dltensor". */
struct xfp_dl_managed {
	struct xfp_dl_tensor tensor;
	void *context;
	void (*deleter)(struct xfp_dl_managed *self);
};

/* "dltensor_versioned" */
struct xfp_dl_versioned {
	struct {
		uint32_t major, minor;
	} version;
	void *context;
	void (*deleter)(struct xfp_dl_versioned *self);
	uint64_t flags;
	struct xfp_dl_tensor tensor;
};

#define XFP_DL_READ_ONLY 1u /* flags */

/* Methods of pictures and planes. */
PyObject *xfp_dlpack(PyObject *self, PyObject *args, PyObject *kw);
PyObject *xfp_dlpack_device(PyObject *self, PyObject *none);

#define XFP_DLPACK_DOC                                                                             \
	"__dlpack__($self, *, stream=None, max_version=None, dl_device=None, copy=None)\n--\n\n"   \
	"For torch.from_dlpack() and others: the memory itself, never a copy. Of a device's "      \
	"memory\n"                                                                                 \
	"the work of `stream` (the consumer's) waits until the frame is ready. Consumers that "    \
	"know\n"                                                                                   \
	"no DLPack 1.0 cannot be told that a frame is read-only: BufferError, unless the stream "  \
	"was\n"                                                                                    \
	"opened with old_dlpack=True: `max_version` is the newest that is known. BufferError, "    \
	"too:\n"                                                                                   \
	"`dl_device` is another one than the memory's, or `copy` is true. Waits for nobody "       \
	"itself."

#endif
