/* SPDX-License-Identifier: MIT */
/*
 * Shared: what lies behind a mutex, a semaphore or a timer: a page of the domain that all its
 * processes write to, and a name if it has one. The name is a timeline that is labelled with it and
 * counts the page's id; both live as long as somebody has the object open.
 *
 * Another process may write anything into the page at any time.
 */
#ifndef XFI_WIN_SHARED_H
#define XFI_WIN_SHARED_H

#include <crossfence/surface.h>
#include <crossfence/timeline.h>

#include "win/nt/name.h"
#include "win/nt/object.h"

/* Written out: they are shared. */
enum xfi_shared_kind {
	XFI_SHARED_MUTEX = 1,
	XFI_SHARED_SEMAPHORE = 2,
	XFI_SHARED_TIMER = 3,
};

/* What the objects begin with. */
struct xfi_shared {
	struct xfi_object base;
	struct xf_domain *domain;
	struct xf_timeline *name; /* NULL: unnamed */
	struct xf_surface *page;
	void *bytes; /* zeroes at first; 64 bytes, as long as the object lives */
};

struct xfi_shared_type {
	struct xfi_object_type base;
	enum xfi_shared_kind kind;
	size_t size; /* of the object */
	/* Fills a new one, whose page is zeroed, or one that another process has made. */
	int (*create)(struct xfi_shared *shared, const void *args);
	int (*open)(struct xfi_shared *shared);
};

/* The object of that name, or a new one (`name` NULL: always). -ENOTTY: the name is another type's.
 */
int xfi_shared_create(const struct xfi_shared_type *type, const struct xfi_name *name,
	const void *args, struct xfi_shared **ret_shared, bool *ret_existed);

/* -ENOENT: no such name; -ENOTTY: another type's. */
int xfi_shared_open(const struct xfi_shared_type *type, const struct xfi_name *name,
	struct xfi_shared **ret_shared);

/* For the type's destroy: ends what is here, and frees. */
void xfi_shared_end(struct xfi_shared *shared);

/*
 * What Create...() and Open...() have in common: a handle with `access`, and the last error set in
 * every case. The names are as the callers get them; an empty one is none.
 */
HANDLE xfi_shared_create_w(
	const struct xfi_shared_type *type, LPCWSTR text, const void *args, DWORD access);
HANDLE xfi_shared_create_a(
	const struct xfi_shared_type *type, LPCSTR text, const void *args, DWORD access);
HANDLE xfi_shared_open_w(const struct xfi_shared_type *type, LPCWSTR text, DWORD access);
HANDLE xfi_shared_open_a(const struct xfi_shared_type *type, LPCSTR text, DWORD access);

#endif
