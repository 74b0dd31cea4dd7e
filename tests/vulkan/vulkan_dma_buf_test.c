/* SPDX-License-Identifier: MIT */
/*
 * Pictures in dma-bufs, between devices of different drivers: no driver of Debian 12's that runs
 * without a GPU has them, so the test layer stands in for one (layer_dma_buf.h). Its memory files
 * are taken for dma-bufs by the double of fstatfs() below, and by nobody else.
 */
#include "layer_dma_buf.h"
#include "layer_find.h"
#include "vulkan_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define WIDTH	      60 /* no driver's favourite */
#define HEIGHT	      34
#define USAGE	      (VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT)
#define SAYS(r, text) CHECK(strstr(xf_last_message(r), text))

/* These stand before the C library's for the whole process, crossfence included. */

static bool stands_for_a_dma_buf(int fd)
{
	char path[40], name[80] = "";
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, name, sizeof(name) - 1) > 0 && strstr(name, DMA_BUF_NAME);
}

__attribute__((visibility("default"))) int fstatfs(int fd, struct statfs *ret)
{
	int r = (int)syscall(SYS_fstatfs, fd, ret);
	if (!r && stands_for_a_dma_buf(fd))
		ret->f_type = DMA_BUF_MAGIC;
	return r;
}

static off_t missing; /* bytes of dma-bufs; a memory file is not taken for more than it is */

__attribute__((visibility("default"))) off_t lseek(int fd, off_t offset, int whence)
{
	off_t r = (off_t)syscall(SYS_lseek, fd, offset, whence);
	return whence == SEEK_END && stands_for_a_dma_buf(fd) ? r - missing : r;
}

static const struct kind {
	uint32_t fourcc;
	uint64_t asked, got;
	uint32_t n_planes; /* of memory */
} kinds[] = {
	{ XF_FORMAT_ABGR8888, XF_MODIFIER_LINEAR, XF_MODIFIER_LINEAR, 1 },
	{ XF_FORMAT_ABGR8888, XF_MODIFIER_DRIVER, DMA_BUF_VENDOR, 2 },
	{ XF_FORMAT_ARGB8888, DMA_BUF_VENDOR, DMA_BUF_VENDOR, 2 },
	{ XF_FORMAT_R8, XF_MODIFIER_DRIVER, DMA_BUF_VENDOR, 2 },
	{ XF_FORMAT_NV12, XF_MODIFIER_LINEAR, XF_MODIFIER_LINEAR, 2 },
	/* The vendor's images want memory of their own: two of them have none in common. */
	{ XF_FORMAT_NV12, XF_MODIFIER_DRIVER, XF_MODIFIER_LINEAR, 2 },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct xf_surface_desc description(uint32_t fourcc, uint64_t modifier)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = WIDTH,
		.height_px = HEIGHT,
		.fourcc = fourcc,
		.modifier = modifier,
		.memory = XF_MEMORY_DMA_BUF,
		.usage = USAGE };
}

/* A surface, and host memory beside it that pixels come from and go to, packed. */
struct picture {
	struct xf_surface *surface;
	struct xf_surface_desc desc;
	struct xf_vulkan_image *image;
	struct xf_surface *beside;
	struct xf_vulkan_image *buffer;
};

static void open_picture(struct gpu *gpu, struct xf_domain *domain, struct picture *p)
{
	struct xf_surface_desc packed = { .size = sizeof(packed),
		.width_px = WIDTH * HEIGHT * 4,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	p->desc.size = sizeof(p->desc);
	EXPECT(0, xf_surface_desc(p->surface, &p->desc, NULL));
	EXPECT(0, xf_vulkan_image_open(gpu->vulkan, p->surface, 0, &p->image));
	EXPECT(0, xf_surface_create(domain, &packed, 0, &p->beside));
	EXPECT(0, xf_vulkan_image_open(gpu->vulkan, p->beside, 0, &p->buffer));
}

static void make_picture(
	struct gpu *gpu, struct xf_domain *domain, const struct kind *kind, struct picture *p)
{
	struct xf_surface_desc desc = description(kind->fourcc, kind->asked);
	EXPECT(0, xf_vulkan_surface_create(
			  gpu->vulkan, domain, &desc, XF_SURFACE_KEYED, &p->surface));
	open_picture(gpu, domain, p);
	CHECK(p->desc.memory == XF_MEMORY_DMA_BUF && p->desc.usage == USAGE);
	CHECK(p->desc.modifier == kind->got);
	EXPECT(kind->n_planes, p->desc.n_planes);
}

static void close_picture(struct picture *p)
{
	xf_vulkan_image_close(p->buffer);
	xf_vulkan_image_close(p->image);
	xf_surface_close(p->beside);
	xf_surface_close(p->surface);
}

struct part {
	uint32_t width, height, bytes; /* of a pixel */
};

static struct part part_of(const struct xf_surface_desc *desc, uint32_t plane)
{
	struct xf_format_info info = { .size = sizeof(info) };
	EXPECT(0, xf_format_info(desc->fourcc, &info));
	const struct xf_format_plane *is = &info.planes[plane];
	return (struct part){ WIDTH / is->block_width_px, HEIGHT / is->block_height_px,
		is->block_bytes };
}

/* No two neighbours are alike, nor are two pictures. */
static uint8_t pattern(uint32_t x, uint32_t y, uint32_t plane, uint32_t number)
{
	return (uint8_t)(x * 7 + y * 13 + (x ^ y) + plane * 101 + number * 29);
}

/* Does `byte` for each byte of each plane that is a pixel's, at its place when packed. */
static void for_each(const struct xf_surface_desc *desc, uint8_t *packed, uint32_t number,
	void (*byte)(uint8_t *at, uint8_t value))
{
	struct xf_format_info info = { .size = sizeof(info) };
	EXPECT(0, xf_format_info(desc->fourcc, &info));
	for (uint32_t i = 0; i < info.n_planes; i++) {
		struct part part = part_of(desc, i);
		for (uint32_t y = 0; y < part.height; y++)
			for (uint32_t x = 0; x < part.width * part.bytes; x++)
				byte(packed++, pattern(x, y, i, number));
	}
}

static void put(uint8_t *at, uint8_t value)
{
	*at = value;
}

static void compare(uint8_t *at, uint8_t value)
{
	EXPECT(value, *at);
}

static void for_all_beside(
	struct picture *p, uint32_t number, void (*byte)(uint8_t *at, uint8_t value))
{
	void *data;
	EXPECT(0, xf_surface_begin(p->beside, XF_ACCESS_READ | XF_ACCESS_WRITE, &data));
	for_each(&p->desc, data, number, byte);
	EXPECT(0, xf_surface_end(p->beside));
}

static VkCommandBuffer record(struct gpu *gpu, struct picture *p, bool writes)
{
	VkCommandBuffer commands = gpu_begin(gpu);
	struct xf_vulkan_access image = gpu_access(gpu, writes, writes);
	struct xf_vulkan_access buffer = gpu_access(gpu, !writes, !writes);
	uint64_t at = 0;
	EXPECT(0, xf_vulkan_cmd_acquire(commands, p->image, &image));
	EXPECT(0, xf_vulkan_cmd_acquire(commands, p->buffer, &buffer));
	for (uint32_t i = 0; xf_vulkan_image_plane(p->image, i); i++) {
		struct part part = part_of(&p->desc, i);
		const VkBufferImageCopy copy = { .bufferOffset = at,
			.imageSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1 },
			.imageExtent = { part.width, part.height, 1 } };
		VkImage plane = xf_vulkan_image_plane(p->image, i);
		VkBuffer packed = xf_vulkan_image_buffer(p->buffer);
		if (writes)
			gpu->CmdCopyBufferToImage(commands, packed, plane, image.layout, 1, &copy);
		else
			gpu->CmdCopyImageToBuffer(commands, plane, image.layout, packed, 1, &copy);
		at += (uint64_t)part.width * part.height * part.bytes;
	}
	image.flags = buffer.flags = 0;
	EXPECT(0, xf_vulkan_cmd_release(commands, p->image, &image));
	EXPECT(0, xf_vulkan_cmd_release(commands, p->buffer, &buffer));
	gpu_end(gpu, commands);
	return commands;
}

static void draw(struct gpu *gpu, struct picture *p, uint32_t number)
{
	for_all_beside(p, number, put);
	EXPECT(0, gpu_submit(gpu, p->surface, 0, 1, record(gpu, p, true), VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
}

static void see(struct gpu *gpu, struct picture *p, uint32_t number)
{
	for_all_beside(p, number + 1, put);
	EXPECT(0, gpu_submit(gpu, p->surface, 1, 0, record(gpu, p, false), VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
	for_all_beside(p, number, compare);
}

/* Where the description says that they are, bytes are the pixels': both modifiers are rows. */
static void see_bytes(struct picture *p, uint32_t number)
{
	struct xf_format_info info = { .size = sizeof(info) };
	uint64_t offset;
	int fd;
	EXPECT(0, xf_format_info(p->desc.fourcc, &info));
	EXPECT(0, xf_surface_export(p->surface, &fd, &offset));
	EXPECT(0, (long long)offset);
	EXPECT((long long)p->desc.memory_bytes, lseek(fd, 0, SEEK_END));
	uint8_t *data = mmap(NULL, p->desc.memory_bytes, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(data != MAP_FAILED);
	for (uint32_t i = 0; i < info.n_planes; i++) {
		struct part part = part_of(&p->desc, i);
		const struct xf_plane *plane = &p->desc.planes[i];
		for (uint32_t y = 0; y < part.height; y++)
			for (uint32_t x = 0; x < part.width * part.bytes; x++)
				EXPECT(pattern(x, y, i, number),
					data[plane->offset_bytes + y * plane->stride_bytes + x]);
	}
	munmap(data, p->desc.memory_bytes);
	close(fd);
}

#define TURNS 3

/* Of another driver, which knows the same modifiers. */
static void open_other(struct gpu *gpu, struct xf_domain *domain)
{
	layer_find()->other_device = true;
	gpu_open(gpu, NULL, domain);
	CHECK(gpu->h.memories & 1u << XF_MEMORY_DMA_BUF);
}

static void reader(void *arg)
{
	struct xf_domain *domain = join();
	struct gpu gpu;
	(void)arg;
	open_other(&gpu, domain);
	for (uint32_t k = 0; k < KINDS; k++) {
		struct picture p;
		proc_await(GO, k + 1, 60000);
		EXPECT(0, xf_surface_open(domain, shared(ID), &p.surface));
		open_picture(&gpu, domain, &p);
		for (uint32_t i = 0; i < TURNS; i++)
			see(&gpu, &p, k * TURNS + i);
		proc_tell(SEEN);
		close_picture(&p);
	}
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void pictures_between_devices(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	pid_t child = proc_spawn(reader, NULL);
	gpu_open(&gpu, NULL, domain);
	for (uint32_t k = 0; k < KINDS; k++) {
		struct picture p;
		make_picture(&gpu, domain, &kinds[k], &p);
		share(ID, xf_surface_id(p.surface));
		draw(&gpu, &p, k * TURNS);
		see_bytes(&p, k * TURNS);
		proc_tell(GO);
		for (uint32_t i = 1; i < TURNS; i++)
			draw(&gpu, &p, k * TURNS + i);
		proc_await(SEEN, k + 1, 60000);
		close_picture(&p);
	}
	EXPECT(0, proc_wait(child, 60000));
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* The device's own memory would be another driver's; a pool's are all alike. */
static void read_pool(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_vulkan_image *image;
	struct xf_surface *own;
	struct xf_pool *pool;
	struct gpu gpu;
	(void)arg;
	open_other(&gpu, domain);
	EXPECT(0, xf_pool_open(domain, shared(ID), &pool));
	for (uint32_t i = 0; i < xf_pool_count(pool); i++) {
		EXPECT(0, xf_vulkan_image_open(gpu.vulkan, xf_pool_surface(pool, i), 0, &image));
		CHECK(xf_vulkan_image_plane(image, 0) && !xf_vulkan_image_plane(image, 1));
		CHECK(xf_vulkan_image_format(image, 0) == VK_FORMAT_R8G8B8A8_UNORM);
		xf_vulkan_image_close(image);
	}
	xf_pool_close(pool);
	EXPECT(0, xf_surface_open(domain, shared(SECOND), &own));
	EXPECT(-EXDEV, xf_vulkan_image_open(gpu.vulkan, own, 0, &image));
	xf_surface_close(own);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void a_pool(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = description(XF_FORMAT_ABGR8888, XF_MODIFIER_DRIVER);
	struct xf_surface *own;
	struct xf_pool *pool;
	struct gpu gpu;
	pid_t child;
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_vulkan_pool_create(gpu.vulkan, domain, &desc, 3, 0, NULL, &pool));
	desc.memory = XF_MEMORY_HOST;
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &own));
	share(ID, xf_pool_id(pool));
	share(SECOND, xf_surface_id(own));
	child = proc_spawn(read_pool, NULL);
	EXPECT(0, proc_wait(child, 60000));
	xf_surface_close(own);
	xf_pool_close(pool);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void modifiers_are_listed(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = description(XF_FORMAT_ABGR8888, DMA_BUF_NO_WHERE);
	struct xf_surface *surface;
	uint64_t list[4] = { 7, 7, 7, 7 };
	uint32_t count = 0;
	struct gpu gpu;
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_vulkan_modifiers(gpu.vulkan, &desc, NULL, &count));
	EXPECT(2, count);
	count = 1;
	EXPECT(0, xf_vulkan_modifiers(gpu.vulkan, &desc, list, &count));
	CHECK(count == 2 && list[0] == XF_MODIFIER_LINEAR && list[1] == 7);
	count = 4;
	EXPECT(0, xf_vulkan_modifiers(gpu.vulkan, &desc, list, &count));
	CHECK(count == 2 && list[1] == DMA_BUF_VENDOR && list[2] == 7);
	EXPECT(-EINVAL, xf_vulkan_modifiers(gpu.vulkan, &desc, NULL, &count));
	EXPECT(-EINVAL, xf_vulkan_modifiers(gpu.vulkan, &desc, list, NULL));
	EXPECT(-EOPNOTSUPP, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	SAYS(-EOPNOTSUPP, "modifier 0x7e00000000000006");
	SAYS(-EOPNOTSUPP, "0x0, 0x7e00000000000005");
	desc.fourcc = XF_FORMAT_NV12;
	EXPECT(0, xf_vulkan_modifiers(gpu.vulkan, &desc, list, &count));
	CHECK(count == 1 && list[0] == XF_MODIFIER_LINEAR);
	desc.width_px = 1 << 20;
	EXPECT(0, xf_vulkan_modifiers(gpu.vulkan, &desc, list, &count));
	EXPECT(0, count);
	desc = description(XF_FORMAT_ABGR8888, XF_MODIFIER_DRIVER);
	desc.usage = 0;
	EXPECT(-EINVAL, xf_vulkan_modifiers(gpu.vulkan, &desc, list, &count));
	EXPECT(-EINVAL, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	SAYS(-EINVAL, "usage is 0");
	desc.fourcc = XF_FORMAT_RAW;
	desc.usage = USAGE;
	EXPECT(-EOPNOTSUPP, xf_vulkan_modifiers(gpu.vulkan, &desc, list, &count));
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* A device without the extensions, and one without the modifier. */
static void what_is_missing(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = description(XF_FORMAT_ABGR8888, XF_MODIFIER_DRIVER);
	struct xf_surface *surface, *none;
	struct xf_vulkan_image *image;
	uint32_t count = 0;
	struct gpu gpu;
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	layer_find()->no_vendor = true;
	EXPECT(-EOPNOTSUPP, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	SAYS(-EOPNOTSUPP, "modifier 0x7e00000000000005; of 1 that it has: 0x0");
	gpu_close(&gpu);
	CHECK(unsetenv("XF_TEST_LAYER_DMA_BUFS") == 0);
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, gpu.h.memories & 1u << XF_MEMORY_DMA_BUF);
	EXPECT(-EOPNOTSUPP, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	SAYS(-EOPNOTSUPP, "VK_EXT_external_memory_dma_buf");
	EXPECT(-EOPNOTSUPP, xf_vulkan_modifiers(gpu.vulkan, &desc, NULL, &count));
	EXPECT(-EOPNOTSUPP, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &none));
	SAYS(-EOPNOTSUPP, "VK_EXT_external_memory_dma_buf");
	gpu_close(&gpu);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

/* What `desc` says of `fd` may be opened with `expected`, which says `why`. */
static void lie(struct gpu *gpu, struct xf_domain *domain, const struct xf_surface_desc *desc,
	int fd, int expected, const char *why)
{
	const int left = layer_find()->left, descriptors = proc_descriptors();
	struct xf_vulkan_image *image;
	struct xf_surface *surface;
	EXPECT(0, xf_surface_import(domain, desc, fd, 0, 0, &surface));
	EXPECT(expected, xf_vulkan_image_open(gpu->vulkan, surface, 0, &image));
	if (!strstr(xf_last_message(expected), why))
		proc_fail(__FILE__, __LINE__, "%s: %s", why, xf_last_message(expected));
	xf_surface_close(surface);
	EXPECT(left, layer_find()->left);
	EXPECT(descriptors, proc_descriptors());
}

static int fd_of(struct xf_surface *surface)
{
	uint64_t offset;
	int fd;
	EXPECT(0, xf_surface_export(surface, &fd, &offset));
	return fd;
}

static int not_a_dma_buf(uint64_t bytes)
{
	int fd = memfd_create("something else", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	return fd;
}

static void lies_about_pixels(struct gpu *gpu, struct xf_domain *domain, struct xf_surface *vendors)
{
	struct xf_surface_desc real = { .size = sizeof(real) }, desc;
	int fd = fd_of(vendors);
	EXPECT(0, xf_surface_desc(vendors, &real, NULL));
	desc = real;
	desc.modifier = DMA_BUF_NO_WHERE;
	lie(gpu, domain, &desc, fd, -EOPNOTSUPP, "modifier 0x7e00000000000006");
	desc.modifier = XF_MODIFIER_DRIVER; /* implied: nobody knows what by */
	lie(gpu, domain, &desc, fd, -EOPNOTSUPP, "modifier 0xffffffffffffff");
	desc = real;
	desc.modifier = XF_MODIFIER_LINEAR; /* the rows are longer */
	desc.n_planes = 1;
	desc.planes[0].rows = 0;
	lie(gpu, domain, &desc, fd, -EPROTO, "not as the modifier has them");
	desc = real;
	desc.n_planes = 1;
	lie(gpu, domain, &desc, fd, -EOPNOTSUPP, "1 planes of memory are described");
	desc = real;
	desc.usage |= VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
	lie(gpu, domain, &desc, fd, -EOPNOTSUPP, "usage 0x23");
	desc.usage = 0;
	lie(gpu, domain, &desc, fd, -EINVAL, "usage is 0");
	desc = real;
	desc.fourcc = XF_FORMAT_RAW;
	desc.height_px = 1;
	lie(gpu, domain, &desc, fd, -EOPNOTSUPP, "no image of Vulkan's");
	desc = real;
	desc.planes[1].stride_bytes *= 2;
	lie(gpu, domain, &desc, fd, -EPROTO, "not as the modifier has them");
	close(fd);
}

/* Where planes are said to be, and what they are said to be in. */
static void lies_about_memory(struct gpu *gpu, struct xf_domain *domain, struct xf_surface *vendors)
{
	struct xf_surface_desc real = { .size = sizeof(real) }, desc;
	struct xf_surface *none;
	int fd = fd_of(vendors), others[2] = { 0 };
	EXPECT(0, xf_surface_desc(vendors, &real, NULL));
	/* A page further: the description does not hold together. */
	desc = real;
	desc.planes[0].offset_bytes += 4096;
	desc.planes[1].offset_bytes += 4096;
	EXPECT(-EINVAL, xf_surface_import(domain, &desc, fd, 0, 0, &none));
	/* With a page that there is not it does. */
	missing = 4096;
	lie(gpu, domain, &real, fd, -EPROTO, "the dma-buf has");
	missing = 0;
	others[0] = not_a_dma_buf(real.memory_bytes);
	others[1] = eventfd(0, EFD_CLOEXEC);
	lie(gpu, domain, &real, others[0], -EPROTO, "no dma-buf");
	/* Whoever reads from it waits: it comes nowhere near a driver. */
	EXPECT(-EPROTO, xf_surface_import(domain, &real, others[1], 0, 0, &none));
	close(others[0]);
	close(others[1]);
	close(fd);
}

/* The last row ends where the dma-buf does, and this driver pads pictures by more rows. */
static void a_picture_at_the_end(struct gpu *gpu, struct xf_domain *domain)
{
	struct xf_surface_desc desc = description(XF_FORMAT_ABGR8888, XF_MODIFIER_LINEAR);
	struct xf_surface *surface;
	EXPECT(0, xf_vulkan_surface_create(gpu->vulkan, domain, &desc, 0, &surface));
	desc = (struct xf_surface_desc){ .size = sizeof(desc) };
	EXPECT(0, xf_surface_desc(surface, &desc, NULL));
	uint64_t rows = (uint64_t)desc.planes[0].stride_bytes * HEIGHT;
	desc.planes[0].offset_bytes = (uint32_t)(desc.memory_bytes - rows) & ~255u;
	CHECK(desc.planes[0].offset_bytes);
	int fd = fd_of(surface);
	lie(gpu, domain, &desc, fd, -EPROTO, "the images want");
	close(fd);
	xf_surface_close(surface);
}

static void lies(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = description(XF_FORMAT_ABGR8888, XF_MODIFIER_DRIVER);
	struct xf_vulkan_image *image;
	struct xf_surface *surface;
	void *data;
	struct gpu gpu;
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_vulkan_surface_create(gpu.vulkan, domain, &desc, 0, &surface));
	EXPECT(-EOPNOTSUPP, xf_surface_begin(surface, XF_ACCESS_READ, &data));
	lies_about_pixels(&gpu, domain, surface);
	lies_about_memory(&gpu, domain, surface);
	a_picture_at_the_end(&gpu, domain);
	EXPECT(0, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image)); /* and the truth */
	xf_vulkan_image_close(image);
	xf_surface_close(surface);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* The memory lives as long as anybody has the surface, and a picture that was handed on is whole.
 */
static void draw_and_die(void *arg)
{
	struct xf_domain *domain = join();
	struct picture p;
	struct gpu gpu;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	make_picture(&gpu, domain, &kinds[1], &p);
	draw(&gpu, &p, 5);
	share(ID, xf_surface_id(p.surface));
	proc_tell(GO);
	proc_await(DONE, UINT32_MAX, 600000);
}

/* Has it, and dies with it. */
static void take_and_die(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_keyed_mutex *mutex;
	struct picture p;
	struct gpu gpu;
	(void)arg;
	open_other(&gpu, domain);
	EXPECT(0, xf_surface_open(domain, shared(ID), &p.surface));
	open_picture(&gpu, domain, &p);
	EXPECT(0, xf_surface_mutex(p.surface, &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL));
	proc_tell(READY);
	proc_await(DONE, UINT32_MAX, 600000);
}

#define DEATHS 5

static void deaths(void)
{
	struct xf_domain *domain = publish();
	struct xf_keyed_mutex *mutex;
	struct picture p;
	struct gpu gpu;
	gpu_open(&gpu, NULL, domain);
	for (uint32_t i = 1; i <= DEATHS; i++) {
		pid_t maker = proc_spawn(draw_and_die, NULL);
		proc_await(GO, i, 60000);
		EXPECT(0, xf_surface_open(domain, shared(ID), &p.surface));
		EXPECT(0, xf_surface_mutex(p.surface, &mutex)); /* it lasts with us */
		proc_kill(maker);
		open_picture(&gpu, domain, &p);
		see(&gpu, &p, 5);
		pid_t taker = proc_spawn(take_and_die, NULL);
		proc_await(READY, i, 60000);
		proc_kill(taker);
		EXPECT(0, xf_surface_mutex(p.surface, &mutex));
		EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL));
		close_picture(&p);
		EVENTUALLY(10000, proc_objects(domain) == 1); /* the queue's timeline */
	}
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Whatever fails, nothing is left. */
static int one_use(struct gpu *gpu, struct xf_domain *domain, const struct kind *kind)
{
	struct xf_surface_desc desc = description(kind->fourcc, kind->asked);
	struct xf_vulkan_image *image = NULL;
	struct xf_pool *pool = NULL;
	int r = xf_vulkan_pool_create(gpu->vulkan, domain, &desc, 2, 0, NULL, &pool);
	if (!r)
		r = xf_vulkan_image_open(gpu->vulkan, xf_pool_surface(pool, 0), 0, &image);
	xf_vulkan_image_close(image);
	xf_pool_close(pool);
	return r;
}

static void fail_each(struct gpu *gpu, struct xf_domain *domain, const struct kind *kind)
{
	static const enum layer_kind calls[] = { LAYER_AllocateMemory, LAYER_CreateImage,
		LAYER_BindImageMemory, LAYER_GetMemoryFdKHR, LAYER_GetMemoryFdPropertiesKHR,
		LAYER_GetImageDrmFormatModifierPropertiesEXT };
	struct layer *l = layer_find();
	const int left = l->left, descriptors = proc_descriptors();
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int n = 0, r;
		l->kind = calls[i];
		l->result = VK_ERROR_OUT_OF_HOST_MEMORY;
		do {
			l->calls = 0;
			l->fails_at = ++n;
			r = one_use(gpu, domain, kind);
			CHECK(r == 0 || r == -ENOMEM);
			EXPECT(left, l->left);
			EXPECT(descriptors, proc_descriptors());
		} while (r);
		CHECK(n > 1);
		l->kind = LAYER_NONE;
	}
}

static void failures(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, one_use(&gpu, domain, &kinds[1]));
	fail_each(&gpu, domain, &kinds[1]);
	fail_each(&gpu, domain, &kinds[4]);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static const struct proc_test tests[] = {
	{ "pictures_between_devices", pictures_between_devices, 180 },
	{ "a_pool", a_pool, 60 },
	{ "modifiers_are_listed", modifiers_are_listed, 60 },
	{ "what_is_missing", what_is_missing, 60 },
	{ "lies", lies, 60 },
	{ "deaths", deaths, 180 },
	{ "failures", failures, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
