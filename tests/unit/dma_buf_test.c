/* SPDX-License-Identifier: MIT */
/*
 * Access by the CPU to imported dma-bufs is told to the kernel. A double of ioctl() counts; where
 * the kernel has udmabuf, a real one is used as well.
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "harness.h"

/* Stands before the C library's for the whole process, crossfence included. */
static struct {
	uint64_t flags[16];
	int count;
	int interrupt; /* so many calls fail with EINTR */
	int error; /* then with this; 0: the double succeeds; -1: the real call is made */
} told;

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	va_start(args, request);
	void *arg = va_arg(args, void *);
	va_end(args);
	if (request == DMA_BUF_IOCTL_SYNC) {
		if (told.interrupt-- > 0) {
			errno = EINTR;
			return -1;
		}
		if (told.count < 16)
			told.flags[told.count++] = ((struct dma_buf_sync *)arg)->flags;
		if (told.error >= 0) {
			/* Whatever it was before, where nothing failed. */
			errno = told.error ? told.error : EIO;
			return told.error ? -1 : 0;
		}
	}
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

#define DOUBLE_BYTES 4096

/* What a dma-buf says of its size, and nobody else is asked for. */
__attribute__((visibility("default"))) off_t lseek(int fd, off_t offset, int whence)
{
	return whence == SEEK_END ? DOUBLE_BYTES : (off_t)syscall(SYS_lseek, fd, offset, whence);
}

/*
 * This one knows no seals, is no file of a file system, and can be mapped, as a dma-buf: whether it
 * is one only the kernel can say.
 */
static struct xf_surface *import(struct xf_domain *domain)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface *surface;
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(xf_surface_import(domain, &desc, fd, 0, 0, &surface), 0);
	close(fd);
	return surface;
}

static void accesses_are_bracketed(void **state)
{
	struct xf_surface *surface = import(*state);
	void *data;
	memset(&told, 0, sizeof(told));
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, &data), 0);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.flags[0], DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	/* Nested: only what is new. */
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, &data), 0);
	assert_int_equal(told.count, 1);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE | XF_ACCESS_READ, &data), 0);
	assert_int_equal(told.flags[1], DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	assert_int_equal(xf_surface_end(surface), 0);
	assert_int_equal(xf_surface_end(surface), 0);
	assert_int_equal(told.count, 2);
	assert_int_equal(xf_surface_end(surface), 0);
	assert_int_equal(told.flags[2], DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW);
	assert_int_equal(xf_surface_end(surface), -EPERM);
	assert_int_equal(told.count, 3);
	xf_surface_close(surface);
}

static void interruptions_and_failures_are_seen(void **state)
{
	struct xf_surface *surface = import(*state);
	void *data;
	memset(&told, 0, sizeof(told));
	told.interrupt = 3;
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, &data), 0);
	assert_int_equal(told.count, 1);
	assert_int_equal(xf_surface_end(surface), 0);
	told.error = EIO; /* the device is gone */
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, &data), -EIO);
	assert_int_equal(xf_surface_end(surface), -EPERM);
	told.error = ENOTTY; /* no dma-buf after all */
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, &data), 0);
	assert_int_equal(xf_surface_end(surface), 0);
	xf_surface_close(surface);
}

/* Memory of the domain, and files that can be sealed, are none: no system call. */
static void others_are_not_asked(void **state)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 4096, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	struct xf_surface *surfaces[2];
	int fd = memfd_create("pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *data;
	memset(&told, 0, sizeof(told));
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surfaces[0]), 0);
	assert_int_equal(xf_surface_import(*state, &desc, fd, 0, 0, &surfaces[1]), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(xf_surface_begin(surfaces[i], XF_ACCESS_WRITE, &data), 0);
		assert_int_equal(xf_surface_end(surfaces[i]), 0);
		xf_surface_close(surfaces[i]);
	}
	assert_int_equal(told.count, 0);
	close(fd);
}

static void a_real_one_where_the_kernel_has_it(void **state)
{
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (device < 0) {
		print_message("no /dev/udmabuf here; the double has to do\n");
		return;
	}
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 4096, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	int memory = memfd_create("dma", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct xf_surface *surface;
	char *data;
	assert_int_equal(ftruncate(memory, 4096), 0);
	assert_int_equal(fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	struct udmabuf_create create = {
		.memfd = (uint32_t)memory, .flags = UDMABUF_FLAGS_CLOEXEC, .size = 4096
	};
	int fd = ioctl(device, UDMABUF_CREATE, &create);
	assert_true(fd >= 0);
	memset(&told, 0, sizeof(told));
	told.error = -1;
	assert_int_equal(xf_surface_import(*state, &desc, fd, 0, 0, &surface), 0);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE, (void **)&data), 0);
	data[7] = 7;
	assert_int_equal(xf_surface_end(surface), 0);
	assert_int_equal(told.count, 2);
	xf_surface_close(surface);
	char seen = 0;
	assert_int_equal(pread(memory, &seen, 1, 7), 1);
	assert_int_equal(seen, 7);
	close(fd);
	close(memory);
	close(device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(accesses_are_bracketed),
		test_with_domain(interruptions_and_failures_are_seen),
		test_with_domain(others_are_not_asked),
		test_with_domain(a_real_one_where_the_kernel_has_it),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
