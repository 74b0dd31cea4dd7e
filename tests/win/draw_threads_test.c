/* SPDX-License-Identifier: MIT */
/*
 * Several threads at once: on one device, which is free-threaded; on its context, which is so once
 * ID3D11Multithread says so, and for a sequence of calls between Enter and Leave; and on two
 * devices that take turns with a picture. What the threads draw is looked at when they have ended.
 */
#include "quad.h"

#include <pthread.h>

#define SIZE	 16
#define ROUNDS	 120
#define PAINTERS 3
#define TURNS	 60

static const float colours[PAINTERS][4] = { { 1, 0, 0, 1 }, { 0, 1, 0, 1 }, { 0, 0, 1, 1 } };
static const uint32_t pixels_of[PAINTERS] = { 0xff0000ff, 0xff00ff00, 0xffff0000 };

struct painter {
	struct stage *stage;
	ID3D11Multithread *lock;
	ID3D11RenderTargetView *target;
	ID3D11Texture2D *texture;
	ID3D11Buffer *colour;
};

static ID3D11Texture2D *make_picture(ID3D11Device *device, UINT misc)
{
	const D3D11_TEXTURE2D_DESC desc = { SIZE, SIZE, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM, { 1, 0 },
		D3D11_USAGE_DEFAULT, D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE, 0,
		misc };
	ID3D11Texture2D *texture = NULL;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	return texture;
}

static struct painter open_painter(
	struct stage *stage, ID3D11Texture2D *texture, const float colour[4])
{
	struct painter p = { .stage = stage, .texture = texture };
	const float constants[8] = { colour[0], colour[1], colour[2], colour[3] };
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  stage->device, (ID3D11Resource *)texture, NULL, &p.target),
		S_OK);
	p.colour = make_buffer(
		stage->device, D3D11_BIND_CONSTANT_BUFFER, constants, sizeof(constants));
	return p;
}

static void close_painter(struct painter *p)
{
	ID3D11Buffer_Release(p->colour);
	ID3D11RenderTargetView_Release(p->target);
	ID3D11Texture2D_Release(p->texture);
}

static void paint(const struct painter *p)
{
	ID3D11DeviceContext *context = p->stage->context;
	ID3D11DeviceContext_OMSetRenderTargets(context, 1, &p->target, NULL);
	ID3D11DeviceContext_VSSetConstantBuffers(context, 0, 1, &p->colour);
	ID3D11DeviceContext_PSSetConstantBuffers(context, 0, 1, &p->colour);
	ID3D11DeviceContext_Draw(context, 4, 0);
}

static void expect_picture(const struct painter *p, uint32_t expected)
{
	uint32_t *pixels = texture_pixels(p->stage->device, p->texture, 4);
	for (int i = 0; i < SIZE * SIZE; i++)
		if (!is_near(pixels[i], expected))
			fail_msg("pixel %d is %08x, not %08x", i, pixels[i], expected);
	free(pixels);
}

static void *paint_between(void *arg)
{
	const struct painter *p = arg;
	for (int i = 0; i < ROUNDS; i++) {
		ID3D11Multithread_Enter(p->lock);
		paint(p);
		ID3D11Multithread_Leave(p->lock);
	}
	return NULL;
}

/* Whoever paints between another one's bindings and its draw would paint the other's picture. */
static void painters_of_one_context(void **state)
{
	struct stage stage;
	struct painter painters[PAINTERS];
	pthread_t threads[PAINTERS];
	ID3D11Multithread *lock;
	stage_open(&stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	assert_hr(ID3D11Device_QueryInterface(stage.device, &IID_ID3D11Multithread, (void **)&lock),
		S_OK);
	assert_false(ID3D11Multithread_SetMultithreadProtected(lock, TRUE));
	for (int i = 0; i < PAINTERS; i++) {
		painters[i] = open_painter(&stage, make_picture(stage.device, 0), colours[i]);
		painters[i].lock = lock;
	}
	for (int i = 0; i < PAINTERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, paint_between, &painters[i]), 0);
	for (int i = 0; i < PAINTERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < PAINTERS; i++) {
		expect_picture(&painters[i], pixels_of[i]);
		close_painter(&painters[i]);
	}
	ID3D11Multithread_Release(lock);
	stage_close(&stage);
}

static void make_states(ID3D11Device *device)
{
	const D3D11_BLEND_DESC blend = { .RenderTarget = { { .RenderTargetWriteMask = 15 } } };
	const D3D11_SAMPLER_DESC sampler = { .Filter = D3D11_FILTER_MIN_MAG_MIP_POINT,
		.AddressU = D3D11_TEXTURE_ADDRESS_WRAP,
		.AddressV = D3D11_TEXTURE_ADDRESS_WRAP,
		.AddressW = D3D11_TEXTURE_ADDRESS_WRAP,
		.ComparisonFunc = D3D11_COMPARISON_NEVER };
	const D3D11_QUERY_DESC query = { D3D11_QUERY_OCCLUSION, 0 };
	ID3D11BlendState *blending;
	ID3D11SamplerState *sampling;
	ID3D11Query *asked;
	assert_hr(ID3D11Device_CreateBlendState(device, &blend, &blending), S_OK);
	assert_hr(ID3D11Device_CreateSamplerState(device, &sampler, &sampling), S_OK);
	assert_hr(ID3D11Device_CreateQuery(device, &query, &asked), S_OK);
	ID3D11VertexShader *vs = make_vs(device, dxbc_vs_pass());
	ID3D11VertexShader_Release(vs);
	ID3D11Query_Release(asked);
	ID3D11SamplerState_Release(sampling);
	ID3D11BlendState_Release(blending);
}

static void make_filled(ID3D11Device *device)
{
	static const uint32_t white[SIZE * SIZE];
	const D3D11_SUBRESOURCE_DATA initial = { white, SIZE * 4, 0 };
	D3D11_TEXTURE2D_DESC desc = { SIZE, SIZE, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM, { 1, 0 },
		D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE, 0, 0 };
	ID3D11ShaderResourceView *view;
	ID3D11Texture2D *texture;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, &initial, &texture), S_OK);
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  device, (ID3D11Resource *)texture, NULL, &view),
		S_OK);
	ID3D11ShaderResourceView_Release(view);
	ID3D11Texture2D_Release(texture);
	ID3D11Buffer_Release(
		make_buffer(device, D3D11_BIND_VERTEX_BUFFER, colours, sizeof(colours)));
}

static void make_shared(ID3D11Device *device)
{
	ID3D11Texture2D *texture = make_picture(device, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX),
			*again;
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	assert_hr(ID3D11Device_OpenSharedResource(
			  device, handle_of(texture), &IID_ID3D11Texture2D, (void **)&again),
		S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(again);
	ID3D11Texture2D_Release(texture);
}

/* All that a device makes, while another thread draws with its context. */
static void *make_and_release(void *arg)
{
	struct stage *stage = arg;
	for (int i = 0; i < ROUNDS; i++) {
		make_states(stage->device);
		make_filled(stage->device);
		make_shared(stage->device);
		assert_hr(ID3D11Device_GetDeviceRemovedReason(stage->device), S_OK);
	}
	return NULL;
}

static void makers_beside_a_painter(void **state)
{
	struct stage stage;
	pthread_t makers[2];
	stage_open(&stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	struct painter painter = open_painter(&stage, make_picture(stage.device, 0), colours[0]);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&makers[i], NULL, make_and_release, &stage), 0);
	for (int i = 0; i < ROUNDS; i++)
		paint(&painter);
	expect_picture(&painter, pixels_of[0]);
	for (int i = 0; i < 2; i++)
		pthread_join(makers[i], NULL);
	close_painter(&painter);
	stage_close(&stage);
}

struct turns {
	struct painter painter;
	IDXGIKeyedMutex *mutex;
	UINT64 own, next; /* keys */
	bool checks; /* the other one's picture, before it paints its own */
	int wrong;
};

static void *take_turns(void *arg)
{
	struct turns *t = arg;
	for (int i = 0; i < TURNS && !t->wrong; i++) {
		if (IDXGIKeyedMutex_AcquireSync(t->mutex, t->own, 20000) != S_OK) {
			t->wrong++;
			break;
		}
		if (t->checks) {
			uint32_t *pixels =
				texture_pixels(t->painter.stage->device, t->painter.texture, 4);
			for (int k = 0; k < SIZE * SIZE; k++)
				t->wrong += !is_near(pixels[k], pixels_of[0]);
			free(pixels);
		}
		paint(&t->painter);
		t->wrong += IDXGIKeyedMutex_ReleaseSync(t->mutex, t->next) != S_OK;
	}
	return NULL;
}

static void two_devices_take_turns(void **state)
{
	struct stage stages[2];
	struct turns turns[2];
	pthread_t threads[2];
	for (int i = 0; i < 2; i++) {
		stage_open(&stages[i], SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
		use_quad(&stages[i], "solid");
	}
	ID3D11Texture2D *texture =
		make_picture(stages[0].device, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	ID3D11Texture2D *there;
	assert_hr(ID3D11Device_OpenSharedResource(stages[1].device, handle_of(texture),
			  &IID_ID3D11Texture2D, (void **)&there),
		S_OK);
	for (int i = 0; i < 2; i++)
		turns[i] = (struct turns){
			.painter = open_painter(&stages[i], i ? there : texture, colours[i]),
			.mutex = mutex_of(i ? there : texture),
			.own = (UINT64)i,
			.next = (UINT64)!i,
			.checks = i == 1,
		};
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &turns[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(turns[i].wrong, 0);
		IDXGIKeyedMutex_Release(turns[i].mutex);
		close_painter(&turns[i].painter);
	}
	stage_close(&stages[1]);
	stage_close(&stages[0]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(painters_of_one_context),
		cmocka_unit_test(makers_beside_a_painter),
		cmocka_unit_test(two_devices_take_turns),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
