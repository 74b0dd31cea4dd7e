/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view.h"

#include "win/dxgi/render.h"
#include "win/dxgi/view_end.h"
#include "win/dxgi/view_faces.h"

static void view_destroy(struct xfi_child *child)
{
	struct xfi_view *view = xfi_view_of(child);
	xfi_view_end(view);
	xfi_child_unuse(&view->resource->child);
	free(view);
}

static void *view_query(struct xfi_child *child, REFIID riid)
{
	static const IID *const iids11[] = { &IID_ID3D11RenderTargetView,
		&IID_ID3D11DepthStencilView, &IID_ID3D11ShaderResourceView,
		&IID_ID3D11UnorderedAccessView };
	/* Depth-stencil views have no version 1. */
	static const IID *const iids11_1[] = { &IID_ID3D11RenderTargetView1,
		&IID_ID3D11DepthStencilView, &IID_ID3D11ShaderResourceView1,
		&IID_ID3D11UnorderedAccessView1 };
	static const IID *const iids10[] = { &IID_ID3D10RenderTargetView,
		&IID_ID3D10DepthStencilView, &IID_ID3D10ShaderResourceView };
	struct xfi_view *view = xfi_view_of(child);
	bool d3d10 = child->device->is_d3d10;
	if (xfi_iid_is(riid, &IID_IUnknown))
		return d3d10 ? (void *)&child->d3d10 : &child->d3d11;
	if (xfi_iid_is(riid, &IID_ID3D11DeviceChild) || xfi_iid_is(riid, &IID_ID3D11View) ||
		xfi_iid_is(riid, iids11[view->kind]) || xfi_iid_is(riid, iids11_1[view->kind]))
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

static bool is_structured(const struct xfi_desc *desc)
{
	return desc->misc & D3D11_RESOURCE_MISC_BUFFER_STRUCTURED;
}

/* What stands for no description: everything, for those who write everything of the first level. */
static struct xfi_part whole(enum xfi_view_kind kind, const struct xfi_desc *desc)
{
	struct xfi_part part = {
		.format = desc->format, .count = UINT_MAX, .n_mips = kind == XFI_SRV ? UINT_MAX : 1
	};
	bool array = desc->array > 1;
	switch (desc->dimension) {
	case D3D11_RESOURCE_DIMENSION_BUFFER:
		part.dimension = XFI_BUFFER;
		part.count = is_structured(desc) ? desc->width / desc->stride : 0;
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE1D:
		part.dimension = array ? XFI_1D_ARRAY : XFI_1D;
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE2D:
		if (kind == XFI_SRV && desc->misc & D3D11_RESOURCE_MISC_TEXTURECUBE)
			part.dimension = desc->array >= 12 ? XFI_CUBE_ARRAY : XFI_CUBE;
		else
			part.dimension = array ? XFI_2D_ARRAY : XFI_2D;
		break;
	default:
		part.dimension = XFI_3D;
		break;
	}
	return part;
}

/* Of our textures all have one sample, and may be seen as multisampled ones. */
static bool dimension_fits(const struct xfi_desc *desc, enum xfi_dimension dimension)
{
	switch (dimension) {
	case XFI_BUFFER:
	case XFI_BUFFER_EX:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
	case XFI_1D:
	case XFI_1D_ARRAY:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE1D;
	case XFI_3D:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D;
	case XFI_CUBE:
	case XFI_CUBE_ARRAY:
		return desc->misc & D3D11_RESOURCE_MISC_TEXTURECUBE;
	default:
		return desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE2D;
	}
}

/* Can this kind of view have the format at all? */
static bool format_suits(enum xfi_view_kind kind, const struct xfi_format *format, bool buffer)
{
	static const UINT needed[] = { D3D11_FORMAT_SUPPORT_RENDER_TARGET,
		D3D11_FORMAT_SUPPORT_DEPTH_STENCIL, 0,
		D3D11_FORMAT_SUPPORT_TYPED_UNORDERED_ACCESS_VIEW };
	UINT support = needed[kind] | (buffer ? D3D11_FORMAT_SUPPORT_BUFFER : 0);
	return format && format->kind != XFI_TYPELESS && format->kind != XFI_VIDEO &&
	       (kind != XFI_SRV || format->kind != XFI_DEPTH) &&
	       (xfi_format_support(format->format) & support) == support;
}

/* Bytes of an element; 0: the format, the flags and the buffer do not go together. */
static UINT element_of_buffer(struct xfi_view *view, const struct xfi_part *part)
{
	_Static_assert((int)D3D11_BUFFER_UAV_FLAG_RAW == (int)D3D11_BUFFEREX_SRV_FLAG_RAW, "same");
	const UINT raw = D3D11_BUFFER_UAV_FLAG_RAW;
	const UINT counters = D3D11_BUFFER_UAV_FLAG_APPEND | D3D11_BUFFER_UAV_FLAG_COUNTER;
	const struct xfi_desc *desc = &view->resource->desc;
	if (part->flags & raw)
		return part->flags == raw && part->format == DXGI_FORMAT_R32_TYPELESS &&
				       desc->misc & D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS
			       ? 4
			       : 0;
	if (part->format == DXGI_FORMAT_UNKNOWN)
		return is_structured(desc) && !(part->flags & ~counters) && view->kind >= XFI_SRV
			       ? desc->stride
			       : 0;
	if (is_structured(desc) || part->flags || !format_suits(view->kind, view->format, true))
		return 0;
	return view->format->bytes;
}

static HRESULT check_buffer(struct xfi_view *view, const struct xfi_part *part)
{
	UINT size = element_of_buffer(view, part);
	uint64_t first = (uint64_t)part->first * size, bytes = (uint64_t)part->count * size;
	if (!bytes || first + bytes > view->resource->desc.width)
		return E_INVALIDARG;
	view->left_byte = (UINT)first;
	view->n_bytes = (UINT)bytes;
	return S_OK;
}

/* A picture on a display is the same bytes with and without sRGB. */
static bool is_like(const struct xfi_format *own, const struct xfi_format *format)
{
	return own->family == format->family &&
	       (format->type == XFI_CHANNEL_SRGB || format->type == XFI_CHANNEL_UNORM);
}

/*
 * Video is seen plane by plane. Of a resource with a type the view must have the same one; of a
 * typeless one of its family, or the bits as one number if it is to be written unordered.
 */
static bool format_fits(struct xfi_view *view)
{
	const struct xfi_format *own = view->resource->format, *format = view->format;
	if (!format_suits(view->kind, format, false))
		return false;
	if (own->two_planes) {
		view->chroma = format->channels && format->channels[1].bits;
		return format->channels && format->channels[0].bits == 8 * own->bytes &&
		       format->bytes == (view->chroma ? 2 : 1) * own->bytes;
	}
	if (own->kind != XFI_TYPELESS && !(view->resource->is_back_buffer && is_like(own, format)))
		return format == own;
	return format->family == own->family || (view->kind == XFI_UAV && own->bytes == 4 &&
							format->family == DXGI_FORMAT_R32_TYPELESS);
}

static bool resolve_levels(const struct xfi_desc *desc, struct xfi_part *part)
{
	if (part->mip >= desc->mips)
		return false;
	if (part->n_mips == UINT_MAX)
		part->n_mips = desc->mips - part->mip;
	return part->n_mips && part->n_mips <= desc->mips - part->mip;
}

/* Counts of cubes become six times as many elements in the view. */
static bool resolve_range(struct xfi_view *view, struct xfi_part *part)
{
	const struct xfi_desc *desc = &view->resource->desc;
	UINT all = part->dimension == XFI_3D ? desc->depth >> part->mip : desc->array;
	UINT faces = part->dimension == XFI_CUBE || part->dimension == XFI_CUBE_ARRAY ? 6 : 1;
	all = all ? all : 1;
	if (!xfi_part_has_range(view->kind, part->dimension)) {
		part->first = 0;
		part->count = part->dimension == XFI_3D ? all : 1;
	}
	if (part->first >= all)
		return false;
	if (part->count == UINT_MAX)
		part->count = (all - part->first) / faces;
	if (!part->count || part->count > (all - part->first) / faces)
		return false;
	view->first = part->first;
	view->count = part->count * faces;
	return true;
}

static HRESULT check_texture(struct xfi_view *view, struct xfi_part *part)
{
	if (part->format == DXGI_FORMAT_UNKNOWN) {
		view->format = view->resource->format;
		part->format = view->format->format;
	}
	if (!format_fits(view) || !resolve_levels(&view->resource->desc, part) ||
		!resolve_range(view, part))
		return E_INVALIDARG;
	view->mip = part->mip;
	return S_OK;
}

static HRESULT check(struct xfi_view *view, struct xfi_part *part)
{
	static const UINT binds[] = { D3D11_BIND_RENDER_TARGET, D3D11_BIND_DEPTH_STENCIL,
		D3D11_BIND_SHADER_RESOURCE, D3D11_BIND_UNORDERED_ACCESS };
	const struct xfi_desc *desc = &view->resource->desc;
	if (!(desc->bind & binds[view->kind]) || !dimension_fits(desc, part->dimension))
		return E_INVALIDARG;
	view->format = xfi_format(part->format);
	if (desc->dimension == D3D11_RESOURCE_DIMENSION_BUFFER)
		return check_buffer(view, part);
	return check_texture(view, part);
}

/* Fills all of the view but what makes it a child. */
static HRESULT describe(struct xfi_view *view, const void *desc)
{
	struct xfi_part part;
	HRESULT hr;
	if (desc) {
		memcpy(&view->desc, desc, xfi_view_desc_size(view->kind));
		if (!xfi_part_read(view->kind, &view->desc, &part))
			return E_INVALIDARG;
		memset(&view->desc, 0, sizeof(view->desc));
		if (view->kind == XFI_DSV)
			view->desc.dsv.Flags = ((const D3D11_DEPTH_STENCIL_VIEW_DESC *)desc)->Flags;
	} else {
		part = whole(view->kind, &view->resource->desc);
	}
	hr = check(view, &part);
	if (SUCCEEDED(hr))
		xfi_part_write(view->kind, &part, &view->desc);
	return hr;
}

HRESULT xfi_view_create(struct xfi_device *device, enum xfi_view_kind kind,
	struct xfi_resource *resource, const void *desc, struct xfi_view **ret_view)
{
	struct xfi_view *view;
	HRESULT hr;
	if (FAILED(xfi_render_removed(device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	if (!resource)
		return E_INVALIDARG;
	view = calloc(1, sizeof(*view));
	if (!view)
		return E_OUTOFMEMORY;
	view->kind = kind;
	view->resource = resource;
	hr = describe(view, desc);
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
