/* SPDX-License-Identifier: MIT */
#include "mutex.h"

#include "error.h"
#include "find.h"
#include "hold.h"
#include "number.h"
#include "surface.h"
#include "type.h"
#include "wait.h"

static int open_it(struct xf_domain *domain, xf_id id, void **ret_object)
{
	struct xf_keyed_mutex *mutex;
	int r = xf_keyed_mutex_open(domain, id, &mutex);
	if (!r)
		*ret_object = mutex;
	return r;
}

static void close_it(struct xfp_handle *h)
{
	xf_keyed_mutex_close(h->object);
}

static void leave_it(struct xfp_handle *h)
{
	(void)h; /* its surface closes it */
}

static const struct xfp_kind kind = { XF_KEYED_MUTEX, open_it, close_it };

PyObject *xfp_mutex_of(struct xfp_handle *surface, struct xf_keyed_mutex *mutex)
{
	PyTypeObject *type = xfp_module((PyObject *)surface)->mutex;
	return (PyObject *)xfp_handle_new(type, surface, mutex, leave_it);
}

struct xfp_handle *xfp_mutex_surface(PyObject *self)
{
	const struct xfp_handle *h = (struct xfp_handle *)self;
	return h->close == leave_it ? h->parent : NULL;
}

/* A pool gives a surface whose mutex was abandoned another one, and closes the old one some time.
 */
struct xf_keyed_mutex *xfp_mutex_object(PyObject *self)
{
	struct xfp_handle *h = (struct xfp_handle *)self;
	struct xf_keyed_mutex *mutex = xfp_object(self);
	if (!mutex || h->close != leave_it)
		return mutex;
	int r = xf_surface_mutex(h->parent->object, &mutex);
	if (!r)
		return mutex;
	(void)xfp_raise(xfp_module(self), r);
	return NULL;
}

static const char mutex_doc[] =
	"KeyedMutex(domain, label=None, *, initial_key=0)\n--\n\n"
	"Exclusive ownership, handed on by a 64-bit key: whoever releases names the key with "
	"which\n"
	"the next owner must ask. The owner is this handle, not the thread.\n\n"
	"    with mutex.hold(0, then=1, timeout=1) as fence:\n"
	"        ...                            # key 0 when it fails, key 1 when it does not\n\n"
	"When an owner is killed, or closes it while it owns it, the mutex is abandoned for good:\n"
	"every acquire raises Abandoned. It begins free, and carries "
	"`initial_key`.\n\n" XFP_LABEL_DOC;

static PyObject *mutex_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "label", "initial_key", NULL };
	const struct xfp_module *m = xfp_module_of(type);
	struct xfp_handle *domain;
	struct xf_keyed_mutex *mutex;
	const char *label = NULL;
	uint64_t key = 0;
	if (!PyArg_ParseTupleAndKeywords(
		    args, kw, "O!|z$O&", names, m->domain, &domain, &label, xfp_u64, &key) ||
		!xfp_handle_check(domain))
		return NULL;
	int r = xf_keyed_mutex_create(domain->object, key, label, &mutex);
	if (r)
		return xfp_raise(m, r);
	return (PyObject *)xfp_handle_new(type, domain, mutex, close_it);
}

static PyObject *mutex_open(PyObject *cls, PyObject *args, PyObject *kw)
{
	return xfp_open(cls, args, kw, &kind);
}

struct acquiring {
	struct xf_keyed_mutex *mutex;
	uint64_t key, fence;
};

static int try_acquire(void *arg, int64_t deadline_ns)
{
	struct acquiring *a = arg;
	return xf_keyed_mutex_acquire(a->mutex, a->key, deadline_ns, &a->fence);
}

static void undo_acquire(void *arg)
{
	(void)xf_keyed_mutex_give_back(((const struct acquiring *)arg)->mutex);
}

static const struct xfp_attempt to_acquire = { try_acquire, undo_acquire, false };

PyObject *xfp_mutex_acquire(PyObject *self, uint64_t key, int64_t deadline_ns)
{
	struct acquiring a = { .mutex = xfp_mutex_object(self), .key = key };
	int r;
	if (!a.mutex || !xfp_wait((struct xfp_handle *)self, &to_acquire, &a, deadline_ns, &r))
		return NULL;
	if (r)
		return xfp_raise(xfp_module(self), r);
	((struct xfp_mutex *)self)->fence = a.fence;
	((struct xfp_mutex *)self)->turns++;
	PyObject *fence = PyLong_FromUnsignedLongLong(a.fence);
	if (!fence)
		undo_acquire(&a);
	return fence;
}

static PyObject *mutex_acquire(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "key", "timeout", NULL };
	int64_t deadline = XF_NEVER;
	uint64_t key;
	if (!PyArg_ParseTupleAndKeywords(
		    args, kw, "O&|O&", names, xfp_u64, &key, xfp_deadline, &deadline))
		return NULL;
	return xfp_mutex_acquire(self, key, deadline);
}

static PyObject *mutex_release(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "key", "fence", NULL };
	struct xf_keyed_mutex *mutex;
	uint64_t key, fence = 0;
	if (!PyArg_ParseTupleAndKeywords(
		    args, kw, "O&|O&", names, xfp_u64, &key, xfp_u64, &fence) ||
		!(mutex = xfp_mutex_object(self)))
		return NULL;
	const struct xfp_handle *surface = xfp_mutex_surface(self);
	uint32_t arrays = surface ? xfp_surface_arrays(surface) : 0;
	if (arrays)
		return xfp_handle_arrays(arrays, "not released");
	int r = xf_keyed_mutex_release(mutex, key, fence);
	((struct xfp_mutex *)self)->turns += !r;
	return xfp_none(self, r);
}

static PyObject *mutex_hold(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "key", "then", "fence", "timeout", NULL };
	struct xfp_holding holding = { .deadline_ns = XF_NEVER };
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O&O&|O&O&", names, xfp_u64, &holding.key,
		    xfp_u64, &holding.then, xfp_u64, &holding.fence, xfp_deadline,
		    &holding.deadline_ns))
		return NULL;
	return xfp_hold_new((struct xfp_mutex *)self, &holding);
}

static PyObject *mutex_fd(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "key", NULL };
	struct xf_keyed_mutex *mutex;
	uint64_t key;
	int fd = -1;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O&", names, xfp_u64, &key) ||
		!(mutex = xfp_mutex_object(self)))
		return NULL;
	int r = xf_keyed_mutex_fd(mutex, key, &fd);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromLong(fd);
}

static PyObject *mutex_id(PyObject *self, void *none)
{
	struct xf_keyed_mutex *mutex = xfp_mutex_object(self);
	return mutex ? xfp_id(self, xf_keyed_mutex_id(mutex)) : NULL;
}

static PyObject *mutex_fence(PyObject *self, void *none)
{
	return PyLong_FromUnsignedLongLong(((struct xfp_mutex *)self)->fence);
}

static PyObject *get_data(PyObject *self, void *none)
{
	struct xf_keyed_mutex *mutex = xfp_mutex_object(self);
	char data[XF_KEYED_MUTEX_DATA_MAX];
	size_t size;
	if (!mutex)
		return NULL;
	int r = xf_keyed_mutex_get_data(mutex, data, sizeof(data), &size);
	return r ? xfp_raise(xfp_module(self), r)
		 : PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
}

static int set_data(PyObject *self, PyObject *value, void *none)
{
	struct xf_keyed_mutex *mutex = xfp_mutex_object(self);
	char *data;
	Py_ssize_t size;
	if (!mutex || !value || PyBytes_AsStringAndSize(value, &data, &size)) {
		if (mutex && !value)
			PyErr_SetString(PyExc_TypeError, "data cannot be deleted; set it to b''");
		return -1;
	}
	int r = xf_keyed_mutex_set_data(mutex, data, (size_t)size);
	return r && !xfp_raise(xfp_module(self), r) ? -1 : 0;
}

static PyMethodDef methods[] = {
	{ "open", XFP_METHOD(mutex_open), XFP_KEYWORDS | METH_CLASS, XFP_OPEN_DOC },
	{ "acquire", XFP_METHOD(mutex_acquire), XFP_KEYWORDS,
		"acquire($self, key, timeout=None)\n--\n\n"
		"Waits until the mutex is free and carries `key`, takes it, and returns the fence "
		"that\n"
		"the last owner released it with. Returning is owning: else Timeout or Abandoned, "
		"or\n"
		"Error (EDEADLK: this handle owns it).\n" XFP_TIMEOUT_DOC },
	{ "release", XFP_METHOD(mutex_release), XFP_KEYWORDS,
		"release($self, key, fence=0)\n--\n\n"
		"Gives the mutex to whoever asks with `key`, who is told `fence`. Error (EPERM): "
		"this\n"
		"handle does not own it. BufferError: arrays over its surface are alive; nothing "
		"is\n"
		"released then. Waits for nobody." },
	{ "hold", XFP_METHOD(mutex_hold), XFP_KEYWORDS,
		"hold($self, key, then, fence=0, timeout=None)\n--\n\n"
		"For a `with`: acquires with `key`, and gives the fence to `as`. Releases to "
		"`then` with\n"
		"`fence` at the end; if the block fails, to `key` with the fence that it found, as "
		"if\n"
		"nothing had been, and so if it was entered by hand and dropped, with "
		"ResourceWarning.\n"
		"Abandoned, when the block ends: the mutex was closed inside.\n"
		"BufferError: arrays over its surface are alive; it is released when they are "
		"gone.\n" XFP_TIMEOUT_DOC },
	{ "fd", XFP_METHOD(mutex_fd), XFP_KEYWORDS,
		"fd($self, key)\n--\n\n"
		"A descriptor for select, poll and epoll, the mutex' own: readable when "
		"acquire(key)\n"
		"may succeed. A later call changes the key of the same descriptor. When it is "
		"readable\n"
		"call acquire(key, 0)." },
	XFP_HANDLE_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = {
	{ "id", mutex_id, NULL, "What it is called in every process of the domain.", NULL },
	{ "fence", mutex_fence, NULL, "What this handle's last acquire returned; 0: none yet.",
		NULL },
	{ "data", get_data, set_data,
		"Up to 16 bytes that the owner leaves for the next one. Error (EPERM): not owned.",
		NULL },
	XFP_HANDLE_GETTERS,
	{ NULL },
};
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)mutex_doc },
	{ Py_tp_new, XFP_SLOT(mutex_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.KeyedMutex",
	.basicsize = sizeof(struct xfp_mutex),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_mutex_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->mutex);
}
