/* SPDX-License-Identifier: MIT */
/*
 * The part of Microsoft's d3dkmthk.h and d3dukmdt.h that deals with keyed mutexes, and with the
 * shared resources and synchronization objects that travel with them, as far as libwine-dev lacks
 * it. Names, order and sizes of the members are the interface; see man crossfence-win.
 *
 * Every function takes one structure and returns an NTSTATUS. Local handles (out members named
 * hSomething) have their low six bits clear and belong to this process; global ones (hSharedHandle,
 * hGlobalShare, SharedHandle) end in binary 000010, are the same in every process of the user, and
 * keep nothing alive.
 */
#ifndef CROSSFENCE_WIN_D3DKMTHK_KEYED_MUTEX_H
#define CROSSFENCE_WIN_D3DKMTHK_KEYED_MUTEX_H

#pragma GCC system_header
#include <windows.h>
#include <winternl.h>
#include <ddk/d3dkmthk.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef ULONGLONG D3DGPU_VIRTUAL_ADDRESS;

/* Keyed mutexes. InitialValue: the key the first acquire must ask with. */

typedef struct _D3DKMT_CREATEKEYEDMUTEX {
	UINT64 InitialValue;
	D3DKMT_HANDLE hSharedHandle; /* out */
	D3DKMT_HANDLE hKeyedMutex; /* out */
} D3DKMT_CREATEKEYEDMUTEX;

typedef struct _D3DKMT_CREATEKEYEDMUTEX2_FLAGS {
	union {
		struct {
			UINT NtSecuritySharing : 1;
			UINT Reserved : 31;
		};
		UINT Value;
	};
} D3DKMT_CREATEKEYEDMUTEX2_FLAGS;

typedef struct _D3DKMT_CREATEKEYEDMUTEX2 {
	UINT64 InitialValue;
	D3DKMT_HANDLE hSharedHandle; /* out; 0 with NtSecuritySharing */
	D3DKMT_HANDLE hKeyedMutex; /* out */
	void *pPrivateRuntimeData; /* first private data; NULL only with size 0 */
	UINT PrivateRuntimeDataSize;
	D3DKMT_CREATEKEYEDMUTEX2_FLAGS Flags;
} D3DKMT_CREATEKEYEDMUTEX2;

typedef struct _D3DKMT_OPENKEYEDMUTEX {
	D3DKMT_HANDLE hSharedHandle;
	D3DKMT_HANDLE hKeyedMutex; /* out */
} D3DKMT_OPENKEYEDMUTEX;

typedef struct _D3DKMT_OPENKEYEDMUTEX2 {
	D3DKMT_HANDLE hSharedHandle;
	D3DKMT_HANDLE hKeyedMutex; /* out */
	void *pPrivateRuntimeData; /* in: becomes the private data if there is none yet */
	UINT PrivateRuntimeDataSize;
} D3DKMT_OPENKEYEDMUTEX2;

typedef struct _D3DKMT_OPENKEYEDMUTEXFROMNTHANDLE {
	HANDLE hNtHandle;
	D3DKMT_HANDLE hKeyedMutex; /* out */
	void *pPrivateRuntimeData; /* in: as in D3DKMT_OPENKEYEDMUTEX2 */
	UINT PrivateRuntimeDataSize;
} D3DKMT_OPENKEYEDMUTEXFROMNTHANDLE;

typedef struct _D3DKMT_DESTROYKEYEDMUTEX {
	D3DKMT_HANDLE hKeyedMutex;
} D3DKMT_DESTROYKEYEDMUTEX;

typedef struct _D3DKMT_ACQUIREKEYEDMUTEX {
	D3DKMT_HANDLE hKeyedMutex;
	UINT64 Key;
	PLARGE_INTEGER pTimeout; /* 100 ns units, negative: from now; NULL: for ever; 0: poll */
	UINT64 FenceValue; /* out: of the last release; 0 when not taken */
} D3DKMT_ACQUIREKEYEDMUTEX;

typedef struct _D3DKMT_ACQUIREKEYEDMUTEX2 {
	D3DKMT_HANDLE hKeyedMutex;
	UINT64 Key;
	PLARGE_INTEGER pTimeout;
	UINT64 FenceValue; /* out */
	void *pPrivateRuntimeData; /* out: a copy of the private data */
	UINT PrivateRuntimeDataSize;
} D3DKMT_ACQUIREKEYEDMUTEX2;

typedef struct _D3DKMT_RELEASEKEYEDMUTEX {
	D3DKMT_HANDLE hKeyedMutex;
	UINT64 Key;
	UINT64 FenceValue;
} D3DKMT_RELEASEKEYEDMUTEX;

typedef struct _D3DKMT_RELEASEKEYEDMUTEX2 {
	D3DKMT_HANDLE hKeyedMutex;
	UINT64 Key;
	UINT64 FenceValue;
	void *pPrivateRuntimeData; /* in: the new private data */
	UINT PrivateRuntimeDataSize;
} D3DKMT_RELEASEKEYEDMUTEX2;

NTSTATUS WINAPI D3DKMTCreateKeyedMutex(D3DKMT_CREATEKEYEDMUTEX *args);
NTSTATUS WINAPI D3DKMTCreateKeyedMutex2(D3DKMT_CREATEKEYEDMUTEX2 *args);
NTSTATUS WINAPI D3DKMTOpenKeyedMutex(D3DKMT_OPENKEYEDMUTEX *args);
NTSTATUS WINAPI D3DKMTOpenKeyedMutex2(D3DKMT_OPENKEYEDMUTEX2 *args);
NTSTATUS WINAPI D3DKMTOpenKeyedMutexFromNtHandle(D3DKMT_OPENKEYEDMUTEXFROMNTHANDLE *args);
NTSTATUS WINAPI D3DKMTDestroyKeyedMutex(const D3DKMT_DESTROYKEYEDMUTEX *args);
NTSTATUS WINAPI D3DKMTAcquireKeyedMutex(D3DKMT_ACQUIREKEYEDMUTEX *args);
NTSTATUS WINAPI D3DKMTAcquireKeyedMutex2(D3DKMT_ACQUIREKEYEDMUTEX2 *args);
NTSTATUS WINAPI D3DKMTReleaseKeyedMutex(D3DKMT_RELEASEKEYEDMUTEX *args);
NTSTATUS WINAPI D3DKMTReleaseKeyedMutex2(D3DKMT_RELEASEKEYEDMUTEX2 *args);

/* Synchronization objects. */

typedef enum _D3DDDI_SYNCHRONIZATIONOBJECT_TYPE {
	D3DDDI_SYNCHRONIZATION_MUTEX = 1,
	D3DDDI_SEMAPHORE = 2,
	D3DDDI_FENCE = 3,
	D3DDDI_CPU_NOTIFICATION = 4,
	D3DDDI_MONITORED_FENCE = 5,
	D3DDDI_PERIODIC_MONITORED_FENCE = 6,
} D3DDDI_SYNCHRONIZATIONOBJECT_TYPE;

typedef struct _D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS {
	union {
		struct {
			UINT Shared : 1;
			UINT NtSecuritySharing : 1;
			UINT CrossAdapter : 1;
			UINT TopOfPipeline : 1;
			UINT NoSignal : 1;
			UINT NoWait : 1;
			UINT NoSignalMaxValueOnTdr : 1;
			UINT NoGPUAccess : 1;
			UINT SignalByKmd : 1;
			UINT Reserved : 23;
		};
		UINT Value;
	};
} D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS;

typedef struct _D3DDDI_SYNCHRONIZATIONOBJECTINFO {
	D3DDDI_SYNCHRONIZATIONOBJECT_TYPE Type;
	union {
		struct {
			BOOL InitialState;
		} SynchronizationMutex;
		struct {
			UINT MaxCount;
			UINT InitialCount;
		} Semaphore;
		struct {
			UINT Reserved[16];
		} Reserved;
	};
} D3DDDI_SYNCHRONIZATIONOBJECTINFO;

typedef struct _D3DDDI_SYNCHRONIZATIONOBJECTINFO2 {
	D3DDDI_SYNCHRONIZATIONOBJECT_TYPE Type;
	D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS Flags;
	union {
		struct {
			BOOL InitialState;
		} SynchronizationMutex;
		struct {
			UINT MaxCount;
			UINT InitialCount;
		} Semaphore;
		struct {
			UINT64 FenceValue;
		} Fence;
		struct {
			HANDLE Event;
		} CPUNotification;
		struct {
			UINT64 InitialFenceValue;
			void *FenceValueCPUVirtualAddress; /* out: NULL here */
			D3DGPU_VIRTUAL_ADDRESS FenceValueGPUVirtualAddress;
			UINT EngineAffinity;
			UINT Padding;
		} MonitoredFence;
		struct {
			UINT64 Reserved[8];
		} Reserved;
	};
	D3DKMT_HANDLE SharedHandle; /* out: with Shared and without NtSecuritySharing */
} D3DDDI_SYNCHRONIZATIONOBJECTINFO2;

typedef struct _D3DKMT_CREATESYNCHRONIZATIONOBJECT {
	D3DKMT_HANDLE hDevice;
	D3DDDI_SYNCHRONIZATIONOBJECTINFO Info;
	D3DKMT_HANDLE hSyncObject; /* out */
} D3DKMT_CREATESYNCHRONIZATIONOBJECT;

typedef struct _D3DKMT_CREATESYNCHRONIZATIONOBJECT2 {
	D3DKMT_HANDLE hDevice;
	D3DDDI_SYNCHRONIZATIONOBJECTINFO2 Info;
	D3DKMT_HANDLE hSyncObject; /* out */
} D3DKMT_CREATESYNCHRONIZATIONOBJECT2;

typedef struct _D3DKMT_DESTROYSYNCHRONIZATIONOBJECT {
	D3DKMT_HANDLE hSyncObject;
} D3DKMT_DESTROYSYNCHRONIZATIONOBJECT;

typedef struct _D3DKMT_OPENSYNCHRONIZATIONOBJECT {
	D3DKMT_HANDLE hSharedHandle;
	D3DKMT_HANDLE hSyncObject; /* out */
	UINT64 Reserved[8];
} D3DKMT_OPENSYNCHRONIZATIONOBJECT;

typedef struct _D3DKMT_OPENSYNCOBJECTFROMNTHANDLE {
	HANDLE hNtHandle;
	D3DKMT_HANDLE hSyncObject; /* out */
} D3DKMT_OPENSYNCOBJECTFROMNTHANDLE;

typedef struct _D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 {
	HANDLE hNtHandle;
	D3DKMT_HANDLE hDevice;
	D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS Flags; /* 0 */
	D3DKMT_HANDLE hSyncObject; /* out */
	union {
		struct {
			void *FenceValueCPUVirtualAddress; /* out: NULL here */
			D3DGPU_VIRTUAL_ADDRESS FenceValueGPUVirtualAddress;
			UINT EngineAffinity;
		} MonitoredFence;
		UINT64 Reserved[8];
	};
} D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2;

typedef struct _D3DDDICB_SIGNALFLAGS {
	union {
		struct {
			UINT SignalAtSubmission : 1;
			UINT EnqueueCpuEvent : 1;
			UINT AllowFenceRewind : 1;
			UINT Reserved : 29;
		};
		UINT Value;
	};
} D3DDDICB_SIGNALFLAGS;

typedef struct _D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS {
	union {
		struct {
			UINT WaitAny : 1;
			UINT Reserved : 31;
		};
		UINT Value;
	};
} D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS;

typedef struct _D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU {
	D3DKMT_HANDLE hDevice;
	UINT ObjectCount; /* of elements in both arrays */
	const D3DKMT_HANDLE *ObjectHandleArray;
	const UINT64 *FenceValueArray;
	D3DDDICB_SIGNALFLAGS Flags;
} D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU;

typedef struct _D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU {
	D3DKMT_HANDLE hDevice;
	UINT ObjectCount; /* of elements in both arrays */
	const D3DKMT_HANDLE *ObjectHandleArray;
	const UINT64 *FenceValueArray;
	HANDLE hAsyncEvent; /* set when passed; NULL: the call waits */
	D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS Flags;
} D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU;

NTSTATUS WINAPI D3DKMTCreateSynchronizationObject(D3DKMT_CREATESYNCHRONIZATIONOBJECT *args);
NTSTATUS WINAPI D3DKMTCreateSynchronizationObject2(D3DKMT_CREATESYNCHRONIZATIONOBJECT2 *args);
NTSTATUS WINAPI D3DKMTOpenSynchronizationObject(D3DKMT_OPENSYNCHRONIZATIONOBJECT *args);
NTSTATUS WINAPI D3DKMTOpenSyncObjectFromNtHandle(D3DKMT_OPENSYNCOBJECTFROMNTHANDLE *args);
NTSTATUS WINAPI D3DKMTOpenSyncObjectFromNtHandle2(D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 *args);
NTSTATUS WINAPI D3DKMTDestroySynchronizationObject(const D3DKMT_DESTROYSYNCHRONIZATIONOBJECT *args);
NTSTATUS WINAPI D3DKMTSignalSynchronizationObjectFromCpu(
	const D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU *args);
NTSTATUS WINAPI D3DKMTWaitForSynchronizationObjectFromCpu(
	const D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU *args);

/* Resources and their allocations. */

typedef enum _D3DKMT_STANDARDALLOCATIONTYPE {
	D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP = 1,
	D3DKMT_STANDARDALLOCATIONTYPE_INTERNALBACKINGSTORE = 2,
} D3DKMT_STANDARDALLOCATIONTYPE;

typedef struct _D3DKMT_STANDARDALLOCATION_EXISTINGHEAP {
	SIZE_T Size;
} D3DKMT_STANDARDALLOCATION_EXISTINGHEAP;

typedef struct _D3DKMT_CREATESTANDARDALLOCATIONFLAGS {
	union {
		struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} D3DKMT_CREATESTANDARDALLOCATIONFLAGS;

typedef struct _D3DKMT_CREATESTANDARDALLOCATION {
	D3DKMT_STANDARDALLOCATIONTYPE Type;
	union {
		D3DKMT_STANDARDALLOCATION_EXISTINGHEAP ExistingHeapData;
	};
	D3DKMT_CREATESTANDARDALLOCATIONFLAGS Flags;
} D3DKMT_CREATESTANDARDALLOCATION;

typedef struct _D3DDDI_ALLOCATIONINFO {
	D3DKMT_HANDLE hAllocation; /* out */
	const void *pSystemMem;
	void *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	UINT VidPnSourceId;
	union {
		struct {
			UINT Primary : 1;
			UINT Stereo : 1;
			UINT Reserved : 30;
		};
		UINT Value;
	} Flags;
} D3DDDI_ALLOCATIONINFO;

typedef struct _D3DDDI_ALLOCATIONINFO2 {
	D3DKMT_HANDLE hAllocation; /* out */
	union {
		HANDLE hSection;
		const void *pSystemMem;
	};
	void *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	UINT VidPnSourceId;
	union {
		struct {
			UINT Primary : 1;
			UINT Stereo : 1;
			UINT OverridePriority : 1;
			UINT Reserved : 29;
		};
		UINT Value;
	} Flags;
	D3DGPU_VIRTUAL_ADDRESS GpuVirtualAddress;
	union {
		UINT Priority;
		ULONG_PTR Unused;
	};
	ULONG_PTR Reserved[5];
} D3DDDI_ALLOCATIONINFO2;

typedef struct _D3DDDI_OPENALLOCATIONINFO {
	D3DKMT_HANDLE hAllocation; /* out */
	const void *pPrivateDriverData;
	UINT PrivateDriverDataSize;
} D3DDDI_OPENALLOCATIONINFO;

typedef struct _D3DDDI_OPENALLOCATIONINFO2 {
	D3DKMT_HANDLE hAllocation; /* out */
	const void *pPrivateDriverData;
	UINT PrivateDriverDataSize;
	D3DGPU_VIRTUAL_ADDRESS GpuVirtualAddress;
	ULONG_PTR Reserved[6];
} D3DDDI_OPENALLOCATIONINFO2;

typedef struct _D3DKMT_CREATEALLOCATIONFLAGS {
	UINT CreateResource : 1;
	UINT CreateShared : 1;
	UINT NonSecure : 1;
	UINT CreateProtected : 1;
	UINT RestrictSharedAccess : 1;
	UINT ExistingSysMem : 1;
	UINT NtSecuritySharing : 1;
	UINT ReadOnly : 1;
	UINT CreateWriteCombined : 1;
	UINT CreateCached : 1;
	UINT SwapChainBackBuffer : 1;
	UINT CrossAdapter : 1;
	UINT OpenCrossAdapter : 1;
	UINT PartialSharedCreation : 1;
	UINT Zeroed : 1;
	UINT WriteWatch : 1;
	UINT StandardAllocation : 1;
	UINT ExistingSection : 1;
	UINT AllowNotZeroed : 1;
	UINT PhysicallyContiguous : 1;
	UINT NoKmdAccess : 1;
	UINT SharedDisplayable : 1;
	UINT Reserved : 10;
} D3DKMT_CREATEALLOCATIONFLAGS;

typedef struct _D3DKMT_CREATEALLOCATION {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource; /* in, out */
	D3DKMT_HANDLE hGlobalShare; /* out: with CreateShared and without NtSecuritySharing */
	const void *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize;
	union {
		D3DKMT_CREATESTANDARDALLOCATION *pStandardAllocation;
		const void *pPrivateDriverData;
	};
	UINT PrivateDriverDataSize;
	UINT NumAllocations;
	union {
		D3DDDI_ALLOCATIONINFO *pAllocationInfo;
		D3DDDI_ALLOCATIONINFO2 *pAllocationInfo2;
	};
	D3DKMT_CREATEALLOCATIONFLAGS Flags;
	HANDLE hPrivateRuntimeResourceHandle;
} D3DKMT_CREATEALLOCATION;

typedef struct _D3DDDICB_DESTROYALLOCATION2FLAGS {
	union {
		struct {
			UINT AssumeNotInUse : 1;
			UINT SynchronousDestroy : 1;
			UINT Reserved : 29;
			UINT SystemUseOnly : 1;
		};
		UINT Value;
	};
} D3DDDICB_DESTROYALLOCATION2FLAGS;

typedef struct _D3DKMT_DESTROYALLOCATION {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	const D3DKMT_HANDLE *phAllocationList;
	UINT AllocationCount;
} D3DKMT_DESTROYALLOCATION;

typedef struct _D3DKMT_DESTROYALLOCATION2 {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hResource;
	const D3DKMT_HANDLE *phAllocationList;
	UINT AllocationCount;
	D3DDDICB_DESTROYALLOCATION2FLAGS Flags;
} D3DKMT_DESTROYALLOCATION2;

typedef struct _D3DKMT_OPENRESOURCE {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hGlobalShare;
	UINT NumAllocations;
	union {
		D3DDDI_OPENALLOCATIONINFO *pOpenAllocationInfo;
		D3DDDI_OPENALLOCATIONINFO2 *pOpenAllocationInfo2;
	};
	void *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize;
	void *pResourcePrivateDriverData;
	UINT ResourcePrivateDriverDataSize;
	void *pTotalPrivateDriverDataBuffer;
	UINT TotalPrivateDriverDataBufferSize; /* in, out */
	D3DKMT_HANDLE hResource; /* out */
} D3DKMT_OPENRESOURCE;

typedef struct _D3DKMT_OPENRESOURCEFROMNTHANDLE {
	D3DKMT_HANDLE hDevice;
	HANDLE hNtHandle;
	UINT NumAllocations;
	D3DDDI_OPENALLOCATIONINFO2 *pOpenAllocationInfo2;
	UINT PrivateRuntimeDataSize;
	void *pPrivateRuntimeData;
	UINT ResourcePrivateDriverDataSize;
	void *pResourcePrivateDriverData;
	UINT TotalPrivateDriverDataBufferSize; /* in, out */
	void *pTotalPrivateDriverDataBuffer;
	D3DKMT_HANDLE hResource; /* out */
	D3DKMT_HANDLE hKeyedMutex; /* out; 0: none */
	void *pKeyedMutexPrivateRuntimeData;
	UINT KeyedMutexPrivateRuntimeDataSize;
	D3DKMT_HANDLE hSyncObject; /* out; 0: none */
} D3DKMT_OPENRESOURCEFROMNTHANDLE;

typedef struct _D3DKMT_QUERYRESOURCEINFO {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hGlobalShare;
	void *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize; /* in, out */
	UINT TotalPrivateDriverDataSize; /* out */
	UINT ResourcePrivateDriverDataSize; /* out */
	UINT NumAllocations; /* out */
} D3DKMT_QUERYRESOURCEINFO;

typedef struct _D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
	D3DKMT_HANDLE hDevice;
	HANDLE hNtHandle;
	void *pPrivateRuntimeData;
	UINT PrivateRuntimeDataSize; /* in, out */
	UINT TotalPrivateDriverDataSize; /* out */
	UINT ResourcePrivateDriverDataSize; /* out */
	UINT NumAllocations; /* out */
} D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE;

typedef struct _D3DKMT_OPENNTHANDLEFROMNAME {
	DWORD dwDesiredAccess;
	OBJECT_ATTRIBUTES *pObjAttrib;
	HANDLE hNtHandle; /* out */
} D3DKMT_OPENNTHANDLEFROMNAME;

typedef struct _D3DKMT_OPENSYNCOBJECTNTHANDLEFROMNAME {
	DWORD dwDesiredAccess;
	OBJECT_ATTRIBUTES *pObjAttrib;
	HANDLE hNtHandle; /* out */
} D3DKMT_OPENSYNCOBJECTNTHANDLEFROMNAME;

#define SHARED_ALLOCATION_WRITE	     0x1
#define SHARED_ALLOCATION_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SHARED_ALLOCATION_WRITE)

NTSTATUS WINAPI D3DKMTCreateAllocation(D3DKMT_CREATEALLOCATION *args);
NTSTATUS WINAPI D3DKMTCreateAllocation2(D3DKMT_CREATEALLOCATION *args);
NTSTATUS WINAPI D3DKMTDestroyAllocation(const D3DKMT_DESTROYALLOCATION *args);
NTSTATUS WINAPI D3DKMTDestroyAllocation2(const D3DKMT_DESTROYALLOCATION2 *args);
NTSTATUS WINAPI D3DKMTOpenResource(D3DKMT_OPENRESOURCE *args);
NTSTATUS WINAPI D3DKMTOpenResource2(D3DKMT_OPENRESOURCE *args);
NTSTATUS WINAPI D3DKMTOpenResourceFromNtHandle(D3DKMT_OPENRESOURCEFROMNTHANDLE *args);
NTSTATUS WINAPI D3DKMTQueryResourceInfo(D3DKMT_QUERYRESOURCEINFO *args);
NTSTATUS WINAPI D3DKMTQueryResourceInfoFromNtHandle(D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE *args);

/*
 * Makes one NT handle for {resource}, {sync object} or {resource, keyed mutex, sync object}, in
 * that order, all made with NtSecuritySharing. It keeps them alive.
 */
NTSTATUS WINAPI D3DKMTShareObjects(UINT count, const D3DKMT_HANDLE *objects,
	OBJECT_ATTRIBUTES *attributes, DWORD access, HANDLE *ret_handle);
NTSTATUS WINAPI D3DKMTOpenNtHandleFromName(D3DKMT_OPENNTHANDLEFROMNAME *args);
NTSTATUS WINAPI D3DKMTOpenSyncObjectNtHandleFromName(D3DKMT_OPENSYNCOBJECTNTHANDLEFROMNAME *args);

#ifdef __cplusplus
}
#endif
#endif
