/* SPDX-License-Identifier: MIT */
/*
 * The guest's half of the sample: sample-guest ADDRESS NAME [COUNT]. Creates events, gives their
 * handles to the miniport by escape, and counts what comes. Prints one line:
 *
 *	RESULT NAME signals=1000/1000 order=ok p50=80000 p99=120000
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <crossfence/guest.h>
#include "sample_protocol.h"

static struct xf_guest *guest;
static struct xf_guest_event *events[SAMPLE_RING];

static void must(int r, const char *what)
{
	if (!r)
		return;
	fprintf(stderr, "sample-guest: %s: %s\n", what, r < 0 ? xf_strerror(r) : "timeout");
	exit(1);
}

static void order(uint32_t command, uint32_t count)
{
	struct sample_order order = { .command = command, .count = count };
	uint32_t status = 0;
	for (int i = 0; i < SAMPLE_RING; i++)
		order.event[i] = xf_guest_event_handle(events[i]);
	must(xf_guest_escape(guest, 0, 0, &order, sizeof(order), &status), "escape");
	if (status) {
		fprintf(stderr, "sample-guest: the driver says 0x%08x\n", status);
		exit(1);
	}
}

/* Eight events are signalled in turn: an earlier one may only be ahead, by one at most. */
static int in_order(uint64_t *counts)
{
	for (int i = SAMPLE_RING; i--;)
		counts[i] = xf_guest_event_count(events[i]);
	for (int i = 1; i < SAMPLE_RING; i++)
		if (counts[i] > counts[i - 1])
			return 0;
	return 1;
}

static uint64_t take_burst(uint32_t count, int *ret_order)
{
	uint64_t counts[SAMPLE_RING], sum = 0;
	*ret_order = 1;
	order(SAMPLE_BURST, count);
	while (sum < count) {
		if (xf_guest_event_wait(
			    events[(count - 1) % SAMPLE_RING], xf_deadline(60000000000)))
			break;
		*ret_order &= in_order(counts);
		sum = 0;
		for (int i = 0; i < SAMPLE_RING; i++)
			sum += counts[i];
	}
	return sum;
}

static void pings(uint32_t count, struct sample_report *report)
{
	struct sample_order pong = { .command = SAMPLE_PONG };
	while (xf_guest_event_wait(events[0], 0) == 0)
		; /* what the burst left */
	alarm(300);
	order(SAMPLE_PING, count);
	for (uint32_t i = 0; i < count; i++) {
		must(xf_guest_event_wait(events[0], XF_NEVER), "ping");
		must(xf_guest_post(guest, 0, &pong, sizeof(pong)), "pong");
	}
	struct sample_order ask = { .command = SAMPLE_REPORT };
	must(xf_guest_escape(guest, 0, 0, &ask, sizeof(ask), NULL), "report");
	memcpy(report, &ask, sizeof(*report));
}

static int usage(void)
{
	fprintf(stderr, "usage: sample-guest ADDRESS NAME [COUNT]\n");
	return 2;
}

/* A whole number, or this is the end. */
static unsigned number_of(const char *text)
{
	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 9)
		exit(usage());
	return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	struct sample_report report;
	int good;
	if (argc < 3 || argc > 4)
		return usage();
	uint32_t count = argc > 3 ? number_of(argv[3]) : 1000;
	struct xf_guest_params params = {
		.size = sizeof(params), .address = argv[1], .name = argv[2]
	};
	must(xf_guest_connect(&params, xf_deadline(200000000000), &guest), "connect");
	for (int i = 0; i < SAMPLE_RING; i++)
		must(xf_guest_event_create(guest, 0, 0, &events[i]), "event");
	order(SAMPLE_EVENT, 0);
	uint64_t got = take_burst(count, &good);
	pings(count, &report);
	printf("RESULT %s signals=%llu/%u order=%s p50=%lld p99=%lld\n", argv[2],
		(unsigned long long)got, count, good ? "ok" : "BROKEN", (long long)report.median_ns,
		(long long)report.p99_ns);
	for (int i = 0; i < SAMPLE_RING; i++)
		xf_guest_event_close(events[i]);
	xf_guest_disconnect(guest);
	return got == count && good ? 0 : 1;
}
