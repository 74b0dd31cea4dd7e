/* SPDX-License-Identifier: MIT */
/*
 * Adapters: the devices that Vulkan offers for drawing, the fastest kind first, and behind them the
 * software one, which is always there and draws with the processor.
 *
 * They are listed when somebody first asks for more than the software one, which loads Vulkan, and
 * stay as they were then. LUIDs are the same in every process.
 *
 * Thread-safety: safe. What is returned is never freed.
 */
#ifndef XFI_WIN_ADAPTERS_H
#define XFI_WIN_ADAPTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "win/prelude.h"

struct xfi_adapter {
	LUID luid;
	char name[128]; /* ASCII, for people */
	UINT vendor, device; /* of PCI; 0: software */
	uint64_t local_bytes,
		shared_bytes; /* memory of its own, and the processor's that it may use */
	bool is_software;
	uint8_t device_uuid[16], driver_uuid[16]; /* Vulkan's; of the software one 0 */
};

#define XFI_ADAPTERS_MAX 16

/* All of them, of which there is at least one. */
UINT xfi_adapters(const struct xfi_adapter **ret_list);

/* The software one. Loads nothing. */
const struct xfi_adapter *xfi_adapter_software(void);

/* NULL: there is none of that LUID. Loads nothing for the software one's. */
const struct xfi_adapter *xfi_adapter_of(const LUID *luid);

#endif
