/* SPDX-License-Identifier: MIT */
#include "win/dxgi/trace.h"

#include <crossfence/result.h>

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic int file = -1;

/* As much of a name as is written, each character as six at most. */
#define NAME_MAX_UNITS 100
#define NAME_ROOM      (6 * NAME_MAX_UNITS + 1)

/* JSON's escapes are units of UTF-16, as the names are. */
static void escape(LPCWSTR name, char text[NAME_ROOM])
{
	size_t n = 0;
	text[0] = '\0';
	for (size_t i = 0; name && name[i] && i < NAME_MAX_UNITS; i++) {
		const bool plain =
			name[i] >= ' ' && name[i] < 127 && name[i] != '"' && name[i] != '\\';
		n += (size_t)snprintf(text + n, NAME_ROOM - n, plain ? "%c" : "\\u%04x", name[i]);
	}
}

/* One write, so that events of several threads and processes do not mix. Without room: one less. */
static void put(const char *phase, int64_t at_ns, const char *more)
{
	char line[NAME_ROOM + 256];
	const int n = snprintf(line, sizeof(line),
		"{\"ph\":\"%s\",\"ts\":%" PRId64 ".%03d,\"pid\":%d,\"tid\":%d%s},\n", phase,
		at_ns / 1000, (int)(at_ns % 1000), (int)getpid(), (int)gettid(), more);
	if (n > 0 && (size_t)n < sizeof(line))
		(void)!write(atomic_load_explicit(&file, memory_order_relaxed), line, (size_t)n);
}

/* The array's end may be missing, by the format; its beginning is written by who comes first. */
static void begin_array(int fd)
{
	struct stat st;
	if (flock(fd, LOCK_EX))
		return;
	if (!fstat(fd, &st) && !st.st_size)
		(void)!write(fd, "[\n", 2);
	(void)flock(fd, LOCK_UN);
}

/* A pipe would hold up who opens it, or draws, until somebody reads. */
static void open_file(void)
{
	const char *path = secure_getenv("CROSSFENCE_TRACE");
	struct stat st;
	if (!path || !*path)
		return;
	const int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0)
		return;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return;
	}
	begin_array(fd);
	atomic_store(&file, fd);
}

void xfi_trace_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, open_file);
}

bool xfi_trace_is_on(void)
{
	return atomic_load_explicit(&file, memory_order_relaxed) >= 0;
}

static void put_named(const char *phase, LPCWSTR name, const char *more)
{
	char text[NAME_ROOM], rest[NAME_ROOM + 64];
	if (!xfi_trace_is_on())
		return;
	escape(name, text);
	snprintf(rest, sizeof(rest), ",\"name\":\"%s\"%s", text, more);
	put(phase, xf_now(), rest);
}

void xfi_trace_begin(LPCWSTR name)
{
	put_named("B", name, "");
}

void xfi_trace_end(void)
{
	if (xfi_trace_is_on())
		put("E", xf_now(), "");
}

void xfi_trace_mark(LPCWSTR name)
{
	put_named("i", name, ",\"s\":\"t\"");
}

void xfi_trace_mutex(const char *call, uint64_t mutex, UINT64 key, HRESULT hr, int64_t begin_ns)
{
	char rest[256];
	const int64_t took_ns = xf_now() - begin_ns;
	snprintf(rest, sizeof(rest),
		",\"name\":\"%s\",\"dur\":%" PRId64 ".%03d,\"args\":{\"mutex\":\"0x%016" PRIx64
		"\",\"key\":\"%" PRIu64 "\",\"result\":\"%08x\"}",
		call, took_ns / 1000, (int)(took_ns % 1000), mutex, (uint64_t)key, (unsigned)hr);
	put("X", begin_ns, rest);
}
