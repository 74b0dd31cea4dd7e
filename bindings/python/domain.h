/* SPDX-License-Identifier: MIT */
#ifndef XFP_DOMAIN_H
#define XFP_DOMAIN_H

#include "handle.h"

int xfp_domain_type(PyObject *module, struct xfp_module *m);

#endif
