/* SPDX-License-Identifier: MIT */
#include "win/shader/bytes.h"

#include "win/shader/token.h"

static int nesting(const struct xfi_token *token)
{
	return xfi_token_is(token, "(") + xfi_token_is(token, "[") + xfi_token_is(token, "{") -
	       xfi_token_is(token, ")") - xfi_token_is(token, "]") - xfi_token_is(token, "}");
}

/* From the type on: names stand at the beginning and behind commas, up to the semicolon. */
static bool lists(struct xfi_scan *scan, const char *name)
{
	struct xfi_token token;
	bool is_name = true;
	for (int depth = 0; xfi_scan_next(scan, &token) && !xfi_token_is(&token, ";");) {
		if (is_name && xfi_token_is(&token, name))
			return true;
		depth += nesting(&token);
		is_name = !depth && xfi_token_is(&token, ",");
	}
	return false;
}

/* Those of functions have no name in SPIR-V. */
bool xfi_bytes_declared(const char *text, const char *name)
{
	struct xfi_scan scan = xfi_scan_of(text, "");
	struct xfi_token token;
	for (int depth = 0; xfi_scan_next(&scan, &token); depth += nesting(&token))
		if (!depth &&
			(xfi_token_is(&token, "ByteAddressBuffer") ||
				xfi_token_is(&token, "RWByteAddressBuffer")) &&
			lists(&scan, name))
			return true;
	return false;
}
