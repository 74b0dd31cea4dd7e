/* SPDX-License-Identifier: MIT */
/* See handle.h. Nothing here runs Python code while it changes the tree, but for notify(). */
#include "handle.h"

#include <unistd.h>

static void unlink_from_parent(struct xfp_handle *h)
{
	if (!h->link)
		return;
	*h->link = h->next;
	if (h->next)
		h->next->link = h->link;
	h->link = NULL;
	h->next = NULL;
}

static void link_to_parent(struct xfp_handle *h)
{
	h->next = h->parent->children;
	h->link = &h->parent->children;
	if (h->next)
		h->next->link = &h->next;
	h->parent->children = h;
}

/* Event loops have its descriptor, which is about to go. */
static void notify(struct xfp_handle *h)
{
	PyObject *type, *value, *traceback;
	if (!h->watched)
		return;
	h->watched = false;
	PyErr_Fetch(&type, &value, &traceback);
	PyObject *aio = PyImport_ImportModule("crossfence._aio");
	PyObject *done = aio ? PyObject_CallMethod(aio, "closed", "O", (PyObject *)h) : NULL;
	if (!done)
		PyErr_WriteUnraisable((PyObject *)h);
	Py_XDECREF(done);
	Py_XDECREF(aio);
	PyErr_Restore(type, value, traceback);
}

/*
 * In a forked child the handle is left as it is: it holds nothing there, and its locks may have
 * been taken by a thread that only the parent has.
 */
static void finish(struct xfp_handle *h)
{
	if (h->object && h->pid == getpid())
		h->close(h);
	h->object = NULL;
	unlink_from_parent(h);
}

static void end_object(struct xfp_handle *h)
{
	h->ending = true;
	finish(h);
}

static bool is_unused(const struct xfp_handle *h)
{
	return h->object && !h->ending && !h->calls && !h->exports && !h->children;
}

static void settle(struct xfp_handle *h)
{
	for (; h && h->closing && is_unused(h); h = h->parent)
		end_object(h);
}

struct xfp_handle *xfp_handle_new(PyTypeObject *type, struct xfp_handle *parent, void *object,
	void (*close)(struct xfp_handle *h))
{
	allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
	struct xfp_handle *h =
		parent && !xfp_handle_check(parent) ? NULL : (struct xfp_handle *)alloc(type, 0);
	if (!h) {
		struct xfp_handle nobody = { .parent = parent, .object = object };
		close(&nobody);
		return NULL;
	}
	h->object = object;
	h->close = close;
	h->pid = getpid();
	h->parent = (struct xfp_handle *)Py_XNewRef((PyObject *)parent);
	if (parent)
		link_to_parent(h);
	return h;
}

bool xfp_handle_check(struct xfp_handle *h)
{
	if (h->object && !h->closing)
		return true;
	PyObject *name = PyType_GetName(Py_TYPE((PyObject *)h));
	if (name)
		PyErr_Format(PyExc_ValueError, "this %U is closed", name);
	Py_XDECREF(name);
	return false;
}

void xfp_handle_enter_call(struct xfp_handle *h)
{
	h->calls++;
}

void xfp_handle_leave_call(struct xfp_handle *h)
{
	h->calls--;
	settle(h);
}

void xfp_handle_enter_export(struct xfp_handle *h)
{
	for (; h; h = h->parent)
		h->exports++;
}

void xfp_handle_leave_export(struct xfp_handle *h)
{
	for (struct xfp_handle *each = h; each; each = each->parent)
		each->exports--;
	/* First what they owe, as long as they are whole: to end one ends its parents as well. */
	for (struct xfp_handle *each = h; each; each = each->parent)
		if (!each->exports && each->unused)
			each->unused(each);
	for (; h; h = h->parent)
		settle(h);
}

static void mark_children(struct xfp_handle *h)
{
	for (struct xfp_handle *child = h->children; child; child = child->next) {
		child->closing = true;
		mark_children(child);
	}
}

/* The lowest one that nothing uses, or NULL. */
static struct xfp_handle *find_unused(struct xfp_handle *h)
{
	struct xfp_handle *found = NULL;
	for (struct xfp_handle *child = h->children; child && !found; child = child->next)
		found = is_unused(child) ? child : find_unused(child);
	return found;
}

/*
 * Children that are ended leave the list; those that are in use stay, and are marked. Each time
 * from the start: while one ends, other threads may change the lists.
 */
static void end_children(struct xfp_handle *h)
{
	struct xfp_handle *child;
	mark_children(h);
	while ((child = find_unused(h))) {
		Py_INCREF((PyObject *)child);
		end_object(child);
		Py_DECREF((PyObject *)child);
	}
}

static void notify_all(struct xfp_handle *h)
{
	for (bool again = true; again;) {
		again = false;
		for (struct xfp_handle *child = h->children; child && !again; child = child->next)
			again = child->watched;
		for (struct xfp_handle *child = h->children; again && child; child = child->next)
			if (child->watched) {
				Py_INCREF((PyObject *)child);
				notify(child);
				Py_DECREF((PyObject *)child);
				break; /* the list may be another one now */
			}
	}
	notify(h);
}

void xfp_handle_end(struct xfp_handle *h)
{
	if (!h->object)
		return;
	h->closing = true;
	notify_all(h);
	end_children(h);
	settle(h);
}

PyObject *xfp_handle_arrays(uint32_t count, const char *what)
{
	if (count == 1)
		PyErr_Format(PyExc_BufferError,
			"%s: 1 array over its memory is still alive (del it first)", what);
	else
		PyErr_Format(PyExc_BufferError,
			"%s: %u arrays over its memory are still alive (del them first)", what,
			(unsigned)count);
	return NULL;
}

PyObject *xfp_handle_arrays_live(const struct xfp_handle *h, const char *what)
{
	return xfp_handle_arrays(h->exports, what);
}

PyObject *xfp_handle_close(PyObject *self, PyObject *none)
{
	struct xfp_handle *h = (struct xfp_handle *)self;
	if (h->object && h->exports)
		return xfp_handle_arrays_live(h, "not closed");
	xfp_handle_end(h);
	Py_RETURN_NONE;
}

PyObject *xfp_handle_with(PyObject *self, PyObject *none)
{
	return xfp_handle_check((struct xfp_handle *)self) ? Py_NewRef(self) : NULL;
}

PyObject *xfp_handle_exit(PyObject *self, PyObject *args)
{
	struct xfp_handle *h = (struct xfp_handle *)self;
	PyObject *type = NULL, *value, *traceback;
	if (!PyArg_UnpackTuple(args, "__exit__", 0, 3, &type, &value, &traceback))
		return NULL;
	bool failed = type && type != Py_None, alive = h->object && h->exports;
	xfp_handle_end(h);
	/* An exception on its way has arrays in its traceback, and is not to be hidden. */
	if (alive && !failed && h->exports)
		return xfp_handle_arrays_live(h, "closed later, when nothing uses it");
	Py_RETURN_FALSE;
}

PyObject *xfp_handle_closed(PyObject *self, void *none)
{
	const struct xfp_handle *h = (struct xfp_handle *)self;
	return PyBool_FromLong(!h->object || h->closing);
}

PyObject *xfp_handle_domain(PyObject *self, void *none)
{
	struct xfp_handle *h = (struct xfp_handle *)self;
	while (h->parent)
		h = h->parent;
	return Py_NewRef((PyObject *)h);
}

void xfp_handle_dealloc(PyObject *self)
{
	struct xfp_handle *h = (struct xfp_handle *)self, *parent = h->parent;
	PyTypeObject *type = Py_TYPE(self);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
	/* Whom a weak reference calls may close the domain, and this is no object any more. */
	h->watched = false;
	h->ending = true;
	if (h->weakrefs)
		PyObject_ClearWeakRefs(self);
	finish(h);
	if (parent)
		settle(parent);
	Py_XDECREF((PyObject *)parent);
	release(self);
	Py_DECREF((PyObject *)type);
}
