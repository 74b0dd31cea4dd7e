/* SPDX-License-Identifier: MIT */
/*
 * What shaders read where nothing that fits is bound: zeros in every channel, whatever was written
 * where nothing is bound. A view of another dimension than the shader's is not read.
 */
#include "quad.h"

enum { EDGE = 4, FACES = 12 };

static const char source[] =
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0, 1); }\n"
	"SamplerState state : register(s0);\n"
	"Texture1D<float4> line1 : register(t0);\n"
	"Texture1DArray<float4> lines : register(t0);\n"
	"Texture2D<float4> flat : register(t0);\n"
	"Texture2DArray<float4> layers : register(t0);\n"
	"Texture3D<float4> volume : register(t0);\n"
	"TextureCube<float4> cube : register(t0);\n"
	"TextureCubeArray<float4> cubes : register(t0);\n"
	"Buffer<float4> texels : register(t0);\n"
	"Texture2D<uint4> number : register(t0);\n"
	"StructuredBuffer<float4> records : register(t0);\n"
	"cbuffer C : register(b0) { float4 constant; };\n"
	"float4 read_line() : SV_Target { return line1.Sample(state, 0.5); }\n"
	"float4 read_lines() : SV_Target { return lines.Sample(state, float2(0.5, 1)); }\n"
	"float4 read_flat() : SV_Target { return flat.Sample(state, float2(0.5, 0.5)); }\n"
	"float4 read_layers() : SV_Target { return layers.Sample(state, float3(.5, .5, 1)); }\n"
	"float4 read_volume() : SV_Target { return volume.Sample(state, float3(.5, .5, .5)); }\n"
	"float4 read_cube() : SV_Target { return cube.Sample(state, float3(1, .5, .5)); }\n"
	"float4 read_cubes() : SV_Target { return cubes.Sample(state, float4(1, .5, .5, 1)); }\n"
	"float4 read_texels() : SV_Target { return texels[0]; }\n"
	"float4 read_number() : SV_Target { return number[uint2(0, 0)]; }\n"
	"float4 read_records() : SV_Target { return records[0]; }\n"
	"float4 read_constant() : SV_Target { return constant; }\n";

static const char *const of_dimension[] = { "read_line", "read_lines", "read_flat", "read_layers",
	"read_volume", "read_cube", "read_cubes" };
enum { DIMENSIONS = sizeof(of_dimension) / sizeof(of_dimension[0]) };

static const char *const others[] = { "read_texels", "read_number", "read_records",
	"read_constant" };

static struct stage open_scene(void)
{
	struct stage stage;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R32G32B32A32_FLOAT);
	ID3D11VertexShader *vs = compile_vs(stage.device, source, "vs");
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11VertexShader_Release(vs);
	return stage;
}

static void expect_read(struct stage *stage, const char *entry, const char *what, float expected)
{
	static const FLOAT before[4] = { 9, 9, 9, 9 };
	ID3D11PixelShader *ps = compile_ps(stage->device, source, entry);
	ID3D11DeviceContext_PSSetShader(stage->context, ps, NULL, 0);
	ID3D11DeviceContext_ClearRenderTargetView(stage->context, stage->target, before);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	float *pixel = texture_pixels(stage->device, stage->texture, 16);
	for (int c = 0; c < 4; c++)
		if (pixel[c] != expected)
			fail_msg("%s of %s: %f %f %f %f, not %f", entry, what, pixel[0], pixel[1],
				pixel[2], pixel[3], expected);
	free(pixel);
	ID3D11PixelShader_Release(ps);
}

static void *white_texture(struct stage *stage, D3D11_SRV_DIMENSION dimension)
{
	static uint32_t white[EDGE * EDGE * EDGE];
	D3D11_SUBRESOURCE_DATA data[FACES];
	D3D11_TEXTURE2D_DESC flat = { EDGE, EDGE, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM, { 1, 0 },
		D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE, 0, 0 };
	D3D11_TEXTURE1D_DESC line = { EDGE, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_USAGE_DEFAULT,
		D3D11_BIND_SHADER_RESOURCE, 0, 0 };
	const D3D11_TEXTURE3D_DESC volume = { EDGE, EDGE, EDGE, 1, DXGI_FORMAT_R8G8B8A8_UNORM,
		D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE, 0, 0 };
	void *texture;
	memset(white, 0xff, sizeof(white));
	for (int i = 0; i < FACES; i++)
		data[i] = (D3D11_SUBRESOURCE_DATA){ white, EDGE * 4, EDGE * EDGE * 4 };
	if (dimension >= D3D11_SRV_DIMENSION_TEXTURECUBE)
		flat.MiscFlags = D3D11_RESOURCE_MISC_TEXTURECUBE;
	if (dimension == D3D11_SRV_DIMENSION_TEXTURE1DARRAY)
		line.ArraySize = 2;
	if (dimension == D3D11_SRV_DIMENSION_TEXTURE2DARRAY)
		flat.ArraySize = 2;
	if (flat.MiscFlags)
		flat.ArraySize = FACES;
	HRESULT hr = dimension <= D3D11_SRV_DIMENSION_TEXTURE1DARRAY
			     ? ID3D11Device_CreateTexture1D(
				       stage->device, &line, data, (ID3D11Texture1D **)&texture)
		     : dimension == D3D11_SRV_DIMENSION_TEXTURE3D
			     ? ID3D11Device_CreateTexture3D(
				       stage->device, &volume, data, (ID3D11Texture3D **)&texture)
			     : ID3D11Device_CreateTexture2D(
				       stage->device, &flat, data, (ID3D11Texture2D **)&texture);
	assert_hr(hr, S_OK);
	return texture;
}

static ID3D11ShaderResourceView *white_view(struct stage *stage, D3D11_SRV_DIMENSION dimension)
{
	D3D11_SHADER_RESOURCE_VIEW_DESC desc = { .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.ViewDimension = dimension };
	ID3D11Resource *texture = white_texture(stage, dimension);
	ID3D11ShaderResourceView *view;
	desc.Texture2DArray.MipLevels = 1;
	if (dimension == D3D11_SRV_DIMENSION_TEXTURECUBEARRAY)
		desc.TextureCubeArray.NumCubes = 2;
	else
		desc.Texture2DArray.ArraySize = 2; /* what has no layers does not look there */
	assert_hr(
		ID3D11Device_CreateShaderResourceView(stage->device, texture, &desc, &view), S_OK);
	ID3D11Resource_Release(texture);
	return view;
}

static void only_views_of_the_dimension_are_read(void **state)
{
	static const D3D11_SRV_DIMENSION dimensions[DIMENSIONS] = { D3D11_SRV_DIMENSION_TEXTURE1D,
		D3D11_SRV_DIMENSION_TEXTURE1DARRAY, D3D11_SRV_DIMENSION_TEXTURE2D,
		D3D11_SRV_DIMENSION_TEXTURE2DARRAY, D3D11_SRV_DIMENSION_TEXTURE3D,
		D3D11_SRV_DIMENSION_TEXTURECUBE, D3D11_SRV_DIMENSION_TEXTURECUBEARRAY };
	struct stage stage = open_scene();
	for (int view = 0; view < DIMENSIONS; view++) {
		ID3D11ShaderResourceView *white = white_view(&stage, dimensions[view]);
		ID3D11DeviceContext_PSSetShaderResources(stage.context, 0, 1, &white);
		for (int shader = 0; shader < DIMENSIONS; shader++)
			expect_read(
				&stage, of_dimension[shader], of_dimension[view], shader == view);
		ID3D11ShaderResourceView_Release(white);
	}
	stage_close(&stage);
}

static void expect_zeros(struct stage *stage, const char *when)
{
	for (int i = 0; i < DIMENSIONS; i++)
		expect_read(stage, of_dimension[i], when, 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		expect_read(stage, others[i], when, 0);
}

static void run_compute(struct stage *stage, const char *text, const char *entry)
{
	ID3DBlob *code = compile(text, entry, "cs_5_0");
	ID3D11ComputeShader *cs;
	assert_hr(ID3D11Device_CreateComputeShader(stage->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &cs),
		S_OK);
	ID3D11DeviceContext_CSSetShader(stage->context, cs, NULL, 0);
	ID3D11DeviceContext_Dispatch(stage->context, 1, 1, 1);
	ID3D11ComputeShader_Release(cs);
	ID3D10Blob_Release(code);
}

static void unbound_is_zero_whatever_was_written(void **state)
{
	static const char writes[] =
		"RWStructuredBuffer<float4> records : register(u0);\n"
		"RWTexture1D<float> line1 : register(u1);\n"
		"RWTexture2D<float> flat : register(u2);\n"
		"RWTexture3D<float> volume : register(u3);\n"
		"RWTexture2DArray<float> layers : register(u4);\n"
		"RWBuffer<float> texels : register(u5);\n"
		"RWStructuredBuffer<float4> seen : register(u6);\n"
		"[numthreads(1, 1, 1)] void put() {\n"
		"	for (int i = 0; i < 6; i++) layers[uint3(0, 0, i)] = 1;\n"
		"	records[0] = 1; line1[0] = 1; flat[uint2(0, 0)] = 1; texels[0] = 1;\n"
		"	volume[uint3(0, 0, 0)] = 1; }\n"
		"[numthreads(1, 1, 1)] void look() {\n"
		"	seen[0] = records[0]; seen[1] = float4(line1[0], flat[uint2(0, 0)],\n"
		"		volume[uint3(0, 0, 0)], texels[0]); }\n";
	const D3D11_BUFFER_DESC desc = { .ByteWidth = 32,
		.BindFlags = D3D11_BIND_UNORDERED_ACCESS,
		.MiscFlags = D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
		.StructureByteStride = 16 };
	static const float before[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = before };
	struct stage stage = open_scene();
	ID3D11UnorderedAccessView *view;
	ID3D11Buffer *buffer;
	expect_zeros(&stage, "nothing");
	run_compute(&stage, writes, "put");
	expect_zeros(&stage, "nothing after a write");
	assert_hr(ID3D11Device_CreateBuffer(stage.device, &desc, &data, &buffer), S_OK);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage.device, (ID3D11Resource *)buffer, NULL, &view),
		S_OK);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage.context, 6, 1, &view, NULL);
	run_compute(&stage, writes, "look");
	float *seen = buffer_bytes(stage.device, buffer);
	for (int i = 0; i < 8; i++)
		if (seen[i] != 0)
			fail_msg("an unbound view that was written has %f at %d", seen[i], i);
	free(seen);
	ID3D11UnorderedAccessView_Release(view);
	ID3D11Buffer_Release(buffer);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_views_of_the_dimension_are_read),
		cmocka_unit_test(unbound_is_zero_whatever_was_written),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
