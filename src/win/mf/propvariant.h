/* SPDX-License-Identifier: MIT */
/* PROPVARIANTs of the seven kinds that attributes can have; see PropVariantCopy, too. */
#ifndef XFI_WIN_MF_PROPVARIANT_H
#define XFI_WIN_MF_PROPVARIANT_H

#include "win/prelude.h"

#include <mfapi.h>

/* One of the kinds an attribute can have? */
bool xfi_propvariant_is_attribute(const PROPVARIANT *value);

/* The same kind and the same value. Objects are compared by their address. */
bool xfi_propvariant_equal(const PROPVARIANT *a, const PROPVARIANT *b);

#endif
