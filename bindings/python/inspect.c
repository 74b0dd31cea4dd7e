/* SPDX-License-Identifier: MIT */
#include "inspect.h"

#include "error.h"
#include "format.h"
#include "handle.h"
#include "info.h"

#define FAILED 1 /* an exception is set, and the visit ends */

static int append(PyObject *list, PyObject *item)
{
	int r = item ? PyList_Append(list, item) : -1;
	Py_XDECREF(item);
	return r ? FAILED : 0;
}

static int add_member(const struct xf_member_info *info, void *list)
{
	return append(list, xfp_info_make("MemberInfo", "IiNN", info->slot, (int)info->pid,
				    xfp_info_text(info->name, sizeof(info->name)),
				    PyBool_FromLong((long)info->dead)));
}

static PyObject *type_name(enum xf_type type)
{
	static const char *const names[] = { "", "event", "timeline", "keyed mutex", "surface",
		"pool", "sync", "stream" };
	size_t known = sizeof(names) / sizeof(names[0]);
	return PyUnicode_FromString((size_t)type < known ? names[type] : "unknown");
}

static PyObject *format_name(const struct xf_object_info *info)
{
	if (info->type != XF_SURFACE && info->type != XF_POOL && info->type != XF_STREAM)
		Py_RETURN_NONE;
	return xfp_format_name(info->fourcc);
}

/* In the order of the fields of ObjectInfo in crossfence/_info.py. */
static int add_object(const struct xf_object_info *info, void *list)
{
	typedef unsigned long long u64;
	PyObject *made = xfp_info_make("ObjectInfo", "KNNIiNNNNKKKKIIIINKIKIKKKIIN", (u64)info->id,
		type_name(info->type), xfp_info_text(info->label, sizeof(info->label)),
		info->opened_by, (int)info->owner_pid,
		xfp_info_text(info->owner_name, sizeof(info->owner_name)),
		PyBool_FromLong((long)info->abandoned), PyBool_FromLong((long)info->signalled),
		PyBool_FromLong((long)info->ready), (u64)info->counter, (u64)info->key,
		(u64)info->fence, (u64)info->use, info->waiters, info->holders, info->width_px,
		info->height_px, format_name(info), (u64)info->part_of, info->index,
		(u64)info->mutex, info->count, (u64)info->reclaimed, (u64)info->newest,
		(u64)info->lost, info->every, info->latest, PyBool_FromLong((long)info->ended));
	return append(list, made);
}

static PyObject *snapshot(const struct xf_domain_info *info, PyObject *members, PyObject *objects)
{
	typedef unsigned long long u64;
	PyObject *all_members = PyList_AsTuple(members), *all_objects = PyList_AsTuple(objects);
	return xfp_info_make("DomainInfo", "NIKIiNN", xfp_info_text(info->name, sizeof(info->name)),
		info->max_objects, (u64)info->payload_bytes, info->deaths, (int)info->server_pid,
		all_members, all_objects);
}

PyObject *xfp_inspect(PyObject *module, PyObject *domain)
{
	const struct xfp_module *m = PyModule_GetState(module);
	struct xfp_handle *h = (struct xfp_handle *)domain;
	struct xf_domain_info info = { .size = sizeof(info) };
	PyObject *result = NULL;
	if (!Py_IS_TYPE(domain, m->domain)) {
		PyErr_SetString(PyExc_TypeError, "inspect() takes a Domain");
		return NULL;
	}
	if (!xfp_handle_check(h))
		return NULL;
	PyObject *members = PyList_New(0), *objects = PyList_New(0);
	xfp_handle_enter_call(h); /* making objects may run Python code, which may leave it */
	int r = members && objects ? xf_inspect_domain(h->object, &info) : FAILED;
	if (!r)
		r = xf_inspect_members(h->object, add_member, members);
	if (!r)
		r = xf_inspect_objects(h->object, add_object, objects);
	if (!r)
		result = snapshot(&info, members, objects);
	else if (r != FAILED)
		(void)xfp_raise(m, r);
	xfp_handle_leave_call(h);
	Py_XDECREF(members);
	Py_XDECREF(objects);
	return result;
}

static int add_name(const char *name, void *list)
{
	return append(list, xfp_info_text(name, XF_NAME_MAX));
}

PyObject *xfp_names(PyObject *module, PyObject *none)
{
	PyObject *list = PyList_New(0);
	int r = list ? xf_inspect_names(add_name, list) : FAILED;
	if (r && r != FAILED)
		(void)xfp_raise(PyModule_GetState(module), r);
	if (r)
		Py_CLEAR(list);
	return list;
}
