/* SPDX-License-Identifier: MIT */
#include "producer.h"

#include "cuda.h"
#include "describe.h"
#include "error.h"
#include "frame.h"
#include "type.h"
#include "wait.h"

/* What `overrun` allows hold() to wait: it cannot be asked in pieces, each of which would overrun.
 */
#define OVERRUN_NS INT64_C(100000000)

static const char producer_doc[] =
	"Producer(domain, label=None, *, frames=0, overrun=False, rate=None, blob=b'', width=0, "
	"height=0, format=None, shape=None, dtype=None, alignment=0, device=None)\n--\n\n"
	"Becomes the producer of the stream `label`: of the one that is there, if its producer "
	"has\n"
	"ended or died, else of a new one. Error (EBUSY): it has a producer; (ENOSPC): no room "
	"for its\n"
	"frames in the domain; (EACCES): that was opened read-only. Waits for nobody.\n\n"
	"    with producer.hold(timeout=1) as frame:\n"
	"        numpy.asarray(frame)[...] = picture         # published here\n\n"
	"frames: how many surfaces go round, 3 to 64; 0: 8. overrun: hold() does not wait for "
	"readers\n"
	"of every frame past its time; they are told what they missed. rate: (numerator,\n"
	"denominator) of frames per second. blob: up to 4096 bytes that readers get with the "
	"format.\n" XFP_DESCRIPTION_DOC
	"domain: where the stream lives. label: 1 to 31 bytes of UTF-8, by which readers find it; "
	"None:\n"
	"by its id only.\n";

struct format {
	struct xf_surface_desc desc;
	struct xf_stream_format format;
	int device;
};

/* `blob` stays the caller's. False with an exception. */
static bool read_format(
	const struct xfp_description *given, PyObject *rate, PyObject *blob, struct format *f)
{
	char *bytes = NULL;
	Py_ssize_t size = 0;
	f->format = (struct xf_stream_format){ .size = sizeof(f->format), .desc = &f->desc };
	if (!xfp_describe(given, &f->desc) || !xfp_describe_device(given, &f->device) ||
		(blob && PyBytes_AsStringAndSize(blob, &bytes, &size)))
		return false;
	if (size > XF_FORMAT_BLOB_MAX) {
		PyErr_Format(PyExc_ValueError, "a blob has at most %d bytes", XF_FORMAT_BLOB_MAX);
		return false;
	}
	f->format.blob = bytes;
	f->format.blob_size = (uint32_t)size;
	if (!rate || rate == Py_None)
		return true;
	if (!PyTuple_Check(rate)) {
		PyErr_SetString(PyExc_TypeError, "rate is (numerator, denominator)");
		return false;
	}
	return PyArg_ParseTuple(rate, "O&O&;rate is (numerator, denominator)", xfp_u32,
		&f->format.rate_num, xfp_u32, &f->format.rate_den);
}

/* The stream opens the pool for itself; its surfaces say what the device has made of the format. */
static int create(struct xf_domain *domain, struct format *f, struct xf_stream_params *params,
	const char *label, struct xf_stream **ret_stream)
{
	int r = 0;
	params->format = &f->format;
	if (f->device >= 0) {
		params->surface_flags = XF_SURFACE_SYNC;
		params->frames = params->frames ? params->frames : 8;
		r = xfp_cuda_pool(domain, &f->desc, params->frames, XF_SURFACE_SYNC, NULL,
			f->device, &params->pool);
		if (!r)
			r = xf_surface_desc(xf_pool_surface(params->pool, 0), &f->desc, NULL);
	}
	if (!r)
		r = xf_stream_create(domain, params, label, ret_stream);
	xf_pool_close(params->pool);
	return r;
}

static PyObject *producer_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "label", "frames", "overrun", "rate", "blob",
		XFP_DESCRIPTION_NAMES, NULL };
	struct xf_stream_params params = { .size = sizeof(params) };
	struct xfp_description given = { 0 };
	struct xfp_handle *domain;
	struct xf_stream *stream;
	struct format format;
	const char *label = NULL;
	PyObject *rate = NULL, *blob = NULL;
	int overrun = 0;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O!|z$O&pOO" XFP_DESCRIPTION_UNITS, names,
		    xfp_module_of(type)->domain, &domain, &label, xfp_u32, &params.frames, &overrun,
		    &rate, &blob, XFP_DESCRIPTION_VALUES(given)) ||
		!read_format(&given, rate, blob, &format) || !xfp_handle_check(domain))
		return NULL;
	params.flags = overrun ? XF_STREAM_OVERRUN : 0;
	struct xf_domain *object = domain->object;
	int r;
	xfp_handle_enter_call(domain);
	Py_BEGIN_ALLOW_THREADS r = create(object, &format, &params, label, &stream);
	Py_END_ALLOW_THREADS PyObject *producer =
		r ? xfp_raise(xfp_module_of(type), r)
		  : (PyObject *)xfp_handle_new(type, domain, stream, xfp_stream_close);
	xfp_handle_leave_call(domain);
	if (producer)
		((struct xfp_stream *)producer)->overrun = overrun;
	return producer;
}

struct holding {
	struct xf_stream *stream;
	struct xf_frame frame;
};

static int try_hold(void *arg, int64_t deadline_ns)
{
	struct holding *holding = arg;
	return xf_stream_hold(holding->stream, deadline_ns, &holding->frame);
}

static void undo_hold(void *arg)
{
	struct holding *holding = arg;
	(void)xf_stream_drop(holding->stream, &holding->frame);
}

static const struct xfp_attempt to_hold = { try_hold, undo_hold, false };

static bool hold_at_once(
	struct xfp_stream *producer, struct holding *holding, int64_t deadline_ns, int *ret_result)
{
	if (deadline_ns > xf_deadline(OVERRUN_NS)) {
		PyErr_SetString(PyExc_ValueError,
			"with overrun hold() waits for 0.1 s at most: give a timeout");
		return false;
	}
	Py_BEGIN_ALLOW_THREADS *ret_result = try_hold(holding, deadline_ns);
	Py_END_ALLOW_THREADS /* with a frame xfp_frame_new() looks, which drops it */
		return !*ret_result ||
		xfp_handle_check(&producer->base);
}

static PyObject *producer_hold(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "timeout", NULL };
	struct xfp_stream *producer = (struct xfp_stream *)self;
	struct holding holding = { .frame = { .size = sizeof(holding.frame) } };
	int64_t deadline = XF_NEVER;
	PyObject *frame = NULL;
	int r;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|O&", names, xfp_deadline, &deadline) ||
		!(holding.stream = xfp_object(self)))
		return NULL;
	xfp_handle_enter_call(&producer->base);
	if (producer->overrun ? hold_at_once(producer, &holding, deadline, &r)
			      : xfp_wait(&producer->base, &to_hold, &holding, deadline, &r))
		frame = r ? xfp_raise(xfp_module(self), r)
			  : xfp_frame_new(producer, &holding.frame);
	xfp_handle_leave_call(&producer->base);
	return frame;
}

static PyObject *producer_set_format(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "rate", "blob", XFP_DESCRIPTION_NAMES, NULL };
	struct xf_stream *stream;
	struct xfp_description given = { 0 };
	struct format format;
	PyObject *rate = NULL, *blob = NULL;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|$OO" XFP_DESCRIPTION_UNITS, names, &rate,
		    &blob, XFP_DESCRIPTION_VALUES(given)) ||
		!read_format(&given, rate, blob, &format) || !(stream = xfp_object(self)))
		return NULL;
	if (format.device >= 0) {
		PyErr_SetString(PyExc_ValueError,
			"a stream in a device's memory keeps its format: make another stream");
		return NULL;
	}
	int r;
	xfp_handle_enter_call((struct xfp_handle *)self);
	Py_BEGIN_ALLOW_THREADS r = xf_stream_set_format(stream, &format.format);
	Py_END_ALLOW_THREADS PyObject *none = xfp_none(self, r);
	xfp_handle_leave_call((struct xfp_handle *)self);
	return none;
}

static int try_drain(void *arg, int64_t deadline_ns)
{
	return xf_stream_drain(arg, deadline_ns);
}

static const struct xfp_attempt to_drain = { try_drain, NULL, true };

static PyObject *producer_drain(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "timeout", NULL };
	struct xf_stream *stream;
	int64_t deadline = XF_NEVER;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|O&", names, xfp_deadline, &deadline) ||
		!(stream = xfp_object(self)))
		return NULL;
	return xfp_wait_none(self, &to_drain, stream, deadline);
}

static PyObject *producer_end(PyObject *self, PyObject *none)
{
	struct xf_stream *stream = xfp_object(self);
	return stream ? xfp_none(self, xf_stream_end(stream)) : NULL;
}

static PyMethodDef methods[] = {
	{ "hold", XFP_METHOD(producer_hold), XFP_KEYWORDS,
		"hold($self, timeout=None)\n--\n\n"
		"Waits for a free frame to write, and returns it: a Frame. Timeout: readers have "
		"them "
		"all.\n"
		"Error (EPERM): the stream has another producer by now. ValueError: with `overrun` "
		"a "
		"timeout\n"
		"is wanted.\n" XFP_TIMEOUT_DOC },
	{ "set_format", XFP_METHOD(producer_set_format), XFP_KEYWORDS,
		"set_format($self, *, rate=None, blob=b'', width=0, height=0, format=None, "
		"shape=None, "
		"dtype=None, alignment=0, device=None)\n--\n\n"
		"What is held from now on is like this: rate, blob, width, height, format, shape, "
		"dtype,\n"
		"alignment and device are as of Producer(). The same again changes nothing. Waits "
		"for "
		"nobody.\n"
		"Error (EBUSY): readers still hold frames of earlier formats; (ENOSPC): no room in "
		"the "
		"domain.\n"
		"ValueError: a stream in a device's memory keeps its format." },
	{ "drain", XFP_METHOD(producer_drain), XFP_KEYWORDS,
		"drain($self, timeout=None)\n--\n\n"
		"Waits until each reader of every frame has taken what is published, in hand or "
		"not; "
		"those\n"
		"that die are not waited for.\n" XFP_TIMEOUT_DOC },
	{ "end", producer_end, METH_NOARGS,
		"end($self)\n--\n\n"
		"Nothing comes any more: readers' loops end when they have had what is published, "
		"and "
		"next()\n"
		"raises Ended. Waits for nobody; close() alone is for a producer that will be "
		"back." },
	XFP_STREAM_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = { XFP_STREAM_GETTERS, { NULL } };
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)producer_doc },
	{ Py_tp_new, XFP_SLOT(producer_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Producer",
	.basicsize = sizeof(struct xfp_stream),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_producer_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->producer);
}
