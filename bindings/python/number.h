/* SPDX-License-Identifier: MIT */
/* Numbers as PyArg_Parse's O& takes them: without silent wrapping round, unlike its K and I. */
#ifndef XFP_NUMBER_H
#define XFP_NUMBER_H

#include "module.h"

int xfp_u64(PyObject *number, void *ret_u64); /* 0..2^64-1, else OverflowError or TypeError */
int xfp_u32(PyObject *number, void *ret_u32);

#endif
