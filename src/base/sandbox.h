/* SPDX-License-Identifier: MIT */
/*
 * A daemon that strangers talk to shuts itself in once it is set up: whoever gets it to run their
 * code can then start no program, trace or signal no other process, become nobody else, load
 * nothing into the kernel, and reach no network but unix sockets and VMs.
 */
#ifndef XFI_BASE_SANDBOX_H
#define XFI_BASE_SANDBOX_H

/*
 * From now on all threads of this process have the system calls that sandbox.c lists, and others
 * fail with EPERM; privileges are not gained by exec(). It cannot be undone. 0; -ENOSYS: built
 * without libseccomp, or the kernel has no filters; or -errno.
 */
int xfi_sandbox_enter(void);

#endif
