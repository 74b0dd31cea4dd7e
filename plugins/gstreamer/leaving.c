/* SPDX-License-Identifier: MIT */
#include "leaving.h"

#include "aside.h"

#include <crossfence/result.h>

#define PATIENCE_US 20000

struct leaving {
	struct aside aside;
	void (*leave)(gpointer arg);
	gpointer arg;
	gboolean done;
};

static GMutex lock; /* of the next */
static GCond fewer;
static guint under_way;

static void begin(void)
{
	g_mutex_lock(&lock);
	under_way++;
	g_mutex_unlock(&lock);
}

static void finish(void)
{
	g_mutex_lock(&lock);
	under_way--;
	g_cond_broadcast(&fewer);
	g_mutex_unlock(&lock);
}

int leaving_await(gint64 deadline_ns)
{
	gint64 left_us = (deadline_ns - xf_now()) / 1000;
	gint64 end = g_get_monotonic_time() + MAX(left_us, 0);
	g_mutex_lock(&lock);
	while (under_way && g_cond_wait_until(&fewer, &lock, end))
		;
	gboolean all = !under_way;
	g_mutex_unlock(&lock);
	return all ? 0 : XF_TIMEOUT;
}

static void run(struct aside *aside)
{
	struct leaving *leaving = (struct leaving *)aside;
	leaving->leave(leaving->arg);
	finish();
	aside_say(aside, &leaving->done);
}

static void free_leaving(struct aside *aside)
{
	g_free(aside);
}

void leaving_do(void (*leave)(gpointer arg), gpointer arg)
{
	struct leaving *leaving = g_new0(struct leaving, 1);
	leaving->leave = leave;
	leaving->arg = arg;
	begin();
	if (aside_start(&leaving->aside, "xf-leaving", run, free_leaving)) {
		(void)aside_wait(&leaving->aside, &leaving->done, PATIENCE_US);
	} else {
		leave(arg);
		finish();
	}
	aside_unref(&leaving->aside);
}
