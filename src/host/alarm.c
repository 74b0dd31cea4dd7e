/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/alarm.h"
#include "host/channel.h"

void xfh_alarm_at(struct xf_host *host, int64_t when_ns)
{
	struct itimerspec when = { .it_value = { when_ns / 1000000000, when_ns % 1000000000 } };
	if (host->alarm_ns && host->alarm_ns <= when_ns)
		return;
	host->alarm_ns = when_ns;
	timerfd_settime(host->alarm.fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void alarm_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xf_host *host = XFW_CONTAINER(watch, struct xf_host, alarm);
	int64_t now_ns = xf_now();
	uint64_t count;
	(void)!read(watch->fd, &count, sizeof(count)); /* only empties it */
	host->alarm_ns = 0;
	XFW_LIST_EACH(guest, &host->guests, struct xf_host_guest, link)
	xfh_channel_expire(guest, now_ns);
	xfh_log_count(host, now_ns);
}

int xfh_alarm_start(struct xf_host *host)
{
	host->alarm = (struct xfh_watch){ .ready = alarm_ready,
		.fd = xfi_fd_above_std(
			timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) };
	return host->alarm.fd < 0 ? -errno : xfh_host_watch(host, &host->alarm, EPOLLIN);
}

void xfh_alarm_stop(struct xf_host *host)
{
	if (host->alarm.fd >= 0)
		close(host->alarm.fd);
}
