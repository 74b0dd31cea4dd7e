/* SPDX-License-Identifier: MIT */
#include "win/shader/bytes.h"

#include "win/shader/token.h"

static int nesting(const struct xfi_token *token)
{
	return xfi_token_is(token, "(") + xfi_token_is(token, "[") + xfi_token_is(token, "{") -
	       xfi_token_is(token, ")") - xfi_token_is(token, "]") - xfi_token_is(token, "}");
}

/* From the type on: names stand at the beginning and behind commas, up to the semicolon. */
static int add(struct xfi_scan *scan, struct xfi_names *names)
{
	struct xfi_token token;
	bool is_name = true;
	int r = 0;
	for (int depth = 0; !r && xfi_scan_next(scan, &token) && !xfi_token_is(&token, ";");) {
		if (is_name)
			r = xfi_names_set(names, token.at, token.length, XFI_NAME_BYTES);
		depth += nesting(&token);
		is_name = !depth && xfi_token_is(&token, ",");
	}
	return r;
}

/* Those of functions have no name in SPIR-V. */
int xfi_bytes_find(const char *text, struct xfi_names *ret)
{
	struct xfi_scan scan = xfi_scan_of(text, "");
	struct xfi_token token;
	int r = 0;
	for (int depth = 0; !r && xfi_scan_next(&scan, &token); depth += nesting(&token))
		if (!depth && (xfi_token_is(&token, "ByteAddressBuffer") ||
				      xfi_token_is(&token, "RWByteAddressBuffer")))
			r = add(&scan, ret);
	return r;
}
