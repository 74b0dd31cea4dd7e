/* SPDX-License-Identifier: MIT */
#include "pixels.h"

#include "dlpack.h"
#include "fill.h"
#include "format.h"
#include "type.h"

struct plane {
	PyObject_HEAD struct xfp_picture *picture; /* a reference */
	int which;
};

struct xfp_picture *xfp_pixels_of(PyObject *self, int *ret_which)
{
	struct plane *plane = (struct plane *)self;
	if (!Py_IS_TYPE(self, xfp_module(self)->plane)) {
		*ret_which = -1;
		return (struct xfp_picture *)self;
	}
	*ret_which = plane->which;
	return plane->picture;
}

static PyObject *tuple_of(const Py_ssize_t *numbers, int n)
{
	PyObject *tuple = PyTuple_New(n);
	for (int i = 0; tuple && i < n; i++) {
		PyObject *number = PyLong_FromSsize_t(numbers[i]);
		if (!number || PyTuple_SetItem(tuple, i, number))
			Py_CLEAR(tuple);
	}
	return tuple;
}

static const struct xfp_layout *layout_of(PyObject *self)
{
	int which;
	struct xfp_picture *p = xfp_pixels_of(self, &which);
	return xfp_picture_layout(p, which);
}

PyObject *xfp_pixels_width(PyObject *self, void *none)
{
	return PyLong_FromUnsignedLong(((struct xfp_picture *)self)->desc.width_px);
}

PyObject *xfp_pixels_height(PyObject *self, void *none)
{
	return PyLong_FromUnsignedLong(((struct xfp_picture *)self)->desc.height_px);
}

PyObject *xfp_pixels_format(PyObject *self, void *none)
{
	return xfp_format_name(((struct xfp_picture *)self)->desc.fourcc);
}

PyObject *xfp_pixels_fourcc(PyObject *self, void *none)
{
	return PyLong_FromUnsignedLong(((struct xfp_picture *)self)->desc.fourcc);
}

PyObject *xfp_pixels_shape(PyObject *self, void *none)
{
	const struct xfp_layout *l = layout_of(self);
	return l ? tuple_of(l->shape, l->n_dims) : NULL;
}

PyObject *xfp_pixels_strides(PyObject *self, void *none)
{
	const struct xfp_layout *l = layout_of(self);
	return l ? tuple_of(l->strides, l->n_dims) : NULL;
}

PyObject *xfp_pixels_dtype(PyObject *self, void *none)
{
	const struct xfp_layout *l = layout_of(self);
	return l ? PyUnicode_FromString(xf_dtype_name(l->dtype)) : NULL;
}

static PyObject *plane_of(PyObject *self, int which)
{
	PyTypeObject *type = xfp_module(self)->plane;
	allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
	struct plane *plane = (struct plane *)alloc(type, 0);
	if (!plane)
		return NULL;
	plane->picture = (struct xfp_picture *)Py_NewRef(self);
	plane->which = which;
	return (PyObject *)plane;
}

PyObject *xfp_pixels_planes(PyObject *self, void *none)
{
	struct xfp_picture *p = (struct xfp_picture *)self;
	if (!xfp_picture_layout(p, p->read_layouts && p->n_planes > 1 ? 0 : XFP_RAW))
		return NULL;
	PyObject *planes = PyTuple_New((Py_ssize_t)p->n_planes);
	for (uint32_t i = 0; planes && i < p->n_planes; i++) {
		PyObject *plane = plane_of(self, (int)i);
		if (!plane || PyTuple_SetItem(planes, (Py_ssize_t)i, plane))
			Py_CLEAR(planes);
	}
	return planes;
}

PyObject *xfp_pixels_raw(PyObject *self, void *none)
{
	return plane_of(self, XFP_RAW);
}

PyObject *xfp_pixels_nbytes(PyObject *self, void *none)
{
	return PyLong_FromUnsignedLongLong(((struct xfp_picture *)self)->size);
}

PyObject *xfp_pixels_writable(PyObject *self, void *none)
{
	int which;
	return PyBool_FromLong(xfp_pixels_of(self, &which)->writable);
}

PyObject *xfp_pixels_memory(PyObject *self, void *none)
{
	static const char *const names[] = { "host", "cuda", "vulkan" };
	uint32_t memory = ((struct xfp_picture *)self)->desc.memory;
	return PyUnicode_FromString(memory < 3 ? names[memory] : "unknown");
}

/*
 * What a `copy` that is given means says numpy. None, a copy where one is needed, is new in its
 * version 2.
 */
static PyObject *make_array(PyObject *view, PyObject *dtype, PyObject *copy)
{
	bool given = copy != Py_None;
	PyObject *numpy = PyImport_ImportModule("numpy"), *array = NULL;
	PyObject *make = numpy ? PyObject_GetAttrString(numpy, given ? "array" : "asarray") : NULL;
	PyObject *of = Py_BuildValue("(O)", view), *how = Py_BuildValue("{sO}", "dtype", dtype);
	if (make && of && how && (!given || PyDict_SetItemString(how, "copy", copy) == 0))
		array = PyObject_Call(make, of, how);
	Py_XDECREF(how);
	Py_XDECREF(of);
	Py_XDECREF(make);
	Py_XDECREF(numpy);
	return array;
}

/*
 * numpy takes what refuses the buffer protocol for a scalar of type object; but it asks this method
 * before that, and does not swallow what it raises.
 */
PyObject *xfp_pixels_array(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "dtype", "copy", NULL };
	PyObject *dtype = Py_None, *copy = Py_None;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|OO", names, &dtype, &copy))
		return NULL;
	PyObject *view = PyMemoryView_FromObject(self);
	PyObject *array = view ? make_array(view, dtype, copy) : NULL;
	Py_XDECREF(view);
	return array;
}

static int plane_buffer(PyObject *self, Py_buffer *view, int flags)
{
	const struct plane *plane = (struct plane *)self;
	return xfp_picture_get_buffer(plane->picture, plane->which, self, view, flags);
}

static void plane_release(PyObject *self, Py_buffer *view)
{
	(void)view;
	xfp_picture_unexport(((struct plane *)self)->picture);
}

static void plane_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
	Py_XDECREF((PyObject *)((struct plane *)self)->picture);
	release(self);
	Py_DECREF((PyObject *)type);
}

static PyMethodDef methods[] = { XFP_PIXELS_METHODS, { NULL } };
static PyGetSetDef getters[] = {
	{ "shape", xfp_pixels_shape, NULL, "As of an array, in elements: rows and columns first.",
		NULL },
	{ "strides", xfp_pixels_strides, NULL,
		"As of an array, in bytes; rows of pictures are padded.", NULL },
	{ "dtype", xfp_pixels_dtype, NULL, "Of the elements: \"u8\", \"f32\", ...", NULL },
	{ "writable", xfp_pixels_writable, NULL,
		"Whether arrays over it may be written: a producer's, and of Surface.write().",
		NULL },
	{ NULL },
};
static PyType_Slot slots[] = {
	{ Py_tp_doc, "A plane of a frame or a surface: numpy.asarray(plane), memoryview(plane),\n"
		     "torch.from_dlpack(plane). Nothing is copied; arrays over it count as its "
		     "frame's." },
	{ Py_tp_dealloc, XFP_SLOT(plane_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_bf_getbuffer, XFP_SLOT(plane_buffer) },
	{ Py_bf_releasebuffer, XFP_SLOT(plane_release) },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Plane",
	.basicsize = sizeof(struct plane),
	.flags = XFP_TYPE_FLAGS | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots };

int xfp_plane_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->plane);
}
