/* SPDX-License-Identifier: MIT */
/*
 * A SPIR-V module that is written anew, instruction by instruction, with others in between. Types
 * and constants which these need are looked for, since a type must not be declared twice; what is
 * missing is declared behind all others.
 */
#ifndef XFI_WIN_SHADER_REWRITE_H
#define XFI_WIN_SHADER_REWRITE_H

#include "win/shader/module.h"

struct xfi_words {
	uint32_t *words;
	size_t n, room;
};

struct xfi_rewrite {
	struct xfi_module module; /* as it was */
	size_t declarations_end; /* in `module` */
	struct xfi_words out, declared;
	size_t functions_at; /* in `out`: what is declared goes there, 0: none yet */
	uint32_t next_id;
	HRESULT hr; /* of all that was put so far */
};

/* The words stay the caller's, and as they are. E_INVALIDARG: no SPIR-V; E_OUTOFMEMORY. */
HRESULT xfi_rewrite_begin(struct xfi_rewrite *rewrite, const uint32_t *words, size_t n);
/* Replaces the words, which are malloc()ed. On failure, also of what was put, they stay. */
HRESULT xfi_rewrite_end(struct xfi_rewrite *rewrite, uint32_t **words, size_t *n);
void xfi_rewrite_abandon(struct xfi_rewrite *rewrite);

/* An instruction of the module, as it is. */
void xfi_rewrite_copy(struct xfi_rewrite *rewrite, uint32_t at);
/* With more words behind it. */
void xfi_rewrite_extend(
	struct xfi_rewrite *rewrite, uint32_t at, const uint32_t *more, size_t n_more);
void xfi_rewrite_put(
	struct xfi_rewrite *rewrite, uint32_t op, const uint32_t *operands, size_t n_operands);
#define XFI_PUT(rewrite, op, ...)                                                                  \
	xfi_rewrite_put(rewrite, op, (const uint32_t[]){ __VA_ARGS__ },                            \
		sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
/* One that has a result of this type; returns its id, which is a new one. */
uint32_t xfi_rewrite_result(struct xfi_rewrite *rewrite, uint32_t op, uint32_t type,
	const uint32_t *operands, size_t n_operands);
#define XFI_RESULT(rewrite, op, type, ...)                                                         \
	xfi_rewrite_result(rewrite, op, type, (const uint32_t[]){ __VA_ARGS__ },                   \
		sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* The id of a type with these operands, as many as it has. */
uint32_t xfi_rewrite_type(struct xfi_rewrite *rewrite, uint32_t op, uint32_t a, uint32_t b);
/* Of a vector of so many, of the scalar itself for 1. */
uint32_t xfi_rewrite_vector(struct xfi_rewrite *rewrite, uint32_t scalar, uint32_t n);
/* Of a constant of 32 bits, in each of the `n` components of a vector, or alone for 1. */
uint32_t xfi_rewrite_constant(
	struct xfi_rewrite *rewrite, uint32_t scalar, uint32_t n, uint32_t bits);
/* Of a new variable of this type; call it before functions are put. */
uint32_t xfi_rewrite_variable(struct xfi_rewrite *rewrite, uint32_t type, uint32_t storage);

#endif
