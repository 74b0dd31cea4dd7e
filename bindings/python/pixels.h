/* SPDX-License-Identifier: MIT */
/* What Python sees of a picture, and of each of its planes: attributes, and arrays. */
#ifndef XFP_PIXELS_H
#define XFP_PIXELS_H

#include "picture.h"

/* Getters of types that begin with a picture. */
PyObject *xfp_pixels_width(PyObject *self, void *none);
PyObject *xfp_pixels_height(PyObject *self, void *none);
PyObject *xfp_pixels_format(PyObject *self, void *none);
PyObject *xfp_pixels_fourcc(PyObject *self, void *none);
PyObject *xfp_pixels_shape(PyObject *self, void *none);
PyObject *xfp_pixels_strides(PyObject *self, void *none);
PyObject *xfp_pixels_dtype(PyObject *self, void *none);
PyObject *xfp_pixels_planes(PyObject *self, void *none);
PyObject *xfp_pixels_raw(PyObject *self, void *none);
PyObject *xfp_pixels_nbytes(PyObject *self, void *none);
PyObject *xfp_pixels_writable(PyObject *self, void *none);
PyObject *xfp_pixels_memory(PyObject *self, void *none);

/* Methods. */
PyObject *xfp_pixels_array(PyObject *self, PyObject *args, PyObject *kw);

int xfp_plane_type(PyObject *module, struct xfp_module *m);

/* The picture and the plane (-1: the only one) of a frame, an access or a plane. */
struct xfp_picture *xfp_pixels_of(PyObject *self, int *ret_which);

#define XFP_PIXELS_METHODS                                                                         \
	{ "__array__", XFP_METHOD(xfp_pixels_array), XFP_KEYWORDS,                                 \
		"__array__($self, dtype=None, copy=None)\n--\n\n"                                  \
		"What numpy.asarray() calls where Python's buffers are not enough: an array over " \
		"the memory\n"                                                                     \
		"itself, of `dtype` if that is its own; with `copy` one of its own. BufferError: " \
		"says why not." },                                                                 \
		{ "fill", XFP_METHOD(xfp_fill), XFP_KEYWORDS, XFP_FILL_DOC },                      \
		{ "__dlpack__", XFP_METHOD(xfp_dlpack), XFP_KEYWORDS, XFP_DLPACK_DOC },            \
	{                                                                                          \
		"__dlpack_device__", xfp_dlpack_device, METH_NOARGS,                               \
			"__dlpack_device__($self)\n--\n\nWhere the memory is: (1, 0) is the CPU, " \
			"(2, n) a CUDA device."                                                    \
	}
#define XFP_PIXELS_GETTERS                                                                         \
	{ "width", xfp_pixels_width, NULL,                                                         \
		"Pixels in a row; 0 of a tensor. Bytes where the format is \"RAW\".", NULL },      \
		{ "height", xfp_pixels_height, NULL,                                               \
			"Rows of pixels; row 0 is the top one. 0 of a tensor.", NULL },            \
		{ "format", xfp_pixels_format, NULL,                                               \
			"The format's name, \"NV12\" for example; see crossfence.formats().",      \
			NULL },                                                                    \
		{ "fourcc", xfp_pixels_fourcc, NULL,                                               \
			"The format's number, DRM's four characters as an int; see "               \
			"crossfence.formats().",                                                   \
			NULL },                                                                    \
		{ "shape", xfp_pixels_shape, NULL,                                                 \
			"Of the only plane, as of an array, in elements. BufferError: there are "  \
			"several planes.",                                                         \
			NULL },                                                                    \
		{ "strides", xfp_pixels_strides, NULL,                                             \
			"Of the only plane, as of an array, in bytes. BufferError: there are "     \
			"several planes.",                                                         \
			NULL },                                                                    \
		{ "dtype", xfp_pixels_dtype, NULL,                                                 \
			"Of the only plane's elements: \"u8\", \"f32\", ... BufferError: there "   \
			"are several planes.",                                                     \
			NULL },                                                                    \
		{ "planes", xfp_pixels_planes, NULL,                                               \
			"Its planes, a tuple, each an array for numpy and DLPack: Y and UV of "    \
			"NV12. BufferError:\n"                                                     \
			"nobody knows what the planes of the format look like.",                   \
			NULL },                                                                    \
		{ "raw", xfp_pixels_raw, NULL,                                                     \
			"All its bytes, whatever they mean, as a plane of one dimension.", NULL }, \
		{ "nbytes", xfp_pixels_nbytes, NULL,                                               \
			"How many bytes all of it is, padding included: those of `raw`.", NULL },  \
		{ "writable", xfp_pixels_writable, NULL,                                           \
			"Whether arrays over it may be written: a producer's, and of "             \
			"Surface.write().",                                                        \
			NULL },                                                                    \
	{                                                                                          \
		"memory", xfp_pixels_memory, NULL,                                                 \
			"Where its memory is: \"host\", \"cuda\" or \"vulkan\".", NULL             \
	}

#endif
