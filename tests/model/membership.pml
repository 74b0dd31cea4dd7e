/* SPDX-License-Identifier: MIT */
/*
 * Getting a member slot, the domain's lock and leaving (src/shm/lifeline.c, lock.c), with death at
 * every step and thread ids that mean different threads in different PID namespaces. Each atomic
 * operation of the code is one step here.
 *
 * The kernel knows nothing of namespaces when a thread dies: it marks each word of the thread's
 * list, and then the pending one, that carries the thread's id. Members 0 and 1 have the same id in
 * two namespaces; members 0 and 2 share a namespace.
 *
 * Checked for every interleaving:
 *	nobody is declared dead who lives	a word marked is the dying thread's own
 *	no slot for two				a slot is confirmed only while nobody has it
 *	nobody beside another in the lock	unless that one is dead
 *	nothing is lost				at rest each slot can be had or swept, and the lock taken
 *
 * Breaks, each of which must be found: -DONE_DOOR (one for all namespaces), -DLIST_FIRST (the list
 * reaches the row before it is reserved), -DLIST_LATE (only after the slot says alive), -DFREE_FIRST
 * (a leaver frees its slot before its list lets go of it), -DTID_LOCK (the lock by thread id),
 * -DNO_SEQUENCE (reservations look alike), -DNO_WALK (a slot that was swept is taken although the
 * kernel has words of its row still to mark).
 */
#ifndef DEATHS
#define DEATHS 2
#endif
#define MEMBERS 3
#ifndef SLOTS
#define SLOTS 2
#endif
#define NONE	255

#define FREE 0
#define DEAD 9
#define ALIVE(w) ((w) == 1 || (w) == 2)
#define RESERVED(w) ((w) >= 16)
#ifdef NO_SEQUENCE
#define RESERVE(door) (16 + (door) * 16)
#else
#define RESERVE(door) (16 + (door) * 16 + passages[door])
#endif
#define DOOR_OF(w) (((w) - 16) / 16)

byte life[SLOTS];	/* lifelines[m][m], which the kernel marks first */
byte last[SLOTS];	/* the word of the row that it marks last */
byte door[2];		/* a robust word for each namespace */
byte passages[2];	/* counts who came through the door */
byte lock_owner = NONE; /* slot, or with TID_LOCK the thread id */
byte lock_count;

/* Private: what the kernel walks. */
byte list[MEMBERS];
bool pending[MEMBERS];
#ifdef TID_LOCK
bool pending_lock[MEMBERS];
#endif

/* Only for checking. */
byte occupant[SLOTS], writer[SLOTS], door_holder[2], holder = NONE;
bool dead[MEMBERS], done[MEMBERS];
byte deaths;
bool calm; /* nobody dies any more */

#ifdef ONE_DOOR
#define DOOR 0
#else
#define DOOR (me == 1)
#endif
#define TID (me == 2 -> 2 : 1)

inline take_door()
{
	pending[me] = true;
	d_step { /* the swap that succeeds; before it, waiting */
		!ALIVE(door[DOOR]);
		door[DOOR] = TID;
		door_holder[DOOR] = me;
		passages[DOOR]++;
	}
	mine = RESERVE(DOOR);
}

inline let_go_of_door()
{
	d_step { door[DOOR] = FREE; door_holder[DOOR] = NONE; }
	pending[me] = false;
}

#define LEFT_BEHIND(w) (RESERVED(w) && (w) != mine && (DOOR_OF(w) == DOOR || !ALIVE(door[DOOR_OF(w)])))
#ifdef NO_WALK
#define PAST_WALK(m) true
#else
#define PAST_WALK(m) (!ALIVE(last[m]))
#endif

/* A free one, or what one who died in passage left. */
inline try_slot(m)
{
	seen = life[m];
	if
	:: seen == FREE || LEFT_BEHIND(seen) -> may = true
	:: else -> may = false
	fi;
#ifdef LIST_FIRST
	if :: may -> list[me] = m :: else fi;
#endif
	if
	:: may ->
		d_step {
			if
#ifdef LIST_FIRST
			:: life[m] == seen -> life[m] = TID; slot = m; assert(occupant[m] == NONE); occupant[m] = me;
#else
			:: life[m] == seen -> life[m] = mine; slot = m;
#endif
			:: else
			fi;
		}
	:: else
	fi;
#ifdef LIST_FIRST
	if :: slot == NONE -> list[me] = NONE :: else fi;
#else
	if
	:: slot != NONE && !PAST_WALK(slot) ->
		d_step { assert(life[slot] == mine); life[slot] = FREE; slot = NONE; }
	:: else
	fi;
#endif
}

inline join()
{
	take_door();
	try_slot(0);
#if SLOTS > 1
	if :: slot == NONE -> try_slot(1) :: else fi;
#endif
#ifndef LIST_FIRST
	if
	:: slot != NONE ->
#ifndef LIST_LATE
		list[me] = slot;
#endif
		d_step { last[slot] = TID; writer[slot] = me; }
		d_step {
			if
			:: life[slot] == mine ->
				assert(occupant[slot] == NONE);
				life[slot] = TID; occupant[slot] = me;
			:: else -> assert(false) /* a reservation is taken from nobody who lives */
			fi;
		}
#ifdef LIST_LATE
		list[me] = slot;
#endif
	:: else
	fi;
#endif
	let_go_of_door();
}

#ifdef TID_LOCK
inline take_lock()
{
	pending_lock[me] = true;
	d_step { lock_owner == NONE; lock_owner = TID; assert(holder == NONE || dead[holder]); holder = me; }
}
inline let_go_of_lock()
{
	d_step { lock_owner = NONE; if :: holder == me -> holder = NONE :: else fi; }
	pending_lock[me] = false;
}
#else
inline take_lock()
{
	do
	:: d_step { seen = lock_owner; count = lock_count; }
		if
		:: seen != NONE && ALIVE(life[seen]) -> /* sleeps until one of the two words changes */
			lock_owner != seen || lock_count != count || !ALIVE(life[seen])
		:: else ->
			d_step {
				if
				:: lock_owner == seen && lock_count == count ->
					lock_owner = slot; lock_count++; count = NONE;
					assert(holder == NONE || dead[holder]);
					holder = me;
				:: else
				fi;
			}
			if :: count == NONE -> break :: else fi;
		fi
	od
}
inline let_go_of_lock()
{
	d_step { holder = NONE; if :: lock_owner == slot -> lock_owner = NONE :: else fi; }
}
#endif

inline sweep(m)
{
	if
	:: life[m] == DEAD ->
		d_step { assert(occupant[m] == NONE || dead[occupant[m]]); occupant[m] = NONE; }
		life[m] = FREE;
	:: else
	fi;
}

inline leave()
{
	take_door();
#ifdef FREE_FIRST
	d_step { life[slot] = FREE; occupant[slot] = NONE; }
	list[me] = NONE;
#else
	d_step { assert(life[slot] == TID); life[slot] = mine; occupant[slot] = NONE; }
	last[slot] = FREE;
	list[me] = NONE;
	d_step { assert(life[slot] == mine); life[slot] = FREE; }
#endif
	let_go_of_door();
}

proctype Member(byte me)
{
	byte slot = NONE, seen, count, mine;
	bool may;
	{
		join();
		if
		:: slot != NONE ->
			take_lock();
			sweep(0);
#if SLOTS > 1
			sweep(1);
#endif
			let_go_of_lock();
			if
			:: leave()
			:: skip /* stays */
			fi;
		:: else
		fi;
		done[me] = true;
		false; /* lives on, and may be killed */
	} unless {
		dead[me];
	}
	/* The kernel: the list first, then the pending word. */
	if
	:: list[me] != NONE && life[list[me]] == TID ->
		d_step { assert(occupant[list[me]] == me); life[list[me]] = DEAD; }
	:: else
	fi;
	if
	:: list[me] != NONE && last[list[me]] == TID ->
		d_step { assert(writer[list[me]] == me); last[list[me]] = DEAD; }
	:: else
	fi;
	if
	:: pending[me] && door[DOOR] == TID ->
		d_step { assert(door_holder[DOOR] == me); door[DOOR] = DEAD; door_holder[DOOR] = NONE; }
	:: else
	fi;
#ifdef TID_LOCK
	if
	:: pending_lock[me] && lock_owner == TID ->
		d_step { assert(holder == me); lock_owner = NONE; }
	:: else
	fi;
#endif
	done[me] = true;
}

proctype Killer()
{
	byte victim;
	do
	:: deaths < DEATHS ->
		select(victim : 0 .. 2);
		if
		:: !dead[victim] -> d_step { done[victim] = false; dead[victim] = true; deaths++; }
		:: else
		fi
	:: break
	od;
	calm = true;
}

/* At rest nothing may be stuck that only the dead could free. */
proctype Judge()
{
	byte m;
	calm && done[0] && done[1] && done[2];
	for (m : 0 .. SLOTS - 1) {
		assert(life[m] != FREE || !ALIVE(last[m]));
		/* free, to be swept, somebody's who lives, or left by one who died in passage */
		assert(life[m] == FREE || life[m] == DEAD ||
			(ALIVE(life[m]) && occupant[m] != NONE && !dead[occupant[m]]) ||
			(RESERVED(life[m]) && !ALIVE(door[DOOR_OF(life[m])])));
	}
	assert(!ALIVE(door[0]) && !ALIVE(door[1]));
#ifndef TID_LOCK
	assert(lock_owner == NONE || !ALIVE(life[lock_owner]));
#endif
}

init
{
	byte i;
	atomic {
		for (i : 0 .. MEMBERS - 1) { list[i] = NONE; }
		for (i : 0 .. SLOTS - 1) { occupant[i] = NONE; }
		door_holder[0] = NONE;
		door_holder[1] = NONE;
		run Member(0);
		run Member(1);
		run Member(2);
		run Killer();
		run Judge();
	}
}
