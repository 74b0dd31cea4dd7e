/* SPDX-License-Identifier: MIT */
#include "win/mf/keyed_texture.h"

#include <crossfence/keyed_mutex.h>
#include <crossfence/result.h>
#include <crossfence/timeline.h>
#include <crossfence/win/xf_d3d12.h>
#include <dxgi1_2.h>

#include "win/nt/codes.h"
#include "win/nt/domain.h"

/* How far this resource's releases have come. It outlasts the resource while queues work. */
struct progress {
	_Atomic uint32_t refs;
	struct xf_timeline *timeline; /* this process's own */
};

struct keyed_texture {
	struct xfi_proxy proxy;
	IDXGIKeyedMutex mutex_face;
	ID3D12Device *device; /* ours */
	struct xfi_queue_set *queues; /* the device's */
	struct xfi_kmt_resource *kmt;
	struct xf_keyed_mutex *mutex; /* kmt's */
	struct progress *progress;
	uint64_t releases; /* by whoever owns the mutex */
};

static struct {
	ID3D12ResourceVtbl known;
	void *room[XFI_PROXY_SLOTS]; /* for the slots of later versions of the interface */
} texture_vtbl;

static struct keyed_texture *of(void *iface)
{
	return iface;
}

static struct keyed_texture *of_mutex(IDXGIKeyedMutex *iface)
{
	return (struct keyed_texture *)((char *)iface - offsetof(struct keyed_texture, mutex_face));
}

static bool is_keyed(const ID3D12Resource *resource)
{
	return resource && (const void *)resource->lpVtbl == &texture_vtbl;
}

ID3D12Resource *xfi_texture_inner(ID3D12Resource *resource)
{
	return is_keyed(resource) ? (ID3D12Resource *)of(resource)->proxy.inner : resource;
}

ID3D12Resource *WINAPI xf_win_d3d12_inner_resource(ID3D12Resource *resource)
{
	return xfi_texture_inner(resource);
}

static void unref_progress(struct progress *progress)
{
	if (!progress || atomic_fetch_sub(&progress->refs, 1) != 1)
		return;
	xf_timeline_close(progress->timeline);
	free(progress);
}

static int make_progress(struct progress **ret_progress)
{
	struct progress *progress = calloc(1, sizeof(*progress));
	struct xf_domain *domain;
	int r = progress ? xfi_win_domain(&domain) : -ENOMEM;
	if (!r)
		r = xf_timeline_create(domain, 0, XF_TIMELINE_OWNED, NULL, &progress->timeline);
	if (r) {
		free(progress);
		return r;
	}
	atomic_init(&progress->refs, 1);
	*ret_progress = progress;
	return 0;
}

/* One release: its number, and what is to be told of it. */
struct release {
	struct progress *progress;
	uint64_t number;
};

/* In the driver's thread. The owner before has waited for the one before, so they come in order. */
static void release_done(void *arg)
{
	struct release *release = arg;
	(void)xf_timeline_signal(
		release->progress->timeline, release->number); /* ours, and lower */
	unref_progress(release->progress);
	free(release);
}

static struct release *make_release(struct keyed_texture *texture)
{
	struct release *release = malloc(sizeof(*release));
	if (!release)
		return NULL;
	atomic_fetch_add(&texture->progress->refs, 1);
	*release = (struct release){ texture->progress, texture->releases + 1 };
	return release;
}

static int hand_on(struct keyed_texture *texture, UINT64 key)
{
	struct release *release = make_release(texture);
	if (!release)
		return -ENOMEM;
	int r = xf_keyed_mutex_release_after(
		texture->mutex, key, texture->progress->timeline, release->number);
	if (r) {
		unref_progress(release->progress);
		free(release);
		return r;
	}
	texture->releases++;
	if (FAILED(xfi_queue_set_when_done(texture->queues, release_done, release))) {
		(void)xf_timeline_abandon(texture->progress->timeline); /* ours */
		unref_progress(release->progress);
		free(release);
	}
	return 0;
}

static int64_t deadline_of(DWORD ms)
{
	if (!ms)
		return 0;
	return ms == INFINITE ? XF_NEVER : xf_deadline((int64_t)ms * 1000000);
}

/* For what the last owner's device has still to do. It is gone: it was passed. */
static int wait_for(xf_id id, uint64_t value, int64_t deadline_ns)
{
	struct xf_timeline *timeline;
	struct xf_domain *domain;
	int r = xfi_win_domain(&domain);
	if (!r)
		r = xf_timeline_open(domain, id, &timeline);
	if (r)
		return r == -ESTALE ? 0 : r;
	r = xf_timeline_wait(timeline, value, deadline_ns);
	xf_timeline_close(timeline);
	return r;
}

/* What is not had in time is given back. */
static int acquire(struct xf_keyed_mutex *mutex, UINT64 key, int64_t deadline_ns)
{
	xf_id timeline;
	uint64_t value;
	int r = xf_keyed_mutex_acquire(mutex, key, deadline_ns, NULL);
	if (r)
		return r;
	r = xf_keyed_mutex_fence(mutex, &timeline, &value);
	if (!r && timeline)
		r = wait_for(timeline, value, deadline_ns);
	if (r)
		(void)xf_keyed_mutex_give_back(mutex); /* abandoned: it is not ours */
	return r;
}

static HRESULT WINAPI mutex_AcquireSync(IDXGIKeyedMutex *iface, UINT64 key, DWORD ms)
{
	return xfi_hresult(acquire(of_mutex(iface)->mutex, key, deadline_of(ms)));
}

static HRESULT WINAPI mutex_ReleaseSync(IDXGIKeyedMutex *iface, UINT64 key)
{
	return hand_on(of_mutex(iface), key) ? E_FAIL : S_OK;
}

static HRESULT WINAPI mutex_QueryInterface(IDXGIKeyedMutex *iface, REFIID riid, void **ret)
{
	ID3D12Resource *resource = (ID3D12Resource *)of_mutex(iface);
	return ID3D12Resource_QueryInterface(resource, riid, ret);
}

static ULONG WINAPI mutex_AddRef(IDXGIKeyedMutex *iface)
{
	return xfi_proxy_AddRef((IUnknown *)of_mutex(iface));
}

static ULONG WINAPI mutex_Release(IDXGIKeyedMutex *iface)
{
	return xfi_proxy_Release((IUnknown *)of_mutex(iface));
}

static ID3D12Resource *inner_of(IDXGIKeyedMutex *iface)
{
	return (ID3D12Resource *)of_mutex(iface)->proxy.inner;
}

static HRESULT WINAPI mutex_SetPrivateData(
	IDXGIKeyedMutex *iface, REFGUID guid, UINT size, const void *bytes)
{
	return ID3D12Resource_SetPrivateData(inner_of(iface), guid, size, bytes);
}

static HRESULT WINAPI mutex_SetPrivateDataInterface(
	IDXGIKeyedMutex *iface, REFGUID guid, const IUnknown *object)
{
	return ID3D12Resource_SetPrivateDataInterface(inner_of(iface), guid, object);
}

static HRESULT WINAPI mutex_GetPrivateData(
	IDXGIKeyedMutex *iface, REFGUID guid, UINT *size, void *bytes)
{
	return ID3D12Resource_GetPrivateData(inner_of(iface), guid, size, bytes);
}

static HRESULT WINAPI mutex_GetDevice(IDXGIKeyedMutex *iface, REFIID riid, void **ret_device)
{
	return ID3D12Device_QueryInterface(of_mutex(iface)->device, riid, ret_device);
}

static const IDXGIKeyedMutexVtbl mutex_vtbl = {
	.QueryInterface = mutex_QueryInterface,
	.AddRef = mutex_AddRef,
	.Release = mutex_Release,
	.SetPrivateData = mutex_SetPrivateData,
	.SetPrivateDataInterface = mutex_SetPrivateDataInterface,
	.GetPrivateData = mutex_GetPrivateData,
	.GetParent = mutex_GetDevice,
	.GetDevice = mutex_GetDevice,
	.AcquireSync = mutex_AcquireSync,
	.ReleaseSync = mutex_ReleaseSync,
};

static HRESULT WINAPI texture_QueryInterface(ID3D12Resource *iface, REFIID riid, void **ret)
{
	if (!ret || !riid || !IsEqualGUID(riid, &IID_IDXGIKeyedMutex))
		return xfi_proxy_QueryInterface((IUnknown *)iface, riid, ret);
	xfi_proxy_AddRef((IUnknown *)iface);
	*ret = &of(iface)->mutex_face;
	return S_OK;
}

static HRESULT WINAPI texture_GetDevice(ID3D12Resource *iface, REFIID riid, void **ret_device)
{
	return ID3D12Device_QueryInterface(of(iface)->device, riid, ret_device);
}

/* Its surface is closed with it: a mutex that is owned is abandoned. */
static void texture_destroy(struct xfi_proxy *proxy)
{
	struct keyed_texture *texture = of(proxy);
	IUnknown_Release(proxy->inner);
	xfi_object_unref(&texture->kmt->base);
	unref_progress(texture->progress);
	ID3D12Device_Release(texture->device);
	free(texture);
}

__attribute__((constructor)) static void fill_table(void)
{
	xfi_proxy_fill(&texture_vtbl, XFI_PROXY_SLOTS);
	texture_vtbl.known.QueryInterface = texture_QueryInterface;
	texture_vtbl.known.GetDevice = texture_GetDevice;
}

HRESULT xfi_keyed_texture_wrap(ID3D12Resource *inner, ID3D12Device *device,
	struct xfi_queue_set *queues, struct xfi_kmt_resource *kmt, ID3D12Resource **ret_resource)
{
	struct keyed_texture *texture = calloc(1, sizeof(*texture));
	int r = texture ? xf_surface_mutex(kmt->pixels, &texture->mutex) : -ENOMEM;
	if (!r)
		r = make_progress(&texture->progress);
	if (r) {
		free(texture);
		return xfi_hresult(r);
	}
	xfi_proxy_init(&texture->proxy, &texture_vtbl, inner, texture_destroy);
	texture->mutex_face.lpVtbl = &mutex_vtbl;
	texture->device = device;
	ID3D12Device_AddRef(device);
	texture->queues = queues;
	texture->kmt = kmt;
	xfi_object_ref(&kmt->base);
	*ret_resource = (ID3D12Resource *)texture;
	return S_OK;
}
