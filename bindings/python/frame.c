/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include "cuda.h"
#include "dlpack.h"
#include "error.h"
#include "fill.h"
#include "frame_info.h"
#include "linger.h"
#include "pixels.h"
#include "surface.h"
#include "type.h"
#include "wait.h"

static struct xf_stream *stream_of(const struct xfp_frame *f)
{
	return f->picture.base.parent->object;
}

/* The other side may have its part in a queue: then the sync object says when it is done. */
static void give_back(struct xfp_frame *f)
{
	struct xf_stream *stream = stream_of(f);
	f->result = xfp_cuda_done(&f->picture);
	if (f->state == XFP_FRAME_READING)
		(void)xf_stream_done(stream, &f->frame);
	if (f->state == XFP_FRAME_WRITING)
		(void)xf_stream_drop(stream, &f->frame);
	f->state = XFP_FRAME_LEFT;
}

/* By surfaces that were opened by id, or pools: of the same memory, and the hold is the process'.
 */
static uint32_t arrays_elsewhere(const struct xfp_frame *f)
{
	const struct xfp_handle *domain = f->picture.base.parent->parent;
	if (f->state == XFP_FRAME_LEFT || !domain->exports)
		return 0;
	return xfp_surface_arrays_in(domain, xf_surface_id(f->frame.surface));
}

static uint32_t arrays_over(const struct xfp_frame *f)
{
	return f->picture.base.exports + arrays_elsewhere(f);
}

/* A frame that is given back when they are gone. */
struct left {
	struct xfp_linger base;
	struct xfp_handle *stream; /* a reference, and a call: it stays open for this */
	struct xf_frame frame;
	bool reading;
};

static uint32_t arrays_over_left(const struct xfp_handle *domain, const struct xfp_linger *l)
{
	return xfp_surface_arrays_in(
		domain, xf_surface_id(((const struct left *)l)->frame.surface));
}

static void give_back_left(struct xfp_linger *l, bool ours)
{
	struct left *left = (struct left *)l;
	struct xfp_handle *stream = left->stream;
	if (ours && left->reading)
		(void)xf_stream_done(stream->object, &left->frame);
	else if (ours)
		(void)xf_stream_drop(stream->object, &left->frame);
	PyMem_Free(left);
	xfp_handle_leave_call(stream);
	Py_DECREF((PyObject *)stream);
}

/* Without memory to remember it, it is given back at once. */
static bool give_back_later(struct xfp_frame *f)
{
	struct left *left = arrays_elsewhere(f) ? PyMem_Calloc(1, sizeof(*left)) : NULL;
	struct xfp_handle *stream = f->picture.base.parent;
	if (!left)
		return false;
	f->result = xfp_cuda_done(&f->picture);
	*left = (struct left){ { arrays_over_left, give_back_left, NULL },
		(struct xfp_handle *)Py_NewRef((PyObject *)stream), f->frame,
		f->state == XFP_FRAME_READING };
	f->state = XFP_FRAME_LEFT;
	xfp_handle_enter_call(stream);
	xfp_linger(stream->parent, &left->base);
	return true;
}

static void end_frame(struct xfp_handle *h)
{
	struct xfp_frame *f = (struct xfp_frame *)h;
	if (h->close != end_frame)
		return; /* one that could not be made; xfp_frame_new() gives it back */
	xfp_picture_finish(&f->picture);
	if (f->state != XFP_FRAME_LEFT && !give_back_later(f))
		give_back(f);
}

struct completion {
	struct xf_stream *stream;
	struct xf_sync *sync; /* NULL: it has none */
	const struct xf_frame_info *info;
};

static int try_complete(void *arg, int64_t deadline_ns)
{
	const struct completion *c = arg;
	int r = c->sync ? xf_sync_ready_wait(c->sync, NULL, deadline_ns) : 0;
	return r ? r : xf_stream_wait_complete(c->stream, c->info, NULL, deadline_ns);
}

static const struct xfp_attempt completing = { try_complete, NULL, false };

/* A queue of the producer's may still be writing: whoever looks by CPU waits for it. */
static bool wait_until_complete(struct xfp_picture *p)
{
	struct xfp_frame *f = (struct xfp_frame *)p;
	struct completion c = { .stream = stream_of(f), .info = &f->info };
	int r;
	if (xf_surface_sync(p->surface, &c.sync))
		c.sync = NULL;
	p->waited = c.sync != NULL;
	bool ok = xfp_wait(&p->base, &completing, &c, XF_NEVER, &r);
	if (ok && r)
		(void)xfp_raise(xfp_module((PyObject *)p), r);
	return ok && !r;
}

PyObject *xfp_frame_new(struct xfp_stream *stream, const struct xf_frame *frame)
{
	const struct xfp_module *m = xfp_module((PyObject *)stream);
	struct xf_frame given = *frame;
	struct xf_stream *object = stream->base.object;
	struct xfp_frame *f = (struct xfp_frame *)xfp_handle_new(
		m->frame, &stream->base, frame->surface, end_frame);
	if (!f) {
		(void)(frame->info ? xf_stream_done(object, &given)
				   : xf_stream_drop(object, &given));
		return NULL;
	}
	f->frame = given;
	f->state = frame->info ? XFP_FRAME_READING : XFP_FRAME_WRITING;
	f->picture.old_dlpack = stream->old_dlpack;
	f->info = frame->info ? *frame->info
			      : (struct xf_frame_info){ .size = sizeof(f->info),
					.pts_ns = XF_NO_TIME,
					.dts_ns = XF_NO_TIME,
					.duration_ns = XF_NO_TIME };
	if (frame->info)
		f->picture.ready = wait_until_complete;
	if (!xfp_picture_init(&f->picture, frame->surface, !frame->info)) {
		Py_DECREF((PyObject *)f);
		return NULL;
	}
	return (PyObject *)f;
}

static bool check_no_arrays(struct xfp_frame *f, const char *what)
{
	uint32_t arrays = arrays_over(f);
	if (arrays)
		(void)xfp_handle_arrays(arrays, what);
	return !arrays;
}

static bool publish(struct xfp_frame *f)
{
	if (!check_no_arrays(f, "not published"))
		return false;
	xfp_picture_finish(&f->picture);
	int r = xfp_cuda_done(&f->picture);
	if (!r)
		r = xf_stream_publish(stream_of(f), &f->frame, &f->info);
	if (r) {
		(void)xfp_raise(xfp_module((PyObject *)f), r);
		return false;
	}
	f->state = XFP_FRAME_LEFT;
	xfp_handle_end(&f->picture.base);
	return true;
}

/* Sets what is given by keyword, all of which are attributes. */
static bool set_attributes(PyObject *self, PyObject *kw)
{
	PyObject *name, *value;
	Py_ssize_t at = 0;
	while (kw && PyDict_Next(kw, &at, &name, &value))
		if (PyObject_SetAttr(self, name, value)) {
			if (PyErr_ExceptionMatches(PyExc_AttributeError))
				PyErr_Format(
					PyExc_TypeError, "nothing of a frame to set: %R", name);
			return false;
		}
	return true;
}

static PyObject *frame_publish(PyObject *self, PyObject *args, PyObject *kw)
{
	struct xfp_frame *f = (struct xfp_frame *)self;
	if (!PyArg_ParseTuple(args, ":publish") || !xfp_handle_check(&f->picture.base))
		return NULL;
	if (f->state != XFP_FRAME_WRITING) {
		PyErr_SetString(PyExc_ValueError, "a reader's frame: done() gives it back");
		return NULL;
	}
	/* What is set may be code of the user's, which may end the frame. */
	if (!set_attributes(self, kw) || !xfp_handle_check(&f->picture.base) || !publish(f))
		return NULL;
	Py_RETURN_NONE;
}

/* A reader's streams may have read what its producer never finished. */
static bool check_result(struct xfp_frame *f)
{
	int r = f->result;
	f->result = 0;
	if (r)
		(void)xfp_raise(xfp_module((PyObject *)f), r);
	return r == 0;
}

static PyObject *frame_done(PyObject *self, PyObject *none)
{
	struct xfp_frame *f = (struct xfp_frame *)self;
	if (f->picture.base.object && !check_no_arrays(f, "not given back"))
		return NULL;
	xfp_handle_end(&f->picture.base);
	if (!check_result(f))
		return NULL;
	Py_RETURN_NONE;
}

/* Whoever leaves in peace takes it for published, or for read whole. */
static bool check_ended(struct xfp_frame *f)
{
	if (!f->picture.base.orphaned || !f->picture.writable)
		return check_result(f);
	PyErr_SetString(PyExc_ValueError, "not published: its producer, or the domain, was closed "
					  "before the `with` was left");
	return false;
}

/* Whoever refers to it afterwards, a traceback for example, has no frame in hand. */
static bool publish_or_drop(struct xfp_frame *f)
{
	bool published = publish(f);
	if (!published)
		xfp_handle_end(&f->picture.base);
	return published;
}

static bool leave(struct xfp_frame *f, bool failed)
{
	struct xfp_handle *h = &f->picture.base;
	if (!h->object || h->closing)
		return failed || check_ended(f);
	uint32_t arrays = arrays_over(f);
	if (f->state == XFP_FRAME_WRITING && !failed && !arrays)
		return publish_or_drop(f);
	bool writing = f->state == XFP_FRAME_WRITING;
	xfp_handle_end(h); /* now, or with the last array */
	if (failed)
		return true;
	if (!arrays)
		return check_result(f);
	(void)xfp_handle_arrays(arrays, writing ? "dropped, not published" : "given back later");
	return false;
}

bool xfp_frame_leave(PyObject *frame)
{
	return leave((struct xfp_frame *)frame, false);
}

static PyObject *frame_exit(PyObject *self, PyObject *args)
{
	PyObject *type = NULL, *value, *traceback;
	if (!PyArg_UnpackTuple(args, "__exit__", 0, 3, &type, &value, &traceback) ||
		!leave((struct xfp_frame *)self, type && type != Py_None))
		return NULL;
	Py_RETURN_FALSE;
}

static PyMethodDef methods[] = {
	XFP_PIXELS_METHODS,
	{ "publish", XFP_METHOD(frame_publish), XFP_KEYWORDS,
		"publish($self, **attributes)\n--\n\n"
		"Makes a producer's frame the stream's newest, with the attributes that were set "
		"or are given\n"
		"here: pts_ns, dts_ns, duration_ns, pts, data, key, end, corrupt, discont, crop. "
		"Leaving "
		"the\n"
		"`with` does the same. BufferError: arrays over it are alive; it is not published. "
		"ValueError:\n"
		"it is a reader's. Error (EPERM): the stream was ended. Waits for nobody." },
	{ "done", frame_done, METH_NOARGS,
		"done($self)\n--\n\n"
		"Gives the frame back: a reader's to the stream, a producer's unpublished. Leaving "
		"the\n"
		"`with` of a reader's does the same. BufferError: arrays over it are alive; "
		"nothing has\n"
		"changed then. Waits for nobody." },
	{ "__enter__", xfp_handle_with, METH_NOARGS,
		"__enter__($self)\n--\n\nReturns it, for `as`; leaving the `with` gives it back, "
		"or publishes it." },
	{ "__exit__", frame_exit, METH_VARARGS,
		"__exit__($self, *args)\n--\n\nGives a reader's frame back, publishes a producer's "
		"unless the block failed.\n"
		"BufferError: arrays over it are alive; it is given back, unpublished, with the "
		"last.\n"
		"ValueError: a producer's that was not published, since its producer was closed "
		"meanwhile.\n"
		"Error, as of publish(): it could not be published, and was given back." },
	{ NULL },
};
static PyGetSetDef getters[] = { XFP_PIXELS_GETTERS, XFP_FRAME_INFO_GETTERS, XFP_HANDLE_GETTERS,
	{ NULL } };
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, "A frame of a stream: what Reader.next() and Producer.hold() return, for a "
		     "`with`.\n\n"
		     "numpy.asarray(frame), memoryview(frame) and torch.from_dlpack(frame) are the "
		     "frame's\n"
		     "memory itself, read-only for readers; formats of several planes have "
		     ".planes. Arrays\n"
		     "must be gone when the `with` is left: else BufferError, and the frame is "
		     "given back (a\n"
		     "producer's dropped) when the last of them is. Leaving a producer's `with` "
		     "publishes it,\n"
		     "unless the block fails. What nobody refers to any more is given back, "
		     "unpublished." },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ Py_bf_getbuffer, XFP_SLOT(xfp_picture_buffer) },
	{ Py_bf_releasebuffer, XFP_SLOT(xfp_picture_release) },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Frame",
	.basicsize = sizeof(struct xfp_frame),
	.flags = XFP_TYPE_FLAGS | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots };

int xfp_frame_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->frame);
}
