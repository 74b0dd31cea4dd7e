/* SPDX-License-Identifier: MIT */
/* Every row of the table that turns our results into Windows' codes, in numbers. */
#include "harness.h"

#include <errno.h>

#include "win/nt/codes.h"

#include <crossfence/result.h>

static const struct {
	int result;
	uint32_t win32, status, hresult;
} rows[] = {
	{ 0, 0, 0, 0 },
	{ XF_TIMEOUT, 258, 0x102, 0x102 },
	{ XF_ABANDONED, 735, 0x80, 0x80 },
	{ -EBADF, 6, 0xc0000008, 0x80070006 },
	{ -ENOTTY, 6, 0xc0000024, 0x80070057 },
	{ -EACCES, 5, 0xc0000022, 0x80070005 },
	{ -EINVAL, 87, 0xc000000d, 0x80070057 },
	{ -EOVERFLOW, 87, 0xc000000d, 0x80070057 },
	{ -EMSGSIZE, 87, 0xc000000d, 0x80070057 },
	{ -ENOMEM, 8, 0xc0000017, 0x8007000e },
	{ -ENOSPC, 8, 0xc0000017, 0x8007000e },
	{ -EMFILE, 4, 0xc0000017, 0x8007000e },
	{ -ENFILE, 4, 0xc0000017, 0x8007000e },
	{ -EUSERS, 1450, 0xc000009a, 0x8007000e },
	{ -ENOENT, 2, 0xc0000034, 0x80070057 },
	{ -EEXIST, 183, 0xc0000035, 0x887a002c },
	{ -ENAMETOOLONG, 206, 0xc0000106, 0x80070057 },
	{ -ENOTDIR, 3, 0xc000003a, 0x80070057 },
	{ -EDEADLK, 1131, 0xc000000d, 0x887a0001 },
	{ -EPERM, 288, 0xc000000d, 0x80004005 },
	{ -ESTALE, 6, 0xc000000d, 0x80070057 },
	{ -ECHILD, 6, 0xc0000008, 0x80004005 },
	{ -EAGAIN, 1450, 0xc000009a, 0x8007000e },
	{ -ENOTSUP, 50, 0xc00000bb, 0x80004001 },
	{ -ENOSYS, 50, 0xc00000bb, 0x80004001 },
	{ -EIO, 31, 0xc0000001, 0x80004005 }, /* what the table does not name */
	{ 12345, 31, 0xc0000001, 0x80004005 },
};

static void every_result_has_its_codes(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(xfi_win32(rows[i].result), rows[i].win32);
		assert_int_equal((uint32_t)xfi_ntstatus(rows[i].result), rows[i].status);
		assert_int_equal((uint32_t)xfi_hresult(rows[i].result), rows[i].hresult);
		assert_false(xfi_fail(rows[i].result));
		assert_int_equal(GetLastError(), rows[i].win32);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(every_result_has_its_codes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
