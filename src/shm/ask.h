/* SPDX-License-Identifier: MIT */
/*
 * Asking for what somebody has claimed (claim.h): a name's domain, or the memory of an object.
 * Whoever asks makes the socket, for as long as it takes to be answered: it stands in the runtime
 * folder under a name that says what is asked, and whoever has it is woken by its appearance,
 * connects, and hands the descriptor over. So the one who serves keeps nothing in the folder that a
 * kill could leave behind, has no queue that can be filled, and accepts nothing from anybody.
 *
 *	asks                                      serves (answer.c)
 *	listen on .crossfence-new-R
 *	rename to .crossfence-BYTE-FLAGS-R  --->  inotify: IN_MOVED_TO
 *	accept  <-------------------------------  connect, send { struct xfi_answer, descriptor }
 *	unlink                                    unlink
 *
 * Whoever is killed in between leaves its file. One that asked is swept by whoever has what it
 * asked for; what nobody has any more, and the first kind of name, by the next who begins to serve
 * anything in that folder, when no living one would wait any longer.
 */
#ifndef XFI_SHM_ASK_H
#define XFI_SHM_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <crossfence/domain.h>

#include "base/foreign_fd.h"
#include "base/time.h"

#define XFI_QUESTION_PREFIX ".crossfence-"
#define XFI_ANSWER	    0x4f4c4558u /* "XELO" */
#define XFI_ANSWER_VERSION  2
#define XFI_ANSWER_WAIT_NS  XFI_SECOND /* an honest server answers within */

/* With the answer comes a descriptor when something was asked for and result is 0. */
struct xfi_answer {
	uint32_t magic, version;
	int32_t result;
	uint32_t pad;
};

/* What is asked for: a descriptor with XF_OPEN_* flags; or only whether somebody serves. */
#define XFI_ASK_ALIVE 0x80000000u

/* What a file in the runtime folder asks. */
struct xfi_question {
	uint64_t byte; /* of what is asked for, see claim.h */
	uint32_t flags;
};

/* False: the file is no question of ours. */
bool xfi_question_parse(const char *file, struct xfi_question *ret_question);

/*
 * Asks whoever has claimed `byte`; `folder` is an open file without a claim of its own on it.
 * Blocks until there is an answer, up to XFI_ANSWER_WAIT_NS. -ENOENT: nobody has claimed it (any
 * more); -ETIMEDOUT: no answer; -ECANCELED: stop_fd (-1: none) became readable; -EACCES, -EPROTO:
 * the answer came from another user, or is none; or what the other side said. ret_sent may be NULL
 * with XFI_ASK_ALIVE.
 */
int xfi_ask(int folder, uint64_t byte, uint32_t flags, int stop_fd, struct xfi_sent *ret_sent);

#endif
