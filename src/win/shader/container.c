/* SPDX-License-Identifier: MIT */
/* A DXBC container: tagged chunks behind a checksum. */
#include "win/shader/container.h"

#include "win/shader/checksum.h"

static bool checksum_holds(const struct xfi_container *container)
{
	uint32_t digest[4];
	xfi_dxbc_checksum(container->bytes + 20, container->size - 20, digest);
	return !memcmp(digest, container->bytes + 4, sizeof(digest));
}

static bool chunk_fits(const struct xfi_container *container, uint32_t i)
{
	uint32_t first = XFI_CONTAINER_HEAD + container->n_chunks * 4;
	uint32_t at = xfi_word(container->bytes, XFI_CONTAINER_HEAD + i * 4);
	return at >= first && at % 4 == 0 && at <= container->size - 8 &&
	       xfi_word(container->bytes, at + 4) <= container->size - 8 - at;
}

/* "DXBC", the digest, a one, the size, the number of chunks and where each begins. */
bool xfi_container_open(const void *code, SIZE_T size, struct xfi_container *ret)
{
	struct xfi_container container = { .bytes = code };
	if (!code || size < XFI_CONTAINER_HEAD || xfi_word(code, 0) != XFI_TAG_DXBC ||
		xfi_word(code, 20) != 1)
		return false;
	container.size = xfi_word(code, 24);
	container.n_chunks = xfi_word(code, 28);
	if (container.size > size || container.size > XFI_CONTAINER_MAX ||
		container.size < XFI_CONTAINER_HEAD || container.size % 4 ||
		container.n_chunks > (container.size - XFI_CONTAINER_HEAD) / 12)
		return false;
	for (uint32_t i = 0; i < container.n_chunks; i++)
		if (!chunk_fits(&container, i))
			return false;
	if (!checksum_holds(&container))
		return false;
	*ret = container;
	return true;
}

struct xfi_chunk xfi_container_chunk(const struct xfi_container *container, uint32_t i)
{
	uint32_t at = xfi_word(container->bytes, XFI_CONTAINER_HEAD + i * 4);
	return (struct xfi_chunk){ .tag = xfi_word(container->bytes, at),
		.size = xfi_word(container->bytes, at + 4),
		.bytes = container->bytes + at + 8 };
}

bool xfi_container_find(const struct xfi_container *container, uint32_t tag, struct xfi_chunk *ret)
{
	for (uint32_t i = 0; i < container->n_chunks; i++) {
		struct xfi_chunk chunk = xfi_container_chunk(container, i);
		if (chunk.tag == tag) {
			*ret = chunk;
			return true;
		}
	}
	return false;
}

bool xfi_container_code(const struct xfi_container *container, struct xfi_chunk *ret)
{
	return xfi_container_find(container, XFI_TAG_SHEX, ret) ||
	       xfi_container_find(container, XFI_TAG_SHDR, ret);
}

const char *xfi_chunk_text(const struct xfi_chunk *chunk, uint32_t offset)
{
	if (offset >= chunk->size || !memchr(chunk->bytes + offset, 0, chunk->size - offset))
		return NULL;
	return (const char *)chunk->bytes + offset;
}
