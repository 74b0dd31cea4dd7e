/* SPDX-License-Identifier: MIT */
/* Adapters, and devices on them. They exist to be named in other calls. */
#include "win/kmt/adapter.h"

#include <ddk/d3dkmthk.h>

#include "win/adapters/adapters.h"
#include "win/kmt/local.h"
#include "win/nt/codes.h"

static void destroy(struct xfi_object *object)
{
	free(object);
}

static const struct xfi_object_type adapter_type = { .name = "Adapter", .destroy = destroy };
const struct xfi_object_type xfi_kmt_device_type = { .name = "Device", .destroy = destroy };

static NTSTATUS create(const struct xfi_object_type *type, D3DKMT_HANDLE *ret_handle)
{
	struct xfi_object *object = malloc(sizeof(*object));
	int r;
	if (!object)
		return STATUS_NO_MEMORY;
	xfi_object_init(object, type, 0);
	r = xfi_local_create(object, ret_handle);
	xfi_object_unref(object);
	return xfi_ntstatus(r);
}

/* The one adapter has one display's name, in capitals or not. */
static bool is_display(const WCHAR name[32])
{
	static const char expected[] = "\\\\.\\DISPLAY1";
	for (size_t i = 0; i < sizeof(expected); i++) {
		WCHAR c = name[i];
		if (c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (c != (unsigned char)expected[i])
			return false;
	}
	return true;
}

NTSTATUS WINAPI D3DKMTOpenAdapterFromGdiDisplayName(D3DKMT_OPENADAPTERFROMGDIDISPLAYNAME *args)
{
	NTSTATUS status;
	/* As Windows was seen to say it; its documentation has STATUS_INVALID_PARAMETER. */
	if (!args || !is_display(args->DeviceName))
		return STATUS_UNSUCCESSFUL;
	status = create(&adapter_type, &args->hAdapter);
	if (!status) {
		args->AdapterLuid = xfi_adapter_software()->luid;
		args->VidPnSourceId = 0;
	}
	return status;
}

NTSTATUS WINAPI D3DKMTOpenAdapterFromLuid(D3DKMT_OPENADAPTERFROMLUID *args)
{
	if (!args || !xfi_adapter_of(&args->AdapterLuid))
		return STATUS_INVALID_PARAMETER;
	return create(&adapter_type, &args->hAdapter);
}

NTSTATUS WINAPI D3DKMTCloseAdapter(const D3DKMT_CLOSEADAPTER *args)
{
	return args ? xfi_ntstatus(xfi_local_close(args->hAdapter, &adapter_type))
		    : STATUS_INVALID_PARAMETER;
}

/* There is no display, so nobody owns one. */
NTSTATUS WINAPI D3DKMTCheckVidPnExclusiveOwnership(const D3DKMT_CHECKVIDPNEXCLUSIVEOWNERSHIP *args)
{
	struct xfi_object *adapter;
	int r = args ? xfi_local_ref(args->hAdapter, &adapter_type, &adapter) : -EINVAL;
	if (!r)
		xfi_object_unref(adapter);
	return xfi_ntstatus(r);
}

/* For the private talk of drivers' two halves: there is no driver. */
NTSTATUS WINAPI D3DKMTEscape(const D3DKMT_ESCAPE *args)
{
	struct xfi_object *adapter;
	int r = args ? xfi_local_ref(args->hAdapter, &adapter_type, &adapter) : -EINVAL;
	if (r)
		return xfi_ntstatus(r);
	xfi_object_unref(adapter);
	return STATUS_NOT_SUPPORTED;
}

/* There are no device contexts of GDI. */
NTSTATUS WINAPI D3DKMTCreateDCFromMemory(D3DKMT_CREATEDCFROMMEMORY *args)
{
	return args && args->pMemory ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS WINAPI D3DKMTDestroyDCFromMemory(const D3DKMT_DESTROYDCFROMMEMORY *args)
{
	return STATUS_INVALID_PARAMETER;
}

/* Nobody puts commands together here, so there is no buffer and there are no lists for them. */
NTSTATUS WINAPI D3DKMTCreateDevice(D3DKMT_CREATEDEVICE *args)
{
	struct xfi_object *adapter;
	NTSTATUS status;
	int r;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	r = xfi_local_ref(args->hAdapter, &adapter_type, &adapter);
	if (r)
		return xfi_ntstatus(r);
	xfi_object_unref(adapter);
	status = create(&xfi_kmt_device_type, &args->hDevice);
	if (!status) {
		args->pCommandBuffer = NULL;
		args->pAllocationList = NULL;
		args->pPatchLocationList = NULL;
		args->CommandBufferSize = args->AllocationListSize = args->PatchLocationListSize =
			0;
	}
	return status;
}

NTSTATUS WINAPI D3DKMTDestroyDevice(const D3DKMT_DESTROYDEVICE *args)
{
	return args ? xfi_ntstatus(xfi_local_close(args->hDevice, &xfi_kmt_device_type))
		    : STATUS_INVALID_PARAMETER;
}

int xfi_kmt_device_check(D3DKMT_HANDLE handle)
{
	struct xfi_object *device;
	int r = xfi_local_ref(handle, &xfi_kmt_device_type, &device);
	if (!r)
		xfi_object_unref(device);
	return r;
}
