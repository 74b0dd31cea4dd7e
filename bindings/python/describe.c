/* SPDX-License-Identifier: MIT */
#include "describe.h"

#include "format.h"

static bool given(PyObject *object)
{
	return object && object != Py_None;
}

static bool refuse(const char *why)
{
	PyErr_SetString(PyExc_ValueError, why);
	return false;
}

static bool read_dim(PyObject *shape, Py_ssize_t i, uint64_t *ret_dim)
{
	PyObject *dim = PySequence_GetItem(shape, i);
	bool ok = dim && xfp_u64(dim, ret_dim);
	Py_XDECREF(dim);
	return ok;
}

static bool describe_tensor(const struct xfp_description *d, struct xf_surface_desc *ret)
{
	if (d->width || d->height || given(d->format))
		return refuse("a tensor has shape and dtype, no width, height or format");
	if (!given(d->dtype))
		return refuse("a tensor needs its dtype");
	Py_ssize_t n = PySequence_Size(d->shape);
	if (n < 0)
		return false;
	if (n > XF_TENSOR_DIMS_MAX)
		return refuse("a tensor has up to 8 dimensions");
	ret->fourcc = XF_FORMAT_TENSOR;
	ret->tensor.n_dims = (uint32_t)n;
	for (Py_ssize_t i = 0; i < n; i++)
		if (!read_dim(d->shape, i, &ret->tensor.dims[i]))
			return false;
	return xfp_format_dtype(d->dtype, &ret->tensor.dtype);
}

bool xfp_describe(const struct xfp_description *d, struct xf_surface_desc *ret)
{
	*ret = (struct xf_surface_desc){ .size = sizeof(*ret),
		.width_px = d->width,
		.height_px = d->height,
		.alignment_bytes = d->alignment };
	if (given(d->shape))
		return describe_tensor(d, ret);
	if (given(d->dtype))
		return refuse("dtype is of a tensor, which has a shape");
	if (!given(d->format) || !d->width)
		return refuse("width, height and format are needed, or shape and dtype");
	if (!xfp_format_code(d->format, &ret->fourcc))
		return false;
	if (ret->fourcc == XF_FORMAT_RAW && !ret->height_px)
		ret->height_px = 1;
	return true;
}

bool xfp_describe_device(const struct xfp_description *d, int *ret_device)
{
	uint32_t device;
	*ret_device = -1;
	if (!given(d->device))
		return true;
	if (!xfp_u32(d->device, &device))
		return false;
	*ret_device = device < INT32_MAX ? (int)device : INT32_MAX;
	return true;
}
