/* SPDX-License-Identifier: MIT */
/* What the guests' counters say, as a page that Prometheus reads. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <crossfence/host.h>
#include "base/message.h"

/* One metric of every guest: a number in the guest's info. */
struct metric {
	const char *name, *type, *help;
	size_t offset, size;
};

#define METRIC(field, name, type, help)                                                            \
	{                                                                                          \
		name, type, help, offsetof(struct xf_host_guest_info, field),                      \
			sizeof(((struct xf_host_guest_info *)0)->field)                            \
	}

static const struct metric metrics[] = {
	METRIC(channels, "channels", "gauge", "Connections."),
	METRIC(processes, "processes", "gauge", "Processes of the guest."),
	METRIC(devices, "devices", "gauge", "Devices of its processes."),
	METRIC(events, "events", "gauge", "Events of its processes."),
	METRIC(cpu_events, "cpu_events", "gauge", "CPU events of its processes."),
	METRIC(surfaces, "surfaces", "gauge", "Surfaces shared with it."),
	METRIC(surface_handles, "surface_handles", "gauge", "Surfaces its processes have open."),
	METRIC(queued, "queued_signals", "gauge", "Signals that wait to be taken."),
	METRIC(max_queue, "queue_limit", "gauge", "Signals that may wait, per connection."),
	METRIC(sessions, "sessions_total", "counter", "Sessions begun."),
	METRIC(messages, "messages_total", "counter", "Messages taken from the guest."),
	METRIC(accepted, "signals_accepted_total", "counter", "Signals taken from the driver."),
	METRIC(delivered, "signals_delivered_total", "counter", "Signals that the guest was sent."),
	METRIC(dropped, "signals_dropped_total", "counter", "Signals lost with a connection."),
	METRIC(refused, "signals_refused_total", "counter", "Signals not taken."),
	METRIC(protocol_errors, "protocol_errors_total", "counter", "Connections cut off."),
};

#define N_METRICS (sizeof(metrics) / sizeof(metrics[0]))

struct page {
	FILE *out;
	const struct metric *metric;
};

static void head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP crossfence_guest_%s %s\n", name, help);
	fprintf(out, "# TYPE crossfence_guest_%s %s\n", name, type);
}

static uint64_t value(const struct xf_host_guest_info *info, const struct metric *metric)
{
	const char *at = (const char *)info + metric->offset;
	return metric->size == sizeof(uint64_t) ? *(const uint64_t *)at : *(const uint32_t *)at;
}

/* A guest's name needs no quoting: it is of letters, digits, dots and the like. */
static int print_metric(const struct xf_host_guest_info *info, void *arg)
{
	struct page *page = arg;
	fprintf(page->out, "crossfence_guest_%s{guest=\"%s\",transport=\"%s\"} %" PRIu64 "\n",
		page->metric->name, info->name, info->transport, value(info, page->metric));
	return 0;
}

static int print_times(const struct xf_host_guest_info *info, void *arg)
{
	static const char name[] = "crossfence_guest_queue_seconds";
	struct page *page = arg;
	uint64_t sum = 0;
	for (int i = 0; i < XF_HOST_QUEUE_TIMES - 1; i++) {
		sum += info->queue_times[i];
		fprintf(page->out, "%s_bucket{guest=\"%s\",le=\"%.6f\"} %" PRIu64 "\n", name,
			info->name, (double)XF_HOST_QUEUE_TIME_NS(i) / 1e9, sum);
	}
	sum += info->queue_times[XF_HOST_QUEUE_TIMES - 1];
	fprintf(page->out, "%s_bucket{guest=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name, info->name,
		sum);
	fprintf(page->out, "%s_sum{guest=\"%s\"} %.6f\n", name, info->name,
		(double)info->queue_time_sum_ns / 1e9);
	fprintf(page->out, "%s_count{guest=\"%s\"} %" PRIu64 "\n", name, info->name, sum);
	return 0;
}

static void print(struct page *page, struct xf_host *host)
{
	for (page->metric = metrics; page->metric < metrics + N_METRICS; page->metric++) {
		head(page->out, page->metric->name, page->metric->type, page->metric->help);
		(void)xf_host_inspect_guests(host, print_metric, page); /* it returns 0 */
	}
	head(page->out, "queue_seconds", "histogram",
		"How long signals waited to be taken, of every 13th.");
	(void)xf_host_inspect_guests(host, print_times, page);
}

int xf_host_metrics(struct xf_host *host, char **ret_text)
{
	char *text = NULL;
	size_t size;
	xfi_message_forget();
	if (!host || !ret_text)
		return xf_fail(-EINVAL, "%s: host or ret_text is NULL", __func__);
	struct page page = { .out = open_memstream(&text, &size) };
	if (!page.out)
		return -ENOMEM;
	print(&page, host);
	int failed = ferror(page.out);
	if (fclose(page.out) || failed) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	return 0;
}
