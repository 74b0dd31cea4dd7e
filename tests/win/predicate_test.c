/* SPDX-License-Identifier: MIT */
/* Predicates: commands that are carried out only if something was seen before. */
#include "quad.h"

#include <pthread.h>

#define RED   0xff0000ffu
#define GREEN 0xff00ff00u

static ID3D11Predicate *make_predicate(struct stage *stage, UINT flags)
{
	const D3D11_QUERY_DESC desc = { D3D11_QUERY_OCCLUSION_PREDICATE, flags };
	ID3D11Predicate *predicate;
	assert_hr(ID3D11Device_CreatePredicate(stage->device, &desc, &predicate), S_OK);
	return predicate;
}

/* One that has seen something, or nothing. */
static ID3D11Predicate *answer(struct stage *stage, UINT flags, bool seen)
{
	ID3D11Predicate *predicate = make_predicate(stage, flags);
	ID3D11DeviceContext_Begin(stage->context, (ID3D11Asynchronous *)predicate);
	if (seen)
		draw_quad(stage, 1, 0, 0, 1, 0);
	ID3D11DeviceContext_End(stage->context, (ID3D11Asynchronous *)predicate);
	return predicate;
}

struct scene {
	struct stage stage;
	ID3D11Texture2D *green; /* as large as the target */
	ID3D11RenderTargetView *green_target;
	ID3D11Predicate *answers[2]; /* nothing seen, something seen */
};

static void open_scene(struct scene *scene)
{
	static const FLOAT green[4] = { 0, 1, 0, 1 };
	struct stage *stage = &scene->stage;
	D3D11_TEXTURE2D_DESC desc;
	stage_open(stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(stage, "solid");
	ID3D11Texture2D_GetDesc(stage->texture, &desc);
	assert_hr(ID3D11Device_CreateTexture2D(stage->device, &desc, NULL, &scene->green), S_OK);
	assert_hr(ID3D11Device_CreateRenderTargetView(stage->device, (ID3D11Resource *)scene->green,
			  NULL, &scene->green_target),
		S_OK);
	ID3D11DeviceContext_ClearRenderTargetView(stage->context, scene->green_target, green);
	for (int i = 0; i < 2; i++)
		scene->answers[i] = answer(stage, 0, i);
}

static void close_scene(struct scene *scene)
{
	for (int i = 0; i < 2; i++)
		ID3D11Predicate_Release(scene->answers[i]);
	ID3D11RenderTargetView_Release(scene->green_target);
	ID3D11Texture2D_Release(scene->green);
	stage_close(&scene->stage);
}

static const FLOAT red[4] = { 1, 0, 0, 1 }, green[4] = { 0, 1, 0, 1 };

static void draw(struct scene *scene)
{
	draw_quad(&scene->stage, 0, 1, 0, 1, 0);
}

static void clear(struct scene *scene)
{
	ID3D11DeviceContext_ClearRenderTargetView(scene->stage.context, scene->stage.target, green);
}

static void clear_view(struct scene *scene)
{
	ID3D11DeviceContext1_ClearView((ID3D11DeviceContext1 *)scene->stage.context,
		(ID3D11View *)scene->stage.target, green, NULL, 0);
}

static void copy(struct scene *scene)
{
	ID3D11DeviceContext_CopyResource(scene->stage.context,
		(ID3D11Resource *)scene->stage.texture, (ID3D11Resource *)scene->green);
}

static void copy_region(struct scene *scene)
{
	ID3D11DeviceContext_CopySubresourceRegion(scene->stage.context,
		(ID3D11Resource *)scene->stage.texture, 0, 0, 0, 0, (ID3D11Resource *)scene->green,
		0, NULL);
}

static void update(struct scene *scene)
{
	uint32_t pixels[64];
	for (int i = 0; i < 64; i++)
		pixels[i] = GREEN;
	ID3D11DeviceContext_UpdateSubresource(scene->stage.context,
		(ID3D11Resource *)scene->stage.texture, 0, NULL, pixels, 32, 0);
}

static void (*const commands[])(
	struct scene *scene) = { draw, clear, clear_view, copy, copy_region, update };

/* Reading is a copy, which would be left out as well. */
static void expect(struct scene *scene, uint32_t pixel)
{
	ID3D11DeviceContext_SetPredication(scene->stage.context, NULL, FALSE);
	expect_all(&scene->stage, pixel);
}

static void commands_go_by_what_was_seen(void **state)
{
	struct scene scene;
	open_scene(&scene);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		for (int seen = 0; seen < 2; seen++)
			for (int value = 0; value < 2; value++) {
				ID3D11DeviceContext_ClearRenderTargetView(
					scene.stage.context, scene.stage.target, red);
				ID3D11DeviceContext_SetPredication(
					scene.stage.context, scene.answers[seen], value);
				commands[i](&scene);
				expect(&scene, seen == value ? RED : GREEN);
			}
	close_scene(&scene);
}

/* What the processor holds is not drawn with, so these go another way. */
static void what_was_never_drawn_goes_by_it_too(void **state)
{
	struct scene scene;
	struct stage *stage = &scene.stage;
	open_scene(&scene);
	for (int value = 0; value < 2; value++) {
		ID3D11Texture2D *fresh = make_texture((ID3D11Device1 *)stage->device, 0);
		ID3D11DeviceContext_SetPredication(stage->context, scene.answers[1], value);
		clear_texture((ID3D11Device1 *)stage->device, fresh, GREEN);
		ID3D11DeviceContext_SetPredication(stage->context, NULL, FALSE);
		assert_int_equal(
			first_pixel((ID3D11Device1 *)stage->device, fresh), value ? 0 : GREEN);
		ID3D11Texture2D_Release(fresh);
	}
	close_scene(&scene);
}

static const char dispatch_source[] =
	"RWTexture2D<unorm float4> u : register(u0);\n"
	"[numthreads(8, 8, 1)] void cs(uint3 i : SV_DispatchThreadID) {\n"
	"	u[i.xy] = float4(0, 1, 0, 1); }\n";

struct written {
	ID3D11Texture2D *texture;
	ID3D11UnorderedAccessView *uav;
	ID3D11ComputeShader *cs;
};

static struct written make_written(struct stage *stage)
{
	ID3DBlob *code = compile(dispatch_source, "cs", "cs_5_0");
	D3D11_TEXTURE2D_DESC desc;
	struct written w;
	ID3D11Texture2D_GetDesc(stage->texture, &desc);
	desc.BindFlags = D3D11_BIND_UNORDERED_ACCESS;
	assert_hr(ID3D11Device_CreateTexture2D(stage->device, &desc, NULL, &w.texture), S_OK);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage->device, (ID3D11Resource *)w.texture, NULL, &w.uav),
		S_OK);
	assert_hr(ID3D11Device_CreateComputeShader(stage->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &w.cs),
		S_OK);
	ID3D10Blob_Release(code);
	return w;
}

static void dispatches_and_their_clears_go_by_it(void **state)
{
	struct scene scene;
	open_scene(&scene);
	ID3D11DeviceContext *context = scene.stage.context;
	struct written w = make_written(&scene.stage);
	ID3D11DeviceContext_CSSetShader(context, w.cs, NULL, 0);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(context, 0, 1, &w.uav, NULL);
	for (int i = 0; i < 4; i++) {
		ID3D11DeviceContext_ClearUnorderedAccessViewFloat(context, w.uav, red);
		ID3D11DeviceContext_SetPredication(context, scene.answers[1], i & 1);
		if (i & 2)
			ID3D11DeviceContext_ClearUnorderedAccessViewFloat(context, w.uav, green);
		else
			ID3D11DeviceContext_Dispatch(context, 1, 1, 1);
		ID3D11DeviceContext_SetPredication(context, NULL, FALSE);
		uint32_t *pixels = texture_pixels(scene.stage.device, w.texture, 4);
		assert_int_equal(pixels[0], i & 1 ? RED : GREEN);
		free(pixels);
	}
	ID3D11ComputeShader_Release(w.cs);
	ID3D11UnorderedAccessView_Release(w.uav);
	ID3D11Texture2D_Release(w.texture);
	close_scene(&scene);
}

static void it_is_remembered_until_the_state_is_cleared(void **state)
{
	struct scene scene;
	open_scene(&scene);
	ID3D11DeviceContext *context = scene.stage.context;
	ID3D11Predicate *got;
	BOOL value;
	ID3D11DeviceContext_SetPredication(context, scene.answers[1], TRUE);
	ID3D11DeviceContext_GetPredication(context, &got, &value);
	assert_ptr_equal(got, scene.answers[1]);
	assert_true(value);
	assert_int_equal(ID3D11Predicate_Release(got), 1);
	ID3D11DeviceContext_GetPredication(context, NULL, NULL);
	ID3D11DeviceContext_ClearState(context);
	ID3D11DeviceContext_GetPredication(context, &got, &value);
	assert_null(got);
	assert_false(value);
	clear(&scene);
	expect(&scene, GREEN);
	/* Bound only, it lives on. */
	ID3D11DeviceContext_SetPredication(context, scene.answers[0], TRUE);
	assert_int_equal(ID3D11Predicate_Release(scene.answers[0]), 0);
	ID3D11DeviceContext_GetPredication(context, &scene.answers[0], &value);
	assert_true(value);
	close_scene(&scene);
}

/* Levels of a chain, of which the second is looked at. */
static void mips_are_generated_by_it(void **state)
{
	struct scene scene;
	open_scene(&scene);
	struct stage *stage = &scene.stage;
	D3D11_TEXTURE2D_DESC desc;
	ID3D11ShaderResourceView *view;
	ID3D11Texture2D *chain;
	ID3D11Texture2D_GetDesc(stage->texture, &desc);
	desc.MipLevels = 2;
	desc.MiscFlags = D3D11_RESOURCE_MISC_GENERATE_MIPS;
	assert_hr(ID3D11Device_CreateTexture2D(stage->device, &desc, NULL, &chain), S_OK);
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  stage->device, (ID3D11Resource *)chain, NULL, &view),
		S_OK);
	ID3D11DeviceContext_CopySubresourceRegion(stage->context, (ID3D11Resource *)chain, 0, 0, 0,
		0, (ID3D11Resource *)scene.green, 0, NULL);
	for (int value = 1; value >= 0; value--) {
		D3D11_MAPPED_SUBRESOURCE mapped;
		uint32_t pixel;
		ID3D11DeviceContext_SetPredication(stage->context, scene.answers[1], value);
		ID3D11DeviceContext_GenerateMips(stage->context, view);
		ID3D11DeviceContext_SetPredication(stage->context, NULL, FALSE);
		ID3D11Texture2D *copy = map_copy(stage->device, chain, &mapped);
		ID3D11DeviceContext_Unmap(stage->context, (ID3D11Resource *)copy, 0);
		assert_hr(ID3D11DeviceContext_Map(stage->context, (ID3D11Resource *)copy, 1,
				  D3D11_MAP_READ, 0, &mapped),
			S_OK);
		memcpy(&pixel, mapped.pData, sizeof(pixel));
		ID3D11DeviceContext_Unmap(stage->context, (ID3D11Resource *)copy, 1);
		ID3D11Texture2D_Release(copy);
		assert_int_equal(pixel, value ? 0 : GREEN);
	}
	ID3D11ShaderResourceView_Release(view);
	ID3D11Texture2D_Release(chain);
	close_scene(&scene);
}

/* Another device's fence, for which the first one's queue waits. */
struct other {
	ID3D11Device5 *device;
	ID3D11DeviceContext4 *context;
	ID3D11Fence *fence;
	ID3D11Texture2D *theirs; /* of the first device */
	UINT64 value;
};

/* Needs the lock of the device that waits before it gives what that waits for. */
static void *look_and_signal(void *arg)
{
	struct other *other = arg;
	UINT size = 0;
	(void)ID3D11Texture2D_GetPrivateData(other->theirs, &IID_ID3D11Texture2D, &size, NULL);
	(void)ID3D11DeviceContext4_Signal(other->context, other->fence, other->value);
	return NULL;
}

static ID3D11Fence *make_fence(struct stage *stage, struct other *other)
{
	ID3D11Device5 *device;
	ID3D11Fence *fence;
	HANDLE handle;
	ID3D11Device_QueryInterface(stage->device, &IID_ID3D11Device5, (void **)&device);
	assert_hr(ID3D11Device5_CreateFence(
			  device, 0, D3D11_FENCE_FLAG_SHARED, &IID_ID3D11Fence, (void **)&fence),
		S_OK);
	assert_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, NULL, &handle), S_OK);
	ID3D11Device1 *made = make_device();
	ID3D11Device1_QueryInterface(made, &IID_ID3D11Device5, (void **)&other->device);
	ID3D11Device5_GetImmediateContext(other->device, (ID3D11DeviceContext **)&other->context);
	assert_hr(ID3D11Device5_OpenSharedFence(
			  other->device, handle, &IID_ID3D11Fence, (void **)&other->fence),
		S_OK);
	CloseHandle(handle);
	ID3D11Device1_Release(made);
	ID3D11Device5_Release(device);
	return fence;
}

static void who_waits_for_an_answer_locks_nobody_out(void **state)
{
	struct scene scene;
	struct other other;
	pthread_t thread;
	open_scene(&scene);
	struct stage *stage = &scene.stage;
	ID3D11Fence *fence = make_fence(stage, &other);
	other.theirs = stage->texture;
	for (other.value = 1; other.value <= 20; other.value++) {
		assert_hr(ID3D11DeviceContext4_Wait(
				  (ID3D11DeviceContext4 *)stage->context, fence, other.value),
			S_OK);
		ID3D11Predicate *seen = answer(stage, 0, true);
		assert_int_equal(pthread_create(&thread, NULL, look_and_signal, &other), 0);
		ID3D11DeviceContext_SetPredication(stage->context, seen, TRUE);
		draw(&scene);
		expect(&scene, RED);
		assert_int_equal(pthread_join(thread, NULL), 0);
		ID3D11Predicate_Release(seen);
	}
	ID3D11Fence_Release(fence);
	ID3D11Fence_Release(other.fence);
	ID3D11DeviceContext4_Release(other.context);
	ID3D11Device5_Release(other.device);
	close_scene(&scene);
}

/* Without an answer nothing is left out; a hint tells the program nothing. */
static void an_open_predicate_bars_nothing(void **state)
{
	struct scene scene;
	open_scene(&scene);
	struct stage *stage = &scene.stage;
	ID3D11Predicate *open = make_predicate(stage, 0);
	ID3D11Predicate *hint = answer(stage, D3D11_QUERY_MISC_PREDICATEHINT, true);
	BOOL seen;
	ID3D11DeviceContext_SetPredication(stage->context, open, FALSE);
	draw(&scene);
	expect(&scene, GREEN);
	assert_hr(ID3D11DeviceContext_GetData(
			  stage->context, (ID3D11Asynchronous *)hint, &seen, sizeof(seen), 0),
		DXGI_ERROR_INVALID_CALL);
	texture_pixels(stage->device, scene.green, 4); /* the GPU is at its end: it is known now */
	ID3D11DeviceContext_ClearRenderTargetView(stage->context, stage->target, red);
	ID3D11DeviceContext_SetPredication(stage->context, hint, TRUE);
	draw(&scene);
	expect(&scene, RED);
	ID3D11Predicate_Release(hint);
	ID3D11Predicate_Release(open);
	close_scene(&scene);
}

static void only_what_answers_yes_or_no_is_a_predicate(void **state)
{
	ID3D11Device *device = (ID3D11Device *)make_device();
	ID3D11Predicate *predicate;
	ID3D11Query *query;
	D3D11_QUERY_DESC desc = { D3D11_QUERY_OCCLUSION_PREDICATE, 0 };
	assert_hr(ID3D11Device_CreatePredicate(device, NULL, &predicate), E_INVALIDARG);
	assert_null(predicate);
	assert_hr(ID3D11Device_CreatePredicate(device, &desc, NULL), S_FALSE);
	for (UINT kind = D3D11_QUERY_EVENT; kind <= D3D11_QUERY_SO_STATISTICS_STREAM3; kind++) {
		const bool overflow = kind >= D3D11_QUERY_SO_OVERFLOW_PREDICATE && kind % 2;
		desc.Query = kind;
		if (kind == D3D11_QUERY_OCCLUSION_PREDICATE)
			continue;
		assert_hr(ID3D11Device_CreatePredicate(device, &desc, &predicate),
			overflow ? E_NOTIMPL : E_INVALIDARG);
		assert_null(predicate);
	}
	desc = (D3D11_QUERY_DESC){ D3D11_QUERY_OCCLUSION, D3D11_QUERY_MISC_PREDICATEHINT };
	assert_hr(ID3D11Device_CreateQuery(device, &desc, &query), E_INVALIDARG);
	desc = (D3D11_QUERY_DESC){ D3D11_QUERY_OCCLUSION_PREDICATE, 0 };
	assert_hr(ID3D11Device_CreateQuery(device, &desc, &query), S_OK);
	assert_hr(ID3D11Query_QueryInterface(query, &IID_ID3D11Predicate, (void **)&predicate),
		E_NOINTERFACE);
	ID3D11Query_Release(query);
	assert_hr(ID3D11Device_CreatePredicate(device, &desc, &predicate), S_OK);
	assert_hr(
		ID3D11Predicate_QueryInterface(predicate, &IID_ID3D11Query, (void **)&query), S_OK);
	assert_ptr_equal(query, predicate);
	ID3D11Query_Release(query);
	assert_int_equal(ID3D11Predicate_Release(predicate), 0);
	assert_int_equal(ID3D11Device_Release(device), 0);
}

static void direct3d_10_has_them_too(void **state)
{
	const D3D10_TEXTURE2D_DESC what = { 4, 4, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM, { 1, 0 },
		D3D10_USAGE_DEFAULT, D3D10_BIND_RENDER_TARGET, 0, 0 };
	const D3D10_QUERY_DESC desc = { D3D10_QUERY_OCCLUSION_PREDICATE, 0 };
	ID3D10RenderTargetView *view;
	ID3D10Predicate *predicate, *got;
	ID3D10Texture2D *texture;
	ID3D11Texture2D *same;
	ID3D10Device *device;
	ID3D11Device1 *device11;
	BOOL value;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device),
		S_OK);
	assert_hr(ID3D10Device_CreateTexture2D(device, &what, NULL, &texture), S_OK);
	assert_hr(
		ID3D10Device_CreateRenderTargetView(device, (ID3D10Resource *)texture, NULL, &view),
		S_OK);
	assert_hr(ID3D10Device_CreatePredicate(device, &desc, &predicate), S_OK);
	ID3D10Predicate_Begin(predicate);
	ID3D10Predicate_End(predicate);
	ID3D10Device_SetPredication(device, predicate, FALSE);
	ID3D10Device_ClearRenderTargetView(device, view, green);
	ID3D10Device_GetPredication(device, &got, &value);
	assert_ptr_equal(got, predicate);
	assert_false(value);
	ID3D10Predicate_Release(got);
	ID3D10Device_ClearState(device);
	ID3D10Device_GetPredication(device, &got, &value);
	assert_null(got);
	ID3D10Device_QueryInterface(device, &IID_ID3D11Device1, (void **)&device11);
	ID3D10Texture2D_QueryInterface(texture, &IID_ID3D11Texture2D, (void **)&same);
	assert_int_equal(first_pixel(device11, same), 0);
	ID3D11Texture2D_Release(same);
	ID3D11Device1_Release(device11);
	ID3D10Predicate_Release(predicate);
	ID3D10RenderTargetView_Release(view);
	ID3D10Texture2D_Release(texture);
	assert_int_equal(ID3D10Device_Release(device), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_go_by_what_was_seen),
		cmocka_unit_test(what_was_never_drawn_goes_by_it_too),
		cmocka_unit_test(dispatches_and_their_clears_go_by_it),
		cmocka_unit_test(mips_are_generated_by_it),
		cmocka_unit_test(who_waits_for_an_answer_locks_nobody_out),
		cmocka_unit_test(it_is_remembered_until_the_state_is_cleared),
		cmocka_unit_test(an_open_predicate_bars_nothing),
		cmocka_unit_test(only_what_answers_yes_or_no_is_a_predicate),
		cmocka_unit_test(direct3d_10_has_them_too),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
