/* SPDX-License-Identifier: MIT */
/* See handle.h. Nothing here runs Python code while it changes the tree, but for xfp_farewell(). */
#include "handle.h"

#include <unistd.h>

#include "farewell.h"
#include "linger.h"

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

static struct xfp_handle *domain_of(struct xfp_handle *h)
{
	while (h->parent)
		h = h->parent;
	return h;
}

void xfp_handle_leave_export(struct xfp_handle *h)
{
	for (struct xfp_handle *each = h; each; each = each->parent)
		each->exports--;
	/* First what they owe, as long as they are whole: to end one ends its parents as well. */
	for (struct xfp_handle *each = h; each; each = each->parent)
		if (!each->exports && each->unused)
			each->unused(each);
	xfp_linger_look(domain_of(h));
	for (; h; h = h->parent)
		settle(h);
}

static void mark_children(struct xfp_handle *h)
{
	for (struct xfp_handle *child = h->children; child; child = child->next) {
		child->orphaned = child->orphaned || !child->closing;
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

static void tell(struct xfp_handle *h, struct xfp_trouble *trouble)
{
	h->watched = false;
	Py_INCREF((PyObject *)h);
	xfp_farewell(h, trouble);
	Py_DECREF((PyObject *)h);
}

/* Each time from the start: while loops are told the list may become another one. */
static void tell_loops(struct xfp_handle *h, struct xfp_trouble *trouble)
{
	struct xfp_handle *child;
	do {
		child = h->children;
		while (child && !child->watched)
			child = child->next;
		if (child)
			tell(child, trouble);
	} while (child);
	if (h->watched)
		tell(h, trouble);
}

static void end(struct xfp_handle *h, struct xfp_trouble *trouble)
{
	if (!h->object)
		return;
	h->closing = true;
	tell_loops(h, trouble);
	end_children(h);
	settle(h);
}

void xfp_handle_end(struct xfp_handle *h)
{
	struct xfp_trouble before, trouble = { NULL };
	PyErr_Fetch(&before.type, &before.value, &before.traceback);
	end(h, &trouble);
	if (trouble.type) {
		PyErr_Restore(trouble.type, trouble.value, trouble.traceback);
		PyErr_WriteUnraisable((PyObject *)h);
	}
	PyErr_Restore(before.type, before.value, before.traceback);
}

/* For who can raise what a signal's handler raised meanwhile; false: with that. */
static bool end_and_raise(struct xfp_handle *h)
{
	struct xfp_trouble trouble = { NULL };
	end(h, &trouble);
	if (trouble.type)
		PyErr_Restore(trouble.type, trouble.value, trouble.traceback);
	return !trouble.type;
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

static uint32_t arrays_of(const struct xfp_handle *h)
{
	if (!h->object)
		return 0;
	return h->arrays ? h->arrays(h) : h->exports;
}

PyObject *xfp_handle_close(PyObject *self, PyObject *none)
{
	struct xfp_handle *h = (struct xfp_handle *)self;
	uint32_t arrays = arrays_of(h);
	if (arrays)
		return xfp_handle_arrays(arrays, "not closed");
	if (!end_and_raise(h))
		return NULL;
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
	bool failed = type && type != Py_None;
	uint32_t arrays = arrays_of(h);
	if (!end_and_raise(h))
		return NULL;
	/* An exception on its way has arrays in its traceback, and is not to be hidden. */
	if (arrays && !failed)
		return xfp_handle_arrays(arrays, "closed later, when nothing uses it");
	Py_RETURN_FALSE;
}

PyObject *xfp_handle_closed(PyObject *self, void *none)
{
	const struct xfp_handle *h = (struct xfp_handle *)self;
	return PyBool_FromLong(!h->object || h->closing);
}

PyObject *xfp_handle_domain(PyObject *self, void *none)
{
	return Py_NewRef((PyObject *)domain_of((struct xfp_handle *)self));
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
