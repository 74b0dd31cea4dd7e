/* SPDX-License-Identifier: MIT */
/*
 * What a hostile member can leave in a domain's file before others join and look. The input is a
 * list of changes to the file of a small domain with one object of each kind:
 *
 *	u8 region, u16 offset, u8 length, then length bytes
 *
 * Then it is joined, read-only so that no thread is needed, and everything is looked at and opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

#include "shm/layout.h"

static unsigned char *pattern; /* the file as an honest member leaves it */
static struct xfi_layout layout;
static volatile unsigned char seen; /* so that reading surface memory is not left out */

static void make_objects(struct xf_domain *d)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_NV12
	};
	/* Never closed: the pattern is a domain with a member. */
	static struct xf_event *event;
	static struct xf_timeline *timeline;
	static struct xf_keyed_mutex *mutex;
	static struct xf_surface *surface;
	static struct xf_pool *pool;
	if (xf_event_create(d, XF_EVENT_MANUAL_RESET, "event", &event) ||
		xf_timeline_create(d, 5, XF_TIMELINE_OWNED, "timeline", &timeline) ||
		xf_keyed_mutex_create(d, 1, "mutex", &mutex) ||
		xf_surface_create(d, &desc, 0, &surface) ||
		xf_pool_create(d, &desc, 2, XF_SURFACE_KEYED, "pool", &pool))
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct xf_domain_params params = {
		.size = sizeof(params), .max_objects = 64, .payload_bytes = 1 << 14
	};
	struct xfi_geometry geometry;
	static struct xf_domain *d;
	int fd;
	(void)argc;
	(void)argv;
	if (xf_domain_create(&params, &d) || xf_domain_export(d, 0, &fd))
		abort();
	make_objects(d);
	if (pread(fd, &geometry, sizeof(geometry), 0) != sizeof(geometry) ||
		xfi_layout(&geometry, &layout))
		abort();
	pattern = malloc(layout.end);
	if (!pattern || pread(fd, pattern, layout.end, 0) != (ssize_t)layout.end)
		abort();
	close(fd);
	return 0;
}

static void change(unsigned char *file, const unsigned char *data, size_t size)
{
	const uint64_t regions[] = { 0, layout.members, layout.lifelines, layout.buckets,
		layout.touched, layout.used, layout.slots, layout.slots + 1024, layout.directory };
	while (size > 4) {
		uint64_t at = regions[data[0] % (sizeof(regions) / sizeof(regions[0]))] +
			      (data[1] | (unsigned)data[2] << 8) % 2048;
		size_t length = data[3] < size - 4 ? data[3] : size - 4;
		if (at < layout.payload && length <= layout.payload - at)
			memcpy(file + at, data + 4, length);
		data += 4 + length;
		size -= 4 + length;
	}
}

static int see_member(const struct xf_member_info *info, void *arg)
{
	(void)arg;
	if (!memchr(info->name, 0, sizeof(info->name)))
		abort();
	return 0;
}

static void open_surface(struct xf_domain *d, xf_id id)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_keyed_mutex *mutex;
	struct xf_surface *s;
	uint64_t size;
	void *bytes;
	if (xf_surface_open(d, id, &s))
		return;
	xf_surface_desc(s, &desc, &size);
	(void)xf_surface_mutex(s, &mutex);
	if (xf_surface_begin(s, XF_ACCESS_READ, &bytes) == 0) {
		for (uint64_t i = 0; i < size; i += 512)
			seen ^= ((volatile unsigned char *)bytes)[i];
		seen ^= ((volatile unsigned char *)bytes)[size - 1];
		(void)xf_surface_end(s);
	}
	xf_surface_close(s);
}

static int see_object(const struct xf_object_info *info, void *arg)
{
	struct xf_domain *d = arg;
	struct xf_event *event;
	struct xf_timeline *timeline;
	struct xf_keyed_mutex *mutex;
	struct xf_pool *pool;
	if (!memchr(info->label, 0, sizeof(info->label)) ||
		!memchr(info->owner_name, 0, sizeof(info->owner_name)))
		abort();
	if (xf_event_open(d, info->id, &event) == 0) {
		(void)xf_event_wait(event, 0);
		xf_event_close(event);
	}
	if (xf_timeline_open(d, info->id, &timeline) == 0) {
		(void)xf_timeline_wait(timeline, 6, 0);
		xf_timeline_close(timeline);
	}
	if (xf_keyed_mutex_open(d, info->id, &mutex) == 0) {
		(void)xf_keyed_mutex_acquire(mutex, 1, 0, NULL);
		xf_keyed_mutex_close(mutex);
	}
	if (xf_pool_open(d, info->id, &pool) == 0) {
		for (uint32_t i = 0; i < xf_pool_count(pool); i++)
			seen ^= (unsigned char)(uintptr_t)xf_pool_surface(pool, i);
		xf_pool_close(pool);
	}
	open_surface(d, info->id);
	return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char path[40];
	struct xf_domain *d;
	struct xf_domain_info info = { .size = sizeof(info) };
	xf_id id;
	int fd = memfd_create("fuzz", MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, (off_t)layout.end))
		abort();
	unsigned char *file = mmap(NULL, layout.end, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file == MAP_FAILED)
		abort();
	memcpy(file, pattern, layout.end);
	change(file, data, size);
	munmap(file, layout.end);
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int look = open(path, O_RDONLY | O_CLOEXEC);
	if (look >= 0 && xf_domain_join(look, &d) == 0) {
		(void)xf_inspect_domain(d, &info);
		(void)xf_inspect_members(d, see_member, NULL);
		(void)xf_inspect_objects(d, see_object, d);
		(void)xf_domain_find(d, XF_POOL, "pool", &id);
		(void)xf_domain_find(d, XF_ANY, "nothing", &id);
		xf_domain_leave(d);
	}
	close(look);
	close(fd);
	return 0;
}
