/* SPDX-License-Identifier: MIT */
/*
 * Copies of what was drawn with: in the order of the draws, without waiting for the GPU, and to the
 * same bytes as a device writes that has never drawn, whose copies are the processor's.
 */
#include "quad.h"

#include <unistd.h>

#include <crossfence/win/win.h>

#define SIZE 32

enum { OPERATIONS = 60, PATIENCE_S = 60 };

#define BLUE  0xffff0000
#define GREEN 0xff00ff00
#define RED   0xff0000ff

struct kind {
	D3D11_RESOURCE_DIMENSION dimension;
	DXGI_FORMAT format, view;
	UINT width, height, depth, mips, array, bind;
	UINT bytes, block; /* of a block, and its edge */
};

#define TEXTURE(n) D3D11_RESOURCE_DIMENSION_TEXTURE##n

static const struct kind kinds[] = {
	{ TEXTURE(2D), DXGI_FORMAT_R8G8B8A8_UNORM, 0, 24, 20, 1, 1, 1, D3D11_BIND_RENDER_TARGET, 4,
		1 },
	{ TEXTURE(2D), DXGI_FORMAT_R16G16B16A16_TYPELESS, DXGI_FORMAT_R16G16B16A16_UNORM, 19, 23, 1,
		3, 4, D3D11_BIND_RENDER_TARGET, 8, 1 },
	{ TEXTURE(2D), DXGI_FORMAT_D16_UNORM, 0, 16, 16, 1, 1, 1, D3D11_BIND_DEPTH_STENCIL, 2, 1 },
	{ TEXTURE(2D), DXGI_FORMAT_BC1_UNORM, 0, 40, 24, 1, 4, 1, D3D11_BIND_SHADER_RESOURCE, 8,
		4 },
	{ TEXTURE(1D), DXGI_FORMAT_R8G8_UNORM, 0, 50, 1, 1, 2, 3, D3D11_BIND_RENDER_TARGET, 2, 1 },
	{ TEXTURE(3D), DXGI_FORMAT_R8G8B8A8_UNORM, 0, 12, 10, 8, 2, 1, D3D11_BIND_RENDER_TARGET, 4,
		1 },
	{ D3D11_RESOURCE_DIMENSION_BUFFER, 0, 0, 100000, 1, 1, 1, 1, D3D11_BIND_VERTEX_BUFFER, 1,
		1 },
};

static uint32_t seed;

static UINT chance(UINT end)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % end;
}

static ID3D11Resource *make(
	ID3D11Device *device, const struct kind *kind, D3D11_USAGE usage, UINT cpu)
{
	const UINT bind = usage == D3D11_USAGE_STAGING ? 0 : kind->bind;
	const D3D11_BUFFER_DESC buffer = { kind->width, usage, bind, cpu, 0, 0 };
	const D3D11_TEXTURE1D_DESC one = { kind->width, kind->mips, kind->array, kind->format,
		usage, bind, cpu, 0 };
	const D3D11_TEXTURE2D_DESC two = { kind->width, kind->height, kind->mips, kind->array,
		kind->format, { 1, 0 }, usage, bind, cpu, 0 };
	const D3D11_TEXTURE3D_DESC three = { kind->width, kind->height, kind->depth, kind->mips,
		kind->format, usage, bind, cpu, 0 };
	void *made = NULL;
	HRESULT hr;
	if (kind->dimension == TEXTURE(1D))
		hr = ID3D11Device_CreateTexture1D(device, &one, NULL, (ID3D11Texture1D **)&made);
	else if (kind->dimension == TEXTURE(2D))
		hr = ID3D11Device_CreateTexture2D(device, &two, NULL, (ID3D11Texture2D **)&made);
	else if (kind->dimension == TEXTURE(3D))
		hr = ID3D11Device_CreateTexture3D(device, &three, NULL, (ID3D11Texture3D **)&made);
	else
		hr = ID3D11Device_CreateBuffer(device, &buffer, NULL, (ID3D11Buffer **)&made);
	assert_hr(hr, S_OK);
	return made;
}

static UINT least_one(UINT size, UINT mip)
{
	return size >> mip ? size >> mip : 1;
}

/* Both devices have two of a kind, and a third that the processor fills. */
struct pair {
	struct stage stage;
	ID3D11Resource *resources[3];
};

static void touch_target(struct pair *pair, const struct kind *kind)
{
	D3D11_RENDER_TARGET_VIEW_DESC desc = { .Format = kind->view,
		.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE2DARRAY,
		.Texture2DArray.ArraySize = 1 };
	ID3D11RenderTargetView *view;
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  pair->stage.device, pair->resources[0], kind->view ? &desc : NULL, &view),
		S_OK);
	ID3D11DeviceContext_OMSetRenderTargets(pair->stage.context, 1, &view, NULL);
	ID3D11RenderTargetView_Release(view);
}

static void touch_depth(struct pair *pair)
{
	ID3D11DepthStencilView *view;
	assert_hr(ID3D11Device_CreateDepthStencilView(
			  pair->stage.device, pair->resources[0], NULL, &view),
		S_OK);
	ID3D11DeviceContext_OMSetRenderTargets(pair->stage.context, 0, NULL, view);
	ID3D11DepthStencilView_Release(view);
}

static void touch_picture(struct pair *pair)
{
	ID3D11ShaderResourceView *view;
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  pair->stage.device, pair->resources[0], NULL, &view),
		S_OK);
	use_quad(&pair->stage, "textured");
	ID3D11DeviceContext_PSSetShaderResources(pair->stage.context, 0, 1, &view);
	ID3D11ShaderResourceView_Release(view);
}

/* Draws with the first one, so that it is on the GPU. */
static void touch(struct pair *pair, const struct kind *kind)
{
	const UINT stride = sizeof(struct vertex), offset = 0;
	use_quad(&pair->stage, "solid");
	if (kind->bind == D3D11_BIND_RENDER_TARGET)
		touch_target(pair, kind);
	else if (kind->bind == D3D11_BIND_DEPTH_STENCIL)
		touch_depth(pair);
	else if (kind->bind == D3D11_BIND_SHADER_RESOURCE)
		touch_picture(pair);
	else
		stage_set_colours(&pair->stage);
	if (kind->bind == D3D11_BIND_VERTEX_BUFFER)
		ID3D11DeviceContext_IASetVertexBuffers(pair->stage.context, 0, 1,
			(ID3D11Buffer **)&pair->resources[0], &stride, &offset);
	draw_quad(&pair->stage, 0, 0, 0, 0, 0);
}

static void pair_open(struct pair *pair, const struct kind *kind)
{
	stage_open(&pair->stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (int i = 0; i < 2; i++)
		pair->resources[i] = make(pair->stage.device, kind, D3D11_USAGE_DEFAULT, 0);
	pair->resources[2] = make(pair->stage.device, kind, D3D11_USAGE_STAGING,
		D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE);
}

static void pair_close(struct pair *pair)
{
	for (int i = 0; i < 3; i++)
		ID3D11Resource_Release(pair->resources[i]);
	stage_close(&pair->stage);
}

/* On both devices at once, one of these is done. */
struct operation {
	UINT what, to, from, to_subresource, from_subresource, x, y, z;
	D3D11_BOX box;
	uint8_t *bytes;
};

static void run(struct pair *pair, const struct kind *kind, const struct operation *o)
{
	ID3D11DeviceContext *context = pair->stage.context;
	if (o->what == 0)
		ID3D11DeviceContext_CopyResource(
			context, pair->resources[o->to], pair->resources[o->from]);
	else if (o->what == 1)
		ID3D11DeviceContext_UpdateSubresource(context, pair->resources[o->to],
			o->to_subresource, &o->box, o->bytes, kind->width * kind->bytes,
			kind->width * kind->bytes * kind->height);
	else
		ID3D11DeviceContext_CopySubresourceRegion(context, pair->resources[o->to],
			o->to_subresource, o->x, o->y, o->z, pair->resources[o->from],
			o->from_subresource, &o->box);
}

/* In whole blocks, or by chance not; in the level, or by chance not. */
static void choose_edge(UINT size, UINT block, UINT *ret_first, UINT *ret_end)
{
	*ret_first = chance(size);
	*ret_end = *ret_first + 1 + chance(size - *ret_first);
	if (block > 1 && chance(8)) {
		*ret_first -= *ret_first % block;
		*ret_end += *ret_end < size ? block - 1 : 0;
		*ret_end -= *ret_end < size ? *ret_end % block : 0;
	}
	if (!chance(16))
		*ret_end += size;
}

static UINT choose_place(UINT first, UINT block)
{
	UINT at = chance(2) ? chance(first + 8) : first;
	return block > 1 && chance(8) ? at - at % block : at;
}

static struct operation choose(const struct kind *kind, uint8_t *bytes)
{
	const UINT count = kind->mips * kind->array;
	struct operation o = { .what = chance(6),
		.to = chance(3),
		.from = chance(3),
		.to_subresource = chance(count),
		.from_subresource = chance(count),
		.bytes = bytes };
	const UINT at = o.what == 1 ? o.to_subresource : o.from_subresource;
	const UINT mip = at % kind->mips;
	if (chance(2))
		o.to_subresource = o.from_subresource;
	choose_edge(least_one(kind->width, mip), kind->block, &o.box.left, &o.box.right);
	choose_edge(least_one(kind->height, mip), kind->block, &o.box.top, &o.box.bottom);
	choose_edge(least_one(kind->depth, mip), 1, &o.box.front, &o.box.back);
	o.x = choose_place(o.box.left, kind->block);
	o.y = choose_place(o.box.top, kind->block);
	o.z = choose_place(o.box.front, 1);
	if (o.what == 1) /* no more than `bytes` has, even where it does not fit */
		for (UINT i = 0; i < 64; i++)
			bytes[chance(kind->width * kind->bytes)] = (uint8_t)chance(256);
	return o;
}

/* All subresources, and what they lack of `staging`'s rows is zero. */
static void compare(struct pair *pairs, const struct kind *kind, int which, int operation)
{
	D3D11_MAPPED_SUBRESOURCE mapped[2];
	ID3D11Resource *staging[2];
	for (UINT s = 0; s < kind->mips * kind->array; s++) {
		const UINT mip = s % kind->mips, width = least_one(kind->width, mip);
		const UINT rows = (least_one(kind->height, mip) + kind->block - 1) / kind->block;
		const UINT row = (width + kind->block - 1) / kind->block * kind->bytes;
		for (int i = 0; i < 2; i++) {
			ID3D11DeviceContext *context = pairs[i].stage.context;
			staging[i] = make(pairs[i].stage.device, kind, D3D11_USAGE_STAGING,
				D3D11_CPU_ACCESS_READ);
			ID3D11DeviceContext_CopyResource(
				context, staging[i], pairs[i].resources[which]);
			assert_hr(ID3D11DeviceContext_Map(
					  context, staging[i], s, D3D11_MAP_READ, 0, &mapped[i]),
				S_OK);
		}
		for (UINT z = 0; z < least_one(kind->depth, mip); z++)
			for (UINT y = 0; y < rows; y++)
				if (memcmp((uint8_t *)mapped[0].pData + z * mapped[0].DepthPitch +
						    y * mapped[0].RowPitch,
					    (uint8_t *)mapped[1].pData + z * mapped[1].DepthPitch +
						    y * mapped[1].RowPitch,
					    row))
					fail_msg("kind %d, resource %d, operation %d: "
						 "subresource %u differs in slice %u, row %u",
						(int)(kind - kinds), which, operation, s, z, y);
		for (int i = 0; i < 2; i++) {
			ID3D11DeviceContext_Unmap(pairs[i].stage.context, staging[i], s);
			ID3D11Resource_Release(staging[i]);
		}
	}
}

static void fill(struct pair *pairs, const struct kind *kind, uint8_t *bytes, size_t size)
{
	for (int which = 0; which < 3; which++)
		for (UINT s = 0; s < kind->mips * kind->array; s++) {
			for (size_t i = 0; i < size; i++)
				bytes[i] = (uint8_t)chance(256);
			for (int i = 0; i < 2; i++)
				ID3D11DeviceContext_UpdateSubresource(pairs[i].stage.context,
					pairs[i].resources[which == 2 ? 0 : which], s, NULL, bytes,
					kind->width * kind->bytes,
					kind->width * kind->bytes * kind->height);
			for (int i = 0; i < 2; i++)
				ID3D11DeviceContext_CopyResource(pairs[i].stage.context,
					pairs[i].resources[2], pairs[i].resources[0]);
		}
}

static void compare_copies(const struct kind *kind)
{
	const size_t size = (size_t)kind->width * kind->height * kind->depth * kind->bytes;
	uint8_t *bytes = calloc(1, size);
	struct pair pairs[2];
	assert_non_null(bytes);
	for (int i = 0; i < 2; i++)
		pair_open(&pairs[i], kind);
	touch(&pairs[1], kind);
	fill(pairs, kind, bytes, size);
	for (int n = 0; n < OPERATIONS; n++) {
		const struct operation o = choose(kind, bytes);
		for (int i = 0; i < 2; i++)
			run(&pairs[i], kind, &o);
		for (int which = 0; which < 3 && n % 6 == 5; which++)
			compare(pairs, kind, which, n);
	}
	for (int i = 0; i < 2; i++)
		pair_close(&pairs[i]);
	free(bytes);
}

static void copies_are_as_the_processors(void **state)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		seed = (uint32_t)i + 1;
		compare_copies(&kinds[i]);
	}
}

static uint32_t number_at(UINT x, UINT y)
{
	return y * SIZE + x + 1;
}

/* A square of 20 pixels moves by `dx` and `dy`; the rest stays. */
static void expect_moved(struct stage *stage, ID3D11Texture2D *texture, int dx, int dy)
{
	uint32_t *pixels = texture_pixels(stage->device, texture, 4);
	for (UINT y = 0; y < SIZE; y++)
		for (UINT x = 0; x < SIZE; x++) {
			const UINT u = x - (UINT)dx, v = y - (UINT)dy;
			const bool in = u >= 5 && u < 25 && v >= 5 && v < 25;
			assert_int_equal(
				pixels[y * SIZE + x], in ? number_at(u, v) : number_at(x, y));
		}
	free(pixels);
}

static void move_within(bool drawn, int dx, int dy)
{
	const D3D11_BOX box = { 5, 5, 0, 25, 25, 1 };
	uint32_t numbers[SIZE * SIZE];
	struct stage stage;
	for (UINT i = 0; i < SIZE * SIZE; i++)
		numbers[i] = i + 1;
	stage_open(&stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	if (drawn) {
		use_quad(&stage, "solid");
		draw_quad(&stage, 0, 0, 0, 0, 0);
	}
	ID3D11Resource *texture = (ID3D11Resource *)stage.texture;
	ID3D11DeviceContext_UpdateSubresource(
		stage.context, texture, 0, NULL, numbers, SIZE * 4, 0);
	ID3D11DeviceContext_CopySubresourceRegion(
		stage.context, texture, 0, (UINT)(5 + dx), (UINT)(5 + dy), 0, texture, 0, &box);
	expect_moved(&stage, stage.texture, dx, dy);
	stage_close(&stage);
}

static void what_overlaps_is_copied_as_it_was(void **state)
{
	static const int by[][2] = { { 0, 3 }, { 0, -3 }, { 3, 0 }, { -3, 0 }, { 2, 5 },
		{ -2, 5 } };
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		move_within(false, by[i][0], by[i][1]);
		move_within(true, by[i][0], by[i][1]);
	}
}

/* The painter's GPU waits for a fence that nobody else signals before the copies are recorded. */
struct scene {
	struct stage stage;
	ID3D11DeviceContext4 *context;
	ID3D11Texture2D *copy;
	ID3D11Fence *gate;
	HANDLE handle;
};

static void scene_open(struct scene *scene)
{
	D3D11_TEXTURE2D_DESC desc;
	ID3D11Device5 *device;
	stage_open(&scene->stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Texture2D_GetDesc(scene->stage.texture, &desc);
	assert_hr(
		ID3D11Device_CreateTexture2D(scene->stage.device, &desc, NULL, &scene->copy), S_OK);
	assert_hr(ID3D11Device_QueryInterface(
			  scene->stage.device, &IID_ID3D11Device5, (void **)&device),
		S_OK);
	assert_hr(ID3D11DeviceContext_QueryInterface(scene->stage.context,
			  &IID_ID3D11DeviceContext4, (void **)&scene->context),
		S_OK);
	assert_hr(ID3D11Device5_CreateFence(device, 0, D3D11_FENCE_FLAG_SHARED, &IID_ID3D11Fence,
			  (void **)&scene->gate),
		S_OK);
	assert_hr(ID3D11Fence_CreateSharedHandle(
			  scene->gate, NULL, GENERIC_ALL, NULL, &scene->handle),
		S_OK);
	ID3D11Device5_Release(device);
}

static void scene_close(struct scene *scene)
{
	CloseHandle(scene->handle);
	ID3D11Fence_Release(scene->gate);
	ID3D11Texture2D_Release(scene->copy);
	ID3D11DeviceContext4_Release(scene->context);
	stage_close(&scene->stage);
}

static void open_gate(struct scene *scene)
{
	ID3D11DeviceContext4 *context;
	ID3D11Device5 *device;
	struct stage keeper;
	ID3D11Fence *key;
	stage_open(&keeper, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_QueryInterface(keeper.device, &IID_ID3D11Device5, (void **)&device),
		S_OK);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  keeper.context, &IID_ID3D11DeviceContext4, (void **)&context),
		S_OK);
	assert_hr(ID3D11Device5_OpenSharedFence(
			  device, scene->handle, &IID_ID3D11Fence, (void **)&key),
		S_OK);
	assert_hr(ID3D11DeviceContext4_Signal(context, key, 1), S_OK);
	ID3D11Fence_Release(key);
	ID3D11DeviceContext4_Release(context);
	ID3D11Device5_Release(device);
	stage_close(&keeper);
}

static void draw(struct scene *scene, uint32_t c)
{
	draw_quad(&scene->stage, (float)(c & 0xff) / 255, (float)(c >> 8 & 0xff) / 255,
		(float)(c >> 16 & 0xff) / 255, 1, 0);
}

static uint32_t expected_at(UINT x, UINT y)
{
	if (y < 4)
		return x < 8 ? RED : 0xff112233;
	return y < 16 ? GREEN : BLUE;
}

/* The copy's upper half is green, the lower blue, and then the target is drawn over. */
static void record(struct scene *scene)
{
	const D3D11_BOX half = { 0, 0, 0, SIZE, SIZE / 2, 1 }, rows = { 0, 0, 0, SIZE, 4, 1 },
			corner = { 0, 0, 0, 8, 4, 1 };
	ID3D11Resource *to = (ID3D11Resource *)scene->copy;
	ID3D11Resource *from = (ID3D11Resource *)scene->stage.texture;
	ID3D11DeviceContext *context = scene->stage.context;
	uint32_t numbers[SIZE * 4];
	for (UINT i = 0; i < SIZE * 4; i++)
		numbers[i] = 0xff112233;
	draw(scene, BLUE);
	ID3D11DeviceContext_CopyResource(context, to, from);
	draw(scene, GREEN);
	ID3D11DeviceContext_CopySubresourceRegion(context, to, 0, 0, 0, 0, from, 0, &half);
	ID3D11DeviceContext_UpdateSubresource(context, to, 0, &rows, numbers, SIZE * 4, 0);
	memset(numbers, 0, sizeof(numbers)); /* they were taken */
	draw(scene, RED);
	ID3D11DeviceContext_CopySubresourceRegion(context, to, 0, 0, 0, 0, from, 0, &corner);
	draw(scene, BLUE);
}

static void copies_are_in_the_order_of_draws(void **state)
{
	struct scene scene;
	scene_open(&scene);
	use_quad(&scene.stage, "solid");
	draw(&scene, RED);
	expect_all(&scene.stage, RED);
	assert_hr(ID3D11DeviceContext4_Wait(scene.context, scene.gate, 1), S_OK);
	alarm(PATIENCE_S); /* whoever waits for the GPU now waits for ever */
	record(&scene);
	open_gate(&scene);
	uint32_t *pixels = texture_pixels(scene.stage.device, scene.copy, 4);
	alarm(0);
	for (UINT i = 0; i < SIZE * SIZE; i++)
		assert_int_equal(pixels[i], expected_at(i % SIZE, i / SIZE));
	free(pixels);
	expect_all(&scene.stage, BLUE);
	scene_close(&scene);
}

static uint64_t dropped(void)
{
	struct xf_win_counters counters = { sizeof(counters) };
	xf_win_counters(&counters);
	return counters.dropped_commands;
}

static void copy_all_ways(struct stage *stage, ID3D11Texture2D *keyed)
{
	static const uint32_t numbers[SIZE * SIZE];
	ID3D11Resource *mine = (ID3D11Resource *)stage->texture, *theirs = (ID3D11Resource *)keyed;
	ID3D11DeviceContext_CopyResource(stage->context, theirs, mine);
	ID3D11DeviceContext_CopyResource(stage->context, mine, theirs);
	ID3D11DeviceContext_CopySubresourceRegion(
		stage->context, theirs, 0, 0, 0, 0, mine, 0, NULL);
	ID3D11DeviceContext_CopySubresourceRegion(
		stage->context, mine, 0, 0, 0, 0, theirs, 0, NULL);
	ID3D11DeviceContext_UpdateSubresource(
		stage->context, theirs, 0, NULL, numbers, SIZE * 4, 0);
}

static void what_is_not_held_is_not_copied(void **state)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	struct stage stage;
	ID3D11Texture2D *keyed;
	desc.Width = desc.Height = SIZE;
	stage_open(&stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_CreateTexture2D(stage.device, &desc, NULL, &keyed), S_OK);
	IDXGIKeyedMutex *mutex = mutex_of(keyed);
	use_quad(&stage, "solid");
	draw_quad(&stage, 0, 0, 1, 1, 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	ID3D11DeviceContext_CopyResource(
		stage.context, (ID3D11Resource *)keyed, (ID3D11Resource *)stage.texture);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	draw_quad(&stage, 0, 1, 0, 1, 0);
	const uint64_t before = dropped();
	copy_all_ways(&stage, keyed);
	assert_int_equal(dropped() - before, 5);
	expect_all(&stage, GREEN);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 1, 0), S_OK);
	ID3D11DeviceContext_CopyResource(
		stage.context, (ID3D11Resource *)stage.texture, (ID3D11Resource *)keyed);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), S_OK);
	expect_all(&stage, BLUE);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(keyed);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_overlaps_is_copied_as_it_was),
		cmocka_unit_test(copies_are_as_the_processors),
		cmocka_unit_test(what_is_not_held_is_not_copied),
		cmocka_unit_test(copies_are_in_the_order_of_draws),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
