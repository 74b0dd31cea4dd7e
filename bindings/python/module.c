/* SPDX-License-Identifier: MIT */
/*
 * The extension's module: its types, its exceptions, its functions. crossfence/__init__.py gives
 * them their names.
 */
#include "module.h"

#include "access.h"
#include "any.h"
#include "domain.h"
#include "error.h"
#include "event.h"
#include "fork.h"
#include "format.h"
#include "frame.h"
#include "frames.h"
#include "hold.h"
#include "inspect.h"
#include "loop.h"
#include "mutex.h"
#include "pixels.h"
#include "pool.h"
#include "producer.h"
#include "reader.h"
#include "stream.h"
#include "surface.h"
#include "timeline.h"
#include "type.h"
#include "wait.h"

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

static int (*const make_types[])(PyObject *module, struct xfp_module *m) = { xfp_error_types,
	xfp_domain_type, xfp_event_type, xfp_timeline_type, xfp_mutex_type, xfp_hold_type,
	xfp_surface_type, xfp_access_type, xfp_plane_type, xfp_pool_type, xfp_stream_type,
	xfp_reader_type, xfp_producer_type, xfp_frame_type, xfp_frames_type };

static int exec(PyObject *module)
{
	if (refuse_subinterpreters())
		return -1;
	for (size_t i = 0; i < sizeof(make_types) / sizeof(make_types[0]); i++)
		if (make_types[i](module, PyModule_GetState(module)))
			return -1;
	if (xfp_fork_register())
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
static PyObject *formats(PyObject *module, PyObject *none)
{
	return xfp_format_all();
}

static PyMethodDef functions[] = {
	{ "wait_any", XFP_METHOD(xfp_wait_any), XFP_KEYWORDS, XFP_WAIT_ANY_DOC },
	{ "wait_all", XFP_METHOD(xfp_wait_all), XFP_KEYWORDS, XFP_WAIT_ALL_DOC },
	{ "inspect", xfp_inspect, METH_O, XFP_INSPECT_DOC },
	{ "names", xfp_names, METH_NOARGS, XFP_NAMES_DOC },
	{ "formats", formats, METH_NOARGS,
		"formats()\n--\n\n"
		"{name: number} of the pixel formats that are known, by DRM's names "
		"(\"ABGR8888\",\n"
		"\"NV12\") and by the order of the bytes (\"RGBA\", \"BGR\", \"GRAY8\")." },
	{ "_watch", xfp_loop_watch, METH_O, NULL },
	{ NULL },
};
static PyModuleDef definition = { PyModuleDef_HEAD_INIT, .m_name = "crossfence._core",
	.m_size = sizeof(struct xfp_module), .m_methods = functions, .m_slots = slots,
	.m_traverse = traverse, .m_clear = clear, .m_free = release };

PyMODINIT_FUNC PyInit__core(void);
PyMODINIT_FUNC PyInit__core(void)
{
	return PyModuleDef_Init(&definition);
}
