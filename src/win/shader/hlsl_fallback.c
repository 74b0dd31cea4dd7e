/* SPDX-License-Identifier: MIT */
/* For a library built without shaderc. */
#include "win/shader/hlsl.h"

#include <crossfence/result.h>
#include <errno.h>

static int refuse(struct xfi_hlsl_result *ret)
{
	*ret = (struct xfi_hlsl_result){ 0 };
	return xf_fail(-ENOTSUP,
		"HLSL is not taken by this build, which lacks shaderc: give DXBC or "
		"SPIR-V, or build with -Dhlsl=enabled");
}

int xfi_hlsl_compile(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	return refuse(ret);
}

int xfi_hlsl_preprocess(const struct xfi_hlsl *hlsl, struct xfi_hlsl_result *ret)
{
	return refuse(ret);
}

void xfi_hlsl_free(struct xfi_hlsl_result *result)
{
}
