/* SPDX-License-Identifier: MIT */
/*
 * Copies between compressed blocks, or shared exponents, and numbers of as many bits, as feature
 * level 10.1 has them: by the processor, and on the GPU for what was drawn with.
 */
#include "quad.h"

enum { ROWS = 4, COLUMNS = 4, BLOCK = 16, MIPS = 2 };

struct pair {
	DXGI_FORMAT packed, number;
	UINT edge, bytes; /* of a block */
};

static const struct pair pairs[] = {
	{ DXGI_FORMAT_BC1_UNORM, DXGI_FORMAT_R32G32_UINT, 4, 8 },
	{ DXGI_FORMAT_BC1_UNORM_SRGB, DXGI_FORMAT_R16G16B16A16_SINT, 4, 8 },
	{ DXGI_FORMAT_BC4_SNORM, DXGI_FORMAT_R16G16B16A16_UINT, 4, 8 },
	{ DXGI_FORMAT_BC2_UNORM, DXGI_FORMAT_R32G32B32A32_SINT, 4, 16 },
	{ DXGI_FORMAT_BC3_UNORM, DXGI_FORMAT_R32G32B32A32_UINT, 4, 16 },
	{ DXGI_FORMAT_BC7_UNORM, DXGI_FORMAT_R32G32B32A32_UINT, 4, 16 },
	{ DXGI_FORMAT_R9G9B9E5_SHAREDEXP, DXGI_FORMAT_R32_UINT, 1, 4 },
};

struct scene {
	struct stage stage;
	const struct pair *pair;
	ID3D11Texture2D *packed, *number;
	uint8_t bytes[ROWS * COLUMNS * BLOCK]; /* what was written there first */
};

static ID3D11Texture2D *make(struct scene *scene, DXGI_FORMAT format, UINT edge, bool staging)
{
	const D3D11_TEXTURE2D_DESC desc = { COLUMNS * edge, ROWS * edge, MIPS, 1, format, { 1, 0 },
		staging ? D3D11_USAGE_STAGING : D3D11_USAGE_DEFAULT,
		staging ? 0 : D3D11_BIND_SHADER_RESOURCE,
		staging ? D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE : 0, 0 };
	ID3D11Texture2D *texture;
	assert_hr(ID3D11Device_CreateTexture2D(scene->stage.device, &desc, NULL, &texture), S_OK);
	return texture;
}

static void touch(struct scene *scene, ID3D11Texture2D *texture)
{
	ID3D11ShaderResourceView *view;
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  scene->stage.device, (ID3D11Resource *)texture, NULL, &view),
		S_OK);
	use_quad(&scene->stage, "textured");
	ID3D11DeviceContext_PSSetShaderResources(scene->stage.context, 0, 1, &view);
	draw_quad(&scene->stage, 0, 0, 0, 0, 0);
	ID3D11ShaderResourceView_Release(view);
}

static void write_all(struct scene *scene, ID3D11Texture2D *texture)
{
	for (UINT mip = 0; mip < MIPS; mip++)
		ID3D11DeviceContext_UpdateSubresource(scene->stage.context,
			(ID3D11Resource *)texture, mip, NULL, scene->bytes,
			(COLUMNS >> mip) * scene->pair->bytes, 0);
}

/* With `drawn` the newest bytes of the blocks are on the GPU. */
static void scene_open(struct scene *scene, const struct pair *pair, bool drawn)
{
	*scene = (struct scene){ .pair = pair };
	stage_open(&scene->stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	scene->packed = make(scene, pair->packed, pair->edge, false);
	scene->number = make(scene, pair->number, 1, false);
	for (UINT i = 0; i < sizeof(scene->bytes); i++)
		scene->bytes[i] = (uint8_t)(i * 37 + 11);
	if (drawn)
		touch(scene, scene->packed);
	write_all(scene, scene->packed);
}

static void scene_close(struct scene *scene)
{
	ID3D11Texture2D_Release(scene->packed);
	ID3D11Texture2D_Release(scene->number);
	stage_close(&scene->stage);
}

static void copy(struct scene *scene, ID3D11Texture2D *to, ID3D11Texture2D *from)
{
	ID3D11DeviceContext_CopyResource(
		scene->stage.context, (ID3D11Resource *)to, (ID3D11Resource *)from);
}

/* Blocks of a level, row by row. */
static void read_level(struct scene *scene, ID3D11Texture2D *texture, UINT mip, uint8_t *bytes)
{
	const UINT row = (COLUMNS >> mip) * scene->pair->bytes;
	D3D11_MAPPED_SUBRESOURCE mapped;
	D3D11_TEXTURE2D_DESC desc;
	ID3D11Texture2D_GetDesc(texture, &desc);
	ID3D11Texture2D *staging = make(scene, desc.Format, desc.Width / COLUMNS, true);
	copy(scene, staging, texture);
	assert_hr(ID3D11DeviceContext_Map(scene->stage.context, (ID3D11Resource *)staging, mip,
			  D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (UINT y = 0; y < (UINT)ROWS >> mip; y++)
		memcpy(bytes + y * row, (uint8_t *)mapped.pData + y * mapped.RowPitch, row);
	ID3D11DeviceContext_Unmap(scene->stage.context, (ID3D11Resource *)staging, mip);
	ID3D11Texture2D_Release(staging);
}

static void expect_same(struct scene *scene, ID3D11Texture2D *texture)
{
	uint8_t bytes[sizeof(scene->bytes)];
	for (UINT mip = 0; mip < MIPS; mip++) {
		read_level(scene, texture, mip, bytes);
		if (memcmp(bytes, scene->bytes,
			    (COLUMNS >> mip) * (ROWS >> mip) * scene->pair->bytes))
			fail_msg("formats %d and %d: level %u is another one", scene->pair->packed,
				scene->pair->number, mip);
	}
}

/* To numbers and back, past staging textures of either format. */
static void whole_resources_go_both_ways(void **state)
{
	for (size_t i = 0; i < 2 * sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *pair = &pairs[i / 2];
		struct scene scene;
		scene_open(&scene, pair, i % 2);
		ID3D11Texture2D *numbers = make(&scene, pair->number, 1, true);
		ID3D11Texture2D *blocks = make(&scene, pair->packed, pair->edge, true);
		ID3D11Texture2D *again = make(&scene, pair->packed, pair->edge, false);
		copy(&scene, scene.number, scene.packed);
		expect_same(&scene, scene.number);
		copy(&scene, blocks, scene.number);
		copy(&scene, numbers, blocks);
		copy(&scene, again, numbers);
		expect_same(&scene, again);
		memset(scene.bytes, 0x5a, sizeof(scene.bytes));
		write_all(&scene, scene.number);
		copy(&scene, scene.packed, scene.number);
		expect_same(&scene, scene.packed);
		ID3D11Texture2D_Release(numbers);
		ID3D11Texture2D_Release(blocks);
		ID3D11Texture2D_Release(again);
		scene_close(&scene);
	}
}

static void expect_block(struct scene *scene, const uint8_t *bytes, UINT x, UINT y, UINT of)
{
	const UINT n = scene->pair->bytes;
	if (memcmp(bytes + (y * COLUMNS + x) * n, scene->bytes + of * n, n))
		fail_msg("formats %d and %d: block %u, %u is not number %u", scene->pair->packed,
			scene->pair->number, x, y, of);
}

/* Boxes are in the source's pixels, and the place is in the target's. */
static void parts_go_both_ways(void **state)
{
	uint8_t bytes[ROWS * COLUMNS * BLOCK];
	for (size_t i = 0; i < 2 * sizeof(pairs) / sizeof(pairs[0]); i++) {
		const UINT edge = pairs[i / 2].edge;
		const D3D11_BOX blocks = { edge, 0, 0, 3 * edge, edge, 1 };
		const D3D11_BOX numbers = { 1, 1, 0, 3, 2, 1 };
		struct scene scene;
		scene_open(&scene, &pairs[i / 2], i % 2);
		ID3D11Resource *packed = (ID3D11Resource *)scene.packed;
		ID3D11Resource *number = (ID3D11Resource *)scene.number;
		ID3D11DeviceContext_CopySubresourceRegion(
			scene.stage.context, number, 0, 1, 1, 0, packed, 0, &blocks);
		read_level(&scene, scene.number, 0, bytes);
		expect_block(&scene, bytes, 1, 1, 1);
		expect_block(&scene, bytes, 2, 1, 2);
		ID3D11DeviceContext_CopySubresourceRegion(
			scene.stage.context, packed, 0, 2 * edge, 3 * edge, 0, number, 0, &numbers);
		read_level(&scene, scene.packed, 0, bytes);
		expect_block(&scene, bytes, 2, 3, 1);
		expect_block(&scene, bytes, 3, 3, 2);
		expect_block(&scene, bytes, 1, 3, 13);
		scene_close(&scene);
	}
}

/* Within a block, beyond the edge, floats, and sizes that do not go together. */
static void what_windows_refuses_does_nothing(void **state)
{
	const D3D11_BOX within = { 0, 0, 0, 2, 4, 1 }, two = { 0, 0, 0, 2, 1, 1 };
	for (int drawn = 0; drawn < 2; drawn++) {
		struct scene scene;
		scene_open(&scene, &pairs[0], drawn);
		ID3D11DeviceContext *context = scene.stage.context;
		ID3D11Resource *packed = (ID3D11Resource *)scene.packed;
		ID3D11Resource *number = (ID3D11Resource *)scene.number;
		ID3D11Texture2D *floats = make(&scene, DXGI_FORMAT_R32G32_FLOAT, 1, false);
		ID3D11Texture2D *wide = make(&scene, DXGI_FORMAT_R32G32B32A32_UINT, 1, false);
		ID3D11Texture2D *large = make(&scene, DXGI_FORMAT_R32G32_UINT, 4, false);
		ID3D11DeviceContext_CopySubresourceRegion(
			context, packed, 0, 1, 0, 0, number, 0, &two);
		ID3D11DeviceContext_CopySubresourceRegion(
			context, packed, 0, 12, 0, 0, number, 0, &two);
		copy(&scene, scene.packed, floats);
		copy(&scene, scene.packed, wide);
		copy(&scene, scene.packed, large);
		expect_same(&scene, scene.packed);
		write_all(&scene, scene.number);
		ID3D11DeviceContext_CopySubresourceRegion(
			context, number, 0, 3, 0, 0, packed, 0, &within);
		expect_same(&scene, scene.number);
		ID3D11Texture2D_Release(floats);
		ID3D11Texture2D_Release(wide);
		ID3D11Texture2D_Release(large);
		scene_close(&scene);
	}
}

static void level_10_0_has_no_such_copies(void **state)
{
	const D3D_FEATURE_LEVEL level = D3D_FEATURE_LEVEL_10_0;
	static const uint8_t zeroes[ROWS * COLUMNS * 8];
	uint8_t bytes[sizeof(zeroes)];
	struct scene scene = { .pair = &pairs[0] };
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, &level, 1,
			  D3D11_SDK_VERSION, &scene.stage.device, NULL, &scene.stage.context),
		S_OK);
	scene.packed = make(&scene, scene.pair->packed, 4, false);
	scene.number = make(&scene, scene.pair->number, 1, false);
	memset(scene.bytes, 0x5a, sizeof(scene.bytes));
	write_all(&scene, scene.packed);
	copy(&scene, scene.number, scene.packed);
	ID3D11DeviceContext_CopySubresourceRegion(scene.stage.context,
		(ID3D11Resource *)scene.number, 0, 0, 0, 0, (ID3D11Resource *)scene.packed, 0,
		NULL);
	read_level(&scene, scene.number, 0, bytes);
	assert_memory_equal(bytes, zeroes, sizeof(bytes));
	ID3D11Texture2D_Release(scene.packed);
	ID3D11Texture2D_Release(scene.number);
	ID3D11DeviceContext_Release(scene.stage.context);
	ID3D11Device_Release(scene.stage.device);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_resources_go_both_ways),
		cmocka_unit_test(parts_go_both_ways),
		cmocka_unit_test(what_windows_refuses_does_nothing),
		cmocka_unit_test(level_10_0_has_no_such_copies),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
