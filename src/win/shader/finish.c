/* SPDX-License-Identifier: MIT */
/* From what shaderc makes to what the devices bind, and from that to what a driver takes. */
#include "win/shader/finish.h"

#include "win/shader/names.h"

enum {
	HEAD = 5,
	OP_SOURCE_CONTINUED = 2,
	OP_SOURCE = 3,
	OP_STRING = 7,
	OP_LINE = 8,
	OP_EXTENSION = 10,
	OP_NO_LINE = 317,
	OP_MODULE_PROCESSED = 330,
	OP_MEMBER_DECORATE_STRING = 5633,
};

/* A buffer's counter has the buffer's register, whatever number shaderc gave it. */
static void place_counter(const struct xfi_module *module, uint32_t at, uint32_t *words)
{
	uint32_t buffer = xfi_module_decoration_at(
		module, xfi_module_word(module, at, 1), XFI_DECORATION_BINDING);
	uint32_t counter = xfi_module_decoration_at(
		module, xfi_module_word(module, at, 3), XFI_DECORATION_BINDING);
	if (buffer && xfi_module_length(module, buffer) > 3 && counter &&
		xfi_module_length(module, counter) > 3)
		words[counter + 3] =
			words[buffer + 3] - xfi_binding_base(XFI_BINDING_UAV) + XFI_BINDING_COUNTER;
}

/* Of a texture: where its number stands, 0: it is none. */
static uint32_t texture_at(const struct xfi_module *module, uint32_t at)
{
	const uint32_t pointer = xfi_module_at(module, xfi_module_word(module, at, 1));
	uint32_t type = xfi_module_at(module, xfi_module_word(module, pointer, 3));
	if (xfi_module_op(module, type) == XFI_OP_TYPE_ARRAY)
		type = xfi_module_at(module, xfi_module_word(module, type, 2));
	const uint32_t number = xfi_module_decoration_at(
		module, xfi_module_word(module, at, 2), XFI_DECORATION_BINDING);
	return xfi_module_op(module, type) == XFI_OP_TYPE_IMAGE &&
			       xfi_module_length(module, number) > 3
		       ? number
		       : 0;
}

static const char *name_of(const struct xfi_module *module, uint32_t at)
{
	const struct xfi_module_id *id = xfi_module_id(module, xfi_module_word(module, at, 2));
	return xfi_module_text(module, id->name_at, 2);
}

/*
 * A texture that is both compared and read is two variables of one name, of which shaderc leaves
 * one where the source has it.
 */
static int place_textures(const struct xfi_module *module, uint32_t *words)
{
	const int base = (int)xfi_binding_base(XFI_BINDING_SRV);
	struct xfi_names numbers = { NULL }; /* the larger one, and one more */
	int r = 0;
	for (uint32_t at = 0; !r && xfi_module_next(module, XFI_OP_VARIABLE, &at);) {
		const uint32_t place = texture_at(module, at);
		const char *name = name_of(module, at);
		const int known = xfi_names_get(&numbers, name, strlen(name));
		if (place && (int)words[place + 3] >= known)
			r = xfi_names_set(&numbers, name, strlen(name), (int)words[place + 3] + 1);
	}
	for (uint32_t at = 0; !r && xfi_module_next(module, XFI_OP_VARIABLE, &at);) {
		const uint32_t place = texture_at(module, at);
		const char *name = name_of(module, at);
		if (place && xfi_names_get(&numbers, name, strlen(name)) ==
				     (int)words[place + 3] + base + 1)
			words[place + 3] += (uint32_t)base;
	}
	xfi_names_free(&numbers);
	return r;
}

HRESULT xfi_finish_bindings(
	const struct xfi_module *module, enum xfi_shader_stage stage, uint32_t *words)
{
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_DECORATE_ID, &at);)
		if (xfi_module_word(module, at, 2) == XFI_DECORATION_COUNTER_BUFFER)
			place_counter(module, at, words);
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_DECORATE, &at);)
		if (xfi_module_word(module, at, 2) == XFI_DECORATION_SET &&
			xfi_module_length(module, at) > 3)
			words[at + 3] = xfi_binding_set(stage);
	return place_textures(module, words) ? E_OUTOFMEMORY : S_OK;
}

static bool is_debug(const uint32_t *instruction)
{
	switch (*instruction & 0xffff) {
	case OP_SOURCE_CONTINUED:
	case OP_SOURCE:
	case OP_STRING:
	case OP_LINE:
	case OP_NO_LINE:
	case OP_MODULE_PROCESSED:
	case XFI_OP_NAME:
	case XFI_OP_MEMBER_NAME:
		return true;
	default:
		return false;
	}
}

static bool is_semantic(const uint32_t *instruction)
{
	static const char extensions[][32] = { "SPV_GOOGLE_hlsl_functionality1",
		"SPV_GOOGLE_user_type", "SPV_GOOGLE_decorate_string" };
	uint32_t length = *instruction >> 16;
	switch (*instruction & 0xffff) {
	case XFI_OP_DECORATE_STRING:
	case OP_MEMBER_DECORATE_STRING:
		return true;
	case XFI_OP_DECORATE_ID:
		return length > 2 && instruction[2] == XFI_DECORATION_COUNTER_BUFFER;
	case OP_EXTENSION:
		for (unsigned i = 0; i < ARRAYSIZE(extensions); i++)
			if (length - 1 == strlen(extensions[i]) / 4 + 1 &&
				!memcmp(instruction + 1, extensions[i], strlen(extensions[i]) + 1))
				return true;
		return false;
	default:
		return false;
	}
}

static size_t strip(uint32_t *words, size_t n, bool (*goes)(const uint32_t *instruction))
{
	size_t kept = HEAD;
	for (size_t at = HEAD, length; at < n; at += length) {
		length = words[at] >> 16;
		if (goes(&words[at]))
			continue;
		memmove(&words[kept], &words[at], length * sizeof(*words));
		kept += length;
	}
	return kept;
}

size_t xfi_finish_strip_debug(uint32_t *words, size_t n)
{
	return strip(words, n, is_debug);
}

size_t xfi_finish_strip_semantics(uint32_t *words, size_t n)
{
	return strip(words, n, is_semantic);
}
