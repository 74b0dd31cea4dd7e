/* SPDX-License-Identifier: MIT */
/* An ivshmem device as a process of the guest has it: its memory, doorbell and interrupt. */
#ifndef XFG_LINK_PCI_H
#define XFG_LINK_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xfg_pci {
	uint8_t *memory; /* BAR 2 */
	size_t size;
	volatile uint32_t *registers; /* BAR 0; NULL: no doorbell */
	int irq; /* eventfd; -1: no interrupt can be had */
	int wanted_back; /* eventfd: the device is being unplugged and waits for us; -1: not told */
	int container, group, device; /* vfio; -1: none */
	int memory_fd; /* that others can map too; -1: none */
	bool real_atomics; /* an atomic step here is one for the host too */
};

/*
 * `where`: a PCI address; "": the first ivshmem device; a path: a plain file instead, for
 * processes under one kernel. Negative: nothing is open.
 */
int xfg_pci_open(const char *where, struct xfg_pci *pci);
void xfg_pci_close(struct xfg_pci *pci);

/* Without waiting; told once. */
bool xfg_pci_is_wanted_back(struct xfg_pci *pci);

/* Are the atomic instructions of this guest atomic for the threads of its host? */
bool xfg_pci_atomics_are_real(void);

#endif
