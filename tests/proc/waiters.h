/* SPDX-License-Identifier: MIT */
/*
 * Who waits for what, and what somebody else may do meanwhile: one table, of which
 * waiters_test.c makes every combination. Three ends of the table are open, and none can grow
 * without the rest: a kind is a row, with a column for each way to wait and for each act.
 */
#ifndef TESTS_PROC_WAITERS_H
#define TESTS_PROC_WAITERS_H

#include <errno.h>

#include "proc.h"

/* How one sleeps: in the object's own call; for any of several; by descriptor; as a queue's work.
 */
#define WAITERS_WAYS(X) X(BLOCKED) X(ANY) X(POLL) X(QUEUE)

/*
 * What the other one does: what is waited for; closes its handle; gives up by a call; OTHER is what
 * the row says; leaves; is killed; is killed when it has done what is waited for, before it has
 * told.
 */
#define WAITERS_ACTS(X) X(TELL) X(CLOSE) X(GIVE_UP) X(OTHER) X(LEAVE) X(DIE) X(UNTOLD)

/* Who that is: a thread with the waiters' membership, or with its own, or another process. */
#define WAITERS_ACTORS(X) X(THREAD) X(MEMBER) X(PROCESS)

#define WAITERS_NAME(name) name,
enum way { WAITERS_WAYS(WAITERS_NAME) WAYS };
enum act { WAITERS_ACTS(WAITERS_NAME) ACTS };
enum actor { WAITERS_ACTORS(WAITERS_NAME) ACTORS };

/* What becomes of the waiters, beside the library's results. */
enum { OK = 0, STAYS = 1000, /* asleep, and can be told by the next one */ NONE = 1001 };

#define ABANDONED XF_ABANDONED
#define ENDED	  XF_ENDED
#define GONE	  -EAGAIN /* or OK, when it was looked at in time */

/*
 * Rows: kind; how many wait; by which WAYS; what comes of which ACTS.
 *
 *	event, manual	TELL sets it. A closed, dead or gone setter is nothing to those who wait
 *	timeline	is owned by the other one. GIVE_UP: xf_timeline_abandon();
 *			OTHER: a device writes the value, and tells nobody
 *	device		the same of which everybody knows that a device writes it: each process
 *			has a thread that looks, and who waits alone looks itself, so it does not
 *			sleep on a word
 *	mutex		is owned by the other one. GIVE_UP: revoked; OTHER: released by a borrower's
 *			words in memory, and the lender notifies
 *	ready		a sync object's producer. CLOSE and the rest abandon the use
 *	ready_event	the same by xf_sync_on_ready()
 *	final		a sync object's last reader. GIVE_UP: unsubscribes; OTHER: skips
 *	pool		the other one holds the only surface
 *	sync_pool	the same with a sync object. GIVE_UP: gives the use up
 *	keyed_pool	nobody holds it, and the other one owns its mutex
 *	reader		of a stream whose producer is the other one. GIVE_UP: xf_stream_end()
 *	peeker		the same, only looking: nobody keeps the frame of one that dies
 *	completer	has a frame of the other one's, whose fence it waits for. Who goes leaves it
 *	producer	of a stream whose frames are the other one's. GIVE_UP: unsubscribes; OTHER:
 *			wants only the newest from now on
 *	changer		the same, and waits until a format may follow those that are in use
 *	renewed		the same, waits for a frame, and another thread changes the format
 *	drainer		the same, and waits until all is taken
 *	counter		the same, and waits for a reader to come
 *	opener		of a stream by its label, which is to be made
 */
/* clang-format off */
#define WAITERS_KINDS(ROW) \
/*	                     BLOCKED ANY POLL QUEUE     TELL CLOSE      GIVE_UP    OTHER LEAVE      DIE */ \
ROW(event,       3, WAYS_OF( 1,      1,  1,   0), ENDS( OK,  STAYS,     NONE,      NONE, STAYS,     STAYS, OK)) \
ROW(manual,      3, WAYS_OF( 1,      1,  1,   0), ENDS( OK,  STAYS,     NONE,      NONE, STAYS,     STAYS, OK)) \
ROW(timeline,    3, WAYS_OF( 1,      1,  1,   1), ENDS( OK,  STAYS,     ABANDONED, OK,   ABANDONED, ABANDONED, OK)) \
ROW(device,      3, WAYS_OF( 0,      1,  1,   0), ENDS( OK,  STAYS,     ABANDONED, NONE, ABANDONED, ABANDONED, NONE)) \
ROW(mutex,       3, WAYS_OF( 1,      1,  1,   0), ENDS( OK,  ABANDONED, ABANDONED, OK,   ABANDONED, ABANDONED, OK)) \
ROW(ready,       3, WAYS_OF( 1,      0,  0,   1), ENDS( OK,  ABANDONED, NONE,      NONE, ABANDONED, ABANDONED, OK)) \
ROW(ready_event, 3, WAYS_OF( 1,      1,  1,   0), ENDS( OK,  OK,        NONE,      NONE, OK,        OK, OK)) \
ROW(final,       3, WAYS_OF( 1,      1,  1,   0), ENDS( OK,  OK,        OK,        OK,   OK,        OK, OK)) \
ROW(pool,        3, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  OK,        NONE,      NONE, OK,        OK, OK)) \
ROW(sync_pool,   3, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  OK,        OK,        NONE, OK,        OK, OK)) \
ROW(keyed_pool,  3, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  OK,        OK,        NONE, OK,        OK, OK)) \
ROW(reader,      3, WAYS_OF( 1,      1,  1,   0), ENDS( OK,  STAYS,     ENDED,     NONE, STAYS,     STAYS, OK)) \
ROW(peeker,      3, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  STAYS,     ENDED,     NONE, STAYS,     STAYS, GONE)) \
ROW(completer,   3, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  ABANDONED, NONE,      NONE, ABANDONED, ABANDONED, OK)) \
ROW(producer,    1, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  OK,        OK,        OK,   OK,        OK, OK)) \
ROW(changer,     1, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  OK,        OK,        OK,   OK,        OK, OK)) \
ROW(renewed,     1, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  NONE,      NONE,      NONE, NONE,      NONE, NONE)) \
ROW(drainer,     1, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  OK,        OK,        OK,   OK,        OK, OK)) \
ROW(counter,     1, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  NONE,      NONE,      NONE, NONE,      NONE, NONE)) \
ROW(opener,      3, WAYS_OF( 1,      0,  0,   0), ENDS( OK,  NONE,      NONE,      NONE, NONE,      NONE, NONE))
/* clang-format on */

#define WAITERS_MOST 3

/* One who waits, or the other one. */
struct side {
	struct xf_domain *domain;
	void *object; /* handle of the kind */
	void *more; /* what else it takes */
	struct xf_event *event;
	struct xf_frame frame;
	bool first; /* of the waiters */
};

/* What a row's words mean. */
struct kind {
	/* Before the other one: what it finds there; by the first waiter. May be NULL. */
	void (*before)(struct side *waiter);
	/* The other one comes into the position from which it may act. */
	void (*make)(struct side *other);
	/* Another one, after the first is gone: it can TELL. Where something STAYS. */
	void (*take_up)(struct side *other);
	const char *untold[4]; /* the kill points of that, up to the first NULL */
	/* Of LEAVE and DIE it is known. */
	void (*tell)(struct side *other), (*close)(struct side *other);
	void (*give_up)(struct side *other), (*other)(struct side *other);
	void (*open)(struct side *waiter);
	int (*wait)(struct side *waiter, int64_t deadline_ns);
	void (*item)(struct side *waiter, struct xf_wait_item *ret_item);
	int (*fd)(struct side *waiter, int *ret_fd);
	int (*pend)(struct side *waiter, struct xf_queue *queue);
	void (*pass_on)(struct side *waiter); /* to the next waiter. May be NULL */
	void (*shut)(struct side *side); /* either: closes what it has open */
	bool own_members; /* each waiter has a membership of its own */
	bool threads_only; /* only a thread of the same process can do it */
};

#define WAITERS_DECLARE(k, most, ways, ends) extern const struct kind waiters_##k;
WAITERS_KINDS(WAITERS_DECLARE)

/* Ids that the sides of a case tell each other; 0: not yet. */
enum { WAITERS_ID, WAITERS_SECOND, WAITERS_IDS };

static inline void waiters_share(int which, xf_id id)
{
	atomic_store(&proc_board->value[which], id);
}

static inline xf_id waiters_shared(int which)
{
	return atomic_load(&proc_board->value[which]);
}

#endif
