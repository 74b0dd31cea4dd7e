/* SPDX-License-Identifier: MIT */
/*
 * Processes that draw into one keyed texture in turns. XF_FRAMES: how many, 100 unless told.
 */
#include "quad.h"

#include <stdio.h>

#include <crossfence/win/win.h>

#define SIZE 64

struct shared {
	struct stage stage; /* of our own, to look at the texture with the GPU */
	ID3D11Texture2D *texture;
	ID3D11RenderTargetView *target;
	ID3D11ShaderResourceView *view;
	IDXGIKeyedMutex *mutex;
};

static void shared_open(struct shared *shared, const char *handle)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	desc.Width = desc.Height = SIZE;
	stage_open(&shared->stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	if (handle)
		assert_hr(ID3D11Device_OpenSharedResource(shared->stage.device,
				  (HANDLE)strtoull(handle, NULL, 16), &IID_ID3D11Texture2D,
				  (void **)&shared->texture),
			S_OK);
	else
		assert_hr(ID3D11Device_CreateTexture2D(
				  shared->stage.device, &desc, NULL, &shared->texture),
			S_OK);
	assert_hr(ID3D11Device_CreateRenderTargetView(shared->stage.device,
			  (ID3D11Resource *)shared->texture, NULL, &shared->target),
		S_OK);
	assert_hr(ID3D11Device_CreateShaderResourceView(shared->stage.device,
			  (ID3D11Resource *)shared->texture, NULL, &shared->view),
		S_OK);
	shared->mutex = mutex_of(shared->texture);
}

static void shared_close(struct shared *shared)
{
	IDXGIKeyedMutex_Release(shared->mutex);
	ID3D11ShaderResourceView_Release(shared->view);
	ID3D11RenderTargetView_Release(shared->target);
	ID3D11Texture2D_Release(shared->texture);
	stage_close(&shared->stage);
}

static uint32_t colour_of(uint32_t frame)
{
	return 0xff000000 | (frame * 40503u & 0xffffff);
}

static void draw_frame(struct shared *shared, uint32_t frame)
{
	const uint32_t c = colour_of(frame);
	ID3D11DeviceContext_OMSetRenderTargets(shared->stage.context, 1, &shared->target, NULL);
	use_quad(&shared->stage, "solid");
	draw_quad(&shared->stage, (float)(c & 0xff) / 255, (float)(c >> 8 & 0xff) / 255,
		(float)(c >> 16 & 0xff) / 255, 1, 0);
}

/* Through the GPU, into our own target. */
static void sample_frame(struct shared *shared)
{
	ID3D11DeviceContext *context = shared->stage.context;
	ID3D11DeviceContext_OMSetRenderTargets(context, 1, &shared->stage.target, NULL);
	use_quad(&shared->stage, "textured");
	ID3D11DeviceContext_PSSetShaderResources(context, 0, 1, &shared->view);
	draw_quad(&shared->stage, 0, 0, 0, 0, 0);
}

/*
 * Looks at the frame before, draws the next one, and hands it on. What was sampled is read after
 * the release: by then it is the other's turn, who may draw already.
 */
static void take_turn(struct shared *shared, UINT64 key, uint32_t frame)
{
	ID3D11RenderTargetView *bound = shared->target;
	assert_hr(IDXGIKeyedMutex_AcquireSync(shared->mutex, key, 60000), S_OK);
	if (frame)
		sample_frame(shared);
	draw_frame(shared, frame);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(shared->mutex, !key), S_OK);
	ID3D11DeviceContext_OMGetRenderTargets(shared->stage.context, 1, &bound, NULL);
	assert_null(bound);
	if (frame)
		expect_all(&shared->stage, colour_of(frame - 1));
}

static uint32_t frames(void)
{
	const char *text = getenv("XF_FRAMES");
	return text ? (uint32_t)strtoul(text, NULL, 10) : 100;
}

static int run_second(int socket, const char *handle)
{
	struct shared shared;
	shared_open(&shared, handle);
	for (uint32_t i = 0; i < frames(); i += 2)
		take_turn(&shared, 1, i + 1);
	parent_tell(socket, 'd');
	shared_close(&shared);
	return 0;
}

static struct child start(struct shared *shared, const char *role)
{
	char text[32];
	shared_open(shared, NULL);
	snprintf(text, sizeof(text), "%llx",
		(unsigned long long)(uintptr_t)handle_of(shared->texture));
	return child_start(role, text);
}

static void two_processes_draw_in_turns(void **state)
{
	struct shared shared;
	struct child child = start(&shared, "second");
	for (uint32_t i = 0; i < frames(); i += 2)
		take_turn(&shared, 0, i);
	assert_int_equal(child_hear(&child), 'd');
	assert_int_equal(child_end(&child), 0);
	/* By the processor, which waits for the other's GPU by itself. */
	assert_hr(IDXGIKeyedMutex_AcquireSync(shared.mutex, 0, 60000), S_OK);
	uint32_t *pixels = texture_pixels(shared.stage.device, shared.texture, 4);
	for (int i = 0; i < SIZE * SIZE; i++)
		assert_true(is_near(pixels[i], colour_of((frames() + 1) / 2 * 2 - 1)));
	free(pixels);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(shared.mutex, 0), S_OK);
	shared_close(&shared);
}

static void what_is_not_held_is_not_drawn(void **state)
{
	struct xf_win_counters before = { sizeof(before) }, after = before;
	struct shared shared;
	shared_open(&shared, NULL);
	assert_hr(IDXGIKeyedMutex_AcquireSync(shared.mutex, 0, 0), S_OK);
	draw_frame(&shared, 5);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(shared.mutex, 0), S_OK);
	xf_win_counters(&before);
	draw_frame(&shared, 9);
	sample_frame(&shared);
	xf_win_counters(&after);
	assert_int_equal(after.dropped_commands - before.dropped_commands, 2);
	expect_all(&shared.stage, 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(shared.mutex, 0, 0), S_OK);
	sample_frame(&shared);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(shared.mutex, 0), S_OK);
	expect_all(&shared.stage, colour_of(5));
	shared_close(&shared);
}

/* Draws for ever, and tells when it has begun. */
static int run_victim(int socket, const char *handle)
{
	struct shared shared;
	shared_open(&shared, handle);
	assert_hr(IDXGIKeyedMutex_AcquireSync(shared.mutex, 1, 60000), S_OK);
	for (uint32_t i = 0;; i++) {
		draw_frame(&shared, i);
		ID3D11DeviceContext_Flush(shared.stage.context);
		if (i == 3)
			parent_tell(socket, 'd');
	}
	return 0;
}

/* Hands on what its GPU has not come to, and is gone. */
static int run_leaver(int socket, const char *handle)
{
	struct shared shared;
	shared_open(&shared, handle);
	assert_hr(IDXGIKeyedMutex_AcquireSync(shared.mutex, 1, 60000), S_OK);
	for (uint32_t i = 0; i < 50; i++)
		draw_frame(&shared, i);
	draw_frame(&shared, 7);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(shared.mutex, 0), S_OK);
	parent_tell(socket, 'r');
	(void)parent_hear(socket);
	return 0;
}

/* The device draws on. */
static void draws_on(struct shared *shared)
{
	ID3D11DeviceContext_OMSetRenderTargets(
		shared->stage.context, 1, &shared->stage.target, NULL);
	use_quad(&shared->stage, "solid");
	draw_quad(&shared->stage, 1, 0, 1, 1, 0);
	expect_all(&shared->stage, 0xffff00ff);
}

static void a_killed_painter_abandons(void **state)
{
	struct shared shared;
	struct child child = start(&shared, "victim");
	take_turn(&shared, 0, 0);
	assert_int_equal(child_hear(&child), 'd');
	child_kill(&child);
	assert_hr(IDXGIKeyedMutex_AcquireSync(shared.mutex, 0, 60000), WAIT_ABANDONED);
	draws_on(&shared);
	shared_close(&shared);
}

/* Either the frame is whole, or the mutex is abandoned, or what waited for it came to nothing. */
static void a_painter_is_killed_after_its_release(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct shared shared;
		struct child child = start(&shared, "leaver");
		take_turn(&shared, 0, 0);
		assert_int_equal(child_hear(&child), 'r');
		child_kill(&child);
		HRESULT hr = IDXGIKeyedMutex_AcquireSync(shared.mutex, 0, 60000);
		if (hr != WAIT_ABANDONED) {
			assert_hr(hr, S_OK);
			sample_frame(&shared);
			hr = IDXGIKeyedMutex_ReleaseSync(shared.mutex, 0);
			if (hr == S_OK)
				expect_all(&shared.stage, colour_of(7));
			else
				assert_hr(hr, E_FAIL);
		}
		draws_on(&shared);
		shared_close(&shared);
	}
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "second", run_second }, { "victim", run_victim },
		{ "leaver", run_leaver }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_processes_draw_in_turns),
		cmocka_unit_test(what_is_not_held_is_not_drawn),
		cmocka_unit_test(a_killed_painter_abandons),
		cmocka_unit_test(a_painter_is_killed_after_its_release),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
