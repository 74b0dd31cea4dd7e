/* SPDX-License-Identifier: MIT */
/*
 * What a producer leaves to a reader (src/stream/keep.c): a format's surfaces, here one object that
 * lives while it has openers; frames 1 and 2 of it; a producer that dies at any step; the sweep
 * after it, under the domain's lock; and a reader of every frame, which opens the format with the
 * first frame that it gets, may close and open it again, and leaves at any time.
 *
 * Checked for every interleaving:
 *	no loss		what was published, and the reader wants, it gets
 *	no rest		when all is over nobody is an opener any more
 *
 * Breaks, each of which must be found: -DNO_KEEP, -DNO_LOCK, -DNO_OPEN_ALL, -DNO_SECOND_LOOK,
 * -DSET_LAST.
 */
#define FRAMES 2
#define READER 1
#define PRODUCER 2

byte openers = PRODUCER;
bool gone = false; /* the object */
byte head = 0, cursor = 1;
bool every = true, locked = false, dead = false, swept = false, left = false;

inline leave_object(bit_)
{
	atomic {
		openers = openers & (3 - bit_);
		if
		:: openers == 0 -> gone = true
		:: else
		fi
	}
}

/* A reader's: see keep.c. */
inline take_lock()
{
#ifndef NO_LOCK
	atomic { !locked -> locked = true }
#else
	skip
#endif
}

inline give_lock()
{
#ifndef NO_LOCK
	locked = false
#else
	skip
#endif
}

proctype producer()
{
	do
	:: head < FRAMES -> head++
	:: break
	od;
	dead = true
}

proctype sweep()
{
	bool wants;
	dead;
	atomic { !locked -> locked = true };
	wants = every && cursor <= head;
#ifndef NO_KEEP
	if
	:: wants -> atomic {
		if
		:: !gone -> openers = openers | READER
		:: else
		fi
	}
	:: else
	fi;
#endif
	leave_object(PRODUCER);
	locked = false;
	swept = true
}

proctype reader()
{
	bool open = false;
	do
	:: cursor <= head ->
		if
		:: !open -> atomic {
			assert(!gone); /* it was published */
			openers = openers | READER;
			open = true
		}
		:: else
		fi;
		cursor++
	:: open && cursor > head -> /* it has a frame of another format by now, and more may come */
		take_lock();
		if
		:: cursor > head -> /* still: see close_unwanted() */
			open = false;
			leave_object(READER)
#ifdef NO_SECOND_LOOK
		:: else ->
			open = false;
			leave_object(READER)
#else
		:: else
#endif
		fi;
		give_lock()
	:: break
	od;
#ifdef SET_LAST
	if
	:: open -> open = false; leave_object(READER)
	:: else
	fi;
#endif
#ifndef NO_OPEN_ALL
	atomic {
		if
		:: !gone -> openers = openers | READER; open = true
		:: else
		fi
	};
#endif
#ifdef SET_LAST
	leave_object(READER);
	open = false;
#endif
	every = false;
	take_lock();
	give_lock();
	if
	:: open -> leave_object(READER)
	:: else
	fi;
	left = true
}

init
{
	atomic {
		run producer();
		run sweep();
		run reader()
	};
	swept && left;
	assert(openers == 0)
}
