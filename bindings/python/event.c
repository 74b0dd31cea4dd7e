/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <errno.h>

#include "error.h"
#include "find.h"
#include "loop.h"
#include "type.h"
#include "wait.h"

static int open_it(struct xf_domain *domain, xf_id id, void **ret_object)
{
	struct xf_event *event;
	int r = xf_event_open(domain, id, &event);
	if (!r)
		*ret_object = event;
	return r;
}

static void close_it(struct xfp_handle *h)
{
	xf_event_close(h->object);
}

static const struct xfp_kind kind = { XF_EVENT, open_it, close_it };

/*
 * An auto-reset event cannot be taken twice at a time, and that is refused before anything is
 * taken. A manual-reset one is left alone: somebody may have reset it meanwhile.
 */
void xfp_event_untake(struct xf_event *event)
{
	struct xf_wait_item twice[2] = { { .type = XF_EVENT, .object = event },
		{ .type = XF_EVENT, .object = event } };
	if (xf_wait_all(twice, 2, 0) == -EINVAL)
		(void)xf_event_set(event);
}

static const char event_doc[] =
	"Event(domain, label=None, *, manual_reset=False, signalled=False)\n--\n\n"
	"A signalled state that threads of any process can wait for. An auto-reset event lets one\n"
	"waiter through and resets itself; with manual_reset it stays until reset(). It begins as\n"
	"`signalled` says.\n\n"
	"`await event` waits in an asyncio loop. fileno() makes it fit for select and selectors.\n"
	"A process that dies changes nothing: the event keeps its state.\n\n" XFP_LABEL_DOC;

static PyObject *event_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "label", "manual_reset", "signalled", NULL };
	const struct xfp_module *m = xfp_module_of(type);
	struct xfp_handle *domain;
	struct xf_event *event;
	const char *label = NULL;
	int manual = 0, signalled = 0;
	if (!PyArg_ParseTupleAndKeywords(
		    args, kw, "O!|z$pp", names, m->domain, &domain, &label, &manual, &signalled) ||
		!xfp_handle_check(domain))
		return NULL;
	int r = xf_event_create(domain->object,
		(manual ? XF_EVENT_MANUAL_RESET : 0u) | (signalled ? XF_EVENT_SIGNALLED : 0u),
		label, &event);
	if (r)
		return xfp_raise(m, r);
	return (PyObject *)xfp_handle_new(type, domain, event, close_it);
}

static PyObject *event_open(PyObject *cls, PyObject *args, PyObject *kw)
{
	return xfp_open(cls, args, kw, &kind);
}

static PyObject *event_set(PyObject *self, PyObject *none)
{
	struct xf_event *event = xfp_object(self);
	return event ? xfp_none(self, xf_event_set(event)) : NULL;
}

static PyObject *event_reset(PyObject *self, PyObject *none)
{
	struct xf_event *event = xfp_object(self);
	return event ? xfp_none(self, xf_event_reset(event)) : NULL;
}

static int try_wait(void *arg, int64_t deadline_ns)
{
	return xf_event_wait(arg, deadline_ns);
}

static void undo_wait(void *arg)
{
	xfp_event_untake(arg);
}

static const struct xfp_attempt waiting = { try_wait, undo_wait, false };

static PyObject *event_wait(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "timeout", NULL };
	struct xf_event *event;
	int64_t deadline = XF_NEVER;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|O&", names, xfp_deadline, &deadline) ||
		!(event = xfp_object(self)))
		return NULL;
	return xfp_wait_none(self, &waiting, event, deadline);
}

static PyObject *event_fileno(PyObject *self, PyObject *none)
{
	struct xf_event *event = xfp_object(self);
	int fd = -1;
	if (!event)
		return NULL;
	int r = xf_event_fd(event, &fd);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromLong(fd);
}

static PyObject *event_id(PyObject *self, void *none)
{
	struct xf_event *event = xfp_object(self);
	return event ? xfp_id(self, xf_event_id(event)) : NULL;
}

static PyObject *event_await(PyObject *self)
{
	return xfp_loop_await(self, "event", NULL);
}

static PyMethodDef methods[] = {
	{ "open", XFP_METHOD(event_open), XFP_KEYWORDS | METH_CLASS, XFP_OPEN_DOC },
	{ "set", event_set, METH_NOARGS,
		"set($self)\n--\n\n"
		"Makes the event signalled and wakes all who wait for it, or one (auto-reset). "
		"Waits for nobody.\n"
		"Error (EACCES): the domain was opened read-only." },
	{ "reset", event_reset, METH_NOARGS,
		"reset($self)\n--\n\nMakes the event not signalled: who waits from now on waits. "
		"Waits for nobody itself.\n"
		"Error (EACCES): the domain was opened read-only." },
	{ "wait", XFP_METHOD(event_wait), XFP_KEYWORDS,
		"wait($self, timeout=None)\n--\n\n"
		"Waits until the event is signalled; takes the signal of an auto-reset "
		"event.\n" XFP_TIMEOUT_DOC },
	{ "fileno", event_fileno, METH_NOARGS,
		"fileno($self)\n--\n\n"
		"A descriptor for select, poll and epoll, the event's own: readable when the event "
		"may\n"
		"be signalled. Then call wait(0): it takes the signal, or raises Timeout and makes "
		"the\n"
		"descriptor unreadable again." },
	XFP_HANDLE_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = {
	{ "id", event_id, NULL, "What it is called in every process of the domain.", NULL },
	XFP_HANDLE_GETTERS,
	{ NULL },
};
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)event_doc },
	{ Py_tp_new, XFP_SLOT(event_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ Py_am_await, XFP_SLOT(event_await) },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Event",
	.basicsize = sizeof(struct xfp_handle),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_event_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->event);
}
