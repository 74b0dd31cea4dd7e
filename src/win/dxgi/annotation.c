/* SPDX-License-Identifier: MIT */
#include "win/dxgi/annotation.h"

#include "win/dxgi/say.h"
#include "win/dxgi/trace.h"

static struct xfi_device *impl(ID3DUserDefinedAnnotation *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, annotation);
}

bool xfi_annotation_is_on(const struct xfi_device *device)
{
	return device->info_queue || xfi_trace_is_on();
}

/* Names are for people: what is not ASCII, or too long, is told as far as it goes. */
static void say(struct xfi_device *device, const char *what, LPCWSTR name)
{
	char text[128];
	size_t n = 0;
	for (; name && name[n] && n < sizeof(text) - 1; n++)
		text[n] = name[n] >= ' ' && name[n] < 127 ? (char)name[n] : '?';
	text[n] = 0;
	xfi_device_say(device, D3D11_MESSAGE_CATEGORY_APPLICATION_DEFINED,
		D3D11_MESSAGE_SEVERITY_MESSAGE, D3D11_MESSAGE_ID_STRING_FROM_APPLICATION, "%s%s%s",
		what, n ? ": " : "", text);
}

INT xfi_annotation_begin(struct xfi_device *device, LPCWSTR name)
{
	INT before;
	if (!xfi_annotation_is_on(device))
		return -1;
	say(device, "begin", name);
	xfi_trace_begin(name);
	xfi_device_lock(device);
	before = device->annotations++;
	xfi_device_unlock(device);
	return before;
}

INT xfi_annotation_end(struct xfi_device *device)
{
	INT left = -1;
	if (!xfi_annotation_is_on(device))
		return -1;
	xfi_device_lock(device);
	if (device->annotations)
		left = --device->annotations;
	xfi_device_unlock(device);
	if (left < 0)
		return -1;
	say(device, "end", NULL);
	xfi_trace_end();
	return left;
}

void xfi_annotation_mark(struct xfi_device *device, LPCWSTR name)
{
	if (!xfi_annotation_is_on(device))
		return;
	say(device, "marker", name);
	xfi_trace_mark(name);
}

/* The interface is the context's. */
static HRESULT WINAPI annotation_QueryInterface(
	ID3DUserDefinedAnnotation *iface, REFIID riid, void **ret_object)
{
	return ID3D11DeviceContext4_QueryInterface(&impl(iface)->context, riid, ret_object);
}

static ULONG WINAPI annotation_AddRef(ID3DUserDefinedAnnotation *iface)
{
	return ID3D11DeviceContext4_AddRef(&impl(iface)->context);
}

static ULONG WINAPI annotation_Release(ID3DUserDefinedAnnotation *iface)
{
	return ID3D11DeviceContext4_Release(&impl(iface)->context);
}

static INT WINAPI annotation_BeginEvent(ID3DUserDefinedAnnotation *iface, LPCWSTR name)
{
	return xfi_annotation_begin(impl(iface), name);
}

static INT WINAPI annotation_EndEvent(ID3DUserDefinedAnnotation *iface)
{
	return xfi_annotation_end(impl(iface));
}

static void WINAPI annotation_SetMarker(ID3DUserDefinedAnnotation *iface, LPCWSTR name)
{
	xfi_annotation_mark(impl(iface), name);
}

static BOOL WINAPI annotation_GetStatus(ID3DUserDefinedAnnotation *iface)
{
	return xfi_annotation_is_on(impl(iface));
}

static const ID3DUserDefinedAnnotationVtbl annotation_vtbl = {
	/* IUnknown */
	.QueryInterface = annotation_QueryInterface,
	.AddRef = annotation_AddRef,
	.Release = annotation_Release,
	/* ID3DUserDefinedAnnotation */
	.BeginEvent = annotation_BeginEvent,
	.EndEvent = annotation_EndEvent,
	.SetMarker = annotation_SetMarker,
	.GetStatus = annotation_GetStatus,
};

void xfi_device_init_annotation(struct xfi_device *device)
{
	device->annotation.lpVtbl = &annotation_vtbl;
	xfi_trace_start();
}
