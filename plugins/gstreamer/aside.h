/* SPDX-License-Identifier: MIT */
/*
 * What may take as long as other processes like, and cannot be ended: a thread of its own does it.
 * Whoever waits for it shares with that thread what it works on, and may go sooner.
 */
#ifndef XF_GST_ASIDE_H
#define XF_GST_ASIDE_H

#include <glib.h>

/* Begins the structure that both share, which is all zero else. */
struct aside {
	gint refs; /* atomic: the thread's and the waiter's */
	GThread *thread;
	GMutex lock; /* of what both change */
	GCond changed;
	void (*run)(struct aside *aside);
	void (*free)(struct aside *aside); /* by who is last */
};

/*
 * Has run() done by a thread. FALSE: there is none to be had. In either case the caller has a
 * reference, to be given back.
 */
gboolean aside_start(struct aside *aside, const gchar *name, void (*run)(struct aside *aside),
	void (*free)(struct aside *aside));
void aside_unref(struct aside *aside);

/* Instead: waits for the thread to end, which it has to do soon. */
void aside_join(struct aside *aside);

/* Sets what somebody may wait for; and waits for it, up to `patience_us`: whether it is set. */
void aside_say(struct aside *aside, gboolean *what);
gboolean aside_wait(struct aside *aside, const gboolean *what, gint64 patience_us);

#endif
