/* SPDX-License-Identifier: MIT */
/* Shapes by chance, laid out here by the rules as they are written down. */
#include "reads.h"

#include <d3d11shader.h>
#include <stdio.h>

struct record;

struct shape {
	UINT rows, columns; /* no columns: a vector of so many rows */
	bool by_rows;
	UINT n; /* elements, 0: no array */
	const struct record *record; /* or NULL */
};

struct record {
	struct shape members[3];
	UINT n, number;
};

struct walk {
	struct expectation *expect; /* NULL: only measured */
	bool is_packed;
	UINT base; /* added to what is expected */
};

static UINT whole(UINT n)
{
	return (n + 3) / 4 * 4;
}

static UINT walk_record(
	const struct walk *walk, const struct record *record, const char *prefix, UINT start);

/* Every number of a vector or matrix that begins there. */
static void expect_numbers(const struct walk *walk, const struct shape *shape, const char *name,
	UINT start, UINT stride)
{
	const UINT columns = shape->columns ? shape->columns : 1;
	char leaf[160];
	for (UINT row = 0; row < shape->rows; row++)
		for (UINT column = 0; column < columns; column++) {
			const UINT major = shape->by_rows ? row : column;
			const UINT minor = shape->by_rows ? column : row;
			if (shape->columns)
				snprintf(leaf, sizeof(leaf), "%s[%u][%u]", name, row, column);
			else if (shape->rows > 1)
				snprintf(leaf, sizeof(leaf), "%s.%c", name, "xyzw"[row]);
			else
				snprintf(leaf, sizeof(leaf), "%s", name);
			expect_read(
				walk->expect, leaf, walk->base + start + major * stride + minor);
		}
}

/* One element: the numbers that it reaches to. */
static UINT walk_one(
	const struct walk *walk, const struct shape *shape, const char *name, UINT start)
{
	const UINT columns = shape->columns ? shape->columns : 1;
	const UINT lines = shape->by_rows ? shape->rows : columns;
	const UINT line = shape->by_rows ? columns : shape->rows;
	const UINT stride = walk->is_packed ? line : whole(line);
	if (shape->record)
		return walk_record(walk, shape->record, name, start);
	if (walk->expect)
		expect_numbers(walk, shape, name, start, stride);
	return start + (lines - 1) * stride + line;
}

static UINT walk_shape(
	const struct walk *walk, const struct shape *shape, const char *name, UINT end)
{
	const bool is_aggregate = shape->record || shape->columns || shape->n;
	char element[128];
	if (!walk->is_packed && (is_aggregate || end % 4 + shape->rows > 4))
		end = whole(end);
	if (!shape->n)
		return walk_one(walk, shape, name, end);
	for (UINT i = 0; i < shape->n; i++) {
		end = walk->is_packed ? end : whole(end);
		snprintf(element, sizeof(element), "%s[%u]", name, i);
		end = walk_one(walk, shape, element, end);
	}
	return end;
}

static UINT walk_record(
	const struct walk *walk, const struct record *record, const char *prefix, UINT start)
{
	char name[96];
	for (UINT i = 0; i < record->n; i++) {
		snprintf(name, sizeof(name), "%s%sm%u", prefix, *prefix ? "." : "", i);
		start = walk_shape(walk, &record->members[i], name, start);
	}
	return start;
}

static UINT below(uint32_t *seed, UINT n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 16) % n;
}

static struct shape any_shape(uint32_t *seed, const struct record *inner)
{
	struct shape shape = { .rows = 1 + below(seed, 4), .n = below(seed, 5) };
	shape.n = shape.n > 3 ? 0 : shape.n;
	switch (below(seed, inner ? 4 : 3)) {
	case 1:
		shape.rows = 2 + below(seed, 3);
		shape.columns = 2 + below(seed, 3);
		shape.by_rows = below(seed, 2);
		return shape;
	case 3:
		shape.record = inner;
		return shape;
	default:
		return shape;
	}
}

static void declare(struct expectation *expect, const struct shape *shape, UINT number)
{
	static const char *const vectors[] = { "float", "float2", "float3", "float4" };
	if (shape->record)
		expect_text(expect, "	R%u m%u", shape->record->number, number);
	else if (shape->columns)
		expect_text(expect, "	%s float%ux%u m%u",
			shape->by_rows ? "row_major" : "column_major", shape->rows, shape->columns,
			number);
	else
		expect_text(expect, "	%s m%u", vectors[shape->rows - 1], number);
	if (shape->n)
		expect_text(expect, "[%u]", shape->n);
	expect_text(expect, ";\n");
}

static void declare_record(struct expectation *expect, const struct record *record)
{
	expect_text(expect, "struct R%u {\n", record->number);
	for (UINT i = 0; i < record->n; i++)
		declare(expect, &record->members[i], i);
	expect_text(expect, "};\n");
}

static void make_records(struct record records[3], uint32_t *seed, struct expectation *expect)
{
	for (UINT i = 0; i < 3; i++) {
		records[i].n = 1 + below(seed, 3);
		records[i].number = i;
		for (UINT j = 0; j < records[i].n; j++)
			records[i].members[j] = any_shape(seed, i ? &records[i - 1] : NULL);
		declare_record(expect, &records[i]);
	}
}

static void assert_reflected(const struct expectation *expect, const struct record *record)
{
	const struct walk measure = { .is_packed = false };
	ID3D11ShaderReflection *reflection;
	ID3DBlob *code = reads_compile(expect->text, 0);
	UINT end = 0;
	assert_hr(D3DReflect(ID3D10Blob_GetBufferPointer(code), ID3D10Blob_GetBufferSize(code),
			  &IID_ID3D11ShaderReflection, (void **)&reflection),
		S_OK);
	ID3D11ShaderReflectionConstantBuffer *buffer =
		reflection->lpVtbl->GetConstantBufferByName(reflection, "C");
	for (UINT i = 0; i < record->n; i++) {
		D3D11_SHADER_VARIABLE_DESC desc;
		char name[16];
		snprintf(name, sizeof(name), "m%u", i);
		ID3D11ShaderReflectionVariable *variable =
			buffer->lpVtbl->GetVariableByName(buffer, name);
		assert_hr(variable->lpVtbl->GetDesc(variable, &desc), S_OK);
		end = walk_shape(&measure, &record->members[i], name, end);
		assert_int_equal((desc.StartOffset + desc.Size) / 4, end);
	}
	reflection->lpVtbl->Release(reflection);
	ID3D10Blob_Release(code);
}

static void any_constants_lie_where_windows_puts_them(void **state)
{
	struct reads_gpu *gpu = calloc(1, sizeof(*gpu));
	assert_non_null(gpu);
	reads_open(gpu);
	for (uint32_t i = 1; i <= 25; i++) {
		struct expectation *expect = calloc(1, sizeof(*expect));
		const struct walk walk = { .expect = expect };
		struct record records[3];
		uint32_t seed = i;
		assert_non_null(expect);
		make_records(records, &seed, expect);
		expect_text(expect, "cbuffer C : register(b0) {\n");
		for (UINT j = 0; j < records[2].n; j++)
			declare(expect, &records[2].members[j], j);
		expect_text(expect, "};\n");
		expect_reads(expect);
		walk_record(&walk, &records[2], "", 0);
		assert_reads(gpu, expect);
		assert_reflected(expect, &records[2]);
		free(expect);
	}
	stage_close(&gpu->stage);
	free(gpu);
}

/* Bound at t1 and u1, of four structures: the second is read, and the third becomes it. */
static void with_structures(struct reads_gpu *gpu, struct expectation *expect, UINT size)
{
	ID3D11Buffer *from = reads_buffer(
		gpu, D3D11_BIND_SHADER_RESOURCE, size * 4, D3D11_RESOURCE_MISC_BUFFER_STRUCTURED);
	ID3D11Buffer *to = reads_buffer(
		gpu, D3D11_BIND_UNORDERED_ACCESS, size * 4, D3D11_RESOURCE_MISC_BUFFER_STRUCTURED);
	ID3D11UnorderedAccessView *target;
	ID3D11ShaderResourceView *view;
	assert_hr(ID3D11Device_CreateShaderResourceView(
			  gpu->stage.device, (ID3D11Resource *)from, NULL, &view),
		S_OK);
	assert_hr(ID3D11Device_CreateUnorderedAccessView(
			  gpu->stage.device, (ID3D11Resource *)to, NULL, &target),
		S_OK);
	ID3D11DeviceContext_CSSetShaderResources(gpu->stage.context, 1, 1, &view);
	ID3D11DeviceContext_CSSetUnorderedAccessViews(gpu->stage.context, 1, 1, &target, NULL);
	assert_reads(gpu, expect);
	float *numbers = buffer_bytes(gpu->stage.device, to);
	for (UINT i = 0; i < size * 4; i++)
		assert_true(numbers[i] == (float)(i / size == 2 ? i - size : i));
	free(numbers);
	ID3D11ShaderResourceView_Release(view);
	ID3D11UnorderedAccessView_Release(target);
	ID3D11Buffer_Release(from);
	ID3D11Buffer_Release(to);
}

static void any_structures_are_packed(void **state)
{
	const struct walk measure = { .is_packed = true };
	struct reads_gpu *gpu = calloc(1, sizeof(*gpu));
	assert_non_null(gpu);
	reads_open(gpu);
	for (uint32_t i = 101; i <= 125; i++) {
		struct expectation *expect = calloc(1, sizeof(*expect));
		struct record records[3];
		uint32_t seed = i;
		assert_non_null(expect);
		make_records(records, &seed, expect);
		const UINT size = walk_record(&measure, &records[2], "", 0);
		const struct walk walk = { .expect = expect, .is_packed = true, .base = size };
		expect_text(expect, "StructuredBuffer<R2> s : register(t1);\n"
				    "RWStructuredBuffer<R2> t : register(u1);\n");
		expect_reads(expect);
		expect_text(expect, "	t[2] = s[1];\n");
		walk_record(&walk, &records[2], "s[1]", 0);
		if (size * 4 <= 2048)
			with_structures(gpu, expect, size);
		free(expect);
	}
	stage_close(&gpu->stage);
	free(gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_constants_lie_where_windows_puts_them),
		cmocka_unit_test(any_structures_are_packed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
