/* SPDX-License-Identifier: MIT */
/*
 * The keyed mutex (src/sync/keyed_mutex.c), parking (src/shm/park.c) and the sweep
 * (src/shm/sweep.c), with death at every step. Each atomic operation of the code is one step here;
 * what lies between two of them, another process or a death may come in.
 *
 * Checked for every interleaving:
 *	no two owners		an acquire succeeds only when nobody is inside, dead or alive
 *	the right key		whoever has acquired finds the key it asked for
 *	abandoned is final	no step changes the word after it
 *	no lost wake-up		when everything has come to rest, nobody sleeps who could go on
 *
 * Two keys share a bucket. Which of several sleepers a single wake-up reaches is left open, which
 * is more than the kernel allows itself. The sequence has only SEQUENCE values, so that it wraps.
 *
 * Breaks, each of which must be found: -DNO_SECOND_TRY, -DNO_EPOCH_CHECK, -DNO_UNFINISHED,
 * -DNO_PASS_ON, -DNO_SWEEP_WAKE, -DNO_KEY_CHECK.
 */
#ifndef MEMBERS
#define MEMBERS 2
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#ifndef SWEEPER_DEATHS
#define SWEEPER_DEATHS 1
#endif
#ifndef SEQUENCE
#define SEQUENCE 2
#endif
#define NONE	  9
#define BYSTANDER 8

#define FREE	  0
#define HELD	  1
#define ABANDONED 2

#define TAKEN 1
#define AGAIN 2
#define GONE  3
#define LOOK  4

/* The word, in three parts that change together; the key beside it. */
byte state = FREE, owner = NONE, sequence = 0;
byte key = 0;

/* The bucket: two words, seq and (count, mixed, epoch, tag). */
byte seq = 0, count = 0, epoch = 0, tag = 0;
bool mixed = false;

bool unfinished = false;
bool bystander_died = false; /* a member that had nothing to do with the mutex; see Killer */
bool asleep[MEMBERS], dead[MEMBERS], swept[MEMBERS];
byte wants[MEMBERS]; /* the key a sleeper sleeps for */

/* Only for checking. */
byte inside = NONE;
bool final = false;

inline wake_all(j) {
	atomic {
		j = 0;
		do
		:: j < MEMBERS -> asleep[j] = false; j++
		:: else -> break
		od;
		j = 0
	}
}

inline wake_one() {
	if
	:: asleep[0] -> asleep[0] = false
	:: asleep[1] -> asleep[1] = false
#if MEMBERS > 2
	:: asleep[2] -> asleep[2] = false
	:: !asleep[0] && !asleep[1] && !asleep[2]
#else
	:: !asleep[0] && !asleep[1]
#endif
	fi
}

/* xfi_unpark() */
inline unpark(k) {
	atomic {
		if
		:: count == 0 || (!mixed && tag != k) -> m = 0 /* nobody, or strangers */
		:: count > 0 && !mixed && tag == k -> m = 1
		:: count > 0 && mixed -> m = 2
		fi
	};
	if
	:: m == 1 -> atomic { seq = (seq | 1) + 1; m = 0 }; wake_one()
	:: m == 2 -> atomic { seq = (seq + 1) | 1; m = 0 }; wake_all(j)
	:: else
	fi
}

#define word_as_read (ws == state && wo == owner && wq == sequence)

/* try_acquire(): the word, the key, the swap, the key again. */
inline try(k, r) {
	r = 0;
	do
	:: atomic {
		r == 0 ->
		ws = state; wo = owner; wq = sequence;
		if
		:: ws == ABANDONED -> r = GONE
		:: ws == HELD -> r = AGAIN
		:: else
		fi
	};
	if
	:: atomic { r == 0 && key == k };
		atomic { /* the swap */
			if
			:: word_as_read ->
				assert(!final);
				assert(inside == NONE);
				inside = id;
				state = HELD;
				owner = id;
				sequence = (sequence + 1) % SEQUENCE;
				r = TAKEN
			:: else
			fi
		};
#ifndef NO_KEY_CHECK
		atomic {
			if
			:: r == TAKEN && key != k -> kk = key; r = LOOK
			:: else
			fi
		};
		if
		:: r == LOOK -> give_back(); unpark(kk); r = AGAIN
		:: else
		fi
#endif
	:: atomic { r == 0 && key != k };
		atomic {
			if
			:: word_as_read -> r = AGAIN
			:: else
			fi
		}
	:: else
	fi
	:: else -> break
	od;
	atomic { ws = 0; wo = 0; wq = 0; kk = 0 }
}

inline give_back() {
	atomic {
		assert(!final && state == HELD && owner == id);
		inside = NONE;
		state = FREE;
		owner = NONE;
		sequence = (sequence + 1) % SEQUENCE
	}
}

inline enter(k) {
	if
	:: count == 0 -> mixed = false; tag = k
	:: count > 0 && tag != k -> mixed = true
	:: else
	fi;
	count++;
	e = epoch
}

/* park_in() */
inline park(k, r) {
	atomic { enter(k) };
	do
	:: true ->
		s = seq;
#ifndef NO_EPOCH_CHECK
		atomic {
			if
			:: e != epoch -> enter(k)
			:: else
			fi
		};
#endif
#ifndef NO_SECOND_TRY
		try(k, r);
		if
		:: r != AGAIN -> break
		:: else
		fi;
#endif
		atomic { /* FUTEX_WAIT */
			if
			:: s == seq -> asleep[id] = true; wants[id] = k; woken = true
			:: else -> woken = false
			fi;
			s = 0
		};
#ifdef NO_EPOCH_CHECK
		/* As it was once: looked at only after the sleep. */
		atomic {
			!asleep[id];
			if
			:: e != epoch -> enter(k)
			:: else
			fi
		};
#else
		!asleep[id];
#endif
		if
		:: woken ->
			try(k, r);
			if
			:: r != AGAIN -> break
			:: else
			fi;
#ifndef NO_PASS_ON
			s = seq;
			atomic {
				if
				:: mixed && s % 2 == 0 -> m = 1
				:: else -> m = 0; s = 0
				fi
			};
			if
			:: m == 1 ->
				atomic {
					if
					:: s == seq -> seq = seq + 1
					:: else -> m = 0
					fi;
					s = 0
				};
				if
				:: m == 1 -> m = 0; wake_all(j)
				:: else
				fi
			:: else
			fi
#endif
		:: else
		fi
	od;
	atomic {
		if
		:: e == epoch && count > 0 -> count--
		:: else
		fi;
		e = 0; s = 0; woken = false; wants[id] = 0
	}
}

proctype Member(byte id) {
	byte r, k, kk, ws, wo, wq, s, e, j, m, rounds;
	bool woken;
	{
		do
		:: atomic {
			rounds < ROUNDS ->
			rounds++;
			if
			:: k = 0
			:: k = 1
			fi
		};
		try(k, r);
		if
		:: r == AGAIN -> park(k, r)
		:: else
		fi;
		if
		:: r == GONE -> break
		:: else
		fi;
		atomic {
			assert(key == k);
			if
			:: k = 0
			:: k = 1
			fi;
			key = k
		};
		give_back(); /* the release */
		unpark(k)
		:: else -> break
		od
	} unless {
		dead[id]
	}
}

/* xfi_sweep(), by whoever lives; it may die at each step and be replaced by one who starts over. */
#define may_die                                                                                    \
	if                                                                                         \
	:: true                                                                                    \
	:: deaths < SWEEPER_DEATHS -> deaths++; i = 0; thorough = false; goto again                \
	fi

active proctype Sweeper() {
	byte i, j, deaths;
	bool thorough;
again:
	do
	:: dead[0] && !swept[0] -> i = 0; break
	:: dead[1] && !swept[1] -> i = 1; break
	:: bystander_died -> i = BYSTANDER; break
#if MEMBERS > 2
	:: dead[2] && !swept[2] -> i = 2; break
#endif
	od;
	atomic {
		thorough = unfinished;
#ifdef NO_UNFINISHED
		thorough = false;
#endif
		unfinished = true;
		may_die
	};
	atomic {
		if
		:: state == HELD && owner == i ->
			assert(!final);
			final = true;
			state = ABANDONED;
			owner = NONE;
			sequence = (sequence + 1) % SEQUENCE
		:: else
		fi;
		may_die
	};
#ifndef NO_SWEEP_WAKE
	if
	:: count > 0 || thorough ->
		atomic { count = 0; mixed = false; tag = 0; epoch++; may_die };
		atomic { seq = (seq + 1) | 1; may_die };
		wake_all(j)
	:: else
	fi;
#endif
	atomic { unfinished = false; may_die };
	atomic {
		if
		:: i == BYSTANDER -> bystander_died = false
		:: else -> swept[i] = true
		fi;
		i = 0;
		thorough = false
	};
	goto again
}

/* The kernel: ends members, asleep or not; or one that only makes others sweep. */
active proctype Killer() {
	byte n;
	do
	:: atomic { n < DEATHS -> n++; dead[0] = true; asleep[0] = false }
	:: atomic { n < DEATHS -> n++; dead[1] = true; asleep[1] = false }
#if MEMBERS > 2
	:: atomic { n < DEATHS -> n++; dead[2] = true; asleep[2] = false }
#endif
	:: atomic { n < DEATHS -> n++; bystander_died = true }
	:: break
	od
}

#define stuck(i) (asleep[i] && (state == ABANDONED || (state == FREE && key == wants[i])))

active proctype AtRest() {
	timeout;
	assert(!stuck(0));
	assert(!stuck(1));
#if MEMBERS > 2
	assert(!stuck(2));
#endif
}

init {
	atomic {
		run Member(0);
		run Member(1);
#if MEMBERS > 2
		run Member(2)
#endif
	}
}
