/* SPDX-License-Identifier: MIT */
#include "win/shader/index.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum { HEAD = 5, OP_MEMBER_NAME = 6, OP_DECORATE = 71, OP_MEMBER_DECORATE = 72 };

static bool is_indexed(const uint32_t *instruction)
{
	switch (*instruction & 0xffff) {
	case OP_MEMBER_NAME:
	case OP_DECORATE:
		return *instruction >> 16 > 2;
	case OP_MEMBER_DECORATE:
		return *instruction >> 16 > 3;
	default:
		return false;
	}
}

static struct xfi_index_key key_of(const uint32_t *instruction)
{
	const uint32_t op = *instruction & 0xffff;
	return (struct xfi_index_key){ op, instruction[1], instruction[2],
		op == OP_MEMBER_DECORATE ? instruction[3] : 0 };
}

static bool is_same(const struct xfi_index_key *a, const struct xfi_index_key *b)
{
	return a->op == b->op && a->id == b->id && a->a == b->a && a->b == b->b;
}

static uint32_t hash_of(const struct xfi_index_key *key)
{
	uint64_t hash = key->op;
	hash = (hash + key->id) * 0x9e3779b97f4a7c15u;
	hash = ((hash ^ hash >> 32) + key->a) * 0x9e3779b97f4a7c15u;
	hash = ((hash ^ hash >> 32) + key->b) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(hash >> 32);
}

/* The slot that has it, or that would. */
static uint32_t *slot_of(
	const struct xfi_index *index, const uint32_t *words, const struct xfi_index_key *key)
{
	for (uint32_t i = hash_of(key) & index->mask;; i = (i + 1) & index->mask) {
		const uint32_t at = index->slots[i];
		const struct xfi_index_key found = key_of(&words[at]);
		if (!at || is_same(&found, key))
			return &index->slots[i];
	}
}

static size_t count(const uint32_t *words, size_t n)
{
	size_t indexed = 0;
	for (size_t at = HEAD; at < n; at += words[at] >> 16)
		indexed += is_indexed(&words[at]);
	return indexed;
}

int xfi_index_make(const uint32_t *words, size_t n, struct xfi_index *ret)
{
	const size_t indexed = count(words, n);
	size_t room = 4;
	while (room < indexed * 2)
		room *= 2;
	*ret = (struct xfi_index){ calloc(room, sizeof(*ret->slots)), (uint32_t)(room - 1) };
	if (!ret->slots)
		return -ENOMEM;
	for (size_t at = HEAD; at < n; at += words[at] >> 16) {
		if (!is_indexed(&words[at]))
			continue;
		const struct xfi_index_key key = key_of(&words[at]);
		uint32_t *slot = slot_of(ret, words, &key);
		if (!*slot)
			*slot = (uint32_t)at;
	}
	return 0;
}

uint32_t xfi_index_find(
	const struct xfi_index *index, const uint32_t *words, const struct xfi_index_key *key)
{
	return *slot_of(index, words, key);
}

void xfi_index_free(struct xfi_index *index)
{
	free(index->slots);
	index->slots = NULL;
}
