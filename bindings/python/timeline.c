/* SPDX-License-Identifier: MIT */
#include "timeline.h"

#include "error.h"
#include "find.h"
#include "loop.h"
#include "number.h"
#include "type.h"
#include "wait.h"

static int open_it(struct xf_domain *domain, xf_id id, void **ret_object)
{
	struct xf_timeline *timeline;
	int r = xf_timeline_open(domain, id, &timeline);
	if (!r)
		*ret_object = timeline;
	return r;
}

static void close_it(struct xfp_handle *h)
{
	xf_timeline_close(h->object);
}

/* The maker's own handle: the promise goes with it, where the library's ends with the member. */
static void close_owned(struct xfp_handle *h)
{
	(void)xf_timeline_abandon(h->object);
	close_it(h);
}

static const struct xfp_kind kind = { XF_TIMELINE, open_it, close_it };

static const char timeline_doc[] =
	"Timeline(domain, label=None, *, initial=0, owned=False)\n--\n\n"
	"A 64-bit counter that only grows. To wait for a value that nobody has signalled yet, or\n"
	"even thought of, is fine. With `owned` the death of the process that made it, or the end "
	"of\n"
	"the object that made it, by close() or because nobody refers to it, abandons it: waits "
	"for\n"
	"values that were not reached raise Abandoned, now and for ever.\n\n"
	"`await timeline.reached(value)` waits in an asyncio loop. The counter begins with "
	"`initial`.\n\n" XFP_LABEL_DOC;

static PyObject *timeline_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "label", "initial", "owned", NULL };
	const struct xfp_module *m = xfp_module_of(type);
	uint64_t initial = 0;
	struct xfp_handle *domain;
	struct xf_timeline *timeline;
	const char *label = NULL;
	int owned = 0;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O!|z$O&p", names, m->domain, &domain, &label,
		    xfp_u64, &initial, &owned) ||
		!xfp_handle_check(domain))
		return NULL;
	int r = xf_timeline_create(
		domain->object, initial, owned ? XF_TIMELINE_OWNED : 0u, label, &timeline);
	if (r)
		return xfp_raise(m, r);
	return (PyObject *)xfp_handle_new(type, domain, timeline, owned ? close_owned : close_it);
}

static PyObject *timeline_open(PyObject *cls, PyObject *args, PyObject *kw)
{
	return xfp_open(cls, args, kw, &kind);
}

static PyObject *timeline_signal(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "value", NULL };
	struct xf_timeline *timeline;
	uint64_t value;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O&", names, xfp_u64, &value) ||
		!(timeline = xfp_object(self)))
		return NULL;
	return xfp_none(self, xf_timeline_signal(timeline, value));
}

struct fence {
	struct xf_timeline *timeline;
	uint64_t value;
};

static int try_wait(void *arg, int64_t deadline_ns)
{
	const struct fence *fence = arg;
	return xf_timeline_wait(fence->timeline, fence->value, deadline_ns);
}

static const struct xfp_attempt waiting = { try_wait, NULL, false };

static PyObject *timeline_wait(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "value", "timeout", NULL };
	struct fence fence;
	int64_t deadline = XF_NEVER;
	if (!PyArg_ParseTupleAndKeywords(
		    args, kw, "O&|O&", names, xfp_u64, &fence.value, xfp_deadline, &deadline) ||
		!(fence.timeline = xfp_object(self)))
		return NULL;
	return xfp_wait_none(self, &waiting, &fence, deadline);
}

static PyObject *timeline_fd(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "value", NULL };
	struct xf_timeline *timeline;
	uint64_t value;
	int fd = -1;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O&", names, xfp_u64, &value) ||
		!(timeline = xfp_object(self)))
		return NULL;
	int r = xf_timeline_fd(timeline, value, &fd);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromLong(fd);
}

static PyObject *timeline_reached(PyObject *self, PyObject *value)
{
	uint64_t number;
	return xfp_u64(value, &number) ? xfp_loop_call(self, "reached", value) : NULL;
}

static PyObject *timeline_id(PyObject *self, void *none)
{
	struct xf_timeline *timeline = xfp_object(self);
	return timeline ? xfp_id(self, xf_timeline_id(timeline)) : NULL;
}

static PyObject *timeline_value(PyObject *self, void *none)
{
	struct xf_timeline *timeline = xfp_object(self);
	uint64_t value;
	if (!timeline)
		return NULL;
	int r = xf_timeline_value(timeline, &value);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromUnsignedLongLong(value);
}

static PyMethodDef methods[] = {
	{ "open", XFP_METHOD(timeline_open), XFP_KEYWORDS | METH_CLASS, XFP_OPEN_DOC },
	{ "signal", XFP_METHOD(timeline_signal), XFP_KEYWORDS,
		"signal($self, value)\n--\n\n"
		"Raises the counter to `value` and wakes those who wait for that. Error (EINVAL): "
		"the\n"
		"counter is higher already. Waits for nobody." },
	{ "wait", XFP_METHOD(timeline_wait), XFP_KEYWORDS,
		"wait($self, value, timeout=None)\n--\n\n"
		"Waits until the counter is at least `value`. Abandoned: it never will "
		"be.\n" XFP_TIMEOUT_DOC },
	{ "reached", timeline_reached, METH_O,
		"reached($self, value, /)\n--\n\n"
		"wait(value) for asyncio: `await timeline.reached(5)`; a limit is "
		"asyncio.timeout(). Each "
		"such\n"
		"wait has a descriptor of its own. Abandoned: it never will be reached; "
		"ValueError: "
		"the\n"
		"timeline was closed meanwhile." },
	{ "fd", XFP_METHOD(timeline_fd), XFP_KEYWORDS,
		"fd($self, value)\n--\n\n"
		"A descriptor for select, poll and epoll, the timeline's own: readable when the "
		"counter\n"
		"may have reached `value`. A later call changes the value of the same descriptor. "
		"When\n"
		"it is readable call wait(value, 0)." },
	XFP_HANDLE_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = {
	{ "id", timeline_id, NULL, "What it is called in every process of the domain.", NULL },
	{ "value", timeline_value, NULL,
		"The counter now, 0 to 2**64 - 1; only grows. Looks, never waits.", NULL },
	XFP_HANDLE_GETTERS,
	{ NULL },
};
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)timeline_doc },
	{ Py_tp_new, XFP_SLOT(timeline_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Timeline",
	.basicsize = sizeof(struct xfp_handle),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_timeline_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->timeline);
}
