/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_d3d10_render.h"

#include "win/dxgi/context_draw.h"
#include "win/dxgi/mips.h"
#include "win/dxgi/view.h"

static ID3D11DeviceContext4 *context_of(ID3D10Device1 *iface)
{
	return &XFI_CONTAINER(iface, struct xfi_device, d3d10)->context;
}

void WINAPI xfi_device10_Draw(ID3D10Device1 *iface, UINT count, UINT first)
{
	xfi_context_Draw(context_of(iface), count, first);
}

void WINAPI xfi_device10_DrawIndexed(ID3D10Device1 *iface, UINT count, UINT first, INT base)
{
	xfi_context_DrawIndexed(context_of(iface), count, first, base);
}

void WINAPI xfi_device10_DrawInstanced(
	ID3D10Device1 *iface, UINT count, UINT instances, UINT first, UINT first_instance)
{
	xfi_context_DrawInstanced(context_of(iface), count, instances, first, first_instance);
}

void WINAPI xfi_device10_DrawIndexedInstanced(
	ID3D10Device1 *iface, UINT count, UINT instances, UINT first, INT base, UINT first_instance)
{
	xfi_context_DrawIndexedInstanced(
		context_of(iface), count, instances, first, base, first_instance);
}

void WINAPI xfi_device10_GenerateMips(ID3D10Device1 *iface, ID3D10ShaderResourceView *view)
{
	if (view)
		xfi_generate_mips(xfi_view_of(xfi_child_of10(view)));
}

void WINAPI xfi_device10_Flush(ID3D10Device1 *iface)
{
	xfi_context_Flush(context_of(iface));
}
