/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "cuda.h"
#include "error.h"
#include "info.h"
#include "number.h"
#include "type.h"
#include "wait.h"

void xfp_stream_close(struct xfp_handle *h)
{
	struct xf_stream *stream = h->object;
	xfp_cuda_forget(h);
	Py_BEGIN_ALLOW_THREADS xf_stream_close(stream);
	Py_END_ALLOW_THREADS
}

struct opening {
	struct xf_domain *domain;
	char label[XF_LABEL_MAX + 1];
	xf_id id;
	struct xf_stream *stream;
};

static int try_open(void *arg, int64_t deadline_ns)
{
	struct opening *o = arg;
	return xf_stream_open(o->domain, o->label, deadline_ns, &o->stream);
}

static void undo_open(void *arg)
{
	xf_stream_close(((struct opening *)arg)->stream);
}

static const struct xfp_attempt to_open = { try_open, undo_open, true };

static int try_open_id(void *arg, int64_t deadline_ns)
{
	struct opening *o = arg;
	return xf_stream_open_id(o->domain, o->id, &o->stream);
}

static const struct xfp_attempt to_open_id = { try_open_id, undo_open, true };

static bool find_id(struct xfp_handle *domain, PyObject *which, struct opening *o, int *ret_result)
{
	return xfp_u64(which, &o->id) && xfp_wait(domain, &to_open_id, o, 0, ret_result);
}

bool xfp_stream_find(struct xfp_handle *domain, PyObject *which, int64_t deadline_ns,
	struct xf_stream **ret_stream)
{
	struct opening o = { .domain = domain->object };
	Py_ssize_t size;
	int r;
	if (PyUnicode_Check(which)) {
		const char *label = PyUnicode_AsUTF8AndSize(which, &size);
		if (!label)
			return false;
		if (!size || size > XF_LABEL_MAX || strlen(label) != (size_t)size) {
			PyErr_Format(PyExc_ValueError, "a label has 1 to %d bytes", XF_LABEL_MAX);
			return false;
		}
		strcpy(o.label, label);
		if (!xfp_wait(domain, &to_open, &o, deadline_ns, &r))
			return false;
	} else if (!find_id(domain, which, &o, &r)) {
		return false;
	}
	if (r)
		(void)xfp_raise(xfp_module((PyObject *)domain), r);
	*ret_stream = o.stream;
	return r == 0;
}

struct crowd {
	struct xf_stream *stream;
	uint32_t count;
};

static int try_readers(void *arg, int64_t deadline_ns)
{
	const struct crowd *crowd = arg;
	return xf_stream_wait_readers(crowd->stream, crowd->count, deadline_ns);
}

static const struct xfp_attempt to_be_read = { try_readers, NULL, false };

PyObject *xfp_stream_wait_readers(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "count", "timeout", NULL };
	struct crowd crowd;
	int64_t deadline = XF_NEVER;
	if (!PyArg_ParseTupleAndKeywords(
		    args, kw, "O&|O&", names, xfp_u32, &crowd.count, xfp_deadline, &deadline) ||
		!(crowd.stream = xfp_object(self)))
		return NULL;
	return xfp_wait_none(self, &to_be_read, &crowd, deadline);
}

PyObject *xfp_stream_get_id(PyObject *self, void *none)
{
	struct xf_stream *stream = xfp_object(self);
	return stream ? xfp_id(self, xf_stream_id(stream)) : NULL;
}

PyObject *xfp_stream_info(PyObject *self, PyObject *none)
{
	struct xf_stream *stream = xfp_object(self);
	struct xf_stream_info info = { .size = sizeof(info) };
	if (!stream)
		return NULL;
	int r = xf_stream_info(stream, &info);
	if (r)
		return xfp_raise(xfp_module(self), r);
	return xfp_info_make("StreamInfo", "KKiNIIINI", (unsigned long long)info.sequence,
		(unsigned long long)info.lost, (int)info.producer_pid,
		xfp_info_text(info.producer_name, sizeof(info.producer_name)), info.every,
		info.latest, info.frames, PyBool_FromLong((long)info.ended), info.generation);
}

static PyObject *stream_open(PyObject *cls, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "which", "timeout", NULL };
	int64_t deadline = XF_NEVER;
	struct xfp_handle *domain;
	struct xf_stream *stream;
	PyObject *which;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O!O|O&", names,
		    xfp_module_of((PyTypeObject *)cls)->domain, &domain, &which, xfp_deadline,
		    &deadline) ||
		!xfp_handle_check(domain))
		return NULL;
	struct xfp_handle *opened = NULL;
	xfp_handle_enter_call(domain); /* it may be closed meanwhile, and ends after what it had */
	if (xfp_stream_find(domain, which, deadline, &stream))
		opened = xfp_handle_new((PyTypeObject *)cls, domain, stream, xfp_stream_close);
	xfp_handle_leave_call(domain);
	return (PyObject *)opened;
}

static PyMethodDef methods[] = {
	{ "open", XFP_METHOD(stream_open), XFP_KEYWORDS | METH_CLASS,
		"open(domain, which, timeout=None)\n--\n\n"
		"Opens a stream to look at it, not to read its frames: `which` is its label, "
		"waited for\n"
		"if nobody has made it yet, or its id; domain: where it lives.\n" XFP_TIMEOUT_DOC },
	XFP_STREAM_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = { XFP_STREAM_GETTERS, { NULL } };
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc,
		"A stream of frames, from one producer to any number of readers, as somebody sees "
		"it\n"
		"who only looks: open() and info(). Producer makes the frames, Reader gets them." },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Stream",
	.basicsize = sizeof(struct xfp_stream),
	.flags = XFP_TYPE_FLAGS | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots };

int xfp_stream_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->stream);
}
