/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_debug.h"

#include "win/dxgi/say.h"

static struct xfi_device *impl(ID3D11InfoQueue *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, info);
}

static struct xfi_info_queue *queue_of(ID3D11InfoQueue *iface)
{
	return impl(iface)->info_queue;
}

static HRESULT WINAPI info_QueryInterface(ID3D11InfoQueue *iface, REFIID riid, void **ret_object)
{
	return xfi_device_query(impl(iface), riid, ret_object);
}

static ULONG WINAPI info_AddRef(ID3D11InfoQueue *iface)
{
	return xfi_device_addref(impl(iface));
}

static ULONG WINAPI info_Release(ID3D11InfoQueue *iface)
{
	return xfi_device_release(impl(iface));
}

static HRESULT WINAPI info_SetMessageCountLimit(ID3D11InfoQueue *iface, UINT64 limit)
{
	xfi_info_queue_set_limit(queue_of(iface), limit);
	return S_OK;
}

static void WINAPI info_ClearStoredMessages(ID3D11InfoQueue *iface)
{
	xfi_info_queue_clear(queue_of(iface));
}

static HRESULT WINAPI info_GetMessage(
	ID3D11InfoQueue *iface, UINT64 index, D3D11_MESSAGE *ret_message, SIZE_T *size)
{
	return xfi_info_queue_get(queue_of(iface), index, ret_message, size);
}

#define GET_NUMBER(Name, member)                                                                   \
	static UINT64 WINAPI info_##Name(ID3D11InfoQueue *iface)                                   \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		UINT64 number;                                                                     \
		pthread_mutex_lock(&queue->lock);                                                  \
		number = queue->member;                                                            \
		pthread_mutex_unlock(&queue->lock);                                                \
		return number;                                                                     \
	}

GET_NUMBER(GetNumMessagesAllowedByStorageFilter, allowed)
GET_NUMBER(GetNumMessagesDeniedByStorageFilter, denied)
GET_NUMBER(GetNumStoredMessages, count)
GET_NUMBER(GetNumMessagesDiscardedByMessageCountLimit, discarded)
GET_NUMBER(GetMessageCountLimit, limit)

static UINT64 WINAPI info_GetNumStoredMessagesAllowedByRetrievalFilter(ID3D11InfoQueue *iface)
{
	return xfi_info_queue_count(queue_of(iface));
}

/* The methods of a stack of filters, of which there are two. */
#define FILTERS(Name, stack)                                                                       \
	static HRESULT WINAPI info_Add##Name##FilterEntries(                                       \
		ID3D11InfoQueue *iface, D3D11_INFO_QUEUE_FILTER *filter)                           \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&queue->lock);                                                  \
		hr = xfi_filter_add(&queue->stack, filter);                                        \
		pthread_mutex_unlock(&queue->lock);                                                \
		return hr;                                                                         \
	}                                                                                          \
	static HRESULT WINAPI info_Get##Name##Filter(                                              \
		ID3D11InfoQueue *iface, D3D11_INFO_QUEUE_FILTER *ret_filter, SIZE_T *size)         \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&queue->lock);                                                  \
		hr = xfi_filter_get(&queue->stack, ret_filter, size);                              \
		pthread_mutex_unlock(&queue->lock);                                                \
		return hr;                                                                         \
	}                                                                                          \
	static void WINAPI info_Clear##Name##Filter(ID3D11InfoQueue *iface)                        \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		pthread_mutex_lock(&queue->lock);                                                  \
		xfi_filter_clear(&queue->stack);                                                   \
		pthread_mutex_unlock(&queue->lock);                                                \
	}                                                                                          \
	static HRESULT push_##stack(                                                               \
		struct xfi_info_queue *queue, bool copy, const D3D11_INFO_QUEUE_FILTER *filter)    \
	{                                                                                          \
		HRESULT hr = S_OK;                                                                 \
		pthread_mutex_lock(&queue->lock);                                                  \
		if (!xfi_filter_push(&queue->stack, copy))                                         \
			hr = E_OUTOFMEMORY;                                                        \
		else if (filter)                                                                   \
			hr = xfi_filter_add(&queue->stack, filter);                                \
		if (FAILED(hr) && hr != E_OUTOFMEMORY)                                             \
			xfi_filter_pop(&queue->stack);                                             \
		pthread_mutex_unlock(&queue->lock);                                                \
		return hr;                                                                         \
	}                                                                                          \
	static HRESULT WINAPI info_PushEmpty##Name##Filter(ID3D11InfoQueue *iface)                 \
	{                                                                                          \
		return push_##stack(queue_of(iface), false, NULL);                                 \
	}                                                                                          \
	static HRESULT WINAPI info_PushCopyOf##Name##Filter(ID3D11InfoQueue *iface)                \
	{                                                                                          \
		return push_##stack(queue_of(iface), true, NULL);                                  \
	}                                                                                          \
	static HRESULT WINAPI info_Push##Name##Filter(                                             \
		ID3D11InfoQueue *iface, D3D11_INFO_QUEUE_FILTER *filter)                           \
	{                                                                                          \
		return filter ? push_##stack(queue_of(iface), false, filter) : E_INVALIDARG;       \
	}                                                                                          \
	static void WINAPI info_Pop##Name##Filter(ID3D11InfoQueue *iface)                          \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		pthread_mutex_lock(&queue->lock);                                                  \
		xfi_filter_pop(&queue->stack);                                                     \
		pthread_mutex_unlock(&queue->lock);                                                \
	}                                                                                          \
	static UINT WINAPI info_Get##Name##FilterStackSize(ID3D11InfoQueue *iface)                 \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		UINT count;                                                                        \
		pthread_mutex_lock(&queue->lock);                                                  \
		count = queue->stack.count;                                                        \
		pthread_mutex_unlock(&queue->lock);                                                \
		return count;                                                                      \
	}

FILTERS(Storage, storage)
FILTERS(Retrieval, retrieval)

static HRESULT WINAPI info_AddMessage(ID3D11InfoQueue *iface, D3D11_MESSAGE_CATEGORY category,
	D3D11_MESSAGE_SEVERITY severity, D3D11_MESSAGE_ID id, LPCSTR text)
{
	if (!text || (UINT)category >= XFI_CATEGORIES || (UINT)severity >= XFI_SEVERITIES)
		return E_INVALIDARG;
	return xfi_info_queue_add(queue_of(iface), category, severity, id, text);
}

static HRESULT WINAPI info_AddApplicationMessage(
	ID3D11InfoQueue *iface, D3D11_MESSAGE_SEVERITY severity, LPCSTR text)
{
	return info_AddMessage(iface, D3D11_MESSAGE_CATEGORY_APPLICATION_DEFINED, severity,
		D3D11_MESSAGE_ID_STRING_FROM_APPLICATION, text);
}

/* Remembered for who asks: there is no debugger of Windows to break into. */
#define BREAK_ON(Name, Type, array, n)                                                             \
	static HRESULT WINAPI info_SetBreakOn##Name(ID3D11InfoQueue *iface, Type what, BOOL on)    \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		if ((UINT)what >= (n))                                                             \
			return E_INVALIDARG;                                                       \
		pthread_mutex_lock(&queue->lock);                                                  \
		queue->array[what] = on;                                                           \
		pthread_mutex_unlock(&queue->lock);                                                \
		return S_OK;                                                                       \
	}                                                                                          \
	static BOOL WINAPI info_GetBreakOn##Name(ID3D11InfoQueue *iface, Type what)                \
	{                                                                                          \
		struct xfi_info_queue *queue = queue_of(iface);                                    \
		BOOL on = FALSE;                                                                   \
		pthread_mutex_lock(&queue->lock);                                                  \
		if ((UINT)what < (n))                                                              \
			on = queue->array[what];                                                   \
		pthread_mutex_unlock(&queue->lock);                                                \
		return on;                                                                         \
	}

BREAK_ON(Category, D3D11_MESSAGE_CATEGORY, break_on_category, XFI_CATEGORIES)
BREAK_ON(Severity, D3D11_MESSAGE_SEVERITY, break_on_severity, XFI_SEVERITIES)

static HRESULT WINAPI info_SetBreakOnID(ID3D11InfoQueue *iface, D3D11_MESSAGE_ID id, BOOL on)
{
	return xfi_info_queue_break_on(queue_of(iface), id, on);
}

static BOOL WINAPI info_GetBreakOnID(ID3D11InfoQueue *iface, D3D11_MESSAGE_ID id)
{
	return xfi_info_queue_breaks_on(queue_of(iface), id);
}

static void WINAPI info_SetMuteDebugOutput(ID3D11InfoQueue *iface, BOOL muted)
{
	pthread_mutex_lock(&queue_of(iface)->lock);
	queue_of(iface)->muted = muted;
	pthread_mutex_unlock(&queue_of(iface)->lock);
}

static BOOL WINAPI info_GetMuteDebugOutput(ID3D11InfoQueue *iface)
{
	BOOL muted;
	pthread_mutex_lock(&queue_of(iface)->lock);
	muted = queue_of(iface)->muted;
	pthread_mutex_unlock(&queue_of(iface)->lock);
	return muted;
}

#define FILTER_ENTRIES(Name)                                                                       \
	.Add##Name##FilterEntries = info_Add##Name##FilterEntries,                                 \
	.Get##Name##Filter = info_Get##Name##Filter,                                               \
	.Clear##Name##Filter = info_Clear##Name##Filter,                                           \
	.PushEmpty##Name##Filter = info_PushEmpty##Name##Filter,                                   \
	.PushCopyOf##Name##Filter = info_PushCopyOf##Name##Filter,                                 \
	.Push##Name##Filter = info_Push##Name##Filter,                                             \
	.Pop##Name##Filter = info_Pop##Name##Filter,                                               \
	.Get##Name##FilterStackSize = info_Get##Name##FilterStackSize

static const ID3D11InfoQueueVtbl info_vtbl = {
	/* IUnknown */
	.QueryInterface = info_QueryInterface,
	.AddRef = info_AddRef,
	.Release = info_Release,
	/* ID3D11InfoQueue */
	.SetMessageCountLimit = info_SetMessageCountLimit,
	.ClearStoredMessages = info_ClearStoredMessages,
	.GetMessage = info_GetMessage,
	.GetNumMessagesAllowedByStorageFilter = info_GetNumMessagesAllowedByStorageFilter,
	.GetNumMessagesDeniedByStorageFilter = info_GetNumMessagesDeniedByStorageFilter,
	.GetNumStoredMessages = info_GetNumStoredMessages,
	.GetNumStoredMessagesAllowedByRetrievalFilter =
		info_GetNumStoredMessagesAllowedByRetrievalFilter,
	.GetNumMessagesDiscardedByMessageCountLimit =
		info_GetNumMessagesDiscardedByMessageCountLimit,
	.GetMessageCountLimit = info_GetMessageCountLimit,
	FILTER_ENTRIES(Storage),
	FILTER_ENTRIES(Retrieval),
	.AddMessage = info_AddMessage,
	.AddApplicationMessage = info_AddApplicationMessage,
	.SetBreakOnCategory = info_SetBreakOnCategory,
	.SetBreakOnSeverity = info_SetBreakOnSeverity,
	.SetBreakOnID = info_SetBreakOnID,
	.GetBreakOnCategory = info_GetBreakOnCategory,
	.GetBreakOnSeverity = info_GetBreakOnSeverity,
	.GetBreakOnID = info_GetBreakOnID,
	.SetMuteDebugOutput = info_SetMuteDebugOutput,
	.GetMuteDebugOutput = info_GetMuteDebugOutput,
};

/* ID3D11Debug */

static struct xfi_device *debug_impl(ID3D11Debug *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, debug);
}

static HRESULT WINAPI debug_QueryInterface(ID3D11Debug *iface, REFIID riid, void **ret_object)
{
	return xfi_device_query(debug_impl(iface), riid, ret_object);
}

static ULONG WINAPI debug_AddRef(ID3D11Debug *iface)
{
	return xfi_device_addref(debug_impl(iface));
}

static ULONG WINAPI debug_Release(ID3D11Debug *iface)
{
	return xfi_device_release(debug_impl(iface));
}

/* How to slow drawing down, for the eye of who looks at windows: remembered. */
static HRESULT WINAPI debug_SetFeatureMask(ID3D11Debug *iface, UINT mask)
{
	atomic_store(&debug_impl(iface)->debug_mask, mask);
	return S_OK;
}

static UINT WINAPI debug_GetFeatureMask(ID3D11Debug *iface)
{
	return atomic_load(&debug_impl(iface)->debug_mask);
}

static HRESULT WINAPI debug_SetPresentPerRenderOpDelay(ID3D11Debug *iface, UINT ms)
{
	atomic_store(&debug_impl(iface)->debug_delay_ms, ms);
	return S_OK;
}

static UINT WINAPI debug_GetPresentPerRenderOpDelay(ID3D11Debug *iface)
{
	return atomic_load(&debug_impl(iface)->debug_delay_ms);
}

/* Nothing is presented for it, so none is kept. */
static HRESULT WINAPI debug_SetSwapChain(ID3D11Debug *iface, IDXGISwapChain *swap_chain)
{
	return swap_chain ? E_INVALIDARG : S_OK;
}

static HRESULT WINAPI debug_GetSwapChain(ID3D11Debug *iface, IDXGISwapChain **ret_swap_chain)
{
	if (!ret_swap_chain)
		return E_INVALIDARG;
	*ret_swap_chain = NULL;
	return S_OK;
}

/* What is bound was checked when it was bound. */
static HRESULT WINAPI debug_ValidateContext(ID3D11Debug *iface, ID3D11DeviceContext *context)
{
	struct xfi_device *device = debug_impl(iface);
	return context == (ID3D11DeviceContext *)&device->context ? S_OK : E_INVALIDARG;
}

/* The objects are not on a list; what can be told is what holds the device. */
static HRESULT WINAPI debug_ReportLiveDeviceObjects(ID3D11Debug *iface, D3D11_RLDO_FLAGS flags)
{
	struct xfi_device *device = debug_impl(iface);
	xfi_device_say(device, D3D11_MESSAGE_CATEGORY_MISCELLANEOUS, D3D11_MESSAGE_SEVERITY_INFO,
		D3D11_MESSAGE_ID_LIVE_OBJECT_SUMMARY,
		"the device has %u references, of the program and of objects that it holds",
		atomic_load(&device->refs));
	return S_OK;
}

static const ID3D11DebugVtbl debug_vtbl = {
	/* IUnknown */
	.QueryInterface = debug_QueryInterface,
	.AddRef = debug_AddRef,
	.Release = debug_Release,
	/* ID3D11Debug */
	.SetFeatureMask = debug_SetFeatureMask,
	.GetFeatureMask = debug_GetFeatureMask,
	.SetPresentPerRenderOpDelay = debug_SetPresentPerRenderOpDelay,
	.GetPresentPerRenderOpDelay = debug_GetPresentPerRenderOpDelay,
	.SetSwapChain = debug_SetSwapChain,
	.GetSwapChain = debug_GetSwapChain,
	.ValidateContext = debug_ValidateContext,
	.ReportLiveDeviceObjects = debug_ReportLiveDeviceObjects,
	.ValidateContextForDispatch = debug_ValidateContext,
};

bool xfi_device_init_debug(struct xfi_device *device)
{
	device->info.lpVtbl = &info_vtbl;
	device->debug.lpVtbl = &debug_vtbl;
	device->info_queue = xfi_info_queue_create();
	return device->info_queue;
}

void xfi_device_finish_debug(struct xfi_device *device)
{
	xfi_info_queue_destroy(device->info_queue);
}
