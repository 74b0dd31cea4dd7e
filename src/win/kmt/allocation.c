/* SPDX-License-Identifier: MIT */
/* D3DKMT calls that create, open, describe and destroy resources and allocations. */
#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/kmt/adapter.h"
#include "win/kmt/keyed_mutex.h"
#include "win/kmt/local.h"
#include "win/kmt/resource.h"
#include "win/kmt/share.h"
#include "win/kmt/sync.h"
#include "win/nt/codes.h"
#include "win/nt/handle.h"

static void allocation_destroy(struct xfi_object *object)
{
	free(object);
}

static const struct xfi_object_type allocation_type = {
	.name = "Allocation",
	.destroy = allocation_destroy,
};

static int allocation_create(D3DKMT_HANDLE *ret_handle)
{
	struct xfi_object *allocation = malloc(sizeof(*allocation));
	int r;
	if (!allocation)
		return -ENOMEM;
	xfi_object_init(allocation, &allocation_type, 0);
	r = xfi_local_create(allocation, ret_handle);
	xfi_object_unref(allocation);
	return r;
}

static int allocations_create(uint32_t count, D3DKMT_HANDLE *handles)
{
	int r = 0;
	for (uint32_t i = 0; i < count && !r; i++)
		r = allocation_create(&handles[i]);
	for (uint32_t i = 0; i < count && r; i++)
		if (handles[i])
			(void)xfi_local_close(handles[i], NULL); /* we made it just now */
	return r;
}

static int append(uint8_t *bytes, uint32_t *used, const void *data, uint32_t size)
{
	if (size && !data)
		return -EINVAL;
	if (size > XFI_RESOURCE_BYTES - *used)
		return -ENOMEM;
	if (size)
		memcpy(bytes + *used, data, size);
	*used += size;
	return 0;
}

/* `two`: the array is of D3DDDI_ALLOCATIONINFO2. */
static int describe(const D3DKMT_CREATEALLOCATION *args, bool two, struct xfi_resource_head *head,
	uint8_t *bytes)
{
	uint32_t used = 0;
	int r;
	memset(head, 0, sizeof(*head));
	head->shared = args->Flags.CreateShared;
	head->nt = args->Flags.NtSecuritySharing;
	head->runtime_bytes = args->PrivateRuntimeDataSize;
	head->n_allocations = args->NumAllocations;
	r = append(bytes, &used, args->pPrivateRuntimeData, args->PrivateRuntimeDataSize);
	if (!r && !args->Flags.StandardAllocation) {
		head->driver_bytes = args->PrivateDriverDataSize;
		r = append(bytes, &used, args->pPrivateDriverData, args->PrivateDriverDataSize);
	}
	for (uint32_t i = 0; i < args->NumAllocations && !r; i++) {
		const D3DDDI_ALLOCATIONINFO2 *info2 = &args->pAllocationInfo2[i];
		const D3DDDI_ALLOCATIONINFO *info = &args->pAllocationInfo[i];
		head->allocation_bytes[i] =
			two ? info2->PrivateDriverDataSize : info->PrivateDriverDataSize;
		r = append(bytes, &used, two ? info2->pPrivateDriverData : info->pPrivateDriverData,
			head->allocation_bytes[i]);
	}
	return r;
}

static int create_resource(D3DKMT_CREATEALLOCATION *args, bool two, const D3DKMT_HANDLE *handles)
{
	uint8_t bytes[XFI_RESOURCE_BYTES];
	struct xfi_kmt_resource *resource;
	struct xfi_resource_head head;
	int r;
	r = describe(args, two, &head, bytes);
	if (!r)
		r = xfi_kmt_resource_create(&head, bytes, NULL, NULL, &resource);
	if (r)
		return r;
	r = xfi_local_create(&resource->base, &args->hResource);
	if (!r) {
		memcpy(resource->allocations, handles, args->NumAllocations * sizeof(*handles));
		args->hGlobalShare = head.shared && !head.nt ? xfi_global_of(resource->base.id) : 0;
	}
	xfi_object_unref(&resource->base);
	return r;
}

#define PAGE 4096

/* The one standard allocation there is: memory of the caller's, whole pages. Its private data is in
 * place of the call's.
 */
static bool standard_makes_sense(const D3DKMT_CREATEALLOCATION *args, bool two)
{
	const D3DKMT_CREATESTANDARDALLOCATION *standard = args->pStandardAllocation;
	const D3DDDI_ALLOCATIONINFO2 *info2 = args->pAllocationInfo2;
	const D3DDDI_ALLOCATIONINFO *info = args->pAllocationInfo;
	const void *memory = two ? info2->pSystemMem : info->pSystemMem;
	if (!standard || args->NumAllocations != 1 || args->PrivateDriverDataSize)
		return false;
	if (standard->Type != D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP)
		return false;
	return memory && !((uintptr_t)memory % PAGE) && !(standard->ExistingHeapData.Size % PAGE);
}

static bool creation_makes_sense(const D3DKMT_CREATEALLOCATION *args, bool two)
{
	const D3DKMT_CREATEALLOCATIONFLAGS *flags = &args->Flags;
	if (!args->NumAllocations || args->NumAllocations > XFI_ALLOCATIONS_MAX)
		return false;
	if (!args->pAllocationInfo || xfi_kmt_device_check(args->hDevice))
		return false;
	if (flags->CreateShared && !flags->CreateResource)
		return false;
	if (flags->NtSecuritySharing && !flags->CreateShared)
		return false;
	if (flags->ExistingSysMem != flags->StandardAllocation)
		return false;
	return !flags->StandardAllocation || standard_makes_sense(args, two);
}

static int resource_check(D3DKMT_HANDLE handle)
{
	struct xfi_object *resource;
	int r = xfi_local_ref(handle, &xfi_kmt_resource_type, &resource);
	if (!r)
		xfi_object_unref(resource);
	return r;
}

static NTSTATUS create(D3DKMT_CREATEALLOCATION *args, bool two)
{
	D3DKMT_HANDLE handles[XFI_ALLOCATIONS_MAX] = { 0 };
	int r;
	if (!args || !creation_makes_sense(args, two))
		return STATUS_INVALID_PARAMETER;
	/* Windows takes no allocations into a resource that exists. */
	if (args->hResource)
		return resource_check(args->hResource) ? STATUS_INVALID_HANDLE
						       : STATUS_INVALID_PARAMETER;
	r = allocations_create(args->NumAllocations, handles);
	if (!r && args->Flags.CreateResource) {
		r = create_resource(args, two, handles);
		for (uint32_t i = 0; i < args->NumAllocations && r; i++)
			(void)xfi_local_close(handles[i], NULL); /* we made it just now */
	}
	if (!r && !args->Flags.CreateResource)
		args->hGlobalShare = 0;
	for (uint32_t i = 0; i < args->NumAllocations && !r; i++) {
		if (two)
			args->pAllocationInfo2[i].hAllocation = handles[i];
		else
			args->pAllocationInfo[i].hAllocation = handles[i];
	}
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTCreateAllocation(D3DKMT_CREATEALLOCATION *args)
{
	return create(args, false);
}

NTSTATUS WINAPI D3DKMTCreateAllocation2(D3DKMT_CREATEALLOCATION *args)
{
	return create(args, true);
}

NTSTATUS WINAPI D3DKMTDestroyAllocation2(const D3DKMT_DESTROYALLOCATION2 *args)
{
	int r = 0;
	if (!args || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	if (args->hResource)
		return xfi_ntstatus(xfi_local_close(args->hResource, &xfi_kmt_resource_type));
	if (args->AllocationCount && !args->phAllocationList)
		return STATUS_INVALID_PARAMETER;
	for (uint32_t i = 0; i < args->AllocationCount && !r; i++)
		r = xfi_local_close(args->phAllocationList[i], &allocation_type);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTDestroyAllocation(const D3DKMT_DESTROYALLOCATION *args)
{
	D3DKMT_DESTROYALLOCATION2 two = { 0 };
	if (!args)
		return STATUS_INVALID_PARAMETER;
	two.hDevice = args->hDevice;
	two.hResource = args->hResource;
	two.phAllocationList = args->phAllocationList;
	two.AllocationCount = args->AllocationCount;
	return D3DKMTDestroyAllocation2(&two);
}

/* Where the buffers of the open calls are; they differ only in the order of their members. */
struct open {
	uint32_t count;
	D3DDDI_OPENALLOCATIONINFO *infos; /* one of these two */
	D3DDDI_OPENALLOCATIONINFO2 *infos2;
	void *runtime;
	uint32_t runtime_size;
	void *driver;
	uint32_t driver_size;
	void *total;
	uint32_t total_size;
};

static uint32_t total_bytes(const struct xfi_resource_head *head)
{
	return xfi_resource_bytes(head) - head->runtime_bytes - head->driver_bytes;
}

static int check_buffers(const struct xfi_resource_head *head, const struct open *open)
{
	if (open->count != head->n_allocations || (open->count && !open->infos && !open->infos2))
		return -EINVAL;
	if (open->runtime_size != head->runtime_bytes || (open->runtime_size && !open->runtime))
		return -EINVAL;
	if (open->driver_size != head->driver_bytes)
		return -EINVAL;
	if (open->total_size < total_bytes(head))
		return -ENOMEM;
	if ((head->driver_bytes && !open->driver) || (total_bytes(head) && !open->total))
		return -EINVAL;
	return 0;
}

static void copy_bytes(void *to, const uint8_t *from, uint32_t size)
{
	if (size)
		memcpy(to, from, size);
}

static int fill_buffers(struct xfi_kmt_resource *resource, struct open *open)
{
	const struct xfi_resource_head *head = &resource->head;
	const uint8_t *bytes = resource->bytes;
	uint8_t *total = open->total;
	int r;
	r = check_buffers(head, open);
	if (!r)
		r = allocations_create(head->n_allocations, resource->allocations);
	if (r)
		return r;
	copy_bytes(open->runtime, bytes, head->runtime_bytes);
	copy_bytes(open->driver, bytes + head->runtime_bytes, head->driver_bytes);
	bytes += head->runtime_bytes + head->driver_bytes;
	copy_bytes(total, bytes, total_bytes(head));
	for (uint32_t i = 0; i < head->n_allocations; i++) {
		uint32_t size = head->allocation_bytes[i];
		if (open->infos2) {
			open->infos2[i].hAllocation = resource->allocations[i];
			open->infos2[i].pPrivateDriverData = size ? total : NULL;
			open->infos2[i].PrivateDriverDataSize = size;
		} else {
			open->infos[i].hAllocation = resource->allocations[i];
			open->infos[i].pPrivateDriverData = size ? total : NULL;
			open->infos[i].PrivateDriverDataSize = size;
		}
		if (size)
			total += size;
	}
	open->total_size = total_bytes(head);
	return 0;
}

static NTSTATUS open_global(D3DKMT_OPENRESOURCE *args, bool two)
{
	struct xfi_kmt_resource *resource;
	struct open open;
	xf_id id;
	int r;
	if (!args || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	r = xfi_global_find(args->hGlobalShare, XF_SURFACE, &id, NULL);
	if (!r)
		r = xfi_kmt_resource_open(id, &resource);
	if (r)
		return xfi_ntstatus(r);
	open = (struct open){ args->NumAllocations, two ? NULL : args->pOpenAllocationInfo,
		two ? args->pOpenAllocationInfo2 : NULL, args->pPrivateRuntimeData,
		args->PrivateRuntimeDataSize, args->pResourcePrivateDriverData,
		args->ResourcePrivateDriverDataSize, args->pTotalPrivateDriverDataBuffer,
		args->TotalPrivateDriverDataBufferSize };
	r = resource->head.shared && !resource->head.nt ? fill_buffers(resource, &open) : -EINVAL;
	if (!r)
		r = xfi_local_create(&resource->base, &args->hResource);
	if (!r)
		args->TotalPrivateDriverDataBufferSize = open.total_size;
	xfi_object_unref(&resource->base);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTOpenResource(D3DKMT_OPENRESOURCE *args)
{
	return open_global(args, false);
}

NTSTATUS WINAPI D3DKMTOpenResource2(D3DKMT_OPENRESOURCE *args)
{
	return open_global(args, true);
}

/* Both optional companions of a resource in a bundle; 0 where there is none. */
struct companions {
	struct xfi_kmt_mutex *mutex;
	struct xfi_kmt_sync *sync;
	D3DKMT_HANDLE mutex_handle, sync_handle;
};

static int open_companions(const struct xfi_share *share,
	const D3DKMT_OPENRESOURCEFROMNTHANDLE *args, struct companions *c)
{
	int r = 0;
	if (share->ids.mutex) {
		r = xfi_kmt_mutex_open(share->ids.mutex, &c->mutex);
		if (!r)
			r = xfi_kmt_mutex_offer_data(c->mutex, args->pKeyedMutexPrivateRuntimeData,
				args->KeyedMutexPrivateRuntimeDataSize);
		if (!r)
			r = xfi_local_create(&c->mutex->base, &c->mutex_handle);
	}
	if (!r && share->ids.sync) {
		r = xfi_kmt_sync_open(share->ids.sync, &c->sync);
		if (!r)
			r = xfi_local_create(&c->sync->base, &c->sync_handle);
	}
	return r;
}

static int open_from_share(
	D3DKMT_OPENRESOURCEFROMNTHANDLE *args, const struct xfi_share *share, struct companions *c)
{
	struct xfi_kmt_resource *resource;
	struct open open = { args->NumAllocations, NULL, args->pOpenAllocationInfo2,
		args->pPrivateRuntimeData, args->PrivateRuntimeDataSize,
		args->pResourcePrivateDriverData, args->ResourcePrivateDriverDataSize,
		args->pTotalPrivateDriverDataBuffer, args->TotalPrivateDriverDataBufferSize };
	int r;
	r = xfi_kmt_resource_open(share->ids.resource, &resource);
	if (r)
		return r;
	r = fill_buffers(resource, &open);
	if (!r)
		r = open_companions(share, args, c);
	if (!r)
		r = xfi_local_create(&resource->base, &args->hResource);
	if (!r)
		args->TotalPrivateDriverDataBufferSize = open.total_size;
	xfi_object_unref(&resource->base);
	return r;
}

NTSTATUS WINAPI D3DKMTOpenResourceFromNtHandle(D3DKMT_OPENRESOURCEFROMNTHANDLE *args)
{
	struct companions c = { 0 };
	struct xfi_object *share;
	int r;
	if (!args || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	r = xfi_nt_handle_ref(args->hNtHandle, &xfi_shared_resource_type, 0, &share);
	if (r)
		return xfi_ntstatus(r);
	r = open_from_share(args, (struct xfi_share *)share, &c);
	if (!r) {
		args->hKeyedMutex = c.mutex_handle;
		args->hSyncObject = c.sync_handle;
		if (!c.mutex)
			args->KeyedMutexPrivateRuntimeDataSize = 0;
	} else {
		if (c.mutex_handle)
			(void)xfi_local_close(c.mutex_handle, NULL); /* we made it just now */
		if (c.sync_handle)
			(void)xfi_local_close(c.sync_handle, NULL); /* likewise */
	}
	xfi_object_unref(c.mutex ? &c.mutex->base : NULL);
	xfi_object_unref(c.sync ? &c.sync->base : NULL);
	xfi_object_unref(share);
	return xfi_ntstatus(r);
}

/* The runtime's data is not told, only its size, though there is a buffer: opening tells it. */
static int query(xf_id record, bool nt, D3DKMT_QUERYRESOURCEINFO *info)
{
	struct xfi_kmt_resource *resource;
	const struct xfi_resource_head *head;
	int r;
	r = xfi_kmt_resource_open(record, &resource);
	if (r)
		return r;
	head = &resource->head;
	if (!head->shared || head->nt != nt) {
		r = -EINVAL;
	} else if (info->pPrivateRuntimeData && info->PrivateRuntimeDataSize &&
		   info->PrivateRuntimeDataSize < head->runtime_bytes) {
		r = -EINVAL;
	} else {
		info->PrivateRuntimeDataSize = head->runtime_bytes;
		info->ResourcePrivateDriverDataSize = head->driver_bytes;
		info->TotalPrivateDriverDataSize = total_bytes(head);
		info->NumAllocations = head->n_allocations;
	}
	xfi_object_unref(&resource->base);
	return r;
}

NTSTATUS WINAPI D3DKMTQueryResourceInfo(D3DKMT_QUERYRESOURCEINFO *args)
{
	xf_id id;
	int r;
	if (!args || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	r = xfi_global_find(args->hGlobalShare, XF_SURFACE, &id, NULL);
	return xfi_ntstatus(r ? r : query(id, false, args));
}

NTSTATUS WINAPI D3DKMTQueryResourceInfoFromNtHandle(D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE *args)
{
	D3DKMT_QUERYRESOURCEINFO info = { 0 };
	struct xfi_object *share;
	int r;
	if (!args || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	r = xfi_nt_handle_ref(args->hNtHandle, &xfi_shared_resource_type, 0, &share);
	if (r)
		return xfi_ntstatus(r);
	info.pPrivateRuntimeData = args->pPrivateRuntimeData;
	info.PrivateRuntimeDataSize = args->PrivateRuntimeDataSize;
	r = query(((struct xfi_share *)share)->ids.resource, true, &info);
	if (!r) {
		args->PrivateRuntimeDataSize = info.PrivateRuntimeDataSize;
		args->ResourcePrivateDriverDataSize = info.ResourcePrivateDriverDataSize;
		args->TotalPrivateDriverDataSize = info.TotalPrivateDriverDataSize;
		args->NumAllocations = info.NumAllocations;
	}
	xfi_object_unref(share);
	return xfi_ntstatus(r);
}
