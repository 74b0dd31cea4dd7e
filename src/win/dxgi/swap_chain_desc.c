/* SPDX-License-Identifier: MIT */
#include "win/dxgi/swap_chain_desc.h"

#include <crossfence/format.h>

#define FLAGS_ANY                                                                                  \
	(DXGI_SWAP_CHAIN_FLAG_NONPREROTATED | DXGI_SWAP_CHAIN_FLAG_ALLOW_MODE_SWITCH |             \
		DXGI_SWAP_CHAIN_FLAG_DISPLAY_ONLY)
#define FLAGS_FLIP                                                                                 \
	(DXGI_SWAP_CHAIN_FLAG_FRAME_LATENCY_WAITABLE_OBJECT | DXGI_SWAP_CHAIN_FLAG_ALLOW_TEARING)

static const struct xfi_back_format formats[] = {
	{ DXGI_FORMAT_R8G8B8A8_UNORM, XF_FORMAT_XBGR8888, XF_FORMAT_ABGR8888, true },
	{ DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, XF_FORMAT_XBGR8888, XF_FORMAT_ABGR8888, false },
	{ DXGI_FORMAT_B8G8R8A8_UNORM, XF_FORMAT_XRGB8888, XF_FORMAT_ARGB8888, true },
	{ DXGI_FORMAT_B8G8R8A8_UNORM_SRGB, XF_FORMAT_XRGB8888, XF_FORMAT_ARGB8888, false },
	{ DXGI_FORMAT_R10G10B10A2_UNORM, XF_FORMAT_XBGR2101010, XF_FORMAT_ABGR2101010, true },
	{ DXGI_FORMAT_R16G16B16A16_FLOAT, XF_FORMAT_XBGR16161616F, XF_FORMAT_ABGR16161616F, true },
};

const struct xfi_back_format *xfi_back_format(DXGI_FORMAT format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].format == format)
			return &formats[i];
	return NULL;
}

bool xfi_swap_chain_flips(const DXGI_SWAP_CHAIN_DESC1 *desc)
{
	return desc->SwapEffect == DXGI_SWAP_EFFECT_FLIP_SEQUENTIAL ||
	       desc->SwapEffect == DXGI_SWAP_EFFECT_FLIP_DISCARD;
}

/* Only what flips may be shown in another way than stretched, and nothing that is composed. */
static bool scales(const DXGI_SWAP_CHAIN_DESC1 *desc, bool composition)
{
	const UINT scaling = (UINT)desc->Scaling;
	return scaling == DXGI_SCALING_STRETCH ||
	       (scaling <= DXGI_SCALING_ASPECT_RATIO_STRETCH && xfi_swap_chain_flips(desc) &&
		       !composition);
}

/* Stereo, protected and multisampled pictures are for displays that are not here. */
static bool is_possible(const DXGI_SWAP_CHAIN_DESC1 *desc, bool composition)
{
	const struct xfi_back_format *format = xfi_back_format(desc->Format);
	const bool flips = xfi_swap_chain_flips(desc);
	if (!flips && desc->SwapEffect != DXGI_SWAP_EFFECT_DISCARD &&
		desc->SwapEffect != DXGI_SWAP_EFFECT_SEQUENTIAL)
		return false;
	if (!format || (flips && !format->flips) || desc->Stereo)
		return false;
	if (desc->SampleDesc.Count != 1 || desc->SampleDesc.Quality)
		return false;
	if (desc->BufferCount < (flips ? 2 : 1) || desc->BufferCount > DXGI_MAX_SWAP_CHAIN_BUFFERS)
		return false;
	if (desc->Flags & ~(UINT)(FLAGS_ANY | (flips ? FLAGS_FLIP : 0)))
		return false;
	if (!scales(desc, composition) || (UINT)desc->AlphaMode > DXGI_ALPHA_MODE_IGNORE ||
		desc->AlphaMode == DXGI_ALPHA_MODE_STRAIGHT)
		return false;
	if (desc->Width > D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION ||
		desc->Height > D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION)
		return false;
	return !composition || (flips && desc->Width && desc->Height);
}

HRESULT xfi_swap_chain_check(DXGI_SWAP_CHAIN_DESC1 *desc, bool composition)
{
	if (!is_possible(desc, composition))
		return DXGI_ERROR_INVALID_CALL;
	desc->Width = desc->Width ? desc->Width : 1280;
	desc->Height = desc->Height ? desc->Height : 720;
	return S_OK;
}

struct xfi_desc xfi_swap_chain_buffer(const DXGI_SWAP_CHAIN_DESC1 *desc)
{
	return (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE2D,
		.width = desc->Width,
		.height = desc->Height,
		.depth = 1,
		.mips = 1,
		.array = 1,
		.format = desc->Format,
		.samples = desc->SampleDesc,
		.bind = xfi_bind_from_usage(desc->BufferUsage) };
}

void xfi_swap_chain_from_old(const DXGI_SWAP_CHAIN_DESC *old, DXGI_SWAP_CHAIN_DESC1 *ret_desc,
	DXGI_SWAP_CHAIN_FULLSCREEN_DESC *ret_fullscreen)
{
	*ret_desc = (DXGI_SWAP_CHAIN_DESC1){ .Width = old->BufferDesc.Width,
		.Height = old->BufferDesc.Height,
		.Format = old->BufferDesc.Format,
		.SampleDesc = old->SampleDesc,
		.BufferUsage = old->BufferUsage,
		.BufferCount = old->BufferCount,
		.Scaling = DXGI_SCALING_STRETCH,
		.SwapEffect = old->SwapEffect,
		.AlphaMode = DXGI_ALPHA_MODE_IGNORE,
		.Flags = old->Flags };
	*ret_fullscreen = (DXGI_SWAP_CHAIN_FULLSCREEN_DESC){ old->BufferDesc.RefreshRate,
		old->BufferDesc.ScanlineOrdering, old->BufferDesc.Scaling, TRUE };
}

void xfi_swap_chain_to_old(const DXGI_SWAP_CHAIN_DESC1 *desc,
	const DXGI_SWAP_CHAIN_FULLSCREEN_DESC *fullscreen, DXGI_SWAP_CHAIN_DESC *ret_old)
{
	*ret_old = (DXGI_SWAP_CHAIN_DESC){
		.BufferDesc = { desc->Width, desc->Height, fullscreen->RefreshRate, desc->Format,
			fullscreen->ScanlineOrdering, fullscreen->Scaling },
		.SampleDesc = desc->SampleDesc,
		.BufferUsage = desc->BufferUsage,
		.BufferCount = desc->BufferCount,
		.Windowed = TRUE,
		.SwapEffect = desc->SwapEffect,
		.Flags = desc->Flags
	};
}
