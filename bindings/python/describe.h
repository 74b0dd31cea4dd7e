/* SPDX-License-Identifier: MIT */
/* What a surface, a pool's surfaces or a stream's frames are like, as keywords. */
#ifndef XFP_DESCRIBE_H
#define XFP_DESCRIBE_H

#include "number.h"

struct xfp_description {
	uint32_t width, height, alignment;
	PyObject *format, *shape, *dtype, *device; /* borrowed; NULL: not given */
};

/* For PyArg_ParseTupleAndKeywords, the last ones of a function. */
#define XFP_DESCRIPTION_NAMES "width", "height", "format", "shape", "dtype", "alignment", "device"
#define XFP_DESCRIPTION_UNITS "O&O&OOOO&O"
#define XFP_DESCRIPTION_VALUES(d)                                                                  \
	xfp_u32, &(d).width, xfp_u32, &(d).height, &(d).format, &(d).shape, &(d).dtype, xfp_u32,   \
		&(d).alignment, &(d).device

#define XFP_DESCRIPTION_DOC                                                                        \
	"A picture has width, height and format (\"NV12\", \"BGR\", ...; crossfence.formats()); "  \
	"a\n"                                                                                      \
	"tensor has shape and dtype (\"f32\", numpy.float32, torch.bfloat16, ...); plain bytes "   \
	"have\n"                                                                                   \
	"width and format \"RAW\". alignment: of rows and planes in bytes, a power of two; 0: "    \
	"64\n"                                                                                     \
	"(of a tensor: packed). device: the number of the CUDA device whose memory it shall be;\n" \
	"None: host memory.\n"

/* False with an exception. */
bool xfp_describe(const struct xfp_description *given, struct xf_surface_desc *ret_desc);

/* The device; -1: host memory. False with an exception. */
bool xfp_describe_device(const struct xfp_description *given, int *ret_device);

#endif
