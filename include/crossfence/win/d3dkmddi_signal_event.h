/* SPDX-License-Identifier: MIT */
/*
 * The part of d3dkmddi.h and dispmprt.h by which a display miniport on the host signals events of
 * guest processes: DXGKCB_SIGNALEVENT and the callbacks around it. Names, members and meanings are
 * those that Microsoft documents. DRIVER_INITIALIZATION_DATA is the whole of the documented one
 * (d3dkmddi_initialization.h); DXGKRNL_INTERFACE holds what is used here, so a driver is compiled
 * against this header, not loaded as a Windows binary.
 *
 * May be included alone, or after libwine-dev's <windows.h>; ddk/dispmprt.h and ddk/d3dkmddi.h lead
 * here too, for sources that include what Microsoft's pages name. Functions have this platform's
 * own calling convention, as the published prototypes name none.
 *
 * LastUse. The documentation demands that the driver call DXGKCB_SIGNALEVENT "with the LastUse flag
 * during process or device cleanup", yet no published DXGKARGCB_SIGNALEVENT has such a bit. Here it
 * is bit 1, next to CpuEventObject, out of what the published structure reserves. It signals a
 * guest's event one last time and lets go of the guest's record. An event of a host process is
 * signalled as without it: the handle is the process' own, and stays open and usable. So is a CPU
 * event, whose end is DxgkDdiDestroyCpuEvent and nothing that a driver does. While
 * DxgkDdiDestroyProcess, or for a CPU event DxgkDdiDestroyCpuEvent, runs the call succeeds and
 * signals nothing.
 *
 * IRQL. There is none here; what Microsoft documents says which thread may call what:
 * DXGKCB_SIGNALEVENT runs at DISPATCH_LEVEL and below for the event of a guest, and so never
 * blocks; below DISPATCH_LEVEL for the event of a host process, which is set by calling that
 * process' code. All DxgkDdi callbacks here are PASSIVE_LEVEL: they may block, but hold up every
 * guest meanwhile. They come one at a time; DXGKCB_SIGNALEVENT may be called from any thread, from
 * within them too.
 *
 * What a driver that shall also run on Windows must not rely on: that the service keeps its calls
 * of DXGKCB_SIGNALEVENT apart from DxgkDdiDestroyProcess and DxgkDdiDestroyCpuEvent (there the
 * driver has to), that a CPU event ends before its device (there it may outlive it), that callbacks
 * come one at a time, the status of a failed call (none is documented), and LastUse's bit.
 */
#ifndef CROSSFENCE_WIN_D3DKMDDI_SIGNAL_EVENT_H
#define CROSSFENCE_WIN_D3DKMDDI_SIGNAL_EVENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef _WINDEF_
typedef void VOID, *PVOID, *HANDLE;
typedef unsigned int UINT, ULONG;
typedef uint64_t UINT64;
typedef uint16_t WCHAR;
typedef unsigned char UCHAR, BOOLEAN;
typedef uint16_t USHORT;
typedef int32_t LONG;
#endif
#ifndef _WINNT_
typedef struct _LUID {
	UINT LowPart;
	LONG HighPart;
} LUID, *PLUID;
#endif
#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
	UINT Data1;
	USHORT Data2;
	USHORT Data3;
	UCHAR Data4[8];
} GUID;
#endif
#if !defined(__UNICODE_STRING_DEFINED__) && !defined(__WINE_WINTERNL_H)
#define __UNICODE_STRING_DEFINED__
typedef struct _UNICODE_STRING {
	USHORT Length; /* bytes */
	USHORT MaximumLength; /* bytes */
	WCHAR *Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
#endif
/* Opaque, and handed on. */
typedef struct _DRIVER_OBJECT *PDRIVER_OBJECT;
typedef struct _DEVICE_OBJECT *PDEVICE_OBJECT;

typedef const HANDLE IN_CONST_HANDLE;
typedef const PVOID IN_CONST_PVOID;
typedef const PDEVICE_OBJECT IN_CONST_PDEVICE_OBJECT;
typedef PVOID *OUT_PPVOID;
typedef ULONG *OUT_PULONG;

#if !defined(_WINTERNL_) && !defined(__WINE_WINTERNL_H) && !defined(_NTDEF_)
typedef int32_t DXGK_NTSTATUS;
#define NTSTATUS DXGK_NTSTATUS
#endif

#ifndef STATUS_SUCCESS
#define STATUS_SUCCESS ((NTSTATUS)0)
#endif
#ifndef STATUS_PENDING
#define STATUS_PENDING ((NTSTATUS)0x00000103)
#endif
#ifndef STATUS_UNSUCCESSFUL
#define STATUS_UNSUCCESSFUL ((NTSTATUS)0xC0000001)
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
#ifndef STATUS_ILLEGAL_INSTRUCTION
#define STATUS_ILLEGAL_INSTRUCTION ((NTSTATUS)0xC000001D)
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
#ifndef STATUS_REVISION_MISMATCH
#define STATUS_REVISION_MISMATCH ((NTSTATUS)0xC0000059)
#endif
#ifndef STATUS_PRIVILEGED_INSTRUCTION
#define STATUS_PRIVILEGED_INSTRUCTION ((NTSTATUS)0xC0000096)
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
#ifndef STATUS_GRAPHICS_DRIVER_MISMATCH
#define STATUS_GRAPHICS_DRIVER_MISMATCH ((NTSTATUS)0xC01E0009)
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
 * Guest event: queued; not signalled yet on return. Never blocks (<= DISPATCH_LEVEL). Host-process
 * event: signalled on return (< DISPATCH_LEVEL).
 *
 * STATUS_INVALID_PARAMETER: NULL, reserved bits, hEvent zero, hDxgkProcess zero without or non-zero
 * with CpuEventObject. STATUS_INVALID_HANDLE: not a process (any more), a worker process, an
 * unknown or destroyed CPU event, a host event that is not a handle. STATUS_PROCESS_IS_TERMINATING:
 * while DxgkDdiDestroyProcess or DxgkDdiDestroyCpuEvent runs, except with LastUse.
 * STATUS_DEVICE_REMOVED: the VM is gone.
 * STATUS_INSUFFICIENT_RESOURCES: that guest's queue is full. STATUS_OBJECT_TYPE_MISMATCH and
 * STATUS_ACCESS_DENIED: host events only. An hEvent that the guest does not know is STATUS_SUCCESS:
 * only the guest can see that, and drops it.
 */
typedef NTSTATUS (*DXGKCB_SIGNALEVENT)(IN_CONST_PDXGKARGCB_SIGNALEVENT pSignalEvent);

#define DXGKRNL_INTERFACE_VERSION_WDDM2_5 DXGKDDI_INTERFACE_VERSION_WDDM2_5

typedef struct _DXGKRNL_INTERFACE {
	ULONG Size;
	ULONG Version;
	HANDLE DeviceHandle;
	DXGKCB_SIGNALEVENT DxgkCbSignalEvent;
} DXGKRNL_INTERFACE, *PDXGKRNL_INTERFACE, *IN_PDXGKRNL_INTERFACE;

/* ---- processes ---- */

typedef struct _DXGK_CREATEPROCESSFLAGS {
	union {
		struct {
			UINT SystemProcess : 1;
			UINT GdiProcess : 1;
			UINT VirtualMachineProcess : 1;
			UINT VirtualMachineWorkerProcess : 1;
			UINT SessionIsolatedContainer : 1; /* 0 */
			UINT Reserved : 27;
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

/* A failure refuses the process. */
typedef NTSTATUS DXGKDDI_CREATEPROCESS(
	IN_CONST_HANDLE hAdapter, INOUT_PDXGKARG_CREATEPROCESS pArgs);
/* No DXGKCB_SIGNALEVENT for it is under way, and none succeeds from now on, except with LastUse. */
typedef NTSTATUS DXGKDDI_DESTROYPROCESS(IN_CONST_HANDLE hAdapter, IN_CONST_HANDLE hKmdProcess);
typedef DXGKDDI_CREATEPROCESS *PDXGKDDI_CREATEPROCESS;
typedef DXGKDDI_DESTROYPROCESS *PDXGKDDI_DESTROYPROCESS;

/* ---- devices ---- */

typedef struct _DXGK_CREATEDEVICEFLAGS {
	union {
		struct {
			UINT SystemDevice : 1;
			UINT GdiDevice : 1;
			UINT Reserved : 29;
			UINT DXGK_DEVICE_RESERVED0 : 1;
		};
		UINT Value;
	};
} DXGK_CREATEDEVICEFLAGS;

typedef struct _DXGK_DEVICEINFOFLAGS {
	union {
		struct {
			UINT GuaranteedDmaBufferContract : 1;
			UINT Reserved : 31;
		};
		UINT Value;
	};
} DXGK_DEVICEINFOFLAGS;

typedef struct _DXGK_DEVICEINFO {
	UINT DmaBufferSize;
	UINT DmaBufferSegmentSet;
	UINT DmaBufferPrivateDataSize;
	UINT AllocationListSize;
	UINT PatchLocationListSize;
	DXGK_DEVICEINFOFLAGS Flags;
} DXGK_DEVICEINFO;

typedef struct _DXGKARG_CREATEDEVICE {
	HANDLE hDevice; /* in: NULL, no call here takes it; out: the driver's */
	union {
		DXGK_CREATEDEVICEFLAGS Flags; /* in: 0 */
		DXGK_DEVICEINFO *pInfo; /* in: NULL, there are no DMA buffers; do not follow it */
	};
	ULONG Pasid; /* 0 */
	HANDLE hKmdProcess;
} DXGKARG_CREATEDEVICE, *INOUT_PDXGKARG_CREATEDEVICE;

typedef NTSTATUS DXGKDDI_CREATEDEVICE(
	IN_CONST_HANDLE hAdapter, INOUT_PDXGKARG_CREATEDEVICE pCreateDevice);
typedef NTSTATUS DXGKDDI_DESTROYDEVICE(IN_CONST_HANDLE hDevice);
typedef DXGKDDI_CREATEDEVICE *PDXGKDDI_CREATEDEVICE;
typedef DXGKDDI_DESTROYDEVICE *PDXGKDDI_DESTROYDEVICE;

/* ---- escapes: how an event's handle reaches the driver ---- */

#ifndef __WINE_D3DUKMDT_H
typedef UINT D3DKMT_HANDLE;

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
typedef NTSTATUS DXGKDDI_ESCAPE(IN_CONST_HANDLE hAdapter, IN_CONST_PDXGKARG_ESCAPE pEscape);
typedef DXGKDDI_ESCAPE *PDXGKDDI_ESCAPE;

/* What begins the private data of an escape with DriverKnownEscape. */
typedef enum _D3DDDI_DRIVERESCAPETYPE {
	D3DDDI_DRIVERESCAPETYPE_TRANSLATEALLOCATIONHANDLE = 0,
	D3DDDI_DRIVERESCAPETYPE_TRANSLATERESOURCEHANDLE = 1,
#if DXGKDDI_INTERFACE_VERSION >= DXGKDDI_INTERFACE_VERSION_WDDM3_0
	D3DDDI_DRIVERESCAPETYPE_CPUEVENTUSAGE = 2,
#endif
#if DXGKDDI_INTERFACE_VERSION >= DXGKDDI_INTERFACE_VERSION_WDDM3_2
	D3DDDI_DRIVERESCAPETYPE_BUILDTESTCOMMANDBUFFER = 3,
#endif
	D3DDDI_DRIVERESCAPETYPE_MAX,
} D3DDDI_DRIVERESCAPETYPE;

/* There are no allocations or resources here, and nobody translates these: they come as they are.
 */
typedef struct _D3DDDI_DRIVERESCAPE_TRANSLATEALLOCATIONEHANDLE {
	D3DDDI_DRIVERESCAPETYPE EscapeType;
	D3DKMT_HANDLE hAllocation;
} D3DDDI_DRIVERESCAPE_TRANSLATEALLOCATIONEHANDLE;

typedef struct _D3DDDI_DRIVERESCAPE_TRANSLATERESOURCEHANDLE {
	D3DDDI_DRIVERESCAPETYPE EscapeType;
	D3DKMT_HANDLE hResource;
} D3DDDI_DRIVERESCAPE_TRANSLATERESOURCEHANDLE;

/*
 * What the guest's process means to use a CPU event for. It writes hSyncObject and Usage. Windows
 * then sets hKmdCpuEvent to what DxgkDdiCreateCpuEvent returned; the service has no table of sync
 * objects, and sets it to zero, so that no guest hands the driver a pointer of its own making. The
 * driver knows the event by the escape's hDevice.
 */
typedef struct _D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE {
	D3DDDI_DRIVERESCAPETYPE EscapeType;
	D3DKMT_HANDLE hSyncObject;
	UINT64 hKmdCpuEvent __attribute__((aligned(8)));
	UINT Usage[8];
} D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE;

/* ---- CPU events ---- */

typedef struct _DXGK_CREATECPUEVENTFLAGS {
	union {
		struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} DXGK_CREATECPUEVENTFLAGS;

typedef struct _DXGKARG_CREATECPUEVENT {
	HANDLE hKmdDevice; /* in */
	HANDLE hDxgCpuEvent; /* in: for DXGKCB_SIGNALEVENT with CpuEventObject */
	DXGK_CREATECPUEVENTFLAGS Flags; /* in: 0 */
	HANDLE hKmdCpuEvent; /* out */
} DXGKARG_CREATECPUEVENT, *INOUT_PDXGKARG_CREATECPUEVENT;

typedef NTSTATUS DXGKDDI_CREATECPUEVENT(
	IN_CONST_HANDLE hAdapter, INOUT_PDXGKARG_CREATECPUEVENT pArgs);
/* Guaranteed, once for every creation, and before its device's destruction; the object cannot be
 * signalled any more: with LastUse the call succeeds and does nothing. */
typedef NTSTATUS DXGKDDI_DESTROYCPUEVENT(IN_CONST_HANDLE hAdapter, IN_CONST_HANDLE hKmdCpuEvent);
typedef DXGKDDI_CREATECPUEVENT *PDXGKDDI_CREATECPUEVENT;
typedef DXGKDDI_DESTROYCPUEVENT *PDXGKDDI_DESTROYCPUEVENT;

/* ---- registration ---- */

#ifdef __cplusplus
}
#endif
#include <crossfence/win/d3dkmddi_initialization.h>
#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a miniport's shared object exports. It fills in a DRIVER_INITIALIZATION_DATA and returns
 * what DxgkInitialize returns: STATUS_REVISION_MISMATCH for a Version older than WDDM 2.5,
 * STATUS_INVALID_PARAMETER without AddDevice or StartDevice. RegistryPath is empty, not NULL.
 */
typedef NTSTATUS DRIVER_INITIALIZE(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);

__attribute__((visibility("default"))) DRIVER_INITIALIZE DriverEntry;
__attribute__((visibility("default"))) NTSTATUS DxgkInitialize(PDRIVER_OBJECT DriverObject,
	PUNICODE_STRING RegistryPath, PDRIVER_INITIALIZATION_DATA DriverInitializationData);

#ifdef __cplusplus
}
#endif
#endif
