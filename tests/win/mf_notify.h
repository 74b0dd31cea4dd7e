/* SPDX-License-Identifier: MIT */
/* An IMFVideoSampleAllocatorNotifyEx that counts, and sets an event after each call. */
#ifndef TESTS_WIN_MF_NOTIFY_H
#define TESTS_WIN_MF_NOTIFY_H

#include <stdatomic.h>
#include <stdlib.h>

#include <windows.h>
#include <mfapi.h>
#include <mfidl.h>

struct notify {
	IMFVideoSampleAllocatorNotifyEx iface;
	_Atomic ULONG refs;
	_Atomic unsigned released, pruned;
	HANDLE event;
};

static inline HRESULT WINAPI notify_QueryInterface(
	IMFVideoSampleAllocatorNotifyEx *iface, REFIID riid, void **ret)
{
	*ret = NULL;
	if (!IsEqualGUID(riid, &IID_IUnknown) &&
		!IsEqualGUID(riid, &IID_IMFVideoSampleAllocatorNotify) &&
		!IsEqualGUID(riid, &IID_IMFVideoSampleAllocatorNotifyEx))
		return E_NOINTERFACE;
	*ret = iface;
	((struct notify *)iface)->refs++;
	return S_OK;
}

static inline ULONG WINAPI notify_AddRef(IMFVideoSampleAllocatorNotifyEx *iface)
{
	return ++((struct notify *)iface)->refs;
}

static inline ULONG WINAPI notify_Release(IMFVideoSampleAllocatorNotifyEx *iface)
{
	struct notify *notify = (struct notify *)iface;
	ULONG refs = --notify->refs;
	if (!refs) {
		CloseHandle(notify->event);
		free(notify);
	}
	return refs;
}

static inline HRESULT WINAPI notify_NotifyRelease(IMFVideoSampleAllocatorNotifyEx *iface)
{
	struct notify *notify = (struct notify *)iface;
	notify->released++;
	SetEvent(notify->event);
	return S_OK;
}

static inline HRESULT WINAPI notify_NotifyPrune(
	IMFVideoSampleAllocatorNotifyEx *iface, IMFSample *sample)
{
	struct notify *notify = (struct notify *)iface;
	notify->pruned++;
	SetEvent(notify->event);
	return S_OK;
}

static IMFVideoSampleAllocatorNotifyExVtbl notify_vtbl = {
	notify_QueryInterface,
	notify_AddRef,
	notify_Release,
	notify_NotifyRelease,
	notify_NotifyPrune,
};

/* The allocator's thread may still be in a call when the program has given it up. */
static inline struct notify *notify_create(void)
{
	struct notify *notify = calloc(1, sizeof(*notify));
	notify->iface.lpVtbl = &notify_vtbl;
	notify->refs = 1;
	notify->event = CreateEventW(NULL, FALSE, FALSE, NULL);
	return notify;
}

static inline void notify_unref(struct notify *notify)
{
	notify_Release(&notify->iface);
}

static inline IMFVideoSampleAllocatorNotify *notify_face(struct notify *notify)
{
	return (IMFVideoSampleAllocatorNotify *)&notify->iface;
}

#endif
