/* SPDX-License-Identifier: MIT */
/*
 * One-time initialization: the pointer's two low bits say how far it is, the rest is the context.
 * While one thread initializes, the others sleep on the first half.
 */
#include "win/nt/codes.h"
#include "win/nt/word.h"

enum { FRESH, BUSY, DONE, BUSY_ASYNC, STATES };

static _Atomic uintptr_t *of(INIT_ONCE *once)
{
	return (_Atomic uintptr_t *)(void *)once;
}

void WINAPI InitOnceInitialize(INIT_ONCE *once)
{
	atomic_store(of(once), FRESH);
}

static void give_context(uintptr_t value, void **ret_context)
{
	if (ret_context)
		*ret_context = (void *)(value & ~(uintptr_t)(STATES - 1));
}

/* Takes it from `from` to `to`; sleeps while another thread initializes. */
static BOOL begin(INIT_ONCE *once, uintptr_t to, BOOL *ret_pending, void **ret_context)
{
	uintptr_t seen = atomic_load(of(once));
	for (;;) {
		if (seen % STATES == DONE) {
			*ret_pending = FALSE;
			give_context(seen, ret_context);
			return TRUE;
		}
		if (seen == FRESH ? atomic_compare_exchange_weak(of(once), &seen, to)
				  : seen == BUSY_ASYNC && to == BUSY_ASYNC) {
			*ret_pending = TRUE;
			return TRUE;
		}
		if (seen != FRESH && seen != to)
			return xfi_fail(-EINVAL); /* the two ways do not mix */
		if (seen == BUSY)
			(void)xfi_word_wait((_Atomic uint32_t *)(void *)once, BUSY, XF_NEVER);
		seen = atomic_load(of(once));
	}
}

BOOL WINAPI InitOnceBeginInitialize(
	INIT_ONCE *once, DWORD flags, BOOL *ret_pending, void **ret_context)
{
	uintptr_t seen = atomic_load(of(once));
	switch (flags) {
	case 0:
		return begin(once, BUSY, ret_pending, ret_context);
	case INIT_ONCE_ASYNC:
		return begin(once, BUSY_ASYNC, ret_pending, ret_context);
	case INIT_ONCE_CHECK_ONLY:
		*ret_pending = seen % STATES != DONE;
		if (!*ret_pending)
			give_context(seen, ret_context);
		else
			SetLastError(ERROR_GEN_FAILURE);
		return !*ret_pending;
	default:
		return xfi_fail(-EINVAL);
	}
}

BOOL WINAPI InitOnceComplete(INIT_ONCE *once, DWORD flags, void *context)
{
	uintptr_t from = flags == INIT_ONCE_ASYNC ? BUSY_ASYNC : BUSY;
	uintptr_t to = flags == INIT_ONCE_INIT_FAILED ? FRESH : (uintptr_t)context | DONE;
	if (flags && flags != INIT_ONCE_ASYNC && flags != INIT_ONCE_INIT_FAILED)
		return xfi_fail(-EINVAL);
	if ((uintptr_t)context % STATES || (flags == INIT_ONCE_INIT_FAILED && context))
		return xfi_fail(-EINVAL);
	if (!atomic_compare_exchange_strong(of(once), &from, to)) {
		SetLastError(ERROR_GEN_FAILURE);
		return FALSE;
	}
	xfi_word_wake((_Atomic uint32_t *)(void *)once, INT_MAX);
	return TRUE;
}

BOOL WINAPI InitOnceExecuteOnce(
	INIT_ONCE *once, PINIT_ONCE_FN fn, void *parameter, void **ret_context)
{
	void *context = NULL;
	BOOL pending;
	if (!begin(once, BUSY, &pending, ret_context))
		return FALSE;
	if (!pending)
		return TRUE;
	if (!fn(once, parameter, &context)) {
		DWORD error = GetLastError();
		(void)InitOnceComplete(once, INIT_ONCE_INIT_FAILED, NULL); /* we are the one */
		SetLastError(error);
		return FALSE;
	}
	if (ret_context)
		*ret_context = context;
	return InitOnceComplete(once, 0, context);
}
