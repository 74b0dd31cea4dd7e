/* SPDX-License-Identifier: MIT */
/*
 * The four kinds of descriptions share one enumeration of dimensions up to 3D textures (1 buffer,
 * 2 and 3 1D, 4 and 5 2D, 6 and 7 multisampled, 8 3D), except that depth-stencil views have no
 * buffers, and begin at 1D.
 */
#include "win/dxgi/view.h"

#include "win/dxgi/view_faces.h"

enum dimension { UNKNOWN, BUFFER, TEX1D, TEX1D_ARRAY, TEX2D, TEX2D_ARRAY, TEX3D, CUBE, BAD };

/* What the descriptions say, in one form. */
struct part {
	DXGI_FORMAT format;
	enum dimension dimension;
	UINT mip, n_mips, first, count; /* elements of buffers, array elements or slices */
};

static void view_destroy(struct xfi_child *child)
{
	struct xfi_view *view = xfi_view_of(child);

	xfi_child_unuse(&view->resource->child);
	free(view);
}

static void *view_query(struct xfi_child *child, REFIID riid)
{
	static const IID *const iids11[] = { &IID_ID3D11RenderTargetView,
		&IID_ID3D11DepthStencilView, &IID_ID3D11ShaderResourceView,
		&IID_ID3D11UnorderedAccessView };
	static const IID *const iids10[] = { &IID_ID3D10RenderTargetView,
		&IID_ID3D10DepthStencilView, &IID_ID3D10ShaderResourceView };
	struct xfi_view *view = xfi_view_of(child);
	bool d3d10 = child->device->is_d3d10;

	if (xfi_iid_is(riid, &IID_IUnknown))
		return d3d10 ? (void *)&child->d3d10 : &child->d3d11;
	if (xfi_iid_is(riid, &IID_ID3D11DeviceChild) || xfi_iid_is(riid, &IID_ID3D11View) ||
		xfi_iid_is(riid, iids11[view->kind]))
		return &child->d3d11;
	if (!d3d10 || view->kind == XFI_UAV)
		return NULL;
	if (xfi_iid_is(riid, &IID_ID3D10DeviceChild) || xfi_iid_is(riid, &IID_ID3D10View) ||
		xfi_iid_is(riid, iids10[view->kind]) ||
		(view->kind == XFI_SRV && xfi_iid_is(riid, &IID_ID3D10ShaderResourceView1)))
		return &child->d3d10;
	return NULL;
}

const struct xfi_child_type xfi_view_type = { .destroy = view_destroy, .query = view_query };

static struct part part_of_rtv(const D3D11_RENDER_TARGET_VIEW_DESC *d)
{
	switch (d->ViewDimension) {
	case D3D11_RTV_DIMENSION_BUFFER:
		return (struct part){ d->Format, BUFFER, 0, 1, d->Buffer.FirstElement,
			d->Buffer.NumElements };
	case D3D11_RTV_DIMENSION_TEXTURE1D:
		return (struct part){ d->Format, TEX1D, d->Texture1D.MipSlice, 1, 0, 1 };
	case D3D11_RTV_DIMENSION_TEXTURE1DARRAY:
		return (struct part){ d->Format, TEX1D_ARRAY, d->Texture1DArray.MipSlice, 1,
			d->Texture1DArray.FirstArraySlice, d->Texture1DArray.ArraySize };
	case D3D11_RTV_DIMENSION_TEXTURE2D:
		return (struct part){ d->Format, TEX2D, d->Texture2D.MipSlice, 1, 0, 1 };
	case D3D11_RTV_DIMENSION_TEXTURE2DARRAY:
		return (struct part){ d->Format, TEX2D_ARRAY, d->Texture2DArray.MipSlice, 1,
			d->Texture2DArray.FirstArraySlice, d->Texture2DArray.ArraySize };
	case D3D11_RTV_DIMENSION_TEXTURE3D:
		return (struct part){ d->Format, TEX3D, d->Texture3D.MipSlice, 1,
			d->Texture3D.FirstWSlice, d->Texture3D.WSize };
	default:
		return (struct part){ .dimension = d->ViewDimension ? BAD : UNKNOWN };
	}
}

static struct part part_of_dsv(const D3D11_DEPTH_STENCIL_VIEW_DESC *d)
{
	switch (d->ViewDimension) {
	case D3D11_DSV_DIMENSION_TEXTURE1D:
		return (struct part){ d->Format, TEX1D, d->Texture1D.MipSlice, 1, 0, 1 };
	case D3D11_DSV_DIMENSION_TEXTURE1DARRAY:
		return (struct part){ d->Format, TEX1D_ARRAY, d->Texture1DArray.MipSlice, 1,
			d->Texture1DArray.FirstArraySlice, d->Texture1DArray.ArraySize };
	case D3D11_DSV_DIMENSION_TEXTURE2D:
		return (struct part){ d->Format, TEX2D, d->Texture2D.MipSlice, 1, 0, 1 };
	case D3D11_DSV_DIMENSION_TEXTURE2DARRAY:
		return (struct part){ d->Format, TEX2D_ARRAY, d->Texture2DArray.MipSlice, 1,
			d->Texture2DArray.FirstArraySlice, d->Texture2DArray.ArraySize };
	default:
		return (struct part){ .dimension = d->ViewDimension ? BAD : UNKNOWN };
	}
}

static struct part part_of_srv(const D3D11_SHADER_RESOURCE_VIEW_DESC *d)
{
	switch (d->ViewDimension) {
	case D3D11_SRV_DIMENSION_BUFFER:
		return (struct part){ d->Format, BUFFER, 0, 1, d->Buffer.FirstElement,
			d->Buffer.NumElements };
	case D3D11_SRV_DIMENSION_BUFFEREX:
		return (struct part){ d->Format, BUFFER, 0, 1, d->BufferEx.FirstElement,
			d->BufferEx.NumElements };
	case D3D11_SRV_DIMENSION_TEXTURE1D:
		return (struct part){ d->Format, TEX1D, d->Texture1D.MostDetailedMip,
			d->Texture1D.MipLevels, 0, 1 };
	case D3D11_SRV_DIMENSION_TEXTURE1DARRAY:
		return (struct part){ d->Format, TEX1D_ARRAY, d->Texture1DArray.MostDetailedMip,
			d->Texture1DArray.MipLevels, d->Texture1DArray.FirstArraySlice,
			d->Texture1DArray.ArraySize };
	case D3D11_SRV_DIMENSION_TEXTURE2D:
		return (struct part){ d->Format, TEX2D, d->Texture2D.MostDetailedMip,
			d->Texture2D.MipLevels, 0, 1 };
	case D3D11_SRV_DIMENSION_TEXTURE2DARRAY:
		return (struct part){ d->Format, TEX2D_ARRAY, d->Texture2DArray.MostDetailedMip,
			d->Texture2DArray.MipLevels, d->Texture2DArray.FirstArraySlice,
			d->Texture2DArray.ArraySize };
	case D3D11_SRV_DIMENSION_TEXTURE3D:
		return (struct part){ d->Format, TEX3D, d->Texture3D.MostDetailedMip,
			d->Texture3D.MipLevels, 0, UINT_MAX };
	case D3D11_SRV_DIMENSION_TEXTURECUBE:
		return (struct part){ d->Format, CUBE, d->TextureCube.MostDetailedMip,
			d->TextureCube.MipLevels, 0, 6 };
	default:
		return (struct part){ .dimension = d->ViewDimension ? BAD : UNKNOWN };
	}
}

static struct part part_of_uav(const D3D11_UNORDERED_ACCESS_VIEW_DESC *d)
{
	switch (d->ViewDimension) {
	case D3D11_UAV_DIMENSION_BUFFER:
		return (struct part){ d->Format, BUFFER, 0, 1, d->Buffer.FirstElement,
			d->Buffer.NumElements };
	case D3D11_UAV_DIMENSION_TEXTURE1D:
		return (struct part){ d->Format, TEX1D, d->Texture1D.MipSlice, 1, 0, 1 };
	case D3D11_UAV_DIMENSION_TEXTURE1DARRAY:
		return (struct part){ d->Format, TEX1D_ARRAY, d->Texture1DArray.MipSlice, 1,
			d->Texture1DArray.FirstArraySlice, d->Texture1DArray.ArraySize };
	case D3D11_UAV_DIMENSION_TEXTURE2D:
		return (struct part){ d->Format, TEX2D, d->Texture2D.MipSlice, 1, 0, 1 };
	case D3D11_UAV_DIMENSION_TEXTURE2DARRAY:
		return (struct part){ d->Format, TEX2D_ARRAY, d->Texture2DArray.MipSlice, 1,
			d->Texture2DArray.FirstArraySlice, d->Texture2DArray.ArraySize };
	case D3D11_UAV_DIMENSION_TEXTURE3D:
		return (struct part){ d->Format, TEX3D, d->Texture3D.MipSlice, 1,
			d->Texture3D.FirstWSlice, d->Texture3D.WSize };
	default:
		return (struct part){ .dimension = d->ViewDimension ? BAD : UNKNOWN };
	}
}

/* The description a NULL one stands for: the first level, or all of them for shaders. */
static void default_desc(struct xfi_view *view)
{
	const struct xfi_desc *desc = &view->resource->desc;
	bool array = desc->array > 1;

	switch (view->kind) {
	case XFI_RTV:
		view->rtv.Format = desc->format;
		if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE1D) {
			view->rtv.ViewDimension = array ? D3D11_RTV_DIMENSION_TEXTURE1DARRAY
							: D3D11_RTV_DIMENSION_TEXTURE1D;
			view->rtv.Texture1DArray.ArraySize = array ? desc->array : 0;
		} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE2D) {
			view->rtv.ViewDimension = array ? D3D11_RTV_DIMENSION_TEXTURE2DARRAY
							: D3D11_RTV_DIMENSION_TEXTURE2D;
			view->rtv.Texture2DArray.ArraySize = array ? desc->array : 0;
		} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D) {
			view->rtv.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE3D;
			view->rtv.Texture3D.WSize = desc->depth;
		}
		break;
	case XFI_DSV:
		view->dsv.Format = desc->format;
		if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE2D) {
			view->dsv.ViewDimension = array ? D3D11_DSV_DIMENSION_TEXTURE2DARRAY
							: D3D11_DSV_DIMENSION_TEXTURE2D;
			view->dsv.Texture2DArray.ArraySize = array ? desc->array : 0;
		}
		break;
	case XFI_SRV:
		view->srv.Format = desc->format;
		if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE1D) {
			view->srv.ViewDimension = array ? D3D11_SRV_DIMENSION_TEXTURE1DARRAY
							: D3D11_SRV_DIMENSION_TEXTURE1D;
			view->srv.Texture1DArray.ArraySize = array ? desc->array : 0;
		} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE2D) {
			view->srv.ViewDimension = array ? D3D11_SRV_DIMENSION_TEXTURE2DARRAY
							: D3D11_SRV_DIMENSION_TEXTURE2D;
			view->srv.Texture2DArray.ArraySize = array ? desc->array : 0;
		} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D) {
			view->srv.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE3D;
		}
		view->srv.Texture1D.MipLevels = desc->mips;
		break;
	case XFI_UAV:
		view->uav.Format = desc->format;
		if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE1D) {
			view->uav.ViewDimension = array ? D3D11_UAV_DIMENSION_TEXTURE1DARRAY
							: D3D11_UAV_DIMENSION_TEXTURE1D;
			view->uav.Texture1DArray.ArraySize = array ? desc->array : 0;
		} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE2D) {
			view->uav.ViewDimension = array ? D3D11_UAV_DIMENSION_TEXTURE2DARRAY
							: D3D11_UAV_DIMENSION_TEXTURE2D;
			view->uav.Texture2DArray.ArraySize = array ? desc->array : 0;
		} else if (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D) {
			view->uav.ViewDimension = D3D11_UAV_DIMENSION_TEXTURE3D;
			view->uav.Texture3D.WSize = desc->depth;
		}
		break;
	}
}

static struct part part_of(const struct xfi_view *view)
{
	switch (view->kind) {
	case XFI_RTV:
		return part_of_rtv(&view->rtv);
	case XFI_DSV:
		return part_of_dsv(&view->dsv);
	case XFI_SRV:
		return part_of_srv(&view->srv);
	default:
		return part_of_uav(&view->uav);
	}
}

static size_t desc_size(enum xfi_view_kind kind)
{
	static const size_t sizes[] = { sizeof(D3D11_RENDER_TARGET_VIEW_DESC),
		sizeof(D3D11_DEPTH_STENCIL_VIEW_DESC), sizeof(D3D11_SHADER_RESOURCE_VIEW_DESC),
		sizeof(D3D11_UNORDERED_ACCESS_VIEW_DESC) };

	return sizes[kind];
}

static bool dimension_fits(const struct xfi_desc *desc, enum dimension dimension)
{
	switch (dimension) {
	case BUFFER:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
	case TEX1D:
	case TEX1D_ARRAY:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE1D;
	case TEX2D:
	case TEX2D_ARRAY:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE2D;
	case CUBE:
		return desc->misc & D3D11_RESOURCE_MISC_TEXTURECUBE;
	case TEX3D:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D;
	default:
		return false;
	}
}

static HRESULT check_buffer(struct xfi_view *view, const struct part *part)
{
	const struct xfi_desc *desc = &view->resource->desc;
	uint64_t first, count;

	view->element_bytes = view->format ? view->format->bytes : desc->stride;
	if (!view->element_bytes || !part->count)
		return E_INVALIDARG;
	first = (uint64_t)part->first * view->element_bytes;
	count = (uint64_t)part->count * view->element_bytes;
	if (first + count > desc->width)
		return E_INVALIDARG;
	view->left_byte = (UINT)first;
	view->n_bytes = (UINT)count;
	return S_OK;
}

static HRESULT check_texture(struct xfi_view *view, const struct part *part)
{
	const struct xfi_desc *desc = &view->resource->desc;
	const struct xfi_format *own = view->resource->format;
	UINT all;

	if (part->mip >= desc->mips)
		return E_INVALIDARG;
	/* Video is seen through one-plane formats, which is more than clears and copies need. */
	if (!view->format || (view->format->family != own->family && !own->two_planes))
		return E_INVALIDARG;
	all = part->dimension == TEX3D ? desc->depth >> part->mip : desc->array;
	all = all ? all : 1;
	if (part->first >= all)
		return E_INVALIDARG;
	view->count = part->count == UINT_MAX ? all - part->first : part->count;
	if (!view->count || view->count > all - part->first)
		return E_INVALIDARG;
	view->first = part->first;
	view->mip = part->mip;
	return S_OK;
}

static HRESULT check(struct xfi_view *view)
{
	static const UINT binds[] = { D3D11_BIND_RENDER_TARGET, D3D11_BIND_DEPTH_STENCIL,
		D3D11_BIND_SHADER_RESOURCE, D3D11_BIND_UNORDERED_ACCESS };
	const struct xfi_desc *desc = &view->resource->desc;
	struct part part = part_of(view);

	if (!(desc->bind & binds[view->kind]) || !dimension_fits(desc, part.dimension))
		return E_INVALIDARG;
	if (part.format == DXGI_FORMAT_UNKNOWN)
		part.format = desc->format;
	view->format = xfi_format(part.format);
	return part.dimension == BUFFER ? check_buffer(view, &part) : check_texture(view, &part);
}

HRESULT xfi_view_create(struct xfi_device *device, enum xfi_view_kind kind,
	struct xfi_resource *resource, const void *desc, struct xfi_view **ret_view)
{
	struct xfi_view *view;
	HRESULT hr;

	if (!resource)
		return E_INVALIDARG;
	view = calloc(1, sizeof(*view));
	if (!view)
		return E_OUTOFMEMORY;
	view->kind = kind;
	view->resource = resource;
	if (desc)
		memcpy(&view->rtv, desc, desc_size(kind));
	if (!desc || !view->rtv.ViewDimension)
		default_desc(view);
	hr = check(view);
	if (FAILED(hr) || !ret_view) {
		free(view);
		return FAILED(hr) ? hr : S_FALSE;
	}
	xfi_child_use(&resource->child);
	xfi_child_init(&view->child, device, &xfi_view_type);
	xfi_view_init_d3d11(view);
	xfi_view_init_d3d10(view);
	*ret_view = view;
	return S_OK;
}
