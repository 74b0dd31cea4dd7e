/* SPDX-License-Identifier: MIT */
#include "hold.h"

#include <errno.h>
#include <unistd.h>

#include "error.h"
#include "surface.h"
#include "type.h"

struct hold {
	PyObject_HEAD struct xfp_mutex *mutex; /* a reference */
	struct xfp_holding holding;
	uint64_t turn; /* the mutex' that is this one's */
	bool held;
};

PyObject *xfp_hold_new(struct xfp_mutex *mutex, const struct xfp_holding *holding)
{
	PyTypeObject *type = xfp_module((PyObject *)mutex)->hold;
	allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
	struct hold *hold = (struct hold *)alloc(type, 0);
	if (!hold)
		return NULL;
	hold->mutex = (struct xfp_mutex *)Py_NewRef((PyObject *)mutex);
	hold->holding = *holding;
	return (PyObject *)hold;
}

static PyObject *hold_enter(PyObject *self, PyObject *none)
{
	struct hold *hold = (struct hold *)self;
	PyObject *fence = xfp_mutex_acquire(
		(PyObject *)hold->mutex, hold->holding.key, hold->holding.deadline_ns);
	if (fence) {
		hold->held = true;
		hold->turn = hold->mutex->turns;
	}
	return fence;
}

/* With that it was abandoned, which whoever leaves the block in peace has to hear. */
static PyObject *was_closed(const struct hold *hold, bool failed)
{
	const struct xfp_module *m = xfp_module((PyObject *)hold);
	if (failed)
		Py_RETURN_FALSE;
	if (hold->mutex->base.pid != getpid())
		return xfp_raise(m, -ECHILD);
	return xfp_raise_text(m->abandoned,
		"closed inside its `with`, and abandoned by that: close it afterwards");
}

/* What is left of it: closing a surface's mutex leaves the surface the owner. NULL: nothing. */
static struct xf_keyed_mutex *object_of(const struct xfp_mutex *m)
{
	const struct xfp_handle *h = &m->base, *surface = xfp_mutex_surface((PyObject *)m);
	struct xf_keyed_mutex *mutex = NULL;
	if (!surface)
		return h->closing ? NULL : h->object;
	if (surface->object)
		(void)xf_surface_mutex(surface->object, &mutex);
	return mutex;
}

/* An exception on its way has arrays in its traceback, and says more than that. */
static PyObject *give_up(const struct hold *hold, bool failed)
{
	const struct xfp_holding *h = &hold->holding;
	struct xfp_handle *surface = xfp_mutex_surface((PyObject *)hold->mutex);
	struct xf_keyed_mutex *mutex = object_of(hold->mutex);
	if (!mutex)
		return was_closed(hold, failed);
	uint64_t key = failed ? h->key : h->then, fence = failed ? hold->mutex->fence : h->fence;
	uint32_t arrays = surface ? xfp_surface_arrays(surface) : 0;
	int r = arrays ? 0 : xf_keyed_mutex_release(mutex, key, fence);
	if (arrays)
		xfp_surface_release_later(surface, key, fence);
	if (arrays && !failed)
		return xfp_handle_arrays(arrays, "released later");
	if (r && !failed)
		return xfp_raise(xfp_module((PyObject *)hold), r);
	Py_RETURN_FALSE;
}

static PyObject *hold_exit(PyObject *self, PyObject *args)
{
	struct hold *hold = (struct hold *)self;
	PyObject *type = NULL, *value, *traceback;
	if (!PyArg_UnpackTuple(args, "__exit__", 0, 3, &type, &value, &traceback))
		return NULL;
	bool held = hold->held;
	hold->held = false;
	if (held)
		return give_up(hold, type && type != Py_None);
	Py_RETURN_FALSE;
}

#define DROPPED                                                                                    \
	"a KeyedMutex.hold() was entered, and dropped before it was left: released, as where the " \
	"block fails"

/* It was entered by hand, and nobody can leave it any more. Not if that was done by hand as well.
 */
static void leave_at_last(struct hold *hold)
{
	PyObject *type, *value, *traceback;
	if (!hold->held || hold->turn != hold->mutex->turns || hold->mutex->base.pid != getpid() ||
		!object_of(hold->mutex))
		return;
	PyErr_Fetch(&type, &value, &traceback);
	Py_XDECREF(give_up(hold, true));
	if (PyErr_WarnEx(PyExc_ResourceWarning, DROPPED, 1))
		PyErr_WriteUnraisable(NULL);
	PyErr_Restore(type, value, traceback);
}

static void hold_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);
	if (((struct hold *)self)->mutex)
		leave_at_last((struct hold *)self);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
	Py_XDECREF((PyObject *)((struct hold *)self)->mutex);
	release(self);
	Py_DECREF((PyObject *)type);
}

static PyMethodDef methods[] = {
	{ "__enter__", hold_enter, METH_NOARGS,
		"__enter__($self)\n--\n\nAcquires, and returns the fence." },
	{ "__exit__", hold_exit, METH_VARARGS,
		"__exit__($self, *args)\n--\n\nReleases, as hold() says: to `then`, or as it was "
		"found where the block failed." },
	{ NULL },
};
static PyType_Slot slots[] = {
	{ Py_tp_doc, "A keyed mutex owned for the length of a `with`; see KeyedMutex.hold()." },
	{ Py_tp_dealloc, XFP_SLOT(hold_dealloc) },
	{ Py_tp_methods, methods },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Hold",
	.basicsize = sizeof(struct hold),
	.flags = XFP_TYPE_FLAGS | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots };

int xfp_hold_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->hold);
}
