/* SPDX-License-Identifier: MIT */
/* A guest's conversation, message by message, and how long the other one's takes meanwhile. */
#ifndef RAW_TALK_H
#define RAW_TALK_H

#include "raw_guest.h"

struct raw {
	int fd;
	uint64_t session, sequence;
	uint32_t process; /* the next one's number */
};

/* With one process, number 1. */
static inline struct raw begin_talk(const char *path)
{
	struct raw raw = { .sequence = 3, .process = 2 };
	raw.fd = begin_raw(path, &raw.session);
	return raw;
}

static inline void say(struct raw *raw, struct xfw_msg msg, const void *payload)
{
	msg.session = raw->session;
	msg.sequence = raw->sequence++;
	put(raw->fd, msg, payload, 0);
}

static inline void request(struct raw *raw, struct xfw_msg msg, const void *payload)
{
	msg.tag = 1;
	say(raw, msg, payload);
}

static inline int32_t answer(struct raw *raw)
{
	struct xfw_msg msg = take(raw->fd);
	assert_int_equal(msg.type, XFW_DONE);
	return (int32_t)msg.object;
}

static inline int32_t ask_raw(struct raw *raw, struct xfw_msg msg, const void *payload)
{
	request(raw, msg, payload);
	return answer(raw);
}

/* Nanoseconds. */
static inline int64_t one_visit(struct raw *raw)
{
	int64_t began = xf_now();
	uint32_t p = raw->process++;
	ok(ask_raw(raw, (struct xfw_msg){ XFW_PROCESS_CREATE, .process = p }, NULL));
	int64_t took = xf_now() - began;
	say(raw, (struct xfw_msg){ XFW_PROCESS_DESTROY, .process = p }, NULL);
	return took;
}

/* The best of some. */
static inline int64_t process_comes_and_goes(struct raw *raw)
{
	int64_t best = INT64_MAX;
	for (int i = 0; i < 50; i++) {
		int64_t took = one_visit(raw);
		best = took < best ? took : best;
	}
	return best;
}

#endif
