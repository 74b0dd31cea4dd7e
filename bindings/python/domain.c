/* SPDX-License-Identifier: MIT */
#include "domain.h"

#include <errno.h>

#include "error.h"
#include "number.h"
#include "type.h"
#include "wait.h"

static void leave_domain(struct xfp_handle *h)
{
	struct xf_domain *domain = h->object;
	Py_BEGIN_ALLOW_THREADS /* a member that is stopped may have it locked */
		xf_domain_leave(domain);
	Py_END_ALLOW_THREADS
}

static PyObject *wrap(PyObject *cls, struct xf_domain *domain)
{
	return (PyObject *)xfp_handle_new((PyTypeObject *)cls, NULL, domain, leave_domain);
}

static PyObject *finish(PyObject *cls, int result, struct xf_domain *domain)
{
	return result ? xfp_raise(xfp_module_of((PyTypeObject *)cls), result) : wrap(cls, domain);
}

static const char domain_doc[] =
	"Domain(*, max_objects=0, payload_bytes=0)\n--\n\n"
	"A sealed shared-memory file and the processes attached to it. Everything else lives in\n"
	"one. This makes a new one and joins it; open() and open_or_create() find one by name.\n\n"
	"max_objects: room for so many objects; 0: 16384. payload_bytes: room for the memory of\n"
	"surfaces; 0: 1 GiB. Memory is used only where it is touched. Error (EINVAL): more than "
	"can "
	"be.\n\n"
	"Use it in a `with`, or call leave(): everything made from it is closed first. A process\n"
	"that dies holds nothing, and when the last one is gone nothing remains.";

static PyObject *domain_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "max_objects", "payload_bytes", NULL };
	struct xf_domain_params params = { .size = sizeof(params) };
	struct xf_domain *domain = NULL;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|$O&O&", names, xfp_u32, &params.max_objects,
		    xfp_u64, &params.payload_bytes))
		return NULL;
	int r;
	Py_BEGIN_ALLOW_THREADS r = xf_domain_create(&params, &domain);
	Py_END_ALLOW_THREADS return finish((PyObject *)type, r, domain);
}

struct opening {
	char name[XF_NAME_MAX + 1]; /* the caller's str may go while the GIL is away */
	uint32_t flags;
	struct xf_domain *domain;
};

/* That nobody has the name is what is waited for to end. */
static int try_open(void *arg, int64_t deadline_ns)
{
	struct opening *o = arg;
	int r = xf_domain_open(o->name, o->flags, deadline_ns, &o->domain);
	return r == -ENOENT ? XF_TIMEOUT : r;
}

static const struct xfp_attempt to_open = { try_open, NULL, true };

static const char open_doc[] =
	"open(name, timeout=None, *, read_only=False, look_only=False)\n--\n\n"
	"Joins the domain that some process has published as `name`, and waits for that to "
	"happen.\n" XFP_TIMEOUT_DOC "\n"
	"read_only: this process can wait and look, never change. look_only: it cannot wait "
	"either,\n"
	"and costs those who signal nothing. Error (EACCES): the runtime folder is somebody "
	"else's; "
	"for\n"
	"others see join().";

static bool copy_name(struct opening *o, const char *name)
{
	if (strlen(name) <= XF_NAME_MAX) {
		strcpy(o->name, name);
		return true;
	}
	PyErr_Format(PyExc_ValueError, "a name has at most %d bytes", XF_NAME_MAX);
	return false;
}

static PyObject *domain_open(PyObject *cls, PyObject *args, PyObject *kw)
{
	static char *names[] = { "name", "timeout", "read_only", "look_only", NULL };
	struct opening o = { .flags = 0 };
	int read_only = 0, look_only = 0, r = XF_TIMEOUT;
	int64_t deadline = XF_NEVER;
	const char *name;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "s|O&$pp", names, &name, xfp_deadline, &deadline,
		    &read_only, &look_only) ||
		!copy_name(&o, name))
		return NULL;
	o.flags = (read_only ? XF_OPEN_READ_ONLY : 0u) | (look_only ? XF_OPEN_LOOK_ONLY : 0u);
	if (!xfp_wait_by(NULL, 0, &to_open, &o, deadline, &r))
		return NULL;
	return finish(cls, r, o.domain);
}

struct making {
	struct opening opening;
	struct xf_domain_params params;
};

static const char open_or_create_doc[] =
	"open_or_create(name, *, max_objects=0, payload_bytes=0)\n--\n\n"
	"For who produces, and may be started again: joins the domain published as `name`, which\n"
	"consumers of an earlier life may have kept, or makes and publishes one. Of several at a "
	"time\n"
	"one makes it. What is there already is not changed: max_objects and payload_bytes, as of\n"
	"Domain(), are of a new one. Waits a second at most, for a consumer that is stopped. Error "
	"(EINVAL):\n"
	"no name; (EACCES): the runtime folder is somebody else's.";

static PyObject *domain_open_or_create(PyObject *cls, PyObject *args, PyObject *kw)
{
	static char *names[] = { "name", "max_objects", "payload_bytes", NULL };
	struct making making = { .params = { .size = sizeof(making.params) } };
	const char *name;
	int r;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "s|$O&O&", names, &name, xfp_u32,
		    &making.params.max_objects, xfp_u64, &making.params.payload_bytes) ||
		!copy_name(&making.opening, name))
		return NULL;
	Py_BEGIN_ALLOW_THREADS /* it may wait for an heir, a second at most */
		r = xf_domain_open_or_create(
			making.opening.name, &making.params, &making.opening.domain);
	Py_END_ALLOW_THREADS return finish(cls, r, making.opening.domain);
}

static const char join_doc[] =
	"join(fd, /)\n--\n\n"
	"Joins the domain behind a descriptor that was inherited or received, see export(). The\n"
	"descriptor `fd` stays the caller's. Error (EINVAL): it is none of a domain; (EPROTO): of "
	"a "
	"version\n"
	"of crossfence that this one does not understand; (ETIMEDOUT): a member that is stopped "
	"keeps "
	"it\n"
	"locked, for which this waits a second; (EUSERS): it has no room for another process.";

static PyObject *domain_join(PyObject *cls, PyObject *args)
{
	struct xf_domain *domain = NULL;
	int fd, r;
	if (!PyArg_ParseTuple(args, "i", &fd))
		return NULL;
	Py_BEGIN_ALLOW_THREADS r = xf_domain_join(fd, &domain);
	Py_END_ALLOW_THREADS return finish(cls, r, domain);
}

static const char publish_doc[] =
	"publish($self, name, /)\n--\n\n"
	"Makes the domain known as `name` (letters, digits, '.', '_', '-') to processes of this "
	"user,\n"
	"as long as it has a member. Nothing stays anywhere when the last one is gone. Waits a "
	"second\n"
	"at most, for a process that is stopped. Error (EADDRINUSE): another domain has the name;\n"
	"(EALREADY): this one has a name; (EINVAL): no name; (EACCES): the domain was opened "
	"read-only,\n"
	"or the runtime folder is somebody else's.";

static PyObject *domain_publish(PyObject *self, PyObject *args)
{
	struct xf_domain *domain;
	struct opening o;
	const char *name;
	int r;
	if (!PyArg_ParseTuple(args, "s", &name) || !copy_name(&o, name) ||
		!(domain = xfp_object(self)))
		return NULL;
	xfp_handle_enter_call((struct xfp_handle *)self);
	Py_BEGIN_ALLOW_THREADS r = xf_domain_publish(domain, o.name);
	Py_END_ALLOW_THREADS PyObject *none = xfp_none(self, r);
	xfp_handle_leave_call((struct xfp_handle *)self);
	return none;
}

static const char export_doc[] =
	"export($self, *, read_only=False, look_only=False)\n--\n\n"
	"Returns a new descriptor of the domain, which is yours to close: for a child\n"
	"(subprocess' pass_fds), or to be sent over a socket. See join(); read_only and look_only\n"
	"are as of open(). Waits for nobody. Error (EMFILE): no descriptor is left.";

static PyObject *domain_export(PyObject *self, PyObject *args, PyObject *kw)
{
	static char *names[] = { "read_only", "look_only", NULL };
	struct xf_domain *domain;
	int read_only = 0, look_only = 0, fd = -1;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "|$pp", names, &read_only, &look_only) ||
		!(domain = xfp_object(self)))
		return NULL;
	int r = xf_domain_export(domain,
		(read_only ? XF_OPEN_READ_ONLY : 0u) | (look_only ? XF_OPEN_LOOK_ONLY : 0u), &fd);
	return r ? xfp_raise(xfp_module(self), r) : PyLong_FromLong(fd);
}

static PyMethodDef methods[] = {
	{ "open", XFP_METHOD(domain_open), XFP_KEYWORDS | METH_CLASS, open_doc },
	{ "open_or_create", XFP_METHOD(domain_open_or_create), XFP_KEYWORDS | METH_CLASS,
		open_or_create_doc },
	{ "join", domain_join, METH_VARARGS | METH_CLASS, join_doc },
	{ "publish", domain_publish, METH_VARARGS, publish_doc },
	{ "export", XFP_METHOD(domain_export), XFP_KEYWORDS, export_doc },
	{ "leave", xfp_handle_close, METH_NOARGS,
		"leave($self)\n--\n\n"
		"Closes everything made from the domain and leaves it. BufferError: arrays over "
		"its\n"
		"memory are alive; nothing has changed then." },
	XFP_HANDLE_METHODS,
	{ NULL },
};
static PyGetSetDef getters[] = { XFP_HANDLE_GETTERS, { NULL } };
static PyMemberDef members[] = { XFP_HANDLE_WEAKREFS, { NULL } };
static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)domain_doc },
	{ Py_tp_new, XFP_SLOT(domain_new) },
	{ Py_tp_dealloc, XFP_SLOT(xfp_handle_dealloc) },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, getters },
	{ Py_tp_members, members },
	{ 0 },
};
static PyType_Spec spec = { .name = "crossfence.Domain",
	.basicsize = sizeof(struct xfp_handle),
	.flags = XFP_TYPE_FLAGS,
	.slots = slots };

int xfp_domain_type(PyObject *module, struct xfp_module *m)
{
	return xfp_type(module, &spec, &m->domain);
}
