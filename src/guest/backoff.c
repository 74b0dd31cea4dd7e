/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <sys/random.h>
#include <time.h>

#include <crossfence/result.h>
#include "guest/backoff.h"

#define FIRST_NS INT64_C(1000000)
#define LAST_NS	 INT64_C(500000000)

/* Between half of it and all of it. */
static int64_t jitter(struct xfg_backoff *backoff)
{
	uint32_t random;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint32_t)xf_now(); /* early boot */
	return backoff->pause_ns / 2 + (int64_t)(random % (uint64_t)(backoff->pause_ns / 2));
}

int xfg_backoff(struct xfg_backoff *backoff, int64_t deadline_ns)
{
	int64_t left = deadline_ns - xf_now();
	if (left <= 0)
		return -ETIMEDOUT;
	backoff->pause_ns = backoff->pause_ns ? backoff->pause_ns * 2 : FIRST_NS;
	if (backoff->pause_ns > LAST_NS)
		backoff->pause_ns = LAST_NS;
	int64_t ns = jitter(backoff);
	if (ns > left)
		ns = left;
	struct timespec pause = { ns / 1000000000, ns % 1000000000 };
	(void)ppoll(NULL, 0, &pause, NULL); /* woken early: tries early */
	return 0;
}
