/* SPDX-License-Identifier: MIT */
/*
 * Who waits for a dead member's process to be gone, and gives back what it held: src/shm/reaper.c,
 * sweep.c, member.c. V holds a surface and dies; A and B each have a helper and a reaper's thread.
 * A may leave, or die too, at any step. J joins in whatever slot is free, holds a surface, and may
 * die at each step as well. Once the domain's lock may not be to be had.
 *
 * A helper sleeps until it is told: by an announcement; by its own reaper; by the kernel, of the
 * death of whoever's row carried an id in its column, both when it last looked and now.
 *
 * Checked for every interleaving:
 *	given back only when gone	nobody's process still writes
 *	a living member is not swept	also not one that has the slot of a dead one
 *	nothing is forgotten		at rest, if a helper lives, what gone processes had is back
 *
 * Breaks, each of which must be found: -DNO_WAIT (gives back at the death), -DNO_DUTIES (whoever
 * gets the slot of a reaper is taken for it), -DBELIEVES (goes by what is written about itself),
 * -DLEAVES_SILENTLY (as it once was: one that dies while leaving has cleared its row already, and
 * the kernel tells nobody that there is somebody to be reaped), -DALIVE_FIRST (as it once was: one
 * that joins says that it lives, and afterwards makes the others listen).
 */
#ifndef DEATHS
#define DEATHS 2 /* after V's */
#endif

#define V	0
#define A	1
#define B	2
#define SLOTS	3
#define NOBODY	9
#define FREE	0
#define ALIVE	1
#define DEAD	2
#define PASSAGE 3 /* taken by one who is about to join */

/* Shared. */
byte life[SLOTS] = ALIVE;
byte reaper[SLOTS];		/* slot + 1 of who waits */
bool column[9];			/* [row * 3 + watcher]: carries the id of the row's owner */
bool holds[SLOTS];		/* the slot is among the holders of a surface */
byte lock_owner = NOBODY;

/* Private. */
bool told[SLOTS];		/* helper: what it sleeps on has changed */
bool listens[9];		/* [watcher * 3 + row]: its column is among that */
bool watched[9];		/* [reaper * 3 + slot] */
bool asked[SLOTS];		/* by its reaper: slot `about` is gone */
byte about[SLOTS];
bool stop[SLOTS], stopped[SLOTS];

/* Processes, by slot. */
bool killed[SLOTS], gone[SLOTS], left[SLOTS], joiner_killed;
byte deaths, refusals;

#define dead(m) (life[m] == DEAD)
#ifdef BELIEVES
#define reaps_it(me, m) true
#else
#define reaps_it(me, m) watched[me * 3 + m]
#endif
#define being_reaped(me, m)                                                                        \
	(reaper[m] != 0 && (reaper[m] == me + 1 -> reaps_it(me, m) : life[reaper[m] - 1] == ALIVE))
#define to_sweep(me, m) (m != me && dead(m) && !being_reaped(me, m))
#define any_to_sweep(me) (to_sweep(me, V) || to_sweep(me, A) || to_sweep(me, B))

/* The kernel, when the helper of `m` ends. */
inline end_lifeline(m) {
	d_step {
		if
		:: life[m] == ALIVE -> life[m] = DEAD
		:: else
		fi;
		told[A] = told[A] || (column[m * 3 + A] && listens[A * 3 + m]);
		told[B] = told[B] || (column[m * 3 + B] && listens[B * 3 + m]);
		column[m * 3 + A] = false;
		column[m * 3 + B] = false
	}
}

inline announce() {
	d_step { told[A] = true; told[B] = true }
}

inline expect_news() {
	d_step {
		told[me] = false;
		listens[me * 3 + V] = column[V * 3 + me];
		listens[me * 3 + A] = column[A * 3 + me];
		listens[me * 3 + B] = column[B * 3 + me]
	}
}

inline lock() {
	d_step {
		lock_owner == NOBODY || life[lock_owner] != ALIVE || killed[lock_owner];
		lock_owner = me
	}
}

inline unlock() {
	if
	:: lock_owner == me -> lock_owner = NOBODY
	:: else
	fi
}

/* xfi_sweep_gone() */
inline give_back(m) {
	d_step {
		assert(m == me || dead(m));
		if
		:: holds[m] -> assert(gone[m]); holds[m] = false
		:: else
		fi
	};
#ifndef NO_DUTIES
	x = 0;
	do
	:: x < SLOTS ->
		if
		:: reaper[x] == m + 1 -> reaper[x] = 0
		:: else
		fi;
		x++
	:: else -> break
	od;
#endif
	reaper[m] = 0;
#ifdef LEAVES_SILENTLY
	d_step { column[m * 3 + A] = false; column[m * 3 + B] = false };
#endif
	if
	:: m != me -> d_step { assert(dead(m)); life[m] = FREE }
	:: else
	fi
}

inline sweep_one(m) {
	if
#ifndef NO_WAIT
	:: to_sweep(me, m) && holds[m] -> /* xfi_reap() */
		reaper[m] = me + 1;
		watched[me * 3 + m] = true
	:: to_sweep(me, m) && !holds[m] -> give_back(m); announce()
#else
	:: to_sweep(me, m) -> give_back(m); announce()
#endif
	:: else
	fi
}

/* The call that its reaper made. */
inline finish(m) {
	if
	:: dead(m) && reaper[m] == me + 1 -> give_back(m); announce()
	:: else
	fi
}

proctype Helper(byte me) {
	byte x;
	bool leaves;
	{
		do
		:: expect_news();
			if
			:: any_to_sweep(me) ->
				if
				:: lock(); sweep_one(V); sweep_one(A); sweep_one(B); unlock()
				:: d_step { refusals < 1 -> refusals++; told[me] = true } /* again */
				fi
			:: else
			fi;
			if
			:: asked[me] ->
				if
				:: lock(); finish(about[me]); unlock()
				:: d_step { refusals < 1 -> refusals++ }
				fi;
				asked[me] = false
			:: else
			fi;
			if
			:: leaves -> break
			:: else
			fi;
			if
			:: told[me] || asked[me]
			:: me == A -> leaves = true
			fi
		od;
		stop[me] = true;
		do
		:: asked[me] -> asked[me] = false /* refused: leaving */
		:: stopped[me] -> break
		od;
		lock();
		give_back(me);
		unlock();
#ifndef LEAVES_SILENTLY
		announce();
#endif
		life[me] = FREE;
		left[me] = true;
#ifdef LEAVES_SILENTLY
		announce();
#endif
		false
	} unless {
		killed[me] && !left[me]
	};
	end_lifeline(me);
	gone[me] = true
}

proctype Reaper(byte me) {
	byte m;
	{
		do
		:: atomic { watched[me * 3 + V] && gone[V] && !stop[me] -> m = V };
			about[me] = m;
			asked[me] = true;
			!asked[me];
			watched[me * 3 + m] = false;
			told[me] = true
		:: atomic { watched[me * 3 + A] && gone[A] && !stop[me] -> m = A };
			about[me] = m;
			asked[me] = true;
			!asked[me];
			watched[me * 3 + m] = false;
			told[me] = true
		:: atomic { watched[me * 3 + B] && gone[B] && !stop[me] -> m = B };
			about[me] = m;
			asked[me] = true;
			!asked[me];
			watched[me * 3 + m] = false;
			told[me] = true
		:: stop[me] -> break
		od;
		stopped[me] = true
	} unless {
		killed[me]
	}
}

inline fill_columns() {
	column[me * 3 + A] = true;
	column[me * 3 + B] = true
}

/* V, and then J in its slot or another's. */
proctype Holder() {
	byte me = V;
	end_lifeline(V);
	gone[V] = true;
	me = NOBODY;
	{
		/* B's slot is free only once B is dead, and then it is like A's. */
		if
		:: d_step { life[V] == FREE -> me = V; life[V] = PASSAGE; gone[V] = false }
		:: d_step { life[A] == FREE && (left[A] || gone[A]) -> me = A; life[A] = PASSAGE;
			gone[A] = false }
		fi;
#ifdef ALIVE_FIRST
		life[me] = ALIVE;
		fill_columns();
		announce();
#else
		fill_columns();
		announce();
		life[me] = ALIVE;
#endif
		holds[me] = true;
		false
	} unless {
		joiner_killed
	};
	if
	:: me != NOBODY -> end_lifeline(me); gone[me] = true
	:: else
	fi
}

proctype Killer() {
	if
	:: d_step { deaths < DEATHS && !left[A] -> deaths++; killed[A] = true }
	:: d_step { deaths < DEATHS -> deaths++; killed[B] = true }
	:: true
	fi;
	if
	:: d_step { deaths < DEATHS -> deaths++; joiner_killed = true }
	:: true
	fi
}

#define helps(m)     (!killed[m] && !left[m])
#define forgotten(m) (dead(m) && gone[m])

active proctype AtRest() {
	timeout;
	if
	:: helps(A) || helps(B) -> assert(!forgotten(V) && !forgotten(A) && !forgotten(B))
	:: else
	fi
}

init {
	atomic {
		holds[V] = true;
		column[V * 3 + A] = true;
		column[V * 3 + B] = true;
		column[A * 3 + B] = true;
		column[B * 3 + A] = true;
		run Helper(A);
		run Helper(B);
		run Reaper(A);
		run Reaper(B);
		run Holder();
		run Killer()
	}
}
