/* SPDX-License-Identifier: MIT */
/* MFCreate2DMediaBuffer: a picture in memory, rows at multiples of 128 bytes. */
#include "win/mf/picture_buffer.h"

#include <mferror.h>

struct memory_picture {
	struct xfi_picture_buffer buffer;
	BYTE *data;
};

static HRESULT map(
	struct xfi_picture_buffer *buffer, DWORD flags, BYTE **ret_data, DWORD *ret_pitch_bytes)
{
	*ret_data = ((struct memory_picture *)buffer)->data;
	*ret_pitch_bytes = buffer->picture.pitch_bytes;
	return S_OK;
}

static void unmap(struct xfi_picture_buffer *buffer, DWORD flags)
{
}

static void destroy(struct xfi_picture_buffer *buffer)
{
	free(((struct memory_picture *)buffer)->data);
	xfi_picture_buffer_finish(buffer);
}

static const struct xfi_picture_ops memory_ops = {
	.map = map,
	.unmap = unmap,
	.destroy = destroy,
};

HRESULT WINAPI MFCreate2DMediaBuffer(
	DWORD width, DWORD height, DWORD fourcc, BOOL bottom_up, IMFMediaBuffer **ret_buffer)
{
	struct memory_picture *memory;
	struct xfi_picture picture;
	void *data;
	if (!ret_buffer)
		return E_POINTER;
	*ret_buffer = NULL;
	if (!xfi_picture_describe(fourcc, width, height, &picture))
		return MF_E_INVALIDMEDIATYPE;
	memory = calloc(1, sizeof(*memory));
	if (!memory || posix_memalign(&data, 128, picture.size_bytes)) {
		free(memory);
		return E_OUTOFMEMORY;
	}
	memset(data, 0, picture.size_bytes);
	memory->data = data;
	xfi_picture_buffer_init(&memory->buffer, &memory_ops, &picture, bottom_up);
	*ret_buffer = &memory->buffer.iface;
	return S_OK;
}
