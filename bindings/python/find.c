/* SPDX-License-Identifier: MIT */
#include "find.h"

#include <errno.h>

#include "error.h"
#include "wait.h"

struct search {
	struct xf_domain *domain;
	const struct xfp_kind *kind;
	char label[XF_LABEL_MAX + 1];
	xf_id id;
	void *object;
};

static int find(struct search *s)
{
	xf_id id;
	int r = xf_domain_find(s->domain, s->kind->type, s->label, &id);
	if (!r)
		r = s->kind->open(s->domain, id, &s->object);
	return r == -ESTALE ? -ENOENT : r; /* its last holder has just closed it */
}

static int find_or_wait(struct search *s, struct xf_timeline *changes, int64_t deadline_ns)
{
	uint64_t seen = 0;
	int r, waited;
	do {
		waited = xf_timeline_value(changes, &seen);
		r = find(s);
		if (r == -ENOENT && !waited)
			waited = xf_timeline_wait(changes, seen + 1, deadline_ns);
	} while (r == -ENOENT && !waited);
	return r == -ENOENT ? waited : r;
}

static int try_find(void *arg, int64_t deadline_ns)
{
	struct search *s = arg;
	struct xf_timeline *changes;
	int r = find(s);
	if (r != -ENOENT)
		return r;
	if (deadline_ns <= 0)
		return XF_TIMEOUT;
	r = xf_domain_changes(s->domain, XF_CHANGE_OBJECTS, &changes);
	if (r)
		return r;
	r = find_or_wait(s, changes, deadline_ns);
	xf_timeline_close(changes);
	return r;
}

static void undo_find(void *arg)
{
	struct search *s = arg;
	struct xfp_handle nobody = { .object = s->object };
	s->kind->close(&nobody);
}

static const struct xfp_attempt to_find = { try_find, undo_find, true };

static int try_id(void *arg, int64_t deadline_ns)
{
	struct search *s = arg;
	return s->kind->open(s->domain, s->id, &s->object);
}

static const struct xfp_attempt to_open = { try_id, undo_find, true };

static PyObject *wrap(PyObject *cls, struct xfp_handle *domain, const struct search *s, int r)
{
	if (r)
		return xfp_raise(xfp_module_of((PyTypeObject *)cls), r);
	return (PyObject *)xfp_handle_new((PyTypeObject *)cls, domain, s->object, s->kind->close);
}

static PyObject *open_label(PyObject *cls, struct xfp_handle *domain, struct search *s,
	PyObject *which, int64_t deadline_ns)
{
	Py_ssize_t size;
	const char *label = PyUnicode_AsUTF8AndSize(which, &size);
	int r;
	if (!label)
		return NULL;
	if (!size || size > XF_LABEL_MAX || strlen(label) != (size_t)size) {
		PyErr_Format(PyExc_ValueError, "a label has 1 to %d bytes", XF_LABEL_MAX);
		return NULL;
	}
	strcpy(s->label, label);
	xfp_handle_enter_call(domain); /* it may be closed meanwhile, and ends after what it had */
	PyObject *opened =
		xfp_wait(domain, &to_find, s, deadline_ns, &r) ? wrap(cls, domain, s, r) : NULL;
	xfp_handle_leave_call(domain);
	return opened;
}

PyObject *xfp_open(PyObject *cls, PyObject *args, PyObject *kw, const struct xfp_kind *kind)
{
	static char *names[] = { "domain", "which", "timeout", NULL };
	int64_t deadline = XF_NEVER;
	struct xfp_handle *domain;
	PyObject *which;
	if (!PyArg_ParseTupleAndKeywords(args, kw, "O!O|O&", names,
		    xfp_module_of((PyTypeObject *)cls)->domain, &domain, &which, xfp_deadline,
		    &deadline) ||
		!xfp_handle_check(domain))
		return NULL;
	struct search s = { .domain = domain->object, .kind = kind };
	if (PyUnicode_Check(which))
		return open_label(cls, domain, &s, which, deadline);
	int r;
	s.id = PyLong_AsUnsignedLongLong(which);
	if (PyErr_Occurred() || !xfp_wait(domain, &to_open, &s, 0, &r))
		return NULL;
	return wrap(cls, domain, &s, r);
}
