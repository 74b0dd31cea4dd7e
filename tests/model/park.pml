/* SPDX-License-Identifier: MIT */
/*
 * A bucket of src/shm/park.c in which two keys with the same wake-up bit and a stranger with another
 * bit meet: what the parity of `seq` promises.
 *
 *	D sleeps for key 1, B for key 2, perhaps with a deadline; W gives the mutex on with key 1
 *	X wakes for something else in the bucket, with a bit that neither D nor B sleeps with
 *	Y wakes for key 2, which is taken by somebody else before B looks
 *
 * With -DDEATH, instead of X, the member of B, which has nothing to do with D's mutex, may die anywhere, chosen in
 * D's place or not; then it is swept, by one that may die once itself.
 *
 * Checked: at rest, D does not sleep while the mutex is free with its key. Which of several sleepers
 * a single wake-up reaches is left open. `seq` has 32 values.
 *
 * Breaks, each of which must be found: -DSOME_ARE_ALL (a wake-up with certain bits makes `seq` odd,
 * as it once did), -DNO_PASS_ON, -DPASS_ON_ONCE (one failed swap and it gives up), -DLATE_KEEPS (one
 * that was chosen and is past its deadline leaves without passing on); with -DDEATH -DNO_RECOUNT
 * (where it had threads nobody is woken), -DFORGET_FIRST (that it had some is forgotten first),
 * -DNOTE_LATE (B notes that it has one only when it has counted itself and looked), -DNO_EPOCH (D does
 * not count itself again).
 */
byte seq = 0, count = 0;
bool mixed = false, free1 = false;
byte tag = 0, epoch = 0;
bool uncounted = false; /* the bit `swept` */
byte parked = 0; /* threads of B's member */
bool dead = false;
bool sleeps_d, sleeps_b;

inline wake_all_with_bit() {
	atomic { sleeps_d = false; sleeps_b = false }
}

inline wake_one() {
	atomic {
		if
		:: sleeps_d -> sleeps_d = false
		:: sleeps_b -> sleeps_b = false
		:: !sleeps_d && !sleeps_b
		fi
	}
}

#ifdef SOME_ARE_ALL
#define AFTER_SOME(s) (((s + 1) | 1) % 32)
#else
#define AFTER_SOME(s) ((s + 2) % 32)
#endif
#define AFTER_ONE(s) (((s | 1) + 1) % 32)

inline enter(key) {
	atomic {
		if
		:: count == 0 -> tag = key; mixed = false
		:: count > 0 && tag != key -> mixed = true
		:: else
		fi;
		count++;
		e = epoch
	}
}

inline leave() {
	atomic {
		if
		:: e == epoch && count > 0 -> count--
		:: else
		fi
	}
}

inline unpark(key) {
	atomic {
		waits = uncounted || (count > 0 && (mixed || tag == key));
		all = mixed || uncounted
	};
	if
	:: waits && !all -> atomic { seq = AFTER_ONE(seq) }; wake_one()
	:: waits && all -> atomic { seq = AFTER_SOME(seq) }; wake_all_with_bit()
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
				:: s == seq -> seq = (seq + 1) % 32; told = true
				:: else -> s = seq; told = false
				fi
			};
			if
			:: told -> wake_all_with_bit(); break
			:: else
#ifdef PASS_ON_ONCE
				-> break
#endif
			fi
		od
	:: else
	fi
#else
	skip
#endif
}

active proctype D() {
	byte s, e;
	bool woken, told;
	enter(1);
	do
	:: s = seq;
#ifndef NO_EPOCH
		if
		:: e != epoch -> enter(1)
		:: else
		fi;
#endif
		if
		:: free1 -> break
		:: else
		fi;
		atomic {
			if
			:: s == seq -> sleeps_d = true; woken = true
			:: else -> woken = false
			fi
		};
end_d:		!sleeps_d;
		if
		:: woken && !free1 -> pass_on()
		:: woken && free1 -> break
		:: else
		fi
	od;
	leave()
}

active proctype B() {
	byte s, e;
	bool woken, told, late;
	{
#ifndef NOTE_LATE
	parked++;
#endif
	enter(2);
	do
	:: s = seq;
		atomic {
			if
			:: s == seq -> sleeps_b = true; woken = true
			:: else -> woken = false
			fi
		};
end_b:		if
		:: !sleeps_b
		:: atomic { sleeps_b -> sleeps_b = false; woken = false; late = true } /* times out */
		fi;
#ifdef NOTE_LATE
		parked = 1;
#endif
		if
		:: late -> skip
		:: true -> late = true /* its deadline passes while it is on its way */
		:: true
		fi;
		if
#ifdef LATE_KEEPS
		:: woken && !late -> pass_on()
#else
		:: woken -> pass_on()
#endif
		:: else
		fi;
		if
		:: late -> break
		:: else
		fi
	od;
	leave();
	parked--
	} unless {
		dead
	}
}

#ifdef DEATH
active proctype Killer() {
	if
	:: atomic { dead = true; sleeps_b = false }
	:: skip
	fi
}

/* xfi_unpark_recount(), xfi_park_forget(); it starts over once. */
active proctype Sweeper() {
	bool again = true;
	dead;
start:
	if
#ifndef NO_RECOUNT
	:: parked || uncounted ->
#ifdef FORGET_FIRST
		parked = 0;
		if
		:: again -> again = false; goto start
		:: true
		fi;
#endif
		atomic { count = 0; mixed = false; tag = 0; epoch++; uncounted = true };
		if
		:: again -> again = false; goto start
		:: true
		fi;
		atomic { seq = ((seq + 1) | 1) % 32 };
		wake_all_with_bit();
		uncounted = false;
		if
		:: again -> again = false; goto start
		:: true
		fi
#endif
	:: else
	fi;
	parked = 0
}
#endif

active proctype W() {
	bool waits, all;
	free1 = true;
	unpark(1)
}

#ifndef DEATH
active proctype X() {
	atomic { count > 0 && mixed; seq = AFTER_SOME(seq) } /* and a system call that reaches neither */
}
#endif

active proctype Y() {
	bool waits, all;
	unpark(2)
}

active proctype AtRest() {
	timeout;
	assert(!(sleeps_d && free1))
}
