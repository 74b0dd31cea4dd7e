/* SPDX-License-Identifier: MIT */
/* For a library built without vkd3d-shader. */
#include "win/shader/translate.h"

#include <crossfence/result.h>
#include <errno.h>

int xfi_translate(const void *dxbc, size_t size_bytes, uint32_t set, const uint32_t bases[5],
	uint32_t **ret_words, size_t *ret_n)
{
	return xf_fail(-ENOTSUP, "DXBC is not taken by this build, which lacks vkd3d-shader: "
				 "give SPIR-V, or build with -Dd3d12=enabled");
}
