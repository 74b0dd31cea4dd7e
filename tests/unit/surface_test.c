/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "harness.h"

static struct xf_surface_desc desc_of(uint32_t width, uint32_t height, uint32_t fourcc)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = width,
		.height_px = height,
		.fourcc = fourcc };
}

static void layouts_are_computed(void **state)
{
	struct xf_surface_desc rgba = desc_of(1920, 1080, XF_FORMAT_ABGR8888);
	struct xf_surface_desc nv12 = desc_of(101, 51, XF_FORMAT_NV12);
	struct xf_surface_desc raw = desc_of(1000000, 1, XF_FORMAT_RAW);
	uint64_t size;
	assert_int_equal(xf_surface_layout(&rgba, &size), 0);
	assert_int_equal(rgba.n_planes, 1);
	assert_int_equal(rgba.planes[0].stride_bytes, 7680);
	assert_int_equal(size, 7680 * 1080);
	assert_int_equal(xf_surface_layout(&nv12, &size), 0);
	assert_int_equal(nv12.n_planes, 2);
	assert_int_equal(nv12.planes[0].stride_bytes, 128);
	assert_int_equal(nv12.planes[1].offset_bytes, 128 * 52); /* whole pairs of rows */
	assert_int_equal(nv12.planes[1].stride_bytes, 128); /* 51 pairs of bytes */
	assert_int_equal(size, 128 * 52 + 25 * 128 + 102);
	assert_int_equal(xf_surface_layout(&raw, &size), 0);
	assert_int_equal(size, 1000000);
}

static void impossible_layouts_are_refused(void **state)
{
	struct xf_surface_desc bad[] = {
		desc_of(0, 10, XF_FORMAT_R8), desc_of(10, 0, XF_FORMAT_R8),
		desc_of(32769, 10, XF_FORMAT_R8), desc_of(10, 10, XF_FOURCC('?', '?', '?', '?')),
		desc_of(10, 10, XF_FORMAT_R8), /* size */
		desc_of(100, 10, XF_FORMAT_R8), /* stride below a row */
		desc_of(100, 10, XF_FORMAT_NV12), /* planes overlap */
		desc_of(100, 10, XF_FORMAT_R8), /* five planes */
		desc_of(10, 2, XF_FORMAT_RAW),
		desc_of(10, 10, XF_FORMAT_R8), /* room for less than all rows */
		desc_of(10, 10, XF_FORMAT_R8), /* or for more than there may be */
	};
	uint64_t size = 77;
	bad[4].size = 8;
	bad[5].n_planes = 1;
	bad[5].planes[0].stride_bytes = 99;
	bad[6].n_planes = 2;
	bad[6].planes[0].stride_bytes = bad[6].planes[1].stride_bytes = 128;
	bad[6].planes[1].offset_bytes = 1000;
	bad[7].n_planes = 5;
	bad[9].padded_height_px = 9;
	bad[10].padded_height_px = XF_SIZE_MAX_PX + 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(xf_surface_layout(&bad[i], &size), -EINVAL);
	struct xf_surface_desc exact = desc_of(10, 10, XF_FORMAT_R8);
	exact.padded_height_px = 10;
	uint64_t exact_size;
	assert_int_equal(xf_surface_layout(&exact, &exact_size), 0);
	struct xf_surface_desc large = desc_of(32768, 32768, XF_FORMAT_ABGR8888);
	assert_int_equal(xf_surface_layout(&large, &size), -EOVERFLOW);
	struct xf_surface_desc stride = desc_of(10, 1000, XF_FORMAT_R8);
	stride.n_planes = 1;
	stride.planes[0].stride_bytes = UINT32_MAX;
	assert_int_equal(xf_surface_layout(&stride, &size), -EOVERFLOW);
	assert_int_equal(size, 77);
}

static int check_and_answer(struct xf_domain *domain, xf_id id)
{
	struct xf_surface *surface;
	struct xf_keyed_mutex *mutex;
	uint8_t *pixels;
	if (xf_surface_open(domain, id, &surface) || xf_surface_mutex(surface, &mutex))
		return 1;
	if (xf_surface_begin(surface, XF_ACCESS_READ, (void **)&pixels) != -EPERM)
		return 2;
	if (xf_keyed_mutex_acquire(mutex, 1, patience(5000), NULL) ||
		xf_surface_begin(surface, XF_ACCESS_READ | XF_ACCESS_WRITE, (void **)&pixels))
		return 3;
	if (pixels[0] != 0x11 || pixels[64 * 15] != 0x22)
		return 4;
	pixels[1] = 0x33;
	return xf_surface_end(surface) || xf_keyed_mutex_release(mutex, 2, 0);
}

static void keyed_memory_is_given_to_the_holder_only(void **state)
{
	needs_processes();
	struct xf_surface_desc desc = desc_of(16, 16, XF_FORMAT_ABGR8888);
	struct xf_surface *surface;
	struct xf_keyed_mutex *mutex;
	uint8_t *pixels;
	assert_int_equal(xf_surface_create(*state, &desc, XF_SURFACE_KEYED, &surface), 0);
	assert_int_equal(xf_surface_mutex(surface, &mutex), 0);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE, (void **)&pixels), -EPERM);
	assert_int_equal(xf_surface_end(surface), -EPERM);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE, (void **)&pixels), 0);
	for (int i = 0; i < 64 * 16; i++)
		assert_int_equal(pixels[i], 0);
	pixels[0] = 0x11;
	pixels[64 * 15] = 0x22;
	assert_int_equal(xf_surface_end(surface), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 1, 0), 0);
	pid_t child = in_child(*state, xf_surface_id(surface), check_and_answer);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 2, patience(5000), NULL), 0);
	assert_int_equal(wait_child(child), 0);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, (void **)&pixels), 0);
	assert_int_equal(pixels[1], 0x33);
	assert_int_equal(xf_surface_end(surface), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 0, 0), 0);
	xf_surface_close(surface);
}

/* Who may write goes on writing while the same handle is read as well, in a function called
 * meanwhile. */
static void reading_within_writing_takes_nothing_away(void **state)
{
	struct xf_surface_desc desc = desc_of(16, 16, XF_FORMAT_ABGR8888);
	struct xf_surface *surface;
	uint8_t *written, *read;
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), 0);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE, (void **)&written), 0);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, (void **)&read), 0);
	written[3] = 0x44;
	assert_ptr_equal(read, written);
	assert_int_equal(xf_surface_end(surface), 0);
	written[4] = 0x55;
	assert_int_equal(xf_surface_end(surface), 0);
	xf_surface_close(surface);
}

/* Room is given back with the surface, reads as zero again, and runs out where it should. */
static void payload_is_reused(void **state)
{
	struct xf_domain_params params = { .size = sizeof(params), .payload_bytes = 1 << 20 };
	struct xf_surface_desc desc = desc_of(400000, 1, XF_FORMAT_RAW);
	struct xf_surface *a, *b, *c;
	struct xf_domain *small;
	uint8_t *bytes;
	assert_int_equal(xf_domain_create(&params, &small), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(xf_surface_create(small, &desc, 0, &a), 0);
		assert_int_equal(xf_surface_create(small, &desc, 0, &b), 0);
		assert_int_equal(xf_surface_create(small, &desc, 0, &c), -ENOSPC);
		assert_int_equal(xf_surface_begin(b, XF_ACCESS_WRITE, (void **)&bytes), 0);
		for (int k = 0; k < 400000; k += 4096)
			assert_int_equal(bytes[k], 0);
		memset(bytes, 0xff, 400000);
		assert_int_equal(xf_surface_end(b), 0);
		xf_surface_close(a);
		xf_surface_close(b);
	}
	xf_domain_leave(small);
}

static void imported_memory_travels_by_socket(void **state)
{
	struct xf_surface_desc desc = desc_of(64, 64, XF_FORMAT_R8),
			       seen = { .size = sizeof(seen) };
	struct xf_surface *surface, *received;
	uint8_t *a, *b;
	uint64_t size, offset;
	int pair[2], fd, memory = memfd_create("pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(memory, 8192), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(xf_surface_import(*state, &desc, memory, 8192, 0, &surface), -EINVAL);
	assert_int_equal(xf_surface_import(*state, &desc, memory, 100, 0, &surface), -EINVAL);
	assert_int_equal(xf_surface_import(*state, &desc, -1, 0, 0, &surface), -EBADF);
	assert_int_equal(xf_surface_import(*state, &desc, memory, 4096, 0, &surface), 0);
	assert_int_equal(xf_surface_open(*state, xf_surface_id(surface), &received), -ENOTCONN);
	/* What could still shrink would fault in the receiver's hands. */
	assert_int_equal(xf_surface_send(surface, pair[0]), 0);
	assert_int_equal(xf_surface_recv(*state, pair[1], &received), -EPROTO);
	assert_int_equal(fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	assert_int_equal(xf_surface_send(surface, pair[0]), 0);
	assert_int_equal(xf_surface_recv(*state, pair[1], &received), 0);
	xf_surface_desc(received, &seen, &size);
	assert_int_equal(seen.width_px, 64);
	assert_int_equal(size, 4096);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE, (void **)&a), 0);
	assert_int_equal(xf_surface_begin(received, XF_ACCESS_READ, (void **)&b), 0);
	a[5] = 9;
	assert_int_equal(b[5], 9);
	assert_int_equal(xf_surface_export(received, &fd, &offset), 0);
	assert_int_equal(offset, 4096);
	close(fd);
	assert_int_equal(write(pair[0], "nonsense that is no surface", 24), 24);
	struct xf_surface *none;
	assert_int_equal(xf_surface_recv(*state, pair[1], &none), -EPROTO);
	close(pair[0]);
	assert_int_equal(xf_surface_recv(*state, pair[1], &none), -ECONNRESET);
	close(pair[1]);
	close(memory);
	xf_surface_close(received);
	xf_surface_close(surface);
}

static void a_reader_cannot_write(void **state)
{
	struct xf_surface_desc desc = desc_of(64, 64, XF_FORMAT_R8);
	struct xf_surface *surface, *seen;
	struct xf_domain *reader;
	void *data;
	int fd;
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), 0);
	assert_int_equal(xf_domain_export(*state, XF_OPEN_LOOK_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &reader), 0);
	close(fd);
	assert_int_equal(xf_surface_open(reader, xf_surface_id(surface), &seen), 0);
	assert_int_equal(xf_surface_begin(seen, XF_ACCESS_WRITE, &data), -EACCES);
	assert_int_equal(xf_surface_begin(seen, XF_ACCESS_READ, &data), 0);
	assert_int_equal(mprotect(data, 4096, PROT_READ | PROT_WRITE), -1); /* nor by force */
	xf_surface_close(seen);
	xf_domain_leave(reader);
	xf_surface_close(surface);
}

/* The shortest time that making a small surface takes, of many: others' load does not count. */
static int64_t time_to_make(struct xf_domain *d)
{
	struct xf_surface_desc desc = desc_of(16, 16, XF_FORMAT_R8);
	int64_t shortest = INT64_MAX;
	for (int i = 0; i < 200; i++) {
		struct xf_surface *s;
		int64_t start = xf_now();
		assert_int_equal(xf_surface_create(d, &desc, 0, &s), 0);
		int64_t took = xf_now() - start;
		xf_surface_close(s);
		shortest = took < shortest ? took : shortest;
	}
	return shortest;
}

/* Among a million objects, and among tens of thousands of surfaces, as among ten. */
static void making_one_costs_the_same_among_many(void **state)
{
	enum { EVENTS = 900000, SURFACES = 20000 };
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = XF_OBJECTS_MAX };
	struct xf_surface_desc desc = desc_of(16, 16, XF_FORMAT_R8);
	struct xf_domain *d;
	struct xf_event **events = calloc(EVENTS, sizeof(struct xf_event *));
	struct xf_surface **surfaces = calloc(SURFACES, sizeof(struct xf_surface *));
	assert_true(events && surfaces);
	assert_int_equal(xf_domain_create(&params, &d), 0);
	int64_t among_few = time_to_make(d);
	for (int i = 0; i < SURFACES; i++)
		assert_int_equal(xf_surface_create(d, &desc, 0, &surfaces[i]), 0);
	int64_t among_surfaces = time_to_make(d);
	for (int i = 0; i < EVENTS; i++)
		assert_int_equal(xf_event_create(d, 0, NULL, &events[i]), 0);
	int64_t among_all = time_to_make(d);
	print_message("a surface: %lld ns among few, %lld among %d, %lld among %d and %d others\n",
		(long long)among_few, (long long)among_surfaces, SURFACES, (long long)among_all,
		SURFACES, EVENTS);
	/*
	 * Looking at all of them would take 70 times as long among the surfaces, 900 among all;
	 * other programs alone may make it 3. A sanitizer keeps books of its own for each page that
	 * is touched.
	 */
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
	assert_true(among_surfaces < 20 * among_few && among_all < 20 * among_few);
#else
	assert_true(among_surfaces < 50 * among_few && among_all < 50 * among_few);
#endif
	for (int i = 0; i < SURFACES; i++)
		xf_surface_close(surfaces[i]);
	for (int i = 0; i < EVENTS; i++)
		xf_event_close(events[i]);
	free(surfaces);
	free(events);
	xf_domain_leave(d);
}

/* Room comes back wherever it is, and surfaces never share any. */
static void room_is_found_again(void **state)
{
	enum { PAGES = 64 };
	struct xf_domain_params params = { .size = sizeof(params), .payload_bytes = PAGES * 4096 };
	struct xf_surface_desc desc = desc_of(4096, 1, XF_FORMAT_RAW);
	struct xf_surface *all[PAGES], *more;
	struct xf_domain *d;
	void *data;
	assert_int_equal(xf_domain_create(&params, &d), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(xf_surface_create(d, &desc, 0, &all[i]), 0);
	for (unsigned round = 0; round < 1000; round++) {
		unsigned i = round * 37 % (PAGES - 2), pages = 1 + round % 3;
		assert_int_equal(xf_surface_create(d, &desc, 0, &more), -ENOSPC);
		for (unsigned k = 0; k < pages; k++)
			xf_surface_close(all[i + k]);
		for (unsigned k = 0; k < pages; k++)
			assert_int_equal(xf_surface_create(d, &desc, 0, &all[i + k]), 0);
	}
	for (int i = 0; i < PAGES; i++) {
		assert_int_equal(xf_surface_begin(all[i], XF_ACCESS_WRITE, &data), 0);
		assert_int_equal(*(int *)data, 0); /* nobody else's */
		*(int *)data = i + 1;
		assert_int_equal(xf_surface_end(all[i]), 0);
	}
	for (int i = 0; i < PAGES; i++)
		xf_surface_close(all[i]);
	desc.width_px = PAGES * 4096;
	assert_int_equal(xf_surface_create(d, &desc, 0, &more), 0);
	xf_surface_close(more);
	xf_domain_leave(d);
}

/* A pool's are called by it as long as it is there, and never by what has its place then. */
static void names_of_a_pool_end_with_it(void **state)
{
	struct xf_surface_desc desc = desc_of(64, 64, XF_FORMAT_R8);
	struct xf_pool *pool, *others[32]; /* one of which has its place */
	struct xf_surface *kept;
	xf_id id;
	assert_int_equal(xf_pool_create(*state, &desc, 2, 0, "cam", &pool), 0);
	assert_int_equal(xf_domain_find(*state, XF_SURFACE, "cam[1]", &id), 0);
	assert_int_equal(id, xf_surface_id(xf_pool_surface(pool, 1)));
	assert_int_equal(xf_surface_open(*state, id, &kept), 0);
	xf_pool_close(pool);
	assert_int_equal(xf_domain_find(*state, XF_SURFACE, "cam[1]", &id), -ENOENT);
	for (int i = 0; i < 32; i++) {
		assert_int_equal(xf_pool_create(*state, &desc, 1, 0, "cam", &others[i]), 0);
		assert_int_equal(xf_domain_find(*state, XF_SURFACE, "cam[0]", &id), 0);
		assert_int_equal(xf_domain_find(*state, XF_SURFACE, "cam[1]", &id), -ENOENT);
	}
	for (int i = 0; i < 32; i++)
		xf_pool_close(others[i]);
	xf_surface_close(kept);
}

/* By the label of its description, which other members see; sent or opened. */
static void labels_are_found(void **state)
{
	struct xf_surface_desc desc = desc_of(64, 64, XF_FORMAT_R8),
			       seen = { .size = sizeof(seen) };
	struct xf_surface *plain, *keyed, *same;
	struct xf_object_info info = { .size = sizeof(info) };
	struct xf_timeline *changes;
	uint64_t before, after;
	xf_id id;
	assert_int_equal(xf_domain_changes(*state, XF_CHANGE_OBJECTS, &changes), 0);
	assert_int_equal(xf_timeline_value(changes, &before), 0);
	assert_int_equal(xf_surface_create(*state, &desc, 0, &plain), 0);
	assert_int_equal(xf_domain_find(*state, XF_SURFACE, "mask", &id), -ENOENT);
	assert_int_equal(xf_timeline_value(changes, &after), 0);
	assert_int_equal(after, before);
	strcpy(desc.label, "mask");
	assert_int_equal(xf_surface_create(*state, &desc, XF_SURFACE_KEYED, &keyed), 0);
	assert_int_equal(xf_timeline_value(changes, &after), 0);
	assert_int_equal(after, before + 1);
	assert_int_equal(xf_domain_find(*state, XF_SURFACE, "mask", &id), 0);
	assert_int_equal(id, xf_surface_id(keyed));
	assert_int_equal(xf_domain_find(*state, XF_ANY, "mask", &id), 0);
	assert_int_equal(id, xf_surface_id(keyed));
	assert_int_equal(xf_surface_open(*state, id, &same), 0);
	xf_surface_desc(same, &seen, NULL);
	assert_string_equal(seen.label, "mask");
	assert_int_equal(xf_inspect_object(*state, id, &info), 0);
	assert_string_equal(info.label, "mask");
	xf_surface_desc(plain, &seen, NULL);
	assert_string_equal(seen.label, "");
	xf_surface_close(plain);
	xf_surface_close(same);
	xf_surface_close(keyed);
	assert_int_equal(xf_domain_find(*state, XF_SURFACE, "mask", &id), -ENOENT);
	memset(desc.label, 'x', sizeof(desc.label));
	assert_int_equal(xf_surface_create(*state, &desc, 0, &plain), -EINVAL);
	xf_timeline_close(changes);
}

/* The producer's bytes, in each use its own, alike with a mutex and with a sync object. */
static void data_travels_with_the_surface(void **state)
{
	/* Whole pages, so that nothing is left of the last one. */
	struct xf_surface_desc desc = desc_of(4096, 2, XF_FORMAT_R8);
	struct xf_surface *surface, *reader;
	struct xf_keyed_mutex *mutex, *readers_mutex;
	struct xf_sync *sync, *readers_sync;
	char *pixels, got[XF_SURFACE_DATA_MAX + 1];
	size_t size;
	assert_int_equal(xf_surface_create(*state, &desc, XF_SURFACE_SYNC, &surface), 0);
	assert_int_equal(xf_surface_open(*state, xf_surface_id(surface), &reader), 0);
	assert_int_equal(xf_surface_sync(surface, &sync), 0);
	assert_int_equal(xf_surface_sync(reader, &readers_sync), 0);
	assert_int_equal(xf_surface_get_data(reader, got, sizeof(got), &size), 0);
	assert_int_equal(size, 0);
	assert_int_equal(xf_surface_set_data(surface, "x", 1), -EPERM); /* not the producer */
	for (char n = 0; n < 5; n++) {
		char data[XF_SURFACE_DATA_MAX];
		memset(data, 'a' + n, sizeof(data));
		assert_int_equal(xf_sync_begin(sync), 0);
		assert_int_equal(xf_surface_set_data(reader, "x", 1), -EPERM);
		assert_int_equal(xf_surface_set_data(surface, data, 17), -EMSGSIZE);
		assert_int_equal(xf_surface_set_data(surface, data, 16u - (unsigned)n), 0);
		assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE, (void **)&pixels), 0);
		memset(pixels, 0xff, 4096 * 2); /* all of it is pixels */
		assert_int_equal(xf_surface_end(surface), 0);
		assert_int_equal(xf_sync_ready(sync, NULL), 0);
		assert_int_equal(xf_sync_ready_wait(readers_sync, NULL, 0), 0);
		assert_int_equal(xf_surface_get_data(reader, got, sizeof(got), &size), 0);
		assert_int_equal(size, 16 - n);
		assert_memory_equal(got, data, size);
		got[2] = 0;
		assert_int_equal(xf_surface_get_data(reader, got, 2, &size), 0);
		assert_int_equal(got[2], 0);
		assert_int_equal(xf_sync_release(readers_sync, NULL), 0);
		assert_int_equal(xf_surface_set_data(surface, "x", 1), -EPERM);
		assert_int_equal(xf_sync_reset(sync), 0);
	}
	xf_surface_close(reader);
	xf_surface_close(surface);
	assert_int_equal(xf_surface_create(*state, &desc, XF_SURFACE_KEYED, &surface), 0);
	assert_int_equal(xf_surface_open(*state, xf_surface_id(surface), &reader), 0);
	assert_int_equal(xf_surface_mutex(surface, &mutex), 0);
	assert_int_equal(xf_surface_mutex(reader, &readers_mutex), 0);
	assert_int_equal(xf_surface_set_data(surface, "x", 1), -EPERM);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	assert_int_equal(xf_surface_set_data(surface, "data", 5), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, 1, 0), 0);
	assert_int_equal(xf_keyed_mutex_acquire(readers_mutex, 1, 0, NULL), 0);
	assert_int_equal(xf_surface_get_data(reader, got, sizeof(got), &size), 0);
	assert_string_equal(got, "data");
	assert_int_equal(xf_keyed_mutex_release(readers_mutex, 0, 0), 0);
	xf_surface_close(reader);
	xf_surface_close(surface);
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), 0);
	assert_int_equal(xf_surface_set_data(surface, "x", 1), -ENOENT);
	assert_int_equal(xf_surface_get_data(surface, got, 1, &size), -ENOENT);
	assert_int_equal(xf_surface_get_data(NULL, got, 1, &size), -EINVAL);
	xf_surface_close(surface);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_are_computed),
		cmocka_unit_test(impossible_layouts_are_refused),
		test_with_domain(keyed_memory_is_given_to_the_holder_only),
		test_with_domain(reading_within_writing_takes_nothing_away),
		cmocka_unit_test(payload_is_reused),
		cmocka_unit_test(room_is_found_again),
		cmocka_unit_test(making_one_costs_the_same_among_many),
		test_with_domain(imported_memory_travels_by_socket),
		test_with_domain(a_reader_cannot_write),
		test_with_domain(labels_are_found),
		test_with_domain(names_of_a_pool_end_with_it),
		test_with_domain(data_travels_with_the_surface),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
