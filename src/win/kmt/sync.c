/* SPDX-License-Identifier: MIT */
#include "win/kmt/sync.h"

#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/kmt/adapter.h"
#include "win/kmt/local.h"
#include "win/kmt/record.h"
#include "win/nt/codes.h"
#include "win/nt/domain.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"

/*
 * The record's data. A timeline only grows, but a fence can be rewound: its value is what the
 * timeline counts less `base`, which a rewind raises, in one step and under the lock on names.
 */
struct sync_record {
	uint64_t timeline; /* id */
	uint32_t type;
	uint32_t flags;
	uint64_t base;
};

static void sync_destroy(struct xfi_object *object)
{
	struct xfi_kmt_sync *sync = (struct xfi_kmt_sync *)object;
	xf_timeline_close(sync->timeline);
	xf_surface_close(sync->record);
	free(sync);
}

const struct xfi_object_type xfi_kmt_sync_type = { .name = "SyncObject", .destroy = sync_destroy };

static struct xfi_kmt_sync *alloc(void)
{
	struct xfi_kmt_sync *sync = calloc(1, sizeof(*sync));
	if (sync)
		xfi_object_init(&sync->base, &xfi_kmt_sync_type, 0);
	return sync;
}

bool xfi_kmt_sync_is_nt(const struct xfi_kmt_sync *sync)
{
	return ((D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS){ .Value = sync->flags }).NtSecuritySharing;
}

static int fill(struct xfi_kmt_sync *sync, uint64_t initial)
{
	struct sync_record record = { .type = sync->type, .flags = sync->flags };
	struct xf_domain *domain;
	int r;
	r = xfi_win_domain(&domain);
	if (!r)
		r = xf_timeline_create(domain, initial, 0, NULL, &sync->timeline);
	if (r)
		return r;
	record.timeline = xf_timeline_id(sync->timeline);
	r = xfi_record_create(XFI_RECORD_SYNC, &record, sizeof(record), &sync->record);
	if (!r)
		sync->base.id = xf_surface_id(sync->record);
	return r;
}

int xfi_kmt_sync_create(
	uint32_t type, uint32_t flags, uint64_t initial, struct xfi_kmt_sync **ret_sync)
{
	struct xfi_kmt_sync *sync = alloc();
	int r;
	if (!sync)
		return -ENOMEM;
	sync->type = type;
	sync->flags = flags;
	r = fill(sync, initial);
	if (r)
		xfi_object_unref(&sync->base);
	else
		*ret_sync = sync;
	return r;
}

static int read_record(const struct xfi_kmt_sync *sync, struct sync_record *ret_record)
{
	uint8_t data[XFI_RECORD_MAX];
	size_t size;
	int r = xfi_record_read(sync->record, XFI_RECORD_SYNC, data, &size);
	if (!r && size != sizeof(*ret_record))
		r = -EINVAL;
	if (!r)
		memcpy(ret_record, data, sizeof(*ret_record));
	return r;
}

/* Where the sum is more than a timeline counts, its end. */
static uint64_t target_of(const struct sync_record *record, uint64_t value)
{
	return value > UINT64_MAX - record->base ? UINT64_MAX : record->base + value;
}

int xfi_kmt_sync_target(const struct xfi_kmt_sync *sync, uint64_t value, uint64_t *ret_target)
{
	struct sync_record record;
	int r = read_record(sync, &record);
	if (!r)
		*ret_target = target_of(&record, value);
	return r;
}

int xfi_kmt_sync_value(const struct xfi_kmt_sync *sync, uint64_t *ret_value)
{
	struct sync_record record;
	uint64_t count;
	int r = read_record(sync, &record);
	if (!r)
		r = xf_timeline_value(sync->timeline, &count);
	/* A rewind may come between the two, and then for a moment there is less than its base. */
	if (!r)
		*ret_value = count > record.base ? count - record.base : 0;
	return r;
}

static int signal_locked(struct xfi_kmt_sync *sync, uint64_t value, bool rewind)
{
	struct sync_record record;
	uint64_t count;
	int r = read_record(sync, &record);
	if (!r)
		r = xf_timeline_value(sync->timeline, &count);
	if (r)
		return r;
	if (!rewind || target_of(&record, value) >= count)
		return xf_timeline_signal(sync->timeline, target_of(&record, value));
	record.base = count - value;
	return xfi_record_write(sync->record, XFI_RECORD_SYNC, &record, sizeof(record));
}

int xfi_kmt_sync_signal(struct xfi_kmt_sync *sync, uint64_t value, bool rewind)
{
	int r = xfi_names_lock();
	if (r)
		return r;
	r = signal_locked(sync, value, rewind);
	xfi_names_unlock();
	return r;
}

static int load(struct xfi_kmt_sync *sync, xf_id id)
{
	struct sync_record record;
	struct xf_domain *domain;
	int r;
	r = xfi_win_domain(&domain);
	if (!r)
		r = xfi_record_open(XFI_RECORD_SYNC, id, &sync->record);
	if (!r)
		r = read_record(sync, &record);
	if (r)
		return r;
	sync->base.id = id;
	sync->type = record.type;
	sync->flags = record.flags;
	return xf_timeline_open(domain, record.timeline, &sync->timeline);
}

int xfi_kmt_sync_open(xf_id record, struct xfi_kmt_sync **ret_sync)
{
	struct xfi_kmt_sync *sync = alloc();
	int r;
	if (!sync)
		return -ENOMEM;
	r = load(sync, record);
	if (r)
		xfi_object_unref(&sync->base);
	else
		*ret_sync = sync;
	return r;
}

NTSTATUS WINAPI D3DKMTCreateSynchronizationObject(D3DKMT_CREATESYNCHRONIZATIONOBJECT *args)
{
	struct xfi_kmt_sync *sync;
	int r;
	if (!args || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	if (args->Info.Type != D3DDDI_SYNCHRONIZATION_MUTEX && args->Info.Type != D3DDDI_SEMAPHORE)
		return STATUS_INVALID_PARAMETER;
	r = xfi_kmt_sync_create(args->Info.Type, 0, 0, &sync);
	if (r)
		return xfi_ntstatus(r);
	r = xfi_local_create(&sync->base, &args->hSyncObject);
	xfi_object_unref(&sync->base);
	return xfi_ntstatus(r);
}

static NTSTATUS check(const D3DDDI_SYNCHRONIZATIONOBJECTINFO2 *info)
{
	struct xfi_object *event;
	int r;
	if (info->Type < D3DDDI_SYNCHRONIZATION_MUTEX || info->Type > D3DDDI_MONITORED_FENCE)
		return STATUS_INVALID_PARAMETER;
	if (info->Flags.Reserved || (info->Flags.NtSecuritySharing && !info->Flags.Shared))
		return STATUS_INVALID_PARAMETER;
	if (info->Type != D3DDDI_CPU_NOTIFICATION)
		return STATUS_SUCCESS;
	r = xfi_nt_handle_ref(
		info->CPUNotification.Event, &xfi_event_type, EVENT_MODIFY_STATE, &event);
	if (r)
		return r == -EACCES ? STATUS_ACCESS_DENIED : STATUS_INVALID_HANDLE;
	xfi_object_unref(event);
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI D3DKMTCreateSynchronizationObject2(D3DKMT_CREATESYNCHRONIZATIONOBJECT2 *args)
{
	D3DDDI_SYNCHRONIZATIONOBJECTINFO2 *info;
	struct xfi_kmt_sync *sync;
	uint64_t initial = 0;
	NTSTATUS status;
	int r;
	if (!args || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	info = &args->Info;
	status = check(info);
	if (status)
		return status;
	if (info->Type == D3DDDI_MONITORED_FENCE)
		initial = info->MonitoredFence.InitialFenceValue;
	r = xfi_kmt_sync_create(info->Type, info->Flags.Value, initial, &sync);
	if (r)
		return xfi_ntstatus(r);
	r = xfi_local_create(&sync->base, &args->hSyncObject);
	if (!r) {
		bool global = info->Flags.Shared && !info->Flags.NtSecuritySharing;
		info->SharedHandle = global ? xfi_global_of(sync->base.id) : 0;
		if (info->Type == D3DDDI_MONITORED_FENCE)
			info->MonitoredFence.FenceValueCPUVirtualAddress = NULL;
	}
	xfi_object_unref(&sync->base);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTOpenSynchronizationObject(D3DKMT_OPENSYNCHRONIZATIONOBJECT *args)
{
	struct xfi_kmt_sync *sync;
	xf_id id;
	int r;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	r = xfi_global_find(args->hSharedHandle, XF_SURFACE, &id, NULL);
	if (!r)
		r = xfi_kmt_sync_open(id, &sync);
	if (r)
		return xfi_ntstatus(r);
	r = xfi_local_create(&sync->base, &args->hSyncObject);
	xfi_object_unref(&sync->base);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTDestroySynchronizationObject(const D3DKMT_DESTROYSYNCHRONIZATIONOBJECT *args)
{
	if (!args)
		return STATUS_INVALID_PARAMETER;
	return xfi_ntstatus(xfi_local_close(args->hSyncObject, &xfi_kmt_sync_type));
}
