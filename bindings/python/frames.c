/* SPDX-License-Identifier: MIT */
#include "frames.h"

#include "frame.h"
#include "loop.h"
#include "reader.h"
#include "type.h"
#include "wait.h"

struct frames {
	PyObject_HEAD struct xfp_stream *reader; /* a reference */
	PyObject *timeout; /* a float, or None */
	PyObject *last; /* the frame that was handed out last, or NULL */
};

PyObject *xfp_frames_new(struct xfp_stream *reader, PyObject *timeout)
{
	PyTypeObject *type = xfp_module((PyObject *)reader)->frames;
	allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
	int64_t deadline_ns;
	if (!xfp_deadline(timeout, &deadline_ns) || !xfp_handle_check(&reader->base))
		return NULL;
	/* A number of Python's own, which can refer to nothing else. */
	PyObject *kept = timeout == Py_None ? Py_NewRef(Py_None)
					    : PyFloat_FromDouble(PyFloat_AsDouble(timeout));
	if (!kept || PyErr_Occurred()) {
		Py_XDECREF(kept);
		return NULL;
	}
	struct frames *frames = (struct frames *)alloc(type, 0);
	if (!frames) {
		Py_DECREF(kept);
		return NULL;
	}
	frames->reader = (struct xfp_stream *)Py_NewRef((PyObject *)reader);
	frames->timeout = kept;
	return (PyObject *)frames;
}

static PyObject *take(struct frames *frames, int64_t deadline_ns)
{
	PyObject *last = frames->last;
	frames->last = NULL;
	bool left = !last || xfp_frame_leave(last);
	Py_XDECREF(last);
	PyObject *frame = left ? xfp_reader_next(frames->reader, deadline_ns) : NULL;
	/* Another thread may have taken one from the same loop meanwhile. */
	PyObject *before = frames->last;
	frames->last = frame ? Py_NewRef(frame) : NULL;
	Py_XDECREF(before);
	return frame;
}

static PyObject *frames_next(PyObject *self)
{
	struct frames *frames = (struct frames *)self;
	int64_t deadline_ns;
	if (!xfp_deadline(frames->timeout, &deadline_ns))
		return NULL;
	PyObject *frame = take(frames, deadline_ns);
	if (!frame && PyErr_ExceptionMatches(xfp_module(self)->ended))
		PyErr_Clear(); /* the end of the loop */
	return frame;
}

static PyObject *frames_look(PyObject *self, PyObject *none)
{
	return take((struct frames *)self, 0);
}

static PyObject *frames_anext(PyObject *self)
{
	return xfp_loop_call((PyObject *)((struct frames *)self)->reader, "following", self);
}

static PyObject *frames_timeout(PyObject *self, void *none)
{
	return Py_NewRef(((struct frames *)self)->timeout);
}

static void frames_dealloc(PyObject *self)
{
	struct frames *frames = (struct frames *)self;
	PyTypeObject *type = Py_TYPE(self);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
	Py_XDECREF(frames->last);
	Py_XDECREF(frames->timeout);
	Py_XDECREF((PyObject *)frames->reader);
	release(self);
	Py_DECREF((PyObject *)type);
}

static PyMethodDef methods[] = {
	{ "_look", frames_look, METH_NOARGS,
		"_look($self)\n--\n\nThe next one without waiting, for crossfence's own use in "
		"loops." },
	{ NULL },
};
static PyGetSetDef getters[] = {
	{ "timeout", frames_timeout, NULL,
		"Seconds that each frame may take, a float; None: no limit.", NULL },
	{ NULL },
};
static PyType_Slot slots[] = {
	{ Py_tp_doc,
		"A loop over a stream's frames, by `for` or `async for`, which its end ends; see\n"
		"Reader.frames()." },
	{ Py_tp_dealloc, XFP_SLOT(frames_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_iter, XFP_SLOT(PyObject_SelfIter) },
	{ Py_tp_iternext, XFP_SLOT(frames_next) },
	{ Py_am_aiter, XFP_SLOT(PyObject_SelfIter) },
	{ Py_am_anext, XFP_SLOT(frames_anext) },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Frames",
	.basicsize = sizeof(struct frames),
	.flags = XFP_TYPE_FLAGS | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots };

int xfp_frames_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->frames);
}
