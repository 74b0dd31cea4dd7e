/* SPDX-License-Identifier: MIT */
/*
 * What was drawn is copied to staging resources and mapped there. The copy waits in the device's
 * queue, behind a fence here; only who maps waits, and not if he says so.
 */
#include "gate.h"
#include "quad.h"

#define SIZE 16
#define BLUE 0xffff0000

/* The painter's queue waits for the gate, which another device's context opens. */
struct scene {
	struct stage painter;
	struct gate gate;
	ID3D11Texture2D *staging;
};

static ID3D11Texture2D *make_staging(ID3D11Device *device)
{
	const D3D11_TEXTURE2D_DESC desc = { SIZE, SIZE, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM, { 1, 0 },
		D3D11_USAGE_STAGING, 0, D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE, 0 };
	ID3D11Texture2D *staging;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, NULL, &staging), S_OK);
	return staging;
}

static void scene_open(struct scene *scene)
{
	stage_open(&scene->painter, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&scene->painter, "solid");
	gate_make(&scene->gate, scene->painter.device);
	scene->staging = make_staging(scene->painter.device);
}

static void scene_close(struct scene *scene)
{
	ID3D11Texture2D_Release(scene->staging);
	gate_free(&scene->gate);
	stage_close(&scene->painter);
}

static void copy(struct scene *scene, ID3D11Texture2D *staging)
{
	ID3D11DeviceContext_CopyResource(scene->painter.context, (ID3D11Resource *)staging,
		(ID3D11Resource *)scene->painter.texture);
}

static HRESULT map(struct scene *scene, ID3D11Texture2D *staging, UINT flags, uint32_t *ret_pixel)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	HRESULT hr = ID3D11DeviceContext_Map(scene->painter.context, (ID3D11Resource *)staging, 0,
		D3D11_MAP_READ, flags, &mapped);
	if (SUCCEEDED(hr)) {
		*ret_pixel = *(uint32_t *)mapped.pData;
		ID3D11DeviceContext_Unmap(scene->painter.context, (ID3D11Resource *)staging, 0);
	}
	return hr;
}

/* A copy that waited would never return: the gate is opened only behind it. */
static void a_copy_waits_in_the_queue(void **state)
{
	struct scene scene;
	uint32_t pixel;
	HRESULT hr;
	scene_open(&scene);
	gate_shut(&scene.gate);
	draw_quad(&scene.painter, 0, 0, 1, 1, 0);
	copy(&scene, scene.staging);
	for (int i = 0; i < 2; i++)
		assert_hr(map(&scene, scene.staging, D3D11_MAP_FLAG_DO_NOT_WAIT, &pixel),
			DXGI_ERROR_WAS_STILL_DRAWING);
	gate_open(&scene.gate);
	do
		hr = map(&scene, scene.staging, D3D11_MAP_FLAG_DO_NOT_WAIT, &pixel);
	while (hr == DXGI_ERROR_WAS_STILL_DRAWING);
	assert_hr(hr, S_OK);
	assert_int_equal(pixel, BLUE);
	scene_close(&scene);
}

/* What was read back before the queue came to wait is there, however long it waits. */
static void what_has_arrived_is_not_waited_for(void **state)
{
	struct scene scene;
	uint32_t pixel;
	scene_open(&scene);
	draw_quad(&scene.painter, 0, 0, 1, 1, 0);
	copy(&scene, scene.staging);
	assert_hr(map(&scene, scene.staging, 0, &pixel), S_OK);
	gate_shut(&scene.gate);
	draw_quad(&scene.painter, 1, 0, 0, 1, 0);
	assert_hr(map(&scene, scene.staging, 0, &pixel), S_OK);
	assert_int_equal(pixel, BLUE);
	gate_open(&scene.gate);
	scene_close(&scene);
}

/* A ring of them, each mapped two frames later: the picture of its own frame. */
static void frames_in_flight_keep_apart(void **state)
{
	struct scene scene;
	ID3D11Texture2D *ring[3];
	uint32_t pixel;
	scene_open(&scene);
	for (int i = 0; i < 3; i++)
		ring[i] = make_staging(scene.painter.device);
	for (int frame = 0; frame < 30; frame++) {
		draw_quad(&scene.painter, 0, (float)frame / 255, 0, 1, 0);
		copy(&scene, ring[frame % 3]);
		if (frame < 2)
			continue;
		assert_hr(map(&scene, ring[(frame - 2) % 3], 0, &pixel), S_OK);
		if (!is_near(pixel, 0xff000000 | (uint32_t)(frame - 2) << 8))
			fail_msg("frame %d: %08x", frame - 2, pixel);
	}
	for (int i = 0; i < 3; i++)
		ID3D11Texture2D_Release(ring[i]);
	scene_close(&scene);
}

/* The processor writes there, too, and a copy from there has what both wrote. */
static void both_write_to_one_staging_texture(void **state)
{
	const D3D11_BOX corner = { 0, 0, 0, 4, 4, 1 };
	struct scene scene;
	D3D11_MAPPED_SUBRESOURCE mapped;
	scene_open(&scene);
	ID3D11DeviceContext *context = scene.painter.context;
	ID3D11Resource *staging = (ID3D11Resource *)scene.staging;
	ID3D11Resource *picture = (ID3D11Resource *)scene.painter.texture;
	draw_quad(&scene.painter, 0, 0, 1, 1, 0);
	copy(&scene, scene.staging);
	assert_hr(ID3D11DeviceContext_Map(context, staging, 0, D3D11_MAP_READ_WRITE, 0, &mapped),
		S_OK);
	((uint32_t *)mapped.pData)[5] = 0x12345678;
	ID3D11DeviceContext_Unmap(context, staging, 0);
	draw_quad(&scene.painter, 1, 0, 0, 1, 0);
	ID3D11DeviceContext_CopySubresourceRegion(
		context, staging, 0, 8, 0, 0, picture, 0, &corner);
	ID3D11DeviceContext_CopyResource(context, picture, staging);
	uint32_t *pixels = texture_pixels(scene.painter.device, scene.painter.texture, 4);
	assert_int_equal(pixels[4], BLUE);
	assert_int_equal(pixels[5], 0x12345678);
	assert_int_equal(pixels[8], 0xff0000ff);
	assert_int_equal(pixels[12], BLUE);
	free(pixels);
	scene_close(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_waits_in_the_queue),
		cmocka_unit_test(what_has_arrived_is_not_waited_for),
		cmocka_unit_test(frames_in_flight_keep_apart),
		cmocka_unit_test(both_write_to_one_staging_texture),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
