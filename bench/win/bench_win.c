/* SPDX-License-Identifier: MIT */
/*
 * What the Windows layer costs over the core, as ratios measured in one run: both sides alternate,
 * and each ratio is the median of the rounds.
 *
 *	bench-win		prints one line per figure
 *
 * Give it a runtime folder of its own (XDG_RUNTIME_DIR), or it measures in the user's domain.
 */
#include <windows.h>
#include <d3d11.h>
#include <dxgi.h>

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

enum { ROUNDS = 15, PAIRS = 200000, TRIPS = 3000, TEXTURES = 2000 };

static ID3D11Device *device;
static struct xf_domain *domain;

static void need(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench-win: %s failed\n", what);
	exit(1);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

static ID3D11Texture2D *make_texture(void)
{
	D3D11_TEXTURE2D_DESC desc = { .Width = 64,
		.Height = 64,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.MiscFlags = D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX };
	ID3D11Texture2D *texture;
	need(ID3D11Device_CreateTexture2D(device, &desc, NULL, &texture) == S_OK,
		"CreateTexture2D");
	return texture;
}

static IDXGIKeyedMutex *mutex_of(ID3D11Texture2D *texture)
{
	IDXGIKeyedMutex *mutex;
	need(ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIKeyedMutex, (void **)&mutex) == S_OK,
		"QueryInterface");
	return mutex;
}

static double core_pair(struct xf_keyed_mutex *mutex)
{
	int64_t begin = xf_now();
	uint64_t fence;
	for (int i = 0; i < PAIRS; i++)
		need(!xf_keyed_mutex_acquire(mutex, 0, XF_NEVER, &fence) &&
				!xf_keyed_mutex_release(mutex, 0, fence),
			"core pair");
	return (double)(xf_now() - begin) / PAIRS;
}

static double win_pair(IDXGIKeyedMutex *mutex)
{
	int64_t begin = xf_now();
	for (int i = 0; i < PAIRS; i++)
		need(!IDXGIKeyedMutex_AcquireSync(mutex, 0, INFINITE) &&
				!IDXGIKeyedMutex_ReleaseSync(mutex, 0),
			"D3D pair");
	return (double)(xf_now() - begin) / PAIRS;
}

static void measure_pair(void)
{
	double core[ROUNDS], win[ROUNDS], ratio[ROUNDS];
	ID3D11Texture2D *texture = make_texture();
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	struct xf_keyed_mutex *plain;
	need(!xf_keyed_mutex_create(domain, 0, NULL, &plain), "xf_keyed_mutex_create");
	for (int i = 0; i < ROUNDS; i++) {
		core[i] = core_pair(plain);
		win[i] = win_pair(mutex);
		ratio[i] = win[i] / core[i];
	}
	printf("AcquireSync + ReleaseSync, uncontended   %8.1f ns   core %8.1f ns   ratio %.2f\n",
		median(win), median(core), median(ratio));
	xf_keyed_mutex_close(plain);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
}

/* The other process of a hand-off: takes key 1 and gives key 0, through one layer or the other. */
static void echo(const char *handle, const char *id)
{
	ID3D11Texture2D *texture;
	IDXGIKeyedMutex *mutex;
	struct xf_keyed_mutex *plain;
	uint64_t fence;
	need(ID3D11Device_OpenSharedResource(device, (HANDLE)(uintptr_t)strtoull(handle, NULL, 16),
		     &IID_ID3D11Texture2D, (void **)&texture) == S_OK,
		"OpenSharedResource");
	mutex = mutex_of(texture);
	need(!xf_keyed_mutex_open(domain, strtoull(id, NULL, 16), &plain), "xf_keyed_mutex_open");
	for (int i = 0; i < ROUNDS; i++) {
		for (int j = 0; j < TRIPS; j++)
			need(!xf_keyed_mutex_acquire(plain, 1, XF_NEVER, &fence) &&
					!xf_keyed_mutex_release(plain, 0, fence),
				"core echo");
		for (int j = 0; j < TRIPS; j++)
			need(!IDXGIKeyedMutex_AcquireSync(mutex, 1, INFINITE) &&
					!IDXGIKeyedMutex_ReleaseSync(mutex, 0),
				"D3D echo");
	}
}

static pid_t start_echo(ID3D11Texture2D *texture, struct xf_keyed_mutex *plain)
{
	char handle_text[32], id_text[32];
	IDXGIResource *resource;
	HANDLE handle = NULL;
	pid_t pid;
	need(ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource, (void **)&resource) ==
				S_OK &&
			IDXGIResource_GetSharedHandle(resource, &handle) == S_OK,
		"GetSharedHandle");
	IDXGIResource_Release(resource);
	snprintf(handle_text, sizeof(handle_text), "%zx", (size_t)handle);
	snprintf(id_text, sizeof(id_text), "%llx", (unsigned long long)xf_keyed_mutex_id(plain));
	pid = fork();
	if (!pid) {
		execl("/proc/self/exe", "bench-win", handle_text, id_text, NULL);
		_exit(127);
	}
	return pid;
}

static void measure_hand_off(void)
{
	double core[ROUNDS], win[ROUNDS], ratio[ROUNDS];
	ID3D11Texture2D *texture = make_texture();
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	struct xf_keyed_mutex *plain;
	uint64_t fence;
	int64_t begin;
	pid_t pid;
	need(!xf_keyed_mutex_create(domain, 0, NULL, &plain), "xf_keyed_mutex_create");
	pid = start_echo(texture, plain);
	for (int i = 0; i < ROUNDS; i++) {
		begin = xf_now();
		for (int j = 0; j < TRIPS; j++)
			need(!xf_keyed_mutex_acquire(plain, 0, XF_NEVER, &fence) &&
					!xf_keyed_mutex_release(plain, 1, fence),
				"core trip");
		core[i] = (double)(xf_now() - begin) / TRIPS;
		begin = xf_now();
		for (int j = 0; j < TRIPS; j++)
			need(!IDXGIKeyedMutex_AcquireSync(mutex, 0, INFINITE) &&
					!IDXGIKeyedMutex_ReleaseSync(mutex, 1),
				"D3D trip");
		win[i] = (double)(xf_now() - begin) / TRIPS;
		ratio[i] = win[i] / core[i];
	}
	waitpid(pid, NULL, 0);
	printf("hand-off round trip, two processes       %8.1f ns   core %8.1f ns   ratio %.2f\n",
		median(win), median(core), median(ratio));
	xf_keyed_mutex_close(plain);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
}

static void measure_textures(void)
{
	int64_t begin = xf_now();
	for (int i = 0; i < TEXTURES; i++)
		ID3D11Texture2D_Release(make_texture());
	printf("keyed texture created and released       %8.1f us\n",
		(double)(xf_now() - begin) / TEXTURES / 1000);
}

static void measure_events(void)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
	int64_t begin = xf_now();
	for (int i = 0; i < PAIRS; i++)
		need(SetEvent(event) && WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0,
			"event pair");
	printf("SetEvent + WaitForSingleObject           %8.1f ns\n",
		(double)(xf_now() - begin) / PAIRS);
	CloseHandle(event);
}

/* Both processes share one CPU, which makes blocking times repeatable. */
static void pin(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	(void)sched_setaffinity(0, sizeof(set), &set); /* else the figures vary more */
}

int main(int argc, char **argv)
{
	HANDLE first = CreateEventA(NULL, FALSE, FALSE, NULL); /* makes or joins the domain */
	pin();
	need(first != NULL, "CreateEvent");
	need(!xf_domain_open("win", 0, 0, &domain), "xf_domain_open");
	need(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, D3D11_SDK_VERSION,
		     &device, NULL, NULL) == S_OK,
		"D3D11CreateDevice");
	if (argc > 2) {
		echo(argv[1], argv[2]);
		return 0;
	}
	measure_pair();
	measure_hand_off();
	measure_textures();
	measure_events();
	return 0;
}
