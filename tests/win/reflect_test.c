/* SPDX-License-Identifier: MIT */
/* Reflection against layouts that are known: of RDEF chunks written here, and of HLSL. */
#include "harness.h"

#include <windows.h>
#include <d3d11.h>
#include <d3dcompiler.h>
#include <limits.h>

#include "dxbc_shaders.h"

#define assert_hr(hr, expected)	  assert_int_equal((uint32_t)(hr), (uint32_t)(expected))
#define INVALIDCALL		  0x8876086c
#define call(object, method, ...) (object)->lpVtbl->method(object, ##__VA_ARGS__)

static ID3D11ShaderReflection *reflect(const void *code, SIZE_T size)
{
	ID3D11ShaderReflection *reflection = NULL;
	assert_hr(D3DReflect(code, size, &IID_ID3D11ShaderReflection, (void **)&reflection), S_OK);
	return reflection;
}

/*
 * vs_4_0, cbuffer "cb" at b2 of 48 bytes: float4 "a" with a default at 0, row-major float3x2 "m" at
 * 16; texture "t" at t1. Offsets are bytes, strings at the end.
 */
enum { BUFFERS = 28, BINDINGS = 52, VARIABLES = 116, TYPES = 164, VALUES = 196, NAMES = 212 };
static const struct {
	uint32_t words[NAMES / 4];
	char names[20];
} rdef = {
	{ 1, BUFFERS, 2, BINDINGS, 0xfffe0400, 0x100, NAMES + 9, /* 28 */
		NAMES, 2, VARIABLES, 48, 0, 0, /* 52 */
		NAMES + 7, 2, 5, 4, UINT32_MAX, 1, 1, 0xc, /* a texture */
		NAMES, 0, 0, 0, 0, 2, 1, 0, /* 116 */
		NAMES + 3, 0, 16, 2, TYPES, VALUES, /* used */
		NAMES + 5, 16, 40, 0, TYPES + 16, 0, /* 164 */
		1 | 3 << 16, 1 | 4 << 16, 0, 0, /* float4 */
		2 | 3 << 16, 3 | 2 << 16, 0, 0, /* by rows; 196 */
		0x3f800000, 0, 0, 0x40000000 },
	"cb\0a\0m\0t\0me",
};

static struct dxbc with_rdef(const void *bytes, uint32_t size)
{
	struct dxbc s = dxbc_begin(DXBC_VS, 4);
	dxbc_input(&s, "POSITION", 2, 0, DXBC_FLOAT, 0, 0x7);
	dxbc_output(&s, "SV_Position", 0, 1, DXBC_FLOAT, 0, 0xf);
	if (size)
		dxbc_chunk(&s, "RDEF", bytes, size);
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}

static void a_chunk_of_shader_model_4_is_told(void **state)
{
	struct dxbc dxbc = with_rdef(&rdef, sizeof(rdef));
	ID3D11ShaderReflection *reflection = reflect(dxbc.bytes, dxbc.size);
	D3D11_SHADER_DESC desc;
	D3D11_SHADER_BUFFER_DESC buffer;
	D3D11_SHADER_VARIABLE_DESC variable;
	D3D11_SHADER_TYPE_DESC type;
	dxbc_free(&dxbc); /* the reflection has a copy */
	assert_hr(call(reflection, GetDesc, &desc), S_OK);
	assert_int_equal(desc.Version, 0x10040);
	assert_string_equal(desc.Creator, "me");
	assert_int_equal(desc.Flags, 0x100);
	assert_int_equal(desc.ConstantBuffers, 1);
	assert_int_equal(desc.BoundResources, 2);
	assert_int_equal(desc.InputParameters, 1);
	assert_int_equal(desc.OutputParameters, 1);
	ID3D11ShaderReflectionConstantBuffer *cb = call(reflection, GetConstantBufferByName, "cb");
	assert_ptr_equal(call(reflection, GetConstantBufferByIndex, 0), cb);
	assert_hr(call(cb, GetDesc, &buffer), S_OK);
	assert_string_equal(buffer.Name, "cb");
	assert_int_equal(buffer.Size, 48);
	assert_int_equal(buffer.Variables, 2);
	ID3D11ShaderReflectionVariable *a = call(cb, GetVariableByIndex, 0);
	assert_ptr_equal(call(cb, GetVariableByName, "a"), a);
	assert_ptr_equal(call(reflection, GetVariableByName, "a"), a);
	assert_ptr_equal(call(a, GetBuffer), cb);
	assert_hr(call(a, GetDesc, &variable), S_OK);
	assert_int_equal(variable.Size, 16);
	assert_int_equal(variable.uFlags, D3D_SVF_USED);
	assert_true(((float *)variable.DefaultValue)[3] == 2.0f);
	assert_int_equal(variable.StartTexture, UINT_MAX);
	ID3D11ShaderReflectionVariable *m = call(cb, GetVariableByName, "m");
	assert_hr(call(m, GetDesc, &variable), S_OK);
	assert_int_equal(variable.StartOffset, 16);
	assert_null(variable.DefaultValue);
	assert_hr(call(call(m, GetType), GetDesc, &type), S_OK);
	assert_int_equal(type.Class, D3D_SVC_MATRIX_ROWS);
	assert_int_equal(type.Type, D3D_SVT_FLOAT);
	assert_int_equal(type.Rows, 3);
	assert_int_equal(type.Columns, 2);
	assert_string_equal(type.Name, "float3x2");
	assert_int_equal(call(reflection, Release), 0);
}

static void bindings_and_parameters_are_told(void **state)
{
	struct dxbc dxbc = with_rdef(&rdef, sizeof(rdef));
	ID3D11ShaderReflection *reflection = reflect(dxbc.bytes, dxbc.size);
	D3D11_SHADER_INPUT_BIND_DESC binding;
	D3D11_SIGNATURE_PARAMETER_DESC parameter;
	dxbc_free(&dxbc);
	assert_hr(call(reflection, GetResourceBindingDesc, 0, &binding), S_OK);
	assert_string_equal(binding.Name, "t");
	assert_int_equal(binding.Type, D3D_SIT_TEXTURE);
	assert_int_equal(binding.ReturnType, D3D_RETURN_TYPE_FLOAT);
	assert_int_equal(binding.Dimension, D3D_SRV_DIMENSION_TEXTURE2D);
	assert_int_equal(binding.BindPoint, 1);
	assert_hr(call(reflection, GetResourceBindingDescByName, "cb", &binding), S_OK);
	assert_int_equal(binding.Type, D3D_SIT_CBUFFER);
	assert_int_equal(binding.BindPoint, 2);
	assert_hr(call(reflection, GetInputParameterDesc, 0, &parameter), S_OK);
	assert_string_equal(parameter.SemanticName, "POSITION");
	assert_int_equal(parameter.SemanticIndex, 2);
	assert_int_equal(parameter.Mask, 7);
	assert_int_equal(parameter.ComponentType, D3D_REGISTER_COMPONENT_FLOAT32);
	assert_hr(call(reflection, GetOutputParameterDesc, 0, &parameter), S_OK);
	assert_int_equal(parameter.SystemValueType, D3D_NAME_POSITION);
	assert_int_equal(call(reflection, Release), 0);
}

/* Nothing that is asked for and not there is NULL, and what stands for it refuses. */
static void what_is_out_of_range_refuses(void **state)
{
	struct dxbc dxbc = with_rdef(&rdef, sizeof(rdef));
	ID3D11ShaderReflection *reflection = reflect(dxbc.bytes, dxbc.size);
	D3D11_SHADER_INPUT_BIND_DESC binding;
	D3D11_SIGNATURE_PARAMETER_DESC parameter;
	D3D11_SHADER_BUFFER_DESC buffer;
	D3D11_SHADER_VARIABLE_DESC variable;
	D3D11_SHADER_TYPE_DESC type;
	dxbc_free(&dxbc);
	assert_hr(call(reflection, GetDesc, NULL), E_FAIL);
	assert_hr(call(reflection, GetInputParameterDesc, 1, &parameter), E_INVALIDARG);
	assert_hr(call(reflection, GetInputParameterDesc, 0, NULL), E_INVALIDARG);
	assert_hr(call(reflection, GetOutputParameterDesc, UINT_MAX, &parameter), E_INVALIDARG);
	assert_hr(call(reflection, GetPatchConstantParameterDesc, 0, &parameter), E_INVALIDARG);
	assert_hr(call(reflection, GetResourceBindingDesc, 2, &binding), E_INVALIDARG);
	assert_hr(call(reflection, GetResourceBindingDescByName, "none", &binding), E_INVALIDARG);
	assert_hr(call(reflection, GetResourceBindingDescByName, NULL, &binding), E_INVALIDARG);
	ID3D11ShaderReflectionConstantBuffer *none = call(reflection, GetConstantBufferByIndex, 1);
	assert_ptr_equal(call(reflection, GetConstantBufferByName, NULL), none);
	assert_hr(call(none, GetDesc, &buffer), E_FAIL);
	ID3D11ShaderReflectionVariable *no_variable = call(none, GetVariableByIndex, 0);
	assert_ptr_equal(call(reflection, GetVariableByName, "none"), no_variable);
	assert_ptr_equal(call(none, GetVariableByName, "a"), no_variable);
	assert_hr(call(no_variable, GetDesc, &variable), E_FAIL);
	assert_ptr_equal(call(no_variable, GetBuffer), none);
	ID3D11ShaderReflectionType *no_type = call(no_variable, GetType);
	assert_hr(call(no_type, GetDesc, &type), E_FAIL);
	assert_hr(call(no_type, IsEqual, no_type), E_FAIL);
	assert_string_equal(call(no_type, GetMemberTypeName, 0), "$Invalid");
	assert_ptr_equal(call(no_type, GetMemberTypeByIndex, 0), no_type);
	ID3D11ShaderReflectionType *real = call(call(reflection, GetVariableByName, "a"), GetType);
	assert_hr(call(real, IsEqual, real), S_OK);
	assert_hr(call(real, IsEqual, no_type), S_FALSE);
	assert_ptr_equal(call(real, GetMemberTypeByName, "x"), no_type);
	assert_int_equal(call(reflection, Release), 0);
}

static void a_shader_without_the_chunk_has_its_signatures(void **state)
{
	struct dxbc dxbc = dxbc_cs_fill();
	ID3D11ShaderReflection *reflection = reflect(dxbc.bytes, dxbc.size);
	D3D11_SHADER_DESC desc;
	UINT x, y, z;
	dxbc_free(&dxbc);
	assert_hr(call(reflection, GetDesc, &desc), S_OK);
	assert_int_equal(desc.Version, 0x50050);
	assert_int_equal(desc.ConstantBuffers, 0);
	assert_int_equal(call(reflection, GetThreadGroupSize, &x, &y, &z), 64);
	assert_int_equal(x, 8);
	assert_int_equal(y, 8);
	assert_int_equal(z, 1);
	assert_int_equal(call(reflection, Release), 0);
}

static void arguments_are_checked(void **state)
{
	struct dxbc dxbc = dxbc_vs_pass();
	ID3D11ShaderReflection *reflection = NULL;
	void **ret = (void **)&reflection;
	assert_hr(D3DReflect(NULL, 0, &IID_ID3D11ShaderReflection, ret), INVALIDCALL);
	assert_hr(D3DReflect(dxbc.bytes, 16, &IID_ID3D11ShaderReflection, ret), INVALIDCALL);
	assert_hr(D3DReflect(dxbc.bytes, dxbc.size, &IID_IUnknown, ret), E_INVALIDARG);
	assert_null(reflection);
	dxbc_free(&dxbc);
}

/* Every word of the chunk, with values that matter to it: read in bounds or refused. */
static void damaged_chunks_are_refused_or_read(void **state)
{
	static const uint32_t values[] = { 0, 1, 3, 28, 52, 164, 211, 212, 231, 232, 0x7fffffff,
		0xfffffff0, 0xffffffff, 0x00ff0005, 0x0004ffff };
	unsigned refused = 0;
	for (uint32_t i = 0; i < NAMES / 4; i++)
		for (unsigned k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			uint8_t bytes[sizeof(rdef)];
			ID3D11ShaderReflection *reflection = NULL;
			memcpy(bytes, &rdef, sizeof(rdef));
			memcpy(bytes + 4 * i, &values[k], 4);
			struct dxbc dxbc = with_rdef(bytes, sizeof(bytes));
			HRESULT hr = D3DReflect(dxbc.bytes, dxbc.size, &IID_ID3D11ShaderReflection,
				(void **)&reflection);
			if (SUCCEEDED(hr))
				assert_int_equal(call(reflection, Release), 0);
			else
				assert_hr(hr, E_INVALIDARG);
			refused += FAILED(hr);
			dxbc_free(&dxbc);
		}
	assert_true(refused > 100);
	for (uint32_t size = 4; size < sizeof(rdef) - 8; size += 4) { /* cut short */
		struct dxbc dxbc = with_rdef(&rdef, size);
		ID3D11ShaderReflection *reflection = NULL;
		assert_hr(D3DReflect(dxbc.bytes, dxbc.size, &IID_ID3D11ShaderReflection,
				  (void **)&reflection),
			E_INVALIDARG);
		dxbc_free(&dxbc);
	}
}

#ifdef HAVE_HLSL
static const char hlsl[] =
	"float4 loose; float2x3 m23;\n"
	"struct L { float3 dir; float k; row_major float4x3 mm; };\n"
	"cbuffer Lights : register(b3) { L lights[2]; int3 i3; uint u; float f[2]; float4 last; "
	"};\n"
	"Texture2DArray<float4> ta[2] : register(t3); Texture2D<uint4> dead;\n"
	"SamplerState s : register(s1); Buffer<int> tb : register(t7);\n"
	"float4 main(float4 p : SV_Position, float2 uv : TEXCOORD3) : SV_Target1 {\n"
	"  return ta[1].Sample(s, float3(uv, 1)) + float4(mul(loose.xy, m23), tb[1]) +\n"
	"    lights[1].k + i3.x + u + f[1] + lights[0].mm[1].x + p.z; }\n";

static ID3D11ShaderReflection *reflect_hlsl(const char *target)
{
	ID3DBlob *blob = NULL;
	assert_hr(
		D3DCompile(hlsl, strlen(hlsl), NULL, NULL, NULL, "main", target, 0, 0, &blob, NULL),
		S_OK);
	ID3D11ShaderReflection *reflection =
		reflect(ID3D10Blob_GetBufferPointer(blob), ID3D10Blob_GetBufferSize(blob));
	ID3D10Blob_Release(blob);
	return reflection;
}

static void assert_variable(ID3D11ShaderReflectionConstantBuffer *buffer, const char *name,
	UINT offset, UINT size, UINT flags, const char *type_name)
{
	ID3D11ShaderReflectionVariable *variable = call(buffer, GetVariableByName, name);
	D3D11_SHADER_VARIABLE_DESC desc;
	D3D11_SHADER_TYPE_DESC type;
	assert_hr(call(variable, GetDesc, &desc), S_OK);
	assert_string_equal(desc.Name, name);
	assert_int_equal(desc.StartOffset, offset);
	assert_int_equal(desc.Size, size);
	assert_int_equal(desc.uFlags, flags);
	assert_hr(call(call(variable, GetType), GetDesc, &type), S_OK);
	assert_string_equal(type.Name, type_name);
}

/* The numbers are those of HLSL's packing rules. */
static void check_buffers(ID3D11ShaderReflection *reflection)
{
	D3D11_SHADER_BUFFER_DESC desc;
	D3D11_SHADER_TYPE_DESC type;
	ID3D11ShaderReflectionConstantBuffer *globals =
		call(reflection, GetConstantBufferByName, "$Globals");
	assert_hr(call(globals, GetDesc, &desc), S_OK);
	assert_int_equal(desc.Size, 64);
	assert_variable(globals, "loose", 0, 16, D3D_SVF_USED, "float4");
	assert_variable(globals, "m23", 16, 40, D3D_SVF_USED, "float2x3");
	ID3D11ShaderReflectionConstantBuffer *lights =
		call(reflection, GetConstantBufferByName, "Lights");
	assert_hr(call(lights, GetDesc, &desc), S_OK);
	assert_int_equal(desc.Variables, 5);
	assert_variable(lights, "i3", 160, 12, D3D_SVF_USED, "int3");
	assert_variable(lights, "u", 172, 4, D3D_SVF_USED, "uint");
	assert_variable(lights, "f", 176, 20, D3D_SVF_USED, "float");
	assert_variable(lights, "last", 208, 16, 0, "float4");
	assert_int_equal(desc.Size, 224);
	ID3D11ShaderReflectionType *l = call(call(lights, GetVariableByName, "lights"), GetType);
	assert_hr(call(l, GetDesc, &type), S_OK);
	assert_int_equal(type.Class, D3D_SVC_STRUCT);
	assert_int_equal(type.Elements, 2);
	assert_int_equal(type.Members, 3);
	assert_string_equal(call(l, GetMemberTypeName, 2), "mm");
	assert_hr(call(call(l, GetMemberTypeByName, "mm"), GetDesc, &type), S_OK);
	assert_int_equal(type.Class, D3D_SVC_MATRIX_ROWS);
	assert_int_equal(type.Rows, 4);
	assert_int_equal(type.Columns, 3);
	assert_int_equal(type.Offset, 16);
	assert_hr(
		call(call(call(globals, GetVariableByName, "m23"), GetType), GetDesc, &type), S_OK);
	assert_int_equal(type.Class, D3D_SVC_MATRIX_COLUMNS);
	assert_int_equal(type.Rows, 2);
	assert_int_equal(type.Columns, 3);
}

static void hlsl_is_told_as_fxc_tells_it(void **state)
{
	static const char *const names[] = { "s", "ta", "tb", "$Globals", "Lights" };
	static const char *const targets[] = { "ps_4_0", "ps_5_0" };
	D3D11_SHADER_DESC desc;
	D3D11_SHADER_INPUT_BIND_DESC binding;
	D3D11_SIGNATURE_PARAMETER_DESC parameter;
	for (unsigned k = 0; k < 2; k++) {
		ID3D11ShaderReflection *reflection = reflect_hlsl(targets[k]);
		assert_hr(call(reflection, GetDesc, &desc), S_OK);
		assert_int_equal(desc.Version, k ? 0x50 : 0x40);
		assert_int_equal(desc.BoundResources, 5);
		assert_int_equal(desc.ConstantBuffers, 2);
		for (UINT i = 0; i < 5; i++) {
			assert_hr(call(reflection, GetResourceBindingDesc, i, &binding), S_OK);
			assert_string_equal(binding.Name, names[i]);
		}
		assert_hr(call(reflection, GetResourceBindingDescByName, "ta", &binding), S_OK);
		assert_int_equal(binding.BindPoint, 3);
		assert_int_equal(binding.BindCount, 2);
		assert_int_equal(binding.Dimension, D3D_SRV_DIMENSION_TEXTURE2DARRAY);
		assert_hr(call(reflection, GetResourceBindingDescByName, "tb", &binding), S_OK);
		assert_int_equal(binding.ReturnType, D3D_RETURN_TYPE_SINT);
		check_buffers(reflection);
		assert_hr(call(reflection, GetInputParameterDesc, 1, &parameter), S_OK);
		assert_string_equal(parameter.SemanticName, "TEXCOORD");
		assert_int_equal(parameter.SemanticIndex, 3);
		assert_int_equal(parameter.Mask, 3);
		assert_hr(call(reflection, GetInputParameterDesc, 0, &parameter), S_OK);
		assert_int_equal(parameter.SystemValueType, D3D_NAME_POSITION);
		assert_hr(call(reflection, GetOutputParameterDesc, 0, &parameter), S_OK);
		assert_string_equal(parameter.SemanticName, "SV_Target");
		assert_int_equal(parameter.SystemValueType, D3D_NAME_TARGET);
		assert_int_equal(parameter.Register, 1);
		assert_int_equal(call(reflection, Release), 0);
	}
}

/* In SPIR-V both kinds are arrays of numbers. */
static void buffers_of_bytes_are_told(void **state)
{
	static const char source[] =
		"ByteAddressBuffer b : register(t1), c : register(t2); RWByteAddressBuffer o;\n"
		"StructuredBuffer<uint> s : register(t3); RWStructuredBuffer<uint> t : "
		"register(u1);\n"
		"[numthreads(1, 1, 1)] void main() { o.Store(0, b.Load(4) + c.Load(4) + s[1]);\n"
		"	t[0] = s[2]; }";
	static const struct {
		const char *name;
		D3D_SHADER_INPUT_TYPE type;
		UINT stride;
	} expected[] = { { "b", D3D_SIT_BYTEADDRESS, 0 }, { "c", D3D_SIT_BYTEADDRESS, 0 },
		{ "o", D3D_SIT_UAV_RWBYTEADDRESS, 0 }, { "s", D3D_SIT_STRUCTURED, 4 },
		{ "t", D3D_SIT_UAV_RWSTRUCTURED, 4 } };
	ID3D11ShaderReflection *reflection;
	D3D11_SHADER_INPUT_BIND_DESC binding;
	ID3DBlob *blob = NULL;
	assert_hr(D3DCompile(source, strlen(source), "a", NULL, NULL, "main", "cs_5_0", 0, 0, &blob,
			  NULL),
		S_OK);
	assert_hr(D3DReflect(ID3D10Blob_GetBufferPointer(blob), ID3D10Blob_GetBufferSize(blob),
			  &IID_ID3D11ShaderReflection, (void **)&reflection),
		S_OK);
	for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_hr(
			call(reflection, GetResourceBindingDescByName, expected[i].name, &binding),
			S_OK);
		assert_int_equal(binding.Type, expected[i].type);
		assert_int_equal(binding.NumSamples, expected[i].stride);
		assert_int_equal(binding.ReturnType, D3D_RETURN_TYPE_MIXED);
	}
	assert_int_equal(call(reflection, Release), 0);
	ID3D10Blob_Release(blob);
}
#endif

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_of_shader_model_4_is_told),
		cmocka_unit_test(bindings_and_parameters_are_told),
		cmocka_unit_test(what_is_out_of_range_refuses),
		cmocka_unit_test(a_shader_without_the_chunk_has_its_signatures),
		cmocka_unit_test(arguments_are_checked),
		cmocka_unit_test(damaged_chunks_are_refused_or_read),
#ifdef HAVE_HLSL
		cmocka_unit_test(hlsl_is_told_as_fxc_tells_it),
		cmocka_unit_test(buffers_of_bytes_are_told),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
