/* SPDX-License-Identifier: MIT */
#include "reads.h"

#include <stdarg.h>
#include <stdio.h>

void expect_text(struct expectation *expect, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(
		expect->text + expect->length, MOST_TEXT - expect->length, format, arguments);
	va_end(arguments);
	assert_true(n >= 0 && expect->length + (size_t)n < MOST_TEXT);
	expect->length += (size_t)n;
}

void expect_read(struct expectation *expect, const char *expression, UINT value)
{
	assert_true(expect->n < MOST_LEAVES);
	expect_text(expect, "	o.Store(%u, asuint((float)%s));\n", expect->n * 4, expression);
	expect->values[expect->n++] = (float)value;
}

void reads_open(struct reads_gpu *gpu)
{
	stage_open(&gpu->stage, 4, 4, DXGI_FORMAT_R8G8B8A8_UNORM);
	for (int i = 0; i < NUMBERS; i++)
		gpu->numbers[i] = (float)i;
}

ID3D11Buffer *reads_buffer(struct reads_gpu *gpu, UINT bind, UINT stride, UINT misc)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = stride ? stride * 4 : MOST_LEAVES * 4,
		.BindFlags = bind,
		.MiscFlags = misc,
		.StructureByteStride = stride };
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = gpu->numbers };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(gpu->stage.device, &desc, &data, &buffer), S_OK);
	return buffer;
}

static ID3D11UnorderedAccessView *make_output(struct reads_gpu *gpu, ID3D11Buffer **ret_buffer)
{
	const D3D11_UNORDERED_ACCESS_VIEW_DESC desc = { .Format = DXGI_FORMAT_R32_TYPELESS,
		.ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
		.Buffer = { 0, MOST_LEAVES, D3D11_BUFFER_UAV_FLAG_RAW } };
	ID3D11UnorderedAccessView *view;
	*ret_buffer = reads_buffer(
		gpu, D3D11_BIND_UNORDERED_ACCESS, 0, D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  gpu->stage.device, (ID3D11Resource *)*ret_buffer, &desc, &view),
		S_OK);
	return view;
}

ID3DBlob *reads_compile(const char *text, UINT flags)
{
	ID3DBlob *code = NULL, *errors = NULL;
	HRESULT hr = D3DCompile(text, strlen(text), "test.hlsl", NULL, NULL, "main", "cs_5_0",
		flags, 0, &code, &errors);
	if (errors)
		print_message("%s\n%s\n", (char *)ID3D10Blob_GetBufferPointer(errors), text);
	assert_hr(hr, S_OK);
	return code;
}

static void run(struct reads_gpu *gpu, ID3DBlob *code)
{
	ID3D11ComputeShader *shader;
	assert_hr(ID3D11Device_CreateComputeShader(gpu->stage.device,
			  ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code), NULL,
			  &shader),
		S_OK);
	ID3D11DeviceContext_CSSetShader(gpu->stage.context, shader, NULL, 0);
	ID3D11DeviceContext_Dispatch(gpu->stage.context, 1, 1, 1);
	ID3D11ComputeShader_Release(shader);
}

static void assert_read(
	struct reads_gpu *gpu, ID3D11Buffer *output, const struct expectation *expect)
{
	float *values = buffer_bytes(gpu->stage.device, output);
	bool is_wrong = false;
	for (UINT i = 0; i < expect->n; i++)
		if (values[i] != expect->values[i]) {
			print_message(
				"read %u gives %g, not %g\n", i, values[i], expect->values[i]);
			is_wrong = true;
		}
	if (is_wrong)
		print_message("%s", expect->text);
	assert_false(is_wrong);
	free(values);
}

void assert_reads(struct reads_gpu *gpu, struct expectation *expect)
{
	ID3D11Buffer *constants = make_buffer(
		gpu->stage.device, D3D11_BIND_CONSTANT_BUFFER, gpu->numbers, sizeof(gpu->numbers));
	ID3D11Buffer *both[2] = { constants, constants }, *output;
	ID3D11UnorderedAccessView *view = make_output(gpu, &output);
	const UINT flags[] = { 0, D3DCOMPILE_SKIP_OPTIMIZATION | D3DCOMPILE_DEBUG };
	expect_text(expect, "}\n");
	ID3D11DeviceContext_CSSetConstantBuffers(gpu->stage.context, 0, 2, both);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(gpu->stage.context, 0, 1, &view, NULL);
	for (UINT i = 0; i < ARRAYSIZE(flags); i++) {
		ID3DBlob *code = reads_compile(expect->text, flags[i]);
		run(gpu, code);
		assert_read(gpu, output, expect);
		ID3D10Blob_Release(code);
	}
	ID3D11UnorderedAccessView_Release(view);
	ID3D11Buffer_Release(output);
	ID3D11Buffer_Release(constants);
}

void expect_reads(struct expectation *expect)
{
	expect_text(expect, "RWByteAddressBuffer o : register(u0);\n"
			    "[numthreads(1, 1, 1)] void main() {\n");
}
