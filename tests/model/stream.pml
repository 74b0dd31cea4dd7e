/* SPDX-License-Identifier: MIT */
/*
 * A stream (src/stream) of two or three surfaces: a producer that may die at every step, its successor, a
 * reader of every frame and one of the latest, which may die at every step, too. Each atomic
 * operation of the code is one step here. A producer counts as dead at some moment that nobody
 * chooses, and yet runs on until some later one, as the other threads of a dying process do; only
 * after that its bits leave the holders.
 *
 * Checked for every interleaving:
 *	no frame changed	whoever found a frame to be what it wants finds the same content as
 *				long as it holds it
 *	in order, once		what a reader gets only grows
 *	no loss unseen		a reader of every frame gets each that was published (-DOVERRUN: or
 *				one from which it sees that some are missing)
 *
 * Breaks, each of which must be found: -DNO_ALONE_CHECK, -DNO_SECOND_LOOK, -DNO_CURSOR,
 * -DNO_EPOCH, -DBLIND_RETIRE.
 */
#ifndef FRAMES
#define FRAMES 2 /* that the first producer publishes at most */
#endif
#ifndef SECOND
#define SECOND 1 /* and the second one */
#endif
#ifndef SURFACES
#define SURFACES 3
#endif
#define RING	 8
#define EVERY	 4 /* bits of holders; producers have 1 and 2 */
#define LATEST	 8

byte holders[SURFACES], number[SURFACES], content[SURFACES];
byte ring[RING], ring_epoch[RING];
byte head = 0, head_epoch = 1;
byte part = 1; /* whose it is: 1, 2; 0: nobody */
bool every_in = true, latest_in = true;
byte cursor = 1;
bool dying = false, gone = false; /* the first producer */

/* The first one may end at every step. */
inline end_here()
{
	if
	:: me == 1 -> goto stop
	:: skip
	fi
}

proctype producer(byte me)
{
	byte i, n, h, from = 0, published = 0; /* from: see wanted_from(); 0: to be looked at */
	bool ok;

	if
	:: me == 2 -> /* takes the part over, and head with it */
		atomic { dying -> part = 2 };
		head_epoch = 2
	:: else
	fi;
next:
	if
	:: published == (me == 1 -> FRAMES : SECOND) -> goto stop
	:: else
	fi;
	if
	:: from > 0 -> skip /* what was seen some frames ago will do: it only asks for less */
	:: else ->
		from = head;
#if !defined(NO_CURSOR) && !defined(OVERRUN)
		atomic {
			if
			:: every_in && cursor < from -> from = cursor
			:: else
			fi
		}
#endif
	fi;
	i = 0;
	do
	:: i == SURFACES ->
		/* None is free: look again, later. */
		from = 0;
		end_here();
		goto next
	:: else ->
		n = number[i];
		if
		:: n > 0 && n >= from -> i++
		:: else ->
			end_here();
			atomic {
				if
				:: holders[i] == 0 -> holders[i] = me; ok = true
				:: else -> ok = false
				fi
			};
			if
			:: !ok -> i++
			:: else ->
				end_here();
#ifdef BLIND_RETIRE
				number[i] = 0;
#else
				atomic {
					if
					:: number[i] == n -> number[i] = 0
					:: else -> ok = false
					fi
				};
#endif
				end_here();
#ifndef NO_ALONE_CHECK
				if
				:: ok && holders[i] != me -> /* somebody reads it: back */
					number[i] = n;
					ok = false
				:: else
				fi;
				end_here();
#endif
				if
				:: ok -> break
				:: else ->
					atomic { holders[i] = holders[i] & (15 - me) };
					i++
				fi
			fi
		fi
	od;
	/* Ours: write it. */
	content[i] = 0;
	end_here();
	h = head;
	content[i] = (h + 1) * 4 + me;
	end_here();
	if
	:: head_epoch != me -> atomic { holders[i] = holders[i] & (15 - me) }; goto stop
	:: else
	fi;
	number[i] = h + 1;
	end_here();
	atomic {
#ifndef NO_EPOCH
		if
		:: ring_epoch[(h + 1) % RING] > me -> ok = false
		:: else ->
#endif
			ring[(h + 1) % RING] = i;
			ring_epoch[(h + 1) % RING] = me
#ifndef NO_EPOCH
		fi
#endif
	};
	end_here();
	atomic { holders[i] = holders[i] & (15 - me) };
	end_here();
	if
	:: !ok -> goto stop
	:: else
	fi;
	atomic {
#ifdef NO_EPOCH
		head = h + 1; published++
#else
		if
		:: head == h && head_epoch == me -> head = h + 1; published++
		:: else -> goto stop
		fi
#endif
	};
	end_here();
	goto next;
stop:
	if
	:: me == 1 -> atomic { dying = true; gone = true; i = 0;
		do
		:: i == SURFACES -> break
		:: else -> holders[i] = holders[i] & 14; i++
		od }
	:: else
	fi
}

/* The first producer counts as dead from some moment on. */
proctype death()
{
	dying = true
}

proctype reader(byte me)
{
	byte h, n, i, last = 0, seen, sequence;
	bool lost;
	do
	:: atomic {
		/* Dies, or unsubscribes: its bits leave the sets, then the holders. */
		if
		:: me == EVERY -> every_in = false
		:: else -> latest_in = false
		fi
	};
		break
	:: head > last ->
		h = head;
		if
		:: me == EVERY -> n = cursor
		:: else -> n = h
		fi;
		lost = false;
		i = ring[n % RING];
		if
		:: number[i] != n -> lost = true
		:: else ->
			atomic { holders[i] = holders[i] | me };
#ifndef NO_SECOND_LOOK
			if
			:: number[i] != n -> lost = true; atomic { holders[i] = holders[i] & (15 - me) }
			:: else
			fi
#endif
		fi;
		if
		:: lost && me == EVERY ->
#ifndef OVERRUN
			assert(false); /* was published, and nobody took it back */
#endif
			cursor = n + 1;
			last = n /* what it gets next tells: n is missing */
		:: lost && me == LATEST -> skip
		:: else ->
			seen = content[i];
			assert(seen / 4 == n);
			assert(n > last);
			last = n;
			if
			:: me == EVERY -> cursor = n + 1
			:: else
			fi;
			assert(content[i] == seen);
			atomic { holders[i] = holders[i] & (15 - me) }
		fi
	od;
	i = 0;
	do
	:: i == SURFACES -> break
	:: else -> atomic { holders[i] = holders[i] & (15 - me) }; i++
	od
}

init
{
	atomic {
		run producer(1);
		run producer(2);
		run death();
		run reader(EVERY);
		run reader(LATEST)
	}
}
