/* SPDX-License-Identifier: MIT */
/* No documentation lists what DXGKCB_SIGNALEVENT returns; these are the plausible codes of
 * ntstatus.h. The first row with a value is the one that is used for it. */
#include <errno.h>
#include <stddef.h>

#include "host/status.h"

static const struct {
	int result;
	NTSTATUS status;
} rows[] = {
	{ 0, STATUS_SUCCESS },
	{ -EINVAL, STATUS_INVALID_PARAMETER },
	{ -ESRCH, STATUS_INVALID_HANDLE },
	{ -EBADF, STATUS_INVALID_HANDLE },
	{ -ESHUTDOWN, STATUS_PROCESS_IS_TERMINATING },
	{ -ENODEV, STATUS_DEVICE_REMOVED },
	{ -ENOBUFS, STATUS_INSUFFICIENT_RESOURCES },
	{ -ENOMEM, STATUS_NO_MEMORY },
	{ -EPROTOTYPE, STATUS_OBJECT_TYPE_MISMATCH },
	{ -EACCES, STATUS_ACCESS_DENIED },
	{ -EOVERFLOW, STATUS_BUFFER_TOO_SMALL },
	{ -ENOSYS, STATUS_NOT_SUPPORTED },
};

NTSTATUS xfh_dxgk_status(int result)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].result == result)
			return rows[i].status;
	return STATUS_INVALID_PARAMETER;
}

int xfh_dxgk_errno(NTSTATUS status)
{
	if (status >= 0)
		return 0; /* success and informational codes */
	if (status == STATUS_INVALID_HANDLE)
		return -EBADF;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].result;
	return -EINVAL;
}
