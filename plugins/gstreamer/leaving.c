/* SPDX-License-Identifier: MIT */
#include "leaving.h"

#include "aside.h"

#define PATIENCE_US 20000

struct leaving {
	struct aside aside;
	void (*leave)(gpointer arg);
	gpointer arg;
	gboolean done;
};

static void run(struct aside *aside)
{
	struct leaving *leaving = (struct leaving *)aside;
	leaving->leave(leaving->arg);
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
	if (aside_start(&leaving->aside, "xf-leaving", run, free_leaving))
		(void)aside_wait(&leaving->aside, &leaving->done, PATIENCE_US);
	else
		leave(arg);
	aside_unref(&leaving->aside);
}
