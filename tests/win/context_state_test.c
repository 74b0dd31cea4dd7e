/* SPDX-License-Identifier: MIT */
/* ID3DDeviceContextState: all that is bound, exchanged at once. */
#include "quad.h"

#include <limits.h>

#define RED   0xff0000ffu
#define GREEN 0xff00ff00u

static const D3D_FEATURE_LEVEL level = D3D_FEATURE_LEVEL_11_0;

static ID3DDeviceContextState *make_state(ID3D11Device1 *device)
{
	D3D_FEATURE_LEVEL chosen;
	ID3DDeviceContextState *state;
	assert_hr(ID3D11Device1_CreateDeviceContextState(device, 0, &level, 1, D3D11_SDK_VERSION,
			  &IID_ID3D11Device1, &chosen, &state),
		S_OK);
	assert_int_equal(chosen, level);
	return state;
}

static ID3DDeviceContextState *swap(ID3D11DeviceContext *context, ID3DDeviceContextState *next)
{
	ID3DDeviceContextState *before;
	ID3D11DeviceContext1_SwapDeviceContextState((ID3D11DeviceContext1 *)context, next, &before);
	return before;
}

/* The last reference of the program to each. */
static void end_states(ID3DDeviceContextState *a, ID3DDeviceContextState *b)
{
	assert_int_equal(ID3DDeviceContextState_Release(a), 0);
	assert_int_equal(ID3DDeviceContextState_Release(b), 0);
}

static void each_state_has_its_own_bindings(void **state)
{
	struct stage stage;
	ID3D11RenderTargetView *got;
	D3D11_PRIMITIVE_TOPOLOGY topology;
	FLOAT factor[4];
	UINT mask, count = 1;
	ID3D11BlendState *blend;
	D3D11_VIEWPORT viewport;
	stage_open(&stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	const FLOAT none[4] = { 0, 0, 0, 0 };
	ID3D11DeviceContext_OMSetBlendState(stage.context, NULL, none, 1);
	ID3DDeviceContextState *fresh = make_state((ID3D11Device1 *)stage.device);
	ID3DDeviceContextState *first = swap(stage.context, fresh);
	assert_non_null(first);
	assert_ptr_not_equal(first, fresh);
	ID3D11DeviceContext_OMGetRenderTargets(stage.context, 1, &got, NULL);
	assert_null(got);
	ID3D11DeviceContext_IAGetPrimitiveTopology(stage.context, &topology);
	assert_int_equal(topology, D3D11_PRIMITIVE_TOPOLOGY_UNDEFINED);
	ID3D11DeviceContext_OMGetBlendState(stage.context, &blend, factor, &mask);
	assert_null(blend);
	assert_true(factor[0] == 1 && mask == UINT_MAX);
	ID3D11DeviceContext_RSGetViewports(stage.context, &count, &viewport);
	assert_int_equal(count, 0);
	draw_quad(&stage, 1, 0, 0, 1, 0); /* no shaders here */
	expect_all(&stage, 0);
	ID3DDeviceContextState *second = swap(stage.context, first);
	assert_ptr_equal(second, fresh);
	ID3DDeviceContextState_Release(second);
	ID3D11DeviceContext_OMGetRenderTargets(stage.context, 1, &got, NULL);
	assert_ptr_equal(got, stage.target);
	ID3D11RenderTargetView_Release(got);
	ID3D11DeviceContext_OMSetBlendState(stage.context, NULL, NULL, UINT_MAX);
	draw_quad(&stage, 0, 1, 0, 1, 0);
	expect_all(&stage, GREEN);
	end_states(first, fresh);
	stage_close(&stage);
}

/* Also what the program has let go of is bound when the state comes back. */
static void a_state_keeps_what_is_bound_to_it(void **state)
{
	struct stage stage;
	ID3D11RenderTargetView *view, *got;
	stage_open(&stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	ID3D11Device_CreateRenderTargetView(
		stage.device, (ID3D11Resource *)stage.texture, NULL, &view);
	ID3D11DeviceContext_OMSetRenderTargets(stage.context, 1, &view, NULL);
	ID3DDeviceContextState *fresh = make_state((ID3D11Device1 *)stage.device);
	ID3DDeviceContextState *first = swap(stage.context, fresh);
	assert_int_equal(ID3D11RenderTargetView_Release(view), 0);
	ID3D11DeviceContext_ClearState(stage.context); /* of the fresh one */
	ID3D11DeviceContext1_SwapDeviceContextState(
		(ID3D11DeviceContext1 *)stage.context, first, NULL);
	ID3D11DeviceContext_OMGetRenderTargets(stage.context, 1, &got, NULL);
	assert_ptr_equal(got, view);
	assert_int_equal(ID3D11RenderTargetView_Release(got), 0);
	/* One that nobody has ends; what was bound to it does, too. */
	assert_int_equal(ID3DDeviceContextState_Release(first), 0);
	ID3D11DeviceContext1_SwapDeviceContextState(
		(ID3D11DeviceContext1 *)stage.context, fresh, NULL);
	ID3D11DeviceContext_OMGetRenderTargets(stage.context, 1, &got, NULL);
	assert_null(got);
	ID3D11DeviceContext1_SwapDeviceContextState(
		(ID3D11DeviceContext1 *)stage.context, fresh, &first); /* for itself */
	assert_ptr_equal(first, fresh);
	ID3DDeviceContextState_Release(first);
	ID3D11DeviceContext1_SwapDeviceContextState(
		(ID3D11DeviceContext1 *)stage.context, NULL, &first);
	assert_null(first);
	assert_int_equal(ID3DDeviceContextState_Release(fresh), 0);
	ID3D11RenderTargetView_Release(stage.target);
	ID3D11Texture2D_Release(stage.texture);
	ID3D11DeviceContext_Release(stage.context);
	assert_int_equal(ID3D11Device_Release(stage.device), 0); /* with the state that it has */
}

/* A keyed texture that is released is bound nowhere, neither in a state that is put away. */
static void a_released_texture_is_bound_in_no_state(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	ID3D11DeviceContext *context;
	ID3D11RenderTargetView *view, *got;
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11Device1_CreateRenderTargetView(
			  device, (ID3D11Resource *)texture, NULL, &view),
		S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	ID3D11DeviceContext_OMSetRenderTargets(context, 1, &view, NULL);
	ID3DDeviceContextState *fresh = make_state(device);
	ID3DDeviceContextState *first = swap(context, fresh);
	ID3D11DeviceContext_OMSetRenderTargets(context, 1, &view, NULL);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), S_OK);
	ID3D11DeviceContext_OMGetRenderTargets(context, 1, &got, NULL);
	assert_null(got);
	ID3D11DeviceContext1_SwapDeviceContextState((ID3D11DeviceContext1 *)context, first, NULL);
	ID3D11DeviceContext_OMGetRenderTargets(context, 1, &got, NULL);
	assert_null(got);
	end_states(first, fresh);
	ID3D11RenderTargetView_Release(view);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void arguments_are_checked(void **state)
{
	static const D3D_FEATURE_LEVEL levels[] = { D3D_FEATURE_LEVEL_11_1,
		D3D_FEATURE_LEVEL_10_1 };
	ID3D11Device1 *device = make_device(); /* 11.0 */
	ID3DDeviceContextState *made;
	D3D_FEATURE_LEVEL chosen;
	const IID *const emulated = &IID_ID3D11Device;
#define create(flags, levels, n, sdk, iid)                                                         \
	ID3D11Device1_CreateDeviceContextState(device, flags, levels, n, sdk, iid, &chosen, &made)
	assert_hr(create(0, levels, 2, D3D11_SDK_VERSION, emulated), S_OK);
	assert_int_equal(chosen, D3D_FEATURE_LEVEL_10_1);
	assert_int_equal(ID3DDeviceContextState_Release(made), 0);
	assert_hr(create(0, levels, 1, D3D11_SDK_VERSION, emulated), E_INVALIDARG);
	assert_null(made);
	assert_int_equal(chosen, 0);
	assert_hr(create(0, NULL, 0, D3D11_SDK_VERSION, emulated), E_INVALIDARG);
	assert_hr(create(2, levels, 2, D3D11_SDK_VERSION, emulated), E_INVALIDARG);
	assert_hr(create(0, levels, 2, D3D11_SDK_VERSION - 1, emulated), E_INVALIDARG);
	assert_hr(create(0, levels, 2, D3D11_SDK_VERSION, NULL), E_INVALIDARG);
	assert_hr(create(0, levels, 2, D3D11_SDK_VERSION, &IID_IUnknown), E_INVALIDARG);
	assert_hr(create(0, levels, 2, D3D11_SDK_VERSION, &IID_ID3D10Device), E_NOTIMPL);
	assert_null(made);
	assert_hr(ID3D11Device1_CreateDeviceContextState(device,
			  D3D11_1_CREATE_DEVICE_CONTEXT_STATE_SINGLETHREADED, levels, 2,
			  D3D11_SDK_VERSION, emulated, NULL, NULL),
		S_FALSE);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void a_state_is_an_object_of_its_device(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3DDeviceContextState *made = make_state(device);
	ID3D11DeviceChild *child;
	ID3D11Device *of;
	UINT value = 7, size = sizeof(value);
	assert_hr(ID3DDeviceContextState_QueryInterface(
			  made, &IID_ID3D11DeviceChild, (void **)&child),
		S_OK);
	assert_ptr_equal(child, made);
	ID3D11DeviceChild_Release(child);
	ID3DDeviceContextState_GetDevice(made, &of);
	assert_ptr_equal(of, device);
	ID3D11Device_Release(of);
	assert_hr(ID3DDeviceContextState_SetPrivateData(
			  made, &IID_ID3D11Device, sizeof(value), &value),
		S_OK);
	value = 0;
	assert_hr(ID3DDeviceContextState_GetPrivateData(made, &IID_ID3D11Device, &size, &value),
		S_OK);
	assert_int_equal(value, 7);
	assert_int_equal(ID3D11Device1_Release(device), 1); /* the state has it */
	assert_int_equal(ID3DDeviceContextState_Release(made), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_own_bindings),
		cmocka_unit_test(a_state_keeps_what_is_bound_to_it),
		cmocka_unit_test(a_released_texture_is_bound_in_no_state),
		cmocka_unit_test(arguments_are_checked),
		cmocka_unit_test(a_state_is_an_object_of_its_device),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
