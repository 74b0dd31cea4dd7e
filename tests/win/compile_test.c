/* SPDX-License-Identifier: MIT */
/* HLSL through D3DCompile: what comes out is a shader, and what is wrong is told with its line. */
#include "../temporary.h"
#include "harness.h"

#include <windows.h>
#include <d3d11.h>
#include <d3dcompiler.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "win/shader/checksum.h"
#include "win/shader/container.h"
#include "win/shader/shader.h"

#define assert_hr(hr, expected) assert_int_equal((uint32_t)(hr), (uint32_t)(expected))
#define INVALIDCALL		0x8876086c

static const char vs[] =
	"cbuffer camera : register(b1) { float4x4 world; };\n"
	"struct in_t { float3 p : POSITION; float2 uv : TexCoord1; uint id : SV_VertexID; };\n"
	"struct out_t { float4 p : SV_Position; float2 uv : TEXCOORD; };\n"
	"out_t main(in_t i) { out_t o; o.p = mul(float4(i.p, i.id), world); o.uv = i.uv; return o; "
	"}\n";

static const char *text_of(ID3DBlob *blob)
{
	return ID3D10Blob_GetBufferPointer(blob);
}

static ID3DBlob *compile(const char *source, const char *target)
{
	ID3DBlob *blob = NULL, *errors = NULL;
	HRESULT hr = D3DCompile(source, strlen(source), "test.hlsl", NULL, NULL, "main", target, 0,
		0, &blob, &errors);
	if (errors)
		print_message("%s\n", text_of(errors));
	assert_hr(hr, S_OK);
	assert_null(errors);
	return blob;
}

static struct xfi_shader *shader_of(enum xfi_shader_stage stage, ID3DBlob *blob)
{
	struct xfi_shader *shader = NULL;
	assert_hr(xfi_shader_create(stage, ID3D10Blob_GetBufferPointer(blob),
			  ID3D10Blob_GetBufferSize(blob), &shader),
		S_OK);
	return shader;
}

static const struct xfi_shader_binding *find(
	const struct xfi_shader *shader, enum xfi_binding_kind kind, UINT reg, bool is_counter)
{
	for (UINT i = 0; i < shader->n_bindings; i++)
		if (shader->bindings[i].kind == kind && shader->bindings[i].reg == reg &&
			shader->bindings[i].is_counter == is_counter)
			return &shader->bindings[i];
	return NULL;
}

static void a_vertex_shader_keeps_its_semantics(void **state)
{
	ID3DBlob *blob = compile(vs, "vs_4_0");
	struct xfi_shader *shader = shader_of(XFI_SHADER_VS, blob);
	struct xfi_shader_element *inputs;
	UINT n = 0;
	const struct xfi_shader_element *uv =
		xfi_shader_find(shader->inputs, shader->n_inputs, "TEXCOORD", 1);
	assert_non_null(uv);
	assert_int_equal(uv->location, 1);
	assert_int_equal(uv->mask, 3);
	assert_non_null(find(shader, XFI_BINDING_CB, 1, false));
	assert_int_equal(shader->n_bindings, 1);
	assert_hr(xfi_shader_inputs(ID3D10Blob_GetBufferPointer(blob),
			  ID3D10Blob_GetBufferSize(blob), &inputs, &n),
		S_OK);
	assert_int_equal(n, 3);
	for (UINT i = 0; i < n; i++) {
		const struct xfi_shader_element *same =
			xfi_shader_find(shader->inputs, 3, inputs[i].name, inputs[i].index);
		assert_non_null(same);
		assert_int_equal(same->location, inputs[i].location);
		assert_int_equal(same->system_value, inputs[i].system_value);
		assert_int_equal(same->type, inputs[i].type);
	}
	assert_int_equal(xfi_shader_find(inputs, n, "sv_vertexid", 0)->location, UINT_MAX);
	free(inputs);
	xfi_shader_destroy(shader);
	assert_int_equal(ID3D10Blob_Release(blob), 0);
}

/* Each row has an element of its own, and each of an array. */
static void matrices_and_arrays_are_several_inputs(void **state)
{
	ID3DBlob *blob = compile(
		"float4 main(float3 p : POSITION, row_major float4x3 m : WORLD, float2 a[2] : "
		"UV2,\n"
		"  float4 c : COLOR) : SV_Position { return float4(mul(float4(p, 1), m), 1) +\n"
		"  a[0].xyxy + a[1].xyxy + c; }\n",
		"vs_5_0");
	struct xfi_shader *shader = shader_of(XFI_SHADER_VS, blob);
	static const struct {
		const char *name;
		UINT index;
		BYTE mask;
	} expected[] = { { "POSITION", 0, 7 }, { "WORLD", 0, 7 }, { "WORLD", 1, 7 },
		{ "WORLD", 2, 7 }, { "WORLD", 3, 7 }, { "UV", 2, 3 }, { "UV", 3, 3 },
		{ "COLOR", 0, 15 } };
	assert_int_equal(shader->n_inputs, 8);
	for (UINT i = 0; i < 8; i++) {
		const struct xfi_shader_element *element =
			xfi_shader_find(shader->inputs, 8, expected[i].name, expected[i].index);
		assert_non_null(element);
		assert_int_equal(element->location, i);
		assert_int_equal(element->mask, expected[i].mask);
		assert_int_equal(element->type, D3D_REGISTER_COMPONENT_FLOAT32);
	}
	xfi_shader_destroy(shader);
	ID3D10Blob_Release(blob);
}

static void pixel_shaders_bind_in_a_set_of_their_own(void **state)
{
	ID3DBlob *blob = compile(
		"Texture2D<float4> t[2] : register(t3); SamplerState s : register(s2);\n"
		"Buffer<uint4> b : register(t9);\n"
		"struct o { float4 a : SV_Target0; float4 b : SV_Target1; float d : SV_Depth; };\n"
		"o main(float4 p : SV_Position, float2 uv : TEXCOORD) {\n"
		"  o r; r.a = t[1].Sample(s, uv); r.b = t[0].Sample(s, uv) + b[1]; r.d = p.z;\n"
		"  return r; }\n",
		"ps_5_0");
	struct xfi_shader *shader = shader_of(XFI_SHADER_PS, blob), *none = NULL;
	assert_int_equal(find(shader, XFI_BINDING_SRV, 3, false)->count, 2);
	assert_int_equal(
		find(shader, XFI_BINDING_SRV, 3, false)->dimension, D3D_SRV_DIMENSION_TEXTURE2D);
	assert_true(find(shader, XFI_BINDING_SRV, 9, false)->is_buffer);
	assert_int_equal(
		find(shader, XFI_BINDING_SRV, 9, false)->type, D3D_REGISTER_COMPONENT_UINT32);
	assert_non_null(find(shader, XFI_BINDING_SAMPLER, 2, false));
	assert_int_equal(xfi_shader_find(shader->outputs, 3, "SV_Target", 1)->location, 1);
	assert_int_equal(
		xfi_shader_find(shader->outputs, 3, "SV_Depth", 0)->system_value, D3D_NAME_DEPTH);
	assert_hr(xfi_shader_create(XFI_SHADER_VS, ID3D10Blob_GetBufferPointer(blob),
			  ID3D10Blob_GetBufferSize(blob), &none),
		E_INVALIDARG);
	xfi_shader_destroy(shader);
	ID3D10Blob_Release(blob);
}

static void compute_shaders_have_buffers_and_counters(void **state)
{
	ID3DBlob *blob = compile(
		"AppendStructuredBuffer<float4> a : register(u3);\n"
		"RWStructuredBuffer<uint2> r : register(u1); RWTexture2D<float4> i : "
		"register(u2);\n"
		"StructuredBuffer<float4> s : register(t1); ByteAddressBuffer w : register(t2);\n"
		"[numthreads(4, 2, 3)] void main(uint3 id : SV_DispatchThreadID) {\n"
		"  a.Append(s[id.x]); r[id.x] = w.Load2(8); i[id.xy] = s[0]; }\n",
		"cs_5_0");
	struct xfi_shader *shader = shader_of(XFI_SHADER_CS, blob);
	assert_int_equal(shader->threads[0], 4);
	assert_int_equal(shader->threads[1], 2);
	assert_int_equal(shader->threads[2], 3);
	assert_true(find(shader, XFI_BINDING_UAV, 3, false)->is_structured);
	assert_int_equal(find(shader, XFI_BINDING_UAV, 3, false)->stride, 16);
	assert_non_null(find(shader, XFI_BINDING_UAV, 3, true));
	assert_int_equal(find(shader, XFI_BINDING_UAV, 1, false)->stride, 8);
	assert_false(find(shader, XFI_BINDING_UAV, 2, false)->is_buffer);
	assert_int_equal(find(shader, XFI_BINDING_SRV, 1, false)->stride, 16);
	assert_int_equal(find(shader, XFI_BINDING_SRV, 2, false)->stride, 4);
	xfi_shader_destroy(shader);
	ID3D10Blob_Release(blob);
}

/* A driver without the extension for semantics takes it; that for draws' beginnings is Vulkan's
 * own. */
static void what_goes_to_the_driver_has_no_semantics(void **state)
{
	ID3DBlob *blob = compile(vs, "vs_5_0");
	struct xfi_shader *shader = shader_of(XFI_SHADER_VS, blob);
	for (size_t i = 5; i < shader->n_words; i += shader->spirv[i] >> 16) {
		assert_int_not_equal(shader->spirv[i] & 0xffff, 5632);
		if ((shader->spirv[i] & 0xffff) == 10)
			assert_string_equal((const char *)&shader->spirv[i + 1],
				"SPV_KHR_shader_draw_parameters");
	}
	xfi_shader_destroy(shader);
	ID3D10Blob_Release(blob);
}

/* Whoever can write a container can also write its checksum: each word of the module is damaged. */
static void damaged_modules_do_no_harm(void **state)
{
	static const uint32_t values[] = { 0, 1, UINT32_MAX, 61 | 1u << 16, 71 | 3u << 16,
		59 | 2u << 16, 15 | 2u << 16, 17 | 1u << 16, 0xffff0000 };
	ID3DBlob *blob = compile(vs, "vs_5_0");
	uint8_t *bytes = ID3D10Blob_GetBufferPointer(blob);
	const uint32_t size = (uint32_t)ID3D10Blob_GetBufferSize(blob);
	struct xfi_container container;
	struct xfi_chunk chunk;
	UINT taken = 0, refused = 0;
	assert_true(xfi_container_open(bytes, size, &container));
	assert_true(xfi_container_find(&container, XFI_TAG_SPIRV, &chunk));
	for (uint32_t at = 0; at < chunk.size * ARRAYSIZE(values); at += 4) {
		struct xfi_shader *shader = NULL;
		uint32_t *word = (uint32_t *)(chunk.bytes + at % chunk.size), digest[4];
		const uint32_t before = *word;
		*word = values[at / chunk.size];
		xfi_dxbc_checksum(bytes + 20, size - 20, digest);
		memcpy(bytes + 4, digest, sizeof(digest));
		if (SUCCEEDED(xfi_shader_create(XFI_SHADER_VS, bytes, size, &shader)))
			taken++;
		else
			refused++;
		xfi_shader_destroy(shader);
		*word = before;
	}
	assert_true(taken && refused);
	ID3D10Blob_Release(blob);
}

static void assert_fails(const char *source, const char *target, const char *message)
{
	ID3DBlob *blob = (void *)1, *errors = NULL;
	assert_hr(D3DCompile(source, strlen(source), "dir/a.hlsl", NULL, NULL, "main", target, 0, 0,
			  &blob, &errors),
		E_FAIL);
	assert_null(blob);
	assert_non_null(errors);
	if (!strstr(text_of(errors), message))
		fail_msg("no '%s' in: %s", message, text_of(errors));
	assert_int_equal(text_of(errors)[ID3D10Blob_GetBufferSize(errors) - 1], 0);
	ID3D10Blob_Release(errors);
	/* And without anybody to tell. */
	assert_hr(D3DCompile(source, strlen(source), "a", NULL, NULL, "main", target, 0, 0, &blob,
			  NULL),
		E_FAIL);
}

static void errors_have_a_file_and_a_line(void **state)
{
	assert_fails("float4 main() : SV_Target {\n  return 1;\n  return foo; }\n", "ps_4_0",
		"dir/a.hlsl(3): error: 'foo'");
	assert_fails("float4 other() : SV_Target { return 1; }\n", "ps_4_0",
		"'main': entrypoint not found");
	assert_fails("\n#include \"b\"\n", "ps_4_0", "dir/a.hlsl(2): error: ");
	assert_fails("\n#include \"b\"\n", "ps_4_0", "failed to open source file");
	assert_fails("float4 main() : SV_Target { return 1; }", "ps_3_0", "ps_3_0");
	assert_fails("float4 main() : SV_Target { return 1; }", "gs_4_0", "gs_4_0");
	assert_fails("float4 main() : SV_Target { return 1; }", "ps_4_0x", "ps_4_0x");
	assert_fails("#error stop here\n", "vs_4_0", "dir/a.hlsl(1): error: ");
	assert_fails("cbuffer c : register(b15) { float4 f; };\n"
		     "float4 main() : SV_Target { return f; }",
		"ps_4_0", "");
	assert_fails("", "ps_4_0", "'main': entrypoint not found");
}

/* They are Windows' compiler's; in comments, or as names of the program's own, they do no harm. */
static void intrinsics_that_are_not_provided_are_errors(void **state)
{
	static const char *const calls[] = { "CheckAccessFullyMapped(1)", "noise(v)",
		"noise(v.xy) > noise (v.xy)" };
	static const char *const sound[] = {
		"float noise(float2 p) { return p.x; }\n"
		"float4 main(float4 v : V) : SV_Target { return noise(v.xy); }",
		"float noise(float2 p);\nfloat4 main(float4 v : V) : SV_Target { return "
		"noise(v.xy); }\n"
		"float noise(float2 p) { return p.x; }",
		"struct S { float msad4(float2 p) { return p.x; } };\n"
		"float4 main(float4 v : V) : SV_Target { S s; return s.msad4(v.xy); }",
		"float4 noise;\nfloat4 main(float4 v : V) : SV_Target { return noise * (v); }",
		"float4 main(float4 v : V) : SV_Target {\n"
		"	return msad4(v.x, v.xy, v) + GetRenderTargetSampleCount(); }",
		"float4 main(float4 v : V) : SV_Target { return EvaluateAttributeCentroid(v) +\n"
		"	EvaluateAttributeAtSample(v, 0) + EvaluateAttributeSnapped(v, int2(1, 2)) "
		"+\n"
		"	GetRenderTargetSamplePosition(0).x; }",
		"// noise(v)\n/* msad4(\n1) */\n#define noise(x) sin(x)\n"
		"float4 main(float4 v : V) : SV_Target { return noise(v); }",
	};
	char text[256];
	for (unsigned i = 0; i < ARRAYSIZE(calls); i++) {
		snprintf(text, sizeof(text),
			"float4 main(float4 v : V) : SV_Target {\n  /* a\n */ return\n  %s;\n}\n",
			calls[i]);
		assert_fails(text, "ps_5_0", "dir/a.hlsl(4): error: '");
		assert_fails(text, "ps_5_0", "is not provided");
		snprintf(text, sizeof(text),
			"#define CALL %s\n#line 70\nfloat4 main(float4 v : V) : SV_Target {\n"
			"return CALL; }\n",
			calls[i]);
		assert_fails(text, "ps_5_0", "dir/a.hlsl(71): error: '");
	}
	assert_fails("float4 main() : SV_Target { return msad4(1); }", "ps_5_0", "'msad4'");
	for (unsigned i = 0; i < ARRAYSIZE(sound); i++)
		ID3D10Blob_Release(compile(sound[i], "ps_5_0"));
}

static void arguments_are_checked(void **state)
{
	ID3DBlob *blob = (void *)1;
	const UINT both = D3DCOMPILE_PACK_MATRIX_ROW_MAJOR | D3DCOMPILE_PACK_MATRIX_COLUMN_MAJOR;
	assert_hr(D3DCompile(NULL, 0, NULL, NULL, NULL, "main", "ps_4_0", 0, 0, &blob, NULL),
		E_INVALIDARG);
	assert_null(blob);
	assert_hr(D3DCompile(
			  vs, strlen(vs), NULL, NULL, NULL, "main", "vs_4_0", both, 0, &blob, NULL),
		E_INVALIDARG);
	assert_hr(D3DCompile(vs, strlen(vs), NULL, NULL, NULL, "main", NULL, 0, 0, &blob, NULL),
		E_FAIL);
	/* Just whether it compiles. */
	assert_hr(D3DCompile(vs, strlen(vs), NULL, NULL, NULL, NULL, "vs_4_0_level_9_3", 0, 0, NULL,
			  NULL),
		S_OK);
}

static void defines_are_seen(void **state)
{
	static const char source[] = "float4 main() : SV_Target { return VALUE + ONE; }";
	const D3D_SHADER_MACRO macros[] = { { "VALUE", "float4(1, 0, 0, 1)" }, { "ONE", "1" },
		{ NULL, NULL } };
	ID3DBlob *blob = NULL;
	assert_hr(D3DCompile(source, strlen(source), NULL, macros, NULL, "main", "ps_4_0", 0, 0,
			  &blob, NULL),
		S_OK);
	ID3D10Blob_Release(blob);
	assert_hr(D3DPreprocess(source, strlen(source), NULL, macros, NULL, &blob, NULL), S_OK);
	assert_non_null(strstr(text_of(blob), "float4(1, 0, 0, 1)+ 1"));
	ID3D10Blob_Release(blob);
}

static void flags_change_what_is_made(void **state)
{
	static const char loop[] = "float4 a; float4 main(float4 x : X) : SV_Target {\n"
				   "float4 r = 0; for (int i = 0; i < 4; i++) r += x * a[i];\n"
				   "return r * 1 + 2 * 3; }\n";
	SIZE_T sizes[3];
	const UINT flags[] = { 0, D3DCOMPILE_SKIP_OPTIMIZATION, D3DCOMPILE_DEBUG };
	for (unsigned i = 0; i < 3; i++) {
		ID3DBlob *blob;
		assert_hr(D3DCompile(loop, strlen(loop), NULL, NULL, NULL, "main", "ps_4_0",
				  flags[i], 0, &blob, NULL),
			S_OK);
		sizes[i] = ID3D10Blob_GetBufferSize(blob);
		ID3D10Blob_Release(blob);
	}
	assert_true(sizes[1] > sizes[0]);
	assert_true(sizes[2] > sizes[0]);
}

static void *compile_some(void *arg)
{
	char source[128];
	snprintf(source, sizeof(source),
		"float4 c : register(c%u); float4 main() : SV_Target%u { return c * %u; }",
		*(unsigned *)arg, *(unsigned *)arg, *(unsigned *)arg);
	for (unsigned i = 0; i < 4; i++) {
		ID3DBlob *blob = NULL;
		if (FAILED(D3DCompile(source, strlen(source), NULL, NULL, NULL, "main", "ps_5_0", 0,
			    0, &blob, NULL)))
			return NULL;
		struct xfi_shader *shader = shader_of(XFI_SHADER_PS, blob);
		bool good = shader->outputs[0].location == *(unsigned *)arg;
		xfi_shader_destroy(shader);
		ID3D10Blob_Release(blob);
		if (!good)
			return NULL;
	}
	return arg;
}

static void threads_compile_at_once(void **state)
{
	pthread_t threads[4];
	unsigned numbers[4];
	for (unsigned i = 0; i < 4; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, compile_some, &numbers[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		void *good;
		pthread_join(threads[i], &good);
		assert_ptr_equal(good, &numbers[i]);
	}
}

/* An include handler that counts what is open. */
struct handler {
	ID3DInclude iface;
	unsigned n_opened, n_open;
	const void *parents[4];
	D3D_INCLUDE_TYPE types[4];
};

static const char outer[] = "#include <inner.h>\n#define RED INNER\n";
static const char inner[] = "#define INNER float4(1, 0, 0, 1)\n";

static HRESULT WINAPI handler_Open(ID3DInclude *iface, D3D_INCLUDE_TYPE type, const char *name,
	const void *parent, const void **data, UINT *size)
{
	struct handler *handler = (struct handler *)iface;
	handler->types[handler->n_opened] = type;
	handler->parents[handler->n_opened++] = parent;
	*data = !strcmp(name, "outer.h") ? outer : !strcmp(name, "inner.h") ? inner : NULL;
	if (!*data)
		return E_FAIL;
	*size = (UINT)strlen(*data);
	handler->n_open++;
	return S_OK;
}

static HRESULT WINAPI handler_Close(ID3DInclude *iface, const void *data)
{
	struct handler *handler = (struct handler *)iface;
	assert_true(data == outer || data == inner);
	handler->n_open--;
	return S_OK;
}

static ID3DIncludeVtbl handler_vtbl = { handler_Open, handler_Close };

static void a_handler_is_asked_with_the_one_that_includes(void **state)
{
	struct handler handler = { .iface = { &handler_vtbl } };
	const char source[] = "#include \"outer.h\"\nfloat4 main() : SV_Target { return RED; }";
	const char wrong[] = "#include \"outer.h\"\n#include \"none.h\"\n";
	ID3DBlob *blob = NULL, *errors = NULL;
	assert_hr(D3DCompile(source, strlen(source), "x", NULL, &handler.iface, "main", "ps_4_0", 0,
			  0, &blob, NULL),
		S_OK);
	ID3D10Blob_Release(blob);
	assert_int_equal(handler.n_opened, 2);
	assert_int_equal(handler.n_open, 0);
	assert_null(handler.parents[0]);
	assert_ptr_equal(handler.parents[1], outer);
	assert_int_equal(handler.types[0], D3D_INCLUDE_LOCAL);
	assert_int_equal(handler.types[1], D3D_INCLUDE_SYSTEM);
	handler.n_opened = 0;
	assert_hr(D3DCompile(wrong, strlen(wrong), "x", NULL, &handler.iface, "main", "ps_4_0", 0,
			  0, &blob, &errors),
		E_FAIL);
	assert_non_null(strstr(text_of(errors), "x(2): error"));
	assert_int_equal(handler.n_open, 0);
	ID3D10Blob_Release(errors);
}

static void put_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Beside the file, and beside what it includes; itself for ever ends. */
/* Whatever the compiler has to look at, or to compile once more. */
static void a_handler_is_asked_once(void **state)
{
	struct handler handler = { .iface = { &handler_vtbl } };
	static const char source[] =
		"#include \"outer.h\"\n"
		"cbuffer C { float2x2 a : packoffset(c1), b : packoffset(c3); int i; };\n"
		"ByteAddressBuffer bytes : register(t0); StructuredBuffer<float3> s : "
		"register(t1);\n"
		"float4 main() : SV_Target { uint n, k; s.GetDimensions(n, k);\n"
		"	bytes.GetDimensions(n); return RED + (a * b)[0][0] + n + k + i % 3; }";
	ID3DBlob *blob = NULL;
	assert_hr(D3DCompile(source, strlen(source), "x", NULL, &handler.iface, "main", "ps_5_0", 0,
			  0, &blob, NULL),
		S_OK);
	ID3D10Blob_Release(blob);
	assert_int_equal(handler.n_opened, 2);
	assert_int_equal(handler.n_open, 0);
}

static void files_include_files_beside_them(void **state)
{
	char folder[TEMPORARY_SIZE];
	ID3DBlob *blob = NULL, *errors = NULL;
	assert_non_null(mkdtemp(temporary(folder, "xf-include-XXXXXX")));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("sub", 0700), 0);
	put_file("sub/b.h", "#include \"c.h\"\n");
	put_file("sub/c.h", "#define RED float4(1, 0, 0, 1)\n");
	put_file("loop.hlsl", "#include \"loop.hlsl\"\n");
	put_file("a.hlsl", "#include \"sub\\b.h\"\nfloat4 main() : SV_Target { return RED; }\n");
	assert_hr(D3DCompileFromFile(L"a.hlsl", NULL, D3D_COMPILE_STANDARD_FILE_INCLUDE, "main",
			  "ps_4_0", 0, 0, &blob, NULL),
		S_OK);
	ID3D10Blob_Release(blob);
	assert_hr(D3DCompileFromFile(L"loop.hlsl", NULL, D3D_COMPILE_STANDARD_FILE_INCLUDE, "main",
			  "ps_4_0", 0, 0, &blob, &errors),
		E_FAIL);
	assert_non_null(errors);
	ID3D10Blob_Release(errors);
	assert_hr(D3DCompileFromFile(L"none.hlsl", NULL, NULL, "main", "ps_4_0", 0, 0, &blob, NULL),
		HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
	put_file("sub/c.h", "float4 f(float v) {\n return noise(v.xx); }\n#define RED f(1)\n");
	errors = NULL;
	assert_hr(D3DCompileFromFile(L"a.hlsl", NULL, D3D_COMPILE_STANDARD_FILE_INCLUDE, "main",
			  "ps_4_0", 0, 0, &blob, &errors),
		E_FAIL);
	assert_non_null(strstr(text_of(errors), "c.h(2): error: 'noise'"));
	ID3D10Blob_Release(errors);
	put_file("sub/b.h", "float noise(float2 v) { return v.x; }\n#include \"c.h\"\n");
	assert_hr(D3DCompileFromFile(L"a.hlsl", NULL, D3D_COMPILE_STANDARD_FILE_INCLUDE, "main",
			  "ps_4_0", 0, 0, &blob, NULL),
		S_OK);
	ID3D10Blob_Release(blob);
	unlink("a.hlsl");
	unlink("loop.hlsl");
	unlink("sub/b.h");
	unlink("sub/c.h");
	rmdir("sub");
	assert_int_equal(chdir("/"), 0);
	rmdir(folder);
}

static void blobs_go_to_files_and_back(void **state)
{
	char folder[TEMPORARY_SIZE];
	ID3DBlob *blob = NULL, *again = NULL;
	IUnknown *unknown = NULL;
	assert_non_null(mkdtemp(temporary(folder, "xf-blob-XXXXXX")));
	assert_int_equal(chdir(folder), 0);
	assert_hr(D3DCreateBlob(5, &blob), S_OK);
	assert_int_equal(ID3D10Blob_GetBufferSize(blob), 5);
	memcpy(ID3D10Blob_GetBufferPointer(blob), "\1\2\0\4\5", 5);
	assert_hr(D3DWriteBlobToFile(blob, L"\u00e4\u20ac\U0001f600.bin", FALSE), S_OK);
	assert_int_equal(access("\u00e4\u20ac\U0001f600.bin", F_OK), 0);
	assert_hr(D3DWriteBlobToFile(blob, L"\u00e4\u20ac\U0001f600.bin", FALSE),
		HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
	assert_hr(D3DWriteBlobToFile(blob, L"\u00e4\u20ac\U0001f600.bin", TRUE), S_OK);
	assert_hr(D3DReadFileToBlob(L"\u00e4\u20ac\U0001f600.bin", &again), S_OK);
	assert_int_equal(ID3D10Blob_GetBufferSize(again), 5);
	assert_memory_equal(text_of(again), text_of(blob), 5);
	assert_hr(D3DReadFileToBlob(L".", &again), HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED));
	unlink("\u00e4\u20ac\U0001f600.bin");
	assert_int_equal(chdir("/"), 0);
	rmdir(folder);
	assert_hr(ID3D10Blob_QueryInterface(blob, &IID_IUnknown, (void **)&unknown), S_OK);
	assert_ptr_equal(unknown, blob);
	assert_int_equal(IUnknown_Release(unknown), 1);
	assert_hr(ID3D10Blob_QueryInterface(blob, &IID_ID3D11Device, (void **)&unknown),
		E_NOINTERFACE);
	assert_int_equal(ID3D10Blob_Release(again), 0);
	assert_int_equal(ID3D10Blob_Release(blob), 0);
	assert_hr(D3DCreateBlob(5, NULL), INVALIDCALL);
}

static HRESULT part(ID3DBlob *blob, D3D_BLOB_PART part, ID3DBlob **ret)
{
	return D3DGetBlobPart(
		ID3D10Blob_GetBufferPointer(blob), ID3D10Blob_GetBufferSize(blob), part, 0, ret);
}

static void parts_are_containers(void **state)
{
	ID3DBlob *blob = compile(vs, "vs_4_0"), *signature = NULL, *none = NULL;
	struct xfi_shader_element *inputs = NULL;
	struct xfi_shader *shader = NULL;
	UINT n = 0;
	assert_hr(part(blob, D3D_BLOB_INPUT_SIGNATURE_BLOB, &signature), S_OK);
	assert_hr(xfi_shader_inputs(
			  text_of(signature), ID3D10Blob_GetBufferSize(signature), &inputs, &n),
		S_OK);
	assert_int_equal(n, 3);
	assert_non_null(xfi_shader_find(inputs, n, "POSITION", 0));
	free(inputs);
	assert_hr(xfi_shader_create(XFI_SHADER_VS, text_of(signature),
			  ID3D10Blob_GetBufferSize(signature), &shader),
		E_INVALIDARG);
	assert_hr(part(signature, D3D_BLOB_OUTPUT_SIGNATURE_BLOB, &none), E_FAIL);
	assert_hr(part(signature, D3D_BLOB_INPUT_AND_OUTPUT_SIGNATURE_BLOB, &none), E_FAIL);
	ID3D10Blob_Release(signature);
	assert_hr(part(blob, D3D_BLOB_INPUT_AND_OUTPUT_SIGNATURE_BLOB, &signature), S_OK);
	assert_hr(part(signature, D3D_BLOB_ALL_SIGNATURE_BLOB, &none), S_OK);
	ID3D10Blob_Release(signature);
	ID3D10Blob_Release(none);
	assert_hr(part(blob, D3D_BLOB_PATCH_CONSTANT_SIGNATURE_BLOB, &none), E_FAIL);
	assert_hr(part(blob, D3D_BLOB_DEBUG_INFO, &none), E_FAIL);
	assert_hr(part(blob, 0x7fff, &none), INVALIDCALL);
	assert_hr(D3DGetBlobPart(text_of(blob), ID3D10Blob_GetBufferSize(blob), 0, 1, &none),
		INVALIDCALL);
	assert_hr(D3DGetBlobPart(NULL, 0, 0, 0, &none), INVALIDCALL);
	assert_hr(D3DGetBlobPart(text_of(blob), ID3D10Blob_GetBufferSize(blob), 0, 0, NULL),
		INVALIDCALL);
	ID3D10Blob_Release(blob);
}

static void what_is_stripped_still_runs(void **state)
{
	ID3DBlob *blob = compile(vs, "vs_4_0"), *stripped = NULL;
	assert_hr(D3DStripShader(text_of(blob), ID3D10Blob_GetBufferSize(blob),
			  D3DCOMPILER_STRIP_REFLECTION_DATA | D3DCOMPILER_STRIP_DEBUG_INFO,
			  &stripped),
		S_OK);
	assert_true(ID3D10Blob_GetBufferSize(stripped) < ID3D10Blob_GetBufferSize(blob));
	xfi_shader_destroy(shader_of(XFI_SHADER_VS, stripped));
	ID3D10Blob_Release(stripped);
	assert_hr(D3DStripShader(NULL, 0, 0, &stripped), INVALIDCALL);
	ID3D10Blob_Release(blob);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vertex_shader_keeps_its_semantics),
		cmocka_unit_test(matrices_and_arrays_are_several_inputs),
		cmocka_unit_test(pixel_shaders_bind_in_a_set_of_their_own),
		cmocka_unit_test(compute_shaders_have_buffers_and_counters),
		cmocka_unit_test(what_goes_to_the_driver_has_no_semantics),
		cmocka_unit_test(damaged_modules_do_no_harm),
		cmocka_unit_test(errors_have_a_file_and_a_line),
		cmocka_unit_test(intrinsics_that_are_not_provided_are_errors),
		cmocka_unit_test(arguments_are_checked),
		cmocka_unit_test(defines_are_seen),
		cmocka_unit_test(flags_change_what_is_made),
		cmocka_unit_test(threads_compile_at_once),
		cmocka_unit_test(a_handler_is_asked_with_the_one_that_includes),
		cmocka_unit_test(a_handler_is_asked_once),
		cmocka_unit_test(files_include_files_beside_them),
		cmocka_unit_test(blobs_go_to_files_and_back),
		cmocka_unit_test(parts_are_containers),
		cmocka_unit_test(what_is_stripped_still_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
