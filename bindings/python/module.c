/* SPDX-License-Identifier: MIT */
/*
 * The extension's module: its types, its exceptions, its functions. crossfence/__init__.py gives
 * them their names.
 */
#include "module.h"

#include "domain.h"
#include "error.h"
#include "event.h"
#include "hold.h"
#include "loop.h"
#include "mutex.h"
#include "timeline.h"
#include "type.h"

struct xfp_module *xfp_module_of(PyTypeObject *type)
{
	return PyType_GetModuleState(type);
}

struct xfp_module *xfp_module(PyObject *self)
{
	return xfp_module_of(Py_TYPE(self));
}

/*
 * A deleter of DLPack may be called by a thread that Python does not know, and then belongs to the
 * main interpreter, whatever was exported where.
 */
static int refuse_subinterpreters(void)
{
	if (PyInterpreterState_GetID(PyInterpreterState_Get()) == 0)
		return 0;
	PyErr_SetString(PyExc_ImportError,
		"crossfence works in the main interpreter only, not in subinterpreters");
	return -1;
}

static int exec(PyObject *module)
{
	struct xfp_module *m = PyModule_GetState(module);
	if (refuse_subinterpreters() || xfp_error_types(module, m) || xfp_domain_type(module, m) ||
		xfp_event_type(module, m) || xfp_timeline_type(module, m) ||
		xfp_mutex_type(module, m) || xfp_hold_type(module, m))
		return -1;
	return PyModule_AddStringConstant(module, "__version__", xf_version());
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
	const struct xfp_module *m = PyModule_GetState(module);
	if (!m)
		return 0;
	Py_VISIT(m->error);
	Py_VISIT(m->timeout);
	Py_VISIT(m->abandoned);
	Py_VISIT(m->ended);
	for (PyTypeObject *const *type = &m->domain; type <= &m->frames; type++)
		Py_VISIT(*type);
	return 0;
}

static int clear(PyObject *module)
{
	struct xfp_module *m = PyModule_GetState(module);
	if (!m)
		return 0;
	Py_CLEAR(m->error);
	Py_CLEAR(m->timeout);
	Py_CLEAR(m->abandoned);
	Py_CLEAR(m->ended);
	for (PyTypeObject **type = &m->domain; type <= &m->frames; type++)
		Py_CLEAR(*type);
	return 0;
}

static void release(void *module)
{
	(void)clear(module);
}

static PyModuleDef_Slot slots[] = { { Py_mod_exec, XFP_SLOT(exec) }, { 0 } };
static PyMethodDef functions[] = { { "_watch", xfp_loop_watch, METH_O, NULL }, { NULL } };
static PyModuleDef definition = { PyModuleDef_HEAD_INIT, .m_name = "crossfence._core",
	.m_size = sizeof(struct xfp_module), .m_methods = functions, .m_slots = slots,
	.m_traverse = traverse, .m_clear = clear, .m_free = release };

PyMODINIT_FUNC PyInit__core(void);
PyMODINIT_FUNC PyInit__core(void)
{
	return PyModuleDef_Init(&definition);
}
