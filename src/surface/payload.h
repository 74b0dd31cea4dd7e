/* SPDX-License-Identifier: MIT */
/* Room for surfaces in the domain's payload. */
#ifndef XFI_SURFACE_PAYLOAD_H
#define XFI_SURFACE_PAYLOAD_H

#include <stdint.h>

#include <crossfence/domain.h>

/* Finds and zeroes room, and writes it into the slot being built. */
int xfi_payload_take(struct xf_domain *domain, uint32_t index, uint64_t size_bytes);

#endif
