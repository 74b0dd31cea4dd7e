/* SPDX-License-Identifier: MIT */
/* What the tests with real guests share. */
#ifndef QEMUTEST_H
#define QEMUTEST_H

#include "machine.h"

static struct test_host t;

static inline struct test_process *await_process(const char *name)
{
	/* A boot takes some seconds of a CPU; of one that many share, minutes. */
	for (int64_t end = xf_deadline(240 * SECOND); xf_now() < end;) {
		struct timespec until = { end / SECOND, end % SECOND };
		struct test_process *p;
		pthread_mutex_lock(&t.lock);
		while (!((p = find_process(&t, name)) && p->event) && xf_now() < end)
			pthread_cond_timedwait(&t.changed, &t.lock, &until);
		pthread_mutex_unlock(&t.lock);
		if (p && p->event)
			return p;
	}
	fail_msg("guest process %s did not come", name);
	return NULL;
}

static inline void finished(struct machine *machine, const char *line)
{
	int r = machine_wait(machine, xf_deadline(100 * SECOND));
	if (r || !machine_said(machine, line)) {
		machine_print(machine);
		machine_kill(machine);
		fail_msg("guest did not say: %s", line);
	}
}

static inline void signal_or_yield(struct test_process *p, uint64_t event)
{
	int r;
	while ((r = xf_host_signal(t.host, p->handle, event, 0)) == -ENOBUFS)
		sched_yield();
	assert_int_equal(r, 0);
}

#endif
