/* SPDX-License-Identifier: MIT */
/*
 * "If an overlapping resource view is already bound to an output slot, such as a render target,
 * then this API will fill the destination shader resource slot with NULL": and binding the output
 * later has the same end.
 */
#include "d3d.h"

struct scene {
	ID3D11Device1 *device;
	ID3D11DeviceContext *context;
	ID3D11Texture2D *texture, *depth;
	ID3D11Buffer *buffer;
	ID3D11RenderTargetView *rtvs[2]; /* of each level */
	ID3D11ShaderResourceView *srvs[2], *depth_srv, *buffer_srvs[2]; /* its halves */
	ID3D11UnorderedAccessView *uavs[2], *buffer_uav; /* of the first half */
	ID3D11DepthStencilView *dsv, *read_only;
};

static void make_levels(struct scene *s)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	desc.BindFlags |= D3D11_BIND_UNORDERED_ACCESS;
	desc.MipLevels = 2;
	assert_hr(ID3D11Device1_CreateTexture2D(s->device, &desc, NULL, &s->texture), S_OK);
	ID3D11Resource *resource = (ID3D11Resource *)s->texture;
	for (UINT i = 0; i < 2; i++) {
		const D3D11_RENDER_TARGET_VIEW_DESC rtv = { .Format = desc.Format,
			.ViewDimension = D3D11_RTV_DIMENSION_TEXTURE2D,
			.Texture2D = { i } };
		const D3D11_SHADER_RESOURCE_VIEW_DESC srv = { .Format = desc.Format,
			.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
			.Texture2D = { i, 1 } };
		const D3D11_UNORDERED_ACCESS_VIEW_DESC uav = { .Format = desc.Format,
			.ViewDimension = D3D11_UAV_DIMENSION_TEXTURE2D,
			.Texture2D = { i } };
		assert_hr(ID3D11Device1_CreateRenderTargetView(
				  s->device, resource, &rtv, &s->rtvs[i]),
			S_OK);
		assert_hr(ID3D11Device1_CreateShaderResourceView(
				  s->device, resource, &srv, &s->srvs[i]),
			S_OK);
		assert_hr(ID3D11Device1_CreateUnorderedAccessView(
				  s->device, resource, &uav, &s->uavs[i]),
			S_OK);
	}
}

static void make_depth(struct scene *s)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	desc.Format = DXGI_FORMAT_R32_TYPELESS;
	desc.BindFlags = D3D11_BIND_DEPTH_STENCIL | D3D11_BIND_SHADER_RESOURCE;
	D3D11_DEPTH_STENCIL_VIEW_DESC dsv = { .Format = DXGI_FORMAT_D32_FLOAT,
		.ViewDimension = D3D11_DSV_DIMENSION_TEXTURE2D };
	const D3D11_SHADER_RESOURCE_VIEW_DESC srv = { .Format = DXGI_FORMAT_R32_FLOAT,
		.ViewDimension = D3D11_SRV_DIMENSION_TEXTURE2D,
		.Texture2D = { 0, 1 } };
	assert_hr(ID3D11Device1_CreateTexture2D(s->device, &desc, NULL, &s->depth), S_OK);
	ID3D11Resource *resource = (ID3D11Resource *)s->depth;
	assert_hr(ID3D11Device1_CreateDepthStencilView(s->device, resource, &dsv, &s->dsv), S_OK);
	dsv.Flags = D3D11_DSV_READ_ONLY_DEPTH;
	assert_hr(ID3D11Device1_CreateDepthStencilView(s->device, resource, &dsv, &s->read_only),
		S_OK);
	assert_hr(ID3D11Device1_CreateShaderResourceView(s->device, resource, &srv, &s->depth_srv),
		S_OK);
}

static void make_halves(struct scene *s)
{
	const D3D11_BUFFER_DESC desc = { .ByteWidth = 64,
		.BindFlags = D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_UNORDERED_ACCESS };
	const D3D11_UNORDERED_ACCESS_VIEW_DESC uav = { .Format = DXGI_FORMAT_R32_UINT,
		.ViewDimension = D3D11_UAV_DIMENSION_BUFFER,
		.Buffer = { 0, 8, 0 } };
	assert_hr(ID3D11Device1_CreateBuffer(s->device, &desc, NULL, &s->buffer), S_OK);
	ID3D11Resource *resource = (ID3D11Resource *)s->buffer;
	assert_hr(
		ID3D11Device1_CreateUnorderedAccessView(s->device, resource, &uav, &s->buffer_uav),
		S_OK);
	for (UINT i = 0; i < 2; i++) {
		const D3D11_SHADER_RESOURCE_VIEW_DESC srv = { .Format = DXGI_FORMAT_R32_UINT,
			.ViewDimension = D3D11_SRV_DIMENSION_BUFFER,
			.Buffer = { .FirstElement = 8 * i, .NumElements = 8 } };
		assert_hr(ID3D11Device1_CreateShaderResourceView(
				  s->device, resource, &srv, &s->buffer_srvs[i]),
			S_OK);
	}
}

static struct scene open_scene(void)
{
	struct scene s = { .device = make_device() };
	ID3D11Device1_GetImmediateContext(s.device, &s.context);
	make_levels(&s);
	make_depth(&s);
	make_halves(&s);
	return s;
}

static void close_scene(struct scene *s)
{
	void *const all[] = { s->texture, s->depth, s->buffer, s->rtvs[0], s->rtvs[1], s->srvs[0],
		s->srvs[1], s->depth_srv, s->buffer_srvs[0], s->buffer_srvs[1], s->uavs[0],
		s->uavs[1], s->buffer_uav, s->dsv, s->read_only, s->context };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		IUnknown_Release((IUnknown *)all[i]);
	assert_int_equal(ID3D11Device1_Release(s->device), 0);
}

/* Binds for reading in these slots: of vertex, pixel and compute shaders. */
static void read_by_all(struct scene *s, ID3D11ShaderResourceView *srv)
{
	ID3D11DeviceContext_VSSetShaderResources(s->context, 0, 1, &srv);
	ID3D11DeviceContext_PSSetShaderResources(s->context, 5, 1, &srv);
	ID3D11DeviceContext_CSSetShaderResources(s->context, 127, 1, &srv);
}

static void expect_read(struct scene *s, ID3D11ShaderResourceView *expected)
{
	ID3D11ShaderResourceView *got[3];
	ID3D11DeviceContext_VSGetShaderResources(s->context, 0, 1, &got[0]);
	ID3D11DeviceContext_PSGetShaderResources(s->context, 5, 1, &got[1]);
	ID3D11DeviceContext_CSGetShaderResources(s->context, 127, 1, &got[2]);
	for (int i = 0; i < 3; i++) {
		assert_ptr_equal(got[i], expected);
		if (got[i])
			ID3D11ShaderResourceView_Release(got[i]);
	}
}

enum output { TARGET, DEPTH, PIXEL_UAV, COMPUTE_UAV };

/* `view` NULL: nothing is written there. */
static void write_by(struct scene *s, enum output output, void *view)
{
	switch (output) {
	case TARGET:
		ID3D11DeviceContext_OMSetRenderTargets(
			s->context, 1, (ID3D11RenderTargetView **)&view, NULL);
		return;
	case DEPTH:
		ID3D11DeviceContext_OMSetRenderTargets(s->context, 0, NULL, view);
		return;
	case PIXEL_UAV:
		ID3D11DeviceContext_OMSetRenderTargetsAndUnorderedAccessViews(
			s->context, 0, NULL, NULL, 3, 1, (ID3D11UnorderedAccessView **)&view, NULL);
		return;
	default:
		ID3D11DeviceContext_CSSetUnorderedAccessViews(
			s->context, 2, 1, (ID3D11UnorderedAccessView **)&view, NULL);
		return;
	}
}

/* Whichever is bound first; what is beside it stays. */
static void expect_hazard(struct scene *s, enum output output, void *view,
	ID3D11ShaderResourceView *same, ID3D11ShaderResourceView *beside)
{
	read_by_all(s, same);
	expect_read(s, same);
	write_by(s, output, view);
	expect_read(s, NULL);
	read_by_all(s, same);
	expect_read(s, NULL);
	write_by(s, output, NULL);
	expect_read(s, NULL); /* it does not come back */
	if (beside) {
		read_by_all(s, beside);
		write_by(s, output, view);
		expect_read(s, beside);
		read_by_all(s, same);
		read_by_all(s, beside);
		expect_read(s, beside);
	}
	ID3D11DeviceContext_ClearState(s->context);
	read_by_all(s, same);
	expect_read(s, same);
	ID3D11DeviceContext_ClearState(s->context);
}

static void what_is_written_is_not_read(void **state)
{
	struct scene s = open_scene();
	for (int i = 0; i < 2; i++) {
		expect_hazard(&s, TARGET, s.rtvs[i], s.srvs[i], s.srvs[!i]);
		expect_hazard(&s, PIXEL_UAV, s.uavs[i], s.srvs[i], s.srvs[!i]);
		expect_hazard(&s, COMPUTE_UAV, s.uavs[i], s.srvs[i], s.srvs[!i]);
	}
	expect_hazard(&s, DEPTH, s.dsv, s.depth_srv, NULL);
	expect_hazard(&s, PIXEL_UAV, s.buffer_uav, s.buffer_srvs[0], s.buffer_srvs[1]);
	expect_hazard(&s, COMPUTE_UAV, s.buffer_uav, s.buffer_srvs[0], s.buffer_srvs[1]);
	close_scene(&s);
}

static void depth_is_read_while_it_is_only_read(void **state)
{
	struct scene s = open_scene();
	read_by_all(&s, s.depth_srv);
	write_by(&s, DEPTH, s.read_only);
	expect_read(&s, s.depth_srv);
	read_by_all(&s, NULL);
	read_by_all(&s, s.depth_srv);
	expect_read(&s, s.depth_srv);
	write_by(&s, DEPTH, s.dsv);
	expect_read(&s, NULL);
	ID3D11DeviceContext_ClearState(s.context);
	close_scene(&s);
}

static ID3D11UnorderedAccessView *pixel_uav(struct scene *s)
{
	ID3D11UnorderedAccessView *uav;
	ID3D11DeviceContext_OMGetRenderTargetsAndUnorderedAccessViews(
		s->context, 0, NULL, NULL, 3, 1, &uav);
	if (uav)
		ID3D11UnorderedAccessView_Release(uav);
	return uav;
}

/* OMSetRenderTargets says it of all outputs of the output merger. */
static void new_targets_unbind_unordered_views(void **state)
{
	struct scene s = open_scene();
	write_by(&s, PIXEL_UAV, s.uavs[1]);
	assert_ptr_equal(pixel_uav(&s), s.uavs[1]);
	ID3D11DeviceContext_OMSetRenderTargetsAndUnorderedAccessViews(
		s.context, 1, &s.rtvs[0], NULL, 0, D3D11_KEEP_UNORDERED_ACCESS_VIEWS, NULL, NULL);
	assert_ptr_equal(pixel_uav(&s), s.uavs[1]);
	write_by(&s, TARGET, s.rtvs[0]);
	assert_null(pixel_uav(&s));
	write_by(&s, COMPUTE_UAV, s.uavs[1]);
	write_by(&s, TARGET, s.rtvs[0]);
	ID3D11UnorderedAccessView *uav;
	ID3D11DeviceContext_CSGetUnorderedAccessViews(s.context, 2, 1, &uav);
	assert_ptr_equal(uav, s.uavs[1]);
	ID3D11UnorderedAccessView_Release(uav);
	ID3D11DeviceContext_ClearState(s.context);
	close_scene(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_not_read),
		cmocka_unit_test(depth_is_read_while_it_is_only_read),
		cmocka_unit_test(new_targets_unbind_unordered_views),
	};
	harness_start(argc, argv, (const struct role[]){ { NULL, NULL } });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
