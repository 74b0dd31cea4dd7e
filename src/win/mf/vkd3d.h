/* SPDX-License-Identifier: MIT */
/*
 * The one file that sees libvkd3d's headers, which must not meet libwine-dev's: types are plain
 * here.
 */
#ifndef XFI_WIN_MF_VKD3D_H
#define XFI_WIN_MF_VKD3D_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What both sets of headers agree on: HRESULT is int, HANDLE is a pointer. `iid` is
 * IID_ID3D12Device, which libvkd3d's headers would declare hidden.
 */
struct xfi_vkd3d_choice {
	bool processor; /* one that draws by processor, else what libvkd3d likes best; or: */
	uint8_t device_uuid[16], driver_uuid[16];
};
int xfi_vkd3d_create_device(const struct xfi_vkd3d_choice *choice, unsigned feature_level,
	int (*signal)(void *event), const void *iid, void **ret_device);

/* Memory as an image: what is asked for, and what has to be given back. */
struct xfi_vkd3d_image {
	void *memory; /* mapped, page-aligned */
	uint64_t size_bytes; /* of it, whole pages */
	uint32_t plane_offset_bytes, stride_bytes;
	uint32_t width_px, height_px;
	bool bgra;
	void *device; /* VkDevice; filled in, as what follows */
	uint64_t vk_image, vk_memory;
};

/*
 * An ID3D12Resource over the image's memory, which must stay mapped, and the Vulkan objects must
 * stay until the resource is gone. 0; -ENOTSUP: the driver cannot; -EINVAL: not with this stride.
 */
int xfi_vkd3d_import_image(void *device, struct xfi_vkd3d_image *image, void **ret_resource);
void xfi_vkd3d_free_image(struct xfi_vkd3d_image *image);

/* libvkd3d's calls for root signatures, as D3D12's; structures and interfaces are the same ones. */
int xfi_vkd3d_serialize(const void *desc, unsigned version, void **ret_blob, void **ret_error_blob);
int xfi_vkd3d_serialize_versioned(const void *desc, void **ret_blob, void **ret_error_blob);
int xfi_vkd3d_deserialize(const void *data, size_t size, const void *iid, void **ret_deserializer);
int xfi_vkd3d_deserialize_versioned(
	const void *data, size_t size, const void *iid, void **ret_deserializer);

#endif
