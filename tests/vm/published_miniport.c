/* SPDX-License-Identifier: MIT */
/*
 * A display miniport in the words of Microsoft's pages, headers included: function declarations by
 * role type, parameters by the published typedefs. It says nothing of crossfence, and is compiled
 * as C and as C++. It signals the event it is given, and the CPU event whose usage is declared. It
 * also fills in what every driver on the pages has, and nobody calls here.
 */
#include <ntddk.h>
#include <dispmprt.h>
#include <d3dkmddi.h>

#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" DRIVER_INITIALIZE DriverEntry;
#else
DRIVER_INITIALIZE DriverEntry;
#endif

static DXGKDDI_ADD_DEVICE MyKMDAddDevice;
static DXGKDDI_START_DEVICE MyKMDStartDevice;
static DXGKDDI_STOP_DEVICE MyKMDStopDevice;
static DXGKDDI_REMOVE_DEVICE MyKMDRemoveDevice;
static DXGKDDI_CREATEPROCESS MyKMDCreateProcess;
static DXGKDDI_DESTROYPROCESS MyKMDDestroyProcess;
static DXGKDDI_CREATEDEVICE MyKMDCreateDevice;
static DXGKDDI_DESTROYDEVICE MyKMDDestroyDevice;
static DXGKDDI_CREATECPUEVENT MyKMDCreateCpuEvent;
static DXGKDDI_DESTROYCPUEVENT MyKMDDestroyCpuEvent;
static DXGKDDI_ESCAPE MyKMDEscape;
static DXGKDDI_DISPATCH_IO_REQUEST MyKMDDispatchIoRequest;
static DXGKDDI_INTERRUPT_ROUTINE MyKMDInterruptRoutine;
static DXGKDDI_DPC_ROUTINE MyKMDDpcRoutine;
static DXGKDDI_QUERY_CHILD_RELATIONS MyKMDQueryChildRelations;
static DXGKDDI_QUERY_CHILD_STATUS MyKMDQueryChildStatus;
static DXGKDDI_QUERY_DEVICE_DESCRIPTOR MyKMDQueryDeviceDescriptor;
static DXGKDDI_SET_POWER_STATE MyKMDSetPowerState;
static DXGKDDI_NOTIFY_ACPI_EVENT MyKMDNotifyAcpiEvent;
static DXGKDDI_RESET_DEVICE MyKMDResetDevice;
static DXGKDDI_UNLOAD MyKMDUnload;
static DXGKDDI_QUERY_INTERFACE MyKMDQueryInterface;
static DXGKDDI_CONTROL_ETW_LOGGING MyKMDControlEtwLogging;
static DXGKDDI_QUERYADAPTERINFO MyKMDQueryAdapterInfo;
static DXGKDDI_RESETFROMTIMEOUT MyKMDResetFromTimeout;
static DXGKDDI_RESTARTFROMTIMEOUT MyKMDRestartFromTimeout;
static DXGKDDI_LINK_DEVICE MyKMDLinkDevice;

static DXGKRNL_INTERFACE DxgkInterfaceCopy;

typedef struct _MY_ADAPTER {
	ULONG Started;
	LUID Luid;
	GUID Guid;
} MY_ADAPTER;

typedef struct _MY_PROCESS {
	HANDLE hDxgkProcess;
} MY_PROCESS;

typedef struct _MY_DEVICE {
	DXGK_CREATEDEVICEFLAGS Flags;
	HANDLE hKmdProcess;
	HANDLE hDxgCpuEvent;
} MY_DEVICE;

static NTSTATUS MyKMDAddDevice(
	IN_CONST_PDEVICE_OBJECT PhysicalDeviceObject, OUT_PPVOID MiniportDeviceContext)
{
	UNREFERENCED_PARAMETER(PhysicalDeviceObject);
	*MiniportDeviceContext = calloc(1, sizeof(MY_ADAPTER));
	return *MiniportDeviceContext ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS MyKMDStartDevice(IN_CONST_PVOID MiniportDeviceContext,
	IN_PDXGK_START_INFO DxgkStartInfo, IN_PDXGKRNL_INTERFACE DxgkInterface,
	OUT_PULONG NumberOfVideoPresentSources, OUT_PULONG NumberOfChildren)
{
	MY_ADAPTER *Adapter = (MY_ADAPTER *)MiniportDeviceContext;
	if (DxgkInterface->Version < DXGKDDI_INTERFACE_VERSION_WDDM2_5)
		return STATUS_REVISION_MISMATCH;
	RtlCopyMemory(&DxgkInterfaceCopy, DxgkInterface, sizeof(DxgkInterfaceCopy));
	Adapter->Luid = DxgkStartInfo->AdapterLuid;
	Adapter->Guid = DxgkStartInfo->AdapterGuid;
	Adapter->Started = DxgkStartInfo->RequiredDmaQueueEntry + 1;
	*NumberOfVideoPresentSources = 0;
	*NumberOfChildren = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDStopDevice(IN_CONST_PVOID MiniportDeviceContext)
{
	((MY_ADAPTER *)MiniportDeviceContext)->Started = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDRemoveDevice(IN_CONST_PVOID MiniportDeviceContext)
{
	free(MiniportDeviceContext);
	return STATUS_SUCCESS;
}

_Use_decl_annotations_ static NTSTATUS APIENTRY MyKMDCreateProcess(
	IN_CONST_HANDLE hAdapter, INOUT_PDXGKARG_CREATEPROCESS pArgs)
{
	MY_PROCESS *Process;
	PAGED_CODE();
	if (!((MY_ADAPTER *)hAdapter)->Started)
		return STATUS_UNSUCCESSFUL;
	Process = (MY_PROCESS *)calloc(1, sizeof(*Process));
	if (!Process)
		return STATUS_NO_MEMORY;
	Process->hDxgkProcess = pArgs->hDxgkProcess;
	pArgs->hKmdProcess = Process;
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDDestroyProcess(IN_CONST_HANDLE hAdapter, IN_CONST_HANDLE hKmdProcess)
{
	UNREFERENCED_PARAMETER(hAdapter);
	free(hKmdProcess);
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDCreateDevice(
	IN_CONST_HANDLE hAdapter, INOUT_PDXGKARG_CREATEDEVICE pCreateDevice)
{
	MY_DEVICE *Device = (MY_DEVICE *)calloc(1, sizeof(*Device));
	UNREFERENCED_PARAMETER(hAdapter);
	if (!Device)
		return STATUS_NO_MEMORY;
	if (pCreateDevice->Flags.SystemDevice || pCreateDevice->Pasid) {
		free(Device);
		return STATUS_NOT_SUPPORTED;
	}
	Device->Flags = pCreateDevice->Flags;
	Device->hKmdProcess = pCreateDevice->hKmdProcess;
	pCreateDevice->hDevice = Device;
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDDestroyDevice(IN_CONST_HANDLE hDevice)
{
	free(hDevice);
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDCreateCpuEvent(IN_CONST_HANDLE hAdapter, INOUT_PDXGKARG_CREATECPUEVENT pArgs)
{
	MY_DEVICE *Device = (MY_DEVICE *)pArgs->hKmdDevice;
	UNREFERENCED_PARAMETER(hAdapter);
	if (pArgs->Flags.Value)
		return STATUS_INVALID_PARAMETER;
	Device->hDxgCpuEvent = pArgs->hDxgCpuEvent;
	pArgs->hKmdCpuEvent = Device;
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDDestroyCpuEvent(IN_CONST_HANDLE hAdapter, IN_CONST_HANDLE hKmdCpuEvent)
{
	UNREFERENCED_PARAMETER(hAdapter);
	((MY_DEVICE *)hKmdCpuEvent)->hDxgCpuEvent = NULL;
	return STATUS_SUCCESS;
}

_IRQL_requires_max_(DISPATCH_LEVEL) static NTSTATUS
	SignalCpuEvent(const MY_DEVICE *Device, const D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE *Usage)
{
	DXGKARGCB_SIGNALEVENT Args = { 0 };
	/* A driver that took the guest's word for this would follow the guest's pointer. */
	if (Usage->EscapeType != D3DDDI_DRIVERESCAPETYPE_CPUEVENTUSAGE || Usage->hKmdCpuEvent)
		return STATUS_INVALID_PARAMETER;
	Args.hEvent = Device->hDxgCpuEvent;
	Args.CpuEventObject = 1;
	return DxgkInterfaceCopy.DxgkCbSignalEvent(&Args);
}

_Function_class_(DXGKDDI_ESCAPE) _IRQL_requires_(PASSIVE_LEVEL) static NTSTATUS
	MyKMDEscape(_In_ IN_CONST_HANDLE hAdapter, _In_ IN_CONST_PDXGKARG_ESCAPE pEscape)
{
	D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE Usage;
	DXGKARGCB_SIGNALEVENT Args;
	UNREFERENCED_PARAMETER(hAdapter);
	RtlZeroMemory(&Args, sizeof(Args));
	if (!pEscape->hKmdProcessHandle)
		return STATUS_INVALID_PARAMETER;
	if (pEscape->Flags.DriverKnownEscape) {
		if (!pEscape->hDevice || pEscape->PrivateDriverDataSize < sizeof(Usage))
			return STATUS_INVALID_PARAMETER;
		memcpy(&Usage, pEscape->pPrivateDriverData, sizeof(Usage));
		return SignalCpuEvent((MY_DEVICE *)pEscape->hDevice, &Usage);
	}
	if (pEscape->PrivateDriverDataSize != sizeof(Args.hEvent))
		return STATUS_GRAPHICS_DRIVER_MISMATCH;
	Args.hDxgkProcess = ((MY_PROCESS *)pEscape->hKmdProcessHandle)->hDxgkProcess;
	memcpy(&Args.hEvent, pEscape->pPrivateDriverData, sizeof(Args.hEvent));
	return DxgkInterfaceCopy.DxgkCbSignalEvent(&Args);
}

/* ---- nobody calls these here ---- */

static NTSTATUS MyKMDDispatchIoRequest(IN_CONST_PVOID MiniportDeviceContext, IN_ULONG VidPnSourceId,
	IN_PVIDEO_REQUEST_PACKET VideoRequestPacket)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(VidPnSourceId);
	UNREFERENCED_PARAMETER(VideoRequestPacket);
	return STATUS_NOT_SUPPORTED;
}

static BOOLEAN MyKMDInterruptRoutine(IN_CONST_PVOID MiniportDeviceContext, IN_ULONG MessageNumber)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(MessageNumber);
	return FALSE;
}

static VOID MyKMDDpcRoutine(IN_CONST_PVOID MiniportDeviceContext)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
}

static NTSTATUS MyKMDQueryChildRelations(IN_CONST_PVOID MiniportDeviceContext,
	INOUT_PDXGK_CHILD_DESCRIPTOR ChildRelations, IN_ULONG ChildRelationsSize)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(ChildRelations);
	UNREFERENCED_PARAMETER(ChildRelationsSize);
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDQueryChildStatus(IN_CONST_PVOID MiniportDeviceContext,
	INOUT_PDXGK_CHILD_STATUS ChildStatus, IN_BOOLEAN NonDestructiveOnly)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(ChildStatus);
	UNREFERENCED_PARAMETER(NonDestructiveOnly);
	return STATUS_NOT_SUPPORTED;
}

static NTSTATUS MyKMDQueryDeviceDescriptor(IN_CONST_PVOID MiniportDeviceContext, IN_ULONG ChildUid,
	INOUT_PDXGK_DEVICE_DESCRIPTOR DeviceDescriptor)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(ChildUid);
	UNREFERENCED_PARAMETER(DeviceDescriptor);
	return STATUS_NOT_SUPPORTED;
}

static NTSTATUS MyKMDSetPowerState(IN_CONST_PVOID MiniportDeviceContext, IN_ULONG DeviceUid,
	IN_DEVICE_POWER_STATE DevicePowerState, IN_POWER_ACTION ActionType)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(DeviceUid);
	if (DevicePowerState > PowerDeviceD3 && ActionType != PowerActionShutdown)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDNotifyAcpiEvent(IN_CONST_PVOID MiniportDeviceContext,
	IN_DXGK_EVENT_TYPE EventType, IN_ULONG Event, IN_PVOID Argument, OUT_PULONG AcpiFlags)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(Event);
	UNREFERENCED_PARAMETER(Argument);
	*AcpiFlags = 0;
	return EventType == DxgkAcpiEvent ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

static VOID MyKMDResetDevice(IN_CONST_PVOID MiniportDeviceContext)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
}

static VOID MyKMDUnload(VOID)
{
	PAGED_CODE();
}

static NTSTATUS MyKMDQueryInterface(
	IN_CONST_PVOID MiniportDeviceContext, IN_PQUERY_INTERFACE QueryInterface)
{
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(QueryInterface);
	return STATUS_NOT_SUPPORTED;
}

static VOID MyKMDControlEtwLogging(IN_BOOLEAN Enable, IN_ULONG Flags, IN_UCHAR Level)
{
	UNREFERENCED_PARAMETER(Enable);
	UNREFERENCED_PARAMETER(Flags);
	UNREFERENCED_PARAMETER(Level);
}

static NTSTATUS MyKMDQueryAdapterInfo(
	IN_CONST_HANDLE hAdapter, IN_CONST_PDXGKARG_QUERYADAPTERINFO pQueryAdapterInfo)
{
	UNREFERENCED_PARAMETER(hAdapter);
	UNREFERENCED_PARAMETER(pQueryAdapterInfo);
	return STATUS_NOT_SUPPORTED;
}

static NTSTATUS MyKMDResetFromTimeout(IN_CONST_HANDLE hAdapter)
{
	UNREFERENCED_PARAMETER(hAdapter);
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDRestartFromTimeout(IN_CONST_HANDLE hAdapter)
{
	UNREFERENCED_PARAMETER(hAdapter);
	return STATUS_SUCCESS;
}

static NTSTATUS MyKMDLinkDevice(IN_CONST_PDEVICE_OBJECT PhysicalDeviceObject,
	IN_CONST_PVOID MiniportDeviceContext, INOUT_PLINKED_DEVICE LinkedDevice)
{
	UNREFERENCED_PARAMETER(PhysicalDeviceObject);
	UNREFERENCED_PARAMETER(MiniportDeviceContext);
	UNREFERENCED_PARAMETER(LinkedDevice);
	return STATUS_SUCCESS;
}

static void FillInTheRest(PDRIVER_INITIALIZATION_DATA Data)
{
	Data->DxgkDdiDispatchIoRequest = MyKMDDispatchIoRequest;
	Data->DxgkDdiInterruptRoutine = MyKMDInterruptRoutine;
	Data->DxgkDdiDpcRoutine = MyKMDDpcRoutine;
	Data->DxgkDdiQueryChildRelations = MyKMDQueryChildRelations;
	Data->DxgkDdiQueryChildStatus = MyKMDQueryChildStatus;
	Data->DxgkDdiQueryDeviceDescriptor = MyKMDQueryDeviceDescriptor;
	Data->DxgkDdiSetPowerState = MyKMDSetPowerState;
	Data->DxgkDdiNotifyAcpiEvent = MyKMDNotifyAcpiEvent;
	Data->DxgkDdiResetDevice = MyKMDResetDevice;
	Data->DxgkDdiUnload = MyKMDUnload;
	Data->DxgkDdiQueryInterface = MyKMDQueryInterface;
	Data->DxgkDdiControlEtwLogging = MyKMDControlEtwLogging;
	Data->DxgkDdiQueryAdapterInfo = MyKMDQueryAdapterInfo;
	Data->DxgkDdiResetFromTimeout = MyKMDResetFromTimeout;
	Data->DxgkDdiRestartFromTimeout = MyKMDRestartFromTimeout;
	Data->DxgkDdiLinkDevice = MyKMDLinkDevice;
	Data->DxgkDdiDescribePageTable = NULL;
	Data->DxgkDdiCreateAllocation = NULL;
	Data->DxgkDdiResetDisplayEngine = NULL;
}

NTSTATUS
DriverEntry(IN PDRIVER_OBJECT DriverObject, IN PUNICODE_STRING RegistryPath)
{
	DRIVER_INITIALIZATION_DATA DriverInitializationData = { '\0' };
	PAGED_CODE();
	if (!ARGUMENT_PRESENT(DriverObject) || !ARGUMENT_PRESENT(RegistryPath))
		return STATUS_INVALID_PARAMETER;
	if (RegistryPath->Length > RegistryPath->MaximumLength || !RegistryPath->Buffer)
		return STATUS_INVALID_PARAMETER;
	DriverInitializationData.Version = DXGKDDI_INTERFACE_VERSION;
	DriverInitializationData.DxgkDdiAddDevice = MyKMDAddDevice;
	DriverInitializationData.DxgkDdiStartDevice = MyKMDStartDevice;
	DriverInitializationData.DxgkDdiStopDevice = MyKMDStopDevice;
	DriverInitializationData.DxgkDdiRemoveDevice = MyKMDRemoveDevice;
	DriverInitializationData.DxgkDdiCreateProcess = MyKMDCreateProcess;
	DriverInitializationData.DxgkDdiDestroyProcess = MyKMDDestroyProcess;
	DriverInitializationData.DxgkDdiCreateDevice = MyKMDCreateDevice;
	DriverInitializationData.DxgkDdiDestroyDevice = MyKMDDestroyDevice;
	DriverInitializationData.DxgkDdiCreateCpuEvent = MyKMDCreateCpuEvent;
	DriverInitializationData.DxgkDdiDestroyCpuEvent = MyKMDDestroyCpuEvent;
	DriverInitializationData.DxgkDdiEscape = MyKMDEscape;
	FillInTheRest(&DriverInitializationData);
	return DxgkInitialize(DriverObject, RegistryPath, &DriverInitializationData);
}
