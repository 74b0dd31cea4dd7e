/* SPDX-License-Identifier: MIT */
/* SetResourceMinLOD: levels below are not sampled, whatever view and sampler say. */
#include "quad.h"

enum { EDGE = 8, LEVELS = 4 };

static const uint32_t colours[LEVELS] = { 0xff0000ffu, 0xff00ff00u, 0xffff0000u, 0xffffffffu };

struct scene {
	struct stage stage;
	ID3D11Texture2D *texture;
};

/* Each level has a colour of its own. */
static void open_scene(struct scene *scene, UINT misc)
{
	const D3D11_TEXTURE2D_DESC desc = { EDGE, EDGE, LEVELS, 1, DXGI_FORMAT_R8G8B8A8_UNORM,
		{ 1, 0 }, D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE, 0, misc };
	uint32_t pixels[EDGE * EDGE];
	stage_open(&scene->stage, EDGE, EDGE, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&scene->stage, "textured");
	assert_hr(ID3D11Device_CreateTexture2D(scene->stage.device, &desc, NULL, &scene->texture),
		S_OK);
	for (UINT level = 0; level < LEVELS; level++) {
		for (int i = 0; i < EDGE * EDGE; i++)
			pixels[i] = colours[level];
		ID3D11DeviceContext_UpdateSubresource(scene->stage.context,
			(ID3D11Resource *)scene->texture, level, NULL, pixels, EDGE * 4, 0);
	}
}

static void close_scene(struct scene *scene)
{
	ID3D11Texture2D_Release(scene->texture);
	stage_close(&scene->stage);
}

/* Levels from `first` on. */
static void bind(struct scene *scene, UINT first)
{
	const D3D11_SHADER_RESOURCE_VIEW_DESC desc = { .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
		.Texture2D = { first, (UINT)-1 } };
	ID3D11ShaderResourceView *view;
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  scene->stage.device, (ID3D11Resource *)scene->texture, &desc, &view),
		S_OK);
	ID3D11DeviceContext_PSSetShaderResources(scene->stage.context, 0, 1, &view);
	ID3D11ShaderResourceView_Release(view);
}

static void limit(struct scene *scene, FLOAT lod)
{
	ID3D11DeviceContext_SetResourceMinLOD(
		scene->stage.context, (ID3D11Resource *)scene->texture, lod);
}

/* One texel of the first level for each pixel. */
static void expect_level(struct scene *scene, UINT level)
{
	ID3D11DeviceContext_Draw(scene->stage.context, 4, 0);
	expect_all(&scene->stage, colours[level]);
}

static void levels_below_are_not_sampled(void **state)
{
	struct scene scene;
	open_scene(&scene, D3D11_RESOURCE_MISC_RESOURCE_CLAMP);
	bind(&scene, 0);
	expect_level(&scene, 0);
	for (UINT level = LEVELS; level--;) { /* the view stays bound */
		limit(&scene, (FLOAT)level);
		assert_true(ID3D11DeviceContext_GetResourceMinLOD(scene.stage.context,
				    (ID3D11Resource *)scene.texture) == (FLOAT)level);
		expect_level(&scene, level);
	}
	limit(&scene, 100);
	expect_level(&scene, LEVELS - 1);
	limit(&scene, -1);
	expect_level(&scene, 0);
	close_scene(&scene);
}

/* The limit is in the texture's levels, not the view's. */
static void a_view_may_begin_above_the_limit(void **state)
{
	struct scene scene;
	open_scene(&scene, D3D11_RESOURCE_MISC_RESOURCE_CLAMP);
	bind(&scene, 1);
	limit(&scene, 1);
	expect_level(&scene, 1);
	limit(&scene, 2);
	expect_level(&scene, 2);
	close_scene(&scene);
}

static void only_textures_made_for_it_have_a_limit(void **state)
{
	struct scene scene;
	open_scene(&scene, 0);
	bind(&scene, 0);
	limit(&scene, 2);
	assert_true(ID3D11DeviceContext_GetResourceMinLOD(
			    scene.stage.context, (ID3D11Resource *)scene.texture) == 0);
	expect_level(&scene, 0);
	limit(&scene, 0);
	ID3D11DeviceContext_SetResourceMinLOD(scene.stage.context, NULL, 1);
	close_scene(&scene);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_below_are_not_sampled),
		cmocka_unit_test(a_view_may_begin_above_the_limit),
		cmocka_unit_test(only_textures_made_for_it_have_a_limit),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
