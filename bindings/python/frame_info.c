/* SPDX-License-Identifier: MIT */
#include "frame_info.h"

#include <math.h>

#include "number.h"

static struct xfp_frame *to_set(PyObject *self, PyObject *value)
{
	struct xfp_frame *f = (struct xfp_frame *)self;
	if (!value)
		PyErr_SetString(PyExc_TypeError, "it cannot be deleted");
	else if (f->state != XFP_FRAME_WRITING)
		PyErr_SetString(PyExc_AttributeError,
			"only a producer sets it, before the frame is published");
	else
		return f;
	return NULL;
}

static uint64_t *field(struct xfp_frame *f, const void *offset)
{
	return (uint64_t *)(void *)((char *)&f->info + (uintptr_t)offset);
}

PyObject *xfp_frame_time(PyObject *self, void *which)
{
	uint64_t ns = *field((struct xfp_frame *)self, which);
	if (ns == XF_NO_TIME)
		Py_RETURN_NONE;
	return PyLong_FromUnsignedLongLong(ns);
}

int xfp_frame_set_time(PyObject *self, PyObject *value, void *which)
{
	struct xfp_frame *f = to_set(self, value);
	uint64_t ns = XF_NO_TIME;
	if (!f || (value != Py_None && !xfp_u64(value, &ns)))
		return -1;
	*field(f, which) = ns;
	return 0;
}

PyObject *xfp_frame_pts(PyObject *self, void *none)
{
	uint64_t ns = ((struct xfp_frame *)self)->info.pts_ns;
	if (ns == XF_NO_TIME)
		Py_RETURN_NONE;
	return PyFloat_FromDouble((double)ns / 1e9);
}

int xfp_frame_set_pts(PyObject *self, PyObject *value, void *none)
{
	struct xfp_frame *f = to_set(self, value);
	if (!f)
		return -1;
	if (value == Py_None) {
		f->info.pts_ns = XF_NO_TIME;
		return 0;
	}
	double seconds = PyFloat_AsDouble(value);
	if (seconds == -1.0 && PyErr_Occurred())
		return -1;
	if (!(seconds >= 0 && seconds < 1.8e10)) {
		PyErr_SetString(PyExc_ValueError, "pts is seconds, not negative");
		return -1;
	}
	f->info.pts_ns = (uint64_t)nearbyint(seconds * 1e9);
	return 0;
}

PyObject *xfp_frame_flag(PyObject *self, void *flag)
{
	return PyBool_FromLong(((struct xfp_frame *)self)->info.flags & (uint32_t)(uintptr_t)flag);
}

int xfp_frame_set_flag(PyObject *self, PyObject *value, void *flag)
{
	struct xfp_frame *f = to_set(self, value);
	int on = f ? PyObject_IsTrue(value) : -1;
	if (on < 0)
		return -1;
	f->info.flags &= ~(uint32_t)(uintptr_t)flag;
	f->info.flags |= on ? (uint32_t)(uintptr_t)flag : 0;
	return 0;
}

PyObject *xfp_frame_number(PyObject *self, void *which)
{
	return PyLong_FromUnsignedLongLong(*field((struct xfp_frame *)self, which));
}

PyObject *xfp_frame_data(PyObject *self, void *none)
{
	const struct xf_frame_info *info = &((struct xfp_frame *)self)->info;
	return PyBytes_FromStringAndSize((const char *)info->data, (Py_ssize_t)info->data_size);
}

int xfp_frame_set_data(PyObject *self, PyObject *value, void *none)
{
	struct xfp_frame *f = to_set(self, value);
	char *data;
	Py_ssize_t size;
	if (!f || PyBytes_AsStringAndSize(value, &data, &size))
		return -1;
	if (size > XF_FRAME_DATA_MAX) {
		PyErr_Format(PyExc_ValueError, "data with a frame has at most %d bytes",
			XF_FRAME_DATA_MAX);
		return -1;
	}
	memcpy(f->info.data, data, (size_t)size);
	f->info.data_size = (uint32_t)size;
	return 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What of a rectangle is in the picture; of nothing the height is 0. */
static struct xf_rect clip(const struct xfp_frame *f, struct xf_rect r)
{
	uint32_t width = f->picture.desc.width_px, height = f->picture.desc.height_px;
	if (r.x_px >= width || r.y_px >= height || !r.width_px)
		return (struct xf_rect){ 0 };
	r.width_px = least(r.width_px, width - r.x_px);
	r.height_px = least(r.height_px, height - r.y_px);
	return r;
}

/* A reader's is another process' word. */
PyObject *xfp_frame_crop(PyObject *self, void *none)
{
	const struct xfp_frame *f = (struct xfp_frame *)self;
	struct xf_rect c = clip(f, f->info.crop);
	if (!c.height_px)
		Py_RETURN_NONE;
	return Py_BuildValue("(IIII)", c.x_px, c.y_px, c.width_px, c.height_px);
}

static bool check_crop(const struct xfp_frame *f, const struct xf_rect *r)
{
	struct xf_rect c = clip(f, *r);
	if (f->picture.desc.fourcc == XF_FORMAT_TENSOR) {
		PyErr_SetString(PyExc_ValueError, "a tensor has no pixels to crop: use data");
		return false;
	}
	if (c.height_px && c.width_px == r->width_px && c.height_px == r->height_px)
		return true;
	PyErr_Format(PyExc_ValueError,
		"crop is not within the picture, whose size is %u x %u, or has no pixel",
		(unsigned)f->picture.desc.width_px, (unsigned)f->picture.desc.height_px);
	return false;
}

int xfp_frame_set_crop(PyObject *self, PyObject *value, void *none)
{
	struct xfp_frame *f = to_set(self, value);
	struct xf_rect crop = { 0 };
	if (!f)
		return -1;
	if (value != Py_None && !PyTuple_Check(value)) {
		PyErr_SetString(PyExc_TypeError, "crop is (x, y, width, height), or None");
		return -1;
	}
	if (value != Py_None && !PyArg_ParseTuple(value, "O&O&O&O&;crop is (x, y, width, height)",
					xfp_u32, &crop.x_px, xfp_u32, &crop.y_px, xfp_u32,
					&crop.width_px, xfp_u32, &crop.height_px))
		return -1;
	if (value != Py_None && !check_crop(f, &crop))
		return -1;
	f->info.crop = crop;
	return 0;
}
