/* SPDX-License-Identifier: MIT */

#include "win/dxgi/view_faces.h"

#include "win/dxgi/plane.h"

/* The interfaces of views, of D3D11 and of D3D10. */

static struct xfi_view *impl11(void *iface)
{
	return xfi_view_of(xfi_child_of11(iface));
}

static struct xfi_view *impl10(void *iface)
{
	return xfi_view_of(xfi_child_of10(iface));
}

static void WINAPI view11_GetResource(ID3D11View *iface, ID3D11Resource **ret_resource)
{
	struct xfi_child *child = &impl11(iface)->resource->child;
	*ret_resource = (ID3D11Resource *)&child->d3d11;
	xfi_child_addref(child);
}

static void WINAPI view10_GetResource(ID3D10View *iface, ID3D10Resource **ret_resource)
{
	struct xfi_child *child = &impl10(iface)->resource->child;
	*ret_resource = (ID3D10Resource *)&child->d3d10;
	xfi_child_addref(child);
}

static void WINAPI rtv11_GetDesc(
	ID3D11RenderTargetView1 *iface, D3D11_RENDER_TARGET_VIEW_DESC *ret_desc)
{
	*ret_desc = impl11(iface)->desc.rtv;
}

static void WINAPI dsv11_GetDesc(
	ID3D11DepthStencilView *iface, D3D11_DEPTH_STENCIL_VIEW_DESC *ret_desc)
{
	*ret_desc = impl11(iface)->desc.dsv;
}

static void WINAPI srv11_GetDesc(
	ID3D11ShaderResourceView1 *iface, D3D11_SHADER_RESOURCE_VIEW_DESC *ret_desc)
{
	*ret_desc = impl11(iface)->desc.srv;
}

static void WINAPI uav11_GetDesc(
	ID3D11UnorderedAccessView1 *iface, D3D11_UNORDERED_ACCESS_VIEW_DESC *ret_desc)
{
	*ret_desc = impl11(iface)->desc.uav;
}

#define GET_DESC1(name, Name, DESC)                                                                \
	static void WINAPI name##11_GetDesc1(                                                      \
		ID3D11##Name##1 * iface, D3D11_##DESC##_VIEW_DESC1 * ret_desc)                     \
	{                                                                                          \
		xfi_view_desc1(impl11(iface), ret_desc);                                           \
	}

GET_DESC1(rtv, RenderTargetView, RENDER_TARGET)
GET_DESC1(srv, ShaderResourceView, SHADER_RESOURCE)
GET_DESC1(uav, UnorderedAccessView, UNORDERED_ACCESS)

_Static_assert(sizeof(D3D10_RENDER_TARGET_VIEW_DESC) == sizeof(D3D11_RENDER_TARGET_VIEW_DESC),
	"one layout");
_Static_assert(sizeof(D3D10_SHADER_RESOURCE_VIEW_DESC) <= sizeof(D3D11_SHADER_RESOURCE_VIEW_DESC),
	"the beginning of one layout");

static void WINAPI rtv10_GetDesc(
	ID3D10RenderTargetView *iface, D3D10_RENDER_TARGET_VIEW_DESC *ret_desc)
{
	memcpy(ret_desc, &impl10(iface)->desc.rtv, sizeof(*ret_desc));
}

/* D3D11's Flags lie between the dimension and the union. */
static void WINAPI dsv10_GetDesc(
	ID3D10DepthStencilView *iface, D3D10_DEPTH_STENCIL_VIEW_DESC *ret_desc)
{
	const D3D11_DEPTH_STENCIL_VIEW_DESC *desc = &impl10(iface)->desc.dsv;
	ret_desc->Format = desc->Format;
	ret_desc->ViewDimension = (D3D10_DSV_DIMENSION)desc->ViewDimension;
	memcpy(&ret_desc->Texture2DArray, &desc->Texture2DArray, sizeof(ret_desc->Texture2DArray));
}

static void WINAPI srv10_GetDesc(
	ID3D10ShaderResourceView1 *iface, D3D10_SHADER_RESOURCE_VIEW_DESC *ret_desc)
{
	memcpy(ret_desc, &impl10(iface)->desc.srv, sizeof(*ret_desc));
}

static void WINAPI srv10_GetDesc1(
	ID3D10ShaderResourceView1 *iface, D3D10_SHADER_RESOURCE_VIEW_DESC1 *ret_desc)
{
	memcpy(ret_desc, &impl10(iface)->desc.srv, sizeof(*ret_desc));
}

#define VIEW_METHODS(I, v)                                                                         \
	XFI_CHILD_METHODS(I, v),                                                                   \
		.GetResource = XFI_ENTRY(void, view##v##_GetResource, I *, ID3D##v##Resource **)

static const ID3D11RenderTargetView1Vtbl rtv11_vtbl = {
	VIEW_METHODS(ID3D11RenderTargetView1, 11),
	.GetDesc = rtv11_GetDesc,
	.GetDesc1 = rtv11_GetDesc1,
};
static const ID3D11DepthStencilViewVtbl dsv11_vtbl = {
	VIEW_METHODS(ID3D11DepthStencilView, 11),
	.GetDesc = dsv11_GetDesc,
};
static const ID3D11ShaderResourceView1Vtbl srv11_vtbl = {
	VIEW_METHODS(ID3D11ShaderResourceView1, 11),
	.GetDesc = srv11_GetDesc,
	.GetDesc1 = srv11_GetDesc1,
};
static const ID3D11UnorderedAccessView1Vtbl uav11_vtbl = {
	VIEW_METHODS(ID3D11UnorderedAccessView1, 11),
	.GetDesc = uav11_GetDesc,
	.GetDesc1 = uav11_GetDesc1,
};
static const ID3D10RenderTargetViewVtbl rtv10_vtbl = {
	VIEW_METHODS(ID3D10RenderTargetView, 10),
	.GetDesc = rtv10_GetDesc,
};
static const ID3D10DepthStencilViewVtbl dsv10_vtbl = {
	VIEW_METHODS(ID3D10DepthStencilView, 10),
	.GetDesc = dsv10_GetDesc,
};
static const ID3D10ShaderResourceView1Vtbl srv10_vtbl = {
	VIEW_METHODS(ID3D10ShaderResourceView1, 10),
	.GetDesc = srv10_GetDesc,
	.GetDesc1 = srv10_GetDesc1,
};

void xfi_view_init_d3d11(struct xfi_view *view)
{
	static const void *const vtbls[] = { &rtv11_vtbl, &dsv11_vtbl, &srv11_vtbl, &uav11_vtbl };
	view->child.d3d11.lpVtbl = vtbls[view->kind];
}

/* D3D10 has no unordered access views; nobody can ask for one by that interface. */
void xfi_view_init_d3d10(struct xfi_view *view)
{
	static const void *const vtbls[] = { &rtv10_vtbl, &dsv10_vtbl, &srv10_vtbl, NULL };
	view->child.d3d10.lpVtbl = vtbls[view->kind];
}
