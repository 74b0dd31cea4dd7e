/* SPDX-License-Identifier: MIT */
#include "number.h"

int xfp_u64(PyObject *number, void *ret_u64)
{
	PyObject *integer = PyNumber_Index(number);
	if (!integer)
		return 0;
	unsigned long long value = PyLong_AsUnsignedLongLong(integer);
	Py_DECREF(integer);
	if (value == (unsigned long long)-1 && PyErr_Occurred())
		return 0;
	*(uint64_t *)ret_u64 = value;
	return 1;
}

int xfp_u32(PyObject *number, void *ret_u32)
{
	uint64_t value;
	if (!xfp_u64(number, &value))
		return 0;
	if (value > UINT32_MAX) {
		PyErr_Format(
			PyExc_OverflowError, "%llu is beyond 32 bits", (unsigned long long)value);
		return 0;
	}
	*(uint32_t *)ret_u32 = (uint32_t)value;
	return 1;
}
