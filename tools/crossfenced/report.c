/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/tidy.h"
#include "report.h"

#ifndef JOURNAL_SOCKET /* a test has its own */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#endif

static int journal = -1;
static _Atomic int limit = XF_HOST_LOG_INFO; /* threads of QMP report, too */

void report_start(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat stat;
	/* It may be inherited, and standard error another one since. */
	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(2, &stat) < 0 ||
		stat.st_dev != device || stat.st_ino != inode)
		return;
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/* One datagram, one line for each field: none of our values has a newline. */
static int tell_journal(const struct xf_host_log_entry *entry)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET };
	char text[1024];
	int n = snprintf(text, sizeof(text),
		"MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=crossfenced\nCROSSFENCE_REASON=%s\n",
		entry->line, (int)entry->level, entry->reason);
	if (entry->guest && n < (int)sizeof(text))
		n += snprintf(
			text + n, sizeof(text) - (size_t)n, "CROSSFENCE_GUEST=%s\n", entry->guest);
	if (n >= (int)sizeof(text))
		return -EMSGSIZE;
	/* By its path, and not waited for: the journal may be started again, or slow. */
	return sendto(journal, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT,
		       (struct sockaddr *)&name, sizeof(name)) == n
		       ? 0
		       : -errno;
}

void report_limit(enum xf_host_log_level level)
{
	limit = (int)level;
}

void report_entry(void *arg, const struct xf_host_log_entry *entry)
{
	if (journal < 0 || tell_journal(entry))
		fprintf(stderr, "crossfenced: %s\n", entry->line);
}

void report(enum xf_host_log_level level, const char *guest, const char *reason, const char *format,
	...)
{
	char line[512];
	va_list args;
	if ((int)level > limit)
		return;
	int n = guest ? snprintf(line, sizeof(line), "guest %s: ", guest) : 0;
	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	for (char *at = line; *at; at++)
		if (*at == '\n')
			*at = ' '; /* of a path, say */
	xfi_tidy(line);
	struct xf_host_log_entry entry = { sizeof(entry), level, guest, reason, line };
	report_entry(NULL, &entry);
}

int report_parse_level(const char *name, enum xf_host_log_level *ret_level)
{
	static const struct {
		const char *name;
		enum xf_host_log_level level;
	} levels[] = { { "error", XF_HOST_LOG_ERROR }, { "warning", XF_HOST_LOG_WARNING },
		{ "info", XF_HOST_LOG_INFO }, { "debug", XF_HOST_LOG_DEBUG } };
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(name, levels[i].name) == 0) {
			*ret_level = levels[i].level;
			return 0;
		}
	return -EINVAL;
}
