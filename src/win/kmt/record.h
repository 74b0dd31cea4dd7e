/* SPDX-License-Identifier: MIT */
/*
 * Record: what processes tell each other about an object beyond its core state: a description, a
 * name, private data. One page of the domain's payload, which lives as long as somebody holds it.
 *
 * Another process may write anything into it at any time. A record is therefore read by copying it
 * whole, then checked, then used; it is never looked at twice.
 *
 * A record also gives its object a global KMT handle, the same number in every process.
 */
#ifndef XFI_WIN_RECORD_H
#define XFI_WIN_RECORD_H

#include <crossfence/surface.h>

#include "win/prelude.h"

#define XFI_RECORD_BYTES 4096
#define XFI_RECORD_MAX	 (XFI_RECORD_BYTES - 16) /* bytes of an object's own data */

/* Written out: they are shared. */
enum xfi_record_kind {
	XFI_RECORD_RESOURCE = 1,
	XFI_RECORD_MUTEX = 2,
	XFI_RECORD_SYNC = 3,
	XFI_RECORD_SHARE = 4,
};

/* Makes a record that holds `size` bytes of `data`. -EMSGSIZE: too much; else as the core. */
int xfi_record_create(
	enum xfi_record_kind kind, const void *data, size_t size, struct xf_surface **ret_record);

/* Opens a record and holds it. -ESTALE: gone; -EINVAL: not such a record. */
int xfi_record_open(enum xfi_record_kind kind, xf_id id, struct xf_surface **ret_record);

/*
 * Copies the record's data into `data`, which has room for XFI_RECORD_MAX bytes, and returns its
 * size. -EINVAL: its bytes are not those of a record of that kind.
 */
int xfi_record_read(
	struct xf_surface *record, enum xfi_record_kind kind, void *data, size_t *ret_size);

/* Replaces the data. The caller makes sure that nobody else writes at the same time. */
int xfi_record_write(
	struct xf_surface *record, enum xfi_record_kind kind, const void *data, size_t size);

/*
 * The global KMT handle of a domain object: bits 30-31 set, bits 6-25 its place in the domain,
 * bits 26-29 how often that place was used again (modulo 16), low bits 000010. 0: never.
 */
D3DKMT_HANDLE xfi_global_of(xf_id id);

/*
 * The object of type `type` behind a global handle; `label` (XF_LABEL_MAX + 1 bytes, may be NULL)
 * receives its label. -EINVAL: not a global handle, or nothing behind it.
 */
int xfi_global_find(D3DKMT_HANDLE global, enum xf_type type, xf_id *ret_id, char *label);

#endif
