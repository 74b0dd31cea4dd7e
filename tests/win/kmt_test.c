/* SPDX-License-Identifier: MIT */
/* D3DKMT keyed mutexes, sync objects, resources and NT handles, as Windows and Wine have them. */
#include "harness.h"

#include <pthread.h>
#include <stdio.h>

#include <windows.h>
#include <winternl.h>
#include <d3dkmthk.h>

#include <crossfence/result.h>

#define OK	      0
#define UNSUCCESSFUL  0xc0000001
#define INVALID	      0xc000000d
#define BAD_HANDLE    0xc0000008
#define DENIED	      0xc0000022
#define MISMATCH      0xc0000024
#define NO_NAME	      0xc0000034
#define NAME_TAKEN    0xc0000035
#define NOT_SUPPORTED 0xc00000bb
#define NO_MEMORY     0xc0000017
#define TIMED_OUT     0x102
#define GONE	      0x80

#define assert_status(status, expected) assert_int_equal((uint32_t)(status), (uint32_t)(expected))

static D3DKMT_HANDLE open_device(void)
{
	D3DKMT_OPENADAPTERFROMGDIDISPLAYNAME adapter = { .DeviceName = L"\\\\.\\DISPLAY1" };
	D3DKMT_CREATEDEVICE device = { 0 };
	assert_status(D3DKMTOpenAdapterFromGdiDisplayName(&adapter), OK);
	device.hAdapter = adapter.hAdapter;
	assert_status(D3DKMTCreateDevice(&device), OK);
	return device.hDevice;
}

static NTSTATUS destroy(D3DKMT_HANDLE mutex)
{
	D3DKMT_DESTROYKEYEDMUTEX args = { mutex };
	return D3DKMTDestroyKeyedMutex(&args);
}

static NTSTATUS acquire(D3DKMT_HANDLE mutex, UINT64 key, LONGLONG timeout, UINT64 *fence)
{
	LARGE_INTEGER time = { .QuadPart = timeout };
	D3DKMT_ACQUIREKEYEDMUTEX args = { mutex, key, &time, 0xdead };
	NTSTATUS status = D3DKMTAcquireKeyedMutex(&args);
	assert_true(args.Key == key);
	*fence = args.FenceValue;
	return status;
}

static NTSTATUS release(D3DKMT_HANDLE mutex, UINT64 key, UINT64 fence)
{
	D3DKMT_RELEASEKEYEDMUTEX args = { mutex, key, fence };
	NTSTATUS status = D3DKMTReleaseKeyedMutex(&args);
	assert_true(args.Key == key && args.FenceValue == fence);
	return status;
}

/* Creating, opening and destroying: what is refused, and what handles look like. */
static void handles_look_as_documented(void **state)
{
	D3DKMT_CREATEKEYEDMUTEX one = { 0 }, two = { 0 };
	D3DKMT_CREATEKEYEDMUTEX2 nt = { .Flags.NtSecuritySharing = 1, .hSharedHandle = 0xbeef };
	D3DKMT_OPENKEYEDMUTEX open = { 0 };
	assert_status(D3DKMTCreateKeyedMutex(NULL), INVALID);
	assert_status(D3DKMTCreateKeyedMutex2(NULL), INVALID);
	assert_status(D3DKMTOpenKeyedMutex(NULL), INVALID);
	assert_status(D3DKMTOpenKeyedMutex2(NULL), INVALID);
	assert_status(D3DKMTAcquireKeyedMutex(NULL), INVALID);
	assert_status(D3DKMTReleaseKeyedMutex(NULL), INVALID);
	assert_status(D3DKMTDestroyKeyedMutex(NULL), INVALID);
	assert_status(D3DKMTCreateKeyedMutex(&one), OK);
	assert_status(D3DKMTCreateKeyedMutex(&two), OK);
	assert_int_equal(one.hKeyedMutex & 0x3f, 0);
	assert_int_equal(two.hKeyedMutex, one.hKeyedMutex + 0x40);
	assert_int_equal(one.hSharedHandle & 0x3f, 2);
	assert_true(one.hKeyedMutex & 0xc0000000 && one.hSharedHandle & 0xc0000000);
	assert_status(D3DKMTCreateKeyedMutex2(&nt), OK);
	assert_int_equal(nt.hSharedHandle, 0);
	assert_status(destroy(nt.hKeyedMutex), OK);
	assert_status(D3DKMTOpenKeyedMutex(&open), INVALID);
	open.hSharedHandle = one.hKeyedMutex;
	assert_status(D3DKMTOpenKeyedMutex(&open), INVALID);
	open.hSharedHandle = one.hSharedHandle;
	assert_status(D3DKMTOpenKeyedMutex(&open), OK);
	assert_int_not_equal(open.hKeyedMutex, one.hKeyedMutex);
	assert_status(destroy(0), INVALID);
	assert_status(destroy(one.hSharedHandle), INVALID);
	assert_status(destroy(one.hKeyedMutex), OK);
	assert_status(destroy(one.hKeyedMutex), INVALID);
	assert_status(acquire(open.hKeyedMutex, 0, 0, &(UINT64){ 0 }), OK);
	assert_status(release(open.hKeyedMutex, 0, 0), OK);
	assert_status(destroy(open.hKeyedMutex), OK);
	assert_status(D3DKMTOpenKeyedMutex(&open), INVALID);
	assert_status(destroy(two.hKeyedMutex), OK);
}

/* Keys and fences, each step with the state that the one before left. */
static void keys_and_fences_follow_the_table(void **state)
{
	enum { A, R };
	static const struct {
		int row, call;
		UINT64 key, fence; /* in for R, expected for A */
		uint32_t expected;
	} steps[] = {
		{ 62, A, 0, 0, TIMED_OUT },
		{ 62, A, 5, 0, OK },
		{ 62, R, 0, 0, OK },
		{ 69, A, 1, 0, TIMED_OUT },
		{ 70, A, 0, 0, OK },
		{ 71, R, 1, 1234, OK },
		{ 72, R, 7, 4321, INVALID },
		{ 73, A, 0, 0, TIMED_OUT },
		{ 74, A, 1, 1234, OK },
		{ 75, R, 0, 0, OK },
		{ 75, A, 0, 0, OK },
		{ 88, A, 0, 0xdead, INVALID },
		{ 108, R, 0, UINT64_MAX, OK },
		{ 108, A, 0, UINT64_MAX, OK },
		{ 108, R, 0, 1, OK },
	};
	D3DKMT_CREATEKEYEDMUTEX create = { .InitialValue = 5 };
	UINT64 fence;
	assert_status(D3DKMTCreateKeyedMutex(&create), OK);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint32_t status;
		fence = steps[i].fence;
		if (steps[i].call == A)
			status = (uint32_t)acquire(
				create.hKeyedMutex, steps[i].key, i % 2 ? -100000 : 0, &fence);
		else
			status = (uint32_t)release(create.hKeyedMutex, steps[i].key, fence);
		if (status != steps[i].expected || fence != steps[i].fence)
			print_message("row %d: %#x, fence %llu\n", steps[i].row, status,
				(unsigned long long)fence);
		assert_int_equal(status, steps[i].expected);
		assert_true(fence == steps[i].fence);
	}
	assert_status(acquire(0x1eadbeed, 3, 0, &fence), INVALID);
	assert_true(fence == 0xdead);
	assert_status(release(0x1eadbeed, 3, 9), INVALID);
	assert_status(destroy(create.hKeyedMutex), OK);
}

struct waiter {
	D3DKMT_HANDLE mutex;
	NTSTATUS status;
	UINT64 fence;
};

static void *wait_thread(void *arg)
{
	struct waiter *waiter = arg;
	waiter->status = acquire(waiter->mutex, 0, -50000000, &waiter->fence);
	return NULL;
}

/* Destroying the owner abandons: waiters wake at once, and nobody takes it again. */
static void destroying_the_owner_abandons(void **state)
{
	D3DKMT_CREATEKEYEDMUTEX a = { 0 };
	D3DKMT_OPENKEYEDMUTEX b = { 0 };
	struct waiter waiter = { 0 };
	pthread_t thread;
	int64_t begin;
	UINT64 fence;
	assert_status(D3DKMTCreateKeyedMutex(&a), OK);
	b.hSharedHandle = a.hSharedHandle;
	assert_status(D3DKMTOpenKeyedMutex(&b), OK);
	assert_status(acquire(a.hKeyedMutex, 0, 0, &fence), OK);
	assert_status(acquire(b.hKeyedMutex, 0, 0, &fence), TIMED_OUT);
	waiter.mutex = b.hKeyedMutex;
	pthread_create(&thread, NULL, wait_thread, &waiter);
	Sleep(20);
	begin = xf_now();
	assert_status(destroy(a.hKeyedMutex), OK);
	pthread_join(thread, NULL);
	assert_true(xf_now() - begin < 1000000000);
	assert_status(waiter.status, GONE);
	assert_status(acquire(b.hKeyedMutex, 0xdeadbeef, 0, &fence), GONE);
	assert_true(fence == 0);
	assert_status(destroy(b.hKeyedMutex), OK);
}

/* Past and future absolute times, and none. */
static void timeouts_are_absolute_relative_or_none(void **state)
{
	D3DKMT_CREATEKEYEDMUTEX create = { 0 };
	D3DKMT_ACQUIREKEYEDMUTEX forever;
	int64_t begin = xf_now();
	UINT64 fence;
	assert_status(D3DKMTCreateKeyedMutex(&create), OK);
	assert_status(acquire(create.hKeyedMutex, 1, 1, &fence), TIMED_OUT);
	assert_true(xf_now() - begin < 1000000000);
	begin = xf_now();
	assert_status(acquire(create.hKeyedMutex, 1, -200000, &fence), TIMED_OUT);
	assert_in_range(xf_now() - begin, 20000000, 2000000000);
	forever = (D3DKMT_ACQUIREKEYEDMUTEX){ create.hKeyedMutex, 0, NULL, 0 };
	assert_status(D3DKMTAcquireKeyedMutex(&forever), OK);
	assert_status(release(create.hKeyedMutex, 0, 0), OK);
	assert_status(destroy(create.hKeyedMutex), OK);
}

/* Private data: given at creation, read when opened, carried from owner to owner. */
static void private_data_goes_from_owner_to_owner(void **state)
{
	char data[64], back[64] = { 0 };
	D3DKMT_CREATEKEYEDMUTEX2 none = { 0 };
	D3DKMT_CREATEKEYEDMUTEX2 six = { .pPrivateRuntimeData = "Hello",
		.PrivateRuntimeDataSize = 6 };
	D3DKMT_CREATEKEYEDMUTEX2 bad = { .PrivateRuntimeDataSize = 6 };
	D3DKMT_OPENKEYEDMUTEX2 open = { 0 };
	D3DKMT_ACQUIREKEYEDMUTEX2 take = { 0 };
	D3DKMT_RELEASEKEYEDMUTEX2 give = { 0 };
	memset(data, 0xcd, sizeof(data));
	assert_status(D3DKMTCreateKeyedMutex2(&bad), INVALID);
	assert_status(D3DKMTCreateKeyedMutex2(&none), OK);
	assert_status(D3DKMTCreateKeyedMutex2(&six), OK);
	open.hSharedHandle = none.hSharedHandle;
	open.PrivateRuntimeDataSize = 64;
	assert_status(D3DKMTOpenKeyedMutex2(&open), INVALID);
	open.pPrivateRuntimeData = data;
	assert_status(D3DKMTOpenKeyedMutex2(&open), OK);
	assert_int_equal(open.PrivateRuntimeDataSize, 64);
	take = (D3DKMT_ACQUIREKEYEDMUTEX2){ .hKeyedMutex = open.hKeyedMutex,
		.pPrivateRuntimeData = back,
		.PrivateRuntimeDataSize = 64 };
	assert_status(D3DKMTAcquireKeyedMutex2(&take), OK);
	assert_memory_equal(back, data, 64);
	give = (D3DKMT_RELEASEKEYEDMUTEX2){ .hKeyedMutex = none.hKeyedMutex,
		.pPrivateRuntimeData = "no owner",
		.PrivateRuntimeDataSize = 8 };
	assert_status(D3DKMTReleaseKeyedMutex2(&give), INVALID);
	give = (D3DKMT_RELEASEKEYEDMUTEX2){ .hKeyedMutex = open.hKeyedMutex,
		.Key = 3,
		.pPrivateRuntimeData = "new",
		.PrivateRuntimeDataSize = 4 };
	assert_status(D3DKMTReleaseKeyedMutex2(&give), OK);
	take.hKeyedMutex = none.hKeyedMutex;
	take.Key = 3;
	assert_status(D3DKMTAcquireKeyedMutex2(&take), OK);
	assert_string_equal(back, "new");
	take.pPrivateRuntimeData = NULL;
	assert_status(D3DKMTAcquireKeyedMutex2(&take), INVALID);
	destroy(open.hKeyedMutex);
	destroy(none.hKeyedMutex);
	open = (D3DKMT_OPENKEYEDMUTEX2){ .hSharedHandle = six.hSharedHandle };
	assert_status(D3DKMTOpenKeyedMutex2(&open), OK);
	destroy(open.hKeyedMutex);
	open.PrivateRuntimeDataSize = 64;
	assert_status(D3DKMTOpenKeyedMutex2(&open), INVALID);
	open.pPrivateRuntimeData = data;
	open.PrivateRuntimeDataSize = 5;
	assert_status(D3DKMTOpenKeyedMutex2(&open), INVALID);
	open.PrivateRuntimeDataSize = 6;
	assert_status(D3DKMTOpenKeyedMutex2(&open), OK);
	assert_int_equal((unsigned char)data[0], 0xcd);
	destroy(open.hKeyedMutex);
	destroy(six.hKeyedMutex);
}

static int other_process(int socket, const char *arg)
{
	D3DKMT_OPENKEYEDMUTEX open = { .hSharedHandle = (D3DKMT_HANDLE)strtoul(arg, NULL, 16) };
	UINT64 fence;
	if (D3DKMTOpenKeyedMutex(&open) || acquire(open.hKeyedMutex, 1, -50000000, &fence))
		return 1;
	if (fence != 77 || release(open.hKeyedMutex, 2, 78))
		return 2;
	parent_tell(socket, 'r');
	if (acquire(open.hKeyedMutex, 3, -50000000, &fence))
		return 3;
	parent_tell(socket, 'h');
	return parent_hear(socket);
}

static void another_process_takes_turns(void **state)
{
	D3DKMT_CREATEKEYEDMUTEX create = { .InitialValue = 1 };
	struct child child;
	char text[16];
	UINT64 fence;
	assert_status(D3DKMTCreateKeyedMutex(&create), OK);
	assert_status(acquire(create.hKeyedMutex, 1, 0, &fence), OK);
	snprintf(text, sizeof(text), "%x", create.hSharedHandle);
	child = child_start("other-process", text);
	assert_status(release(create.hKeyedMutex, 1, 77), OK);
	assert_int_equal(child_hear(&child), 'r');
	assert_status(acquire(create.hKeyedMutex, 2, -50000000, &fence), OK);
	assert_true(fence == 78);
	assert_status(release(create.hKeyedMutex, 3, 0), OK);
	assert_int_equal(child_hear(&child), 'h');
	child_kill(&child);
	assert_status(acquire(create.hKeyedMutex, 3, -50000000, &fence), GONE);
	assert_status(destroy(create.hKeyedMutex), OK);
}

static D3DKMT_HANDLE make_resource(D3DKMT_HANDLE device, bool shared, bool nt, UINT *ret_global)
{
	D3DDDI_ALLOCATIONINFO2 info = { .pPrivateDriverData = "alloc", .PrivateDriverDataSize = 6 };
	D3DKMT_CREATEALLOCATION args = { .hDevice = device,
		.pPrivateRuntimeData = "runtime",
		.PrivateRuntimeDataSize = 8,
		.NumAllocations = 1,
		.pAllocationInfo2 = &info };
	args.Flags.CreateResource = 1;
	args.Flags.CreateShared = shared;
	args.Flags.NtSecuritySharing = nt;
	assert_status(D3DKMTCreateAllocation2(&args), OK);
	assert_int_equal(info.hAllocation & 0x3f, 0);
	if (ret_global)
		*ret_global = args.hGlobalShare;
	return args.hResource;
}

static bool exists(D3DKMT_HANDLE device, D3DKMT_HANDLE allocation)
{
	D3DKMT_DESTROYALLOCATION args = {
		.hDevice = device, .phAllocationList = &allocation, .AllocationCount = 1
	};
	return D3DKMTDestroyAllocation(&args) == OK;
}

/* Both calls, with what may be missing missing: sizes without data are refused, and make nothing.
 */
static void allocations_that_lack_data_make_nothing(void **state)
{
	typedef NTSTATUS(WINAPI * create_allocation)(D3DKMT_CREATEALLOCATION *);
	static const create_allocation calls[] = { D3DKMTCreateAllocation,
		D3DKMTCreateAllocation2 };
	D3DKMT_HANDLE device = open_device();
	for (int two = 0; two < 2; two++) {
		D3DDDI_ALLOCATIONINFO infos[2] = { 0 };
		D3DDDI_ALLOCATIONINFO2 infos2[2] = { 0 };
		D3DKMT_CREATEALLOCATION good = { .hDevice = device, .NumAllocations = 2 }, args;
		D3DKMT_HANDLE made[2];
		D3DKMT_DESTROYALLOCATION list = {
			.hDevice = device, .phAllocationList = made, .AllocationCount = 2
		};
		if (two)
			good.pAllocationInfo2 = infos2;
		else
			good.pAllocationInfo = infos;
		good.hGlobalShare = 0xbeef;
		args = good;
		assert_status(calls[two](NULL), INVALID);
		assert_status(calls[two](&args), OK);
		assert_int_equal(args.hGlobalShare, 0);
		for (int i = 0; i < 2; i++)
			made[i] = two ? infos2[i].hAllocation : infos[i].hAllocation;
		assert_int_not_equal(made[0], made[1]);
		assert_status(D3DKMTDestroyAllocation(&list), OK);
		assert_status(D3DKMTDestroyAllocation(&list), INVALID);
		assert_false(exists(device, made[0]) || exists(device, made[1]));
		good.Flags.CreateResource = 1;
		args = good;
		assert_status(calls[two](&args), OK);
		assert_int_equal(args.hGlobalShare, 0); /* not shared */
		list = (D3DKMT_DESTROYALLOCATION){ .hDevice = device, .hResource = args.hResource };
		assert_status(D3DKMTDestroyAllocation(&list), OK);
		assert_status(D3DKMTDestroyAllocation(&list), INVALID);
		assert_false(exists(device, two ? infos2[1].hAllocation : infos[1].hAllocation));
		for (int i = 0; i < 7; i++) {
			uint32_t expected = INVALID;
			args = good;
			infos[1].PrivateDriverDataSize = infos2[1].PrivateDriverDataSize = i == 2;
			if (i == 0)
				args.PrivateRuntimeDataSize = 4;
			else if (i == 1)
				args.PrivateDriverDataSize = 4;
			else if (i == 3)
				args.pAllocationInfo = NULL;
			else if (i == 4)
				args.NumAllocations = 0;
			else if (i == 5)
				args.hDevice = 0;
			else if (i == 6)
				args.hResource = 0x1eadbeed, expected = BAD_HANDLE;
			assert_status(calls[two](&args), expected);
		}
	}
	assert_status(D3DKMTDestroyAllocation(NULL), INVALID);
	assert_status(D3DKMTDestroyAllocation2(NULL), INVALID);
	assert_status(
		D3DKMTDestroyAllocation(&(D3DKMT_DESTROYALLOCATION){ .hDevice = device }), OK);
	assert_status(
		D3DKMTDestroyAllocation2(&(D3DKMT_DESTROYALLOCATION2){ .hDevice = device }), OK);
	assert_status(D3DKMTDestroyAllocation(&(D3DKMT_DESTROYALLOCATION){
			      .hDevice = device, .AllocationCount = 1 }),
		INVALID);
}

/* Memory of the caller's: whole pages, one allocation, private data beside it only. */
static void standard_allocations_are_whole_pages(void **state)
{
	static char memory[3 * 4096] __attribute__((aligned(4096)));
	D3DKMT_HANDLE device = open_device();
	for (int i = 0; i < 12; i++) {
		bool good = i == 0 || i == 5;
		D3DKMT_CREATESTANDARDALLOCATION standard = {
			.Type = D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP,
			.ExistingHeapData.Size = 4096,
		};
		D3DDDI_ALLOCATIONINFO infos[2] = { { .pSystemMem = memory },
			{ .pSystemMem = memory + 4096 } };
		D3DKMT_CREATEALLOCATION args = { .hDevice = device,
			.pStandardAllocation = &standard,
			.NumAllocations = 1,
			.pAllocationInfo = infos };
		args.Flags.ExistingSysMem = args.Flags.StandardAllocation = 1;
		if (i == 1)
			standard.Type = 0;
		else if (i == 2)
			infos[0].pSystemMem = NULL;
		else if (i == 3)
			infos[0].pSystemMem = memory + 16;
		else if (i == 4)
			args.NumAllocations = 2;
		else if (i == 5)
			infos[0].PrivateDriverDataSize = 4, infos[0].pPrivateDriverData = memory;
		else if (i == 6)
			args.PrivateDriverDataSize = sizeof(standard);
		else if (i == 7)
			args.pStandardAllocation = NULL;
		else if (i == 8)
			standard.ExistingHeapData.Size = 100;
		else if (i == 9)
			args.Flags.ExistingSysMem = 0;
		else if (i == 10)
			args.Flags.StandardAllocation = 0;
		else if (i == 11)
			args.Flags.CreateShared = 1; /* without CreateResource */
		assert_status(D3DKMTCreateAllocation(&args), good ? OK : INVALID);
		args.pAllocationInfo2 = &(D3DDDI_ALLOCATIONINFO2){
			.pSystemMem = infos[0].pSystemMem,
			.pPrivateDriverData = infos[0].pPrivateDriverData,
			.PrivateDriverDataSize = infos[0].PrivateDriverDataSize,
		};
		if (i != 4)
			assert_status(D3DKMTCreateAllocation2(&args), good ? OK : INVALID);
	}
}

/* A resource is made with its allocations, and takes no others in. */
static void a_resource_takes_no_more_allocations(void **state)
{
	D3DKMT_HANDLE device = open_device();
	D3DDDI_ALLOCATIONINFO2 info = { .hAllocation = 0x1eadbeed };
	D3DKMT_CREATEALLOCATION args = {
		.hDevice = device, .NumAllocations = 1, .pAllocationInfo2 = &info
	};
	for (int i = 0; i < 4; i++) {
		D3DKMT_HANDLE there = make_resource(device, false, false, NULL);
		args.hResource = i < 2 ? there : 0x1eadbeed;
		args.Flags.CreateResource = i % 2;
		assert_status(D3DKMTCreateAllocation2(&args), i < 2 ? INVALID : BAD_HANDLE);
		assert_int_equal(info.hAllocation, 0x1eadbeed);
		assert_status(D3DKMTDestroyAllocation2(&(D3DKMT_DESTROYALLOCATION2){
				      .hDevice = device, .hResource = there }),
			OK);
	}
}

/* One display, and nothing is made or changed for other names. */
static void display_names_that_are_none_change_nothing(void **state)
{
	static const struct {
		WCHAR name[32];
		uint32_t expected;
	} rows[] = {
		{ L"\\\\.\\DISPLAY1", OK }, { L"\\\\.\\display1", OK }, { L"", UNSUCCESSFUL },
		{ L"DISPLAY1", UNSUCCESSFUL }, { L"\\\\.\\DISPLAY", UNSUCCESSFUL },
		{ L"\\\\.\\DISPLAY0", UNSUCCESSFUL }, { L"\\\\.\\DISPLAY2", UNSUCCESSFUL },
		{ L"\\\\.\\DISPLAY10", UNSUCCESSFUL },
		{ L"\\\\.\\DISPLAY1\\Monitor0", UNSUCCESSFUL },
		{ L"\\\\.\\\x0144ISPLAY1", UNSUCCESSFUL }, /* ends in the byte of a D */
		{ L"\\\\.\\DISPLAYV1", UNSUCCESSFUL },
		{ L"0123456789abcdef0123456789abcdef", UNSUCCESSFUL }, /* without an end */
	};
	assert_status(D3DKMTOpenAdapterFromGdiDisplayName(NULL), UNSUCCESSFUL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		D3DKMT_OPENADAPTERFROMGDIDISPLAYNAME open, before;
		D3DKMT_CLOSEADAPTER close;
		memset(&open, 0xcd, sizeof(open));
		memcpy(open.DeviceName, rows[i].name, sizeof(open.DeviceName));
		before = open;
		assert_status(D3DKMTOpenAdapterFromGdiDisplayName(&open), rows[i].expected);
		if (rows[i].expected) {
			assert_memory_equal(&open, &before, sizeof(open));
			continue;
		}
		assert_int_equal(open.VidPnSourceId, 0);
		close.hAdapter = open.hAdapter;
		assert_status(D3DKMTCloseAdapter(&close), OK);
		assert_status(D3DKMTCloseAdapter(&close), INVALID);
	}
}

/* There are no commands to be put together: neither is there room for them, whatever was there. */
static void a_device_has_no_command_buffer(void **state)
{
	D3DKMT_OPENADAPTERFROMGDIDISPLAYNAME open = { .DeviceName = L"\\\\.\\DISPLAY1" };
	D3DKMT_CREATEDEVICE create;
	assert_status(D3DKMTOpenAdapterFromGdiDisplayName(&open), OK);
	memset(&create, 0xcd, sizeof(create));
	assert_status(D3DKMTCreateDevice(&create), INVALID);
	create.hAdapter = open.hAdapter;
	assert_status(D3DKMTCreateDevice(&create), OK);
	assert_null(create.pCommandBuffer);
	assert_int_equal(create.CommandBufferSize, 0);
	assert_null(create.pAllocationList);
	assert_int_equal(create.AllocationListSize, 0);
	assert_null(create.pPatchLocationList);
	assert_int_equal(create.PatchLocationListSize, 0);
	assert_status(D3DKMTDestroyDevice(&(D3DKMT_DESTROYDEVICE){ create.hDevice }), OK);
}

static void calls_that_want_a_driver_are_refused(void **state)
{
	D3DKMT_OPENADAPTERFROMGDIDISPLAYNAME open = { .DeviceName = L"\\\\.\\DISPLAY1" };
	D3DKMT_CHECKVIDPNEXCLUSIVEOWNERSHIP check = { 0 };
	D3DKMT_ESCAPE escape = { 0 };
	D3DKMT_CREATEDCFROMMEMORY dc = { 0 };
	assert_status(D3DKMTOpenAdapterFromGdiDisplayName(&open), OK);
	assert_status(D3DKMTCheckVidPnExclusiveOwnership(NULL), INVALID);
	assert_status(D3DKMTCheckVidPnExclusiveOwnership(&check), INVALID);
	assert_status(D3DKMTEscape(NULL), INVALID);
	assert_status(D3DKMTEscape(&escape), INVALID);
	check.hAdapter = escape.hAdapter = open.hAdapter;
	assert_status(D3DKMTCheckVidPnExclusiveOwnership(&check), OK);
	assert_status(D3DKMTEscape(&escape), NOT_SUPPORTED);
	assert_status(D3DKMTCreateDCFromMemory(NULL), INVALID);
	assert_status(D3DKMTCreateDCFromMemory(&dc), INVALID);
	dc.pMemory = &dc;
	assert_status(D3DKMTCreateDCFromMemory(&dc), NOT_SUPPORTED);
	assert_status(D3DKMTDestroyDCFromMemory(NULL), INVALID);
}

static D3DKMT_HANDLE make_sync(D3DKMT_HANDLE device, bool nt)
{
	D3DKMT_CREATESYNCHRONIZATIONOBJECT2 args = { .hDevice = device };
	args.Info.Type = D3DDDI_MONITORED_FENCE;
	args.Info.Flags.Shared = nt;
	args.Info.Flags.NtSecuritySharing = nt;
	assert_status(D3DKMTCreateSynchronizationObject2(&args), OK);
	assert_int_equal(args.Info.SharedHandle, 0);
	return args.hSyncObject;
}

static D3DKMT_HANDLE make_mutex(bool nt)
{
	D3DKMT_CREATEKEYEDMUTEX2 args = { .pPrivateRuntimeData = "twenty bytes of data",
		.PrivateRuntimeDataSize = 20 };
	args.Flags.NtSecuritySharing = nt;
	assert_status(D3DKMTCreateKeyedMutex2(&args), OK);
	return args.hKeyedMutex;
}

static void close_resource(D3DKMT_HANDLE device, D3DKMT_HANDLE resource)
{
	D3DKMT_DESTROYALLOCATION2 args = { .hDevice = device, .hResource = resource };
	assert_status(D3DKMTDestroyAllocation2(&args), OK);
}

static void close_sync(D3DKMT_HANDLE sync)
{
	D3DKMT_DESTROYSYNCHRONIZATIONOBJECT args = { sync };
	assert_status(D3DKMTDestroySynchronizationObject(&args), OK);
}

static OBJECT_ATTRIBUTES *attributes(const WCHAR *name)
{
	static UNICODE_STRING string;
	static OBJECT_ATTRIBUTES attr;
	USHORT length = 0;
	while (name[length])
		length++;
	string = (UNICODE_STRING){ (USHORT)(length * 2), (USHORT)(length * 2), (WCHAR *)name };
	attr = (OBJECT_ATTRIBUTES){
		.Length = sizeof(attr), .ObjectName = &string, .Attributes = OBJ_CASE_INSENSITIVE
	};
	return &attr;
}

/* What may be shared as one NT handle: a resource, a sync object, or both and a mutex, in order. */
static void only_some_sets_are_shared_as_one(void **state)
{
	D3DKMT_HANDLE device = open_device();
	D3DKMT_HANDLE r = make_resource(device, true, true, NULL), m = make_mutex(true);
	D3DKMT_HANDLE s = make_sync(device, true), plain = make_resource(device, true, false, NULL);
	D3DKMT_HANDLE local_sync = make_sync(device, false), local_mutex = make_mutex(false);
	const struct {
		UINT count;
		D3DKMT_HANDLE objects[4];
		uint32_t expected;
	} sets[] = {
		{ 1, { m }, INVALID },
		{ 1, { local_mutex }, INVALID },
		{ 1, { r }, OK },
		{ 1, { s }, OK },
		{ 3, { r, m, s }, OK },
		{ 2, { r, m }, INVALID },
		{ 2, { r, s }, INVALID },
		{ 3, { m, r, s }, INVALID },
		{ 3, { r, s, m }, INVALID },
		{ 3, { r, r, r }, INVALID },
		{ 4, { r, m, s, s }, INVALID },
		{ 0, { r }, INVALID },
		{ 1, { plain }, INVALID },
		{ 1, { local_sync }, INVALID },
		{ 3, { r, local_mutex, s }, INVALID },
		{ 1, { 0 }, INVALID },
		{ 1, { device }, INVALID },
	};
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		HANDLE handle = NULL;
		assert_status(D3DKMTShareObjects(
				      sets[i].count, sets[i].objects, NULL, GENERIC_ALL, &handle),
			sets[i].expected);
		assert_int_equal(handle != NULL, sets[i].expected == OK);
		if (handle)
			assert_true(CloseHandle(handle));
	}
	close_resource(device, r);
	close_resource(device, plain);
	close_sync(s);
	close_sync(local_sync);
	destroy(m);
	destroy(local_mutex);
}

/* The NT handle keeps the objects after their own handles are gone, and opens each. */
static void an_nt_handle_keeps_its_objects(void **state)
{
	D3DKMT_HANDLE device = open_device();
	D3DKMT_HANDLE objects[] = { make_resource(device, true, true, NULL), make_mutex(true),
		make_sync(device, true) };
	D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE info = { .hDevice = device };
	D3DKMT_OPENKEYEDMUTEXFROMNTHANDLE mutex = { 0 };
	D3DKMT_OPENRESOURCEFROMNTHANDLE open;
	D3DDDI_OPENALLOCATIONINFO2 allocation;
	char runtime[8], total[6], data[20];
	HANDLE handle, alone;
	UINT64 fence;
	assert_status(D3DKMTShareObjects(3, objects, NULL, GENERIC_ALL, &handle), OK);
	assert_status(D3DKMTShareObjects(1, objects, NULL, GENERIC_ALL, &alone), OK);
	close_resource(device, objects[0]);
	destroy(objects[1]);
	close_sync(objects[2]);
	info.hNtHandle = handle;
	assert_status(D3DKMTQueryResourceInfoFromNtHandle(&info), OK);
	assert_int_equal(info.PrivateRuntimeDataSize, 8);
	info.pPrivateRuntimeData = runtime;
	info.PrivateRuntimeDataSize = 7;
	assert_status(D3DKMTQueryResourceInfoFromNtHandle(&info), INVALID);
	info.PrivateRuntimeDataSize = 0;
	memset(runtime, 0xcd, sizeof(runtime));
	assert_status(D3DKMTQueryResourceInfoFromNtHandle(&info), OK);
	assert_int_equal(info.PrivateRuntimeDataSize, 8);
	for (info.PrivateRuntimeDataSize = 8; info.PrivateRuntimeDataSize < 10;) {
		UINT size = info.PrivateRuntimeDataSize;
		assert_status(D3DKMTQueryResourceInfoFromNtHandle(&info), OK);
		assert_int_equal(info.PrivateRuntimeDataSize, 8);
		assert_int_equal((unsigned char)runtime[0], 0xcd); /* only opening tells */
		info.PrivateRuntimeDataSize = size + 1;
	}
	assert_int_equal(info.TotalPrivateDriverDataSize, 6);
	assert_int_equal(info.NumAllocations, 1);
	for (int i = 0; i < 2; i++) {
		open = (D3DKMT_OPENRESOURCEFROMNTHANDLE){ .hDevice = device,
			.hNtHandle = handle,
			.NumAllocations = 1,
			.pOpenAllocationInfo2 = &allocation,
			.PrivateRuntimeDataSize = 8,
			.pPrivateRuntimeData = runtime,
			.TotalPrivateDriverDataBufferSize = 5,
			.pTotalPrivateDriverDataBuffer = total,
			.pKeyedMutexPrivateRuntimeData = data,
			.KeyedMutexPrivateRuntimeDataSize = 20 };
		assert_status(D3DKMTOpenResourceFromNtHandle(&open), NO_MEMORY);
		open.TotalPrivateDriverDataBufferSize = 6;
		open.PrivateRuntimeDataSize = 7;
		assert_status(D3DKMTOpenResourceFromNtHandle(&open), INVALID);
		open.PrivateRuntimeDataSize = 8;
		open.KeyedMutexPrivateRuntimeDataSize = 19;
		assert_status(D3DKMTOpenResourceFromNtHandle(&open), INVALID);
		open.KeyedMutexPrivateRuntimeDataSize = 20;
		assert_status(D3DKMTOpenResourceFromNtHandle(&open), OK);
		assert_string_equal(runtime, "runtime");
		assert_string_equal(total, "alloc");
		assert_status(acquire(open.hKeyedMutex, 0, 0, &fence), OK);
		assert_status(release(open.hKeyedMutex, 0, 0), OK);
		destroy(open.hKeyedMutex);
		close_sync(open.hSyncObject);
		close_resource(device, open.hResource);
	}
	open.hNtHandle = alone;
	assert_status(D3DKMTOpenResourceFromNtHandle(&open), OK);
	assert_int_equal(open.hKeyedMutex, 0);
	assert_int_equal(open.hSyncObject, 0);
	assert_int_equal(open.KeyedMutexPrivateRuntimeDataSize, 0);
	close_resource(device, open.hResource);
	mutex.hNtHandle = handle;
	assert_status(D3DKMTOpenKeyedMutexFromNtHandle(&mutex), MISMATCH);
	mutex.hNtHandle = NULL;
	assert_status(D3DKMTOpenKeyedMutexFromNtHandle(&mutex), BAD_HANDLE);
	CloseHandle(alone);
	CloseHandle(handle);
	open.hNtHandle = handle;
	assert_status(D3DKMTOpenResourceFromNtHandle(&open), BAD_HANDLE);
}

/* NT handles by name: of which object, for how long, and who is refused. */
static void names_last_as_long_as_their_handles(void **state)
{
	D3DKMT_HANDLE device = open_device(), r = make_resource(device, true, true, NULL);
	D3DKMT_OPENNTHANDLEFROMNAME open = { 0 };
	D3DKMT_OPENSYNCOBJECTNTHANDLEFROMNAME sync = { .dwDesiredAccess = GENERIC_ALL };
	HANDLE handle, other;
	assert_status(D3DKMTOpenNtHandleFromName(&open), INVALID);
	assert_status(D3DKMTOpenNtHandleFromName(NULL), INVALID);
	open.dwDesiredAccess = GENERIC_ALL;
	open.pObjAttrib = attributes(L"\\Sessions\\1\\BaseNamedObjects\\Bundle");
	assert_status(D3DKMTOpenNtHandleFromName(&open), NO_NAME);
	for (int i = 0; i < 2; i++) {
		assert_status(
			D3DKMTShareObjects(1, &r, attributes(L"Bundle"), GENERIC_ALL, &handle), OK);
		assert_status(D3DKMTShareObjects(1, &r, attributes(L"bundle"), GENERIC_ALL, &other),
			NAME_TAKEN);
		open.pObjAttrib = attributes(L"\\Sessions\\1\\BaseNamedObjects\\bUNDLE");
		open.dwDesiredAccess = 0;
		assert_status(D3DKMTOpenNtHandleFromName(&open), DENIED);
		open.dwDesiredAccess = STANDARD_RIGHTS_WRITE;
		assert_status(D3DKMTOpenNtHandleFromName(&open), OK);
		CloseHandle(open.hNtHandle);
		sync.pObjAttrib = open.pObjAttrib;
		assert_status(D3DKMTOpenSyncObjectNtHandleFromName(&sync), MISMATCH);
		open.dwDesiredAccess = GENERIC_ALL;
		assert_status(D3DKMTOpenNtHandleFromName(&open), OK);
		CloseHandle(handle);
		handle = open.hNtHandle;
		assert_status(D3DKMTOpenNtHandleFromName(&open), OK);
		CloseHandle(handle);
		CloseHandle(open.hNtHandle);
		assert_status(D3DKMTOpenNtHandleFromName(&open), NO_NAME);
	}
	close_resource(device, r);
}

/* Names that do not fit into a label, in any case; and two that differ in their last character. */
static void long_names_differ_in_their_last_character(void **state)
{
	static WCHAR name[MAX_PATH + 2];
	D3DKMT_HANDLE device = open_device(), r = make_resource(device, true, true, NULL);
	D3DKMT_OPENNTHANDLEFROMNAME open = { .dwDesiredAccess = GENERIC_ALL };
	HANDLE one, two;
	for (int i = 0; i < MAX_PATH; i++)
		name[i] = i % 2 ? L'b' : L'A';
	assert_status(D3DKMTShareObjects(1, &r, attributes(name), GENERIC_ALL, &one), OK);
	for (int i = 0; i < MAX_PATH; i++)
		name[i] ^= 0x20;
	assert_status(D3DKMTShareObjects(1, &r, attributes(name), GENERIC_ALL, &two), NAME_TAKEN);
	open.pObjAttrib = attributes(name);
	assert_status(D3DKMTOpenNtHandleFromName(&open), OK);
	assert_true(CompareObjectHandles(one, open.hNtHandle));
	CloseHandle(open.hNtHandle);
	name[MAX_PATH - 1] = L'c';
	assert_status(D3DKMTOpenNtHandleFromName(&open), NO_NAME);
	assert_status(D3DKMTShareObjects(1, &r, attributes(name), GENERIC_ALL, &two), OK);
	assert_false(CompareObjectHandles(one, two));
	name[MAX_PATH] = L'd';
	assert_status(D3DKMTShareObjects(1, &r, attributes(name), GENERIC_ALL, &open.hNtHandle),
		0xc0000106); /* STATUS_NAME_TOO_LONG */
	CloseHandle(one);
	CloseHandle(two);
	close_resource(device, r);
}

/* Which types of sync objects the old and the new call make, and what sharing they take. */
static void sync_objects_take_the_sharing_of_their_type(void **state)
{
	D3DKMT_HANDLE device = open_device();
	D3DKMT_CREATESYNCHRONIZATIONOBJECT old = { .hDevice = device };
	D3DKMT_CREATESYNCHRONIZATIONOBJECT2 new = { .hDevice = device };
	D3DKMT_OPENSYNCHRONIZATIONOBJECT open = { 0 };
	D3DKMT_DESTROYSYNCHRONIZATIONOBJECT args;
	static const uint32_t expected[] = { INVALID, OK, OK, INVALID, INVALID };
	for (int type = 0; type < 5; type++) {
		old.Info.Type = type;
		assert_status(D3DKMTCreateSynchronizationObject(&old), expected[type]);
		if (!expected[type])
			close_sync(old.hSyncObject);
	}
	new.Info.Type = D3DDDI_FENCE;
	new.Info.Flags.NtSecuritySharing = 1;
	assert_status(D3DKMTCreateSynchronizationObject2(&new), INVALID);
	new.Info.Flags.Value = 0;
	new.Info.Flags.Shared = 1;
	assert_status(D3DKMTCreateSynchronizationObject2(&new), OK);
	assert_int_equal(new.Info.SharedHandle & 0x3f, 2);
	open.hSharedHandle = new.Info.SharedHandle;
	assert_status(D3DKMTOpenSynchronizationObject(&open), OK);
	args.hSyncObject = new.Info.SharedHandle;
	assert_status(D3DKMTDestroySynchronizationObject(&args), INVALID);
	close_sync(new.hSyncObject);
	close_sync(open.hSyncObject);
	assert_status(D3DKMTOpenSynchronizationObject(&open), INVALID);
	new = (D3DKMT_CREATESYNCHRONIZATIONOBJECT2){ .hDevice = device };
	new.Info.Type = D3DDDI_CPU_NOTIFICATION;
	assert_status(D3DKMTCreateSynchronizationObject2(&new), BAD_HANDLE);
	new.Info.CPUNotification.Event = CreateEventA(NULL, FALSE, FALSE, NULL);
	assert_status(D3DKMTCreateSynchronizationObject2(&new), OK);
	close_sync(new.hSyncObject);
	CloseHandle(new.Info.CPUNotification.Event);
	new.hDevice = 0;
	assert_status(D3DKMTCreateSynchronizationObject2(&new), INVALID);
}

/* Monitored fences: signalled and waited for by the CPU, never lowered; other types are refused. */
static void a_monitored_fence_is_never_lowered(void **state)
{
	D3DKMT_HANDLE device = open_device(), fence = make_sync(device, true), other;
	D3DKMT_CREATESYNCHRONIZATIONOBJECT mutex = { .hDevice = device };
	UINT64 value = 5;
	D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU signal = { device, 1, &fence, &value,
		{ { { 0 } } } };
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = { device, 1, &fence, &value, NULL,
		{ { { 0 } } } };
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), nt;
	D3DKMT_OPENSYNCOBJECTFROMNTHANDLE open = { 0 };
	D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 open2 = { 0 };
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), OK);
	assert_status(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), OK);
	value = 4;
	assert_status(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), OK);
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), INVALID);
	assert_status(D3DKMTShareObjects(1, &fence, NULL, GENERIC_ALL, &nt), OK);
	open.hNtHandle = nt;
	assert_status(D3DKMTOpenSyncObjectFromNtHandle(&open), OK);
	other = open.hSyncObject;
	open2.hNtHandle = nt;
	assert_status(D3DKMTOpenSyncObjectFromNtHandle2(NULL), INVALID);
	assert_status(D3DKMTOpenSyncObjectFromNtHandle2(&open2), INVALID);
	open2.hDevice = device;
	assert_status(D3DKMTOpenSyncObjectFromNtHandle2(&open2), OK);
	assert_int_not_equal(open2.hSyncObject, other);
	close_sync(open2.hSyncObject);
	open2.hNtHandle = NULL;
	assert_status(D3DKMTOpenSyncObjectFromNtHandle2(&open2), BAD_HANDLE);
	value = 9;
	wait.hAsyncEvent = event;
	assert_status(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), OK);
	assert_int_equal(WaitForSingleObject(event, 20), WAIT_TIMEOUT);
	signal.ObjectHandleArray = &other;
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), OK);
	assert_int_equal(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
	mutex.Info.Type = D3DDDI_SEMAPHORE;
	assert_status(D3DKMTCreateSynchronizationObject(&mutex), OK);
	wait.ObjectHandleArray = signal.ObjectHandleArray = &mutex.hSyncObject;
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), INVALID);
	assert_status(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), INVALID);
	close_sync(mutex.hSyncObject);
	close_sync(other);
	close_sync(fence);
	CloseHandle(nt);
	CloseHandle(event);
}

static bool is_passed(D3DKMT_HANDLE device, D3DKMT_HANDLE fence, UINT64 value, DWORD ms)
{
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = { device, 1, &fence, &value, event,
		{ { { 0 } } } };
	bool passed;
	assert_status(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), OK);
	passed = WaitForSingleObject(event, ms) == WAIT_OBJECT_0;
	CloseHandle(event);
	return passed;
}

/* Through two handles: what one rewinds, the other sees; and whoever waits goes on waiting. */
static void a_fence_that_is_rewound_goes_on(void **state)
{
	D3DKMT_HANDLE device = open_device(), fence = make_sync(device, true);
	D3DKMT_OPENSYNCOBJECTFROMNTHANDLE open = { 0 };
	UINT64 value;
	D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU signal = { device, 1, &fence, &value,
		{ { { 0 } } } };
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = { device, 1, &open.hSyncObject,
		&(UINT64){ 12 }, CreateEventA(NULL, TRUE, FALSE, NULL), { { { 0 } } } };
	assert_status(D3DKMTShareObjects(1, &fence, NULL, GENERIC_ALL, &open.hNtHandle), OK);
	assert_status(D3DKMTOpenSyncObjectFromNtHandle(&open), OK);
	value = 10;
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), OK);
	assert_status(D3DKMTWaitForSynchronizationObjectFromCpu(&wait), OK); /* for 12 */
	value = 3;
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), INVALID);
	signal.Flags.AllowFenceRewind = 1;
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), OK);
	assert_true(is_passed(device, open.hSyncObject, 3, 5000));
	assert_false(is_passed(device, open.hSyncObject, 4, 20));
	assert_false(is_passed(device, fence, 10, 20));
	signal.Flags.AllowFenceRewind = 0;
	signal.ObjectHandleArray = &open.hSyncObject;
	value = 9; /* more than 12 on the way that was given up */
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), OK);
	assert_true(is_passed(device, fence, 9, 5000));
	assert_int_equal(WaitForSingleObject(wait.hAsyncEvent, 20), WAIT_TIMEOUT);
	value = 12;
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), OK);
	assert_int_equal(WaitForSingleObject(wait.hAsyncEvent, 5000), WAIT_OBJECT_0);
	value = UINT64_MAX;
	assert_status(D3DKMTSignalSynchronizationObjectFromCpu(&signal), OK);
	assert_true(is_passed(device, fence, UINT64_MAX, 5000));
	CloseHandle(wait.hAsyncEvent);
	CloseHandle(open.hNtHandle);
	close_sync(open.hSyncObject);
	close_sync(fence);
}

/* Resources by global handle. */
static void a_resource_opens_by_its_global_handle(void **state)
{
	D3DKMT_HANDLE device = open_device();
	UINT global;
	D3DKMT_HANDLE r = make_resource(device, true, false, &global), nt_only;
	D3DKMT_QUERYRESOURCEINFO info = { .hDevice = device, .hGlobalShare = global };
	D3DDDI_OPENALLOCATIONINFO2 allocation;
	char runtime[8], total[6];
	D3DKMT_OPENRESOURCE open = { .hDevice = device,
		.hGlobalShare = global,
		.NumAllocations = 1,
		.pOpenAllocationInfo2 = &allocation,
		.pPrivateRuntimeData = runtime,
		.PrivateRuntimeDataSize = 8,
		.pTotalPrivateDriverDataBuffer = total,
		.TotalPrivateDriverDataBufferSize = 6 };
	assert_int_equal(global & 0x3f, 2);
	info.pPrivateRuntimeData = runtime;
	info.PrivateRuntimeDataSize = 8;
	memset(runtime, 0xcd, sizeof(runtime));
	assert_status(D3DKMTQueryResourceInfo(&info), OK);
	assert_int_equal(info.PrivateRuntimeDataSize, 8);
	assert_int_equal((unsigned char)runtime[0], 0xcd); /* only opening tells */
	for (int i = 0; i < 7; i++) {
		D3DKMT_OPENRESOURCE bad = open;
		bad.pResourcePrivateDriverData = total;
		if (i == 0)
			bad.NumAllocations = 0;
		else if (i == 1)
			bad.PrivateRuntimeDataSize++;
		else if (i == 2)
			bad.PrivateRuntimeDataSize--;
		else if (i == 3)
			bad.ResourcePrivateDriverDataSize++;
		else if (i == 4)
			bad.pTotalPrivateDriverDataBuffer = NULL;
		else if (i == 5)
			bad.pPrivateRuntimeData = NULL;
		else
			bad.pOpenAllocationInfo2 = NULL;
		assert_status(D3DKMTOpenResource2(&bad), INVALID);
	}
	assert_status(D3DKMTOpenResource2(&open), OK);
	assert_string_equal(runtime, "runtime");
	close_resource(device, r);
	assert_status(D3DKMTQueryResourceInfo(&info), OK);
	close_resource(device, open.hResource);
	assert_status(D3DKMTQueryResourceInfo(&info), INVALID);
	assert_status(D3DKMTOpenResource2(&open), INVALID);
	nt_only = make_resource(device, true, true, &global);
	assert_int_equal(global, 0);
	close_resource(device, nt_only);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = {
		{ "other-process", other_process },
		{ NULL, NULL },
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(handles_look_as_documented),
		cmocka_unit_test(keys_and_fences_follow_the_table),
		cmocka_unit_test(destroying_the_owner_abandons),
		cmocka_unit_test(timeouts_are_absolute_relative_or_none),
		cmocka_unit_test(private_data_goes_from_owner_to_owner),
		cmocka_unit_test(another_process_takes_turns),
		cmocka_unit_test(allocations_that_lack_data_make_nothing),
		cmocka_unit_test(standard_allocations_are_whole_pages),
		cmocka_unit_test(a_resource_takes_no_more_allocations),
		cmocka_unit_test(display_names_that_are_none_change_nothing),
		cmocka_unit_test(a_device_has_no_command_buffer),
		cmocka_unit_test(calls_that_want_a_driver_are_refused),
		cmocka_unit_test(only_some_sets_are_shared_as_one),
		cmocka_unit_test(an_nt_handle_keeps_its_objects),
		cmocka_unit_test(names_last_as_long_as_their_handles),
		cmocka_unit_test(long_names_differ_in_their_last_character),
		cmocka_unit_test(sync_objects_take_the_sharing_of_their_type),
		cmocka_unit_test(a_monitored_fence_is_never_lowered),
		cmocka_unit_test(a_fence_that_is_rewound_goes_on),
		cmocka_unit_test(a_resource_opens_by_its_global_handle),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
