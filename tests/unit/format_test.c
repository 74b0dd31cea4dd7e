/* SPDX-License-Identifier: MIT */
/* Layouts of formats: true sizes, rows per plane, alignment, what is refused. */
#include <fcntl.h>
#include <sys/mman.h>

#include "harness.h"

static struct xf_surface_desc desc_of(uint32_t width, uint32_t height, uint32_t fourcc)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = width,
		.height_px = height,
		.fourcc = fourcc };
}

/* A sealed file of exactly that many bytes. */
static int file_of(off_t bytes)
{
	int fd = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, bytes), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
	return fd;
}

static void import_of(
	struct xf_domain *domain, const struct xf_surface_desc *desc, off_t bytes, int expected)
{
	struct xf_surface *surface = NULL;
	int fd = file_of(bytes);
	assert_int_equal(xf_surface_import(domain, desc, fd, 0, 0, &surface), expected);
	xf_surface_close(surface);
	close(fd);
}

/* A decoder's frame is exactly as big as it is, and no byte more. */
static void frames_of_their_true_size_are_imported(void **state)
{
	static const struct {
		uint32_t fourcc;
		uint32_t bytes, chroma_div; /* of a sample; chroma rows are height / chroma_div */
	} formats[] = {
		{ XF_FORMAT_NV12, 1, 2 },
		{ XF_FORMAT_P010, 2, 2 },
		{ XF_FORMAT_P016, 2, 2 },
		{ XF_FORMAT_NV16, 1, 1 },
		{ XF_FORMAT_P210, 2, 1 },
	};
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct xf_surface_desc desc = desc_of(1920, 1080, formats[i].fourcc);
		uint32_t stride = 1920 * formats[i].bytes, luma = stride * 1080;
		uint32_t size = luma + luma / formats[i].chroma_div;
		desc.n_planes = 2;
		desc.planes[0] = (struct xf_plane){ 0, stride, 0 };
		desc.planes[1] = (struct xf_plane){ luma, stride, 0 };
		import_of(*state, &desc, size, 0);
		import_of(*state, &desc, size - 1, -EINVAL);
		desc.planes[1].stride_bytes--;
		import_of(*state, &desc, size, -EINVAL); /* too small for a row */
	}
}

/* What is not known is described: rows of each plane, and strides that are taken as they are. */
static void rows_of_unknown_formats_count(void **state)
{
	struct xf_surface_desc desc = desc_of(64, 64, XF_FOURCC('?', '?', '?', '?')),
			       seen = { .size = sizeof(seen) };
	struct xf_surface *surface;
	desc.n_planes = 2;
	desc.planes[0] = (struct xf_plane){ 0, 64, 0 };
	desc.planes[1] = (struct xf_plane){ 4096, 64, 16 };
	import_of(*state, &desc, 4096 + 1024, 0);
	import_of(*state, &desc, 4096 + 1023, -EINVAL);
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), 0);
	xf_id id = xf_surface_id(surface);
	struct xf_surface *other;
	assert_int_equal(xf_surface_open(*state, id, &other), 0);
	xf_surface_desc(other, &seen, NULL);
	assert_int_equal(seen.planes[0].rows, 64);
	assert_int_equal(seen.planes[1].rows, 16);
	xf_surface_close(other);
	xf_surface_close(surface);
	/* Tiled memory is not rows of the format: its planes are as described, too. */
	desc = desc_of(64, 64, XF_FORMAT_XRGB8888);
	desc.modifier = 1;
	desc.n_planes = 2;
	desc.planes[0] = (struct xf_plane){ 0, 64 * 4, 0 };
	desc.planes[1] = (struct xf_plane){ 16384, 64, 1 };
	import_of(*state, &desc, 16384 + 64, 0);
}

static void alignment_and_padding_are_parameters(void **state)
{
	uint32_t alignments[] = { 1, 4, 128, 256, 4096, 65536 };
	uint64_t size;
	for (size_t i = 0; i < sizeof(alignments) / sizeof(alignments[0]); i++) {
		struct xf_surface_desc desc = desc_of(101, 51, XF_FORMAT_YUV420);
		uint32_t a = alignments[i];
		desc.alignment_bytes = a;
		desc.padded_height_px = 64;
		assert_int_equal(xf_surface_layout(&desc, &size), 0);
		assert_int_equal(desc.planes[0].stride_bytes, (101 + a - 1) / a * a);
		assert_int_equal(desc.planes[1].stride_bytes, (51 + a - 1) / a * a);
		assert_int_equal(desc.planes[1].offset_bytes, desc.planes[0].stride_bytes * 64);
		assert_int_equal(desc.planes[2].offset_bytes,
			desc.planes[1].offset_bytes + desc.planes[1].stride_bytes * 32);
		assert_int_equal(desc.planes[0].rows, 51);
		assert_int_equal(desc.planes[2].rows, 26);
	}
}

static void impossible_layouts_are_refused(void **state)
{
	struct xf_surface_desc bad[6];
	uint64_t size = 77;
	for (size_t i = 0; i < 6; i++)
		bad[i] = desc_of(100, 100, XF_FORMAT_NV12);
	bad[0].alignment_bytes = 3;
	bad[1].alignment_bytes = 1 << 17;
	bad[2].padded_height_px = 99;
	bad[3].padded_height_px = 32769;
	bad[4].n_planes = 2; /* rows that the format has not */
	bad[4].planes[0] = (struct xf_plane){ 0, 100, 100 };
	bad[4].planes[1] = (struct xf_plane){ 10000, 100, 100 };
	bad[5] = desc_of(100, 100, XF_FOURCC('?', '?', '?', '?'));
	bad[5].n_planes = 1;
	bad[5].planes[0] = (struct xf_plane){ 0, 100, 40000 };
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(xf_surface_layout(&bad[i], &size), -EINVAL);
	assert_int_equal(size, 77);
}

static void formats_are_told(void **state)
{
	struct xf_format_info info = { .size = sizeof(info) };
	assert_int_equal(xf_format_info(XF_FORMAT_P012, &info), 0);
	assert_int_equal(info.n_planes, 2);
	assert_int_equal(info.bits, 12);
	assert_int_equal(info.planes[1].block_bytes, 4);
	assert_int_equal(info.planes[1].block_width_px, 2);
	assert_int_equal(info.planes[1].block_height_px, 2);
	assert_int_equal(xf_format_info(XF_FOURCC('?', '?', '?', '?'), &info), -ENOENT);
	assert_int_equal(xf_format_info(XF_FORMAT_R8, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(frames_of_their_true_size_are_imported),
		test_with_domain(rows_of_unknown_formats_count),
		cmocka_unit_test(alignment_and_padding_are_parameters),
		cmocka_unit_test(impossible_layouts_are_refused),
		cmocka_unit_test(formats_are_told),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
