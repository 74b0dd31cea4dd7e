/* SPDX-License-Identifier: MIT */
#include "win/dxgi/runtime_data.h"

void xfi_desc_from_buffer(const D3D11_BUFFER_DESC *from, struct xfi_desc *to)
{
	*to = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_BUFFER,
		.width = from->ByteWidth,
		.height = 1,
		.depth = 1,
		.mips = 1,
		.array = 1,
		.samples = { 1, 0 },
		.usage = from->Usage,
		.bind = from->BindFlags,
		.cpu = from->CPUAccessFlags,
		.misc = from->MiscFlags,
		.stride = from->StructureByteStride };
}

void xfi_desc_from_1d(const D3D11_TEXTURE1D_DESC *from, struct xfi_desc *to)
{
	*to = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE1D,
		.width = from->Width,
		.height = 1,
		.depth = 1,
		.mips = from->MipLevels,
		.array = from->ArraySize,
		.format = from->Format,
		.samples = { 1, 0 },
		.usage = from->Usage,
		.bind = from->BindFlags,
		.cpu = from->CPUAccessFlags,
		.misc = from->MiscFlags };
}

void xfi_desc_from_2d(const D3D11_TEXTURE2D_DESC *from, struct xfi_desc *to)
{
	*to = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE2D,
		.width = from->Width,
		.height = from->Height,
		.depth = 1,
		.mips = from->MipLevels,
		.array = from->ArraySize,
		.format = from->Format,
		.samples = from->SampleDesc,
		.usage = from->Usage,
		.bind = from->BindFlags,
		.cpu = from->CPUAccessFlags,
		.misc = from->MiscFlags };
}

void xfi_desc_from_3d(const D3D11_TEXTURE3D_DESC *from, struct xfi_desc *to)
{
	*to = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE3D,
		.width = from->Width,
		.height = from->Height,
		.depth = from->Depth,
		.mips = from->MipLevels,
		.array = 1,
		.format = from->Format,
		.samples = { 1, 0 },
		.usage = from->Usage,
		.bind = from->BindFlags,
		.cpu = from->CPUAccessFlags,
		.misc = from->MiscFlags };
}

void xfi_desc_to_buffer(const struct xfi_desc *from, D3D11_BUFFER_DESC *to)
{
	*to = (D3D11_BUFFER_DESC){ .ByteWidth = from->width,
		.Usage = from->usage,
		.BindFlags = from->bind,
		.CPUAccessFlags = from->cpu,
		.MiscFlags = from->misc,
		.StructureByteStride = from->stride };
}

void xfi_desc_to_1d(const struct xfi_desc *from, D3D11_TEXTURE1D_DESC *to)
{
	*to = (D3D11_TEXTURE1D_DESC){ .Width = from->width,
		.MipLevels = from->mips,
		.ArraySize = from->array,
		.Format = from->format,
		.Usage = from->usage,
		.BindFlags = from->bind,
		.CPUAccessFlags = from->cpu,
		.MiscFlags = from->misc };
}

void xfi_desc_to_2d(const struct xfi_desc *from, D3D11_TEXTURE2D_DESC *to)
{
	*to = (D3D11_TEXTURE2D_DESC){ .Width = from->width,
		.Height = from->height,
		.MipLevels = from->mips,
		.ArraySize = from->array,
		.Format = from->format,
		.SampleDesc = from->samples,
		.Usage = from->usage,
		.BindFlags = from->bind,
		.CPUAccessFlags = from->cpu,
		.MiscFlags = from->misc };
}

void xfi_desc_to_3d(const struct xfi_desc *from, D3D11_TEXTURE3D_DESC *to)
{
	*to = (D3D11_TEXTURE3D_DESC){ .Width = from->width,
		.Height = from->height,
		.Depth = from->depth,
		.MipLevels = from->mips,
		.Format = from->format,
		.Usage = from->usage,
		.BindFlags = from->bind,
		.CPUAccessFlags = from->cpu,
		.MiscFlags = from->misc };
}

void xfi_runtime_data_fill(struct xfi_runtime_data *data, const struct xfi_desc *desc)
{
	memset(data, 0, sizeof(*data));
	data->size = sizeof(*data);
	data->version = 4;
	data->width = desc->width;
	data->height = desc->height;
	data->format = desc->format;
	data->keyed_mutex = !!(desc->misc & D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	data->nt_shared = !!(desc->misc & D3D11_RESOURCE_MISC_SHARED_NTHANDLE);
	data->dimension = desc->dimension;
	switch (desc->dimension) {
	case D3D11_RESOURCE_DIMENSION_BUFFER:
		xfi_desc_to_buffer(desc, &data->buffer);
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE1D:
		xfi_desc_to_1d(desc, &data->texture1d);
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE2D:
		xfi_desc_to_2d(desc, &data->texture2d);
		break;
	default:
		xfi_desc_to_3d(desc, &data->texture3d);
		break;
	}
}

bool xfi_runtime_data_parse(const void *bytes, size_t size, struct xfi_desc *ret_desc)
{
	struct xfi_runtime_data data;
	if (size != sizeof(data))
		return false;
	memcpy(&data, bytes, sizeof(data));
	if (data.size != sizeof(data) || data.version != 4)
		return false;
	switch (data.dimension) {
	case D3D11_RESOURCE_DIMENSION_BUFFER:
		xfi_desc_from_buffer(&data.buffer, ret_desc);
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE1D:
		xfi_desc_from_1d(&data.texture1d, ret_desc);
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE2D:
		xfi_desc_from_2d(&data.texture2d, ret_desc);
		break;
	case D3D11_RESOURCE_DIMENSION_TEXTURE3D:
		xfi_desc_from_3d(&data.texture3d, ret_desc);
		break;
	default:
		return false;
	}
	/* The completed count of levels is what was stored, so 0 is not possible here. */
	return ret_desc->mips && SUCCEEDED(xfi_desc_check(ret_desc, D3D_FEATURE_LEVEL_11_1));
}
