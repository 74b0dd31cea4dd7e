/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "cuda.h"
#include "describe.h"
#include "error.h"
#include "find.h"
#include "linger.h"
#include "surface.h"
#include "type.h"
#include "wait.h"

struct left {
	struct xfp_linger base;
	struct xf_pool *pool;
	uint64_t held; /* a bit for each surface */
};

struct pool {
	struct xfp_handle base;
	struct left *left; /* for when it is closed; NULL: it never held anything */
	uint64_t held; /* through this object */
	bool subscribed; /* at any time: others may have made it a holder of each */
};

static int open_it(struct xf_domain *domain, xf_id id, void **ret_object)
{
	struct xf_pool *pool;
	int r = xf_pool_open(domain, id, &pool);
	if (!r)
		*ret_object = pool;
	return r;
}

static void close_it(struct xfp_handle *h)
{
	xf_pool_close(h->object);
}

static const struct xfp_kind kind = { XF_POOL, open_it, close_it };

static uint64_t held_by(const struct pool *p)
{
	return p->subscribed ? UINT64_MAX : p->held;
}

/* Of all objects below `parent` over the surfaces with these bits. */
static uint32_t arrays_in(const struct xfp_handle *parent, struct xf_pool *pool, uint64_t held)
{
	uint32_t count = 0, n = xf_pool_count(pool);
	for (uint32_t i = 0; parent->exports && i < n; i++)
		if (held >> i & 1)
			count += xfp_surface_arrays_in(
				parent, xf_surface_id(xf_pool_surface(pool, i)));
	return count;
}

/* Over its memory, and over what it holds by whichever object. */
static uint32_t arrays_of(const struct xfp_handle *h)
{
	uint64_t held = held_by((const struct pool *)h);
	return h->exports + arrays_in(h->parent, h->object, held) - arrays_in(h, h->object, held);
}

static uint32_t arrays_over_left(const struct xfp_handle *domain, const struct xfp_linger *l)
{
	const struct left *left = (const struct left *)l;
	return arrays_in(domain, left->pool, left->held);
}

static void close_left(struct xfp_linger *l, bool ours)
{
	if (ours)
		xf_pool_close(((struct left *)l)->pool);
	PyMem_Free(l);
}

static void close_holder(struct xfp_handle *h)
{
	struct pool *p = (struct pool *)h;
	struct left *left = p->left;
	p->left = NULL;
	*left = (struct left){ { arrays_over_left, close_left, NULL }, h->object, held_by(p) };
	xfp_linger(h->parent, &left->base);
	xfp_linger_look(h->parent);
}

/* Before it may hold something; false with an exception. */
static bool become_holder(struct pool *p)
{
	if (!p->left && !(p->left = PyMem_Calloc(1, sizeof(*p->left)))) {
		PyErr_NoMemory();
		return false;
	}
	p->base.close = close_holder;
	p->base.arrays = arrays_of;
	return true;
}

static uint64_t bit(uint32_t index)
{
	return index < XF_POOL_MAX ? UINT64_C(1) << index : 0;
}

/* Giving up is the process', by whichever object of it. */
static void forget_held(const struct pool *pool, uint32_t index)
{
	const struct xfp_handle *self = &pool->base;
	xf_id id = xf_pool_id(self->object);
	for (struct xfp_handle *h = self->parent->children; h; h = h->next)
		if (h->object && Py_IS_TYPE((PyObject *)h, Py_TYPE((PyObject *)self)) &&
			xf_pool_id(h->object) == id)
			((struct pool *)h)->held &= ~bit(index);
}

static const char pool_doc[] =
	"Pool(domain, count, label=None, *, keyed=False, width=0, height=0, "
	"format=None, shape=None, "
	"dtype=None, alignment=0, device=None)\n--\n\n"
	"`count` equal surfaces that go round between a producer and "
	"readers: pool[i]. Each is held\n"
	"by a set of processes, and free again when the last of these gives "
	"it up, or dies. Who is\n"
	"to look at which surface is told by other means; Producer and "
	"Reader do all of that.\n\n"
	"close() gives up all that this object holds. BufferError: arrays over that are alive, "
	"by\n"
	"whichever object of this domain; nothing has changed then. Left by `with`, or referred "
	"to\n"
	"by nobody, it gives all up with the last of them.\n\n"
	"count: 1 to 64. keyed: each with a keyed mutex, see Surface.\n\n" XFP_DESCRIPTION_DOC
		XFP_LABEL_DOC;

static PyObject *pool_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "count", "label", "keyed", XFP_DESCRIPTION_NAMES, NULL };
	const struct xfp_module *m = xfp_module_of(type);
	struct xfp_description given = { 0 };
	struct xf_surface_desc desc;
	struct xfp_handle *domain;
	struct xf_pool *pool;
	const char *label = NULL;
	uint32_t count;
	int keyed = 0, device;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O!O&|z$p" XFP_DESCRIPTION_UNITS, names,
		    m->domain, &domain, xfp_u32, &count, &label, &keyed,
		    XFP_DESCRIPTION_VALUES(given)) ||
		!xfp_describe(&given, &desc) || !xfp_describe_device(&given, &device) ||
		!xfp_handle_check(domain))
		return NULL;
	uint32_t flags = keyed ? XF_SURFACE_KEYED : 0;
	int r = device < 0
			? xf_pool_create(domain->object, &desc, count, flags, label, &pool)
			: xfp_cuda_pool(domain->object, &desc, count, flags, label, device, &pool);
	if (r)
		return xfp_raise(m, r);
	return (PyObject *)xfp_handle_new(type, domain, pool, close_it);
}

static PyObject *pool_open(PyObject *cls, PyObject *args, PyObject *kw)
{
	return xfp_open(cls, args, kw, &kind);
}

struct holding {
	struct xf_pool *pool;
	uint32_t index;
};

static int try_hold(void *arg, int64_t deadline_ns)
{
	struct holding *holding = arg;
	return xf_pool_hold(holding->pool, deadline_ns, &holding->index);
}

static void undo_hold(void *arg)
{
	const struct holding *holding = arg;
	(void)xf_pool_give(holding->pool, holding->index);
}

static const struct xfp_attempt to_hold = { try_hold, undo_hold, false };

static PyObject *pool_hold(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "timeout", NULL };
	struct holding holding;
	int64_t deadline = XF_NEVER;
	int r;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|O&", names, xfp_deadline, &deadline) ||
		!(holding.pool = xfp_object(self)) || !become_holder((struct pool *)self) ||
		!xfp_wait((struct xfp_handle *)self, &to_hold, &holding, deadline, &r))
		return NULL;
	if (r)
		return xfp_raise(xfp_module(self), r);
	((struct pool *)self)->held |= bit(holding.index);
	return PyLong_FromUnsignedLong(holding.index);
}

static PyObject *pool_give(PyObject *self, PyObject *index)
{
	struct xf_pool *pool;
	uint32_t i;
	if (!xfp_u32(index, &i) || !(pool = xfp_object(self)))
		return NULL;
	const struct xfp_handle *domain = ((struct xfp_handle *)self)->parent;
	uint32_t arrays = arrays_in(domain, pool, bit(i));
	if (arrays)
		return xfp_handle_arrays(arrays, "not given up");
	int r = xf_pool_give(pool, i);
	if (!r)
		forget_held((struct pool *)self, i);
	return xfp_none(self, r);
}

static PyObject *pool_rejoin(PyObject *self, PyObject *index)
{
	struct xf_pool *pool;
	uint32_t i;
	if (!xfp_u32(index, &i) || !(pool = xfp_object(self)) ||
		!become_holder((struct pool *)self))
		return NULL;
	int r = xf_pool_rejoin(pool, i);
	if (!r)
		((struct pool *)self)->held |= bit(i);
	return xfp_none(self, r);
}

static PyObject *pool_share(PyObject *self, PyObject *index)
{
	struct xf_pool *pool;
	uint32_t i, readers = 0;
	if (!xfp_u32(index, &i) || !(pool = xfp_object(self)))
		return NULL;
	int r = xf_pool_share(pool, i, &readers);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromUnsignedLong(readers);
}

static PyObject *pool_subscribe(PyObject *self, PyObject *none)
{
	struct xf_pool *pool = xfp_object(self);
	if (!pool || !become_holder((struct pool *)self))
		return NULL;
	int r = xf_pool_subscribe(pool);
	if (!r)
		((struct pool *)self)->subscribed = true;
	return xfp_none(self, r);
}

static PyObject *pool_unsubscribe(PyObject *self, PyObject *none)
{
	struct xf_pool *pool = xfp_object(self);
	return pool ? xfp_none(self, xf_pool_unsubscribe(pool)) : NULL;
}

static Py_ssize_t pool_length(PyObject *self)
{
	struct xf_pool *pool = xfp_object(self);
	return pool ? (Py_ssize_t)xf_pool_count(pool) : -1;
}

static PyObject *pool_item(PyObject *self, Py_ssize_t index)
{
	struct xf_pool *pool = xfp_object(self);
	if (!pool)
		return NULL;
	struct xf_surface *surface =
		index < 0 || index >= XF_POOL_MAX ? NULL : xf_pool_surface(pool, (uint32_t)index);
	if (surface)
		return xfp_surface_of((struct xfp_handle *)self, surface);
	PyErr_SetString(PyExc_IndexError, "the pool has no such surface");
	return NULL;
}

static PyObject *pool_id(PyObject *self, void *none)
{
	struct xf_pool *pool = xfp_object(self);
	return pool ? xfp_id(self, xf_pool_id(pool)) : NULL;
}

static PyObject *pool_reclaimed(PyObject *self, void *none)
{
	struct xf_pool *pool = xfp_object(self);
	uint64_t count;
	if (!pool)
		return NULL;
	int r = xf_pool_reclaimed(pool, &count);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromUnsignedLongLong(count);
}

static PyMethodDef methods[] = {
	{ "open", XFP_METHOD(pool_open), XFP_KEYWORDS | METH_CLASS, XFP_OPEN_DOC },
	{ "hold", XFP_METHOD(pool_hold), XFP_KEYWORDS,
		"hold($self, timeout=None)\n--\n\n"
		"Waits for a free surface, makes this process its only holder, and returns its "
		"index.\n" XFP_TIMEOUT_DOC },
	{ "share", pool_share, METH_O,
		"share($self, index, /)\n--\n\n"
		"Makes every subscribed process a holder, beside this one; returns how many these "
		"are.\n"
		"Then tell them the `index`. Waits for nobody. Error (EPERM): this process does "
		"not hold it." },
	{ "give", pool_give, METH_O,
		"give($self, index, /)\n--\n\nGives up this process' hold of surface `index`. "
		"Waits for "
		"nobody. Error (EPERM): it has\n"
		"none. BufferError: arrays over it are alive, by whichever object of this domain; "
		"nothing\n"
		"has changed then. close() does as much for all that this object holds, and gives "
		"up\n"
		"nothing if there is an array over any of it." },
	{ "rejoin", pool_rejoin, METH_O,
		"rejoin($self, index, /)\n--\n\n"
		"Makes this process a holder of surface `index`, which somebody holds: for a "
		"reader that\n"
		"was started again. Waits for nobody. Error (EAGAIN): nobody holds it." },
	{ "subscribe", pool_subscribe, METH_NOARGS,
		"subscribe($self)\n--\n\n"
		"From now on this process is a holder of whatever is shared, see share(). Twice is "
		"as\n"
		"once. Waits for nobody. Error (EACCES): the domain was opened read-only." },
	{ "unsubscribe", pool_unsubscribe, METH_NOARGS,
		"unsubscribe($self)\n--\n\nThe opposite of subscribe(): what this process holds it "
		"keeps.\n"
		"Waits for nobody." },
	XFP_HANDLE_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = {
	{ "id", pool_id, NULL, "What it is called in every process of the domain.", NULL },
	{ "reclaimed", pool_reclaimed, NULL,
		"How often surfaces were taken back from processes that died, since the pool was "
		"made.",
		NULL },
	XFP_HANDLE_GETTERS,
	{ NULL },
};
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)pool_doc },
	{ Py_tp_new, XFP_SLOT(pool_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ Py_sq_length, XFP_SLOT(pool_length) },
	{ Py_sq_item, XFP_SLOT(pool_item) },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Pool",
	.basicsize = sizeof(struct pool),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_pool_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->pool);
}
