/* SPDX-License-Identifier: MIT */
#include "win/dxgi/context_more.h"

#include "win/dxgi/annotation.h"
#include "win/dxgi/clear_view.h"
#include "win/dxgi/context_state.h"
#include "win/dxgi/done_event.h"
#include "win/dxgi/say.h"
#include "win/dxgi/view_lod.h"

static struct xfi_device *impl(ID3D11DeviceContext4 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, context);
}

/* The source has to have several samples a pixel, and no resource has. */
void WINAPI xfi_context_ResolveSubresource(ID3D11DeviceContext4 *iface, ID3D11Resource *to,
	UINT to_subresource, ID3D11Resource *from, UINT from_subresource, DXGI_FORMAT format)
{
	xfi_device_say(impl(iface), D3D11_MESSAGE_CATEGORY_RESOURCE_MANIPULATION,
		D3D11_MESSAGE_SEVERITY_ERROR,
		D3D11_MESSAGE_ID_DEVICE_RESOLVESUBRESOURCE_SOURCE_INVALID,
		"ResolveSubresource: the source has one sample a pixel");
}

void WINAPI xfi_context_ClearView(ID3D11DeviceContext4 *iface, ID3D11View *view,
	const FLOAT colour[4], const D3D11_RECT *rects, UINT count)
{
	if (view && colour)
		xfi_command_clear_rects(xfi_view_of(xfi_child_of11(view)), colour, rects, count);
}

/* No state is none to be set, as on Windows. */
void WINAPI xfi_context_SwapDeviceContextState(ID3D11DeviceContext4 *iface,
	ID3DDeviceContextState *state, ID3DDeviceContextState **ret_before)
{
	struct xfi_child *next = xfi_child_of11(state);
	struct xfi_context_state *before = NULL;
	if (next && next->device == impl(iface))
		before = xfi_context_state_swap(impl(iface), xfi_context_state_of(next));
	if (ret_before)
		*ret_before = before ? (void *)&before->child.d3d11 : NULL;
	else if (before)
		xfi_child_release(&before->child);
}

/* Of those that were made for it. What is not a number is no limit. */
void WINAPI xfi_context_SetResourceMinLOD(
	ID3D11DeviceContext4 *iface, ID3D11Resource *resource, FLOAT lod)
{
	if (resource)
		xfi_resource_set_min_lod(
			xfi_resource_of(xfi_child_of11(resource)), lod > 0 ? lod : 0);
}

FLOAT WINAPI xfi_context_GetResourceMinLOD(ID3D11DeviceContext4 *iface, ID3D11Resource *resource)
{
	struct xfi_device *device = impl(iface);
	FLOAT lod = 0;
	xfi_device_lock(device);
	if (resource)
		lod = xfi_resource_of(xfi_child_of11(resource))->min_lod;
	xfi_device_unlock(device);
	return lod;
}

void WINAPI xfi_context_Flush1(ID3D11DeviceContext4 *iface, D3D11_CONTEXT_TYPE type, HANDLE event)
{
	ID3D11DeviceContext4_Flush(iface);
	if (event)
		(void)xfi_done_event_set(impl(iface), event); /* there is nobody to be told */
}

/* Nothing is protected, so it is never on. */
void WINAPI xfi_context_SetHardwareProtectionState(ID3D11DeviceContext4 *iface, BOOL on)
{
}

void WINAPI xfi_context_GetHardwareProtectionState(ID3D11DeviceContext4 *iface, BOOL *ret_on)
{
	if (ret_on)
		*ret_on = FALSE;
}

BOOL WINAPI xfi_context_IsAnnotationEnabled(ID3D11DeviceContext4 *iface)
{
	return xfi_annotation_is_on(impl(iface));
}

void WINAPI xfi_context_SetMarkerInt(ID3D11DeviceContext4 *iface, LPCWSTR label, INT data)
{
	xfi_annotation_mark(impl(iface), label);
}

void WINAPI xfi_context_BeginEventInt(ID3D11DeviceContext4 *iface, LPCWSTR label, INT data)
{
	xfi_annotation_begin(impl(iface), label);
}

void WINAPI xfi_context_EndEvent(ID3D11DeviceContext4 *iface)
{
	xfi_annotation_end(impl(iface));
}
