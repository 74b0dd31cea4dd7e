/* SPDX-License-Identifier: MIT */
/*
 * Pixel formats: the codes that DRM, Wayland and GStreamer use, and what their planes look like.
 * Other codes may be used where the planes are described by hand (surface.h). Values are little
 * endian; "UV" are the blue and the red chroma.
 */
#ifndef CROSSFENCE_FORMAT_H
#define CROSSFENCE_FORMAT_H

#include <stddef.h>
#include <crossfence/result.h>

#ifdef __cplusplus
extern "C" {
#endif

#define XF_PLANES_MAX 4

/* A DRM format code, as DRM_FORMAT_* in libdrm's drm_fourcc.h. */
#define XF_FOURCC(a, b, c, d)                                                                      \
	((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))
/* clang-format off */
#define XF_FORMAT_ABGR8888      XF_FOURCC('A', 'B', '2', '4') /* bytes R G B A */
#define XF_FORMAT_XBGR8888      XF_FOURCC('X', 'B', '2', '4') /* bytes R G B x */
#define XF_FORMAT_ARGB8888      XF_FOURCC('A', 'R', '2', '4') /* bytes B G R A */
#define XF_FORMAT_XRGB8888      XF_FOURCC('X', 'R', '2', '4') /* bytes B G R x */
#define XF_FORMAT_RGBA8888      XF_FOURCC('R', 'A', '2', '4') /* bytes A B G R */
#define XF_FORMAT_RGBX8888      XF_FOURCC('R', 'X', '2', '4') /* bytes x B G R */
#define XF_FORMAT_BGRA8888      XF_FOURCC('B', 'A', '2', '4') /* bytes A R G B */
#define XF_FORMAT_BGRX8888      XF_FOURCC('B', 'X', '2', '4') /* bytes x R G B */
#define XF_FORMAT_RGB888        XF_FOURCC('R', 'G', '2', '4') /* bytes B G R */
#define XF_FORMAT_BGR888        XF_FOURCC('B', 'G', '2', '4') /* bytes R G B */
#define XF_FORMAT_RGB565        XF_FOURCC('R', 'G', '1', '6') /* 16 bits, B in the lowest */
#define XF_FORMAT_XRGB2101010   XF_FOURCC('X', 'R', '3', '0') /* 32 bits, B in the lowest 10 */
#define XF_FORMAT_ARGB2101010   XF_FOURCC('A', 'R', '3', '0')
#define XF_FORMAT_XBGR2101010   XF_FOURCC('X', 'B', '3', '0') /* R in the lowest 10 */
#define XF_FORMAT_ABGR2101010   XF_FOURCC('A', 'B', '3', '0')
#define XF_FORMAT_ABGR16161616F XF_FOURCC('A', 'B', '4', 'H') /* halves R G B A */
#define XF_FORMAT_XBGR16161616F XF_FOURCC('X', 'B', '4', 'H') /* halves R G B x */
#define XF_FORMAT_R8            XF_FOURCC('R', '8', ' ', ' ')
#define XF_FORMAT_R16           XF_FOURCC('R', '1', '6', ' ')
#define XF_FORMAT_GR88          XF_FOURCC('G', 'R', '8', '8') /* bytes R G */
#define XF_FORMAT_GR1616        XF_FOURCC('G', 'R', '3', '2') /* 16 bits each, R G */
#define XF_FORMAT_NV12          XF_FOURCC('N', 'V', '1', '2') /* Y, then UV of half size */
#define XF_FORMAT_NV21          XF_FOURCC('N', 'V', '2', '1') /* the same with VU */
#define XF_FORMAT_NV16          XF_FOURCC('N', 'V', '1', '6') /* UV of half width */
#define XF_FORMAT_NV24          XF_FOURCC('N', 'V', '2', '4') /* UV of full size */
#define XF_FORMAT_P010          XF_FOURCC('P', '0', '1', '0') /* NV12 in the upper 10 of 16 bits */
#define XF_FORMAT_P012          XF_FOURCC('P', '0', '1', '2') /* upper 12 */
#define XF_FORMAT_P016          XF_FOURCC('P', '0', '1', '6') /* all 16 */
#define XF_FORMAT_P210          XF_FOURCC('P', '2', '1', '0') /* NV16 in the upper 10 of 16 bits */
#define XF_FORMAT_YUV420        XF_FOURCC('Y', 'U', '1', '2') /* Y, U, V of half size */
#define XF_FORMAT_YVU420        XF_FOURCC('Y', 'V', '1', '2') /* Y, V, U */
#define XF_FORMAT_YUV422        XF_FOURCC('Y', 'U', '1', '6') /* U and V of half width */
#define XF_FORMAT_YUV444        XF_FOURCC('Y', 'U', '2', '4') /* all of full size */
#define XF_FORMAT_S010          XF_FOURCC('S', '0', '1', '0') /* YUV420 in the lower 10 of 16 bits */
#define XF_FORMAT_S210          XF_FOURCC('S', '2', '1', '0') /* YUV422 likewise */
#define XF_FORMAT_S410          XF_FOURCC('S', '4', '1', '0') /* YUV444 likewise */
#define XF_FORMAT_YUYV          XF_FOURCC('Y', 'U', 'Y', 'V') /* two pixels in bytes Y U Y V */
#define XF_FORMAT_UYVY          XF_FOURCC('U', 'Y', 'V', 'Y') /* U Y V Y */
#define XF_FORMAT_Y210          XF_FOURCC('Y', '2', '1', '0') /* YUYV in the upper 10 of 16 bits */
#define XF_FORMAT_AYUV          XF_FOURCC('A', 'Y', 'U', 'V') /* bytes V U Y A */
#define XF_FORMAT_VUY888        XF_FOURCC('V', 'U', '2', '4') /* bytes Y U V */
#define XF_FORMAT_Y410          XF_FOURCC('Y', '4', '1', '0') /* 32 bits: U Y V 10 each, A 2 */
#define XF_FORMAT_RAW           0 /* width_px bytes in one row: a buffer, not an image */
#define XF_FORMAT_TENSOR        XF_FOURCC('T', 'N', 'S', 'R') /* numbers: struct xf_tensor */
/* clang-format on */

struct xf_format_plane {
	uint32_t block_bytes; /* a row is whole blocks */
	uint32_t block_width_px, block_height_px; /* what of the picture a block stands for */
};

struct xf_format_info {
	size_t size; /* sizeof(struct xf_format_info) */
	uint32_t n_planes;
	uint32_t bits; /* of a component; the largest, where they differ */
	struct xf_format_plane planes[XF_PLANES_MAX];
};

/*
 * What the elements of a tensor are. A value is DLPack's type code << 8 | bits, with one lane:
 * code 0 is a signed integer, 1 an unsigned one, 2 a float, 4 a bfloat.
 */
enum xf_dtype {
	XF_DTYPE_I8 = 0x008,
	XF_DTYPE_I16 = 0x010,
	XF_DTYPE_I32 = 0x020,
	XF_DTYPE_I64 = 0x040,
	XF_DTYPE_U8 = 0x108,
	XF_DTYPE_U16 = 0x110,
	XF_DTYPE_U32 = 0x120,
	XF_DTYPE_U64 = 0x140,
	XF_DTYPE_F16 = 0x210,
	XF_DTYPE_F32 = 0x220,
	XF_DTYPE_F64 = 0x240,
	XF_DTYPE_BF16 = 0x410,
};

#define XF_DTYPE_CODE(dtype)  ((uint32_t)(dtype) >> 8)
#define XF_DTYPE_BYTES(dtype) (((uint32_t)(dtype)&0xff) / 8)

/* "u8", "bf16"; NULL: no dtype. Static; thread-safety: safe. */
XF_API const char *xf_dtype_name(uint32_t dtype);

#define XF_TENSOR_DIMS_MAX 8

/*
 * Numbers in up to 8 dimensions, the first one outermost. Element (i, j, ...) lies offset_bytes +
 * i * strides_bytes[0] + j * strides_bytes[1] + ... behind the surface's first byte. numpy's shape
 * and strides are the same numbers; DLPack counts strides in elements.
 */
struct xf_tensor {
	uint32_t dtype; /* enum xf_dtype */
	uint32_t n_dims; /* 0: a single number */
	uint64_t offset_bytes; /* of element (0, 0, ...), a multiple of the element's size */
	uint64_t dims[XF_TENSOR_DIMS_MAX]; /* elements, at least 1; 0 beyond n_dims */
	int64_t strides_bytes[XF_TENSOR_DIMS_MAX]; /* not negative; 0 beyond n_dims */
};

/* What is known of a format. -ENOENT: nothing. Thread-safety: safe; never blocks. */
XF_API int xf_format_info(uint32_t fourcc, struct xf_format_info *ret_info);

#ifdef __cplusplus
}
#endif
#endif
