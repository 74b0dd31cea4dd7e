/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/capability.h"

static void limit(struct __user_cap_data_struct *half, uint32_t keep)
{
	half->permitted &= keep;
	half->effective &= keep;
	half->inheritable = 0;
}

int xfi_capability_keep(uint64_t keep)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[2];
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* Needs a capability: whoever is not root has none to hand on in any case. */
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++)
		if (!(keep >> i & 1))
			(void)prctl(PR_CAPBSET_DROP, i);
	if (syscall(SYS_capget, &header, sets))
		return -errno;
	limit(&sets[0], (uint32_t)keep);
	limit(&sets[1], (uint32_t)(keep >> 32));
	return syscall(SYS_capset, &header, sets) ? -errno : 0;
}
