/* SPDX-License-Identifier: MIT */
/*
 * A ring's idea of whether it sleeps. The kernel may say late that there is work which it has done
 * already (it adds the work first and sets the flag afterwards), so that a wait is asked for beside
 * one that still lasts; their completions are more than the completion queue holds then. Here the
 * flag is set by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <sys/eventfd.h>

#include "base/futex.h"
#include "shm/uring.c"

#define TRIES 16

static _Atomic uint32_t word;

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, 1000) == 1;
}

/* As poll.c does it. The first `behind` times somebody changes the word meanwhile. */
static bool arm(struct xfi_uring *r, int fd, int behind)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t count;
		int result = xfi_uring_sleep(r, &word, atomic_load(&word) - (i < behind), 1);
		(void)!read(fd, &count, sizeof(count));
		if (!result && xfi_uring_asleep(r))
			return true;
		assert_true(!result || result == -EAGAIN);
	}
	return false;
}

static void wake(void)
{
	atomic_fetch_add(&word, 1);
	xfi_futex_wake(&word, INT32_MAX, 1);
}

/* `spare` waits beside the one that lasts. */
static void says_when_it_sleeps(int spare)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct xfi_uring *r = xfi_uring_make(fd);
	if (!r)
		skip();
	assert_true(arm(r, fd, 0));
	for (int i = 0; i < spare; i++) {
		atomic_fetch_or(word_at(r, r->params.sq_off.flags), IORING_SQ_TASKRUN);
		assert_true(arm(r, fd, 0));
	}
	for (int i = 0; i < 4; i++) {
		wake();
		assert_true(readable(fd));
		assert_true(arm(r, fd, i % 3));
	}
	xfi_uring_free(r, true);
	close(fd);
}

static void it_sleeps_or_is_readable(void **state)
{
	(void)state;
	for (int spare = 0; spare < 6; spare++)
		says_when_it_sleeps(spare);
}

/* Else it would be asked for again and again; and no other ring is made. */
static void what_the_kernel_does_not_know_is_said(void **state)
{
	(void)state;
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct xfi_uring *r = xfi_uring_make(fd);
	if (!r)
		skip();
	/* As on kernels without the request: it waits for no bit. */
	assert_int_equal(xfi_uring_sleep(r, &word, atomic_load(&word), 0), -EINVAL);
	assert_false(xfi_uring_asleep(r));
	assert_null(xfi_uring_make(fd));
	atomic_store(&useless, false);
	xfi_uring_free(r, true);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(it_sleeps_or_is_readable),
		cmocka_unit_test(what_the_kernel_does_not_know_is_said) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
