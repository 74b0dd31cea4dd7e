/* SPDX-License-Identifier: MIT */
#include "win/nt/name.h"

#include <crossfence/inspect.h>
#include <stdio.h>
#include <strings.h>

#include "win/nt/domain.h"

#define UTF8_MAX XFI_NAME_BYTES

size_t xfi_wide_length(const WCHAR *text)
{
	size_t n = 0;
	while (text[n])
		n++;
	return n;
}

/* Writes code point `c`; returns the bytes written. */
static size_t put_utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static int wide_to_utf8(const WCHAR *text, size_t chars, char out[UTF8_MAX])
{
	size_t n = 0;
	if (chars > XFI_NAME_CHARS)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < chars; i++) {
		uint32_t c = (uint16_t)text[i];
		if (c == 0 || (c >= 0xdc00 && c < 0xe000))
			return -EINVAL;
		if (c >= 0xd800 && c < 0xdc00) {
			uint32_t low = i + 1 < chars ? (uint16_t)text[i + 1] : 0;
			if (low < 0xdc00 || low >= 0xe000)
				return -EINVAL;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i++;
		}
		n += put_utf8(c, out + n);
	}
	out[n] = 0;
	return 0;
}

/* FNV-1a, 64 bits. `fold` makes ASCII letters lower case first. */
static uint64_t hash(const char *text, bool fold)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (fold && c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		h = (h ^ c) * UINT64_C(0x100000001b3);
	}
	return h;
}

/* 11 characters for 64 bits, so that two hashes fit into a label. */
static void put_hash(uint64_t h, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	for (int i = 0; i < 11; i++, h >>= 6)
		out[i] = digits[h & 63];
}

#define FOLDED_CHARS 13 /* type letter, colon, hash without regard to case */

static void make_label(bool global, const char *text, struct xfi_name *ret_name)
{
	char *label = ret_name->label;
	memset(ret_name->label, 0, sizeof(ret_name->label));
	snprintf(ret_name->text, sizeof(ret_name->text), "%s", text);
	ret_name->global = global;
	if (strlen(text) <= XF_LABEL_MAX - 2) {
		snprintf(label, sizeof(ret_name->label), "%c:%s", global ? 'g' : 'n', text);
		return;
	}
	label[0] = global ? 'G' : 'N';
	label[1] = ':';
	put_hash(hash(text, true), label + 2);
	put_hash(hash(text, false), label + FOLDED_CHARS);
}

/* Skips `prefix`, in any case, if `*text` begins with it. */
static bool skip(const char **text, const char *prefix)
{
	size_t n = strlen(prefix);
	if (strncasecmp(*text, prefix, n))
		return false;
	*text += n;
	return true;
}

static int from_utf8(const char *text, struct xfi_name *ret_name)
{
	bool global = false;
	if (skip(&text, "\\Sessions\\")) {
		text += strspn(text, "0123456789");
		if (!skip(&text, "\\BaseNamedObjects\\"))
			return -ENOTDIR;
	} else if (skip(&text, "\\BaseNamedObjects\\")) {
		global = true;
	}
	if (skip(&text, "Global\\"))
		global = true;
	else if (skip(&text, "Local\\"))
		global = false;
	if (strchr(text, '\\'))
		return -ENOTDIR;
	if (!*text)
		return -EINVAL;
	make_label(global, text, ret_name);
	return 0;
}

int xfi_name_from_wide(const WCHAR *text, size_t chars, struct xfi_name *ret_name)
{
	char utf8[UTF8_MAX];
	int r = wide_to_utf8(text, chars, utf8);
	return r ? r : from_utf8(utf8, ret_name);
}

size_t xfi_utf8_length(const char *text)
{
	unsigned char c = (unsigned char)*text;
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
	for (size_t i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

int xfi_name_from_ansi(const char *text, struct xfi_name *ret_name)
{
	size_t chars = 0, n;
	for (const char *at = text; *at; at += n) {
		n = xfi_utf8_length(at);
		if (!n)
			return -EINVAL;
		chars += n == 4 ? 2 : 1;
		if (chars > XFI_NAME_CHARS)
			return -ENAMETOOLONG;
	}
	return from_utf8(text, ret_name);
}

char *xfi_name_of(const struct xfi_name *name)
{
	char *text;
	if (asprintf(&text, "%s\\BaseNamedObjects\\%s", name->global ? "" : "\\Sessions\\1",
		    name->text) < 0)
		return NULL;
	return text;
}

size_t xfi_name_widen(const char *text, WCHAR *out)
{
	static const uint8_t first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 }; /* bits of the first byte */
	size_t count = 0;
	for (size_t n; *text; text += n) {
		uint32_t c;
		n = xfi_utf8_length(text);
		c = (unsigned char)*text & first[n];
		for (size_t i = 1; i < n; i++)
			c = c << 6 | ((unsigned char)text[i] & 0x3f);
		if (n == 4) {
			out[count++] = (WCHAR)(0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		out[count++] = (WCHAR)c;
	}
	return count;
}

static bool same_but_case(const char *a, const char *b)
{
	if (a[0] == 'N' || a[0] == 'G')
		return !strncmp(a, b, FOLDED_CHARS);
	return a[0] == b[0] && !strcasecmp(a, b);
}

struct search {
	const char *label;
	xf_id id;
};

static int visit(const struct xf_object_info *info, void *arg)
{
	struct search *search = arg;
	if (!same_but_case(search->label, info->label))
		return 0;
	search->id = info->id;
	return 1;
}

int xfi_name_find(const struct xfi_name *name, bool ignore_case, xf_id *ret_id)
{
	struct search search = { .label = name->label };
	struct xf_domain *domain;
	int r;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	r = xf_domain_find(domain, XF_ANY, name->label, ret_id);
	if (r != -ENOENT || !ignore_case)
		return r;
	r = xf_inspect_objects(domain, visit, &search);
	if (r < 0)
		return r;
	if (!r)
		return -ENOENT;
	*ret_id = search.id;
	return 0;
}
