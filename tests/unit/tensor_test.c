/* SPDX-License-Identifier: MIT */
/* Tensors: layouts, what is refused, and that members see the shape that was given. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "harness.h"

static struct xf_surface_desc tensor_of(uint32_t dtype, uint32_t n_dims, const uint64_t *dims)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.fourcc = XF_FORMAT_TENSOR,
		.tensor = { .dtype = dtype, .n_dims = n_dims } };
	for (uint32_t i = 0; i < n_dims; i++)
		desc.tensor.dims[i] = dims[i];
	return desc;
}

static const uint64_t image[] = { 1, 3, 224, 225 };

static void assert_layout(struct xf_surface_desc *desc, uint64_t bytes)
{
	uint64_t size = 0;
	assert_int_equal(xf_surface_layout(desc, &size), 0);
	assert_int_equal(size, bytes);
	assert_int_equal(xf_surface_layout(desc, &size), 0); /* what it made is in order */
	assert_int_equal(size, bytes);
}

static void strides_are_filled_in(void **state)
{
	static const struct {
		uint32_t dtype, bytes;
		const char *name;
	} dtypes[] = { { XF_DTYPE_U8, 1, "u8" }, { XF_DTYPE_I8, 1, "i8" },
		{ XF_DTYPE_U16, 2, "u16" }, { XF_DTYPE_I16, 2, "i16" }, { XF_DTYPE_U32, 4, "u32" },
		{ XF_DTYPE_I32, 4, "i32" }, { XF_DTYPE_U64, 8, "u64" }, { XF_DTYPE_I64, 8, "i64" },
		{ XF_DTYPE_F16, 2, "f16" }, { XF_DTYPE_BF16, 2, "bf16" },
		{ XF_DTYPE_F32, 4, "f32" }, { XF_DTYPE_F64, 8, "f64" } };
	for (size_t i = 0; i < sizeof(dtypes) / sizeof(dtypes[0]); i++) {
		uint32_t bytes = dtypes[i].bytes;
		struct xf_surface_desc desc = tensor_of(dtypes[i].dtype, 4, image);
		assert_string_equal(xf_dtype_name(dtypes[i].dtype), dtypes[i].name);
		assert_int_equal(XF_DTYPE_BYTES(dtypes[i].dtype), bytes);
		assert_layout(&desc, 3 * 224 * 225 * bytes);
		assert_int_equal(desc.tensor.strides_bytes[3], bytes);
		assert_int_equal(desc.tensor.strides_bytes[2], 225 * bytes);
		assert_int_equal(desc.tensor.strides_bytes[1], 224 * 225 * bytes);
		assert_int_equal(desc.tensor.strides_bytes[0], 3 * 224 * 225 * bytes);
		desc = tensor_of(dtypes[i].dtype, 0, NULL);
		assert_layout(&desc, bytes); /* a single number */
	}
	assert_null(xf_dtype_name(0));
	assert_null(xf_dtype_name(XF_DTYPE_F32 + 1));
	assert_int_equal(XF_DTYPE_CODE(XF_DTYPE_BF16), 4); /* kDLBfloat */
}

static void rows_are_aligned_on_request(void **state)
{
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_F32, 4, image);
	desc.alignment_bytes = 256;
	assert_layout(&desc, 1024 * (3 * 224 - 1) + 900); /* the last row lacks its padding */
	assert_int_equal(desc.tensor.strides_bytes[2], 1024);
	assert_int_equal(desc.tensor.strides_bytes[1], 1024 * 224);
	desc = tensor_of(XF_DTYPE_F64, 4, image);
	desc.alignment_bytes = 4; /* less than an element has anyway */
	assert_layout(&desc, 8 * 3 * 224 * 225);
	desc = tensor_of(XF_DTYPE_U8, 1, image);
	desc.alignment_bytes = 4096; /* one row */
	assert_layout(&desc, 1);
}

/* Columns first, channels last, room in between, from an offset: whatever does not overlap. */
static void strides_may_be_given(void **state)
{
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_F32, 4, image);
	static const int64_t channels_last[] = { 604800, 4, 2700, 12 };
	memcpy(desc.tensor.strides_bytes, channels_last, sizeof(channels_last));
	assert_layout(&desc, 604800);
	desc.tensor.offset_bytes = 4096;
	assert_layout(&desc, 4096 + 604800);
	static const int64_t sparse[] = { 0, 4000000, 8000, 16 }; /* 0: it is never stepped over */
	memcpy(desc.tensor.strides_bytes, sparse, sizeof(sparse));
	assert_layout(&desc, 4096 + 2 * 4000000 + 223 * 8000 + 224 * 16 + 4);
	assert_int_equal(desc.tensor.strides_bytes[0], 0);
}

static void nonsense_is_refused(void **state)
{
	struct xf_surface_desc bad[16], good = tensor_of(XF_DTYPE_F32, 4, image);
	uint64_t size = 77;
	assert_int_equal(xf_surface_layout(&good, &size), 0);
	for (size_t i = 0; i < 16; i++)
		bad[i] = good;
	bad[0].tensor.dims[2] = 0;
	bad[1].tensor.n_dims = 9;
	bad[2].tensor.dtype = 0;
	bad[3].tensor.dtype = XF_DTYPE_F32 | 1u << 16; /* two lanes */
	bad[4].tensor.strides_bytes[1] = -604800 / 3;
	bad[5].tensor.strides_bytes[3] = 0; /* every element of a row is the same */
	bad[6].tensor.strides_bytes[2] = 896; /* rows overlap by one element */
	bad[7].tensor.strides_bytes[3] = 6;
	bad[8].tensor.offset_bytes = 2;
	bad[9].tensor.dims[7] = 1;
	bad[10].tensor.strides_bytes[4] = 4;
	bad[11].width_px = 1;
	bad[12].n_planes = 1;
	bad[13].modifier = 1;
	bad[14].alignment_bytes = 48;
	memset(bad[15].label, 'x', sizeof(bad[15].label));
	size = 77;
	for (size_t i = 0; i < 16; i++) {
		assert_int_equal(xf_surface_layout(&bad[i], &size), -EINVAL);
		assert_true(strlen(xf_last_message(-EINVAL)) > 0);
	}
	assert_int_equal(size, 77);
}

/* Whatever the numbers are, sums that do not fit are noticed, and nothing is made. */
static void overflow_is_refused(void **state)
{
	const uint64_t half = UINT64_C(1) << 63;
	uint64_t dims[8], size = 77;
	struct xf_surface *surface;
	for (uint32_t n = 1; n <= 8; n++) {
		for (uint32_t i = 0; i < n; i++)
			dims[i] = half;
		struct xf_surface_desc desc = tensor_of(XF_DTYPE_U8, n, dims);
		assert_int_equal(xf_surface_layout(&desc, &size), -EOVERFLOW);
		assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), -EOVERFLOW);
		desc.tensor.strides_bytes[n - 1] = 1;
		for (uint32_t i = 0; i < n; i++)
			desc.tensor.strides_bytes[i] = INT64_MAX;
		assert_int_equal(xf_surface_layout(&desc, &size), -EOVERFLOW);
		for (uint32_t i = 0; i < n; i++)
			desc.tensor.dims[i] = UINT64_MAX;
		assert_int_equal(xf_surface_layout(&desc, &size), -EOVERFLOW);
	}
	dims[0] = INT64_MAX;
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_U8, 1, dims);
	assert_layout(&desc, INT64_MAX);
	desc.tensor.offset_bytes = 1;
	assert_int_equal(xf_surface_layout(&desc, &size), -EOVERFLOW);
	desc.tensor.offset_bytes = 0;
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), -ENOSPC);
	desc = tensor_of(XF_DTYPE_F64, 1, dims);
	assert_int_equal(xf_surface_layout(&desc, &size), -EOVERFLOW);
	dims[0] = 1;
	dims[1] = half / 8 - 1;
	desc = tensor_of(XF_DTYPE_F64, 2, dims);
	desc.alignment_bytes = 65536; /* the pitch of the only row would not fit */
	assert_int_equal(xf_surface_layout(&desc, &size), -EOVERFLOW);
	assert_int_equal(size, 77);
}

static void assert_same(const struct xf_tensor *a, const struct xf_tensor *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

/* Another process sums up what was written, by the strides that it finds. */
static int sum_up(struct xf_domain *domain, xf_id id)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_surface *surface;
	const char *data;
	uint64_t sum = 0, bytes;
	if (xf_surface_open(domain, id, &surface) || xf_surface_desc(surface, &desc, &bytes) ||
		xf_surface_begin(surface, XF_ACCESS_READ, (void **)&data))
		return 1;
	const struct xf_tensor *t = &desc.tensor;
	if (desc.fourcc != XF_FORMAT_TENSOR || t->dtype != XF_DTYPE_U16 || t->n_dims != 2)
		return 2;
	for (uint64_t i = 0; i < t->dims[0]; i++)
		for (uint64_t j = 0; j < t->dims[1]; j++)
			sum += *(const uint16_t *)(data + t->offset_bytes +
						   (int64_t)i * t->strides_bytes[0] +
						   (int64_t)j * t->strides_bytes[1]);
	xf_surface_end(surface);
	xf_surface_close(surface);
	return sum == 5050 ? 0 : 3;
}

static void members_see_the_shape(void **state)
{
	needs_processes();
	static const uint64_t dims[] = { 10, 10 };
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_U16, 2, dims);
	struct xf_surface *surface;
	uint16_t *data;
	desc.alignment_bytes = 64;
	desc.tensor.offset_bytes = 128;
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), 0);
	xf_surface_desc(surface, &desc, NULL);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_WRITE, (void **)&data), 0);
	for (int i = 0; i < 10; i++)
		for (int j = 0; j < 10; j++)
			data[64 + i * 32 + j] = (uint16_t)(10 * i + j + 1);
	assert_int_equal(xf_surface_end(surface), 0);
	assert_int_equal(wait_child(in_child(*state, xf_surface_id(surface), sum_up)), 0);
	struct xf_object_info info = { .size = sizeof(info) };
	assert_int_equal(xf_inspect_object(*state, xf_surface_id(surface), &info), 0);
	assert_same(&info.tensor, &desc.tensor);
	xf_surface_close(surface);
}

/* The memory is the file's; the shape travels by the id. */
static void imported_ones_are_sent(void **state)
{
	static const uint64_t dims[] = { 1024 };
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_F32, 1, dims),
			       seen = { .size = sizeof(seen) };
	struct xf_surface *surface, *received;
	int sockets[2], fd = memfd_create("weights", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	float *data;
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	strcpy(desc.label, "weights");
	assert_int_equal(xf_surface_import(*state, &desc, fd, 0, 0, &surface), 0);
	desc.tensor.offset_bytes = 4;
	assert_int_equal(xf_surface_import(*state, &desc, fd, 0, 0, &received), -EINVAL);
	xf_id id;
	assert_int_equal(xf_domain_find(*state, XF_SURFACE, "weights", &id), 0);
	assert_int_equal(id, xf_surface_id(surface));
	assert_int_equal(xf_surface_open(*state, id, &received), -ENOTCONN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	assert_int_equal(xf_surface_send(surface, sockets[0]), 0);
	assert_int_equal(xf_surface_recv(*state, sockets[1], &received), 0);
	xf_surface_desc(received, &seen, NULL);
	assert_int_equal(seen.tensor.dims[0], 1024);
	assert_int_equal(seen.tensor.strides_bytes[0], 4);
	assert_string_equal(seen.label, "weights");
	assert_int_equal(xf_surface_begin(received, XF_ACCESS_WRITE, (void **)&data), 0);
	data[1023] = 1.5f;
	xf_surface_end(received);
	float last;
	assert_int_equal(pread(fd, &last, 4, 4092), 4);
	assert_true(last == 1.5f);
	xf_surface_close(received);
	xf_surface_close(surface);
	assert_int_equal(xf_domain_find(*state, XF_SURFACE, "weights", &id), -ENOENT);
	close(sockets[0]);
	close(sockets[1]);
	close(fd);
}

static void streams_carry_them(void **state)
{
	static const uint64_t dims[] = { 3, 640, 640 };
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_F16, 3, dims),
			       seen = { .size = sizeof(seen) };
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 3 };
	struct xf_object_info info = { .size = sizeof(info) };
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info frame_info = { .size = sizeof(frame_info) };
	struct xf_stream *producer, *reader;
	static uint8_t copy[2 * 3 * 640 * 640];
	size_t bytes;
	assert_int_equal(xf_stream_create(*state, &params, "activations", &producer), 0);
	assert_int_equal(xf_stream_open(*state, "activations", 0, &reader), 0);
	assert_int_equal(xf_stream_subscribe(reader, XF_STREAM_EVERY, 1), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(xf_stream_hold(producer, 0, &frame), 0);
		assert_int_equal(xf_stream_publish(producer, &frame, NULL), 0);
		assert_int_equal(xf_stream_next(reader, 0, &frame), 0);
		assert_int_equal(frame.format->desc->fourcc, XF_FORMAT_TENSOR);
		assert_int_equal(frame.format->desc->tensor.dims[0], dims[0]);
		assert_int_equal(frame.format->desc->tensor.strides_bytes[0], 2 * 640 * 640);
		assert_int_equal(xf_inspect_object(*state, xf_stream_id(reader), &info), 0);
		assert_same(&info.tensor, &frame.format->desc->tensor);
		assert_int_equal(xf_stream_done(reader, &frame), 0);
		assert_int_equal(xf_stream_peek(reader, 0, 0, copy, sizeof(copy), &bytes,
					 &frame_info, &seen),
			0);
		assert_int_equal(bytes, sizeof(copy));
		assert_int_equal(seen.tensor.dims[0], dims[0]);
		/* Another shape is another format, though it has as many bytes. */
		desc.tensor.dims[0] = dims[i % 2];
		desc.tensor.dims[1] = dims[1 - i % 2];
		assert_int_equal(xf_stream_set_format(producer, &format), 0);
		desc.tensor.dims[0] = dims[0];
		desc.tensor.dims[1] = dims[1];
		assert_int_equal(xf_stream_set_format(producer, &format), 0);
	}
	xf_stream_close(reader);
	xf_stream_close(producer);
}

static int note(const struct xf_object_info *info, void *arg)
{
	if (info->fourcc == XF_FORMAT_TENSOR && info->tensor.dtype == XF_DTYPE_BF16)
		*(int *)arg += info->type == XF_POOL ? 100 : 1;
	return 0;
}

static void pools_have_them(void **state)
{
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_BF16, 4, image),
			       seen = { .size = sizeof(seen) };
	struct xf_pool *pool, *same;
	xf_id id;
	int seen_so_far = 0;
	for (uint32_t flags = 0; flags <= XF_SURFACE_SYNC; flags++) {
		assert_int_equal(xf_pool_create(*state, &desc, 3, flags, "pool", &pool), 0);
		assert_int_equal(xf_pool_open(*state, xf_pool_id(pool), &same), 0);
		xf_surface_desc(xf_pool_surface(same, 2), &seen, NULL);
		assert_int_equal(seen.tensor.strides_bytes[2], 450);
		assert_int_equal(xf_domain_find(*state, XF_SURFACE, "pool[2]", &id), 0);
		assert_int_equal(id, xf_surface_id(xf_pool_surface(same, 2)));
		assert_int_equal(xf_domain_find(*state, XF_SURFACE, "pool[3]", &id), -ENOENT);
		assert_int_equal(xf_inspect_objects(*state, note, &seen_so_far), 0);
		assert_int_equal(seen_so_far, 103 * (flags + 1));
		xf_pool_close(same);
		xf_pool_close(pool);
	}
}

/* Where in the domain's file the annex of the surface with this label lies. */
static off_t find_annex(int fd, const char *label)
{
	static char page[4096];
	off_t end = lseek(fd, 0, SEEK_END);
	/* It ends with a page; what was never written is skipped. */
	for (off_t at = lseek(fd, 0, SEEK_DATA); at >= 0 && at < end; at += 4096) {
		at = lseek(fd, at, SEEK_DATA);
		if (at < 0 || pread(fd, page, 4096, at) != 4096)
			break;
		if (strcmp(page + 4096 - 256, label) == 0)
			return at + 4096 - 256;
	}
	return 0;
}

/* A member writes into it what it likes: whoever looks gets an error, or memory of the domain. */
static void a_scribbled_annex_harms_nobody(void **state)
{
	static const uint64_t dims[] = { 16, 16 };
	struct xf_surface_desc desc = tensor_of(XF_DTYPE_F32, 2, dims),
			       seen = { .size = sizeof(seen) };
	struct xf_object_info info = { .size = sizeof(info) };
	struct xf_surface *surface, *other;
	unsigned char annex[256], noise[256];
	uint64_t random = 88172645463325252u, bytes;
	const char *data;
	int fd, opened = 0;
	strcpy(desc.label, "scribbled");
	assert_int_equal(xf_surface_create(*state, &desc, 0, &surface), 0);
	assert_int_equal(xf_domain_export(*state, 0, &fd), 0);
	off_t at = find_annex(fd, "scribbled");
	assert_int_not_equal(at, 0);
	assert_int_equal(pread(fd, annex, sizeof(annex), at), sizeof(annex));
	for (int round = 0; round < 3000; round++) {
		memcpy(noise, annex, sizeof(noise));
		for (int i = 0; i < 1 + round % 8; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			noise[56 + random % 150] = (unsigned char)(random >> 32);
		}
		assert_int_equal(pwrite(fd, noise, sizeof(noise), at), sizeof(noise));
		assert_int_equal(xf_inspect_object(*state, xf_surface_id(surface), &info), 0);
		assert_true(info.tensor.n_dims <= XF_TENSOR_DIMS_MAX);
		int r = xf_surface_open(*state, xf_surface_id(surface), &other);
		assert_true(r == 0 || r == -EPROTO);
		if (r)
			continue;
		opened++;
		xf_surface_desc(other, &seen, &bytes);
		r = xf_surface_begin(other, XF_ACCESS_READ, (void **)&data);
		assert_true(r == 0 || r == -EPROTO || r == -ENOMEM);
		if (!r && data[bytes - 1] == 77)
			opened++;
		xf_surface_close(other);
	}
	assert_true(opened > 0);
	/* What has been opened before goes by its own copy. */
	xf_surface_desc(surface, &seen, &bytes);
	assert_int_equal(bytes, 1024);
	close(fd);
	xf_surface_close(surface);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strides_are_filled_in),
		cmocka_unit_test(rows_are_aligned_on_request),
		cmocka_unit_test(strides_may_be_given),
		cmocka_unit_test(nonsense_is_refused),
		test_with_domain(overflow_is_refused),
		test_with_domain(members_see_the_shape),
		test_with_domain(imported_ones_are_sent),
		test_with_domain(streams_carry_them),
		test_with_domain(pools_have_them),
		test_with_domain(a_scribbled_annex_harms_nobody),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
