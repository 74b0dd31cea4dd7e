/* SPDX-License-Identifier: MIT */
/*
 * Names of kernel objects, as labels of domain objects.
 *
 *	n:camera      "camera" or "Local\camera"
 *	g:camera      "Global\camera"
 *	N:... G:...   the same for names that do not fit: a hash of the name without regard to
 *	              case, then one of the exact name
 *
 * All types of objects share one space of names, as on Windows.
 */
#ifndef XFI_WIN_NAME_H
#define XFI_WIN_NAME_H

#include <crossfence/domain.h>

#include "win/prelude.h"

#define XFI_NAME_CHARS MAX_PATH /* longest name, in UTF-16 units */

#define XFI_NAME_BYTES (XFI_NAME_CHARS * 3 + 1) /* the same in UTF-8, with its end */

struct xfi_name {
	char label[XF_LABEL_MAX + 1];
	char text[XFI_NAME_BYTES]; /* without "Local\" or "Global\" */
	bool global;
};

/*
 * Both take names with or without "Local\" or "Global\"; the second also the full form
 * "\Sessions\N\BaseNamedObjects\name" of OBJECT_ATTRIBUTES. `chars` counts UTF-16 units.
 *
 * -ENAMETOOLONG; -ENOTDIR: a backslash elsewhere; -EINVAL: empty, or not UTF-8 or UTF-16.
 */
int xfi_name_from_ansi(const char *text, struct xfi_name *ret_name);
int xfi_name_from_wide(const WCHAR *text, size_t chars, struct xfi_name *ret_name);

/* The object of that name, of any type. -ENOENT: none. */
int xfi_name_find(const struct xfi_name *name, bool ignore_case, xf_id *ret_id);

/* The full name, for an object to keep; NULL: no memory. */
char *xfi_name_of(const struct xfi_name *name);

/* The bytes of the character at `text`, 1 to 4; 0: not UTF-8. */
size_t xfi_utf8_length(const char *text);

/* Valid UTF-8 as UTF-16, without its end; `out` has room for as many units as `text` has bytes. */
size_t xfi_name_widen(const char *text, WCHAR *out);

/* What an id says about its object. */
static inline enum xf_type xfi_type_of(xf_id id)
{
	return (enum xf_type)(id >> 56);
}

size_t xfi_wide_length(const WCHAR *text);

#endif
