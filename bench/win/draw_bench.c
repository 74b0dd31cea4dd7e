/* SPDX-License-Identifier: MIT */
/*
 * What drawing by the D3D11 devices costs, beside the same draws in bare Vulkan, in turns in one
 * run. Each figure is the median of the rounds.
 *
 *	draw_bench [ROW]
 *	draws		10 000 draws of a triangle, each with its constants, 500 to a frame: CPU
 *			time of the thread that draws, and of the process, driver included
 *	keyed		a keyed texture acquired and released around a draw, beside a draw and a
 *			Flush of a texture of its own
 *	frames		1920x1080 between two processes: one draws, one samples, by key
 *
 * What llvmpipe frees it gives back to the kernel at once, by the C library's defaults, and then
 *pays for new pages, up to 30 times what a draw costs, or not, as its threads' arenas happen to
 *lie. So nothing is given back here, for both sides; BENCH_TRIM=1 leaves the defaults.
 *
 * Give it a runtime folder of its own (XDG_RUNTIME_DIR). VK_ICD_FILENAMES says which driver.
 */
#include <windows.h>
#include <d3d11_4.h>

#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

#include "draw_bare.h"
#include "draw_bench.h"

enum { ROUNDS = 9, FRAMES = 20, PAIRS = 1000, PICTURES = 300 };

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "draw_bench: %s failed\n", what);
	exit(1);
}

#define NEED(call) need((call) == S_OK, #call)

static double clock_us(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* CPU of this thread, of the process, and time. */
struct cost {
	double thread, process, time;
};

static struct cost cost_now(void)
{
	return (struct cost){ clock_us(CLOCK_THREAD_CPUTIME_ID), clock_us(CLOCK_PROCESS_CPUTIME_ID),
		clock_us(CLOCK_MONOTONIC) };
}

/* Since `from`, for each of `n`. */
static struct cost cost_since(struct cost from, double n)
{
	const struct cost now = cost_now();
	return (struct cost){ (now.thread - from.thread) / n, (now.process - from.process) / n,
		(now.time - from.time) / n };
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static struct cost median(const struct cost *costs)
{
	double thread[ROUNDS], process[ROUNDS], time[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		thread[i] = costs[i].thread;
		process[i] = costs[i].process;
		time[i] = costs[i].time;
	}
	qsort(thread, ROUNDS, sizeof(double), compare);
	qsort(process, ROUNDS, sizeof(double), compare);
	qsort(time, ROUNDS, sizeof(double), compare);
	return (struct cost){ thread[ROUNDS / 2], process[ROUNDS / 2], time[ROUNDS / 2] };
}

struct side {
	ID3D11Device *device;
	ID3D11DeviceContext *context;
	ID3D11DeviceContext4 *context4;
	ID3D11Fence *fence;
	UINT64 value;
	ID3D11Buffer *constants;
	ID3D11Texture2D *texture;
	ID3D11RenderTargetView *target;
};

static void open_texture(
	struct side *side, UINT width, UINT height, UINT misc, HANDLE handle, bool sampled)
{
	const D3D11_TEXTURE2D_DESC desc = { .Width = width,
		.Height = height,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_RENDER_TARGET | (sampled ? D3D11_BIND_SHADER_RESOURCE : 0),
		.MiscFlags = misc };
	const D3D11_VIEWPORT viewport = { 0, 0, (float)width, (float)height, 0, 1 };
	if (handle)
		NEED(ID3D11Device_OpenSharedResource(
			side->device, handle, &IID_ID3D11Texture2D, (void **)&side->texture));
	else
		NEED(ID3D11Device_CreateTexture2D(side->device, &desc, NULL, &side->texture));
	NEED(ID3D11Device_CreateRenderTargetView(
		side->device, (ID3D11Resource *)side->texture, NULL, &side->target));
	ID3D11DeviceContext_RSSetViewports(side->context, 1, &viewport);
}

static void open_pipeline(struct side *side)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = sizeof(struct constants),
		.Usage = D3D11_USAGE_DYNAMIC,
		.BindFlags = D3D11_BIND_CONSTANT_BUFFER,
		.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE };
	const D3D11_RASTERIZER_DESC raster = {
		.FillMode = D3D11_FILL_SOLID, .CullMode = D3D11_CULL_NONE, .DepthClipEnable = TRUE
	};
	ID3D11RasterizerState *state;
	ID3D11VertexShader *vs;
	ID3D11PixelShader *ps;
	NEED(ID3D11Device_CreateBuffer(side->device, &desc, NULL, &side->constants));
	NEED(ID3D11Device_CreateRasterizerState(side->device, &raster, &state));
	NEED(ID3D11Device_CreateVertexShader(side->device, bare_vs.code, bare_vs.bytes, NULL, &vs));
	NEED(ID3D11Device_CreatePixelShader(side->device, bare_ps.code, bare_ps.bytes, NULL, &ps));
	ID3D11DeviceContext_VSSetShader(side->context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(side->context, ps, NULL, 0);
	ID3D11DeviceContext_RSSetState(side->context, state);
	ID3D11DeviceContext_VSSetConstantBuffers(side->context, 0, 1, &side->constants);
	ID3D11DeviceContext_PSSetConstantBuffers(side->context, 0, 1, &side->constants);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		side->context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
}

static struct side open_side(void)
{
	struct side side = { 0 };
	ID3D11Device5 *device5;
	NEED(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, D3D11_SDK_VERSION,
		&side.device, NULL, &side.context));
	NEED(ID3D11DeviceContext_QueryInterface(
		side.context, &IID_ID3D11DeviceContext4, (void **)&side.context4));
	NEED(ID3D11Device_QueryInterface(side.device, &IID_ID3D11Device5, (void **)&device5));
	NEED(ID3D11Device5_CreateFence(
		device5, 0, D3D11_FENCE_FLAG_NONE, &IID_ID3D11Fence, (void **)&side.fence));
	ID3D11Device5_Release(device5);
	open_pipeline(&side);
	return side;
}

/* All that was drawn is done. */
static void finish(struct side *side)
{
	NEED(ID3D11DeviceContext4_Signal(side->context4, side->fence, ++side->value));
	NEED(ID3D11Fence_SetEventOnCompletion(side->fence, side->value, NULL));
}

static void draw_one(struct side *side, struct constants constants)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	NEED(ID3D11DeviceContext_Map(side->context, (ID3D11Resource *)side->constants, 0,
		D3D11_MAP_WRITE_DISCARD, 0, &mapped));
	memcpy(mapped.pData, &constants, sizeof(constants));
	ID3D11DeviceContext_Unmap(side->context, (ID3D11Resource *)side->constants, 0);
	ID3D11DeviceContext_Draw(side->context, 3, 0);
}

static void draw_frames(struct side *side, uint32_t n_frames)
{
	static const FLOAT black[4];
	for (uint32_t i = 0; i < n_frames; i++) {
		ID3D11DeviceContext_ClearRenderTargetView(side->context, side->target, black);
		ID3D11DeviceContext_OMSetRenderTargets(side->context, 1, &side->target, NULL);
		for (uint32_t j = 0; j < PER_FRAME; j++)
			draw_one(side, constants_of(j));
		ID3D11DeviceContext_Flush(side->context);
	}
	finish(side);
}

static void draws(void)
{
	struct cost ours[ROUNDS], bare[ROUNDS];
	struct side side = open_side();
	open_texture(&side, SIZE, SIZE, 0, NULL, false);
	bare_open(FRAMES);
	bare_draw(FRAMES);
	draw_frames(&side, FRAMES);
	for (int i = 0; i < ROUNDS; i++) {
		struct cost from = cost_now();
		bare_draw(FRAMES);
		bare[i] = cost_since(from, FRAMES * PER_FRAME);
		from = cost_now();
		draw_frames(&side, FRAMES);
		ours[i] = cost_since(from, FRAMES * PER_FRAME);
	}
	const struct cost a = median(bare), b = median(ours);
	printf("%s\n", bare_device());
	printf("draw, CPU of the thread that draws: bare %.2f us, ours %.2f us, %.2f x\n", a.thread,
		b.thread, b.thread / a.thread);
	printf("draw, CPU of the process: bare %.2f us, ours %.2f us, %.2f x\n", a.process,
		b.process, b.process / a.process);
	printf("draw, time: bare %.2f us, ours %.2f us, %.2f x\n", a.time, b.time, b.time / a.time);
}

static IDXGIKeyedMutex *mutex_of(ID3D11Texture2D *texture)
{
	IDXGIKeyedMutex *mutex;
	NEED(ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIKeyedMutex, (void **)&mutex));
	return mutex;
}

static struct cost draw_pairs(struct side *side, IDXGIKeyedMutex *mutex)
{
	const struct cost from = cost_now();
	for (int i = 0; i < PAIRS; i++) {
		if (mutex)
			NEED(IDXGIKeyedMutex_AcquireSync(mutex, 0, INFINITE));
		ID3D11DeviceContext_OMSetRenderTargets(side->context, 1, &side->target, NULL);
		draw_one(side, constants_of((uint32_t)i));
		if (mutex)
			NEED(IDXGIKeyedMutex_ReleaseSync(mutex, 0));
		else
			ID3D11DeviceContext_Flush(side->context);
		if (i % 50 == 49)
			finish(side);
	}
	return cost_since(from, PAIRS);
}

static void keyed(void)
{
	struct cost plain[ROUNDS], guarded[ROUNDS];
	struct side a = open_side(), b = open_side();
	open_texture(&a, 64, 64, 0, NULL, false);
	open_texture(&b, 64, 64, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX, NULL, false);
	IDXGIKeyedMutex *mutex = mutex_of(b.texture);
	draw_pairs(&a, NULL);
	draw_pairs(&b, mutex);
	for (int i = 0; i < ROUNDS; i++) {
		plain[i] = draw_pairs(&a, NULL);
		guarded[i] = draw_pairs(&b, mutex);
	}
	const struct cost x = median(plain), y = median(guarded);
	printf("draw and Flush: %.2f us of the thread's CPU, %.2f of the process'\n", x.thread,
		x.process);
	printf("AcquireSync, draw, ReleaseSync: %.2f us, %.2f of the process': %.2f us more\n",
		y.thread, y.process, y.thread - x.thread);
}

static HANDLE handle_of(ID3D11Texture2D *texture)
{
	IDXGIResource *resource;
	HANDLE handle;
	NEED(ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource, (void **)&resource));
	NEED(IDXGIResource_GetSharedHandle(resource, &handle));
	IDXGIResource_Release(resource);
	return handle;
}

/* One process' turns; `key` is which of both it is. */
static double picture_turns(struct side *side, UINT64 key)
{
	IDXGIKeyedMutex *mutex = mutex_of(side->texture);
	double from = 0;
	for (uint32_t i = 0; i < PICTURES; i++) {
		if (i == PICTURES / 10)
			from = clock_us(CLOCK_MONOTONIC);
		NEED(IDXGIKeyedMutex_AcquireSync(mutex, key, 20000));
		ID3D11DeviceContext_OMSetRenderTargets(side->context, 1, &side->target, NULL);
		draw_one(side, constants_of(i));
		NEED(IDXGIKeyedMutex_ReleaseSync(mutex, !key));
		if (i % 4 == 3)
			finish(side);
	}
	IDXGIKeyedMutex_Release(mutex);
	return (clock_us(CLOCK_MONOTONIC) - from) / (PICTURES - PICTURES / 10);
}

/* Both draw: a frame is one turn of each. */
static void pictures(int socket, pid_t second)
{
	struct side side = open_side();
	HANDLE handle = NULL;
	if (!second)
		need(read(socket, &handle, sizeof(handle)) == sizeof(handle), "read");
	open_texture(&side, 1920, 1080, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX, handle, true);
	if (second) {
		handle = handle_of(side.texture);
		need(write(socket, &handle, sizeof(handle)) == sizeof(handle), "write");
	}
	const double us = picture_turns(&side, !second);
	if (second)
		printf("1920x1080 drawn to by two processes in turns: %.0f us for a turn of each, "
		       "%.0f /s\n",
			us, 1e6 / us);
}

static void frames(void)
{
	int pair[2], status;
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	const pid_t second = fork(); /* before there is a driver */
	if (!second) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pictures(pair[0], 0);
		exit(0);
	}
	need(second > 0, "fork");
	pictures(pair[1], second);
	need(waitpid(second, &status, 0) == second && !status, "the second process");
}

static void keep_memory(void)
{
	need(mallopt(M_TRIM_THRESHOLD, 1 << 30) && mallopt(M_TOP_PAD, 64 << 20) &&
			mallopt(M_MMAP_THRESHOLD, 32 << 20),
		"mallopt");
}

int main(int argc, char **argv)
{
	if (!getenv("BENCH_TRIM"))
		keep_memory();
	const char *row = argc > 1 ? argv[1] : NULL;
	if (!row || !strcmp(row, "frames"))
		frames();
	if (!row || !strcmp(row, "draws"))
		draws();
	if (!row || !strcmp(row, "keyed"))
		keyed();
	return 0;
}
