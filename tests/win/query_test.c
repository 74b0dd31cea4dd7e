/* SPDX-License-Identifier: MIT */
/* Queries, by their states: nothing asked, begun, ended; of Direct3D 11 and 10. */
#include "quad.h"

static const struct kind {
	D3D11_QUERY query;
	UINT size;
	bool begins;
} kinds[] = { { D3D11_QUERY_EVENT, sizeof(BOOL), false },
	{ D3D11_QUERY_OCCLUSION, sizeof(UINT64), true },
	{ D3D11_QUERY_TIMESTAMP, sizeof(UINT64), false },
	{ D3D11_QUERY_TIMESTAMP_DISJOINT, sizeof(D3D11_QUERY_DATA_TIMESTAMP_DISJOINT), true },
	{ D3D11_QUERY_OCCLUSION_PREDICATE, sizeof(BOOL), true } };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static ID3D11Asynchronous *make(struct stage *stage, const struct kind *kind)
{
	const D3D11_QUERY_DESC desc = { kind->query, 0 };
	ID3D11Query *query;
	assert_hr(ID3D11Device_CreateQuery(stage->device, &desc, &query), S_OK);
	assert_int_equal(ID3D11Query_GetDataSize(query), kind->size);
	return (ID3D11Asynchronous *)query;
}

static HRESULT wait_for(struct stage *stage, ID3D11Asynchronous *query, void *data, UINT size)
{
	HRESULT hr;
	do
		hr = ID3D11DeviceContext_GetData(stage->context, query, data, size, 0);
	while (hr == S_FALSE);
	return hr;
}

#define GET(data, size) ID3D11DeviceContext_GetData(stage.context, query, data, size, 0)

static void what_was_not_ended_has_no_answer(void **state)
{
	struct stage stage;
	uint8_t data[32];
	stage_open(&stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	draw_quad(&stage, 1, 1, 1, 1, 0); /* there is a GPU */
	for (size_t i = 0; i < KINDS; i++) {
		const struct kind *kind = &kinds[i];
		ID3D11Asynchronous *query = make(&stage, kind);
		assert_hr(GET(NULL, 0), DXGI_ERROR_INVALID_CALL);
		assert_hr(GET(data, kind->size), DXGI_ERROR_INVALID_CALL);
		ID3D11DeviceContext_Begin(stage.context, query);
		ID3D11DeviceContext_Begin(stage.context, query);
		assert_hr(GET(data, kind->size), DXGI_ERROR_INVALID_CALL);
		ID3D11DeviceContext_End(stage.context, query);
		assert_hr(wait_for(&stage, query, data, kind->size), S_OK);
		assert_hr(GET(NULL, 0), S_OK);
		memset(data, 0xee, sizeof(data));
		assert_hr(GET(data, kind->size - 1), E_INVALIDARG);
		assert_hr(GET(data, kind->size + 1), E_INVALIDARG);
		assert_hr(GET(NULL, kind->size), E_INVALIDARG);
		assert_int_equal(data[0], 0xee);
		ID3D11Asynchronous_Release(query);
	}
	stage_close(&stage);
}

/* End without Begin is no answer to anything; to one that was had it changes nothing. */
static void an_end_needs_its_beginning(void **state)
{
	struct stage stage;
	UINT64 seen = 0;
	uint8_t data[32];
	stage_open(&stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	for (size_t i = 0; i < KINDS; i++) {
		ID3D11Asynchronous *query = make(&stage, &kinds[i]);
		ID3D11DeviceContext_End(stage.context, query);
		assert_hr(wait_for(&stage, query, data, kinds[i].size),
			kinds[i].begins ? DXGI_ERROR_INVALID_CALL : S_OK);
		/* What is about one moment has no beginning, and keeps its answer. */
		ID3D11DeviceContext_Begin(stage.context, query);
		assert_hr(
			GET(data, kinds[i].size), kinds[i].begins ? DXGI_ERROR_INVALID_CALL : S_OK);
		ID3D11Asynchronous_Release(query);
	}
	ID3D11Asynchronous *query = make(&stage, &kinds[1]);
	ID3D11DeviceContext_Begin(stage.context, query);
	draw_quad(&stage, 1, 1, 1, 1, 0);
	ID3D11DeviceContext_End(stage.context, query);
	ID3D11DeviceContext_End(stage.context, query);
	assert_hr(wait_for(&stage, query, &seen, sizeof(seen)), S_OK);
	assert_int_equal(seen, 64);
	/* A second Begin begins anew. */
	ID3D11DeviceContext_Begin(stage.context, query);
	draw_quad(&stage, 1, 1, 1, 1, 0);
	ID3D11DeviceContext_Begin(stage.context, query);
	ID3D11DeviceContext_End(stage.context, query);
	assert_hr(wait_for(&stage, query, &seen, sizeof(seen)), S_OK);
	assert_int_equal(seen, 0);
	ID3D11Asynchronous_Release(query);
	stage_close(&stage);
}

/* Who asks without DONOTFLUSH gets an answer some time; with it what was recorded stays that. */
static void asking_hands_on_what_was_recorded(void **state)
{
	struct stage stage;
	UINT64 seen;
	stage_open(&stage, 8, 8, DXGI_FORMAT_R8G8B8A8_UNORM);
	use_quad(&stage, "solid");
	ID3D11Asynchronous *query = make(&stage, &kinds[1]);
	ID3D11DeviceContext_Begin(stage.context, query);
	draw_quad(&stage, 1, 1, 1, 1, 0);
	ID3D11DeviceContext_End(stage.context, query);
	for (int i = 0; i < 1000; i++)
		assert_hr(ID3D11DeviceContext_GetData(stage.context, query, &seen, sizeof(seen),
				  D3D11_ASYNC_GETDATA_DONOTFLUSH),
			S_FALSE);
	assert_hr(wait_for(&stage, query, &seen, sizeof(seen)), S_OK);
	assert_int_equal(seen, 64);
	ID3D11Asynchronous_Release(query);
	stage_close(&stage);
}

static void other_kinds_are_refused_as_documented(void **state)
{
	ID3D11Device *device = (ID3D11Device *)make_device();
	ID3D11Query *query;
	for (UINT kind = 0; kind < 40; kind++) {
		const D3D11_QUERY_DESC desc = { kind, 0 },
				       hint = { kind, D3D11_QUERY_MISC_PREDICATEHINT };
		bool known = false;
		for (size_t i = 0; i < KINDS; i++)
			known |= kinds[i].query == kind;
		const HRESULT other = kind <= D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM3
					      ? E_NOTIMPL
					      : E_INVALIDARG;
		assert_hr(ID3D11Device_CreateQuery(device, &desc, NULL), known ? S_FALSE : other);
		assert_hr(ID3D11Device_CreateQuery(device, &desc, &query), known ? S_OK : other);
		if (known)
			ID3D11Query_Release(query);
		else
			assert_null(query);
		if (known)
			assert_hr(ID3D11Device_CreateQuery(device, &hint, NULL),
				kind == D3D11_QUERY_OCCLUSION_PREDICATE ? S_FALSE : E_INVALIDARG);
	}
	assert_int_equal(ID3D11Device_Release(device), 0);
}

static void direct3d_10_counts_alike(void **state)
{
	const D3D10_QUERY_DESC event = { D3D10_QUERY_EVENT, 0 },
			       occlusion = { D3D10_QUERY_OCCLUSION, 0 };
	D3D10_QUERY_DESC told;
	ID3D10Device *device;
	ID3D10Query *query;
	UINT64 seen = 7;
	BOOL done = FALSE;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device),
		S_OK);
	assert_hr(ID3D10Device_CreateQuery(device, &event, &query), S_OK);
	ID3D10Query_GetDesc(query, &told);
	assert_int_equal(told.Query, D3D10_QUERY_EVENT);
	ID3D10Query_End(query);
	ID3D10Query_Begin(query);
	assert_hr(ID3D10Query_GetData(query, &done, sizeof(done), 0), S_OK);
	assert_true(done);
	ID3D10Query_Release(query);
	assert_hr(ID3D10Device_CreateQuery(device, &occlusion, &query), S_OK);
	ID3D10Query_End(query);
	assert_hr(ID3D10Query_GetData(query, &seen, sizeof(seen), 0), DXGI_ERROR_INVALID_CALL);
	ID3D10Query_Begin(query);
	assert_hr(ID3D10Query_GetData(query, &seen, sizeof(seen), 0), DXGI_ERROR_INVALID_CALL);
	ID3D10Query_End(query);
	HRESULT hr;
	do
		hr = ID3D10Query_GetData(query, &seen, sizeof(seen), 0);
	while (hr == S_FALSE);
	assert_hr(hr, S_OK);
	assert_int_equal(seen, 0);
	ID3D10Query_Release(query);
	assert_int_equal(ID3D10Device_Release(device), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_ended_has_no_answer),
		cmocka_unit_test(an_end_needs_its_beginning),
		cmocka_unit_test(asking_hands_on_what_was_recorded),
		cmocka_unit_test(other_kinds_are_refused_as_documented),
		cmocka_unit_test(direct3d_10_counts_alike),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
