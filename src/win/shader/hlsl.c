/* SPDX-License-Identifier: MIT */
/* HLSL to SPIR-V by shaderc. */
#include "win/shader/hlsl.h"

#include <errno.h>
#include <pthread.h>
#include <shaderc/shaderc.h>
#include <stdlib.h>
#include <string.h>

/* One for the process: what it knows of the language takes longer to make than most shaders. */
static struct {
	pthread_once_t once;
	shaderc_compiler_t compiler;
} shared = { .once = PTHREAD_ONCE_INIT };

static void make_compiler(void)
{
	shared.compiler = shaderc_compiler_initialize();
}

/* What shaderc holds between its two callbacks. */
struct included {
	shaderc_include_result result;
	struct xfi_hlsl_file file;
	bool is_open;
};

static shaderc_include_result *open_file(
	void *arg, const char *requested, int type, const char *requesting, size_t depth)
{
	const struct xfi_hlsl *hlsl = arg;
	struct included *included = calloc(1, sizeof(*included));
	if (!included)
		abort(); /* as shaderc, which cannot be told */
	included->is_open =
		depth < 64 && hlsl->open(hlsl->arg, type == shaderc_include_type_standard,
				      requested, requesting, &included->file);
	if (!included->file.text) {
		included->file.text = depth < 64 ? "failed to open source file" : "includes itself";
		included->file.size = strlen(included->file.text);
	}
	included->result.source_name = included->is_open ? included->file.name : "";
	included->result.source_name_length = strlen(included->result.source_name);
	included->result.content = included->file.text;
	included->result.content_length = included->file.size;
	return &included->result;
}

static void close_file(void *arg, shaderc_include_result *result)
{
	const struct xfi_hlsl *hlsl = arg;
	struct included *included = (struct included *)result; /* its first member */
	if (included->is_open)
		hlsl->close(hlsl->arg, &included->file);
	free(included);
}

static void set_bindings(shaderc_compile_options_t options, const uint32_t bases[4])
{
	enum { CB, SRV, SAMPLER, UAV };
	static const struct {
		shaderc_uniform_kind kind;
		unsigned base;
	} kinds[] = {
		{ shaderc_uniform_kind_buffer, CB },
		{ shaderc_uniform_kind_texture, SRV },
		{ shaderc_uniform_kind_sampler, SAMPLER },
		{ shaderc_uniform_kind_image, UAV },
		{ shaderc_uniform_kind_storage_buffer, UAV },
		{ shaderc_uniform_kind_unordered_access_view, UAV },
	};
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		shaderc_compile_options_set_binding_base(
			options, kinds[i].kind, bases[kinds[i].base]);
	shaderc_compile_options_set_auto_bind_uniforms(options, true);
	shaderc_compile_options_set_auto_map_locations(options, true);
	shaderc_compile_options_set_hlsl_io_mapping(options, true);
}

static shaderc_compile_options_t make_options(const struct xfi_hlsl *hlsl)
{
	shaderc_compile_options_t options = shaderc_compile_options_initialize();
	if (!options)
		return NULL;
	shaderc_compile_options_set_source_language(options, shaderc_source_language_hlsl);
	shaderc_compile_options_set_target_env(
		options, shaderc_target_env_vulkan, shaderc_env_version_vulkan_1_0);
	shaderc_compile_options_set_generate_debug_info(options); /* the names, for reflection */
	shaderc_compile_options_set_optimization_level(
		options, hlsl->optimizes ? shaderc_optimization_level_performance
					 : shaderc_optimization_level_zero);
	if (hlsl->warnings_are_errors)
		shaderc_compile_options_set_warnings_as_errors(options);
	shaderc_compile_options_set_hlsl_functionality1(options, true);
	shaderc_compile_options_set_nan_clamp(options, true); /* min(NaN, x) is x in D3D */
	set_bindings(options, hlsl->bases);
	for (size_t i = 0; i < hlsl->n_defines; i++)
		shaderc_compile_options_add_macro_definition(options, hlsl->defines[i].name,
			strlen(hlsl->defines[i].name), hlsl->defines[i].value,
			strlen(hlsl->defines[i].value));
	shaderc_compile_options_set_include_callbacks(options, open_file, close_file, (void *)hlsl);
	return options;
}

static int take_result(shaderc_compilation_result_t from, bool is_text, struct xfi_hlsl_result *ret)
{
	size_t size = shaderc_result_get_length(from);
	ret->messages = strdup(shaderc_result_get_error_message(from));
	if (!ret->messages)
		return -ENOMEM;
	if (shaderc_result_get_compilation_status(from) != shaderc_compilation_status_success)
		return 1;
	char *bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, shaderc_result_get_bytes(from), size);
	bytes[size] = '\0';
	if (is_text) {
		ret->text = bytes;
	} else {
		ret->words = (uint32_t *)bytes;
		ret->n_words = size / 4;
	}
	return 0;
}

static int run(const struct xfi_hlsl *hlsl, bool is_text, struct xfi_hlsl_result *ret)
{
	static const shaderc_shader_kind kinds[] = { shaderc_vertex_shader, shaderc_fragment_shader,
		shaderc_compute_shader };
	*ret = (struct xfi_hlsl_result){ 0 };
	pthread_once(&shared.once, make_compiler);
	shaderc_compile_options_t options = make_options(hlsl);
	if (!shared.compiler || !options)
		return -ENOMEM;
	shaderc_compilation_result_t result = (is_text ? shaderc_compile_into_preprocessed_text
						       : shaderc_compile_into_spv)(shared.compiler,
		hlsl->text, hlsl->size, kinds[hlsl->stage], hlsl->name, hlsl->entry, options);
	int r = result ? take_result(result, is_text, ret) : -ENOMEM;
	shaderc_result_release(result);
	shaderc_compile_options_release(options);
	if (r < 0)
		xfi_hlsl_free(ret);
	return r;
}

int xfi_hlsl_compile(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	return run(hlsl, false, ret);
}

int xfi_hlsl_preprocess(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	return run(hlsl, true, ret);
}

void xfi_hlsl_free(struct xfi_hlsl_result *result)
{
	free(result->words);
	free(result->text);
	free(result->messages);
	*result = (struct xfi_hlsl_result){ 0 };
}
