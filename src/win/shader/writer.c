/* SPDX-License-Identifier: MIT */
/* Bytes that grow, and containers made of them. */
#include "win/shader/writer.h"

#include "win/shader/checksum.h"

static bool make_room(struct xfi_writer *writer, size_t size)
{
	size_t room = writer->room ? writer->room : 256;
	while (room < writer->n + size)
		room *= 2;
	if (writer->has_failed || room > XFI_CONTAINER_MAX)
		return false;
	if (room == writer->room)
		return true;
	uint8_t *bytes = realloc(writer->bytes, room);
	if (!bytes)
		return false;
	writer->bytes = bytes;
	writer->room = (uint32_t)room;
	return true;
}

uint32_t xfi_writer_bytes(struct xfi_writer *writer, const void *bytes, size_t size)
{
	uint32_t at = writer->n;
	if (size > XFI_CONTAINER_MAX || !make_room(writer, size)) {
		writer->has_failed = true;
		return 0;
	}
	if (size)
		memcpy(writer->bytes + at, bytes, size);
	writer->n += (uint32_t)size;
	return at;
}

uint32_t xfi_writer_word(struct xfi_writer *writer, uint32_t word)
{
	return xfi_writer_bytes(writer, &word, sizeof(word));
}

uint32_t xfi_writer_text(struct xfi_writer *writer, const char *text)
{
	static const char zeros[4];
	uint32_t at = xfi_writer_bytes(writer, text, strlen(text) + 1);
	xfi_writer_bytes(writer, zeros, -writer->n % 4);
	return at;
}

void xfi_writer_set(struct xfi_writer *writer, uint32_t offset, uint32_t word)
{
	if (!writer->has_failed)
		memcpy(writer->bytes + offset, &word, sizeof(word));
}

struct xfi_chunk xfi_writer_chunk(const struct xfi_writer *writer, uint32_t tag)
{
	return (struct xfi_chunk){ .tag = tag, .size = writer->n, .bytes = writer->bytes };
}

void xfi_writer_free(struct xfi_writer *writer)
{
	free(writer->bytes);
	*writer = (struct xfi_writer){ 0 };
}

static void write_chunk(struct xfi_writer *writer, uint32_t i, const struct xfi_chunk *chunk)
{
	static const char zeros[4];
	xfi_writer_set(writer, XFI_CONTAINER_HEAD + i * 4, writer->n);
	xfi_writer_word(writer, chunk->tag);
	xfi_writer_word(writer, chunk->size);
	xfi_writer_bytes(writer, chunk->bytes, chunk->size);
	xfi_writer_bytes(writer, zeros, -chunk->size % 4);
}

HRESULT xfi_container_build(const struct xfi_chunk *chunks, uint32_t n, ID3DBlob **ret)
{
	const uint32_t head[] = { XFI_TAG_DXBC, 0, 0, 0, 0, 1, 0, n };
	struct xfi_writer writer = { 0 };
	uint32_t digest[4];
	HRESULT hr = E_OUTOFMEMORY;
	xfi_writer_bytes(&writer, head, sizeof(head));
	for (uint32_t i = 0; i < n; i++)
		xfi_writer_word(&writer, 0);
	for (uint32_t i = 0; i < n; i++)
		write_chunk(&writer, i, &chunks[i]);
	xfi_writer_set(&writer, 24, writer.n);
	if (!writer.has_failed) {
		xfi_dxbc_checksum(writer.bytes + 20, writer.n - 20, digest);
		memcpy(writer.bytes + 4, digest, sizeof(digest));
		hr = xfi_blob_create(writer.bytes, writer.n, ret);
	}
	xfi_writer_free(&writer);
	return hr;
}
