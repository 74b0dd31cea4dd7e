/* SPDX-License-Identifier: MIT */
#include "type.h"

int xfp_type(PyObject *module, PyType_Spec *spec, PyTypeObject **ret_type)
{
	*ret_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
	return *ret_type ? PyModule_AddType(module, *ret_type) : -1;
}
