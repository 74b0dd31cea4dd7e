/* SPDX-License-Identifier: MIT */
#ifndef XFP_POOL_H
#define XFP_POOL_H

#include "handle.h"

int xfp_pool_type(PyObject *module, struct xfp_module *m);

#endif
