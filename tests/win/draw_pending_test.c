/* SPDX-License-Identifier: MIT */
/*
 * What a program may do while its GPU has still to come to its work: end what the GPU uses, and map
 * what it does not wait for.
 */
#include "gate.h"
#include "quad.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define SIZE  32
#define BLUE  0xffff0000
#define GREEN 0xff00ff00

struct scene {
	struct stage painter;
	struct gate gate;
	ID3D11Device1 *other; /* who has open what the painter shares */
};

static void scene_open(struct scene *scene)
{
	stage_open(&scene->painter, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&scene->painter, "solid");
	gate_make(&scene->gate, scene->painter.device);
	scene->other = make_device();
}

static void scene_close(struct scene *scene)
{
	ID3D11Device1_Release(scene->other);
	gate_free(&scene->gate);
	stage_close(&scene->painter);
}

static void *end_painter(void *arg)
{
	struct scene *scene = arg;
	gate_leave(&scene->gate);
	stage_close(&scene->painter);
	return NULL;
}

static ID3D11Texture2D *make_target(struct scene *scene, UINT misc, UINT cpu)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(misc);
	ID3D11Texture2D *texture;
	desc.Width = desc.Height = SIZE;
	desc.CPUAccessFlags = cpu;
	assert_hr(ID3D11Device_CreateTexture2D(scene->painter.device, &desc, NULL, &texture), S_OK);
	return texture;
}

/* Leaves it unbound. */
static void draw_blue(struct scene *scene, ID3D11Texture2D *texture)
{
	ID3D11DeviceContext *context = scene->painter.context;
	ID3D11RenderTargetView *view;
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  scene->painter.device, (ID3D11Resource *)texture, NULL, &view),
		S_OK);
	ID3D11DeviceContext_OMSetRenderTargets(context, 1, &view, NULL);
	draw_quad(&scene->painter, 0, 0, 1, 1, 0);
	ID3D11DeviceContext_OMSetRenderTargets(context, 1, &scene->painter.target, NULL);
	ID3D11RenderTargetView_Release(view);
}

/* Until the painter's GPU has done all it was given. */
static void finish(struct scene *scene)
{
	draw_quad(&scene->painter, 0, 0, 0, 0, 0);
	free(texture_pixels(scene->painter.device, scene->painter.texture, 4));
}

/* As many bytes as the shared one has, which would get its memory if that were free. */
static ID3D11Texture2D *make_next(struct scene *scene)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(D3D11_RESOURCE_MISC_SHARED);
	ID3D11Texture2D *texture;
	desc.Width = desc.Height = SIZE;
	assert_hr(ID3D11Device1_CreateTexture2D(scene->other, &desc, NULL, &texture), S_OK);
	clear_texture(scene->other, texture, GREEN);
	return texture;
}

static void a_shared_texture_ends_before_its_frame(void **state)
{
	struct scene scene;
	scene_open(&scene);
	ID3D11Texture2D *texture = make_target(&scene, D3D11_RESOURCE_MISC_SHARED, 0);
	ID3D11Texture2D *theirs = open_texture(scene.other, handle_of(texture));
	draw_blue(&scene, texture);
	finish(&scene);
	clear_texture(scene.other, theirs, GREEN);
	gate_shut(&scene.gate);
	draw_blue(&scene, texture);
	assert_int_equal(ID3D11Texture2D_Release(texture), 0);
	gate_open(&scene.gate);
	finish(&scene);
	assert_int_equal(first_pixel(scene.other, theirs), BLUE);
	ID3D11Texture2D_Release(theirs);
	scene_close(&scene);
}

/* Nobody else has it open: its memory is nobody's before the GPU has left it. */
static void its_memory_is_kept_until_then(void **state)
{
	struct scene scene;
	scene_open(&scene);
	ID3D11Texture2D *texture = make_target(&scene, D3D11_RESOURCE_MISC_SHARED, 0);
	gate_shut(&scene.gate);
	draw_blue(&scene, texture);
	ID3D11DeviceContext_Flush(scene.painter.context);
	assert_int_equal(ID3D11Texture2D_Release(texture), 0);
	ID3D11Texture2D *next = make_next(&scene);
	gate_open(&scene.gate);
	finish(&scene);
	assert_int_equal(first_pixel(scene.other, next), GREEN);
	ID3D11Texture2D_Release(next);
	scene_close(&scene);
}

static void a_keyed_texture_ends_when_it_is_handed_on(void **state)
{
	struct scene scene;
	scene_open(&scene);
	ID3D11Texture2D *texture = make_target(&scene, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX, 0);
	ID3D11Texture2D *theirs = open_texture(scene.other, handle_of(texture));
	IDXGIKeyedMutex *mutex = mutex_of(texture), *their_mutex = mutex_of(theirs);
	gate_shut(&scene.gate);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	draw_blue(&scene, texture);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	IDXGIKeyedMutex_Release(mutex);
	assert_int_equal(ID3D11Texture2D_Release(texture), 0);
	gate_open(&scene.gate);
	assert_hr(IDXGIKeyedMutex_AcquireSync(their_mutex, 1, INFINITE), S_OK);
	assert_int_equal(first_pixel(scene.other, theirs), BLUE);
	IDXGIKeyedMutex_Release(their_mutex);
	ID3D11Texture2D_Release(theirs);
	scene_close(&scene);
}

/* A program may end next: the frame that it handed on would be empty. */
static void a_device_ends_behind_what_it_handed_on(void **state)
{
	struct scene scene;
	struct timespec soon;
	pthread_t thread;
	scene_open(&scene);
	ID3D11Texture2D *texture = make_target(&scene, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX, 0);
	ID3D11Texture2D *theirs = open_texture(scene.other, handle_of(texture));
	IDXGIKeyedMutex *mutex = mutex_of(texture), *their_mutex = mutex_of(theirs);
	gate_shut(&scene.gate);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	draw_blue(&scene, texture);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	IDXGIKeyedMutex_Release(mutex);
	assert_int_equal(ID3D11Texture2D_Release(texture), 0);
	assert_int_equal(pthread_create(&thread, NULL, end_painter, &scene), 0);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_sec++;
	assert_int_equal(pthread_timedjoin_np(thread, NULL, &soon), ETIMEDOUT);
	gate_open(&scene.gate);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(their_mutex, 1, 0), S_OK);
	assert_int_equal(first_pixel(scene.other, theirs), BLUE);
	IDXGIKeyedMutex_Release(their_mutex);
	ID3D11Texture2D_Release(theirs);
	ID3D11Device1_Release(scene.other);
	gate_free(&scene.gate);
}

/* At once, and not when the GPU has done with it. */
static void one_that_is_held_is_abandoned(void **state)
{
	struct scene scene;
	scene_open(&scene);
	ID3D11Texture2D *texture = make_target(&scene, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX, 0);
	ID3D11Texture2D *theirs = open_texture(scene.other, handle_of(texture));
	IDXGIKeyedMutex *mutex = mutex_of(texture), *their_mutex = mutex_of(theirs);
	gate_shut(&scene.gate);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	draw_blue(&scene, texture);
	IDXGIKeyedMutex_Release(mutex);
	assert_int_equal(ID3D11Texture2D_Release(texture), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(their_mutex, 1, INFINITE), WAIT_ABANDONED);
	gate_open(&scene.gate);
	finish(&scene);
	IDXGIKeyedMutex_Release(their_mutex);
	ID3D11Texture2D_Release(theirs);
	scene_close(&scene);
}

static void map_and_discard(struct scene *scene, void *resource)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	for (int i = 0; i < 2; i++) {
		assert_hr(ID3D11DeviceContext_Map(scene->painter.context, resource, 0,
				  D3D11_MAP_WRITE_DISCARD, i ? D3D11_MAP_FLAG_DO_NOT_WAIT : 0,
				  &mapped),
			S_OK);
		ID3D11DeviceContext_Unmap(scene->painter.context, resource, 0);
	}
}

/* A buffer and a texture that the GPU has still to read. */
static void what_is_discarded_is_never_drawing(void **state)
{
	const D3D11_BUFFER_DESC buffer_desc = { 256, D3D11_USAGE_DYNAMIC, D3D11_BIND_VERTEX_BUFFER,
		D3D11_CPU_ACCESS_WRITE, 0, 0 };
	D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	ID3D11Texture2D *texture;
	ID3D11Buffer *buffer;
	struct scene scene;
	scene_open(&scene);
	desc.Width = desc.Height = SIZE;
	desc.Usage = D3D11_USAGE_DYNAMIC;
	desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE;
	assert_hr(ID3D11Device_CreateTexture2D(scene.painter.device, &desc, NULL, &texture), S_OK);
	assert_hr(
		ID3D11Device_CreateBuffer(scene.painter.device, &buffer_desc, NULL, &buffer), S_OK);
	gate_shut(&scene.gate);
	ID3D11DeviceContext_CopyResource(scene.painter.context,
		(ID3D11Resource *)scene.painter.texture, (ID3D11Resource *)texture);
	draw_quad(&scene.painter, 0, 0, 1, 1, 0);
	map_and_discard(&scene, texture);
	map_and_discard(&scene, buffer);
	gate_open(&scene.gate);
	expect_all(&scene.painter, BLUE);
	ID3D11Texture2D_Release(texture);
	ID3D11Buffer_Release(buffer);
	scene_close(&scene);
}

static HRESULT look(struct scene *scene, ID3D11Texture2D *texture, UINT flags, uint32_t *ret_pixel)
{
	ID3D11DeviceContext *context = scene->painter.context;
	D3D11_MAPPED_SUBRESOURCE mapped;
	HRESULT hr = ID3D11DeviceContext_Map(
		context, (ID3D11Resource *)texture, 0, D3D11_MAP_READ, flags, &mapped);
	if (FAILED(hr))
		return hr;
	memcpy(ret_pixel, mapped.pData, sizeof(*ret_pixel));
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)texture, 0);
	return hr;
}

/* Of a texture that is drawn to and mapped itself. */
static void what_is_drawn_to_says_so(void **state)
{
	struct scene scene;
	uint32_t pixel = 0;
	HRESULT hr;
	scene_open(&scene);
	ID3D11Texture2D *texture = make_target(&scene, 0, D3D11_CPU_ACCESS_READ);
	gate_shut(&scene.gate);
	draw_blue(&scene, texture);
	assert_hr(look(&scene, texture, D3D11_MAP_FLAG_DO_NOT_WAIT, &pixel),
		DXGI_ERROR_WAS_STILL_DRAWING);
	gate_open(&scene.gate);
	do
		hr = look(&scene, texture, D3D11_MAP_FLAG_DO_NOT_WAIT, &pixel);
	while (hr == DXGI_ERROR_WAS_STILL_DRAWING);
	assert_hr(hr, S_OK);
	assert_int_equal(pixel, BLUE);
	ID3D11Texture2D_Release(texture);
	scene_close(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_texture_ends_before_its_frame),
		cmocka_unit_test(its_memory_is_kept_until_then),
		cmocka_unit_test(a_keyed_texture_ends_when_it_is_handed_on),
		cmocka_unit_test(a_device_ends_behind_what_it_handed_on),
		cmocka_unit_test(one_that_is_held_is_abandoned),
		cmocka_unit_test(what_is_discarded_is_never_drawing),
		cmocka_unit_test(what_is_drawn_to_says_so),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
