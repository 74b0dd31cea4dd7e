/* SPDX-License-Identifier: MIT */
/* Bytes that grow, and containers made of them. Running out of memory is told once, at the end. */
#ifndef XFI_WIN_SHADER_WRITER_H
#define XFI_WIN_SHADER_WRITER_H

#include "win/shader/blob.h"
#include "win/shader/container.h"

struct xfi_writer {
	uint8_t *bytes;
	uint32_t n, room;
	bool has_failed;
};

/* Each returns the offset of what it has written. */
uint32_t xfi_writer_bytes(struct xfi_writer *writer, const void *bytes, size_t size);
uint32_t xfi_writer_word(struct xfi_writer *writer, uint32_t word);
uint32_t xfi_writer_text(struct xfi_writer *writer, const char *text); /* padded to words */
void xfi_writer_set(struct xfi_writer *writer, uint32_t offset, uint32_t word);
/* The writer's bytes as a chunk; valid while the writer is. */
struct xfi_chunk xfi_writer_chunk(const struct xfi_writer *writer, uint32_t tag);
void xfi_writer_free(struct xfi_writer *writer);

/* A container of these chunks with its checksum. */
HRESULT xfi_container_build(const struct xfi_chunk *chunks, uint32_t n, ID3DBlob **ret);

#endif
