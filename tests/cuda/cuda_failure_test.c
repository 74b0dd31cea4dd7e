/* SPDX-License-Identifier: MIT */
/*
 * Every call of the driver fails once, each time it is made: an error comes out, nothing is left
 * over, and the same thing works afterwards. And every call is the last one of a process: what is
 * left to the others is as it was.
 */
#include "cuda_fixture.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char *const calls[] = {
	"cuInit",
	"cuDeviceGetCount",
	"cuDeviceGet",
	"cuDeviceGetUuid",
	"cuDeviceGetAttribute",
	"cuDeviceCanAccessPeer",
	"cuCtxPushCurrent_v2",
	"cuCtxGetDevice",
	"cuMemGetAllocationGranularity",
	"cuMemCreate",
	"cuMemRelease",
	"cuMemExportToShareableHandle",
	"cuMemImportFromShareableHandle",
	"cuMemGetAllocationPropertiesFromHandle",
	"cuMemAddressReserve",
	"cuMemMap",
	"cuMemSetAccess",
	"cuMemUnmap",
	"cuMemAddressFree",
	"cuDevicePrimaryCtxRetain",
	"cuDevicePrimaryCtxRelease_v2",
	"cuImportExternalMemory",
	"cuExternalMemoryGetMappedBuffer",
	"cuMemFree_v2",
	"cuDestroyExternalMemory",
	"cuMemHostRegister_v2",
	"cuMemHostGetDevicePointer_v2",
	"cuMemHostUnregister",
	"cuStreamGetCtx",
	"cuStreamQuery",
	"cuStreamWaitValue64_v2",
	"cuStreamWriteValue64_v2",
	"cuLaunchHostFunc",
};
#define CALLS	 (sizeof(calls) / sizeof(calls[0]))
#define TIMES	 3
#define HARMLESS 77 /* exit: it failed where nobody can do anything about it, or was not made */

static void count_call(void *arg)
{
	(void)arg;
}

/* Mapped and closed again. */
static int map_vulkan(struct xf_domain *domain)
{
	struct xf_surface *surface =
		make_vulkan_surface(domain, 0, XF_MODIFIER_LINEAR, VULKAN_BYTES, NULL);
	xf_cuda_ptr ptr;
	int r = xf_cuda_map(surface, 0, &ptr);
	xf_surface_close(surface);
	return r;
}

/* The first failure, or 0. Everything that was made is ended again. */
static int work(struct xf_domain *domain, struct xf_timeline *timeline, CUstream cuda)
{
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface = NULL;
	struct xf_pool *pool = NULL;
	struct xf_queue *queue = NULL;
	xf_cuda_ptr ptr;
	uint64_t value;
	EXPECT(0, xf_timeline_value(timeline, &value));
	int r = xf_cuda_surface_create(domain, &desc, 0, 0, &surface);
	if (!r)
		r = xf_cuda_pool_create(domain, &desc, 2, 0, NULL, 1, &pool);
	if (!r)
		r = xf_cuda_map(surface, 0, &ptr);
	if (!r)
		r = xf_cuda_map(xf_pool_surface(pool, 1), 0, &ptr);
	if (!r)
		r = map_vulkan(domain);
	if (!r)
		r = xf_queue_create_cuda(cuda, &queue);
	if (!r)
		r = xf_queue_wait(queue, timeline, value + 1);
	EXPECT(0, xf_timeline_signal(timeline, value + 1));
	if (!r)
		r = xf_queue_signal(queue, timeline, value + 2);
	if (!r)
		r = xf_queue_call(queue, count_call, NULL);
	if (!r)
		CHECK(fake_cuda_work(cuda, 2000) == 0);
	if (!r)
		r = xf_queue_finish(queue, PATIENCE);
	xf_queue_destroy(queue);
	CHECK(cuStreamSynchronize(cuda) == 0);
	xf_pool_close(pool);
	xf_surface_close(surface);
	return r;
}

struct plan {
	size_t call;
	unsigned nth;
};

static void fail(void *arg)
{
	const struct plan *plan = arg;
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	CUstream cuda = make_stream(0);
	unsigned retained = fake_cuda_counts().retained;
	fake_cuda_fail(calls[plan->call], plan->nth, 999);
	int r = work(domain, timeline, cuda);
	if (r && (r > 0 || !*xf_last_message(r)))
		_exit(1);
	fake_cuda_fail("", 0, 0);
	struct fake_cuda_counts counts = fake_cuda_counts();
	if (counts.external || counts.retained != retained)
		proc_fail(__FILE__, __LINE__, "%s, %u: %u imported, %u retained", calls[plan->call],
			plan->nth, counts.external, counts.retained);
	if (counts.handles || counts.mappings || counts.pushed)
		proc_fail(__FILE__, __LINE__, "%s, %u: %u handles, %u mappings, %u pushed",
			calls[plan->call], plan->nth, counts.handles, counts.mappings,
			counts.pushed);
	/* A driver that did not start is not started again; all else works now. */
	if (plan->call > 1 || !r)
		EXPECT(0, work(domain, timeline, cuda));
	CHECK(cuStreamDestroy_v2(cuda) == 0);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
	_exit(r ? 0 : HARMLESS);
}

static void every_call_fails(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	unsigned failed = 0;
	for (size_t i = 0; i < CALLS; i++)
		for (unsigned n = 1; n <= TIMES; n++) {
			struct plan plan = { i, n };
			int r = proc_wait(proc_spawn(fail, &plan), 30000);
			if (r != 0 && r != HARMLESS)
				proc_fail(__FILE__, __LINE__, "%s, %u: %d", calls[i], n, r);
			failed += r == 0;
			EXPECT(1, proc_objects(domain));
		}
	printf("# %u of %zu were told\n", failed, CALLS * TIMES);
	CHECK(failed >= CALLS);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* -1 as the error: the process is killed in that call. */
static void die(void *arg)
{
	const struct plan *plan = arg;
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	CUstream cuda = make_stream(0);
	fake_cuda_fail(calls[plan->call], plan->nth, -1);
	(void)work(domain, timeline, cuda);
	_exit(HARMLESS); /* it makes the call less often */
}

static bool kill_in(struct xf_domain *domain, size_t call, unsigned nth)
{
	struct plan plan = { call, nth };
	int r = proc_wait(proc_spawn(die, &plan), 30000);
	CHECK(r == -SIGKILL || r == HARMLESS);
	EVENTUALLY(20000, proc_members(domain) == 1 && proc_objects(domain) == 1);
	return r == -SIGKILL;
}

static void every_call_is_the_last(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	unsigned killed = 0;
	for (size_t i = 0; i < CALLS; i++)
		for (unsigned n = 1; n <= TIMES; n++)
			killed += kill_in(domain, i, n);
	printf("# killed %u times\n", killed);
	CHECK(killed >= CALLS);
	/* What waits for the dead is there by now, and nothing is added for any of them. */
	int descriptors = proc_descriptors();
	for (int i = 0; i < 5; i++)
		CHECK(kill_in(domain, CALLS - 1, 1));
	EXPECT(descriptors, proc_descriptors());
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* What is handed on is less than the description says, or on another device: told, not mapped. */
static void wrong_memory(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture(), wrong = { .size = sizeof(wrong) };
	struct xf_surface *surface, *bad;
	xf_cuda_ptr ptr;
	uint64_t offset;
	int fd;
	EXPECT(0, xf_cuda_surface_create(domain, &desc, 0, 0, &surface));
	EXPECT(0, xf_surface_export(surface, &fd, &offset));
	EXPECT(0, xf_surface_desc(surface, &wrong, NULL));
	wrong.device_uuid[15] = 1;
	EXPECT(0, xf_surface_import(domain, &wrong, fd, 0, 0, &bad));
	EXPECT(-EPROTO, xf_cuda_map(bad, -1, &ptr));
	xf_surface_close(bad);
	close(fd);
	CHECK(fake_cuda_counts().handles == 0 && fake_cuda_counts().mappings == 0);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static void no_device(void *arg)
{
	setenv("FAKE_CUDA_DEVICES", "0", 1);
	EXPECT(-ENODEV, xf_cuda_check());
	CHECK(strstr(xf_last_message(-ENODEV), "CUDA_VISIBLE_DEVICES"));
}

static void without_devices(void)
{
	EXPECT(0, proc_wait(proc_spawn(no_device, NULL), 20000));
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "every call fails", every_call_fails, 250 },
		{ "every call is the last", every_call_is_the_last, 250 },
		{ "wrong memory", wrong_memory, 60 },
		{ "without devices", without_devices, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
