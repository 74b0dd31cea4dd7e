/* SPDX-License-Identifier: MIT */
/*
 * Clears of what shaders have written: recorded, so that they wait behind a gate and their caller
 * does not, and to the same bytes as a device writes that has never drawn.
 */
#include "gate.h"
#include "quad.h"

#include <stdio.h>

enum how { BY_UINT, BY_FLOAT, BY_VIEW };

struct kind {
	DXGI_FORMAT format;
	UINT width, height, depth, mips, array, bytes; /* a buffer has no height, bytes a pixel */
	UINT misc, stride;
	D3D11_UNORDERED_ACCESS_VIEW_DESC view;
	const char *type, *at; /* HLSL's, and of one element */
	enum how how;
	union {
		UINT uints[4];
		FLOAT floats[4];
	};
};

#define UAV(format, dimension, member, ...)                                                        \
	{                                                                                          \
		DXGI_FORMAT_##format, D3D11_UAV_DIMENSION_##dimension,                             \
		{                                                                                  \
			.member = { __VA_ARGS__ }                                                  \
		}                                                                                  \
	}
#define RAW	   D3D11_BUFFER_UAV_FLAG_RAW
#define RAW_VIEWS  D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS
#define STRUCTURED D3D11_RESOURCE_MISC_BUFFER_STRUCTURED

static const struct kind kinds[] = {
	{ DXGI_FORMAT_R32_UINT, 20, 12, 1, 1, 1, 4, 0, 0, UAV(R32_UINT, TEXTURE2D, Texture2D, 0),
		"RWTexture2D<uint>", "[uint2(0, 0)]", BY_UINT, .uints = { 5 } },
	{ DXGI_FORMAT_R8G8B8A8_TYPELESS, 20, 12, 1, 1, 1, 4, 0, 0,
		UAV(R8G8B8A8_UNORM, TEXTURE2D, Texture2D, 0), "RWTexture2D<unorm float4>",
		"[uint2(0, 0)]", BY_FLOAT, .floats = { 1, 0.5f, 0, 0.25f } },
	{ DXGI_FORMAT_R8G8B8A8_TYPELESS, 20, 12, 1, 1, 1, 4, 0, 0,
		UAV(R32_UINT, TEXTURE2D, Texture2D, 0), "RWTexture2D<uint>", "[uint2(0, 0)]",
		BY_UINT, .uints = { 0x01020304 } },
	{ DXGI_FORMAT_R16G16B16A16_FLOAT, 700, 300, 1, 1, 3, 8, 0, 0,
		UAV(R16G16B16A16_FLOAT, TEXTURE2DARRAY, Texture2DArray, 0, 1, 2),
		"RWTexture2DArray<float4>", "[uint3(0, 0, 0)]", BY_FLOAT,
		.floats = { 1, -2, 0.25f, 100 } },
	{ DXGI_FORMAT_R32_FLOAT, 20, 12, 1, 2, 1, 4, 0, 0, UAV(R32_FLOAT, TEXTURE2D, Texture2D, 1),
		"RWTexture2D<float>", "[uint2(0, 0)]", BY_UINT, .uints = { 0x40490fdb } },
	{ DXGI_FORMAT_R8_UNORM, 20, 12, 6, 1, 1, 1, 0, 0,
		UAV(R8_UNORM, TEXTURE3D, Texture3D, 0, 0, 6), "RWTexture3D<unorm float>",
		"[uint3(0, 0, 0)]", BY_FLOAT, .floats = { 0.75f } },
	{ DXGI_FORMAT_R8G8B8A8_UINT, 20, 12, 1, 1, 1, 4, 0, 0,
		UAV(R8G8B8A8_UINT, TEXTURE2D, Texture2D, 0), "RWTexture2D<uint4>", "[uint2(4, 4)]",
		BY_VIEW, .floats = { 1, 2, 3, 4 } },
	{ 0, 4096, 0, 1, 1, 1, 1, 0, 0, UAV(R32G32_UINT, BUFFER, Buffer, 2, 500), "RWBuffer<uint2>",
		"[0]", BY_UINT, .uints = { 7, 8 } },
	{ 0, 600000, 0, 1, 1, 1, 1, 0, 0, UAV(R32G32_UINT, BUFFER, Buffer, 0, 75000),
		"RWBuffer<uint2>", "[0]", BY_UINT, .uints = { 7, 8 } },
	{ 0, 4096, 0, 1, 1, 1, 1, 0, 0, UAV(R8_UINT, BUFFER, Buffer, 16, 1001), "RWBuffer<uint>",
		"[0]", BY_UINT, .uints = { 0x1ff } },
	{ 0, 4096, 0, 1, 1, 1, 1, 0, 0, UAV(R32_FLOAT, BUFFER, Buffer, 8, 64), "RWBuffer<float>",
		"[5]", BY_VIEW, .floats = { 0.5f } },
	{ 0, 4096, 0, 1, 1, 1, 1, STRUCTURED, 16, UAV(UNKNOWN, BUFFER, Buffer, 2, 30),
		"RWStructuredBuffer<uint4>", "[0]", BY_UINT, .uints = { 9, 1, 1, 1 } },
	{ 0, 4096, 0, 1, 1, 1, 1, RAW_VIEWS, 0, UAV(R32_TYPELESS, BUFFER, Buffer, 4, 100, RAW),
		"RWByteAddressBuffer", NULL, BY_UINT, .uints = { 0xdeadbeef } },
};

/* Of both devices: one whose shaders write there, and one that never draws. */
struct side {
	ID3D11Device *device;
	ID3D11DeviceContext *context;
	ID3D11Resource *resource, *staging;
	ID3D11UnorderedAccessView *view;
};

static ID3D11Resource *make(struct side *side, const struct kind *kind, D3D11_USAGE usage)
{
	const bool staging = usage == D3D11_USAGE_STAGING;
	const UINT bind = staging ? 0 : D3D11_BIND_UNORDERED_ACCESS;
	const UINT cpu = staging ? D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE : 0;
	const D3D11_BUFFER_DESC buffer = { kind->width, usage, bind, cpu, staging ? 0 : kind->misc,
		kind->stride };
	const D3D11_TEXTURE2D_DESC two = { kind->width, kind->height, kind->mips, kind->array,
		kind->format, { 1, 0 }, usage, bind, cpu, 0 };
	const D3D11_TEXTURE3D_DESC three = { kind->width, kind->height, kind->depth, kind->mips,
		kind->format, usage, bind, cpu, 0 };
	void *made = NULL;
	HRESULT hr;
	if (!kind->height)
		hr = ID3D11Device_CreateBuffer(side->device, &buffer, NULL, (ID3D11Buffer **)&made);
	else if (kind->depth > 1)
		hr = ID3D11Device_CreateTexture3D(
			side->device, &three, NULL, (ID3D11Texture3D **)&made);
	else
		hr = ID3D11Device_CreateTexture2D(
			side->device, &two, NULL, (ID3D11Texture2D **)&made);
	assert_hr(hr, S_OK);
	return made;
}

static UINT least_one(UINT size, UINT mip)
{
	return size >> mip ? size >> mip : 1;
}

/* Something is there before. */
static void fill(struct side *side, const struct kind *kind)
{
	const UINT row = kind->width * kind->bytes, slice = row * least_one(kind->height, 0);
	uint8_t *bytes = malloc((size_t)slice * kind->depth);
	assert_non_null(bytes);
	for (size_t i = 0; i < (size_t)slice * kind->depth; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251);
	for (UINT s = 0; s < kind->mips * kind->array; s++)
		ID3D11DeviceContext_UpdateSubresource(
			side->context, side->resource, s, NULL, bytes, row, slice);
	free(bytes);
}

static void side_open(struct side *side, const struct kind *kind)
{
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0,
			  D3D11_SDK_VERSION, &side->device, NULL, &side->context),
		S_OK);
	side->resource = make(side, kind, D3D11_USAGE_DEFAULT);
	side->staging = make(side, kind, D3D11_USAGE_STAGING);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  side->device, side->resource, &kind->view, &side->view),
		S_OK);
	fill(side, kind);
}

static void side_close(struct side *side)
{
	ID3D11UnorderedAccessView_Release(side->view);
	ID3D11Resource_Release(side->staging);
	ID3D11Resource_Release(side->resource);
	ID3D11DeviceContext_Release(side->context);
	ID3D11Device_Release(side->device);
}

/* One element that the clear will reach. */
static void dispatch(struct side *side, const struct kind *kind)
{
	char source[256];
	ID3D11ComputeShader *shader;
	snprintf(source, sizeof(source),
		kind->at
			? "%s o : register(u0); [numthreads(1, 1, 1)] void cs() { o%s = 1; }"
			: "%s o : register(u0); [numthreads(1, 1, 1)] void cs() { o.Store(0, 1); }",
		kind->type, kind->at);
	ID3DBlob *code = compile(source, "cs", "cs_5_0");
	assert_hr(ID3D11Device_CreateComputeShader(side->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &shader),
		S_OK);
	ID3D11DeviceContext_CSSetShader(side->context, shader, NULL, 0);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(side->context, 0, 1, &side->view, NULL);
	ID3D11DeviceContext_Dispatch(side->context, 1, 1, 1);
	ID3D11ComputeShader_Release(shader);
	ID3D10Blob_Release(code);
}

static void clear(struct side *side, const struct kind *kind)
{
	static const D3D11_RECT rects[] = { { 1, 0, 3, 3 }, { 4, 0, 6, 99 }, { 5, 5, 5, 5 } };
	ID3D11DeviceContext1 *context;
	if (kind->how == BY_UINT)
		ID3D11DeviceContext_ClearUnorderedAccessViewUint(
			side->context, side->view, kind->uints);
	else if (kind->how == BY_FLOAT)
		ID3D11DeviceContext_ClearUnorderedAccessViewFloat(
			side->context, side->view, kind->floats);
	if (kind->how != BY_VIEW)
		return;
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  side->context, &IID_ID3D11DeviceContext1, (void **)&context),
		S_OK);
	ID3D11DeviceContext1_ClearView(context, (ID3D11View *)side->view, kind->floats, rects, 3);
	ID3D11DeviceContext1_Release(context);
}

static void compare_level(struct side *sides, const struct kind *kind, UINT subresource, UINT mip)
{
	const UINT row = least_one(kind->width, mip) * kind->bytes;
	D3D11_MAPPED_SUBRESOURCE mapped[2];
	for (int i = 0; i < 2; i++)
		assert_hr(ID3D11DeviceContext_Map(sides[i].context, sides[i].staging, subresource,
				  D3D11_MAP_READ, 0, &mapped[i]),
			S_OK);
	for (UINT z = 0; z < kind->depth; z++)
		for (UINT y = 0; y < least_one(kind->height, mip); y++)
			if (memcmp((uint8_t *)mapped[0].pData + z * mapped[0].DepthPitch +
					    y * mapped[0].RowPitch,
				    (uint8_t *)mapped[1].pData + z * mapped[1].DepthPitch +
					    y * mapped[1].RowPitch,
				    row))
				fail_msg("kind %d: subresource %u differs in slice %u, row %u",
					(int)(kind - kinds), subresource, z, y);
	for (int i = 0; i < 2; i++)
		ID3D11DeviceContext_Unmap(sides[i].context, sides[i].staging, subresource);
}

static void compare(struct side *sides, const struct kind *kind)
{
	for (int i = 0; i < 2; i++)
		ID3D11DeviceContext_CopyResource(
			sides[i].context, sides[i].staging, sides[i].resource);
	for (UINT s = 0; s < kind->mips * kind->array; s++)
		compare_level(sides, kind, s, s % kind->mips);
}

static void clears_wait_in_the_queue(void **state)
{
	struct side sides[2];
	struct gate gate;
	for (const struct kind *kind = kinds; kind < kinds + sizeof(kinds) / sizeof(*kinds);
		kind++) {
		for (int i = 0; i < 2; i++)
			side_open(&sides[i], kind);
		gate_make(&gate, sides[1].device);
		dispatch(&sides[1], kind);
		gate_shut(&gate);
		for (int i = 0; i < 2; i++)
			clear(&sides[i], kind);
		gate_open(&gate);
		compare(sides, kind);
		gate_free(&gate);
		for (int i = 0; i < 2; i++)
			side_close(&sides[i]);
	}
}

/* Each is behind what was recorded before it, and before what comes after. */
static void clears_are_in_the_order_of_dispatches(void **state)
{
	static const struct kind *kind = &kinds[0];
	struct side side;
	D3D11_MAPPED_SUBRESOURCE mapped;
	side_open(&side, kind);
	dispatch(&side, kind);
	clear(&side, kind);
	dispatch(&side, kind);
	ID3D11DeviceContext_CopyResource(side.context, side.staging, side.resource);
	assert_hr(
		ID3D11DeviceContext_Map(side.context, side.staging, 0, D3D11_MAP_READ, 0, &mapped),
		S_OK);
	assert_int_equal(((uint32_t *)mapped.pData)[0], 1);
	assert_int_equal(((uint32_t *)mapped.pData)[1], 5);
	ID3D11DeviceContext_Unmap(side.context, side.staging, 0);
	side_close(&side);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clears_wait_in_the_queue),
		cmocka_unit_test(clears_are_in_the_order_of_dispatches),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
