/* SPDX-License-Identifier: MIT */
/*
 * The flush word of src/host/out.c on a machine with store buffers: an item's mark is a plain store,
 * which stays in its thread's buffer until it drains, at any time; a read-modify-write drains it.
 *
 * Checked for every interleaving: when everybody has returned, nothing accepted is left behind.
 *
 * Breaks, each of which must be found: -DLOOK_FIRST (a producer that reads "again" changes nothing),
 * -DLEAVE_BLINDLY (the flusher leaves whatever was said meanwhile).
 */
#define PRODUCERS 3
#define EACH	  1
#define ITEMS	  3

#define IDLE  0
#define BUSY  1
#define AGAIN 2

byte flush = IDLE, tail, head, running = PRODUCERS;
bool ready[ITEMS];

#define DRAIN                                                                                      \
	if                                                                                         \
	:: buffered -> ready[at] = true; buffered = false                                          \
	:: else                                                                                    \
	fi

proctype producer()
{
	byte left = EACH, at, was;
	bool buffered = false;
	do
	:: left > 0 ->
		left--;
		atomic { DRAIN; at = tail; tail++ } /* fetch-and-add */
		buffered = true; /* the mark */
#ifdef LOOK_FIRST
look:
		if
		:: atomic { buffered -> DRAIN }; goto look
		:: was = flush
		fi;
		if
		:: was == AGAIN -> goto next
		:: else
		fi;
#endif
		atomic { /* compare-and-swap */
			DRAIN;
			was = flush;
			if
			:: was == IDLE -> flush = BUSY
			:: else
			fi
		};
		if
		:: was == IDLE -> goto flusher
		:: else
		fi;
		atomic { was = flush; flush = AGAIN }; /* exchange */
		if
		:: was == IDLE -> goto flusher
		:: else -> goto next
		fi;
flusher:
		do
		:: atomic { head < ITEMS && ready[head] -> head++ }
		:: atomic { head == ITEMS || !ready[head] -> skip };
			atomic { /* cease_to_flush() */
				was = flush;
				if
#ifdef LEAVE_BLINDLY
				:: flush = IDLE; was = BUSY
#else
				:: flush == BUSY -> flush = IDLE
				:: else
#endif
				fi
			};
			if
			:: was == BUSY -> break
			:: else -> flush = BUSY /* exchange; the buffer is empty */
			fi
		od;
next:
		skip
	:: else -> break
	od;
	atomic { DRAIN; running-- }
}

init
{
	atomic {
		byte i;
		for (i : 1 .. PRODUCERS) {
			run producer()
		}
	}
	running == 0;
	assert(flush == IDLE && head == tail)
}
