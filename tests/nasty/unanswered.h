/* SPDX-License-Identifier: MIT */
/* A file of a file system in user space (FUSE), made without any help of libraries. */
#ifndef TESTS_NASTY_UNANSWERED_H
#define TESTS_NASTY_UNANSWERED_H

/*
 * An open file whose server has stopped answering: whoever asks it for anything, or closes the
 * file, waits until it ends, which it does soon after this process. -1: not to be had here.
 */
int nasty_unanswered(void);
/* Ends the server of this process' last one, if there is one: a kernel may wait for it at exit. */
void nasty_unanswered_end(void);

#endif
