/* SPDX-License-Identifier: MIT */
#include "quad.h"

static const char quad_source[] =
	"struct V { float4 p : SV_Position; float2 t : TEXCOORD; };\n"
	"cbuffer C : register(b0) { float4 colour; float4 place; };\n"
	"Texture2D<float4> picture : register(t0);\n"
	"SamplerState state : register(s0);\n"
	"V vs(uint i : SV_VertexID) {\n"
	"	V v; v.t = float2(i & 1, i >> 1);\n"
	"	v.p = float4(v.t.x * 2 - 1, 1 - v.t.y * 2, place.z, 1); return v; }\n"
	"float4 solid(V v) : SV_Target { return colour; }\n"
	"float4 textured(V v) : SV_Target { return picture.Sample(state, v.t); }\n"
	"struct Two { float4 a : SV_Target0; float4 b : SV_Target1; };\n"
	"Two two(V v) { Two t; t.a = colour; t.b = colour.bgra; return t; }\n";

ID3DBlob *compile(const char *source, const char *entry, const char *target)
{
	ID3DBlob *code = NULL, *errors = NULL;
	HRESULT hr = D3DCompile(source, strlen(source), "test.hlsl", NULL, NULL, entry, target, 0,
		0, &code, &errors);
	if (errors)
		print_message("%s\n", (char *)ID3D10Blob_GetBufferPointer(errors));
	assert_hr(hr, S_OK);
	return code;
}

ID3D11VertexShader *compile_vs(ID3D11Device *device, const char *source, const char *entry)
{
	ID3DBlob *code = compile(source, entry, "vs_5_0");
	ID3D11VertexShader *shader;
	assert_hr(ID3D11Device_CreateVertexShader(device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &shader),
		S_OK);
	ID3D10Blob_Release(code);
	return shader;
}

ID3D11PixelShader *compile_ps(ID3D11Device *device, const char *source, const char *entry)
{
	ID3DBlob *code = compile(source, entry, "ps_5_0");
	ID3D11PixelShader *shader;
	assert_hr(ID3D11Device_CreatePixelShader(device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &shader),
		S_OK);
	ID3D10Blob_Release(code);
	return shader;
}

static ID3D11PixelShader *quad_ps(struct stage *stage, const char *entry)
{
	static const char *const entries[] = { "solid", "textured", "two" };
	int i = 0;
	while (strcmp(entries[i], entry))
		i++;
	if (!stage->quad_ps[i])
		stage->quad_ps[i] = compile_ps(stage->device, quad_source, entry);
	return stage->quad_ps[i];
}

void use_quad(struct stage *stage, const char *ps_entry)
{
	if (!stage->quad_vs)
		stage->quad_vs = compile_vs(stage->device, quad_source, "vs");
	ID3D11DeviceContext_VSSetShader(stage->context, stage->quad_vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage->context, quad_ps(stage, ps_entry), NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
}

/* A quad over the whole target, in this colour and depth. */
void draw_quad(struct stage *stage, float r, float g, float b, float a, float depth)
{
	const float constants[] = { r, g, b, a, 0, 0, depth, 0 };
	ID3D11Buffer *buffer = make_buffer(
		stage->device, D3D11_BIND_CONSTANT_BUFFER, constants, sizeof(constants));
	ID3D11DeviceContext_VSSetConstantBuffers(stage->context, 0, 1, &buffer);
	ID3D11DeviceContext_PSSetConstantBuffers(stage->context, 0, 1, &buffer);
	ID3D11DeviceContext_Draw(stage->context, 4, 0);
	ID3D11Buffer_Release(buffer);
}

void expect_all(struct stage *stage, uint32_t expected)
{
	uint32_t *pixels = texture_pixels(stage->device, stage->texture, 4);
	for (UINT i = 0; i < stage->width * stage->height; i++)
		if (!is_near(pixels[i], expected))
			fail_msg("pixel %u is %08x, not %08x", i, pixels[i], expected);
	free(pixels);
}
