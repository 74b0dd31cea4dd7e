/* SPDX-License-Identifier: MIT */
/* Strings of 16-bit characters by the names of <wchar.h>. */
#include "harness.h"

#include <windows.h>
#include <wchar.h>

static void strings_are_measured_and_compared(void **state)
{
	assert_int_equal(wcslen(L""), 0);
	assert_int_equal(wcslen(L"a\xd834\xdd1e"), 3);
	assert_int_equal(wcsnlen(L"abc", 2), 2);
	assert_int_equal(wcscmp(L"abc", L"abc"), 0);
	assert_true(wcscmp(L"abc", L"abd") < 0 && wcscmp(L"abd", L"abc") > 0);
	assert_true(wcscmp(L"ab", L"abc") < 0);
	assert_true(wcscmp(L"\xff00", L"a") > 0); /* not as if it were negative */
	assert_int_equal(wcsncmp(L"abc", L"abd", 2), 0);
	assert_int_equal(_wcsicmp(L"CamEra", L"cAMeRA"), 0);
	assert_true(_wcsicmp(L"a", L"_") > 0);
	assert_int_equal(_wcsnicmp(L"ABx", L"aby", 2), 0);
}

static void strings_are_copied_and_searched(void **state)
{
	static const wchar_t text[] = L"one two one";
	wchar_t to[16] = { 1, 1, 1, 1, 1, 1 }, *copy;
	assert_ptr_equal(wcscpy(to, L"ab"), to);
	assert_int_equal(wcscmp(to, L"ab"), 0);
	assert_int_equal(to[3], 1);
	assert_ptr_equal(wcscat(to, L"cd"), to);
	assert_int_equal(wcscmp(to, L"abcd"), 0);
	assert_ptr_equal(wcsncpy(to, L"xyz", 2), to);
	assert_int_equal(wcscmp(to, L"xycd"), 0);
	wcsncpy(to, L"x", 4);
	assert_true(!to[1] && !to[2] && !to[3]);
	assert_ptr_equal(wcschr(text, 'o'), text);
	assert_ptr_equal(wcsrchr(text, 'o'), text + 8);
	assert_ptr_equal(wcschr(text, 0), text + 11);
	assert_ptr_equal(wcsrchr(text, 0), text + 11);
	assert_null(wcschr(text, 'x'));
	assert_null(wcsrchr(text, 'x'));
	assert_ptr_equal(wcsstr(text, L"two"), text + 4);
	assert_ptr_equal(wcsstr(text, L""), text);
	assert_null(wcsstr(text, L"twos"));
	assert_null(wcsstr(text, L"one two one two"));
	copy = _wcsdup(text);
	assert_int_equal(wcscmp(copy, text), 0);
	free(copy);
}

#define assert_print(expected, ...)                                                                \
	do {                                                                                       \
		assert_int_equal(swprintf(to, 64, __VA_ARGS__), (int)wcslen(expected));            \
		assert_int_equal(wcscmp(to, expected), 0);                                         \
	} while (0)

static void numbers_and_texts_are_printed(void **state)
{
	wchar_t to[64];
	assert_print(L"plain 100%", L"plain %d%%", 100);
	assert_print(L"-5 +5 00012 0x1f 17 FF", L"%d %+d %05d %#x %o %X", -5, 5, 12, 31, 15, 255);
	assert_print(L"   7|7   |  007", L"%4d|%-4d|%5.3d", 7, 7, 7);
	assert_print(L"  12|12  ", L"%*d|%*d", 4, 12, -4, 12);
	assert_print(L"1.50 1e+03 0.1", L"%.2f %.0e %g", 1.5, 1000.0, 0.1);
	assert_print(L"123456789012 ffffffffffffffff", L"%I64d %llx", 123456789012ll, -1ll);
	assert_print(L"4000000000 -1", L"%I32u %hhd", 4000000000u, 255);
	assert_print(
		L"wide narrow wide narrow", L"%s %S %ls %hs", L"wide", "narrow", L"wide", "narrow");
	assert_print(L"\x00e9\xd834\xdd1e.", L"%hs.", "\xc3\xa9\xf0\x9d\x84\x9e");
	assert_print(L"  ab|ab  |ab", L"%4s|%-4s|%.2s", L"ab", L"ab", L"abcd");
	assert_print(L"  ab|ab", L"%4hs|%.2hs", "ab", "abcd");
	assert_print(L"x\x20ac z", L"%c%c %C", 'x', 0x20ac, 'z');
	assert_print(L"(null) (null)", L"%s %hs", (wchar_t *)NULL, (char *)NULL);
	assert_print(L"000000000000BEEF", L"%p", (void *)0xbeef);
}

static void what_does_not_fit_is_told(void **state)
{
	wchar_t to[8] = { 0, 0, 0, 0, 77 };
	assert_int_equal(swprintf(to, 4, L"%d", 123), 3);
	assert_int_equal(swprintf(to, 4, L"%d", 1234), -1);
	assert_int_equal(wcscmp(to, L"123"), 0);
	assert_int_equal(to[4], 77);
	assert_int_equal(swprintf(to, 1, L"%s", L""), 0);
	assert_int_equal(swprintf(to, 4, L"%1000000000s", L"a"), -1);
	assert_int_equal(swprintf(to, 4, L"%.1000000000d", 1), -1);
	assert_int_equal(to[4], 77);
	to[0] = 5;
	assert_int_equal(swprintf(to, 0, L"x"), -1);
	assert_int_equal(to[0], 5);
	assert_int_equal(swprintf(to, 8, L"%n", (void *)NULL), -1);
	assert_int_equal(swprintf(to, 8, L"%"), -1);
	assert_int_equal(swprintf(to, 8, L"%\x20ac"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_measured_and_compared),
		cmocka_unit_test(strings_are_copied_and_searched),
		cmocka_unit_test(numbers_and_texts_are_printed),
		cmocka_unit_test(what_does_not_fit_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
