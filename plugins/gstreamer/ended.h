/* SPDX-License-Identifier: MIT */
/*
 * Tells when a source's task runs no more, because downstream flushes, is in READY or was told by
 * an application that there is no more: nobody tells the source. A task that runs has its pad's
 * stream lock; so whoever waits for that lock is woken when the task stops to run, and by nothing
 * else.
 */
#ifndef XF_GST_ENDED_H
#define XF_GST_ENDED_H

#include <gst/gst.h>

struct ended {
	GstPad *pad; /* whose task it is */
	void (*tell)(
		gpointer arg); /* called with the pad's stream lock, from a thread of its own */
	gpointer arg;

	GThread *thread;
	GMutex lock;
	GCond changed;
	gboolean watching; /* both locks; read with either */
	gboolean stop; /* the lock */
};

void ended_init(struct ended *ended, GstPad *pad, void (*tell)(gpointer arg), gpointer arg);
void ended_finish(struct ended *ended);

/* Around all calls of the next; FALSE: there is no thread to be had. The second one waits for it,
 * which needs the pad's stream lock. */
gboolean ended_start(struct ended *ended);
void ended_stop(struct ended *ended);

/* In the task: it runs, so that its end is to be told. */
void ended_watch(struct ended *ended);

#endif
