/* SPDX-License-Identifier: MIT */
/* D3DCompile and its relatives. */
#include "win/shader/blob.h"

#include <crossfence/result.h>
#include <stdio.h>

#include "win/shader/blob_file.h"
#include "win/shader/compile.h"
#include "win/shader/hlsl.h"
#include "win/shader/message.h"
#include "win/shader/source.h"

/* What a program gave. */
struct source {
	const char *text;
	SIZE_T size;
	const char *name;
	const D3D_SHADER_MACRO *macros;
	ID3DInclude *include;
	const char *entry;
	UINT flags;
};

/* vs_4_0 and the like, with or without _level_9_3. */
static bool parse_target(const char *text, struct xfi_target *ret)
{
	static const char stages[][3] = { "vs", "ps", "cs" };
	char stage[3];
	UINT major, minor;
	int length = 0;
	if (!text || sscanf(text, "%2[a-z]_%1u_%1u%n", stage, &major, &minor, &length) != 3 ||
		(text[length] && (major != 4 || minor || strncmp(text + length, "_level_9_", 9))))
		return false;
	if (!(major == 4 || major == 5) || minor > 1)
		return false;
	for (unsigned i = 0; i < ARRAYSIZE(stages); i++)
		if (!strcmp(stage, stages[i])) {
			*ret = (struct xfi_target){ i, major, minor };
			return true;
		}
	return false;
}

static struct xfi_hlsl_define *take_macros(const D3D_SHADER_MACRO *macros, size_t *ret_n)
{
	size_t n = 0;
	while (macros && macros[n].Name)
		n++;
	struct xfi_hlsl_define *defines = calloc(n ? n : 1, sizeof(*defines));
	for (size_t i = 0; defines && i < n; i++) {
		defines[i].name = macros[i].Name;
		defines[i].value = macros[i].Definition ? macros[i].Definition : "";
	}
	*ret_n = n;
	return defines;
}

/* How matrices lie is for the source to say, so it is said before it. */
static char *with_pragma(const struct source *source, size_t *ret_size)
{
	static const char row[] = "#pragma pack_matrix(row_major)\n#line 1\n";
	size_t before = source->flags & D3DCOMPILE_PACK_MATRIX_ROW_MAJOR ? sizeof(row) - 1 : 0;
	char *text = malloc(before + source->size + 1);
	if (!text)
		return NULL;
	memcpy(text, row, before);
	memcpy(text + before, source->text, source->size);
	*ret_size = before + strnlen(text + before, source->size);
	return text;
}

/* Without a target: what the preprocessor makes of it, and `ret_placed` is not wanted. */
static int run(const struct source *source, const struct xfi_target *target,
	struct xfi_hlsl_result *ret, struct xfi_names *ret_placed)
{
	struct xfi_hlsl hlsl = {
		.name = source->name,
		.entry = source->entry,
		.stage = target ? target->stage : 0,
		.optimizes = !(source->flags & D3DCOMPILE_SKIP_OPTIMIZATION),
		.warnings_are_errors = source->flags & D3DCOMPILE_WARNINGS_ARE_ERRORS,
	};
	struct xfi_hlsl_define *defines = take_macros(source->macros, &hlsl.n_defines);
	char *text = with_pragma(source, &hlsl.size);
	int r = -ENOMEM;
	hlsl.defines = defines;
	hlsl.text = text;
	for (enum xfi_binding_kind kind = XFI_BINDING_CB; kind <= XFI_BINDING_UAV; kind++)
		hlsl.bases[kind] = xfi_binding_base(kind);
	if (defines && text)
		r = target ? xfi_source_compile(&hlsl, source->include, ret, ret_placed)
			   : xfi_source_preprocess(&hlsl, source->include, ret);
	free(defines);
	free(text);
	return r;
}

static bool is_contradiction(UINT flags)
{
	const UINT pairs[] = {
		D3DCOMPILE_PACK_MATRIX_ROW_MAJOR | D3DCOMPILE_PACK_MATRIX_COLUMN_MAJOR,
		D3DCOMPILE_AVOID_FLOW_CONTROL | D3DCOMPILE_PREFER_FLOW_CONTROL,
		D3DCOMPILE_ENABLE_STRICTNESS | D3DCOMPILE_ENABLE_BACKWARDS_COMPATIBILITY,
	};
	for (unsigned i = 0; i < ARRAYSIZE(pairs); i++)
		if ((flags & pairs[i]) == pairs[i])
			return true;
	return false;
}

/* Takes the result; `hr` is what has come of it so far. */
static HRESULT tell(HRESULT hr, struct xfi_hlsl_result *result, ID3DBlob **ret_messages)
{
	if (result->messages && *result->messages && ret_messages && !*ret_messages)
		(void)xfi_message_blob(result->messages, ret_messages); /* without, then */
	xfi_hlsl_free(result);
	return hr;
}

static HRESULT hresult_of(int r)
{
	return r == 0 ? S_OK : r == 1 ? E_FAIL : r == -ENOTSUP ? E_NOTIMPL : E_OUTOFMEMORY;
}

static HRESULT compile(const struct source *source, const char *target_name, ID3DBlob **ret,
	ID3DBlob **ret_messages)
{
	struct xfi_hlsl_result result = { 0 };
	struct xfi_names placed = { NULL };
	struct xfi_target target;
	ID3DBlob *blob = NULL;
	if (!parse_target(target_name, &target))
		return xfi_message_fail(ret_messages,
			"error X3506: unrecognized compiler target '%s': there are vs, ps and cs, "
			"4_0 to 5_1",
			target_name ? target_name : "");
	HRESULT hr = hresult_of(run(source, &target, &result, &placed));
	if (result.messages && strstr(result.messages, "Entry point not found"))
		(void)xfi_message_fail(ret_messages, "%s: error X3501: '%s': entrypoint not found",
			source->name, source->entry);
	if (hr == E_NOTIMPL)
		(void)xfi_message_fail(ret_messages, "%s", xf_last_message(-ENOTSUP));
	if (SUCCEEDED(hr)) {
		hr = xfi_compile_container(&target, &placed, &result, source->flags, &blob);
		if (hr == E_INVALIDARG)
			hr = xfi_message_fail(ret_messages,
				"%s: error: a register is out of range, or a constant buffer "
				"larger than its 4096",
				source->name);
	}
	xfi_names_free(&placed);
	if (SUCCEEDED(hr) && ret)
		*ret = blob;
	else if (blob)
		ID3D10Blob_Release(blob);
	return tell(hr, &result, ret_messages);
}

HRESULT WINAPI D3DCompile2(const void *data, SIZE_T data_size, const char *filename,
	const D3D_SHADER_MACRO *defines, ID3DInclude *include, const char *entrypoint,
	const char *target, UINT sflags, UINT eflags, UINT secondary_flags,
	const void *secondary_data, SIZE_T secondary_data_size, ID3DBlob **shader,
	ID3DBlob **error_messages)
{
	const struct source source = { data, data_size, filename ? filename : "Shader", defines,
		include, entrypoint ? entrypoint : "main", sflags };
	if (shader)
		*shader = NULL;
	if (error_messages)
		*error_messages = NULL;
	if (!data || data_size > XFI_SOURCE_MAX || is_contradiction(sflags))
		return E_INVALIDARG;
	return compile(&source, target, shader, error_messages);
}

HRESULT WINAPI D3DCompile(const void *data, SIZE_T data_size, const char *filename,
	const D3D_SHADER_MACRO *defines, ID3DInclude *include, const char *entrypoint,
	const char *target, UINT sflags, UINT eflags, ID3DBlob **shader, ID3DBlob **error_messages)
{
	return D3DCompile2(data, data_size, filename, defines, include, entrypoint, target, sflags,
		eflags, 0, NULL, 0, shader, error_messages);
}

HRESULT WINAPI D3DCompileFromFile(const WCHAR *filename, const D3D_SHADER_MACRO *defines,
	ID3DInclude *includes, const char *entrypoint, const char *target, UINT flags1, UINT flags2,
	ID3DBlob **code, ID3DBlob **errors)
{
	char path[PATH_MAX];
	ID3DBlob *blob;
	if (code)
		*code = NULL;
	if (errors)
		*errors = NULL;
	HRESULT hr = D3DReadFileToBlob(filename, &blob);
	if (FAILED(hr))
		return hr;
	if (xfi_blob_path(filename, path))
		hr = D3DCompile(ID3D10Blob_GetBufferPointer(blob), ID3D10Blob_GetBufferSize(blob),
			path, defines, includes, entrypoint, target, flags1, flags2, code, errors);
	ID3D10Blob_Release(blob);
	return hr;
}

HRESULT WINAPI D3DPreprocess(const void *data, SIZE_T size, const char *filename,
	const D3D_SHADER_MACRO *defines, ID3DInclude *include, ID3DBlob **shader,
	ID3DBlob **error_messages)
{
	const struct source source = { .text = data,
		.size = size,
		.name = filename ? filename : "Shader",
		.macros = defines,
		.include = include,
		.entry = "main" };
	struct xfi_hlsl_result result = { 0 };
	if (error_messages)
		*error_messages = NULL;
	if (!data || !shader || size > XFI_SOURCE_MAX)
		return E_INVALIDARG;
	*shader = NULL;
	HRESULT hr = hresult_of(run(&source, NULL, &result, NULL));
	if (SUCCEEDED(hr))
		hr = xfi_blob_create(result.text, strlen(result.text) + 1, shader);
	return tell(hr, &result, error_messages);
}
