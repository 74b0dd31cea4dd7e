/* SPDX-License-Identifier: MIT */
/* Counters of views: appended to, consumed from, counted with, set when bound, and copied. */
#include "quad.h"

enum { COUNT = 64, KEEP = -1 };

static const char source[] =
	"AppendStructuredBuffer<uint> to : register(u0);\n"
	"ConsumeStructuredBuffer<uint> from : register(u1);\n"
	"RWStructuredBuffer<uint> counted : register(u0);\n"
	"[numthreads(8, 1, 1)] void append(uint i : SV_DispatchThreadID) { to.Append(i + 1); }\n"
	"[numthreads(8, 1, 1)] void move(uint i : SV_DispatchThreadID) {\n"
	"	to.Append(from.Consume()); }\n"
	"[numthreads(8, 1, 1)] void count(uint i : SV_DispatchThreadID) {\n"
	"	counted[counted.IncrementCounter()] = 1; }\n"
	"float4 vs(uint i : SV_VertexID) : SV_Position {\n"
	"	return float4(float(i & 1) * 2 - 1, 1 - float(i >> 1) * 2, 0, 1); }\n"
	"AppendStructuredBuffer<uint> seen : register(u1);\n"
	"float4 ps(float4 p : SV_Position) : SV_Target { seen.Append(int(p.x) + 1); return 1; }\n";

struct list {
	ID3D11Buffer *buffer;
	ID3D11UnorderedAccessView *view;
};

static struct list make_list(struct stage *stage, UINT flags)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = COUNT * 4,
		.BindFlags = D3D11_BIND_UNORDERED_ACCESS,
		.MiscFlags = D3D11_RESOURCE_MISC_BUFFER_STRUCTURED,
		.StructureByteStride = 4 };
	const D3D11_UNORDERED_ACCESS_VIEW_DESC view = { .ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
		.Buffer = { 0, COUNT, flags } };
	struct list list;
	assert_hr(ID3D11Device_CreateBuffer(stage->device, &desc, NULL, &list.buffer), S_OK);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  stage->device, (ID3D11Resource *)list.buffer, &view, &list.view),
		S_OK);
	return list;
}

static void end_list(struct list *list)
{
	ID3D11UnorderedAccessView_Release(list->view);
	ID3D11Buffer_Release(list->buffer);
}

static void bind(struct stage *stage, UINT slot, const struct list *list, UINT count)
{
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage->context, slot, 1, &list->view, &count);
}

static void run(struct stage *stage, const char *entry, UINT groups)
{
	ID3DBlob *code = compile(source, entry, "cs_5_0");
	ID3D11ComputeShader *cs;
	assert_hr(ID3D11Device_CreateComputeShader(stage->device, ID3D10Blob_GetBufferPointer(code),
			  ID3D10Blob_GetBufferSize(code), NULL, &cs),
		S_OK);
	ID3D11DeviceContext_CSSetShader(stage->context, cs, NULL, 0);
	ID3D11DeviceContext_Dispatch(stage->context, groups, 1, 1);
	ID3D11ComputeShader_Release(cs);
	ID3D10Blob_Release(code);
}

/* Elements that are not 0 are those from `first` to `end`. */
static void expect_filled(struct stage *stage, const struct list *list, UINT first, UINT end)
{
	uint32_t *numbers = buffer_bytes(stage->device, list->buffer);
	for (UINT i = 0; i < COUNT; i++)
		if (!numbers[i] != (i < first || i >= end))
			fail_msg("element %u is %u, where %u to %u are filled", i, numbers[i],
				first, end);
	free(numbers);
}

/* Copied to the second number of a buffer of three that is of this kind. */
static void expect_count(
	struct stage *stage, const struct list *list, UINT expected, D3D11_USAGE usage)
{
	static const uint32_t before[3] = { 7, 7, 7 };
	const D3D11_BUFFER_DESC desc = { .ByteWidth = sizeof(before),
		.Usage = usage,
		.BindFlags = usage == D3D11_USAGE_DEFAULT ? D3D11_BIND_VERTEX_BUFFER : 0,
		.CPUAccessFlags = usage == D3D11_USAGE_STAGING ? D3D11_CPU_ACCESS_READ : 0 };
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = before };
	ID3D11Buffer *buffer;
	assert_hr(ID3D11Device_CreateBuffer(stage->device, &desc, &data, &buffer), S_OK);
	ID3D11DeviceContext_CopyStructureCount(stage->context, buffer, 4, list->view);
	ID3D11DeviceContext_CopyStructureCount(stage->context, buffer, 12, list->view);
	ID3D11DeviceContext_CopyStructureCount(stage->context, buffer, 2, list->view);
	uint32_t *numbers = buffer_bytes(stage->device, buffer);
	assert_int_equal(numbers[0], 7);
	assert_int_equal(numbers[1], expected);
	assert_int_equal(numbers[2], 7);
	free(numbers);
	ID3D11Buffer_Release(buffer);
}

static void counters_begin_where_they_are_set(void **state)
{
	struct stage stage;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	struct list list = make_list(&stage, D3D11_BUFFER_UAV_FLAG_APPEND);
	struct list other = make_list(&stage, D3D11_BUFFER_UAV_FLAG_APPEND);
	bind(&stage, 0, &list, 4);
	run(&stage, "append", 2);
	expect_filled(&stage, &list, 4, 20);
	bind(&stage, 0, &other, KEEP); /* its own, which is 0 */
	run(&stage, "append", 1);
	expect_filled(&stage, &other, 0, 8);
	bind(&stage, 0, &list, KEEP);
	run(&stage, "append", 1);
	expect_filled(&stage, &list, 4, 28);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(stage.context, 0, 1, &list.view, NULL);
	run(&stage, "append", 1);
	expect_filled(&stage, &list, 4, 36);
	bind(&stage, 0, &list, 50); /* it is bound already */
	bind(&stage, 0, &list, 36); /* the last one counts */
	run(&stage, "append", 1);
	expect_filled(&stage, &list, 4, 44);
	end_list(&other);
	end_list(&list);
	stage_close(&stage);
}

static void what_is_appended_is_consumed(void **state)
{
	struct stage stage;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	struct list from = make_list(&stage, D3D11_BUFFER_UAV_FLAG_APPEND);
	struct list to = make_list(&stage, D3D11_BUFFER_UAV_FLAG_APPEND);
	uint32_t sum = 0;
	bind(&stage, 0, &from, 0);
	run(&stage, "append", 4); /* 1 to 32 */
	bind(&stage, 0, &to, 3);
	bind(&stage, 1, &from, KEEP);
	run(&stage, "move", 4);
	expect_filled(&stage, &to, 3, 35);
	uint32_t *numbers = buffer_bytes(stage.device, to.buffer);
	for (UINT i = 0; i < COUNT; i++)
		sum += numbers[i];
	assert_int_equal(sum, 32 * 33 / 2);
	free(numbers);
	expect_count(&stage, &from, 0, D3D11_USAGE_STAGING);
	expect_count(&stage, &to, 35, D3D11_USAGE_STAGING);
	end_list(&from);
	end_list(&to);
	stage_close(&stage);
}

static void counts_are_copied(void **state)
{
	struct stage stage;
	stage_open(&stage, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM);
	struct list list = make_list(&stage, D3D11_BUFFER_UAV_FLAG_COUNTER);
	struct list plain = make_list(&stage, 0);
	static const D3D11_USAGE usages[] = { D3D11_USAGE_DEFAULT, D3D11_USAGE_STAGING };
	for (int i = 0; i < 2; i++) {
		const UINT start = i ? 9 : 0;
		expect_count(&stage, &list, i ? 24 : 0, usages[i]); /* before it is used, too */
		bind(&stage, 0, &list, start);
		expect_count(&stage, &list, start, usages[i]);
		run(&stage, "count", 1);
		expect_count(&stage, &list, start + 8, usages[i]);
		run(&stage, "count", 2);
		expect_count(&stage, &list, start + 24, usages[i]);
		expect_count(&stage, &plain, 7, usages[i]); /* there is none to be copied */
	}
	expect_filled(&stage, &list, 0, 33);
	end_list(&plain);
	end_list(&list);
	stage_close(&stage);
}

static void pixel_shaders_count_too(void **state)
{
	struct stage stage;
	stage_open(&stage, 8, 2, DXGI_FORMAT_R8G8B8A8_UNORM);
	struct list list = make_list(&stage, D3D11_BUFFER_UAV_FLAG_APPEND);
	ID3D11VertexShader *vs = compile_vs(stage.device, source, "vs");
	ID3D11PixelShader *ps = compile_ps(stage.device, source, "ps");
	const UINT start = 5, keep = (UINT)KEEP;
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(stage.context, ps, NULL, 0);
	ID3D11DeviceContext_IASetPrimitiveTopology(
		stage.context, D3D11_PRIMITIVE_TOPOLOGY_TRIANGLESTRIP);
	ID3D11DeviceContext_OMSetRenderTargetsAndUnorderedAccessViews(
		stage.context, 1, &stage.target, NULL, 1, 1, &list.view, &start);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	ID3D11DeviceContext_OMSetRenderTargetsAndUnorderedAccessViews(stage.context,
		D3D11_KEEP_RENDER_TARGETS_AND_DEPTH_STENCIL, NULL, NULL, 1, 1, &list.view, &keep);
	ID3D11DeviceContext_Draw(stage.context, 4, 0);
	expect_filled(&stage, &list, 5, 53);
	expect_count(&stage, &list, 53, D3D11_USAGE_STAGING);
	ID3D11VertexShader_Release(vs);
	ID3D11PixelShader_Release(ps);
	end_list(&list);
	stage_close(&stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_begin_where_they_are_set),
		cmocka_unit_test(what_is_appended_is_consumed),
		cmocka_unit_test(counts_are_copied),
		cmocka_unit_test(pixel_shaders_count_too),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
