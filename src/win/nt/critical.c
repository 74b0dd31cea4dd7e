/* SPDX-License-Identifier: MIT */
/*
 * Critical sections: a word in LockSemaphore (0: free, 1: taken, 2: taken, and somebody sleeps),
 * and beside it owner and depth, which only the owner writes. Those that are zeroes or -1 and
 * zeroes, as programs initialize them without a call, are free.
 */
#include "win/nt/thread.h"
#include "win/nt/word.h"

static _Atomic uint32_t *word_of(CRITICAL_SECTION *section)
{
	return (_Atomic uint32_t *)(void *)&section->LockSemaphore;
}

static _Atomic uintptr_t *owner_of(CRITICAL_SECTION *section)
{
	return (_Atomic uintptr_t *)(void *)&section->OwningThread;
}

BOOL WINAPI InitializeCriticalSectionEx(CRITICAL_SECTION *section, DWORD spin_count, DWORD flags)
{
	memset(section, 0, sizeof(*section));
	section->DebugInfo = (void *)(intptr_t)-1;
	section->LockCount = -1;
	section->SpinCount = spin_count & ~RTL_CRITICAL_SECTION_ALL_FLAG_BITS;
	return TRUE;
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(CRITICAL_SECTION *section, DWORD spin_count)
{
	return InitializeCriticalSectionEx(section, spin_count, 0);
}

void WINAPI InitializeCriticalSection(CRITICAL_SECTION *section)
{
	(void)InitializeCriticalSectionEx(section, 0, 0); /* cannot fail */
}

void WINAPI DeleteCriticalSection(CRITICAL_SECTION *section)
{
	memset(section, 0, sizeof(*section));
	section->LockCount = -1;
}

DWORD WINAPI SetCriticalSectionSpinCount(CRITICAL_SECTION *section, DWORD spin_count)
{
	DWORD before = (DWORD)section->SpinCount;
	section->SpinCount = spin_count;
	return before;
}

static bool is_mine(CRITICAL_SECTION *section)
{
	return atomic_load_explicit(owner_of(section), memory_order_relaxed) == xfi_thread_id();
}

static void enter(CRITICAL_SECTION *section)
{
	atomic_store_explicit(owner_of(section), xfi_thread_id(), memory_order_relaxed);
	section->RecursionCount = 1;
	section->LockCount = 0;
}

BOOL WINAPI TryEnterCriticalSection(CRITICAL_SECTION *section)
{
	uint32_t free = 0;
	if (is_mine(section)) {
		section->RecursionCount++;
		return TRUE;
	}
	if (!atomic_compare_exchange_strong_explicit(
		    word_of(section), &free, 1, memory_order_acquire, memory_order_relaxed))
		return FALSE;
	enter(section);
	return TRUE;
}

void WINAPI EnterCriticalSection(CRITICAL_SECTION *section)
{
	if (TryEnterCriticalSection(section))
		return;
	while (atomic_exchange_explicit(word_of(section), 2, memory_order_acquire))
		(void)xfi_word_wait(word_of(section), 2, XF_NEVER);
	enter(section);
}

void WINAPI LeaveCriticalSection(CRITICAL_SECTION *section)
{
	if (--section->RecursionCount)
		return;
	section->LockCount = -1;
	atomic_store_explicit(owner_of(section), 0, memory_order_relaxed);
	if (atomic_exchange_explicit(word_of(section), 0, memory_order_release) == 2)
		xfi_word_wake(word_of(section), 1);
}
