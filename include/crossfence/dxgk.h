/* SPDX-License-Identifier: MIT */
/*
 * Dxgk: a Windows-style display miniport as the driver of a host service. See
 * crossfence/win/d3dkmddi_signal_event.h for what the miniport sees.
 *
 *	xf_dxgk_load("./miniport.so", &dxgk);
 *	params.driver = xf_dxgk_driver(dxgk);
 *	xf_host_create(&params, &host);
 *	xf_dxgk_start(dxgk, host);		// DxgkDdiStartDevice; then add guests
 *	...
 *	xf_host_destroy(host);			// DxgkDdiDestroyProcess for all
 *	xf_dxgk_destroy(dxgk);			// DxgkDdiStopDevice, DxgkDdiRemoveDevice
 *
 * Since DxgkCbSignalEvent has no argument that names a host, a process has one miniport at a time.
 *
 * Thread-safety: unsafe, except that the miniport may signal from any thread until its
 * DxgkDdiStopDevice returns. Process-sharing: none.
 */
#ifndef CROSSFENCE_DXGK_H
#define CROSSFENCE_DXGK_H

#include <crossfence/host.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_dxgk;

/* The type of DriverEntry, without the Windows header. */
typedef void (*xf_dxgk_entry)(void);

/*
 * Runs the miniport's DriverEntry, linked into this program (cast it), and its DxgkDdiAddDevice.
 * -EBUSY: there is a miniport already; -EPROTO: DriverEntry did not call DxgkInitialize, or that
 * refused it: for an older version than WDDM 2.5, or without DxgkDdiAddDevice or
 * DxgkDdiStartDevice; -ENODEV: DxgkDdiAddDevice returned no context, that is, refused the adapter;
 * the miniport's own failure as an errno. xf_last_message() has its status.
 */
XF_API int xf_dxgk_create(xf_dxgk_entry entry, struct xf_dxgk **ret_dxgk);

/*
 * The same for a shared object that exports DriverEntry. -ENOENT: cannot be loaded, *ret_why says
 * why (valid until the next call; may be NULL).
 */
XF_API int xf_dxgk_load(const char *path, const char **ret_why, struct xf_dxgk **ret_dxgk);

/* What to put into struct xf_host_params; lives as long as `dxgk`. */
XF_API const struct xf_host_driver *xf_dxgk_driver(struct xf_dxgk *dxgk);

/* Runs DxgkDdiStartDevice with an interface that signals through `host`. */
XF_API int xf_dxgk_start(struct xf_dxgk *dxgk, struct xf_host *host);

/*
 * Runs DxgkDdiStopDevice and DxgkDdiRemoveDevice. The host must be destroyed before, or outlive
 * this call; signals meet STATUS_DEVICE_REMOVED from the host's end on. NULL is allowed.
 */
XF_API void xf_dxgk_destroy(struct xf_dxgk *dxgk);

#ifdef __cplusplus
}
#endif
#endif
