/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include "error.h"
#include "frame.h"
#include "frames.h"
#include "loop.h"
#include "number.h"
#include "type.h"
#include "wait.h"

static const char reader_doc[] =
	"Reader(domain, which, timeout=None, *, latest=False, max_held=1, old_dlpack=False)\n--\n\n"
	"Reads the stream `which` (its label, waited for if nobody has made it yet, or its id), "
	"from\n"
	"its newest frame on: every frame, or with `latest` the newest one each time, which never\n"
	"slows the producer.\n\n"
	"    with reader.next(timeout=1) as frame:   for frame in reader:   async for frame in "
	"reader:\n"
	"        look(numpy.asarray(frame))              ...                    ...\n\n"
	"max_held: how many frames it may have at a time; the stream needs two more than all "
	"readers\n"
	"together. A Domain object has one Reader of a stream; Error (EBUSY): a second one. When\n"
	"the producer is killed the reader keeps what it has, and goes on with the next producer.\n"
	"old_dlpack: hand frames to consumers that know no DLPack 1.0, too, which cannot be told\n"
	"that these are read-only. Error (ENOSPC): the stream has not that many frames to spare;\n"
	"(EACCES): the domain was opened read-only.\n\n"
	"domain: where the stream lives.\n" XFP_TIMEOUT_DOC;

/* By who has the only reference; but the domain may be closed meanwhile. */
static PyObject *subscribe(PyTypeObject *type, struct xfp_handle *domain, struct xf_stream *stream,
	bool latest, uint32_t max_held)
{
	struct xfp_handle *reader = xfp_handle_new(type, domain, stream, xfp_stream_close);
	int r;
	if (!reader)
		return NULL;
	xfp_handle_enter_call(reader);
	Py_BEGIN_ALLOW_THREADS r =
		xf_stream_subscribe(stream, latest ? XF_STREAM_LATEST : XF_STREAM_EVERY, max_held);
	Py_END_ALLOW_THREADS if (r)(void) xfp_raise(xfp_module_of(type), r);
	if (r || !xfp_handle_check(reader)) {
		xfp_handle_leave_call(reader);
		Py_DECREF((PyObject *)reader);
		return NULL;
	}
	xfp_handle_leave_call(reader);
	return (PyObject *)reader;
}

static PyObject *reader_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "which", "timeout", "latest", "max_held", "old_dlpack",
		NULL };
	int64_t deadline = XF_NEVER;
	uint32_t max_held = 1;
	int latest = 0, old_dlpack = 0;
	struct xfp_handle *domain;
	struct xf_stream *stream;
	PyObject *which;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O!O|O&$pO&p", names,
		    xfp_module_of(type)->domain, &domain, &which, xfp_deadline, &deadline, &latest,
		    xfp_u32, &max_held, &old_dlpack) ||
		!xfp_handle_check(domain))
		return NULL;
	PyObject *reader = NULL;
	xfp_handle_enter_call(domain); /* it may be closed meanwhile, and ends after what it had */
	if (xfp_stream_find(domain, which, deadline, &stream))
		reader = subscribe(type, domain, stream, latest, max_held);
	xfp_handle_leave_call(domain);
	if (reader)
		((struct xfp_stream *)reader)->old_dlpack = old_dlpack;
	return reader;
}

struct taking {
	struct xf_stream *stream;
	struct xf_frame frame;
};

static int try_next(void *arg, int64_t deadline_ns)
{
	struct taking *taking = arg;
	return xf_stream_next(taking->stream, deadline_ns, &taking->frame);
}

static void undo_next(void *arg)
{
	struct taking *taking = arg;
	(void)xf_stream_done(taking->stream, &taking->frame);
}

static const struct xfp_attempt next = { try_next, undo_next, false },
				next_of_new_format = { try_next, undo_next, true };

/* The surfaces of a format are opened with its first frame: a device's are asked for. */
static bool is_format_new(const struct xfp_stream *reader)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	return xf_stream_info(reader->base.object, &info) || info.generation != reader->generation;
}

static PyObject *take(struct xfp_stream *reader, const struct xf_frame *frame)
{
	reader->generation = frame->format ? frame->format->generation : 0;
	return xfp_frame_new(reader, frame);
}

PyObject *xfp_reader_next(struct xfp_stream *reader, int64_t deadline_ns)
{
	struct taking taking = { .stream = xfp_object((PyObject *)reader),
		.frame = { .size = sizeof(taking.frame) } };
	PyObject *frame = NULL;
	int r;
	if (!taking.stream)
		return NULL;
	/* Kept open until the frame is an object, whoever closes it meanwhile. */
	xfp_handle_enter_call(&reader->base);
	if (xfp_wait(&reader->base, is_format_new(reader) ? &next_of_new_format : &next, &taking,
		    deadline_ns, &r))
		frame = r ? xfp_raise(xfp_module((PyObject *)reader), r)
			  : take(reader, &taking.frame);
	xfp_handle_leave_call(&reader->base);
	return frame;
}

static PyObject *reader_next(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "timeout", NULL };
	int64_t deadline = XF_NEVER;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|O&", names, xfp_deadline, &deadline))
		return NULL;
	return xfp_reader_next((struct xfp_stream *)self, deadline);
}

static PyObject *reader_next_async(PyObject *self, PyObject *none)
{
	return xfp_loop_call(self, "next_frame", NULL);
}

static PyObject *reader_frames(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "timeout", NULL };
	PyObject *timeout = Py_None;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|O", names, &timeout))
		return NULL;
	return xfp_frames_new((struct xfp_stream *)self, timeout);
}

static PyObject *reader_iter(PyObject *self)
{
	return xfp_frames_new((struct xfp_stream *)self, Py_None);
}

static PyObject *reader_fileno(PyObject *self, PyObject *none)
{
	struct xf_stream *stream = xfp_object(self);
	int fd = -1;
	if (!stream)
		return NULL;
	int r = xf_stream_fd(stream, &fd);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromLong(fd);
}

static PyMethodDef methods[] = {
	{ "next", XFP_METHOD(reader_next), XFP_KEYWORDS,
		"next($self, timeout=None)\n--\n\n"
		"Waits for the next frame, or the newest one, which this reader has not had. "
		"Ended: the\n"
		"producer ended the stream. Error (EBUSY): max_held frames are "
		"held.\n" XFP_TIMEOUT_DOC },
	{ "next_async", reader_next_async, METH_NOARGS,
		"next_async($self)\n--\n\nnext() for asyncio: `with await reader.next_async() as "
		"f:`; a limit is\n"
		"asyncio.timeout(). Ended, and Error, as next(); ValueError: the reader was closed "
		"meanwhile.\n"
		"Who is cancelled has taken nothing." },
	{ "frames", XFP_METHOD(reader_frames), XFP_KEYWORDS,
		"frames($self, timeout=None)\n--\n\n"
		"For a loop over the frames until the stream ends, as the reader itself; Timeout "
		"is\n"
		"raised when one takes longer than `timeout` seconds (None: no limit). Each frame "
		"is "
		"given\n"
		"back when the next one is asked for: BufferError, and the end of the loop, if "
		"arrays "
		"over it\n"
		"live. Use it by `for` or by `async for`." },
	{ "fileno", reader_fileno, METH_NOARGS,
		"fileno($self)\n--\n\n"
		"A descriptor for select, poll and epoll, the reader's own: readable when there "
		"may be a\n"
		"frame. Then call next(0) until it raises Timeout, which makes it unreadable "
		"again." },
	XFP_STREAM_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = { XFP_STREAM_GETTERS, { NULL } };
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)reader_doc },
	{ Py_tp_new, XFP_SLOT(reader_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ Py_tp_iter, XFP_SLOT(reader_iter) },
	{ Py_am_aiter, XFP_SLOT(reader_iter) },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Reader",
	.basicsize = sizeof(struct xfp_stream),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_reader_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->reader);
}
