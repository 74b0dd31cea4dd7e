/* SPDX-License-Identifier: MIT */
#include "any.h"

#include "error.h"
#include "event.h"
#include "mutex.h"
#include "number.h"
#include "wait.h"

struct waiting {
	struct xf_wait_item items[XF_WAIT_MAX];
	struct xfp_handle *handles[XF_WAIT_MAX]; /* borrowed from the arguments */
	uint32_t count, index;
};

static bool refuse(PyObject *object)
{
	PyErr_Format(PyExc_TypeError,
		"to wait for: an Event, a Reader, (Timeline, value), (KeyedMutex, key); not %R",
		object);
	return false;
}

static bool read_pair(const struct xfp_module *m, PyObject *pair, struct waiting *w, uint32_t i)
{
	PyObject *object, *value;
	if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2)
		return refuse(pair);
	object = PyTuple_GetItem(pair, 0);
	value = PyTuple_GetItem(pair, 1);
	if (Py_IS_TYPE(object, m->timeline))
		w->items[i].type = XF_TIMELINE;
	else if (Py_IS_TYPE(object, m->mutex))
		w->items[i].type = XF_KEYED_MUTEX;
	else
		return refuse(pair);
	w->handles[i] = (struct xfp_handle *)object;
	return xfp_u64(value, &w->items[i].value) && xfp_handle_check(w->handles[i]);
}

static bool read_item(const struct xfp_module *m, PyObject *object, struct waiting *w, uint32_t i)
{
	if (Py_IS_TYPE(object, m->event))
		w->items[i].type = XF_EVENT;
	else if (Py_IS_TYPE(object, m->reader))
		w->items[i].type = XF_STREAM;
	else
		return read_pair(m, object, w, i);
	w->handles[i] = (struct xfp_handle *)object;
	return xfp_handle_check(w->handles[i]);
}

static bool read_all(const struct xfp_module *m, PyObject *items, struct waiting *w)
{
	Py_ssize_t count = PyTuple_Size(items);
	if (count < 1 || count > XF_WAIT_MAX) {
		PyErr_Format(PyExc_ValueError, "1 to %d items to wait for", XF_WAIT_MAX);
		return false;
	}
	w->count = (uint32_t)count;
	for (uint32_t i = 0; i < w->count; i++)
		if (!read_item(m, PyTuple_GetItem(items, (Py_ssize_t)i), w, i))
			return false;
	/* A value's __index__() may have closed what was looked at before. */
	for (uint32_t i = 0; i < w->count; i++) {
		PyObject *handle = (PyObject *)w->handles[i];
		w->items[i].object = w->items[i].type == XF_KEYED_MUTEX ? xfp_mutex_object(handle)
									: w->handles[i]->object;
		if (!xfp_handle_check(w->handles[i]) || !w->items[i].object)
			return false;
	}
	return true;
}

static int try_any(void *arg, int64_t deadline_ns)
{
	struct waiting *w = arg;
	return xf_wait_any(w->items, w->count, deadline_ns, &w->index);
}

static int try_all(void *arg, int64_t deadline_ns)
{
	struct waiting *w = arg;
	return xf_wait_all(w->items, w->count, deadline_ns);
}

static void undo_one(const struct xf_wait_item *item)
{
	if (item->type == XF_KEYED_MUTEX)
		(void)xf_keyed_mutex_give_back(item->object);
	if (item->type == XF_EVENT)
		xfp_event_untake(item->object);
}

static void undo_any(void *arg)
{
	const struct waiting *w = arg;
	undo_one(&w->items[w->index]);
}

static void undo_all(void *arg)
{
	const struct waiting *w = arg;
	for (uint32_t i = 0; i < w->count; i++)
		undo_one(&w->items[i]);
}

static const struct xfp_attempt any = { try_any, undo_any, false },
				all = { try_all, undo_all, false };

static void take_fence(const struct waiting *w, uint32_t i)
{
	if (w->items[i].type == XF_KEYED_MUTEX)
		((struct xfp_mutex *)w->handles[i])->fence = w->items[i].fence;
}

/* The only thing that may be given by name. */
static bool read_timeout(PyObject *kw, int64_t *ret_deadline_ns)
{
	static char *names[] = { "timeout", NULL };
	PyObject *nothing = PyTuple_New(0);
	*ret_deadline_ns = XF_NEVER;
	bool ok = nothing && PyArg_ParseTupleAndKeywords(
				     nothing, kw, "|$O&", names, xfp_deadline, ret_deadline_ns);
	Py_XDECREF(nothing);
	return ok;
}

static bool wait_for(PyObject *module, struct waiting *w, PyObject *items, PyObject *kw,
	const struct xfp_attempt *attempt, int *ret_result)
{
	int64_t deadline_ns;
	return read_timeout(kw, &deadline_ns) && read_all(PyModule_GetState(module), items, w) &&
	       xfp_wait_by(w->handles, w->count, attempt, w, deadline_ns, ret_result);
}

PyObject *xfp_wait_any(PyObject *module, PyObject *items, PyObject *kw)
{
	struct waiting w = { .count = 0 };
	int r;
	if (!wait_for(module, &w, items, kw, &any, &r))
		return NULL;
	if (r == XF_ABANDONED)
		return xfp_raise_abandoned(PyModule_GetState(module), w.index);
	if (r)
		return xfp_raise(PyModule_GetState(module), r);
	take_fence(&w, w.index);
	return PyLong_FromUnsignedLong(w.index);
}

PyObject *xfp_wait_all(PyObject *module, PyObject *items, PyObject *kw)
{
	struct waiting w = { .count = 0 };
	int r;
	if (!wait_for(module, &w, items, kw, &all, &r))
		return NULL;
	if (r)
		return xfp_raise(PyModule_GetState(module), r);
	for (uint32_t i = 0; i < w.count; i++)
		take_fence(&w, i);
	Py_RETURN_NONE;
}
