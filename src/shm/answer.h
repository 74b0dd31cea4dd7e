/* SPDX-License-Identifier: MIT */
/* Answering what others ask for in the runtime folder; see ask.h. */
#ifndef XFI_SHM_ANSWER_H
#define XFI_SHM_ANSWER_H

#include "shm/ask.h"

struct xfi_answerer {
	int folder; /* borrowed: the runtime folder */
	int watch; /* borrowed: xfi_answer_watch() of it */
	/* Whether the question is for us. */
	bool (*is_ours)(void *arg, const struct xfi_question *question);
	/* The answer: 0, with a descriptor (ours to close) or none, or negative. May not block. */
	int (*give)(void *arg, const struct xfi_question *question, int *ret_fd);
	void *arg;
};

/* A descriptor (yours to close) that is readable when something may have been asked. */
int xfi_answer_watch(int folder, int *ret_watch);

/* Answers what is asked already; and what the watch tells of. Neither waits. */
void xfi_answer_all(const struct xfi_answerer *answerer);
void xfi_answer_news(const struct xfi_answerer *answerer);

#endif
