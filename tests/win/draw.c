/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include "dxbc.h"

void stage_open(struct stage *stage, UINT width, UINT height, DXGI_FORMAT format)
{
	stage_open_with(stage, 0, width, height, format);
}

void stage_open_with(struct stage *stage, UINT flags, UINT width, UINT height, DXGI_FORMAT format)
{
	static const FLOAT black[4] = { 0, 0, 0, 0 };
	const D3D11_TEXTURE2D_DESC desc = { .Width = width,
		.Height = height,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = format,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE };
	const D3D11_VIEWPORT viewport = { 0, 0, (float)width, (float)height, 0, 1 };
	*stage = (struct stage){ .width = width, .height = height };
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, flags, NULL, 0,
			  D3D11_SDK_VERSION, &stage->device, NULL, &stage->context),
		S_OK);
	assert_hr(ID3D11Device_CreateTexture2D(stage->device, &desc, NULL, &stage->texture), S_OK);
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  stage->device, (ID3D11Resource *)stage->texture, NULL, &stage->target),
		S_OK);
	ID3D11DeviceContext_ClearRenderTargetView(stage->context, stage->target, black);
	ID3D11DeviceContext_OMSetRenderTargets(stage->context, 1, &stage->target, NULL);
	ID3D11DeviceContext_RSSetViewports(stage->context, 1, &viewport);
}

void stage_close(struct stage *stage)
{
	if (stage->quad_vs)
		ID3D11VertexShader_Release(stage->quad_vs);
	for (int i = 0; i < 3; i++)
		if (stage->quad_ps[i])
			ID3D11PixelShader_Release(stage->quad_ps[i]);
	ID3D11RenderTargetView_Release(stage->target);
	ID3D11Texture2D_Release(stage->texture);
	ID3D11DeviceContext_Release(stage->context);
	ID3D11Device_Release(stage->device);
}

void *texture_pixels(ID3D11Device *device, ID3D11Texture2D *texture, UINT bytes)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	D3D11_TEXTURE2D_DESC desc;
	ID3D11Texture2D *staging = map_copy(device, texture, &mapped);
	ID3D11Texture2D_GetDesc(texture, &desc);
	uint8_t *pixels = malloc((size_t)desc.Width * desc.Height * bytes);
	assert_non_null(pixels);
	for (UINT y = 0; y < desc.Height; y++)
		memcpy(pixels + (size_t)y * desc.Width * bytes,
			(uint8_t *)mapped.pData + (size_t)y * mapped.RowPitch,
			(size_t)desc.Width * bytes);
	unmap_copy(device, staging);
	return pixels;
}

void *buffer_bytes(ID3D11Device *device, ID3D11Buffer *buffer)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11DeviceContext *context;
	ID3D11Buffer *staging;
	D3D11_BUFFER_DESC desc;
	ID3D11Buffer_GetDesc(buffer, &desc);
	desc = (D3D11_BUFFER_DESC){ .ByteWidth = desc.ByteWidth,
		.Usage = D3D11_USAGE_STAGING,
		.CPUAccessFlags = D3D11_CPU_ACCESS_READ };
	assert_hr(ID3D11Device_CreateBuffer(device, &desc, NULL, &staging), S_OK);
	ID3D11Device_GetImmediateContext(device, &context);
	ID3D11DeviceContext_CopyResource(
		context, (ID3D11Resource *)staging, (ID3D11Resource *)buffer);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)staging, 0, D3D11_MAP_READ, 0, &mapped),
		S_OK);
	void *bytes = malloc(desc.ByteWidth);
	assert_non_null(bytes);
	memcpy(bytes, mapped.pData, desc.ByteWidth);
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)staging, 0);
	ID3D11Buffer_Release(staging);
	ID3D11DeviceContext_Release(context);
	return bytes;
}

ID3D11Buffer *make_buffer(ID3D11Device *device, UINT bind, const void *data, UINT size)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = size, .BindFlags = bind };
	const D3D11_SUBRESOURCE_DATA initial = { .pSysMem = data };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(device, &desc, data ? &initial : NULL, &buffer), S_OK);
	return buffer;
}

ID3D11VertexShader *make_vs(ID3D11Device *device, struct dxbc code)
{
	ID3D11VertexShader *shader;
	assert_hr(ID3D11Device_CreateVertexShader(device, code.bytes, code.size, NULL, &shader),
		S_OK);
	dxbc_free(&code);
	return shader;
}

ID3D11PixelShader *make_ps(ID3D11Device *device, struct dxbc code)
{
	ID3D11PixelShader *shader;
	assert_hr(
		ID3D11Device_CreatePixelShader(device, code.bytes, code.size, NULL, &shader), S_OK);
	dxbc_free(&code);
	return shader;
}

ID3D11ComputeShader *make_cs(ID3D11Device *device, struct dxbc code)
{
	ID3D11ComputeShader *shader;
	assert_hr(ID3D11Device_CreateComputeShader(device, code.bytes, code.size, NULL, &shader),
		S_OK);
	dxbc_free(&code);
	return shader;
}

void stage_set_colours(struct stage *stage)
{
	static const D3D11_INPUT_ELEMENT_DESC elements[] = {
		{ "POSITION", 0, DXGI_FORMAT_R32G32B32A32_FLOAT, 0, 0, D3D11_INPUT_PER_VERTEX_DATA,
			0 },
		{ "COLOR", 0, DXGI_FORMAT_R32G32B32A32_FLOAT, 0, 16, D3D11_INPUT_PER_VERTEX_DATA,
			0 },
	};
	struct dxbc code = dxbc_vs_pass();
	ID3D11InputLayout *layout;
	assert_hr(ID3D11Device_CreateInputLayout(
			  stage->device, elements, 2, code.bytes, code.size, &layout),
		S_OK);
	ID3D11VertexShader *vs = make_vs(stage->device, code);
	ID3D11PixelShader *ps = make_ps(stage->device, dxbc_ps_color());
	ID3D11DeviceContext_IASetInputLayout(stage->context, layout);
	ID3D11DeviceContext_VSSetShader(stage->context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
	ID3D11InputLayout_Release(layout);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
}

void stage_draw(struct stage *stage, const struct vertex *vertices, UINT count)
{
	const UINT stride = sizeof(*vertices), offset = 0;
	ID3D11Buffer *buffer = make_buffer(
		stage->device, D3D11_BIND_VERTEX_BUFFER, vertices, count * sizeof(*vertices));
	ID3D11DeviceContext_IASetVertexBuffers(stage->context, 0, 1, &buffer, &stride, &offset);
	ID3D11DeviceContext_Draw(stage->context, count, 0);
	ID3D11Buffer_Release(buffer);
}

bool is_near(uint32_t pixel, uint32_t expected)
{
	for (int i = 0; i < 32; i += 8) {
		const int a = (int)(pixel >> i & 0xff), b = (int)(expected >> i & 0xff);
		if (a - b > 1 || b - a > 1)
			return false;
	}
	return true;
}
