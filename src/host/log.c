/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "host/log.h"
#include "host/alarm.h"
#include "host/guest.h"

__attribute__((format(printf, 3, 0))) static void print(
	struct xf_host *host, const char *name, const char *format, va_list args)
{
	char line[512];
	int n = name ? snprintf(line, sizeof(line), "guest %s: ", name) : 0;
	vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	host->log(host->log_arg, line);
}

__attribute__((format(printf, 3, 4))) static void say(
	struct xf_host *host, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print(host, name, format, args);
	va_end(args);
}

static void count(
	struct xf_host *host, const char *name, struct xfh_log_limit *limit, int64_t now_ns)
{
	if (now_ns - limit->since_ns < XFH_LOG_NS) {
		if (limit->left_out)
			xfh_alarm_at(host, limit->since_ns + XFH_LOG_NS);
		return;
	}
	if (limit->left_out)
		say(host, name, "%u more lines left out", limit->left_out);
	*limit = (struct xfh_log_limit){ .since_ns = now_ns };
}

/* Whether another line may be printed. */
static int allowed(struct xf_host *host, const char *name, struct xfh_log_limit *limit)
{
	if (!host->log)
		return 0;
	count(host, name, limit, xf_now());
	if (limit->lines++ < XFH_LOG_LINES)
		return 1;
	limit->left_out++;
	xfh_alarm_at(host, limit->since_ns + XFH_LOG_NS);
	return 0;
}

void xfh_host_log(struct xf_host *host, const char *format, ...)
{
	va_list args;
	if (!allowed(host, NULL, &host->logs))
		return;
	va_start(args, format);
	print(host, NULL, format, args);
	va_end(args);
}

void xfh_guest_log(struct xf_host_guest *guest, const char *format, ...)
{
	va_list args;
	if (!allowed(guest->host, guest->name, &guest->logs))
		return;
	va_start(args, format);
	print(guest->host, guest->name, format, args);
	va_end(args);
}

void xfh_log_count(struct xf_host *host, int64_t now_ns)
{
	if (host->logs.left_out)
		count(host, NULL, &host->logs, now_ns);
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	if (guest->logs.left_out)
		count(host, guest->name, &guest->logs, now_ns);
}
