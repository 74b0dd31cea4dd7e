/* SPDX-License-Identifier: MIT */
/* Signals to and waits for monitored fences by the CPU. */
#include "win/kmt/sync_cpu.h"

#include <crossfence/wait.h>
#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/kmt/adapter.h"
#include "win/kmt/local.h"
#include "win/nt/codes.h"
#include "win/nt/completion.h"
#include "win/nt/handle.h"

#define OBJECTS_MAX 64

struct fences {
	struct xfi_kmt_sync *sync[OBJECTS_MAX];
	uint64_t value[OBJECTS_MAX];
	uint32_t count;
	bool any;
	struct xfi_object *event; /* to set when passed; NULL: none */
};

static void drop(struct fences *fences)
{
	for (uint32_t i = 0; i < fences->count; i++)
		xfi_object_unref(&fences->sync[i]->base);
	xfi_object_unref(fences->event);
	free(fences);
}

/* Takes references, so that a wait may outlast the handles. */
static int collect(D3DKMT_HANDLE device, uint32_t count, const D3DKMT_HANDLE *handles,
	const uint64_t *values, struct fences **ret_fences)
{
	struct fences *fences;
	struct xfi_object *object;
	int r;
	if (!count || count > OBJECTS_MAX || !handles || !values || xfi_kmt_device_check(device))
		return -EINVAL;
	fences = calloc(1, sizeof(*fences));
	if (!fences)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		r = xfi_local_ref(handles[i], &xfi_kmt_sync_type, &object);
		if (r) {
			drop(fences);
			return r;
		}
		fences->sync[i] = (struct xfi_kmt_sync *)object;
		fences->value[i] = values[i];
		fences->count++;
		if (fences->sync[i]->type != D3DDDI_MONITORED_FENCE) {
			drop(fences);
			return -EINVAL;
		}
	}
	*ret_fences = fences;
	return 0;
}

NTSTATUS WINAPI D3DKMTSignalSynchronizationObjectFromCpu(
	const D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU *args)
{
	struct fences *fences;
	int r;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	r = collect(args->hDevice, args->ObjectCount, args->ObjectHandleArray,
		args->FenceValueArray, &fences);
	for (uint32_t i = 0; !r && i < fences->count; i++) {
		r = xfi_kmt_sync_signal(
			fences->sync[i], fences->value[i], args->Flags.AllowFenceRewind);
		if (r)
			drop(fences);
	}
	if (!r)
		drop(fences);
	return xfi_ntstatus(r);
}

static int fill_items(const struct fences *fences, struct xf_wait_item *items)
{
	int r = 0;
	for (uint32_t i = 0; i < fences->count && !r; i++) {
		items[i].type = XF_TIMELINE;
		items[i].object = fences->sync[i]->timeline;
		r = xfi_kmt_sync_target(fences->sync[i], fences->value[i], &items[i].value);
	}
	return r;
}

/* What was waited for is not what it was, if a fence was rewound meanwhile. */
static bool was_rewound(const struct fences *fences, const struct xf_wait_item *items)
{
	uint64_t target;
	for (uint32_t i = 0; i < fences->count; i++)
		if (xfi_kmt_sync_target(fences->sync[i], fences->value[i], &target) ||
			target != items[i].value)
			return true;
	return false;
}

static int wait_for(struct fences *fences)
{
	struct xf_wait_item items[OBJECTS_MAX];
	uint32_t index;
	int r;
	do {
		memset(items, 0, sizeof(items));
		r = fill_items(fences, items);
		if (!r && fences->any)
			r = xf_wait_any(items, fences->count, XF_NEVER, &index);
		else if (!r)
			r = xf_wait_all(items, fences->count, XF_NEVER);
	} while (!r && was_rewound(fences, items));
	return r;
}

static void *wait_thread(void *arg)
{
	struct fences *fences = arg;
	if (!wait_for(fences))
		(void)xfi_settable_set(fences->event); /* nobody is left to be told */
	drop(fences);
	return NULL;
}

/* Takes `fences` on success. */
static int wait_in_background(struct fences *fences, HANDLE event)
{
	pthread_attr_t attr;
	pthread_t thread;
	int r;
	r = xfi_settable_ref(event, &fences->event);
	if (r)
		return r;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	r = -pthread_create(&thread, &attr, wait_thread, fences);
	pthread_attr_destroy(&attr);
	return r;
}

static struct fences *one(struct xfi_kmt_sync *sync, uint64_t value)
{
	struct fences *fences = calloc(1, sizeof(*fences));
	if (!fences)
		return NULL;
	fences->sync[0] = sync;
	fences->value[0] = value;
	fences->count = 1;
	xfi_object_ref(&sync->base);
	return fences;
}

int xfi_kmt_sync_wait(struct xfi_kmt_sync *sync, uint64_t value)
{
	struct fences *fences = one(sync, value);
	int r = fences ? wait_for(fences) : -ENOMEM;
	if (fences)
		drop(fences);
	return r;
}

int xfi_kmt_sync_set_event(struct xfi_kmt_sync *sync, uint64_t value, HANDLE event)
{
	struct fences *fences;
	uint64_t now;
	int r = xfi_kmt_sync_value(sync, &now);
	if (!r && now >= value)
		return xfi_nt_handle_set(event);
	fences = one(sync, value);
	if (!fences)
		return -ENOMEM;
	r = wait_in_background(fences, event);
	if (r)
		drop(fences);
	return r;
}

NTSTATUS WINAPI D3DKMTWaitForSynchronizationObjectFromCpu(
	const D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU *args)
{
	struct fences *fences;
	int r;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	r = collect(args->hDevice, args->ObjectCount, args->ObjectHandleArray,
		args->FenceValueArray, &fences);
	if (r)
		return xfi_ntstatus(r);
	fences->any = args->Flags.WaitAny;
	if (args->hAsyncEvent) {
		r = wait_in_background(fences, args->hAsyncEvent);
		if (!r)
			return STATUS_SUCCESS;
	} else {
		r = wait_for(fences);
	}
	drop(fences);
	return xfi_ntstatus(r);
}
