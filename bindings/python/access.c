/* SPDX-License-Identifier: MIT */
#include "access.h"

#include "dlpack.h"
#include "fill.h"
#include "pixels.h"
#include "type.h"

static void end_access(struct xfp_handle *h)
{
	/* One that could not be made is no picture, and was never begun. */
	if (h->close == end_access)
		xfp_picture_finish((struct xfp_picture *)h);
}

PyObject *xfp_access_new(struct xfp_handle *surface, bool writable)
{
	PyTypeObject *type = xfp_module((PyObject *)surface)->access;
	if (!xfp_handle_check(surface))
		return NULL;
	struct xfp_picture *p =
		(struct xfp_picture *)xfp_handle_new(type, surface, surface->object, end_access);
	if (!p)
		return NULL;
	/* At once, so that who may not have it is told here, not by an array. */
	if (!xfp_picture_init(p, surface->object, writable) || !xfp_picture_begin(p)) {
		Py_DECREF((PyObject *)p);
		return NULL;
	}
	p->asks_again = true;
	return (PyObject *)p;
}

static PyMethodDef methods[] = {
	XFP_PIXELS_METHODS,
	XFP_HANDLE_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = { XFP_PIXELS_GETTERS, XFP_HANDLE_GETTERS, { NULL } };
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc,
		"Access to a surface, for a `with`; an array for numpy and DLPack. See\n"
		"Surface.read() and Surface.write(). Arrays must be gone when the `with` is left: "
		"else\n"
		"BufferError, and the access ends with the last of them." },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ Py_bf_getbuffer, XFP_SLOT(xfp_picture_buffer) },
	{ Py_bf_releasebuffer, XFP_SLOT(xfp_picture_release) },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Access",
	.basicsize = sizeof(struct xfp_picture),
	.flags = XFP_TYPE_FLAGS | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots };

int xfp_access_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->access);
}
