/* SPDX-License-Identifier: MIT */
/* HLSL to SPIR-V, without a Windows type: shaderc stands behind it, or nothing. */
#ifndef XFI_WIN_SHADER_HLSL_H
#define XFI_WIN_SHADER_HLSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file that was asked for by #include; what is unset stays with whoever opened it. */
struct xfi_hlsl_file {
	const char *name; /* in messages, and what files included from it come with */
	const char *text;
	size_t size;
	void *opaque;
};

struct xfi_hlsl_define {
	const char *name, *value;
};

struct xfi_hlsl {
	const char *text;
	size_t size;
	const char *name, *entry;
	uint32_t stage; /* 0 vertex, 1 pixel, 2 compute */
	const struct xfi_hlsl_define *defines;
	size_t n_defines;
	bool optimizes, warnings_are_errors;
	uint32_t bases[4]; /* binding numbers of constant buffers, resources, samplers, UAVs */
	/* False: there is none; `ret->text` may say why. Both are called by the compiling thread.
	 */
	bool (*open)(void *arg, bool is_system, const char *name, const char *from,
		struct xfi_hlsl_file *ret);
	void (*close)(void *arg, struct xfi_hlsl_file *file);
	void *arg;
};

/* free() all that is not NULL. */
struct xfi_hlsl_result {
	uint32_t *words; /* with names and lines of the source */
	size_t n_words;
	char *text; /* of the preprocessor */
	char *messages;
};

/*
 * 0: compiled; 1: errors, which the messages tell; -ENOMEM; -ENOTSUP: built without. Messages come
 * with warnings too. Thread-safe. xfi_hlsl_preprocess() gives text instead of words.
 */
int xfi_hlsl_compile(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret);
int xfi_hlsl_preprocess(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret);
void xfi_hlsl_free(struct xfi_hlsl_result *result);

#endif
