/* SPDX-License-Identifier: MIT */
/*
 * What the roles tell the supervisor, through one pipe each. A report is written by one write() of
 * less than PIPE_BUF bytes, so that a role that is killed never leaves half of one.
 */
#ifndef CROSSFENCE_DEMO_REPORT_H
#define CROSSFENCE_DEMO_REPORT_H

#include <stdint.h>

enum report_kind {
	REPORT_READY = 1, /* joined; the domain's name is served */
	REPORT_FRAME, /* had a surface from `acquired_ns` to `released_ns` for `frame` */
	REPORT_OWNS, /* has a surface and stands still: the moment for kill -9 */
	REPORT_PICTURE, /* picture decoded, in `spent_ns` */
	REPORT_BAD_PICTURE, /* picture not decoded, `text` says why */
	REPORT_ALL_SENT, /* the last frame was `frame`, and both consumers are done with it */
	REPORT_NO_SHEET, /* the contact sheet cannot be written; `text` says why */
	REPORT_DEVICE, /* what does the work; `text` is its name */
	REPORT_COMPARED, /* picture compared: `difference`, and whether `same_bytes` */
	REPORT_FAILED, /* the role gives up; `text` says why */
};

struct report {
	uint32_t kind;
	uint32_t surface;
	uint64_t frame;
	uint32_t picture;
	uint32_t bad_rows;
	uint64_t checksum;
	int64_t acquired_ns, released_ns; /* CLOCK_MONOTONIC */
	int64_t hand_off_ns; /* publish to next; -1: we asked after it was published */
	int64_t spent_ns;
	uint32_t difference; /* the greatest between a device's part of the contact sheet and a
				CPU's */
	uint32_t same_bytes; /* 1: the frame is what a CPU makes of the picture */
	char text[92];
};
_Static_assert(sizeof(struct report) <= 512, "smaller than PIPE_BUF everywhere");

/* A supervisor that is gone takes its roles with it, so a failing write has nobody to tell. */
void report_send(int fd, const struct report *report);
__attribute__((format(printf, 3, 4))) void report_text(
	int fd, struct report *report, const char *format, ...);

/*
 * How long somebody who asked at `since_ns`, and had the frame at `now_ns`, slept after it was
 * published; -1 when it was there before that.
 */
int64_t report_hand_off_ns(int64_t published_ns, int64_t since_ns, int64_t now_ns);

#endif
