/* SPDX-License-Identifier: MIT */
#ifndef XFP_PRODUCER_H
#define XFP_PRODUCER_H

#include "stream.h"

int xfp_producer_type(PyObject *module, struct xfp_module *m);

#endif
