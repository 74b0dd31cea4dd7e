/* SPDX-License-Identifier: MIT */
/* The C++ library's names for the calls of <wchar.h>, and its order of including. */
#include <cstdio>
#include <cwchar>
#include <string>

#include <windows.h>

static int failed;

static void check(bool good, const char *what)
{
	if (good)
		return;
	std::fprintf(stderr, "%s\n", what);
	failed = 1;
}

int main()
{
	const wchar_t *volatile source = L"one two"; /* so that nothing is known when it is compiled */
	wchar_t printed[16], *found;

	check(std::wcslen(source) == 7 && !std::wcscmp(source, L"one two"), "std names");
	std::wcscpy(printed, source);
	found = std::wcschr(printed, L't');
	check(found == printed + 4 && wcsrchr(source, L'o') == source + 6, "wcschr");
	check(std::swprintf(printed, 16, L"%s %d", L"x", 3) == 3, "swprintf");
	check(!wcscmp(printed, L"x 3") && !_wcsicmp(printed, L"X 3"), "printed");
	return failed;
}
