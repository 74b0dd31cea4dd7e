/* SPDX-License-Identifier: MIT */
/*
 * The part of d3dkmddi.h and dispmprt.h by which a display miniport on the host signals events of
 * guest processes: DXGKCB_SIGNALEVENT and the callbacks around it. Names, members and meanings are
 * those that Microsoft documents. Structures used between driver and system in both directions only
 * (DRIVER_INITIALIZATION_DATA, DXGKRNL_INTERFACE, DXGK_START_INFO) hold what is used here, so a
 * driver is compiled against this header, not loaded as a Windows binary.
 *
 * May be included alone, or after libwine-dev's <windows.h>; functions use the Microsoft calling
 * convention either way.
 *
 * LastUse. The documentation demands that the driver call DXGKCB_SIGNALEVENT "with the LastUse flag
 * during process or device cleanup", yet no published DXGKARGCB_SIGNALEVENT has such a bit. Here it
 * is bit 1, next to CpuEventObject, out of what the published structure reserves. It signals the
 * event one last time and lets go of the guest's record.
 */
#ifndef CROSSFENCE_WIN_D3DKMDDI_SIGNAL_EVENT_H
#define CROSSFENCE_WIN_D3DKMDDI_SIGNAL_EVENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__x86_64__)
#define DXGK_CALL __attribute__((ms_abi))
#else
#define DXGK_CALL
#endif

#ifndef _WINDEF_
typedef void VOID, *PVOID, *HANDLE;
typedef unsigned int UINT, ULONG;
typedef uint16_t WCHAR;
typedef unsigned char UCHAR, BOOLEAN;
#endif
#if !defined(_WINTERNL_) && !defined(__WINE_WINTERNL_H) && !defined(_NTDEF_)
typedef int32_t DXGK_NTSTATUS;
#define NTSTATUS DXGK_NTSTATUS
#endif

#ifndef STATUS_SUCCESS
#define STATUS_SUCCESS ((NTSTATUS)0)
#endif
#ifndef STATUS_INVALID_HANDLE
#define STATUS_INVALID_HANDLE ((NTSTATUS)0xC0000008)
#endif
#ifndef STATUS_INVALID_PARAMETER
#define STATUS_INVALID_PARAMETER ((NTSTATUS)0xC000000D)
#endif
#ifndef STATUS_NO_MEMORY
#define STATUS_NO_MEMORY ((NTSTATUS)0xC0000017)
#endif
#ifndef STATUS_ACCESS_DENIED
#define STATUS_ACCESS_DENIED ((NTSTATUS)0xC0000022)
#endif
#ifndef STATUS_BUFFER_TOO_SMALL
#define STATUS_BUFFER_TOO_SMALL ((NTSTATUS)0xC0000023)
#endif
#ifndef STATUS_OBJECT_TYPE_MISMATCH
#define STATUS_OBJECT_TYPE_MISMATCH ((NTSTATUS)0xC0000024)
#endif
#ifndef STATUS_INSUFFICIENT_RESOURCES
#define STATUS_INSUFFICIENT_RESOURCES ((NTSTATUS)0xC000009A)
#endif
#ifndef STATUS_NOT_SUPPORTED
#define STATUS_NOT_SUPPORTED ((NTSTATUS)0xC00000BB)
#endif
#ifndef STATUS_PROCESS_IS_TERMINATING
#define STATUS_PROCESS_IS_TERMINATING ((NTSTATUS)0xC000010A)
#endif
#ifndef STATUS_DEVICE_REMOVED
#define STATUS_DEVICE_REMOVED ((NTSTATUS)0xC00002B6)
#endif

/* What a driver declares; a later one is compared as such. DXGKCB_SIGNALEVENT came with 2.5. */
#define DXGKDDI_INTERFACE_VERSION_WDDM2_5 0xA00B
#define DXGKDDI_INTERFACE_VERSION_WDDM2_6 0xB004
#define DXGKDDI_INTERFACE_VERSION_WDDM2_7 0xC004
#define DXGKDDI_INTERFACE_VERSION_WDDM2_8 0xD001
#define DXGKDDI_INTERFACE_VERSION_WDDM2_9 0xE003
#define DXGKDDI_INTERFACE_VERSION_WDDM3_0 0xF003 /* CPU events */
#define DXGKDDI_INTERFACE_VERSION_WDDM3_1 0x10004
#define DXGKDDI_INTERFACE_VERSION_WDDM3_2 0x11007
#ifndef DXGKDDI_INTERFACE_VERSION
#define DXGKDDI_INTERFACE_VERSION DXGKDDI_INTERFACE_VERSION_WDDM3_0
#endif

/* ---- the call ---- */

typedef struct _DXGKARGCB_SIGNALEVENT {
	HANDLE hDxgkProcess; /* from DxgkDdiCreateProcess; zero with CpuEventObject */
	HANDLE hEvent; /* value that the guest's process gave out; or hDxgCpuEvent */
	union {
		struct {
			UINT CpuEventObject : 1;
			UINT LastUse : 1; /* our choice, see above */
			UINT Reserved : 30;
		};
		UINT Flags;
	};
} DXGKARGCB_SIGNALEVENT;

typedef const DXGKARGCB_SIGNALEVENT *IN_CONST_PDXGKARGCB_SIGNALEVENT;

/*
 * Guest event: queued; not signalled yet on return. Never blocks, may be called from a thread that
 * must not sleep. Host-process event: signalled on return.
 *
 * STATUS_INVALID_PARAMETER: NULL, reserved bits, hEvent zero, hDxgkProcess zero without or non-zero
 * with CpuEventObject. STATUS_INVALID_HANDLE: not a process (any more), a worker process, an
 * unknown or destroyed CPU event, a host event that is not a handle. STATUS_PROCESS_IS_TERMINATING:
 * while DxgkDdiDestroyProcess runs, except with LastUse. STATUS_DEVICE_REMOVED: the VM is gone.
 * STATUS_INSUFFICIENT_RESOURCES: that guest's queue is full. STATUS_OBJECT_TYPE_MISMATCH and
 * STATUS_ACCESS_DENIED: host events only. An hEvent that the guest does not know is STATUS_SUCCESS:
 * only the guest can see that, and drops it.
 */
typedef NTSTATUS(DXGK_CALL *DXGKCB_SIGNALEVENT)(IN_CONST_PDXGKARGCB_SIGNALEVENT pSignalEvent);

#define DXGKRNL_INTERFACE_VERSION_WDDM2_5 DXGKDDI_INTERFACE_VERSION_WDDM2_5

typedef struct _DXGKRNL_INTERFACE {
	ULONG Size;
	ULONG Version;
	HANDLE DeviceHandle;
	DXGKCB_SIGNALEVENT DxgkCbSignalEvent;
} DXGKRNL_INTERFACE, *PDXGKRNL_INTERFACE;

/* ---- processes ---- */

typedef struct _DXGK_CREATEPROCESSFLAGS {
	union {
		struct {
			UINT SystemProcess : 1;
			UINT GdiProcess : 1;
			UINT VirtualMachineProcess : 1;
			UINT VirtualMachineWorkerProcess : 1;
			UINT Reserved : 28;
		};
		UINT Value;
	};
} DXGK_CREATEPROCESSFLAGS;

typedef struct _DXGKARG_CREATEPROCESS {
	HANDLE hDxgkProcess; /* in */
	HANDLE hKmdProcess; /* out */
	DXGK_CREATEPROCESSFLAGS Flags;
	UINT NumPasid; /* 0 */
	ULONG *pPasid; /* NULL */
	HANDLE hKmdVmWorkerProcess; /* with VirtualMachineProcess */
	UINT ProcessNameLength; /* characters, without the terminator */
	WCHAR *pProcessName; /* terminated; valid during the call; may be NULL */
} DXGKARG_CREATEPROCESS, *INOUT_PDXGKARG_CREATEPROCESS;

typedef NTSTATUS(DXGK_CALL *PDXGKDDI_CREATEPROCESS)(
	HANDLE hAdapter, INOUT_PDXGKARG_CREATEPROCESS pArgs);
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_DESTROYPROCESS)(HANDLE hAdapter, HANDLE hKmdProcess);

/* ---- devices ---- */

typedef struct _DXGKARG_CREATEDEVICE {
	HANDLE hDevice; /* in: ours; out: the driver's */
	UINT Flags;
	HANDLE hKmdProcess;
} DXGKARG_CREATEDEVICE, *INOUT_PDXGKARG_CREATEDEVICE;

typedef NTSTATUS(DXGK_CALL *PDXGKDDI_CREATEDEVICE)(
	HANDLE hAdapter, INOUT_PDXGKARG_CREATEDEVICE pCreateDevice);
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_DESTROYDEVICE)(HANDLE hDevice);

/* ---- escapes: how an event's handle reaches the driver ---- */

#ifndef __WINE_D3DUKMDT_H
typedef struct _D3DDDI_ESCAPEFLAGS {
	union {
		struct {
			UINT HardwareAccess : 1;
			UINT DeviceStatusQuery : 1;
			UINT ChangeFrameLatency : 1;
			UINT NoAdapterSynchronization : 1;
			UINT Reserved : 1;
			UINT VirtualMachineData : 1;
			UINT DriverKnownEscape : 1;
			UINT DriverCommonEscape : 1;
			UINT Reserved2 : 24;
		};
		UINT Value;
	};
} D3DDDI_ESCAPEFLAGS;
#endif

typedef struct _DXGKARG_ESCAPE {
	HANDLE hDevice; /* the driver's; may be zero */
	D3DDDI_ESCAPEFLAGS Flags;
	VOID *pPrivateDriverData; /* in and out */
	UINT PrivateDriverDataSize;
	HANDLE hContext; /* zero */
	HANDLE hKmdProcessHandle; /* from DxgkDdiCreateProcess; check it for NULL */
} DXGKARG_ESCAPE;

typedef const DXGKARG_ESCAPE *IN_CONST_PDXGKARG_ESCAPE;
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_ESCAPE)(HANDLE hAdapter, IN_CONST_PDXGKARG_ESCAPE pEscape);

/* ---- CPU events ---- */

typedef struct _DXGKARG_CREATECPUEVENT {
	HANDLE hKmdDevice; /* in */
	HANDLE hDxgCpuEvent; /* in: for DXGKCB_SIGNALEVENT with CpuEventObject */
	UINT Flags; /* in: 0 */
	HANDLE hKmdCpuEvent; /* out */
} DXGKARG_CREATECPUEVENT, *INOUT_PDXGKARG_CREATECPUEVENT;

typedef NTSTATUS(DXGK_CALL *PDXGKDDI_CREATECPUEVENT)(
	HANDLE hAdapter, INOUT_PDXGKARG_CREATECPUEVENT pArgs);
/* Guaranteed, once for every creation, and before its device's destruction; the object cannot be
 * signalled any more. */
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_DESTROYCPUEVENT)(HANDLE hAdapter, HANDLE hKmdCpuEvent);

/* ---- registration ---- */

typedef struct _DXGK_START_INFO {
	ULONG RequiredDmaQueueEntry; /* 0 */
} DXGK_START_INFO, *PDXGK_START_INFO;

/* PhysicalDeviceObject is NULL here: there is no bus. The context is hAdapter from then on. */
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_ADD_DEVICE)(
	PVOID PhysicalDeviceObject, PVOID *MiniportDeviceContext);
/* *DxgkInterface is valid during the call: copy it. */
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_START_DEVICE)(PVOID MiniportDeviceContext,
	PDXGK_START_INFO DxgkStartInfo, PDXGKRNL_INTERFACE DxgkInterface,
	ULONG *NumberOfVideoPresentSources, ULONG *NumberOfChildren);
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_STOP_DEVICE)(PVOID MiniportDeviceContext);
typedef NTSTATUS(DXGK_CALL *PDXGKDDI_REMOVE_DEVICE)(PVOID MiniportDeviceContext);

/* Callbacks may be NULL, except AddDevice and StartDevice. */
typedef struct _DRIVER_INITIALIZATION_DATA {
	ULONG Version; /* DXGKDDI_INTERFACE_VERSION_WDDM2_5 or later; CPU events: 3.0 or later */
	PDXGKDDI_ADD_DEVICE DxgkDdiAddDevice;
	PDXGKDDI_START_DEVICE DxgkDdiStartDevice;
	PDXGKDDI_STOP_DEVICE DxgkDdiStopDevice;
	PDXGKDDI_REMOVE_DEVICE DxgkDdiRemoveDevice;
	PDXGKDDI_CREATEDEVICE DxgkDdiCreateDevice;
	PDXGKDDI_DESTROYDEVICE DxgkDdiDestroyDevice;
	PDXGKDDI_ESCAPE DxgkDdiEscape;
	PDXGKDDI_CREATEPROCESS DxgkDdiCreateProcess;
	PDXGKDDI_DESTROYPROCESS DxgkDdiDestroyProcess;
	PDXGKDDI_CREATECPUEVENT DxgkDdiCreateCpuEvent;
	PDXGKDDI_DESTROYCPUEVENT DxgkDdiDestroyCpuEvent;
} DRIVER_INITIALIZATION_DATA, *PDRIVER_INITIALIZATION_DATA;

/*
 * What a miniport's shared object exports. It fills in a DRIVER_INITIALIZATION_DATA and returns
 * what DxgkInitialize returns; both pointers are opaque and are passed on.
 */
typedef NTSTATUS(DXGK_CALL *DXGK_DRIVER_ENTRY)(PVOID DriverObject, PVOID RegistryPath);

__attribute__((visibility("default"))) NTSTATUS DXGK_CALL DriverEntry(
	PVOID DriverObject, PVOID RegistryPath);
__attribute__((visibility("default"))) NTSTATUS DXGK_CALL DxgkInitialize(PVOID DriverObject,
	PVOID RegistryPath, PDRIVER_INITIALIZATION_DATA DriverInitializationData);

#ifdef __cplusplus
}
#endif
#endif
