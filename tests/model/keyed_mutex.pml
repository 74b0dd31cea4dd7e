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
 * Two keys share a bucket and, unless -DOWN_BITS, a wake-up bit. Which of several sleepers a single
 * wake-up reaches is left open, which is more than the kernel allows itself. A stranger wakes for
 * something else in the bucket, with other bits or with all. Member LATE has deadlines, which may
 * pass at any moment. With -DCLOSES an owner may close its handle instead of releasing. A sweeper may
 * die at each step, or be stopped for good: then whoever lives still hands on to whoever lives. One
 * that dies and had a thread in the bucket may have nothing to do with the mutex. The word's sequence
 * has only SEQUENCE values, so that it wraps.
 *
 * Breaks, each of which must be found: -DNO_SECOND_TRY, -DNO_EPOCH_CHECK, -DNO_PASS_ON, -DNO_KEY_CHECK,
 * -DNO_TELL (what a dead member changed is not told of), -DTOLD_FIRST (an abandoned mutex is marked as
 * told of before it is), -DSOME_ARE_ALL (as it once was: a wake-up of all with certain bits
 * makes `seq` odd), -DPASS_ON_ONCE (one failed swap and it gives up), -DLATE_KEEPS (one that was chosen
 * and is past its deadline leaves without passing on), -DNO_SWEPT (between setting the count back and
 * waking nobody sees that there are sleepers). Who was chosen for something else and died is park.pml's.
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
#ifndef FOREIGN
#define FOREIGN 0 /* how often the stranger wakes */
#endif
#ifndef STOPS
#define STOPS 0 /* of sweepers */
#endif
#ifndef LATE
#define LATE NONE
#endif
#ifndef SEQUENCE
#define SEQUENCE 2
#endif
#define NONE	  9
#define BYSTANDER 8

#define FREE	  0
#define HELD	  1
#define ABANDONED 2
#define UNTOLD	  3 /* abandoned, and those who sleep have not been woken yet */

#define TAKEN 1
#define AGAIN 2
#define GONE  3
#define LOOK  4
#define PAST  5

/* The word, in three parts that change together; the key beside it. */
byte state = FREE, owner = NONE, sequence = 0;
byte key = 0;

/* The bucket: two words, seq and (count, mixed, swept, epoch, tag). */
byte seq = 0, count = 0, epoch = 0, tag = 0;
bool mixed = false, uncounted = false; /* the bit `swept` */

/* What `seq` becomes: odd says that whoever was passed over has been woken. */
#define AFTER_ONE(s) ((s | 1) + 1)
#define AFTER_ALL(s) ((s + 1) | 1)
#ifdef SOME_ARE_ALL
#define AFTER_SOME(s) AFTER_ALL(s)
#else
#define AFTER_SOME(s) (s + 2)
#endif

byte parked[MEMBERS]; /* threads of the member in the bucket; who dies leaves it as it is */
bool stopped = false; /* a sweeper, for good */
bool bystander_died = false; /* it had a thread here, for something else; see Killer */
bool asleep[MEMBERS], dead[MEMBERS], swept[MEMBERS];
byte wants[MEMBERS]; /* the key a sleeper sleeps for */

/* Only for checking. */
byte inside = NONE;
bool final = false;

#ifdef OWN_BITS
#define meets(i, k) (asleep[i] && wants[i] == k)
#else
#define meets(i, k) (asleep[i])
#endif

inline wake_everybody(j) {
	atomic {
		j = 0;
		do
		:: j < MEMBERS -> asleep[j] = false; j++
		:: else -> break
		od;
		j = 0
	}
}

inline wake_all(k, j) {
	atomic {
		j = 0;
		do
		:: j < MEMBERS ->
			if
			:: meets(j, k) -> asleep[j] = false
			:: else
			fi;
			j++
		:: else -> break
		od;
		j = 0
	}
}

inline wake_one(k) {
	if
	:: atomic { meets(0, k) -> asleep[0] = false }
	:: atomic { meets(1, k) -> asleep[1] = false }
#if MEMBERS > 2
	:: atomic { meets(2, k) -> asleep[2] = false }
	:: !meets(0, k) && !meets(1, k) && !meets(2, k)
#else
	:: !meets(0, k) && !meets(1, k)
#endif
	fi
}

/* xfi_unpark(); how: 1 for one of them, 2 for all */
inline unpark(k, how) {
	atomic {
		if
		:: count == 0 && !uncounted -> m = 0 /* nobody */
		:: (count > 0 || uncounted) && (mixed || uncounted) -> m = 2
		:: count > 0 && !mixed && !uncounted && tag == k -> m = how
		:: count > 0 && !mixed && !uncounted && tag != k -> m = 0 /* strangers only */
		fi
	};
	if
	:: m == 1 -> atomic { seq = AFTER_ONE(seq); m = 0 }; wake_one(k)
	:: m == 2 -> atomic { seq = AFTER_SOME(seq); m = 0 }; wake_all(k, j)
	:: else
	fi
}

/* xfi_unpark_everywhere() with the mutex' bit, which all sleep with who sleep for it */
inline unpark_mutex() {
	if
	:: count > 0 || uncounted -> atomic { seq = AFTER_SOME(seq) }; wake_everybody(j)
	:: else
	fi
}

/* told() */
inline mark_told() {
	if
	:: state == UNTOLD -> state = ABANDONED; sequence = (sequence + 1) % SEQUENCE
	:: else
	fi
}

inline pass_on() {
#ifndef NO_PASS_ON
	s = seq;
	if
	:: mixed ->
		do
		:: s % 2 == 1 -> break
		:: else ->
			atomic {
				if
				:: s == seq -> seq = seq + 1; m = 1
				:: else -> s = seq; m = 0
				fi
			};
			if
			:: m == 1 -> m = 0; wake_everybody(j); break
			:: else
#ifdef PASS_ON_ONCE
				-> break
#endif
			fi
		od
	:: else
	fi;
	s = 0
#else
	skip
#endif
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
		:: ws >= ABANDONED -> r = GONE
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
		:: r == LOOK -> give_back(); unpark(kk, 1); r = AGAIN
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

inline abandon(i) {
	if
	:: state == HELD && owner == i ->
		assert(!final);
		final = true;
		state = UNTOLD;
		owner = NONE;
		sequence = (sequence + 1) % SEQUENCE
	:: else
	fi
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
	parked[id]++;
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
		if
		:: !asleep[id]
		:: atomic { id == LATE && asleep[id] -> asleep[id] = false; woken = false; late = true }
		fi;
#ifdef NO_EPOCH_CHECK
		/* As it was once: looked at only after the sleep. */
		atomic {
			if
			:: e != epoch -> enter(k)
			:: else
			fi
		};
#endif
		if
		:: late -> r = PAST; break
		:: id == LATE -> late = true /* while it is on its way */
		:: !late
		fi;
		if
		:: woken ->
			try(k, r);
#ifdef LATE_KEEPS
			if
			:: late
			:: else -> pass_on()
			fi;
#else
			pass_on();
#endif
			if
			:: r != AGAIN -> break
			:: else
			fi
		:: else
		fi;
		if
		:: late -> try(k, r);
			if
			:: r == AGAIN -> r = PAST
			:: else
			fi;
			break
		:: else
		fi
	od;
	atomic {
		if
		:: e == epoch && count > 0 -> count--
		:: else
		fi;
		e = 0; s = 0; woken = false; late = false; wants[id] = 0
	};
	parked[id]--
}

proctype Member(byte id) {
	byte r, k, kk, ws, wo, wq, s, e, j, m, rounds;
	bool woken, late;
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
		:: r == TAKEN ->
			atomic {
				assert(key == k);
				if
				:: k = 0
				:: k = 1
				fi;
				key = k
			};
			give_back(); /* the release */
			unpark(k, 1)
#ifdef CLOSES
		:: r == TAKEN -> /* xf_keyed_mutex_close() */
			atomic { assert(inside == id); inside = NONE; abandon(id) };
			unpark_mutex();
			atomic { mark_told() };
			break
#endif
		:: else
		fi
		:: else -> break
		od
	} unless {
		dead[id]
	}
}

/* An event's or a timeline's waker: neither of our keys, which it could only tell by the tag. */
active proctype Foreign() {
	byte j, m, n;
	do
	:: n < FOREIGN ->
		n++;
		if
		:: count > 0 || uncounted ->
			if
			:: mixed || uncounted ->
				if
				:: atomic { seq = AFTER_SOME(seq) } /* and nobody has its bits */
				:: atomic { seq = AFTER_ALL(seq) }; wake_everybody(j)
				fi
			:: else
			fi
		:: true
		fi
	:: else -> break
	od
}

/* xfi_sweep(), by whoever lives; it may die at each step and be replaced by one who starts over. */
#define may_die                                                                                    \
	if                                                                                         \
	:: true                                                                                    \
	:: deaths < SWEEPER_DEATHS -> deaths++; i = 0; k = 0; m = 0; goto again                    \
	:: !stopped && STOPS -> stopped = true; goto rests                                         \
	fi

#define had_threads(i) (i == BYSTANDER || parked[i] > 0)

inline forget(i) {
	if
	:: i != BYSTANDER -> parked[i] = 0
	:: else
	fi
}

active proctype Sweeper() {
	byte i, j, k, m, deaths;
again:
	do
	:: dead[0] && !swept[0] -> i = 0; break
	:: dead[1] && !swept[1] -> i = 1; break
	:: bystander_died -> i = BYSTANDER; break
#if MEMBERS > 2
	:: dead[2] && !swept[2] -> i = 2; break
#endif
	od;
	atomic { abandon(i); may_die };
	if
	:: had_threads(i) || uncounted ->
		atomic {
			count = 0;
			mixed = false;
			tag = NONE;
			epoch++;
#ifndef NO_SWEPT
			uncounted = true;
#endif
			may_die
		};
		atomic { seq = AFTER_ALL(seq); may_die };
		wake_everybody(j);
		atomic { uncounted = false; may_die }
	:: else
	fi;
	/* Only a member that had the mutex open may have changed it. */
#ifndef NO_TELL
	if
	:: i != BYSTANDER ->
		m = state;
		k = key;
		if
		:: m == FREE -> unpark(k, 2)
		:: m == UNTOLD ->
#ifdef TOLD_FIRST
			atomic { mark_told(); may_die };
#endif
			unpark_mutex();
			atomic { mark_told(); may_die }
		:: else
		fi;
		m = 0;
		k = 0
	:: else
	fi;
#endif
	atomic { forget(i); may_die };
	atomic {
		if
		:: i == BYSTANDER -> bystander_died = false
		:: else -> swept[i] = true
		fi;
		i = 0
	};
	goto again;
rests:
	false
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

/* With a sweeper stopped nobody hears of a death, and what a dead member was chosen for is lost. */
#define gone_unheard (dead[0] || dead[1])
#define may_take(i)  (state == FREE && key == wants[i] && !(stopped && gone_unheard))
#define stuck(i)     (asleep[i] && ((state >= ABANDONED && !stopped) || may_take(i)))

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
