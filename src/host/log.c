/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/tidy.h"
#include "host/log.h"
#include "host/alarm.h"
#include "host/guest.h"

/* What a line is about; its text comes after it. */
struct about {
	enum xf_host_log_level level;
	const char *guest, *reason;
};

__attribute__((format(printf, 3, 0))) static void print(
	struct xf_host *host, const struct about *about, const char *format, va_list args)
{
	char line[512];
	int n = about->guest ? snprintf(line, sizeof(line), "guest %s: ", about->guest) : 0;
	vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	xfi_tidy(line); /* addresses, reasons: whoever prints it need not know whose they are */
	struct xf_host_log_entry entry = { sizeof(entry), about->level, about->guest, about->reason,
		line };
	if (host->log_entry)
		host->log_entry(host->log_arg, &entry);
	else
		host->log(host->log_arg, line);
}

__attribute__((format(printf, 3, 4))) static void say(
	struct xf_host *host, const struct about *about, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print(host, about, format, args);
	va_end(args);
}

static void count(struct xf_host *host, const struct about *about, struct xfh_log_limit *limit,
	int64_t now_ns)
{
	if (now_ns - limit->since_ns < XFH_LOG_NS) {
		if (limit->left_out)
			xfh_alarm_at(host, limit->since_ns + XFH_LOG_NS);
		return;
	}
	if (limit->left_out)
		say(host, about, "%u more lines left out", limit->left_out);
	*limit = (struct xfh_log_limit){ .since_ns = now_ns };
}

static struct about about_count(const char *guest, int kind)
{
	return (struct about){ kind == XFH_LOG_TROUBLE ? XF_HOST_LOG_WARNING : XF_HOST_LOG_INFO,
		guest, "left-out" };
}

/* Whether another line may be printed. */
static int allowed(struct xf_host *host, const struct about *about, struct xfh_log_limit *limits)
{
	if ((!host->log && !host->log_entry) || about->level > host->log_level)
		return 0;
	int kind = about->level < XF_HOST_LOG_INFO ? XFH_LOG_TROUBLE : XFH_LOG_ORDINARY;
	struct xfh_log_limit *limit = &limits[kind];
	struct about left_out = about_count(about->guest, kind);
	count(host, &left_out, limit, xf_now());
	if (limit->lines++ < XFH_LOG_LINES)
		return 1;
	limit->left_out++;
	xfh_alarm_at(host, limit->since_ns + XFH_LOG_NS);
	return 0;
}

void xfh_host_log(struct xf_host *host, enum xf_host_log_level level, const char *reason,
	const char *format, ...)
{
	struct about about = { level, NULL, reason };
	va_list args;
	if (!allowed(host, &about, host->logs))
		return;
	va_start(args, format);
	print(host, &about, format, args);
	va_end(args);
}

void xfh_guest_log(struct xf_host_guest *guest, enum xf_host_log_level level, const char *reason,
	const char *format, ...)
{
	struct about about = { level, guest->name, reason };
	va_list args;
	if (!allowed(guest->host, &about, guest->logs))
		return;
	va_start(args, format);
	print(guest->host, &about, format, args);
	va_end(args);
}

static void count_all(
	struct xf_host *host, const char *guest, struct xfh_log_limit *limits, int64_t now_ns)
{
	for (int kind = 0; kind < XFH_LOG_KINDS; kind++) {
		struct about about = about_count(guest, kind);
		if (limits[kind].left_out)
			count(host, &about, &limits[kind], now_ns);
	}
}

void xfh_log_count(struct xf_host *host, int64_t now_ns)
{
	count_all(host, NULL, host->logs, now_ns);
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	count_all(host, guest->name, guest->logs, now_ns);
}

int xf_host_set_log_level(struct xf_host *host, enum xf_host_log_level level)
{
	if (!host)
		return xf_fail(-EINVAL, "%s: host is NULL", __func__);
	if (level != XF_HOST_LOG_ERROR && level != XF_HOST_LOG_WARNING &&
		level != XF_HOST_LOG_INFO && level != XF_HOST_LOG_DEBUG)
		return xf_fail(-EINVAL, "level %d is none of XF_HOST_LOG_*", (int)level);
	pthread_mutex_lock(&host->lock);
	host->log_level = level;
	pthread_mutex_unlock(&host->lock);
	return 0;
}
