/* SPDX-License-Identifier: MIT */
/*
 * ID3D11Fence and what is drawn: signals come behind it, waits before it, and neither holds up the
 * caller. Another device's fence, the gate, keeps a GPU from going on, so that nothing here depends
 * on how fast anything is.
 */
#include "quad.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include <winternl.h>

#include <d3dkmthk.h>

#define PATH	 L"\\Sessions\\1\\BaseNamedObjects\\drawn"
#define LONG_MS	 60000
#define SHORT_MS 30 /* what must not happen does not within */
#define SIZE	 32
#define BLUE	 0xffff0000
#define GREEN	 0xff00ff00

/* A device that draws, and one that only opens the gate. */
struct side {
	struct stage stage;
	ID3D11Device5 *device;
	ID3D11DeviceContext4 *context;
};

static struct side open_side(void)
{
	struct side side = { 0 };
	stage_open(&side.stage, SIZE, SIZE, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_QueryInterface(
			  side.stage.device, &IID_ID3D11Device5, (void **)&side.device),
		S_OK);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  side.stage.context, &IID_ID3D11DeviceContext4, (void **)&side.context),
		S_OK);
	return side;
}

static void close_side(struct side *side)
{
	ID3D11DeviceContext4_Release(side->context);
	ID3D11Device5_Release(side->device);
	stage_close(&side->stage);
}

static ID3D11Fence *make_fence(struct side *side)
{
	ID3D11Fence *fence;
	assert_hr(ID3D11Device5_CreateFence(side->device, 0, D3D11_FENCE_FLAG_SHARED,
			  &IID_ID3D11Fence, (void **)&fence),
		S_OK);
	return fence;
}

/* The same fence, of the other device. */
static ID3D11Fence *share(ID3D11Fence *fence, struct side *with)
{
	ID3D11Fence *theirs;
	HANDLE handle;
	assert_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, NULL, &handle), S_OK);
	assert_hr(ID3D11Device5_OpenSharedFence(
			  with->device, handle, &IID_ID3D11Fence, (void **)&theirs),
		S_OK);
	CloseHandle(handle);
	return theirs;
}

static UINT64 value_of(ID3D11Fence *fence)
{
	return ID3D11Fence_GetCompletedValue(fence);
}

static void wait_cpu(ID3D11Fence *fence, UINT64 value)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	assert_hr(ID3D11Fence_SetEventOnCompletion(fence, value, event), S_OK);
	assert_int_equal(WaitForSingleObject(event, LONG_MS), WAIT_OBJECT_0);
	CloseHandle(event);
}

static void draw(struct side *side, ID3D11RenderTargetView *target, uint32_t c)
{
	ID3D11DeviceContext_OMSetRenderTargets(side->stage.context, 1, &target, NULL);
	use_quad(&side->stage, "solid");
	draw_quad(&side->stage, (float)(c & 0xff) / 255, (float)(c >> 8 & 0xff) / 255,
		(float)(c >> 16 & 0xff) / 255, 1, 0);
}

/* The painter has drawn, and is kept from going on. */
struct scene {
	struct side painter, keeper;
	ID3D11Fence *gate, *key; /* the same one */
};

static void scene_start(struct scene *scene)
{
	*scene = (struct scene){ .painter = open_side(), .keeper = open_side() };
	scene->gate = make_fence(&scene->painter);
	scene->key = share(scene->gate, &scene->keeper);
	draw(&scene->painter, scene->painter.stage.target, GREEN);
	expect_all(&scene->painter.stage, GREEN);
	assert_hr(ID3D11DeviceContext4_Wait(scene->painter.context, scene->gate, 1), S_OK);
}

static void scene_open(struct scene *scene)
{
	scene_start(scene);
	draw(&scene->painter, scene->painter.stage.target, BLUE);
}

static void open_gate(struct scene *scene)
{
	assert_hr(ID3D11DeviceContext4_Signal(scene->keeper.context, scene->key, 1), S_OK);
}

static void scene_close(struct scene *scene)
{
	ID3D11Fence_Release(scene->gate);
	ID3D11Fence_Release(scene->key);
	close_side(&scene->painter);
	close_side(&scene->keeper);
}

static void a_signal_comes_behind_what_was_drawn(void **state)
{
	struct scene scene;
	scene_open(&scene);
	ID3D11Fence *done = make_fence(&scene.painter);
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	assert_hr(ID3D11Fence_SetEventOnCompletion(done, 2, event), S_OK);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 1), S_OK);
	draw(&scene.painter, scene.painter.stage.target, BLUE);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 2), S_OK);
	assert_int_equal(WaitForSingleObject(event, SHORT_MS), WAIT_TIMEOUT);
	assert_int_equal(value_of(done), 0);
	open_gate(&scene);
	assert_int_equal(WaitForSingleObject(event, LONG_MS), WAIT_OBJECT_0);
	assert_int_equal(value_of(done), 2);
	expect_all(&scene.painter.stage, BLUE);
	/* To a lower value, behind a higher one. */
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 9), S_OK);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 3), S_OK);
	assert_int_equal(value_of(done), 3);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 4), S_OK);
	wait_cpu(done, 4);
	assert_int_equal(value_of(done), 4);
	CloseHandle(event);
	assert_int_equal(ID3D11Fence_Release(done), 0);
	scene_close(&scene);
}

/* Flush1's, and EnqueueSetEvent's. */
static void enqueue(struct side *side, HANDLE events[2])
{
	IDXGIDevice2 *dxgi;
	assert_hr(ID3D11Device5_QueryInterface(side->device, &IID_IDXGIDevice2, (void **)&dxgi),
		S_OK);
	ID3D11DeviceContext4_Flush1(side->context, D3D11_CONTEXT_TYPE_ALL, events[0]);
	assert_hr(IDXGIDevice2_EnqueueSetEvent(dxgi, events[1]), S_OK);
	IDXGIDevice2_Release(dxgi);
}

static void make_events(HANDLE events[2])
{
	events[0] = CreateEventW(NULL, FALSE, FALSE, NULL);
	events[1] = CreateEventW(NULL, FALSE, FALSE, NULL);
}

static void expect_events(HANDLE events[2], bool set)
{
	for (int i = 0; i < 2; i++)
		assert_int_equal(WaitForSingleObject(events[i], set ? LONG_MS : SHORT_MS),
			set ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
}

static void close_events(HANDLE events[2])
{
	CloseHandle(events[0]);
	CloseHandle(events[1]);
}

static void events_come_behind_what_was_drawn(void **state)
{
	struct scene scene;
	HANDLE events[2];
	scene_open(&scene);
	make_events(events);
	enqueue(&scene.keeper, events); /* has drawn nothing, so all is done */
	expect_events(events, true);
	enqueue(&scene.painter, events);
	expect_events(events, false);
	open_gate(&scene);
	expect_events(events, true);
	expect_all(&scene.painter.stage, BLUE);
	for (int i = 0; i < 40; i++) {
		draw(&scene.painter, scene.painter.stage.target, GREEN);
		enqueue(&scene.painter, events);
		expect_events(events, true);
	}
	close_events(events);
	scene_close(&scene);
}

static bool is_done(struct side *side, ID3D11Query *query)
{
	BOOL done = FALSE;
	HRESULT hr = ID3D11DeviceContext_GetData(
		side->stage.context, (ID3D11Asynchronous *)query, &done, sizeof(done), 0);
	assert_true(hr == S_OK || hr == S_FALSE);
	assert_int_equal(done, hr == S_OK);
	return done;
}

static ID3D11Query *end_query(struct side *side)
{
	const D3D11_QUERY_DESC desc = { D3D11_QUERY_EVENT, 0 };
	ID3D11Query *query;
	assert_hr(ID3D11Device_CreateQuery(side->stage.device, &desc, &query), S_OK);
	ID3D11DeviceContext_End(side->stage.context, (ID3D11Asynchronous *)query);
	return query;
}

/* Behind a wait alone, and behind what was drawn after it. */
static void event_queries_come_behind_waits_and_draws(void **state)
{
	struct scene scene;
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	scene_start(&scene);
	ID3D11Query *waits = end_query(&scene.painter);
	usleep(SHORT_MS * 1000);
	assert_false(is_done(&scene.painter, waits));
	draw(&scene.painter, scene.painter.stage.target, BLUE);
	ID3D11Query *draws = end_query(&scene.painter);
	usleep(SHORT_MS * 1000);
	assert_false(is_done(&scene.painter, waits));
	assert_false(is_done(&scene.painter, draws));
	open_gate(&scene);
	ID3D11DeviceContext4_Flush1(scene.painter.context, D3D11_CONTEXT_TYPE_ALL, event);
	assert_int_equal(WaitForSingleObject(event, LONG_MS), WAIT_OBJECT_0);
	assert_true(is_done(&scene.painter, waits));
	assert_true(is_done(&scene.painter, draws));
	ID3D11Query_Release(waits);
	ID3D11Query_Release(draws);
	CloseHandle(event);
	scene_close(&scene);
}

/* The same for events, which may be closed before. */
static void a_device_that_ends_sets_its_events(void **state)
{
	struct scene scene;
	HANDLE events[2], closed[2];
	scene_open(&scene);
	make_events(events);
	make_events(closed);
	enqueue(&scene.painter, events);
	enqueue(&scene.painter, closed);
	close_events(closed);
	expect_events(events, false);
	ID3D11Fence_Release(scene.gate);
	close_side(&scene.painter);
	expect_events(events, true);
	close_events(events);
	ID3D11Fence_Release(scene.key);
	close_side(&scene.keeper);
}

#define MANY 100

/* Fences end before the queue has come to them. */
static void what_was_promised_is_given_after_the_fence(void **state)
{
	struct scene scene;
	ID3D11Fence *theirs[MANY];
	scene_open(&scene);
	for (int i = 0; i < MANY; i++) {
		ID3D11Fence *ours = make_fence(&scene.painter);
		theirs[i] = share(ours, &scene.keeper);
		assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, ours, 7), S_OK);
		assert_int_equal(ID3D11Fence_Release(ours), 0);
	}
	usleep(SHORT_MS * 1000);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(value_of(theirs[i]), 0);
	open_gate(&scene);
	for (int i = MANY - 1; i >= 0; i--) {
		wait_cpu(theirs[i], 7);
		ID3D11Fence_Release(theirs[i]);
	}
	scene_close(&scene);
}

/* Whoever waits for a device that was ended does not do so for ever. */
static void a_device_that_ends_gives_what_it_has_promised(void **state)
{
	struct scene scene;
	scene_open(&scene);
	ID3D11Fence *done = make_fence(&scene.painter), *theirs = share(done, &scene.keeper);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 5), S_OK);
	assert_int_equal(value_of(theirs), 0);
	ID3D11Fence_Release(done);
	ID3D11Fence_Release(scene.gate);
	close_side(&scene.painter);
	wait_cpu(theirs, 5);
	ID3D11Fence_Release(theirs);
	ID3D11Fence_Release(scene.key);
	close_side(&scene.keeper);
}

/* A texture that two devices share without a mutex: fences alone say whose turn it is. */
struct picture {
	ID3D11Texture2D *texture;
	ID3D11RenderTargetView *target;
	ID3D11ShaderResourceView *view;
};

static struct picture open_shared(struct side *side, HANDLE handle, UINT misc)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(misc);
	struct picture picture;
	desc.Width = desc.Height = SIZE;
	if (handle)
		assert_hr(ID3D11Device_OpenSharedResource(side->stage.device, handle,
				  &IID_ID3D11Texture2D, (void **)&picture.texture),
			S_OK);
	else
		assert_hr(ID3D11Device_CreateTexture2D(
				  side->stage.device, &desc, NULL, &picture.texture),
			S_OK);
	assert_hr(ID3D11Device_CreateRenderTargetView(side->stage.device,
			  (ID3D11Resource *)picture.texture, NULL, &picture.target),
		S_OK);
	assert_hr(ID3D11Device_CreateShaderResourceView(side->stage.device,
			  (ID3D11Resource *)picture.texture, NULL, &picture.view),
		S_OK);
	return picture;
}

static struct picture open_picture(struct side *side, HANDLE handle)
{
	return open_shared(side, handle, D3D11_RESOURCE_MISC_SHARED);
}

static struct picture open_keyed(struct side *side, HANDLE handle)
{
	return open_shared(side, handle, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
}

static void close_picture(struct picture *picture)
{
	ID3D11ShaderResourceView_Release(picture->view);
	ID3D11RenderTargetView_Release(picture->target);
	ID3D11Texture2D_Release(picture->texture);
}

/* By the GPU, into the side's own target. */
static void sample(struct side *side, struct picture *picture)
{
	ID3D11ShaderResourceView *none = NULL;
	ID3D11DeviceContext_OMSetRenderTargets(side->stage.context, 1, &side->stage.target, NULL);
	use_quad(&side->stage, "textured");
	ID3D11DeviceContext_PSSetShaderResources(side->stage.context, 0, 1, &picture->view);
	draw_quad(&side->stage, 0, 0, 0, 0, 0);
	ID3D11DeviceContext_PSSetShaderResources(side->stage.context, 0, 1, &none);
}

static void *open_later(void *arg)
{
	usleep(SHORT_MS * 1000);
	open_gate(arg);
	return NULL;
}

/* The viewer's GPU, or its CPU, sees what was drawn behind the gate. */
static void look_through_the_gate(bool by_cpu)
{
	struct scene scene;
	struct side viewer = open_side();
	pthread_t thread;
	scene_open(&scene);
	struct picture ours = open_picture(&scene.painter, NULL);
	struct picture theirs = open_picture(&viewer, handle_of(ours.texture));
	ID3D11Fence *done = make_fence(&scene.painter), *seen = share(done, &viewer);
	draw(&scene.painter, ours.target, BLUE);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 1), S_OK);
	assert_hr(ID3D11DeviceContext4_Wait(viewer.context, seen, 1), S_OK);
	if (!by_cpu)
		sample(&viewer, &theirs);
	assert_int_equal(value_of(done), 0);
	assert_int_equal(pthread_create(&thread, NULL, open_later, &scene), 0);
	if (by_cpu) {
		uint32_t *pixels = texture_pixels(viewer.stage.device, theirs.texture, 4);
		assert_int_equal(pixels[0], BLUE);
		free(pixels);
	} else {
		expect_all(&viewer.stage, BLUE);
	}
	pthread_join(thread, NULL);
	ID3D11Fence_Release(done);
	ID3D11Fence_Release(seen);
	close_picture(&ours);
	close_picture(&theirs);
	close_side(&viewer);
	scene_close(&scene);
}

static void a_waiting_queue_sees_what_was_drawn(void **state)
{
	look_through_the_gate(false);
}

static void a_waiting_processor_sees_what_was_drawn(void **state)
{
	look_through_the_gate(true);
}

struct opener {
	struct scene *scene;
	struct side *viewer;
	HRESULT hr;
};

/* Needs the viewer's device before it can let the viewer go on. */
static void *make_then_open(void *arg)
{
	struct opener *opener = arg;
	D3D11_TEXTURE2D_DESC desc = texture_desc(D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	ID3D11Texture2D *texture;
	usleep(SHORT_MS * 1000);
	opener->hr =
		ID3D11Device_CreateTexture2D(opener->viewer->stage.device, &desc, NULL, &texture);
	if (SUCCEEDED(opener->hr))
		ID3D11Texture2D_Release(texture);
	open_gate(opener->scene);
	return NULL;
}

/* What the viewer's processor does with the picture when the other thread makes a texture. */
static void behind_the_gate(
	struct scene *scene, struct side *viewer, struct picture *picture, bool clears)
{
	const float red[4] = { 1, 0, 0, 1 };
	struct opener opener = { scene, viewer, E_FAIL };
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, make_then_open, &opener), 0);
	if (clears)
		ID3D11DeviceContext_ClearRenderTargetView(
			viewer->stage.context, picture->target, red);
	uint32_t *pixels = texture_pixels(viewer->stage.device, picture->texture, 4);
	assert_int_equal(pixels[0], clears ? 0xff0000ff : BLUE);
	free(pixels);
	pthread_join(thread, NULL);
	assert_hr(opener.hr, S_OK);
}

static void wait_for_a_fence(bool clears)
{
	struct scene scene;
	struct side viewer = open_side();
	scene_open(&scene);
	struct picture ours = open_picture(&scene.painter, NULL);
	struct picture theirs = open_picture(&viewer, handle_of(ours.texture));
	ID3D11Fence *done = make_fence(&scene.painter), *seen = share(done, &viewer);
	draw(&scene.painter, ours.target, BLUE);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, done, 1), S_OK);
	assert_hr(ID3D11DeviceContext4_Wait(viewer.context, seen, 1), S_OK);
	behind_the_gate(&scene, &viewer, &theirs, clears);
	ID3D11Fence_Release(done);
	ID3D11Fence_Release(seen);
	close_picture(&ours);
	close_picture(&theirs);
	close_side(&viewer);
	scene_close(&scene);
}

static void a_processor_that_waits_leaves_the_device_alone(void **state)
{
	wait_for_a_fence(false);
	wait_for_a_fence(true);
}

static void acquire(struct picture *picture, UINT64 key)
{
	IDXGIKeyedMutex *mutex = mutex_of(picture->texture);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, key, LONG_MS), S_OK);
	IDXGIKeyedMutex_Release(mutex);
}

static void release(struct picture *picture, UINT64 key)
{
	IDXGIKeyedMutex *mutex = mutex_of(picture->texture);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, key), S_OK);
	IDXGIKeyedMutex_Release(mutex);
}

/* The viewer has the mutex, and what the last owner drew is still behind the gate. */
static void one_that_waits_for_an_owner_does_so_as_well(void **state)
{
	struct scene scene;
	struct side viewer = open_side();
	scene_open(&scene);
	struct picture ours = open_keyed(&scene.painter, NULL);
	struct picture theirs = open_keyed(&viewer, handle_of(ours.texture));
	draw(&viewer, viewer.stage.target, GREEN);
	expect_all(&viewer.stage, GREEN);
	acquire(&ours, 0);
	draw(&scene.painter, ours.target, BLUE);
	release(&ours, 1);
	acquire(&theirs, 1);
	behind_the_gate(&scene, &viewer, &theirs, false);
	release(&theirs, 0);
	close_picture(&ours);
	close_picture(&theirs);
	close_side(&viewer);
	scene_close(&scene);
}

/* The queue is told 10 by one handle and, behind that, 5 by another: that is what is left. */
static void a_lower_value_by_another_handle_counts(void **state)
{
	struct scene scene;
	pthread_t thread;
	scene_open(&scene);
	ID3D11Fence *fence = make_fence(&scene.painter), *same = share(fence, &scene.painter);
	assert_ptr_not_equal(fence, same);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, fence, 10), S_OK);
	assert_int_equal(value_of(same), 0);
	assert_int_equal(pthread_create(&thread, NULL, open_later, &scene), 0);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, same, 5), S_OK);
	pthread_join(thread, NULL);
	expect_all(&scene.painter.stage, BLUE);
	assert_int_equal(value_of(fence), 5);
	assert_int_equal(value_of(same), 5);
	ID3D11Fence_Release(fence);
	ID3D11Fence_Release(same);
	scene_close(&scene);
}

/* The painter is to give 10 after the viewer's 9; both were told before anything was done. */
static void what_another_device_is_told_takes_nothing_back(void **state)
{
	struct scene scene;
	struct side viewer = open_side();
	scene_open(&scene);
	ID3D11Fence *fence = make_fence(&scene.painter), *theirs = share(fence, &viewer);
	ID3D11Fence *gate = share(scene.gate, &viewer);
	assert_hr(ID3D11DeviceContext4_Wait(scene.painter.context, fence, 9), S_OK);
	draw(&scene.painter, scene.painter.stage.target, GREEN);
	assert_hr(ID3D11DeviceContext4_Signal(scene.painter.context, fence, 10), S_OK);
	assert_hr(ID3D11DeviceContext4_Wait(viewer.context, gate, 1), S_OK);
	draw(&viewer, viewer.stage.target, BLUE);
	assert_hr(ID3D11DeviceContext4_Signal(viewer.context, theirs, 9), S_OK);
	assert_int_equal(value_of(theirs), 0);
	open_gate(&scene);
	wait_cpu(theirs, 10);
	assert_int_equal(value_of(fence), 10);
	expect_all(&scene.painter.stage, GREEN);
	expect_all(&viewer.stage, BLUE);
	ID3D11Fence_Release(fence);
	ID3D11Fence_Release(theirs);
	ID3D11Fence_Release(gate);
	close_side(&viewer);
	scene_close(&scene);
}

#define ROUNDS 60

static HANDLE find(void)
{
	static WCHAR path[] = PATH;
	UNICODE_STRING name = { sizeof(path) - sizeof(WCHAR), sizeof(path), path };
	OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes), .ObjectName = &name };
	D3DKMT_OPENSYNCOBJECTNTHANDLEFROMNAME open = { .dwDesiredAccess = GENERIC_ALL,
		.pObjAttrib = &attributes };
	assert_int_equal(D3DKMTOpenSyncObjectNtHandleFromName(&open), 0);
	return open.hNtHandle;
}

static uint32_t colour_of(uint32_t frame)
{
	return 0xff000000 | (frame * 40503u & 0xffffff);
}

/* Waits for the other's picture, looks at it, and paints the next one. None is waited for here. */
static void take_turn(struct side *side, struct picture *picture, ID3D11Fence *fence, uint32_t turn)
{
	if (turn) {
		assert_hr(ID3D11DeviceContext4_Wait(side->context, fence, turn), S_OK);
		sample(side, picture);
	}
	draw(side, picture->target, colour_of(turn));
	assert_hr(ID3D11DeviceContext4_Signal(side->context, fence, turn + 1), S_OK);
	if (turn)
		expect_all(&side->stage, colour_of(turn - 1));
}

static int second(int socket, const char *arg)
{
	struct side side = open_side();
	HANDLE handle = find();
	ID3D11Fence *fence;
	assert_hr(ID3D11Device5_OpenSharedFence(
			  side.device, handle, &IID_ID3D11Fence, (void **)&fence),
		S_OK);
	struct picture picture = open_picture(&side, (HANDLE)strtoull(arg, NULL, 16));
	for (uint32_t i = 1; i < ROUNDS; i += 2)
		take_turn(&side, &picture, fence, i);
	close_picture(&picture);
	ID3D11Fence_Release(fence);
	CloseHandle(handle);
	close_side(&side);
	_exit(0); /* what libubsan keeps for a driver's threads is no leak of ours */
}

static void two_processes_draw_by_fences(void **state)
{
	struct side side = open_side();
	struct picture picture = open_picture(&side, NULL);
	ID3D11Fence *fence = make_fence(&side);
	HANDLE handle;
	char text[32];
	assert_hr(
		ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, L"drawn", &handle), S_OK);
	snprintf(text, sizeof(text), "%llx",
		(unsigned long long)(uintptr_t)handle_of(picture.texture));
	struct child child = child_start("second", text);
	for (uint32_t i = 0; i < ROUNDS; i += 2)
		take_turn(&side, &picture, fence, i);
	wait_cpu(fence, ROUNDS);
	assert_int_equal(child_end(&child), 0);
	CloseHandle(handle);
	close_picture(&picture);
	ID3D11Fence_Release(fence);
	close_side(&side);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "second", second }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_comes_behind_what_was_drawn),
		cmocka_unit_test(events_come_behind_what_was_drawn),
		cmocka_unit_test(a_device_that_ends_sets_its_events),
		cmocka_unit_test(event_queries_come_behind_waits_and_draws),
		cmocka_unit_test(what_was_promised_is_given_after_the_fence),
		cmocka_unit_test(a_device_that_ends_gives_what_it_has_promised),
		cmocka_unit_test(a_waiting_queue_sees_what_was_drawn),
		cmocka_unit_test(a_waiting_processor_sees_what_was_drawn),
		cmocka_unit_test(a_processor_that_waits_leaves_the_device_alone),
		cmocka_unit_test(one_that_waits_for_an_owner_does_so_as_well),
		cmocka_unit_test(a_lower_value_by_another_handle_counts),
		cmocka_unit_test(what_another_device_is_told_takes_nothing_back),
		cmocka_unit_test(two_processes_draw_by_fences),
	};
	alarm(150);
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
