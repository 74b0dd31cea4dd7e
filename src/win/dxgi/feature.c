/* SPDX-License-Identifier: MIT */
#include "win/dxgi/feature.h"

#include <d3d11_4.h>

#include "win/dxgi/format.h"

/* Buffers and textures lie in the processor's memory, so they may be mapped and updated in parts.
 */
static const D3D11_FEATURE_DATA_D3D11_OPTIONS options = {
	.ClearView = TRUE,
	.ConstantBufferPartialUpdate = TRUE,
	.ConstantBufferOffsetting = TRUE,
	.MapNoOverwriteOnDynamicConstantBuffer = TRUE,
	.MapNoOverwriteOnDynamicBufferSRV = TRUE,
};
static const D3D11_FEATURE_DATA_D3D10_X_HARDWARE_OPTIONS d3d10_options = {
	.ComputeShaders_Plus_RawAndStructuredBuffers_Via_Shader_4_x = TRUE,
};
static const D3D11_FEATURE_DATA_D3D11_OPTIONS1 options1 = {
	.ClearViewAlsoSupportsDepthOnlyFormats = TRUE,
};
static const D3D11_FEATURE_DATA_D3D9_SIMPLE_INSTANCING_SUPPORT instancing = {
	.SimpleInstancingSupported = TRUE,
};
static const D3D11_FEATURE_DATA_D3D9_SHADOW_SUPPORT shadows = {
	.SupportsDepthAsTextureWithLessEqualComparisonFilter = TRUE,
};
static const D3D11_FEATURE_DATA_D3D11_OPTIONS2 options2 = {
	.MapOnDefaultTextures = TRUE,
	.UnifiedMemoryArchitecture = TRUE,
};
static const D3D11_FEATURE_DATA_D3D9_OPTIONS d3d9_options = { .FullNonPow2TextureSupport = TRUE };
static const D3D11_FEATURE_DATA_D3D9_OPTIONS1 d3d9_options1 = {
	.FullNonPow2TextureSupported = TRUE,
};

#define NONE(name)	   [D3D11_FEATURE_##name] = { NULL, sizeof(D3D11_FEATURE_DATA_##name) }
#define SOME(name, answer) [D3D11_FEATURE_##name] = { &(answer), sizeof(D3D11_FEATURE_DATA_##name) }

static const struct {
	const void *answer; /* NULL: all zero */
	UINT size;
} features[] = {
	NONE(THREADING),
	NONE(DOUBLES),
	NONE(FORMAT_SUPPORT),
	NONE(FORMAT_SUPPORT2),
	SOME(D3D10_X_HARDWARE_OPTIONS, d3d10_options),
	SOME(D3D11_OPTIONS, options),
	NONE(ARCHITECTURE_INFO),
	SOME(D3D9_OPTIONS, d3d9_options),
	NONE(SHADER_MIN_PRECISION_SUPPORT),
	SOME(D3D9_SHADOW_SUPPORT, shadows),
	SOME(D3D11_OPTIONS1, options1),
	SOME(D3D9_SIMPLE_INSTANCING_SUPPORT, instancing),
	NONE(MARKER_SUPPORT),
	SOME(D3D9_OPTIONS1, d3d9_options1),
	SOME(D3D11_OPTIONS2, options2),
	NONE(D3D11_OPTIONS3),
	NONE(GPU_VIRTUAL_ADDRESS_SUPPORT),
	NONE(D3D11_OPTIONS4),
	NONE(SHADER_CACHE),
	NONE(D3D11_OPTIONS5),
};

/* The questions about a format say which one in what they get. */
static HRESULT format_support(D3D11_FEATURE_DATA_FORMAT_SUPPORT *data)
{
	data->OutFormatSupport = xfi_format_support(data->InFormat);
	return data->OutFormatSupport ? S_OK : E_FAIL;
}

static HRESULT format_support2(D3D11_FEATURE_DATA_FORMAT_SUPPORT2 *data)
{
	data->OutFormatSupport2 = xfi_format_support2(data->InFormat);
	return xfi_format_support(data->InFormat) ? S_OK : E_FAIL;
}

HRESULT xfi_feature_support(D3D11_FEATURE feature, void *data, UINT size)
{
	if ((size_t)feature >= sizeof(features) / sizeof(features[0]) || !data ||
		size != features[feature].size)
		return E_INVALIDARG;
	switch (feature) {
	case D3D11_FEATURE_FORMAT_SUPPORT:
		return format_support(data);
	case D3D11_FEATURE_FORMAT_SUPPORT2:
		return format_support2(data);
	default:
		memset(data, 0, size);
		if (features[feature].answer)
			memcpy(data, features[feature].answer, size);
		return S_OK;
	}
}
