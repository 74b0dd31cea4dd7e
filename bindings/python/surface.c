/* SPDX-License-Identifier: MIT */
#include "surface.h"

#include <errno.h>

#include "access.h"
#include "cuda.h"
#include "describe.h"
#include "error.h"
#include "find.h"
#include "format.h"
#include "mutex.h"
#include "type.h"

static int open_it(struct xf_domain *domain, xf_id id, void **ret_object)
{
	struct xf_surface *surface;
	int r = xf_surface_open(domain, id, &surface);
	if (!r)
		*ret_object = surface;
	return r;
}

static void close_it(struct xfp_handle *h)
{
	xfp_cuda_forget(h);
	xf_surface_close(h->object);
}

static void leave_it(struct xfp_handle *h)
{
	xfp_cuda_forget(h); /* the pool closes it */
}

static const struct xfp_kind kind = { XF_SURFACE, open_it, close_it };

PyObject *xfp_surface_of(struct xfp_handle *pool, struct xf_surface *surface)
{
	PyTypeObject *type = xfp_module((PyObject *)pool)->surface;
	return (PyObject *)xfp_handle_new(type, pool, surface, leave_it);
}

static uint32_t arrays_of(const struct xfp_handle *pool, const struct xf_surface *surface)
{
	uint32_t count = 0;
	for (const struct xfp_handle *h = pool->children; h; h = h->next)
		count += h->object == surface ? h->exports : 0;
	return count;
}

uint32_t xfp_surface_arrays(const struct xfp_handle *surface)
{
	return surface->close == leave_it ? arrays_of(surface->parent, surface->object)
					  : surface->exports;
}

/* A hold is the member's: whichever of its handles led to the memory, by the pool or by the id. */
uint32_t xfp_surface_arrays_in(const struct xfp_handle *parent, xf_id id)
{
	const struct xfp_module *m = xfp_module((PyObject *)parent);
	uint32_t count = 0;
	for (const struct xfp_handle *h = parent->children; h; h = h->next)
		if (h->exports && Py_IS_TYPE((PyObject *)h, m->pool))
			count += xfp_surface_arrays_in(h, id);
		else if (h->exports && Py_IS_TYPE((PyObject *)h, m->surface))
			count += xf_surface_id(h->object) == id ? h->exports : 0;
	return count;
}

static void release_now(struct xfp_handle *h);

static void owe(struct xfp_handle *surface, uint64_t key, uint64_t fence)
{
	struct xfp_surface *s = (struct xfp_surface *)surface;
	s->key = key;
	s->fence = fence;
	surface->unused = release_now;
}

/* One object with arrays for a pool's surface, or NULL. */
static struct xfp_handle *in_use(const struct xfp_handle *pool, const struct xf_surface *surface)
{
	struct xfp_handle *h = pool->children;
	while (h && (h->object != surface || !h->exports))
		h = h->next;
	return h;
}

/* An object that still has arrays takes the debt over, also where they came after it. */
static void release_now(struct xfp_handle *h)
{
	const struct xfp_surface *s = (struct xfp_surface *)h;
	struct xfp_handle *other = h->close == leave_it ? in_use(h->parent, h->object) : NULL;
	struct xf_keyed_mutex *mutex;
	h->unused = NULL;
	if (other)
		owe(other, s->key, s->fence);
	else if (!xf_surface_mutex(h->object, &mutex))
		(void)xf_keyed_mutex_release(mutex, s->key, s->fence);
}

void xfp_surface_release_later(struct xfp_handle *surface, uint64_t key, uint64_t fence)
{
	struct xfp_handle *h = surface;
	if (surface->close == leave_it)
		h = in_use(surface->parent, surface->object);
	if (h)
		owe(h, key, fence);
}

static const char surface_doc[] =
	"Surface(domain, label=None, *, keyed=False, width=0, height=0, format=None, shape=None, "
	"dtype=None, alignment=0, device=None)\n--\n\n"
	"Memory for a picture or a tensor that processes share without copying. read() and "
	"write()\n"
	"give access to it. For frames that follow each other a stream is better: Producer, "
	"Reader.\n"
	"With `keyed` it carries a keyed mutex, and only the owner of that gets access:\n\n"
	"    with surface.mutex.hold(0, then=1), surface.write() as a:\n"
	"        numpy.asarray(a)[...] = picture\n\n" XFP_DESCRIPTION_DOC XFP_LABEL_DOC;

static bool finish_label(struct xf_surface_desc *desc, const char *label)
{
	if (!label)
		return true;
	if (strlen(label) > XF_LABEL_MAX) {
		PyErr_Format(PyExc_ValueError, "a label has 1 to %d bytes", XF_LABEL_MAX);
		return false;
	}
	strcpy(desc->label, label);
	return true;
}

static PyObject *surface_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "domain", "label", "keyed", XFP_DESCRIPTION_NAMES, NULL };
	const struct xfp_module *m = xfp_module_of(type);
	struct xfp_description given = { 0 };
	struct xf_surface_desc desc;
	struct xfp_handle *domain;
	struct xf_surface *surface;
	const char *label = NULL;
	int keyed = 0, device;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O!|z$p" XFP_DESCRIPTION_UNITS, names, m->domain,
		    &domain, &label, &keyed, XFP_DESCRIPTION_VALUES(given)) ||
		!xfp_describe(&given, &desc) || !finish_label(&desc, label) ||
		!xfp_describe_device(&given, &device) || !xfp_handle_check(domain))
		return NULL;
	uint32_t flags = keyed ? XF_SURFACE_KEYED : 0;
	int r = device < 0 ? xf_surface_create(domain->object, &desc, flags, &surface)
			   : xfp_cuda_surface(domain->object, &desc, flags, device, &surface);
	if (r)
		return xfp_raise(m, r);
	return (PyObject *)xfp_handle_new(type, domain, surface, close_it);
}

static PyObject *surface_open(PyObject *cls, PyObject *args, PyObject *kw)
{
	return xfp_open(cls, args, kw, &kind);
}

static PyObject *surface_read(PyObject *self, PyObject *none)
{
	return xfp_access_new((struct xfp_handle *)self, false);
}

static PyObject *surface_write(PyObject *self, PyObject *none)
{
	return xfp_access_new((struct xfp_handle *)self, true);
}

static PyObject *surface_id(PyObject *self, void *none)
{
	struct xf_surface *surface = xfp_object(self);
	return surface ? xfp_id(self, xf_surface_id(surface)) : NULL;
}

static PyObject *surface_mutex(PyObject *self, void *none)
{
	struct xf_surface *surface = xfp_object(self);
	struct xf_keyed_mutex *mutex;
	if (!surface)
		return NULL;
	int r = xf_surface_mutex(surface, &mutex);
	if (r == -ENOENT)
		return xfp_raise_errno(xfp_module(self), ENOENT,
			"the surface has no keyed mutex: it was made without `keyed`");
	return r ? xfp_raise(xfp_module(self), r) : xfp_mutex_of((struct xfp_handle *)self, mutex);
}

static bool get_desc(PyObject *self, struct xf_surface_desc *desc)
{
	struct xf_surface *surface = xfp_object(self);
	*desc = (struct xf_surface_desc){ .size = sizeof(*desc) };
	int r = surface ? xf_surface_desc(surface, desc, NULL) : 0;
	if (r)
		(void)xfp_raise(xfp_module(self), r);
	return surface && !r;
}

static PyObject *surface_width(PyObject *self, void *none)
{
	struct xf_surface_desc desc;
	return get_desc(self, &desc) ? PyLong_FromUnsignedLong(desc.width_px) : NULL;
}

static PyObject *surface_height(PyObject *self, void *none)
{
	struct xf_surface_desc desc;
	return get_desc(self, &desc) ? PyLong_FromUnsignedLong(desc.height_px) : NULL;
}

static PyObject *surface_format(PyObject *self, void *none)
{
	struct xf_surface_desc desc;
	return get_desc(self, &desc) ? xfp_format_name(desc.fourcc) : NULL;
}

static PyObject *get_data(PyObject *self, void *none)
{
	struct xf_surface *surface = xfp_object(self);
	char data[XF_SURFACE_DATA_MAX];
	size_t size;
	if (!surface)
		return NULL;
	int r = xf_surface_get_data(surface, data, sizeof(data), &size);
	return r ? xfp_raise(xfp_module(self), r)
		 : PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
}

static PyMethodDef methods[] = {
	{ "open", XFP_METHOD(surface_open), XFP_KEYWORDS | METH_CLASS, XFP_OPEN_DOC },
	{ "read", surface_read, METH_NOARGS,
		"read($self)\n--\n\n"
		"Read access, an Access for a `with`: numpy.asarray() of what it gives. Waits for "
		"nobody.\n"
		"Error (EPERM): it has a keyed mutex, and that is not owned by this object's "
		"`mutex`." },
	{ "write", surface_write, METH_NOARGS,
		"write($self)\n--\n\n"
		"Write access, an Access for a `with`. Nobody is kept from reading meanwhile: that "
		"is what the\n"
		"keyed mutex is for. Errors as read(), and (EACCES): the domain was opened "
		"read-only."
		"" },
	XFP_HANDLE_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = {
	{ "id", surface_id, NULL, "What it is called in every process of the domain.", NULL },
	{ "mutex", surface_mutex, NULL,
		"Its keyed mutex, a KeyedMutex. Error (ENOENT): it has none, being made without "
		"`keyed`.",
		NULL },
	{ "width", surface_width, NULL, "Pixels in a row; 0 of a tensor.", NULL },
	{ "height", surface_height, NULL, "Rows; row 0 is the top one.", NULL },
	{ "format", surface_format, NULL, "The format's name; see crossfence.formats().", NULL },
	{ "data", get_data, NULL,
		"What the mutex' owner left with it, up to 16 bytes; set it by mutex.data.", NULL },
	XFP_HANDLE_GETTERS,
	{ NULL },
};
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)surface_doc },
	{ Py_tp_new, XFP_SLOT(surface_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Surface",
	.basicsize = sizeof(struct xfp_surface),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_surface_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->surface);
}
