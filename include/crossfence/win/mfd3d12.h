/* SPDX-License-Identifier: MIT */
/*
 * IMFD3D12SynchronizationObject and its commands, complete: libwine-dev's header of this name lacks
 * Reset, so this one comes before it on the include path. C and C++.
 */
#ifndef __mfd3d12_h__
#define __mfd3d12_h__
#pragma GCC system_header

#include <windows.h>
#include <ole2.h>
#include <mfobjects.h>
#include <d3d12.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef interface IMFD3D12SynchronizationObjectCommands IMFD3D12SynchronizationObjectCommands;
typedef interface IMFD3D12SynchronizationObject IMFD3D12SynchronizationObject;

DEFINE_GUID(IID_IMFD3D12SynchronizationObjectCommands, 0x09d0f835, 0x92ff, 0x4e53, 0x8e, 0xfa, 0x40,
	0xfa, 0xa5, 0x51, 0xf2, 0x33);
DEFINE_GUID(IID_IMFD3D12SynchronizationObject, 0x802302b0, 0x82de, 0x45e1, 0xb4, 0x21, 0xf1, 0x9e,
	0xe5, 0xbd, 0xaf, 0x23);

/* The attribute of IMFDXGIBuffer under which the object of a resource is found. */
DEFINE_GUID(MF_D3D12_SYNCHRONIZATION_OBJECT, 0x2a7c8d6a, 0x85a6, 0x494d, 0xa0, 0x46, 0x06, 0xea,
	0x1a, 0x13, 0x8f, 0x4b);

/* What IMFVideoSampleAllocatorEx makes textures with: UINT32, UINT32, a blob. */
DEFINE_GUID(MF_SA_D3D12_HEAP_FLAGS, 0x496b3266, 0xd28f, 0x4f8c, 0x93, 0xa7, 0x4a, 0x59, 0x6b, 0x1a,
	0x31, 0xa1);
DEFINE_GUID(MF_SA_D3D12_HEAP_TYPE, 0x56f26a76, 0xbbc1, 0x4ce0, 0xbb, 0x11, 0xe2, 0x23, 0x68, 0xd8,
	0x74, 0xed);
DEFINE_GUID(MF_SA_D3D12_CLEAR_VALUE, 0x86ba9a39, 0x0526, 0x495d, 0x9a, 0xb5, 0x54, 0xec, 0x9f, 0xad,
	0x6f, 0xc3);

#if defined(__cplusplus) && !defined(CINTERFACE)

MIDL_INTERFACE("09d0f835-92ff-4e53-8efa-40faa551f233")
IMFD3D12SynchronizationObjectCommands : public IUnknown
{
	virtual HRESULT STDMETHODCALLTYPE EnqueueResourceReady(ID3D12CommandQueue * pProducer) = 0;
	virtual HRESULT STDMETHODCALLTYPE EnqueueResourceReadyWait(
		ID3D12CommandQueue * pConsumer) = 0;
	virtual HRESULT STDMETHODCALLTYPE SignalEventOnResourceReady(HANDLE hEvent) = 0;
	virtual HRESULT STDMETHODCALLTYPE EnqueueResourceRelease(
		ID3D12CommandQueue * pConsumer) = 0;
};

MIDL_INTERFACE("802302b0-82de-45e1-b421-f19ee5bdaf23")
IMFD3D12SynchronizationObject : public IUnknown
{
	virtual HRESULT STDMETHODCALLTYPE SignalEventOnFinalResourceRelease(HANDLE hEvent) = 0;
	virtual HRESULT STDMETHODCALLTYPE Reset(void) = 0;
};

#ifdef __CRT_UUID_DECL
__CRT_UUID_DECL(IMFD3D12SynchronizationObjectCommands, 0x09d0f835, 0x92ff, 0x4e53, 0x8e, 0xfa, 0x40,
	0xfa, 0xa5, 0x51, 0xf2, 0x33)
__CRT_UUID_DECL(IMFD3D12SynchronizationObject, 0x802302b0, 0x82de, 0x45e1, 0xb4, 0x21, 0xf1, 0x9e,
	0xe5, 0xbd, 0xaf, 0x23)
#endif

#else

typedef struct IMFD3D12SynchronizationObjectCommandsVtbl {
	HRESULT(STDMETHODCALLTYPE *QueryInterface)
	(IMFD3D12SynchronizationObjectCommands *This, REFIID riid, void **ppvObject);
	ULONG(STDMETHODCALLTYPE *AddRef)(IMFD3D12SynchronizationObjectCommands *This);
	ULONG(STDMETHODCALLTYPE *Release)(IMFD3D12SynchronizationObjectCommands *This);
	HRESULT(STDMETHODCALLTYPE *EnqueueResourceReady)
	(IMFD3D12SynchronizationObjectCommands *This, ID3D12CommandQueue *pProducer);
	HRESULT(STDMETHODCALLTYPE *EnqueueResourceReadyWait)
	(IMFD3D12SynchronizationObjectCommands *This, ID3D12CommandQueue *pConsumer);
	HRESULT(STDMETHODCALLTYPE *SignalEventOnResourceReady)
	(IMFD3D12SynchronizationObjectCommands *This, HANDLE hEvent);
	HRESULT(STDMETHODCALLTYPE *EnqueueResourceRelease)
	(IMFD3D12SynchronizationObjectCommands *This, ID3D12CommandQueue *pConsumer);
} IMFD3D12SynchronizationObjectCommandsVtbl;

interface IMFD3D12SynchronizationObjectCommands
{
	CONST_VTBL IMFD3D12SynchronizationObjectCommandsVtbl *lpVtbl;
};

typedef struct IMFD3D12SynchronizationObjectVtbl {
	HRESULT(STDMETHODCALLTYPE *QueryInterface)
	(IMFD3D12SynchronizationObject *This, REFIID riid, void **ppvObject);
	ULONG(STDMETHODCALLTYPE *AddRef)(IMFD3D12SynchronizationObject *This);
	ULONG(STDMETHODCALLTYPE *Release)(IMFD3D12SynchronizationObject *This);
	HRESULT(STDMETHODCALLTYPE *SignalEventOnFinalResourceRelease)
	(IMFD3D12SynchronizationObject *This, HANDLE hEvent);
	HRESULT(STDMETHODCALLTYPE *Reset)(IMFD3D12SynchronizationObject *This);
} IMFD3D12SynchronizationObjectVtbl;

interface IMFD3D12SynchronizationObject
{
	CONST_VTBL IMFD3D12SynchronizationObjectVtbl *lpVtbl;
};

#ifdef COBJMACROS
#define IMFD3D12SynchronizationObjectCommands_QueryInterface(This, riid, ppvObject)                \
	(This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IMFD3D12SynchronizationObjectCommands_AddRef(This)  (This)->lpVtbl->AddRef(This)
#define IMFD3D12SynchronizationObjectCommands_Release(This) (This)->lpVtbl->Release(This)
#define IMFD3D12SynchronizationObjectCommands_EnqueueResourceReady(This, pProducer)                \
	(This)->lpVtbl->EnqueueResourceReady(This, pProducer)
#define IMFD3D12SynchronizationObjectCommands_EnqueueResourceReadyWait(This, pConsumer)            \
	(This)->lpVtbl->EnqueueResourceReadyWait(This, pConsumer)
#define IMFD3D12SynchronizationObjectCommands_SignalEventOnResourceReady(This, hEvent)             \
	(This)->lpVtbl->SignalEventOnResourceReady(This, hEvent)
#define IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(This, pConsumer)              \
	(This)->lpVtbl->EnqueueResourceRelease(This, pConsumer)
#define IMFD3D12SynchronizationObject_QueryInterface(This, riid, ppvObject)                        \
	(This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IMFD3D12SynchronizationObject_AddRef(This)  (This)->lpVtbl->AddRef(This)
#define IMFD3D12SynchronizationObject_Release(This) (This)->lpVtbl->Release(This)
#define IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(This, hEvent)              \
	(This)->lpVtbl->SignalEventOnFinalResourceRelease(This, hEvent)
#define IMFD3D12SynchronizationObject_Reset(This) (This)->lpVtbl->Reset(This)
#endif

#endif

HRESULT WINAPI MFCreateD3D12SynchronizationObject(
	ID3D12Device *pDevice, REFIID riid, void **ppvSyncObject);

#ifdef __cplusplus
}
#endif
#endif
