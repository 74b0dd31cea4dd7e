/* SPDX-License-Identifier: MIT */
/* Devices, contexts, memory; streams are in fake_stream.c. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_driver.h"

#define GRANULARITY (2u << 20)
#define TRAILER	    4096
#define MAGIC	    UINT64_C(0x4144554345414b46)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fake_cuda_counts counts;

static struct {
	char name[48];
	unsigned left;
	CUresult error;
} failure;

void fake_cuda_fail(const char *name, unsigned nth, CUresult error)
{
	pthread_mutex_lock(&lock);
	snprintf(failure.name, sizeof(failure.name), "%s", name);
	failure.left = nth;
	failure.error = error;
	pthread_mutex_unlock(&lock);
}

CUresult fake_failure(const char *name)
{
	pthread_mutex_lock(&lock);
	CUresult r = failure.left && strcmp(failure.name, name) == 0 && --failure.left == 0
			     ? failure.error
			     : 0;
	pthread_mutex_unlock(&lock);
	if (r == -1)
		(void)kill(getpid(), SIGKILL);
	return r;
}

struct fake_cuda_counts fake_cuda_counts(void)
{
	pthread_mutex_lock(&lock);
	struct fake_cuda_counts now = counts;
	pthread_mutex_unlock(&lock);
	return now;
}

static int setting(const char *name, int otherwise)
{
	const char *text = getenv(name);
	return text ? atoi(text) : otherwise;
}

static int devices(void)
{
	return setting("FAKE_CUDA_DEVICES", 2);
}

CUresult cuInit(unsigned flags)
{
	FAIL_IF_TOLD();
	return devices() ? 0 : 100;
}

FAKE_API CUresult cuGetErrorString(CUresult error, const char **ret_text)
{
	*ret_text = error == 2 ? "out of memory" : "an error of the stand-in";
	return 0;
}

FAKE_API CUresult cuDriverGetVersion(int *ret_version)
{
	FAIL_IF_TOLD();
	*ret_version = 12000;
	return 0;
}

FAKE_API CUresult cuDeviceGetCount(int *ret_count)
{
	FAIL_IF_TOLD();
	*ret_count = devices();
	return 0;
}

FAKE_API CUresult cuDeviceGet(int *ret_device, int ordinal)
{
	FAIL_IF_TOLD();
	if (ordinal < 0 || ordinal >= devices())
		return 101;
	*ret_device = ordinal;
	return 0;
}

FAKE_API CUresult cuDeviceGetName(char *ret_name, int size, int device)
{
	FAIL_IF_TOLD();
	snprintf(ret_name, (size_t)size, "stand-in %d", device);
	return 0;
}

FAKE_API CUresult cuDeviceGetUuid(void *ret_uuid, int device)
{
	unsigned char uuid[16] = { 0xfa, 0x4e, (unsigned char)setting("FAKE_CUDA_HIDE", 0) };
	FAIL_IF_TOLD();
	uuid[15] = (unsigned char)device;
	memcpy(ret_uuid, uuid, sizeof(uuid));
	return 0;
}

FAKE_API CUresult cuDeviceGetAttribute(int *ret_value, int attribute, int device)
{
	FAIL_IF_TOLD();
	(void)device;
	*ret_value = attribute == 122 || attribute == 103;
	return 0;
}

FAKE_API CUresult cuDeviceCanAccessPeer(int *ret_can, int device, int peer)
{
	FAIL_IF_TOLD();
	*ret_can = device != peer && setting("FAKE_CUDA_PEERS", 1);
	return 0;
}

/* Primary contexts, one a device. */
struct CUctx_st {
	int device;
};
static struct CUctx_st contexts[16];
static _Thread_local CUcontext stack[16];
static _Thread_local int depth;

CUcontext fake_current(void)
{
	return depth ? stack[depth - 1] : NULL;
}

static void count(unsigned *what, int by)
{
	pthread_mutex_lock(&lock);
	*what += (unsigned)by;
	pthread_mutex_unlock(&lock);
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *ret_ctx, int device)
{
	FAIL_IF_TOLD();
	if (device < 0 || device >= devices())
		return 101;
	contexts[device].device = device;
	*ret_ctx = &contexts[device];
	count(&counts.retained, 1);
	return 0;
}

FAKE_API CUresult cuDevicePrimaryCtxRelease_v2(int device)
{
	count(&counts.retained, -1);
	FAIL_IF_TOLD();
	return device < 0 || device >= devices();
}

CUresult cuCtxSetCurrent(CUcontext ctx)
{
	depth = depth ? depth : 1;
	stack[depth - 1] = ctx;
	return 0;
}

FAKE_API CUresult cuCtxGetCurrent(CUcontext *ret_ctx)
{
	FAIL_IF_TOLD();
	*ret_ctx = fake_current();
	return 0;
}

FAKE_API CUresult cuCtxPushCurrent_v2(CUcontext ctx)
{
	FAIL_IF_TOLD();
	if (depth == 16)
		return 1;
	stack[depth++] = ctx;
	pthread_mutex_lock(&lock);
	counts.pushed++;
	pthread_mutex_unlock(&lock);
	return 0;
}

FAKE_API CUresult cuCtxPopCurrent_v2(CUcontext *ret_ctx)
{
	FAIL_IF_TOLD();
	if (!depth)
		return 201;
	*ret_ctx = stack[--depth];
	pthread_mutex_lock(&lock);
	counts.pushed--;
	pthread_mutex_unlock(&lock);
	return 0;
}

FAKE_API CUresult cuCtxGetDevice(int *ret_device)
{
	FAIL_IF_TOLD();
	if (!fake_current())
		return 201;
	*ret_device = fake_current()->device;
	return 0;
}

/* Memory: a memfd with one page more, which says what it is. */
struct prop {
	int type, handle_types, location_type, location_id;
	void *win32;
	unsigned char flags[8];
};

struct trailer {
	uint64_t magic, size;
	int device;
};

struct handle {
	int fd;
	struct trailer trailer;
};

FAKE_API CUresult cuMemGetAllocationGranularity(
	size_t *ret_granularity, const struct prop *prop, int option)
{
	FAIL_IF_TOLD();
	(void)option;
	if (prop->type != 1 || prop->location_type != 1)
		return 1;
	*ret_granularity = GRANULARITY;
	return 0;
}

static CUresult new_handle(int fd, const struct trailer *trailer, unsigned long long *ret_handle)
{
	struct handle *handle = calloc(1, sizeof(*handle));
	if (!handle)
		return 2;
	*handle = (struct handle){ fd, *trailer };
	pthread_mutex_lock(&lock);
	counts.handles++;
	pthread_mutex_unlock(&lock);
	*ret_handle = (uintptr_t)handle;
	return 0;
}

FAKE_API CUresult cuMemCreate(unsigned long long *ret_handle, size_t size, const struct prop *prop,
	unsigned long long flags)
{
	struct trailer trailer = { MAGIC, size, prop->location_id };
	FAIL_IF_TOLD();
	if (flags || prop->type != 1 || prop->handle_types != 1 || prop->location_type != 1 ||
		prop->location_id >= devices() || !size || size % GRANULARITY)
		return 1;
	int fd = memfd_create("fake-cuda", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return 2;
	if (ftruncate(fd, (off_t)(size + TRAILER)) ||
		pwrite(fd, &trailer, sizeof(trailer), (off_t)size) != sizeof(trailer) ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW)) {
		close(fd);
		return 2;
	}
	return new_handle(fd, &trailer, ret_handle);
}

FAKE_API CUresult cuMemRelease(unsigned long long number)
{
	struct handle *handle = (struct handle *)(uintptr_t)number;
	close(handle->fd);
	free(handle);
	pthread_mutex_lock(&lock);
	counts.handles--;
	pthread_mutex_unlock(&lock);
	FAIL_IF_TOLD();
	return 0;
}

FAKE_API CUresult cuMemExportToShareableHandle(
	void *ret_shareable, unsigned long long number, int type, unsigned long long flags)
{
	const struct handle *handle = (const struct handle *)(uintptr_t)number;
	FAIL_IF_TOLD();
	if (type != 1 || flags)
		return 1;
	int fd = fcntl(handle->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return 304;
	*(int *)ret_shareable = fd;
	return 0;
}

FAKE_API CUresult cuMemImportFromShareableHandle(
	unsigned long long *ret_handle, void *shareable, int type)
{
	struct trailer trailer = { 0 };
	struct stat st;
	FAIL_IF_TOLD();
	int fd = (int)(intptr_t)shareable;
	if (type != 1 || fstat(fd, &st) || st.st_size < TRAILER ||
		pread(fd, &trailer, sizeof(trailer), st.st_size - TRAILER) != sizeof(trailer) ||
		trailer.magic != MAGIC || (off_t)trailer.size != st.st_size - TRAILER)
		return 1;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? 304 : new_handle(fd, &trailer, ret_handle);
}

FAKE_API CUresult cuMemGetAllocationPropertiesFromHandle(
	struct prop *ret_prop, unsigned long long number)
{
	const struct handle *handle = (const struct handle *)(uintptr_t)number;
	FAIL_IF_TOLD();
	*ret_prop = (struct prop){ 1, 1, 1, handle->trailer.device, NULL, { 0 } };
	return 0;
}

FAKE_API CUresult cuMemAddressReserve(CUdeviceptr *ret_ptr, size_t size, size_t alignment,
	CUdeviceptr address, unsigned long long flags)
{
	FAIL_IF_TOLD();
	if (!size || size % GRANULARITY || alignment % GRANULARITY || address || flags)
		return 1;
	void *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return 2;
	pthread_mutex_lock(&lock);
	counts.mappings++;
	pthread_mutex_unlock(&lock);
	*ret_ptr = (uintptr_t)p;
	return 0;
}

FAKE_API CUresult cuMemAddressFree(CUdeviceptr ptr, size_t size)
{
	munmap((void *)(uintptr_t)ptr, size);
	pthread_mutex_lock(&lock);
	counts.mappings--;
	pthread_mutex_unlock(&lock);
	FAIL_IF_TOLD();
	return 0;
}

FAKE_API CUresult cuMemMap(CUdeviceptr ptr, size_t size, size_t offset, unsigned long long number,
	unsigned long long flags)
{
	const struct handle *handle = (const struct handle *)(uintptr_t)number;
	FAIL_IF_TOLD();
	if (offset || flags || size > handle->trailer.size)
		return 1;
	void *p = mmap(
		(void *)(uintptr_t)ptr, size, PROT_NONE, MAP_SHARED | MAP_FIXED, handle->fd, 0);
	return p == MAP_FAILED ? 2 : 0;
}

FAKE_API CUresult cuMemUnmap(CUdeviceptr ptr, size_t size)
{
	void *p = mmap((void *)(uintptr_t)ptr, size, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	FAIL_IF_TOLD();
	return p == MAP_FAILED ? 1 : 0;
}

FAKE_API CUresult cuMemSetAccess(CUdeviceptr ptr, size_t size, const void *access, size_t count)
{
	FAIL_IF_TOLD();
	if (!access || count != 1)
		return 1;
	return mprotect((void *)(uintptr_t)ptr, size, PROT_READ | PROT_WRITE) ? 1 : 0;
}

/* Memory of another interface's: a file that is at least as large as is said. */
struct external_desc {
	int type;
	union {
		int fd;
		void *others[2];
	} handle;
	unsigned long long size;
	unsigned flags, reserved[16];
};

struct external_buffer {
	unsigned long long offset, size;
	unsigned flags, reserved[16];
};

struct external {
	int fd;
	size_t size;
	void *mapped;
};
static struct external externals[16]; /* size 0: none */

FAKE_API CUresult cuImportExternalMemory(
	struct external **ret_memory, const struct external_desc *desc)
{
	struct stat st;
	FAIL_IF_TOLD();
	if (!fake_current())
		return 201;
	if (desc->type != 1 || desc->flags || !desc->size || fstat(desc->handle.fd, &st) ||
		st.st_size < (off_t)desc->size)
		return 1;
	for (size_t i = 0; i < 16; i++)
		if (!externals[i].size) {
			externals[i] = (struct external){ desc->handle.fd, desc->size, NULL };
			*ret_memory = &externals[i];
			count(&counts.external, 1);
			return 0;
		}
	return 2;
}

FAKE_API CUresult cuExternalMemoryGetMappedBuffer(
	CUdeviceptr *ret_ptr, struct external *memory, const struct external_buffer *buffer)
{
	FAIL_IF_TOLD();
	if (!fake_current())
		return 201;
	if (buffer->flags || buffer->offset || buffer->size > memory->size || memory->mapped)
		return 1;
	void *p = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);
	if (p == MAP_FAILED)
		return 2;
	memory->mapped = p;
	*ret_ptr = (uintptr_t)p;
	count(&counts.mappings, 1);
	return 0;
}

FAKE_API CUresult cuMemFree_v2(CUdeviceptr ptr)
{
	for (size_t i = 0; i < 16; i++)
		if (externals[i].size && (uintptr_t)externals[i].mapped == ptr) {
			munmap(externals[i].mapped, externals[i].size);
			externals[i].mapped = NULL;
			count(&counts.mappings, -1);
		}
	FAIL_IF_TOLD();
	return fake_current() ? 0 : 201;
}

/* What is still mapped stays. */
FAKE_API CUresult cuDestroyExternalMemory(struct external *memory)
{
	if (memory->mapped)
		return 1;
	close(memory->fd);
	memory->size = 0;
	count(&counts.external, -1);
	FAIL_IF_TOLD();
	return fake_current() ? 0 : 201;
}

/* Host memory that streams may use. */
static struct range {
	uintptr_t begin, end;
} ranges[256];

static bool writable(uintptr_t at)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512], may[5];
	unsigned long begin, end;
	bool found = false;
	while (maps && !found && fgets(line, sizeof(line), maps))
		found = sscanf(line, "%lx-%lx %4s", &begin, &end, may) == 3 && begin <= at &&
			at < end && may[1] == 'w';
	if (maps)
		fclose(maps);
	return found;
}

bool fake_registered(CUdeviceptr ptr)
{
	bool found = false;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < 256; i++)
		found |= ranges[i].begin <= ptr && ptr + 8 <= ranges[i].end;
	pthread_mutex_unlock(&lock);
	return found;
}

static CUresult add_range_locked(uintptr_t begin, uintptr_t end)
{
	struct range *room = NULL;
	for (size_t i = 0; i < 256; i++) {
		if (ranges[i].begin < end && begin < ranges[i].end)
			return 712;
		if (!ranges[i].end)
			room = &ranges[i];
	}
	if (!room)
		return 2;
	*room = (struct range){ begin, end };
	counts.registered++;
	return 0;
}

FAKE_API CUresult cuMemHostRegister_v2(void *address, size_t size, unsigned flags)
{
	FAIL_IF_TOLD();
	if (!fake_current())
		return 201;
	if (!(flags & 8) && !writable((uintptr_t)address))
		return 1;
	pthread_mutex_lock(&lock);
	CUresult r = add_range_locked((uintptr_t)address, (uintptr_t)address + size);
	pthread_mutex_unlock(&lock);
	return r;
}

FAKE_API CUresult cuMemHostUnregister(void *address)
{
	CUresult r = 713;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < 256; i++)
		if (ranges[i].end && ranges[i].begin == (uintptr_t)address) {
			ranges[i] = (struct range){ 0, 0 };
			counts.registered--;
			r = 0;
		}
	pthread_mutex_unlock(&lock);
	FAIL_IF_TOLD();
	return r;
}

FAKE_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *ret_ptr, void *address, unsigned flags)
{
	FAIL_IF_TOLD();
	if (flags || !fake_registered((uintptr_t)address))
		return 1;
	*ret_ptr = (uintptr_t)address;
	return 0;
}
