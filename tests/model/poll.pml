/* SPDX-License-Identifier: MIT */
/*
 * A descriptor of an auto-reset event and how it becomes readable: src/shm/poll.c and uring.c, and
 * the poster's side in bell.c. With -DTHREAD a thread of the process looks instead of a ring.
 *
 *	App	polls the descriptor, takes the event if it is set, arms the descriptor again
 *	Setter	sets the event; if it is watched, changes the member's word and wakes; two of
 *		these, one of which may die at each step: then App's helper looks
 *	Taker	another one that takes the event
 *	Foreign	posts for another object with the same bit
 *
 * A ring's wait is asked for with the value that the word should have. Woken, it writes the eventfd
 * at once and leaves a note that there is work to do; the work, which the next call does, writes it
 * again and leaves a completion. Another value: completed within the call.
 *
 * Checked: at rest App does not wait for a descriptor that is not readable while the event is set.
 *
 * Breaks, each of which must be found: -DNO_COMPLETION (a wait that was woken leaves none, as it
 * once was), -DNO_ASLEEP_CHECK, -DNO_LOOK (arming does not look at the event), -DLOOK_FIRST (it
 * looks, and arms then), -DNO_HELPER (nobody looks after a death); with -DTHREAD -DSEEN_LAST (the
 * thread reads the word after it has looked).
 */
#define TRIES 2

bool set, watched;
byte post;
bool readable; /* the eventfd */

/* The ring, kernel's side and App's. */
#define NOTHING 0
#define ASLEEP	1
#define WOKEN	2 /* there is work to do */
byte ring = NOTHING;
bool old_work; /* of a wait before the last */
bool completed; /* the last wait */
bool changed; /* and it had another value */

bool armed, entry_lock, looker_asleep;
bool died;

inline wake() {
	d_step {
		if
		:: ring == ASLEEP -> ring = WOKEN; readable = true
		:: else
		fi;
		looker_asleep = false
	}
}

/* xfi_ring_watchers() */
inline tell() {
	if
	:: watched -> post++; wake()
	:: else
	fi
}

active proctype Setter() {
	{
		set = true;
		tell()
	} unless {
		died
	}
}

active proctype Mortal() {
	if
	:: true
	:: died = true
	fi
}

active proctype Other_setter() {
	set = true;
	tell()
}

active proctype Taker() {
	if
	:: d_step { set -> set = false }
	:: true
	fi
}

active proctype Foreign() {
	post++;
	wake()
}

inline lock_entry() {
	d_step { !entry_lock; entry_lock = true }
}

/* look(), and what its callers do when it says so. */
inline look() {
	watched = true;
	if
	:: set ->
		armed = false;
#ifdef THREAD
		watched = false;
#endif
		readable = true
	:: else
	fi
}

active proctype Helper() {
#ifndef NO_HELPER
	died;
	lock_entry();
	look();
	entry_lock = false
#else
	skip
#endif
}

#ifdef THREAD
active proctype Looker() {
	byte seen;
	do
	::
#ifndef SEEN_LAST
		seen = post;
#endif
		lock_entry();
		if
		:: armed -> look()
		:: else
		fi;
		entry_lock = false;
#ifdef SEEN_LAST
		seen = post;
#endif
		d_step {
			if
			:: seen == post -> looker_asleep = true
			:: else
			fi;
			seen = 0
		};
		!looker_asleep
	od
}

inline arm() {
	readable = false;
	armed = true;
	look()
}
#else
/* xfi_uring_asleep(): no work to do, no completion. */
#define seems_asleep (waits && ring != WOKEN && !completed && !old_work)
#ifdef NO_ASLEEP_CHECK
#define is_asleep true
#else
#define is_asleep seems_asleep
#endif

/* xfi_uring_sleep() */
inline sleep() {
	if
	:: seems_asleep -> refused = false
	:: else ->
		d_step { /* submits */
			old_work = old_work || (ring == WOKEN);
			completed = false;
			if
			:: post == seen -> ring = ASLEEP; changed = false
			:: else -> ring = NOTHING; completed = true; changed = true; readable = true
			fi
		};
		d_step { /* does the work that there is */
			if
			:: old_work -> old_work = false; readable = true
			:: else
			fi;
			if
			:: ring == WOKEN ->
				ring = NOTHING;
				readable = true
#ifndef NO_COMPLETION
				;
				completed = true
#endif
			:: else
			fi
		};
		d_step { /* reaps */
			waits = !completed;
			refused = completed && changed;
			completed = false;
			changed = false
		}
	fi
}

inline arm() {
	tries = 0;
#ifdef LOOK_FIRST
	look();
#endif
	do
	:: tries < TRIES ->
		tries++;
		seen = post;
		watched = true;
		sleep();
		readable = false;
		if
		:: !refused && is_asleep -> break
		:: else
		fi
	:: else -> readable = true; break
	od;
#if !defined(NO_LOOK) && !defined(LOOK_FIRST)
	look();
#endif
	atomic { tries = 0; seen = 0; refused = false }
}
#endif

active proctype App() {
	byte seen, tries;
	bool waits, refused;
	do
	:: lock_entry();
		arm();
		entry_lock = false;
waits_here:	readable;
		d_step {
			if
			:: set -> set = false
			:: else
			fi
		}
	od
}

active proctype AtRest() {
	timeout;
	assert(!(App@waits_here && set && !readable))
}
