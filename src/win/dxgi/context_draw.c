/* SPDX-License-Identifier: MIT */
#include "win/dxgi/context_draw.h"

#include "win/dxgi/draw.h"
#include "win/dxgi/mips.h"
#include "win/dxgi/render.h"
#include "win/dxgi/view.h"

static struct xfi_device *impl(ID3D11DeviceContext4 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, context);
}

static struct xfi_resource *resource_of(void *iface)
{
	return iface ? xfi_resource_of(xfi_child_of11(iface)) : NULL;
}

void WINAPI xfi_context_Draw(ID3D11DeviceContext4 *iface, UINT count, UINT first)
{
	const struct xfi_draw draw = { .count = count, .instances = 1, .first = first };
	xfi_draw(impl(iface), &draw);
}

void WINAPI xfi_context_DrawIndexed(ID3D11DeviceContext4 *iface, UINT count, UINT first, INT base)
{
	const struct xfi_draw draw = {
		.indexed = true, .count = count, .instances = 1, .first = first, .base = base
	};
	xfi_draw(impl(iface), &draw);
}

void WINAPI xfi_context_DrawInstanced(
	ID3D11DeviceContext4 *iface, UINT count, UINT instances, UINT first, UINT first_instance)
{
	const struct xfi_draw draw = { .count = count,
		.instances = instances,
		.first = first,
		.first_instance = first_instance };
	xfi_draw(impl(iface), &draw);
}

void WINAPI xfi_context_DrawIndexedInstanced(ID3D11DeviceContext4 *iface, UINT count,
	UINT instances, UINT first, INT base, UINT first_instance)
{
	const struct xfi_draw draw = { .indexed = true,
		.count = count,
		.instances = instances,
		.first = first,
		.base = base,
		.first_instance = first_instance };
	xfi_draw(impl(iface), &draw);
}

void WINAPI xfi_context_DrawInstancedIndirect(
	ID3D11DeviceContext4 *iface, ID3D11Buffer *arguments, UINT offset)
{
	const struct xfi_draw draw = { .arguments = resource_of(arguments),
		.arguments_at = offset };
	if (arguments)
		xfi_draw(impl(iface), &draw);
}

void WINAPI xfi_context_DrawIndexedInstancedIndirect(
	ID3D11DeviceContext4 *iface, ID3D11Buffer *arguments, UINT offset)
{
	const struct xfi_draw draw = {
		.indexed = true, .arguments = resource_of(arguments), .arguments_at = offset
	};
	if (arguments)
		xfi_draw(impl(iface), &draw);
}

void WINAPI xfi_context_Dispatch(ID3D11DeviceContext4 *iface, UINT x, UINT y, UINT z)
{
	xfi_dispatch(impl(iface), (const UINT[]){ x, y, z }, NULL, 0);
}

void WINAPI xfi_context_DispatchIndirect(
	ID3D11DeviceContext4 *iface, ID3D11Buffer *arguments, UINT offset)
{
	if (arguments)
		xfi_dispatch(impl(iface), NULL, resource_of(arguments), offset);
}

void WINAPI xfi_context_GenerateMips(ID3D11DeviceContext4 *iface, ID3D11ShaderResourceView *view)
{
	if (view)
		xfi_generate_mips(xfi_view_of(xfi_child_of11(view)));
}

void WINAPI xfi_context_Flush(ID3D11DeviceContext4 *iface)
{
	struct xfi_device *device = impl(iface);
	xfi_device_lock(device);
	xfi_render_flush(device);
	xfi_device_unlock(device);
}
