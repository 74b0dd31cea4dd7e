/* SPDX-License-Identifier: MIT */
/* Drawing, against what a processor expects, to within 1 of 255. */
#include "draw.h"

/* Blue at the bottom left, red at the top left, green at the top right. */
static uint32_t blend_of(UINT x, UINT y)
{
	const float u = ((float)x + 0.5f) / 64, v = ((float)y + 0.5f) / 64;
	return 0xff000000 | (uint32_t)(v * 255 + 0.5f) << 16 | (uint32_t)(u * 255 + 0.5f) << 8 |
	       (uint32_t)((1 - u - v) * 255 + 0.5f);
}

static void a_triangle_is_drawn(void **state)
{
	/* Half of the target: above and left of the diagonal, in D3D's clockwise order. */
	static const struct vertex corners[] = {
		{ { -1, -1, 0.5f, 1 }, { 0, 0, 1, 1 } },
		{ { -1, 1, 0.5f, 1 }, { 1, 0, 0, 1 } },
		{ { 1, 1, 0.5f, 1 }, { 0, 1, 0, 1 } },
	};
	struct stage stage;
	stage_open(&stage, 64, 64, DXGI_FORMAT_R8G8B8A8_UNORM);
	stage_set_colours(&stage);
	stage_draw(&stage, corners, 3);
	uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4);
	for (UINT y = 0; y < 64; y++)
		for (UINT x = 0; x < 64; x++)
			if (x + y != 63) /* the edge's own pixels belong to it or not */
				assert_true(is_near(
					pixels[y * 64 + x], x + y < 63 ? blend_of(x, y) : 0));
	free(pixels);
	stage_close(&stage);
}

/* The middle of a pixel, in clip space. */
static struct vertex at_pixel(UINT x, UINT y)
{
	return (struct vertex){ { ((float)x + 0.5f) / 32 - 1, 1 - ((float)y + 0.5f) / 32, 0.5f, 1 },
		{ 1, 1, 1, 1 } };
}

static void points_are_pixels(void **state)
{
	const struct vertex points[] = { at_pixel(3, 5), at_pixel(60, 2), at_pixel(31, 63) };
	struct stage stage;
	stage_open(&stage, 64, 64, DXGI_FORMAT_R8G8B8A8_UNORM);
	stage_set_colours(&stage);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_POINTLIST);
	stage_draw(&stage, points, 3);
	uint32_t *pixels = texture_pixels(stage.device, stage.texture, 4), drawn = 0;
	for (UINT i = 0; i < 64 * 64; i++)
		drawn += pixels[i] != 0;
	assert_int_equal(drawn, 3);
	assert_int_equal(pixels[5 * 64 + 3], 0xffffffff);
	assert_int_equal(pixels[2 * 64 + 60], 0xffffffff);
	assert_int_equal(pixels[63 * 64 + 31], 0xffffffff);
	free(pixels);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_triangle_is_drawn),
		cmocka_unit_test(points_are_pixels),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
