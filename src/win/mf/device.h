/* SPDX-License-Identifier: MIT */
/* A device of our D3D12CreateDevice: what stands before libvkd3d's. */
#ifndef XFI_WIN_MF_DEVICE_H
#define XFI_WIN_MF_DEVICE_H

#include "win/adapters/adapters.h"
#include "win/mf/proxy.h"
#include "win/mf/queue_set.h"

struct xfi_device12 {
	struct xfi_proxy proxy;
	struct xfi_queue_set *queues; /* all that it has made */
	const struct xfi_adapter *adapter;
};

static inline ID3D12Device *xfi_device12_inner(ID3D12Device *device)
{
	return (ID3D12Device *)((struct xfi_proxy *)device)->inner;
}

static inline struct xfi_queue_set *xfi_device12_queues(ID3D12Device *device)
{
	return ((struct xfi_device12 *)device)->queues;
}

#endif
