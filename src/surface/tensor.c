/* SPDX-License-Identifier: MIT */
#include "surface/tensor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const struct {
	uint32_t dtype;
	const char *name;
} dtypes[] = {
	{ XF_DTYPE_I8, "i8" },
	{ XF_DTYPE_I16, "i16" },
	{ XF_DTYPE_I32, "i32" },
	{ XF_DTYPE_I64, "i64" },
	{ XF_DTYPE_U8, "u8" },
	{ XF_DTYPE_U16, "u16" },
	{ XF_DTYPE_U32, "u32" },
	{ XF_DTYPE_U64, "u64" },
	{ XF_DTYPE_F16, "f16" },
	{ XF_DTYPE_F32, "f32" },
	{ XF_DTYPE_F64, "f64" },
	{ XF_DTYPE_BF16, "bf16" },
};

const char *xf_dtype_name(uint32_t dtype)
{
	for (size_t i = 0; i < sizeof(dtypes) / sizeof(dtypes[0]); i++)
		if (dtypes[i].dtype == dtype)
			return dtypes[i].name;
	return NULL;
}

static int check_rest(const struct xf_surface_desc *desc)
{
	uint32_t alignment = desc->alignment_bytes;
	if (desc->width_px || desc->height_px || desc->n_planes || desc->modifier ||
		desc->padded_height_px)
		return xf_fail(-EINVAL, "a tensor has no pixels, planes, modifier or padded rows");
	if (alignment & (alignment - 1) || alignment > 65536)
		return xf_fail(
			-EINVAL, "alignment_bytes is %u; a power of two up to 65536", alignment);
	return 0;
}

static int check_dims(const struct xf_tensor *tensor)
{
	if (!xf_dtype_name(tensor->dtype))
		return xf_fail(-EINVAL, "there is no dtype 0x%x", tensor->dtype);
	if (tensor->n_dims > XF_TENSOR_DIMS_MAX)
		return xf_fail(
			-EINVAL, "n_dims is %u; at most %d", tensor->n_dims, XF_TENSOR_DIMS_MAX);
	for (uint32_t i = 0; i < XF_TENSOR_DIMS_MAX; i++) {
		if (i < tensor->n_dims && !tensor->dims[i])
			return xf_fail(-EINVAL, "dims[%u] is 0: there are no elements", i);
		if (i >= tensor->n_dims && (tensor->dims[i] || tensor->strides_bytes[i]))
			return xf_fail(
				-EINVAL, "dimension %u is set, n_dims is %u", i, tensor->n_dims);
	}
	return 0;
}

static bool has_strides(const struct xf_tensor *tensor)
{
	for (uint32_t i = 0; i < tensor->n_dims; i++)
		if (tensor->strides_bytes[i])
			return true;
	return false;
}

/* The last dimension is packed; the one before it begins at whole alignments. */
static int fill_strides(struct xf_tensor *tensor, uint32_t alignment)
{
	int64_t stride = XF_DTYPE_BYTES(tensor->dtype), align = alignment ? alignment - 1 : 0;
	for (uint32_t i = tensor->n_dims; i-- > 0;) {
		tensor->strides_bytes[i] = stride;
		if (i == 0)
			break;
		if (__builtin_mul_overflow(stride, tensor->dims[i], &stride))
			return -EOVERFLOW;
		if (i + 1 == tensor->n_dims && __builtin_add_overflow(stride, align, &stride))
			return -EOVERFLOW;
		if (i + 1 == tensor->n_dims)
			stride &= ~align;
	}
	return 0;
}

static int check_stride(const struct xf_tensor *tensor, uint32_t i)
{
	int64_t stride = tensor->strides_bytes[i];
	if (stride < 0)
		return xf_fail(-EINVAL, "strides_bytes[%u] is negative", i);
	if (stride % XF_DTYPE_BYTES(tensor->dtype))
		return xf_fail(-EINVAL, "strides_bytes[%u] is %lld; a multiple of %u", i,
			(long long)stride, XF_DTYPE_BYTES(tensor->dtype));
	return 0;
}

/* Of the dimensions not in `done` that are more than one element the one with the least stride. */
static uint32_t innermost(const struct xf_tensor *tensor, uint32_t done)
{
	uint32_t best = tensor->n_dims;
	for (uint32_t i = 0; i < tensor->n_dims; i++)
		if (!(done & 1u << i) && tensor->dims[i] > 1 &&
			(best == tensor->n_dims ||
				tensor->strides_bytes[i] < tensor->strides_bytes[best]))
			best = i;
	return best;
}

/*
 * From the inside out: what has been gone through so far spans `*ret_span` bytes, and a dimension
 * whose stride is less than that would meet itself.
 */
static int check_strides(const struct xf_tensor *tensor, int64_t *ret_span)
{
	int64_t span = XF_DTYPE_BYTES(tensor->dtype), more;
	for (uint32_t i = 0; i < tensor->n_dims; i++) {
		int r = check_stride(tensor, i);
		if (r)
			return r;
	}
	for (uint32_t i, done = 0; (i = innermost(tensor, done)) < tensor->n_dims;
		done |= 1u << i) {
		if (tensor->strides_bytes[i] < span)
			return xf_fail(-EINVAL, "strides_bytes[%u] is %lld: elements overlap", i,
				(long long)tensor->strides_bytes[i]);
		if (__builtin_mul_overflow(tensor->strides_bytes[i], tensor->dims[i] - 1, &more) ||
			__builtin_add_overflow(span, more, &span))
			return -EOVERFLOW;
	}
	*ret_span = span;
	return 0;
}

int xfi_tensor_layout(struct xf_surface_desc *desc, uint64_t *ret_size_bytes)
{
	struct xf_tensor *tensor = &desc->tensor;
	int64_t span = 0, size;
	int r = check_rest(desc);
	if (!r)
		r = check_dims(tensor);
	if (!r && tensor->offset_bytes % XF_DTYPE_BYTES(tensor->dtype))
		r = xf_fail(-EINVAL, "offset_bytes is %llu; a multiple of %u",
			(unsigned long long)tensor->offset_bytes, XF_DTYPE_BYTES(tensor->dtype));
	if (!r && !has_strides(tensor))
		r = fill_strides(tensor, desc->alignment_bytes);
	if (!r)
		r = check_strides(tensor, &span);
	if (!r && __builtin_add_overflow(span, tensor->offset_bytes, &size))
		r = -EOVERFLOW;
	if (!r)
		*ret_size_bytes = (uint64_t)size;
	return r;
}
