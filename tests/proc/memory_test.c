/* SPDX-License-Identifier: MIT */
/*
 * Surfaces of a device's memory, without a device: what stands for the memory is a memfd, which the
 * core looks at no more than at a real one. Whoever opens such a surface has it, whoever is left to
 * hand it on; whoever is killed, stopped or lies costs nobody more than that.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shm/keeper.h"
#include "surface/surface.h"

static const char *const points[] = {
#include "kill_points.inc"
};
#define POINTS (sizeof(points) / sizeof(points[0]))

#define NAME  "memory"
#define WORD  UINT64_C(0x1122334455667788)
#define BYTES (2 << 20)

enum { READY, GO, SEEN }; /* steps */
enum { ID }; /* values */

static struct xf_surface_desc describe(void)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 64,
		.height_px = 16,
		.fourcc = XF_FORMAT_ABGR8888,
		.memory = XF_MEMORY_CUDA,
		.memory_bytes = BYTES,
		.granularity_bytes = BYTES,
		.device_uuid = { 0xab, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } };
	return desc;
}

static int make_memory(uint64_t word, uint64_t bytes)
{
	int fd = memfd_create("device", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0);
	CHECK(pwrite(fd, &word, sizeof(word), 0) == sizeof(word));
	return fd;
}

static struct xf_surface *make_surface(struct xf_domain *domain, uint32_t flags)
{
	struct xf_surface_desc desc = describe();
	struct xf_surface *surface;
	int fd = make_memory(WORD, BYTES);
	EXPECT(0, xf_surface_import(domain, &desc, fd, 0, flags, &surface));
	close(fd);
	return surface;
}

static void check_memory(struct xf_surface *surface, uint64_t expected)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) }, same = describe();
	uint64_t word, offset, bytes;
	int fd;
	EXPECT(0, xf_surface_desc(surface, &desc, &bytes));
	EXPECT(64 * 16 * 4, bytes);
	EXPECT(XF_MEMORY_CUDA, desc.memory);
	EXPECT(BYTES, desc.memory_bytes);
	EXPECT(BYTES, desc.granularity_bytes);
	EXPECT(0, memcmp(desc.device_uuid, same.device_uuid, 16));
	EXPECT(0, xf_surface_export(surface, &fd, &offset));
	EXPECT(0, offset);
	CHECK(pread(fd, &word, sizeof(word), 0) == sizeof(word));
	close(fd);
	CHECK(word == expected);
}

/* Asks for the name once: whoever is forked next finds no thread half-way through its start. */
static struct xf_domain *publish(void)
{
	struct xf_domain *domain, *again;
	EXPECT(0, xf_domain_open_or_create(NAME, NULL, &domain));
	EXPECT(0, xf_domain_open(NAME, 0, proc_patience(20000), &again));
	xf_domain_leave(again);
	return domain;
}

static struct xf_domain *join(uint32_t flags)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_open(NAME, flags, proc_patience(5000), &domain));
	return domain;
}

static xf_id shared_id(void)
{
	return atomic_load(&proc_board->value[ID]);
}

static void open_and_check(void *arg)
{
	struct xf_domain *domain = join(0);
	struct xf_surface *surface;
	int before = proc_descriptors();
	EXPECT(0, xf_surface_open(domain, shared_id(), &surface));
	check_memory(surface, WORD);
	proc_tell(READY);
	if (arg)
		proc_await(GO, 1, 20000);
	xf_surface_close(surface);
	if (!arg) /* else we may serve the name by now */
		EXPECT(before + 3, proc_descriptors()); /* the keeper's, until we leave */
	xf_domain_leave(domain);
}

static void a_name_is_enough(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface *surface = make_surface(domain, 0), *again;
	atomic_store(&proc_board->value[ID], xf_surface_id(surface));
	EXPECT(0, proc_wait(proc_spawn(open_and_check, NULL), 10000));
	/* In one process it is there once. */
	int before = proc_descriptors();
	EXPECT(0, xf_surface_open(domain, xf_surface_id(surface), &again));
	EVENTUALLY(3000, proc_descriptors() <= before);
	check_memory(again, WORD);
	xf_surface_close(surface);
	check_memory(again, WORD);
	xf_surface_close(again);
	xf_domain_leave(domain);
}

static void make_and_pause(void *arg)
{
	struct xf_domain *domain = publish();
	struct xf_surface *surface = make_surface(domain, 0);
	atomic_store(&proc_board->value[ID], xf_surface_id(surface));
	proc_tell(SEEN);
	for (;;)
		pause();
}

/* The maker is killed; who has it hands it on, and so does who got it from that one. */
static void handed_on(void)
{
	struct xf_domain *domain;
	struct xf_surface *surface;
	pid_t maker = proc_spawn(make_and_pause, NULL);
	proc_await(SEEN, 1, 10000);
	pid_t second = proc_spawn(open_and_check, "stay");
	proc_await(READY, 1, 10000);
	proc_kill(maker);
	domain = join(0);
	EXPECT(0, xf_surface_open(domain, shared_id(), &surface));
	proc_tell(GO);
	EXPECT(0, proc_wait(second, 10000));
	EXPECT(0, proc_wait(proc_spawn(open_and_check, NULL), 10000));
	xf_surface_close(surface);
	EXPECT(-ESTALE, xf_surface_open(domain, shared_id(), &surface));
	xf_domain_leave(domain);
}

/* One that is stopped holds up nobody as long as another has it, and else for a second. */
static void stopped_holders(void)
{
	struct xf_domain *domain;
	struct xf_surface *surface;
	pid_t maker = proc_spawn(make_and_pause, NULL);
	proc_await(SEEN, 1, 10000);
	pid_t second = proc_spawn(open_and_check, "stay");
	proc_await(READY, 1, 10000);
	domain = join(0);
	CHECK(kill(second, SIGSTOP) == 0);
	proc_wait_stopped(second, 10000);
	EXPECT(0, xf_surface_open(domain, shared_id(), &surface));
	xf_surface_close(surface);
	CHECK(kill(maker, SIGSTOP) == 0);
	proc_wait_stopped(maker, 10000);
	int64_t begin = xf_now();
	EXPECT(-ETIMEDOUT, xf_surface_open(domain, shared_id(), &surface));
	CHECK(xf_now() - begin < 30000 * MS);
	CHECK(kill(second, SIGCONT) == 0);
	EVENTUALLY(10000, xf_surface_open(domain, shared_id(), &surface) == 0);
	xf_surface_close(surface);
	proc_tell(GO);
	EXPECT(0, proc_wait(second, 10000));
	proc_kill(maker);
	xf_domain_leave(domain);
}

static void not_for_the_cpu(void)
{
	struct xf_domain *domain = publish(), *viewer;
	struct xf_surface *surface = make_surface(domain, 0), *seen;
	struct xf_surface_desc desc = describe();
	struct xf_pool *pool;
	void *data;
	EXPECT(-EOPNOTSUPP, xf_surface_begin(surface, XF_ACCESS_READ, &data));
	CHECK(strstr(xf_last_message(-EOPNOTSUPP), "xf_cuda_map()"));
	EXPECT(-EPERM, xf_surface_end(surface));
	viewer = join(XF_OPEN_READ_ONLY);
	EXPECT(-EACCES, xf_surface_open(viewer, xf_surface_id(surface), &seen));
	xf_domain_leave(viewer);
	EXPECT(-EINVAL, xf_surface_create(domain, &desc, 0, &seen));
	EXPECT(-EINVAL, xf_pool_create(domain, &desc, 3, 0, NULL, &pool));
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

/* In pieces of 4 GiB at most. */
static void memory_in_large_pieces(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = describe();
	struct xf_surface *surface;
	desc.granularity_bytes = desc.memory_bytes = UINT64_C(1) << 32;
	int fd = make_memory(WORD, desc.memory_bytes);
	EXPECT(0, xf_surface_import(domain, &desc, fd, 0, 0, &surface));
	xf_surface_close(surface);
	close(fd);
	xf_domain_leave(domain);
}

/* What the description says of the device has to hold together, and host memory says nothing. */
static void impossible_descriptions(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc bad[10];
	struct xf_surface *surface;
	int fd = make_memory(WORD, BYTES), before = proc_descriptors();
	for (size_t i = 0; i < 10; i++)
		bad[i] = describe();
	bad[0].memory = 4;
	bad[1].memory_bytes = 4096; /* the picture has as many, in other pieces */
	bad[2].granularity_bytes = 3000;
	bad[3].granularity_bytes = 0;
	bad[4].memory_bytes = 0;
	memset(bad[5].device_uuid, 0, 8);
	bad[6].memory = XF_MEMORY_HOST;
	bad[7].usage = 1; /* another kind's */
	bad[8].memory_bytes = 2 * BYTES; /* more than it takes */
	bad[9].granularity_bytes = bad[9].memory_bytes = UINT64_C(1) << 33;
	for (size_t i = 0; i < 10; i++)
		EXPECT(-EINVAL, xf_surface_import(domain, &bad[i], fd, 0, 0, &surface));
	bad[0] = describe();
	EXPECT(-EINVAL, xf_surface_import(domain, &bad[0], fd, 4096, 0, &surface));
	EVENTUALLY(3000, proc_descriptors() <= before);
	/* Sixteen devices have a place, and keep it. */
	for (int i = 0; i < 16 + 3; i++) {
		bad[0].device_uuid[15] = (uint8_t)i;
		EXPECT(i < 16 ? 0 : -ENOSPC,
			xf_surface_import(domain, &bad[0], fd, 0, 0, &surface));
		if (i < 16)
			xf_surface_close(surface);
	}
	close(fd);
	xf_domain_leave(domain);
}

/* Says that it has the memory of the surface, and hands out something else. */
static void lie(void *arg)
{
	struct xf_domain *domain = join(0);
	struct xfi_kept *kept;
	int pair[2], kind = *(int *)arg, fd = -1;
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	if (kind == 0)
		fd = pair[0];
	else if (kind == 1)
		fd = memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	else if (kind == 2)
		fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else {
		fd = memfd_create("short", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	}
	EXPECT(0, xfi_keeper_add(domain, shared_id(), fd, &kept));
	proc_tell(READY);
	for (;;)
		pause();
}

static void lies_are_refused(void)
{
	struct xf_domain *domain;
	struct xf_surface *surface;
	pid_t maker = proc_spawn(make_and_pause, NULL);
	proc_await(SEEN, 1, 10000);
	domain = join(0);
	for (int kind = 0; kind < 4; kind++) {
		pid_t liar = proc_spawn(lie, &kind);
		proc_await(READY, (uint32_t)kind + 1, 10000);
		CHECK(kill(maker, SIGSTOP) == 0);
		proc_wait_stopped(maker, 10000);
		int before = proc_descriptors();
		EXPECT(-EPROTO, xf_surface_open(domain, shared_id(), &surface));
		EVENTUALLY(3000, proc_descriptors() <= before);
		CHECK(kill(maker, SIGCONT) == 0);
		proc_kill(liar);
	}
	EVENTUALLY(10000, xf_surface_open(domain, shared_id(), &surface) == 0);
	xf_surface_close(surface);
	proc_kill(maker);
	xf_domain_leave(domain);
}

/* By socket, too: to who is in the domain but not in the folder. */
static void by_socket(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface *surface = make_surface(domain, 0), *received;
	int pair[2];
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	EXPECT(0, xf_surface_send(surface, pair[0]));
	EXPECT(0, xf_surface_recv(domain, pair[1], &received));
	check_memory(received, WORD);
	xf_surface_close(received);
	xf_surface_close(surface);
	close(pair[0]);
	close(pair[1]);
	xf_domain_leave(domain);
}

static void hold_one(void *arg)
{
	struct xf_domain *domain = join(0);
	struct xf_pool *pool;
	xf_id id;
	uint32_t index;
	EXPECT(0, xf_domain_find(domain, XF_POOL, "frames", &id));
	EXPECT(0, xf_pool_open(domain, id, &pool));
	for (uint32_t i = 0; i < 3; i++)
		check_memory(xf_pool_surface(pool, i), i + 1);
	EXPECT(0, xf_pool_hold(pool, proc_patience(5000), &index));
	proc_tell(READY);
	if (arg)
		execlp("sleep", "sleep", "60", (char *)NULL);
	for (;;)
		pause();
}

static struct xf_pool *make_pool(struct xf_domain *domain)
{
	struct xf_surface_desc desc = describe();
	struct xf_pool *pool;
	int fds[3];
	for (uint32_t i = 0; i < 3; i++)
		fds[i] = make_memory(i + 1, BYTES);
	EXPECT(0, xf_pool_import(domain, &desc, fds, 3, 0, "frames", &pool));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	return pool;
}

/*
 * What a killed member held returns when its process is gone. Of one that became another program
 * that is never so; its memory is gone at once, but its device might still write: a second.
 */
static void pools(void)
{
	struct xf_domain *domain = publish();
	struct xf_pool *pool = make_pool(domain);
	uint32_t index;
	EXPECT(0, xf_pool_hold(pool, 0, &index));
	EXPECT(0, xf_pool_hold(pool, 0, &index));
	pid_t reader = proc_spawn(hold_one, NULL);
	proc_await(READY, 1, 10000);
	EXPECT(XF_TIMEOUT, xf_pool_hold(pool, 0, &index));
	proc_kill(reader);
	EXPECT(0, xf_pool_hold(pool, proc_patience(20000), &index));
	EXPECT(0, xf_pool_give(pool, index));
	int64_t begin = xf_now();
	reader = proc_spawn(hold_one, "exec");
	proc_await(READY, 2, 10000);
	EXPECT(0, xf_pool_hold(pool, proc_patience(30000), &index));
	CHECK(xf_now() - begin >= 1000 * MS);
	proc_kill(reader);
	xf_pool_close(pool);
	xf_domain_leave(domain);
}

static void read_stream(void *arg)
{
	struct xf_domain *domain = join(0);
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream *stream;
	EXPECT(0, xf_stream_open(domain, "frames", proc_patience(5000), &stream));
	EXPECT(0, xf_stream_subscribe(stream, XF_STREAM_EVERY, 1));
	proc_tell(READY);
	for (int i = 0; i < 20; i++) {
		EXPECT(0, xf_stream_next(stream, proc_patience(10000), &frame));
		EXPECT(XF_MEMORY_CUDA, frame.format->desc->memory);
		check_memory(frame.surface, frame.info->pts_ns);
		EXPECT(0, xf_stream_done(stream, &frame));
	}
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

static void streams(void)
{
	struct xf_domain *domain = publish();
	struct xf_pool *pool = make_pool(domain);
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	EXPECT(0, xf_surface_desc(xf_pool_surface(pool, 0), &desc, NULL));
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = 3, .pool = pool
	};
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info) };
	struct xf_stream *stream;
	EXPECT(0, xf_stream_create(domain, &params, "frames", &stream));
	xf_pool_close(pool);
	pid_t reader = proc_spawn(read_stream, NULL);
	proc_await(READY, 1, 10000);
	for (uint64_t i = 0; i < 20; i++) {
		uint64_t word = i + 100, offset;
		int fd;
		EXPECT(0, xf_stream_hold(stream, proc_patience(10000), &frame));
		EXPECT(0, xf_surface_export(frame.surface, &fd, &offset));
		CHECK(pwrite(fd, &word, sizeof(word), 0) == sizeof(word));
		close(fd);
		info.pts_ns = word;
		EXPECT(0, xf_stream_publish(stream, &frame, &info));
	}
	EXPECT(0, proc_wait(reader, 20000));
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

static int keep_it(void *arg, void **ret_kept)
{
	*ret_kept = arg;
	return *(int *)arg;
}

static void let_go(void *kept)
{
	*(int *)kept -= 1;
}

/* What a device's library keeps is made once, and ends with the last handle; not in a child. */
static void kept_with_it(void)
{
	static int first, second = -EIO, of_domain;
	struct xf_domain *domain = publish();
	struct xf_surface *a = make_surface(domain, 0), *b;
	void *kept;
	EXPECT(0, xf_surface_open(domain, xf_surface_id(a), &b));
	EXPECT(-EIO, xf_surface_keep(a, keep_it, &second, let_go, &kept));
	EXPECT(0, xf_surface_keep(a, keep_it, &first, let_go, &kept));
	EXPECT(0, xf_surface_keep(b, keep_it, &second, let_go, &kept));
	CHECK(kept == &first);
	EXPECT(0, xf_domain_keep(domain, &first, keep_it, &of_domain, let_go, &kept));
	EXPECT(0, xf_domain_keep(domain, &first, keep_it, &second, let_go, &kept));
	CHECK(kept == &of_domain);
	int descriptors = proc_descriptors();
	pid_t child = fork();
	if (child == 0) {
		bool fewer = proc_descriptors() < descriptors;
		EXPECT(-ECHILD, xf_surface_keep(b, keep_it, &second, let_go, &kept));
		xf_surface_close(a);
		xf_surface_close(b);
		xf_domain_leave(domain);
		_exit(fewer && first == 0 && of_domain == 0 ? 0 : 1);
	}
	EXPECT(0, proc_wait(child, 10000));
	xf_surface_close(a);
	EXPECT(0, first);
	xf_surface_close(b);
	EXPECT(-1, first);
	EXPECT(0, of_domain);
	xf_domain_leave(domain);
	EXPECT(-1, of_domain);
}

static void open_all(void *arg)
{
	struct xf_domain *domain = join(0);
	struct xf_surface *surface;
	int before = -1, rounds = *(int *)arg;
	for (int i = 1; i <= rounds; i++) {
		proc_await(SEEN, (uint32_t)i, 20000);
		EXPECT(0, xf_surface_open(domain, shared_id(), &surface));
		xf_surface_close(surface);
		if (before < 0)
			before = proc_descriptors();
		proc_tell(READY);
	}
	EVENTUALLY(3000, proc_descriptors() <= before);
	xf_domain_leave(domain);
}

/* Made and closed across two processes: nothing is left over of any of them. */
static void many(void)
{
	struct xf_domain *domain = publish();
	int rounds = getenv("XF_SURFACES") ? atoi(getenv("XF_SURFACES")) : 500, before = -1;
	pid_t reader = proc_spawn(open_all, &rounds);
	for (int i = 1; i <= rounds; i++) {
		struct xf_surface *surface = make_surface(domain, 0);
		atomic_store(&proc_board->value[ID], xf_surface_id(surface));
		proc_tell(SEEN);
		proc_await(READY, (uint32_t)i, 20000);
		xf_surface_close(surface);
		if (before < 0)
			before = proc_descriptors();
	}
	/* The helper has a connection for as long as it answers somebody. */
	EVENTUALLY(3000, proc_descriptors() <= before);
	EXPECT(0, proc_objects(domain));
	EXPECT(0, proc_wait(reader, 10000));
	xf_domain_leave(domain);
}

/* Makes, opens, closes: passes every point of the keeper and the device table. */
static void victim(void *arg)
{
	static const uint8_t kind[XF_TIMELINE_TWIN_KIND];
	struct xf_timeline *timeline;
	struct xf_domain *domain = join(0);
	struct xf_surface *theirs, *ours;
	EXPECT(0, xf_surface_open(domain, shared_id(), &theirs));
	ours = make_surface(domain, 0);
	struct xf_surface_desc desc = describe();
	int fd = make_memory(WORD, BYTES);
	desc.device_uuid[0] = 0xcd;
	xf_surface_close(ours);
	EXPECT(0, xf_surface_import(domain, &desc, fd, 0, 0, &ours));
	EXPECT(0, xf_timeline_create(domain, 0, XF_TIMELINE_OWNED, NULL, &timeline));
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, fd));
	close(fd);
	xf_timeline_close(timeline);
	xf_surface_close(ours);
	xf_surface_close(theirs);
	xf_domain_leave(domain);
}

static void killed_at(struct xf_domain *domain, const char *point)
{
	struct xf_surface *surface = make_surface(domain, 0);
	atomic_store(&proc_board->value[ID], xf_surface_id(surface));
	EXPECT(-SIGKILL, proc_wait(proc_spawn_at(point, -1, victim, NULL), 20000));
	/* Its objects end, ours is there for the next one. */
	EVENTUALLY(20000, proc_members(domain) == 1 && proc_objects(domain) == 1);
	EXPECT(0, proc_wait(proc_spawn(victim, NULL), 20000));
	xf_surface_close(surface);
}

static void at_every_point(void)
{
	struct xf_domain *domain = publish();
	int found = 0;
	for (size_t i = 0; i < POINTS; i++) {
		if (strncmp(points[i], "keeper:", 7) && strncmp(points[i], "device:", 7))
			continue;
		killed_at(domain, points[i]);
		found++;
	}
	CHECK(found >= 4);
	xf_domain_leave(domain);
}

/* As any member can: 9000 rows, which take one piece more than was handed on first. */
static void describe_anew(struct xf_surface *surface, uint16_t rows)
{
	struct xfi_slot *slot = surface->base.slot;
	slot->hot.surface.height = rows;
	slot->hot.surface.size_bytes = UINT64_C(64) * 4 * rows;
	slot->cold.surface.rows[0] = rows;
}

static void open_larger(void *arg)
{
	struct xf_domain *domain = join(0);
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_surface *surface;
	(void)arg;
	EXPECT(0, xf_surface_open(domain, shared_id(), &surface));
	EXPECT(0, xf_surface_desc(surface, &desc, NULL));
	EXPECT(2 * BYTES, desc.memory_bytes);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

/*
 * What is kept with the memory, a mapping say, was made by the first description: another handle of
 * this process gets it under that one alone. Who has not seen the first one may believe the new.
 */
static void described_anew(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = describe();
	struct xf_surface *surface, *again;
	int fd = memfd_create("device", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0 && ftruncate(fd, 2 * BYTES) == 0 &&
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	EXPECT(0, xf_surface_import(domain, &desc, fd, 0, 0, &surface));
	close(fd);
	xf_id id = xf_surface_id(surface);
	atomic_store(&proc_board->value[ID], id);
	describe_anew(surface, 9000);
	EXPECT(-EPROTO, xf_surface_open(domain, id, &again));
	EXPECT(0, proc_wait(proc_spawn(open_larger, NULL), 20000));
	describe_anew(surface, 16);
	EXPECT(0, xf_surface_open(domain, id, &again));
	xf_surface_close(again);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

/* The domain's own memory, of which a member wrote that it lies elsewhere. */
static void a_place_that_is_not_there(void)
{
	static const uint64_t places[] = { UINT64_MAX, INT64_MAX & ~UINT64_C(4095),
		UINT64_C(0xa00000000), 8, UINT64_MAX - 4095 };
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 16, .fourcc = XF_FORMAT_R8
	};
	struct xf_domain *domain = publish();
	struct xf_surface *surface, *again;
	uint64_t offset;
	void *data;
	int fd;
	EXPECT(0, xf_surface_create(domain, &desc, 0, &surface));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		surface->base.slot->hot.surface.payload_offset = places[i];
		EXPECT(0, xf_surface_open(domain, xf_surface_id(surface), &again));
		EXPECT(-EPROTO, xf_surface_export(again, &fd, &offset));
		EXPECT(-EPROTO, xf_surface_begin(again, XF_ACCESS_READ, &data));
		xf_surface_close(again);
	}
	surface->base.slot->hot.surface.payload_offset = surface->payload_offset;
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "a name is enough", a_name_is_enough, 60 },
		{ "handed on by whoever is left", handed_on, 60 },
		{ "holders that are stopped", stopped_holders, 120 },
		{ "not for the CPU", not_for_the_cpu, 60 },
		{ "memory in large pieces", memory_in_large_pieces, 60 },
		{ "impossible descriptions", impossible_descriptions, 60 },
		{ "lies are refused", lies_are_refused, 60 },
		{ "described anew", described_anew, 60 },
		{ "a place that is not there", a_place_that_is_not_there, 60 },
		{ "by socket", by_socket, 60 },
		{ "pools", pools, 90 },
		{ "streams", streams, 60 },
		{ "kept with it", kept_with_it, 60 },
		{ "many", many, 280 },
		{ "killed at every point", at_every_point, 120 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
