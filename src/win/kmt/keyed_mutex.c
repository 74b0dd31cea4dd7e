/* SPDX-License-Identifier: MIT */
#include "win/kmt/keyed_mutex.h"

#include <crossfence/inspect.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/kmt/local.h"
#include "win/kmt/record.h"
#include "win/nt/codes.h"
#include "win/nt/domain.h"

/* 100 ns units between 1601 and 1970. */
#define EPOCH INT64_C(116444736000000000)

static void mutex_destroy(struct xfi_object *object)
{
	struct xfi_kmt_mutex *mutex = (struct xfi_kmt_mutex *)object;
	xf_keyed_mutex_close(mutex->mutex);
	xf_surface_close(mutex->record);
	free(mutex);
}

const struct xfi_object_type xfi_kmt_mutex_type = {
	.name = "KeyedMutex",
	.destroy = mutex_destroy,
};

static struct xfi_kmt_mutex *alloc(void)
{
	struct xfi_kmt_mutex *mutex = calloc(1, sizeof(*mutex));
	if (mutex)
		xfi_object_init(&mutex->base, &xfi_kmt_mutex_type, 0);
	return mutex;
}

static int create(uint64_t initial_key, const void *data, size_t size, bool nt,
	struct xfi_kmt_mutex **ret_mutex)
{
	struct xfi_kmt_mutex *mutex;
	struct xf_domain *domain;
	char label[XF_LABEL_MAX + 1];
	int r;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	mutex = alloc();
	if (!mutex)
		return -ENOMEM;
	mutex->nt = nt;
	r = xfi_record_create(XFI_RECORD_MUTEX, data, size, &mutex->record);
	if (!r) {
		snprintf(label, sizeof(label), "m:%016" PRIx64, xf_surface_id(mutex->record));
		r = xf_keyed_mutex_create(domain, initial_key, label, &mutex->mutex);
	}
	if (r) {
		xfi_object_unref(&mutex->base);
		return r;
	}
	mutex->base.id = xf_keyed_mutex_id(mutex->mutex);
	*ret_mutex = mutex;
	return 0;
}

/* The record that the label names; NULL when it names none. */
static int open_record(const char *label, struct xf_surface **ret_record)
{
	char *end;
	xf_id id;
	*ret_record = NULL;
	if (strncmp(label, "m:", 2))
		return 0;
	id = strtoull(label + 2, &end, 16);
	if (*end || !id)
		return -EINVAL;
	return xfi_record_open(XFI_RECORD_MUTEX, id, ret_record);
}

int xfi_kmt_mutex_open(xf_id id, struct xfi_kmt_mutex **ret_mutex)
{
	struct xf_object_info info = { .size = sizeof(info) };
	struct xfi_kmt_mutex *mutex;
	struct xf_domain *domain;
	int r;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	mutex = alloc();
	if (!mutex)
		return -ENOMEM;
	r = xf_keyed_mutex_open(domain, id, &mutex->mutex);
	if (!r)
		r = xf_inspect_object(domain, id, &info);
	if (!r)
		r = open_record(info.label, &mutex->record);
	if (r) {
		xfi_object_unref(&mutex->base);
		return r;
	}
	mutex->base.id = id;
	*ret_mutex = mutex;
	return 0;
}

int xfi_kmt_mutex_offer_data(struct xfi_kmt_mutex *mutex, const void *data, size_t size)
{
	uint8_t old[XFI_RECORD_MAX];
	size_t old_size;
	int r;
	if (!data && size)
		return -EINVAL;
	if (!mutex->record || !size)
		return 0;
	r = xfi_names_lock();
	if (r)
		return r;
	r = xfi_record_read(mutex->record, XFI_RECORD_MUTEX, old, &old_size);
	if (!r && old_size)
		r = old_size == size ? 0 : -EINVAL;
	else if (!r)
		r = xfi_record_write(mutex->record, XFI_RECORD_MUTEX, data, size);
	xfi_names_unlock();
	return r;
}

NTSTATUS WINAPI D3DKMTCreateKeyedMutex2(D3DKMT_CREATEKEYEDMUTEX2 *args)
{
	struct xfi_kmt_mutex *mutex;
	bool nt;
	int r;
	if (!args || args->Flags.Reserved)
		return STATUS_INVALID_PARAMETER;
	if (!args->pPrivateRuntimeData && args->PrivateRuntimeDataSize)
		return STATUS_INVALID_PARAMETER;
	nt = args->Flags.NtSecuritySharing;
	r = create(args->InitialValue, args->pPrivateRuntimeData, args->PrivateRuntimeDataSize, nt,
		&mutex);
	if (r)
		return xfi_ntstatus(r);
	r = xfi_local_create(&mutex->base, &args->hKeyedMutex);
	if (!r)
		args->hSharedHandle = nt ? 0 : xfi_global_of(mutex->base.id);
	xfi_object_unref(&mutex->base);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTCreateKeyedMutex(D3DKMT_CREATEKEYEDMUTEX *args)
{
	D3DKMT_CREATEKEYEDMUTEX2 two = { 0 };
	NTSTATUS status;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	two.InitialValue = args->InitialValue;
	status = D3DKMTCreateKeyedMutex2(&two);
	if (!status) {
		args->hSharedHandle = two.hSharedHandle;
		args->hKeyedMutex = two.hKeyedMutex;
	}
	return status;
}

NTSTATUS WINAPI D3DKMTOpenKeyedMutex2(D3DKMT_OPENKEYEDMUTEX2 *args)
{
	struct xfi_kmt_mutex *mutex;
	xf_id id;
	int r;
	if (!args || (!args->pPrivateRuntimeData && args->PrivateRuntimeDataSize))
		return STATUS_INVALID_PARAMETER;
	r = xfi_global_find(args->hSharedHandle, XF_KEYED_MUTEX, &id, NULL);
	if (!r)
		r = xfi_kmt_mutex_open(id, &mutex);
	if (r)
		return xfi_ntstatus(r);
	r = xfi_kmt_mutex_offer_data(
		mutex, args->pPrivateRuntimeData, args->PrivateRuntimeDataSize);
	if (!r)
		r = xfi_local_create(&mutex->base, &args->hKeyedMutex);
	xfi_object_unref(&mutex->base);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTOpenKeyedMutex(D3DKMT_OPENKEYEDMUTEX *args)
{
	D3DKMT_OPENKEYEDMUTEX2 two = { 0 };
	NTSTATUS status;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	two.hSharedHandle = args->hSharedHandle;
	status = D3DKMTOpenKeyedMutex2(&two);
	if (!status)
		args->hKeyedMutex = two.hKeyedMutex;
	return status;
}

NTSTATUS WINAPI D3DKMTDestroyKeyedMutex(const D3DKMT_DESTROYKEYEDMUTEX *args)
{
	if (!args)
		return STATUS_INVALID_PARAMETER;
	return xfi_ntstatus(xfi_local_close(args->hKeyedMutex, &xfi_kmt_mutex_type));
}

/* NT times: negative from now, positive since 1601 in UTC, in 100 ns units; NULL: never. */
static int64_t deadline(const LARGE_INTEGER *timeout)
{
	struct timespec now;
	int64_t units;
	if (!timeout)
		return XF_NEVER;
	units = timeout->QuadPart;
	if (units > 0) {
		clock_gettime(CLOCK_REALTIME, &now);
		units = now.tv_sec * INT64_C(10000000) + now.tv_nsec / 100 + EPOCH - units;
	}
	if (units >= 0)
		return 0;
	return units < -(INT64_MAX / 100) ? XF_NEVER : xf_deadline(-units * 100);
}

/* Copies what fits: the mutex is taken by now, and there is no way to say so and fail. */
static void copy_data(struct xfi_kmt_mutex *mutex, void *buffer, size_t size)
{
	uint8_t data[XFI_RECORD_MAX];
	size_t stored;
	if (!mutex->record || !size)
		return;
	if (xfi_record_read(mutex->record, XFI_RECORD_MUTEX, data, &stored))
		return;
	memcpy(buffer, data, stored < size ? stored : size);
}

NTSTATUS WINAPI D3DKMTAcquireKeyedMutex2(D3DKMT_ACQUIREKEYEDMUTEX2 *args)
{
	struct xfi_object *object;
	struct xfi_kmt_mutex *mutex;
	uint64_t fence = 0;
	int r;
	if (!args || (!args->pPrivateRuntimeData && args->PrivateRuntimeDataSize))
		return STATUS_INVALID_PARAMETER;
	r = xfi_local_ref(args->hKeyedMutex, &xfi_kmt_mutex_type, &object);
	if (r)
		return xfi_ntstatus(r);
	mutex = (struct xfi_kmt_mutex *)object;
	r = xf_keyed_mutex_acquire(mutex->mutex, args->Key, deadline(args->pTimeout), &fence);
	if (!r)
		copy_data(mutex, args->pPrivateRuntimeData, args->PrivateRuntimeDataSize);
	if (r >= 0)
		args->FenceValue = fence;
	xfi_object_unref(object);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTAcquireKeyedMutex(D3DKMT_ACQUIREKEYEDMUTEX *args)
{
	D3DKMT_ACQUIREKEYEDMUTEX2 two = { 0 };
	NTSTATUS status;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	two.hKeyedMutex = args->hKeyedMutex;
	two.Key = args->Key;
	two.pTimeout = args->pTimeout;
	two.FenceValue = args->FenceValue;
	status = D3DKMTAcquireKeyedMutex2(&two);
	args->FenceValue = two.FenceValue;
	return status;
}

/* Only the owner may change the data: before the release makes them another's. */
static int replace_data(struct xfi_kmt_mutex *mutex, const void *data, size_t size)
{
	size_t ignored;
	int r;
	if (!size || !mutex->record)
		return 0;
	r = xf_keyed_mutex_get_data(mutex->mutex, NULL, 0, &ignored); /* asks: are we the owner? */
	return r ? r : xfi_record_write(mutex->record, XFI_RECORD_MUTEX, data, size);
}

NTSTATUS WINAPI D3DKMTReleaseKeyedMutex2(D3DKMT_RELEASEKEYEDMUTEX2 *args)
{
	struct xfi_object *object;
	struct xfi_kmt_mutex *mutex;
	int r;
	if (!args || (!args->pPrivateRuntimeData && args->PrivateRuntimeDataSize))
		return STATUS_INVALID_PARAMETER;
	r = xfi_local_ref(args->hKeyedMutex, &xfi_kmt_mutex_type, &object);
	if (r)
		return xfi_ntstatus(r);
	mutex = (struct xfi_kmt_mutex *)object;
	r = replace_data(mutex, args->pPrivateRuntimeData, args->PrivateRuntimeDataSize);
	if (!r)
		r = xf_keyed_mutex_release(mutex->mutex, args->Key, args->FenceValue);
	xfi_object_unref(object);
	return r == XF_ABANDONED ? STATUS_INVALID_PARAMETER : xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTReleaseKeyedMutex(D3DKMT_RELEASEKEYEDMUTEX *args)
{
	D3DKMT_RELEASEKEYEDMUTEX2 two = { 0 };
	if (!args)
		return STATUS_INVALID_PARAMETER;
	two.hKeyedMutex = args->hKeyedMutex;
	two.Key = args->Key;
	two.FenceValue = args->FenceValue;
	return D3DKMTReleaseKeyedMutex2(&two);
}
