/* SPDX-License-Identifier: MIT */
#include "expression.h"

#include <stdio.h>

#include "quad.h"

enum { NUMBERS = 64, MOST_TEXT = 1 << 14 };

/* What the shaders read, `i` as bits and `f` as the same numbers as floats. */
static const struct {
	uint32_t integers[16];
	float floats[16];
} input = {
	{ 0, 1, 7, (uint32_t)-7, 4, 3, 0xffffffff, 0x80000000 },
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, -7.5f, 1e10f, -1e10f, 2147483648.0f, 4294967296.0f, -0.5f,
		2147483520.0f },
};

static const char head[] =
	"StructuredBuffer<uint> in_i : register(t0);\n"
	"StructuredBuffer<float> in_f : register(t1);\n"
	"ByteAddressBuffer bytes : register(t2), same : register(t3);\n"
	"RWStructuredBuffer<uint> o : register(u0);\n"
	"RWByteAddressBuffer written : register(u1);\n"
	"static uint i[8]; static float f[16];\n"
	"static float2x2 a, b; static float3x3 c, d; static float4x4 e, g; static float2x3 h;\n"
	"static float nan;\n";

static const char body[] =
	"[numthreads(1, 1, 1)] void main() {\n"
	"	for (uint n = 0; n < 16; n++) { if (n < 8) i[n] = in_i[n]; f[n] = in_f[n]; }\n"
	"	nan = asfloat(i[6]);\n"
	"	a = float2x2(f[1], f[2], f[3], f[4]); b = float2x2(f[5], f[6], f[7], f[8]);\n"
	"	h = float2x3(f[1], f[2], f[3], f[4], f[5], f[6]);\n"
	"	c = float3x3(f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[1]);\n"
	"	d = float3x3(f[2], f[0], f[1], f[1], f[3], f[0], f[0], f[1], f[2]);\n"
	"	e = float4x4(f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[2], f[4], f[6], "
	"f[8],\n"
	"		f[1], f[1], f[2], f[2]); g = e + f[1];\n";

static ID3DBlob *compile_with(const char *text, UINT flags)
{
	ID3DBlob *code = NULL, *messages = NULL;
	const HRESULT hr = D3DCompile(text, strlen(text), "meaning.hlsl", NULL, NULL, "main",
		"cs_5_0", flags, 0, &code, &messages);
	if (FAILED(hr))
		fail_msg("%s", messages ? (char *)ID3D10Blob_GetBufferPointer(messages) : "?");
	if (messages)
		ID3D10Blob_Release(messages);
	return code;
}

static ID3D11Buffer *make_records(
	struct stage *stage, UINT bind, UINT misc, const void *bytes, UINT size)
{
	const D3D11_BUFFER_DESC desc = {
		.ByteWidth = size, .BindFlags = bind, .MiscFlags = misc, .StructureByteStride = 4
	};
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = bytes };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(stage->device, &desc, bytes ? &data : NULL, &buffer),
		S_OK);
	return buffer;
}

static void set_input(struct stage *stage, UINT slot, const void *bytes, UINT size, bool is_raw)
{
	const D3D11_SHADER_RESOURCE_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_TYPELESS,
		.ViewDimension = D3D11_SRV_DIMENSION_BUFFEREX,
		.BufferEx = { 0, size / 4, D3D11_BUFFEREX_SRV_FLAG_RAW } };
	ID3D11Buffer *buffer = make_records(stage, D3D11_BIND_SHADER_RESOURCE,
		is_raw ? D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS
		       : D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
		bytes, size);
	ID3D11ShaderResourceView *view;
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  stage->device, (ID3D11Resource *)buffer, is_raw ? &desc : NULL, &view),
		S_OK);
	ID3D11DeviceContext_CSSetShaderResources(stage->context, slot, 1, &view);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Buffer_Release(buffer);
}

static ID3D11Buffer *set_output(struct stage *stage, UINT slot, UINT size, bool is_raw)
{
	const D3D11_UNORDERED_ACCESS_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_TYPELESS,
		.ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
		.Buffer = { 0, size / 4, D3D11_BUFFER_UAV_FLAG_RAW } };
	ID3D11Buffer *buffer = make_records(stage, D3D11_BIND_UNORDERED_ACCESS,
		is_raw ? D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS
		       : D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
		NULL, size);
	ID3D11UnorderedAccessView *view;
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage->device, (ID3D11Resource *)buffer, is_raw ? &desc : NULL, &view),
		S_OK);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage->context, slot, 1, &view, NULL);
	ID3D11UnorderedAccessView_Release(view);
	return buffer;
}

/* What the shader has left in `o`; free() it. */
static uint32_t *dispatch(struct stage *stage, const char *text, UINT flags)
{
	ID3DBlob *code = compile_with(text, flags);
	ID3D11ComputeShader *shader;
	assert_hr(ID3D11Device_CreateComputeShader(stage->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &shader),
		S_OK);
	set_input(stage, 0, input.integers, sizeof(input.integers), false);
	set_input(stage, 1, input.floats, sizeof(input.floats), false);
	set_input(stage, 2, input.floats, 28, true);
	set_input(stage, 3, input.floats, 12, true);
	ID3D11Buffer *out = set_output(stage, 0, NUMBERS * 4, false);
	ID3D11Buffer *raw = set_output(stage, 1, 20, true);
	ID3D11DeviceContext_CSSetShader(stage->context, shader, NULL, 0);
	ID3D11DeviceContext_Dispatch(stage->context, 1, 1, 1);
	uint32_t *result = buffer_bytes(stage->device, out);
	ID3D11Buffer_Release(out);
	ID3D11Buffer_Release(raw);
	ID3D11ComputeShader_Release(shader);
	ID3D10Blob_Release(code);
	return result;
}

void expect_expressions(
	const char *more, const struct expression *expressions, size_t n_expressions)
{
	char *text = malloc(MOST_TEXT);
	size_t length = (size_t)snprintf(text, MOST_TEXT, "%s%s%s", head, more, body);
	struct stage stage;
	assert_true(n_expressions <= NUMBERS);
	for (size_t i = 0; i < n_expressions; i++)
		length += (size_t)snprintf(text + length, MOST_TEXT - length, "	o[%zu] = %s;\n", i,
			expressions[i].text);
	length += (size_t)snprintf(text + length, MOST_TEXT - length, "}\n");
	assert_true(length < MOST_TEXT);
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (int k = 0; k < 2; k++) {
		uint32_t *result = dispatch(&stage, text, k ? D3DCOMPILE_SKIP_OPTIMIZATION : 0);
		for (size_t i = 0; i < n_expressions; i++)
			if (result[i] != expressions[i].expected)
				fail_msg("%s: %08x, not %08x", expressions[i].text, result[i],
					expressions[i].expected);
		free(result);
	}
	stage_close(&stage);
	free(text);
}
