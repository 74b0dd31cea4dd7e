/* SPDX-License-Identifier: MIT */
/*
 * The one file that sees libvkd3d's headers, which must not meet libwine-dev's: types are plain
 * here.
 */
#ifndef XFI_WIN_MF_VKD3D_H
#define XFI_WIN_MF_VKD3D_H

#include <stdint.h>

/*
 * What both sets of headers agree on: HRESULT is int, HANDLE is a pointer. `iid` is
 * IID_ID3D12Device, which libvkd3d's headers would declare hidden.
 */
int xfi_vkd3d_create_device(
	unsigned feature_level, int (*signal)(void *event), const void *iid, void **ret_device);

struct xfi_vkd3d_image {
	int fd; /* borrowed */
	uint64_t offset_bytes; /* of the memory in fd, a multiple of the page size */
	uint64_t size_bytes;
	uint32_t plane_offset_bytes, stride_bytes;
	uint32_t width_px, height_px;
	int bgra;
};

/* An ID3D12Resource over the memory behind a descriptor. */
int xfi_vkd3d_import_image(void *device, const struct xfi_vkd3d_image *image, void **ret_resource);

#endif
