/* SPDX-License-Identifier: MIT */
#include "win/dxgi/barrier.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

bool xfi_barrier_by_kernel;

static int membarrier(int command)
{
	return (int)syscall(SYS_membarrier, command, 0, 0);
}

/* The registration belongs to the address space, so a child of fork() has it, too. */
__attribute__((constructor)) static void ask_kernel(void)
{
	xfi_barrier_by_kernel = !membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

void xfi_barrier_all(void)
{
	if (xfi_barrier_by_kernel)
		(void)membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); /* registered: cannot fail */
	else
		atomic_thread_fence(memory_order_seq_cst);
}
