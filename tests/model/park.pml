/* SPDX-License-Identifier: MIT */
/*
 * A bucket of src/shm/park.c in which two keys with the same wake-up bit and a stranger with another
 * bit meet: what the parity of `seq` promises.
 *
 *	D sleeps for key 1, B for key 2, perhaps with a deadline; W gives the mutex on with key 1
 *	X wakes for something else in the bucket, with a bit that neither D nor B sleeps with
 *	Y wakes for key 2, which is taken by somebody else before B looks
 *
 * Checked: at rest, D does not sleep while the mutex is free with its key. Which of several sleepers
 * a single wake-up reaches is left open. `seq` has eight values.
 *
 * Breaks, each of which must be found: -DSOME_ARE_ALL (a wake-up with certain bits makes `seq` odd,
 * as it once did), -DNO_PASS_ON, -DPASS_ON_ONCE (one failed swap and it gives up), -DLATE_KEEPS (one
 * that was chosen and is past its deadline leaves without passing on).
 */
byte seq = 0, count = 0;
bool mixed = false, free1 = false;
byte tag = 0;
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
#define AFTER_SOME(s) (((s + 1) | 1) % 8)
#else
#define AFTER_SOME(s) ((s + 2) % 8)
#endif
#define AFTER_ONE(s) (((s | 1) + 1) % 8)

inline enter(key) {
	atomic {
		if
		:: count == 0 -> tag = key; mixed = false
		:: count > 0 && tag != key -> mixed = true
		:: else
		fi;
		count++
	}
}

inline leave() {
	atomic { count-- }
}

inline unpark(key) {
	atomic {
		waits = count > 0 && (mixed || tag == key);
		all = mixed
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
				:: s == seq -> seq = (seq + 1) % 8; told = true
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
	byte s;
	bool woken, told;
	enter(1);
	do
	:: s = seq;
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
	byte s;
	bool woken, told, late;
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
	leave()
}

active proctype W() {
	bool waits, all;
	free1 = true;
	unpark(1)
}

active proctype X() {
	atomic { count > 0 && mixed; seq = AFTER_SOME(seq) } /* and a system call that reaches neither */
}

active proctype Y() {
	bool waits, all;
	unpark(2)
}

active proctype AtRest() {
	timeout;
	assert(!(sleeps_d && free1))
}
