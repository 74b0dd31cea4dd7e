/* SPDX-License-Identifier: MIT */
#include "type.h"

#include <errno.h>

#include "error.h"

int xfp_type(PyObject *module, PyType_Spec *spec, PyTypeObject **ret_type)
{
	*ret_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
	return *ret_type ? PyModule_AddType(module, *ret_type) : -1;
}

PyObject *xfp_id(PyObject *self, xf_id id)
{
	return id ? PyLong_FromUnsignedLongLong(id) : xfp_raise(xfp_module(self), -ECHILD);
}
