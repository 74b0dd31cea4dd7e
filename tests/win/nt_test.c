/* SPDX-License-Identifier: MIT */
/* Handles, events, names and waits, as a Windows program sees them. */
#include "harness.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <crossfence/win/win.h>

#define MS(x) ((x)*1000000ll)

static void assert_error(BOOL result, DWORD error)
{
	assert_false(result);
	assert_int_equal(GetLastError(), error);
}

static void events_reset_by_hand_or_alone(void **state)
{
	HANDLE manual = CreateEventA(NULL, TRUE, FALSE, NULL);
	HANDLE automatic = CreateEventW(NULL, FALSE, TRUE, NULL);
	assert_non_null(manual);
	assert_non_null(automatic);
	assert_int_equal((uintptr_t)manual & 3, 0);
	assert_int_equal(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
	assert_true(SetEvent(manual));
	assert_int_equal(WaitForSingleObject(manual, INFINITE), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
	assert_true(ResetEvent(manual));
	assert_int_equal(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
	assert_int_equal(WaitForSingleObjectEx(automatic, 0, TRUE), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);
	assert_true(CloseHandle(manual));
	assert_true(CloseHandle(automatic));
}

static void a_handle_has_its_rights_and_no_more(void **state)
{
	HANDLE all = CreateEventA(NULL, TRUE, FALSE, NULL);
	HANDLE wait, set;
	HANDLE self = GetCurrentProcess();
	assert_true(DuplicateHandle(self, all, self, &wait, SYNCHRONIZE, FALSE, 0));
	assert_true(DuplicateHandle(self, all, self, &set, EVENT_MODIFY_STATE, FALSE, 0));
	assert_error(SetEvent(wait), ERROR_ACCESS_DENIED);
	assert_error(ResetEvent(wait), ERROR_ACCESS_DENIED);
	assert_error(PulseEvent(wait), ERROR_ACCESS_DENIED);
	assert_int_equal(WaitForSingleObject(set, 0), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
	assert_int_equal(WaitForMultipleObjects(2, (HANDLE[]){ all, set }, FALSE, 0), WAIT_FAILED);
	assert_true(SetEvent(set));
	assert_int_equal(WaitForSingleObject(wait, 0), WAIT_OBJECT_0);
	assert_error(
		DuplicateHandle(self, all, self, &set, 0x1000000, FALSE, 0), ERROR_ACCESS_DENIED);
	CloseHandle(set);
	CloseHandle(wait);
	CloseHandle(all);
}

static void duplicates_are_the_same_object(void **state)
{
	HANDLE self = GetCurrentProcess(), one = CreateEventA(NULL, TRUE, FALSE, NULL), two, three;
	HANDLE other = CreateEventA(NULL, TRUE, FALSE, NULL);
	assert_true(DuplicateHandle(self, one, self, &two, 0, FALSE, DUPLICATE_SAME_ACCESS));
	assert_true(CompareObjectHandles(one, two));
	assert_error(CompareObjectHandles(one, other), ERROR_NOT_SAME_OBJECT);
	assert_true(SetEvent(two));
	assert_true(DuplicateHandle(
		self, two, self, &three, 0, TRUE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
	assert_ptr_equal(two, three);
	assert_true(CloseHandle(one));
	assert_int_equal(WaitForSingleObject(three, 0), WAIT_OBJECT_0);
	assert_true(DuplicateHandle(self, three, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
	assert_error(CloseHandle(three), ERROR_INVALID_HANDLE);
	assert_error(DuplicateHandle(self, three, self, &two, 0, FALSE, DUPLICATE_SAME_ACCESS),
		ERROR_INVALID_HANDLE);
	CloseHandle(other);
}

static void duplicates_of_nothing_are_refused(void **state)
{
	HANDLE self = GetCurrentProcess(), all = CreateEventA(NULL, TRUE, FALSE, NULL), wait, out;
	DWORD flags;
	out = all;
	assert_error(DuplicateHandle(self, NULL, self, &out, 0, FALSE, DUPLICATE_SAME_ACCESS),
		ERROR_INVALID_HANDLE);
	assert_null(out);
	out = all;
	assert_error(
		DuplicateHandle(self, all, self, &out, 0, FALSE, 0x80), ERROR_INVALID_PARAMETER);
	assert_null(out);
	out = all;
	assert_error(DuplicateHandle(NULL, all, self, &out, 0, FALSE, DUPLICATE_SAME_ACCESS),
		ERROR_INVALID_HANDLE);
	assert_null(out);
	/* Rights do not grow. */
	assert_true(DuplicateHandle(self, all, self, &wait, SYNCHRONIZE, FALSE, 0));
	out = all;
	assert_error(DuplicateHandle(self, wait, self, &out, EVENT_ALL_ACCESS, FALSE, 0),
		ERROR_ACCESS_DENIED);
	assert_null(out);
	assert_error(DuplicateHandle(self, wait, self, &out, EVENT_MODIFY_STATE, FALSE, 0),
		ERROR_ACCESS_DENIED);
	assert_true(DuplicateHandle(self, wait, self, &out, MAXIMUM_ALLOWED, FALSE, 0));
	assert_error(SetEvent(out), ERROR_ACCESS_DENIED);
	assert_true(CloseHandle(out));
	/* Attributes come along when asked for, and only then. */
	assert_true(SetHandleInformation(all, 3, HANDLE_FLAG_PROTECT_FROM_CLOSE));
	assert_error(CloseHandle(all), ERROR_INVALID_HANDLE);
	assert_true(DuplicateHandle(self, all, self, &out, 0, FALSE,
		DUPLICATE_SAME_ACCESS | DUPLICATE_SAME_ATTRIBUTES));
	assert_true(GetHandleInformation(out, &flags));
	assert_int_equal(flags, HANDLE_FLAG_PROTECT_FROM_CLOSE);
	/* A protected source is closed, too: its value goes on as the new handle. */
	assert_true(DuplicateHandle(
		self, all, self, &wait, SYNCHRONIZE, FALSE, DUPLICATE_CLOSE_SOURCE));
	assert_ptr_equal(wait, all);
	assert_error(SetEvent(all), ERROR_ACCESS_DENIED);
	assert_true(CloseHandle(all));
	assert_true(DuplicateHandle(self, out, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
	assert_error(CloseHandle(out), ERROR_INVALID_HANDLE);
}

static void bad_handles_are_refused(void **state)
{
	static const uintptr_t values[] = { 0, 1, 2, 3, 4, 0x40000000, 0x7ffffffc, 0xc0000002,
		0xfffffffc, 0xffffffffc0000042, UINTPTR_MAX - 10, 0x123456789abc };
	HANDLE closed = CreateEventA(NULL, TRUE, FALSE, NULL);
	CloseHandle(closed);
	assert_error(CloseHandle(closed), ERROR_INVALID_HANDLE);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		HANDLE handle = (HANDLE)values[i];
		assert_error(SetEvent(handle), ERROR_INVALID_HANDLE);
		assert_error(CloseHandle(handle), ERROR_INVALID_HANDLE);
		assert_int_equal(WaitForSingleObject(handle, 0), WAIT_FAILED);
		assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
	}
	assert_true(CloseHandle(GetCurrentProcess()));
}

static void an_old_handle_is_never_a_new_object(void **state)
{
	HANDLE old = CreateEventA(NULL, TRUE, FALSE, NULL), now;
	CloseHandle(old);
	for (int i = 0; i < 1 << 16; i++) {
		now = CreateEventA(NULL, TRUE, FALSE, NULL);
		assert_ptr_not_equal(now, old);
		assert_error(SetEvent(old), ERROR_INVALID_HANDLE);
		CloseHandle(now);
	}
}

static void waiting_for_any_takes_one(void **state)
{
	HANDLE events[64];
	for (int i = 0; i < 64; i++)
		events[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
	assert_int_equal(WaitForMultipleObjects(64, events, FALSE, 1), WAIT_TIMEOUT);
	SetEvent(events[63]);
	SetEvent(events[40]);
	assert_int_equal(WaitForMultipleObjects(64, events, FALSE, INFINITE), WAIT_OBJECT_0 + 40);
	assert_int_equal(WaitForMultipleObjects(64, events, FALSE, INFINITE), WAIT_OBJECT_0 + 63);
	assert_int_equal(WaitForMultipleObjects(64, events, FALSE, 0), WAIT_TIMEOUT);
	assert_int_equal(WaitForMultipleObjects(0, events, FALSE, 0), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	assert_int_equal(WaitForMultipleObjects(65, events, FALSE, 0), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	assert_int_equal(WaitForMultipleObjects(1, NULL, FALSE, 0), WAIT_FAILED);
	for (int i = 0; i < 64; i++)
		CloseHandle(events[i]);
}

static void waiting_for_all_takes_all_or_none(void **state)
{
	HANDLE events[3];
	for (int i = 0; i < 3; i++)
		events[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
	SetEvent(events[0]);
	SetEvent(events[2]);
	assert_int_equal(WaitForMultipleObjects(3, events, TRUE, 1), WAIT_TIMEOUT);
	SetEvent(events[1]);
	assert_int_equal(WaitForMultipleObjects(3, events, TRUE, 1000), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(events[0], 0), WAIT_TIMEOUT);
	events[2] = events[0];
	assert_int_equal(WaitForMultipleObjects(3, events, TRUE, 0), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
	CloseHandle(events[0]);
	CloseHandle(events[1]);
}

static void *set_later(void *arg)
{
	Sleep(20);
	SetEvent(arg);
	return NULL;
}

static void a_wait_blocks_as_long_as_told(void **state)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
	int64_t begin = xf_now();
	pthread_t thread;
	pthread_create(&thread, NULL, set_later, event);
	assert_int_equal(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
	assert_true(xf_now() - begin >= MS(19));
	begin = xf_now();
	assert_int_equal(WaitForSingleObject(event, 20), WAIT_TIMEOUT);
	assert_in_range(xf_now() - begin, MS(20), MS(2000));
	pthread_join(thread, NULL);
	CloseHandle(event);
}

struct pulsed {
	HANDLE event;
	DWORD result;
	_Atomic bool done;
};

static void *wait_long(void *arg)
{
	struct pulsed *pulsed = arg;
	pulsed->result = WaitForSingleObject(pulsed->event, 5000);
	pulsed->done = true;
	return NULL;
}

/* A pulse reaches who is blocked, or, on a busy machine, nobody: then the next one does. */
static void a_pulse_reaches_who_is_blocked(void **state)
{
	struct pulsed pulsed = { CreateEventA(NULL, TRUE, FALSE, NULL), WAIT_FAILED, false };
	pthread_t thread;
	assert_true(PulseEvent(pulsed.event));
	assert_int_equal(WaitForSingleObject(pulsed.event, 0), WAIT_TIMEOUT);
	pthread_create(&thread, NULL, wait_long, &pulsed);
	while (!pulsed.done) {
		Sleep(10);
		assert_true(PulseEvent(pulsed.event));
	}
	pthread_join(thread, NULL);
	assert_int_equal(pulsed.result, WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(pulsed.event, 0), WAIT_TIMEOUT);
	CloseHandle(pulsed.event);
}

static void a_name_is_one_object(void **state)
{
	HANDLE one, two, three;
	one = CreateEventW(NULL, TRUE, FALSE, L"Local\\camera");
	assert_non_null(one);
	assert_int_equal(GetLastError(), ERROR_SUCCESS);
	two = CreateEventA(NULL, FALSE, TRUE, "camera");
	assert_non_null(two);
	assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
	assert_true(CompareObjectHandles(one, two));
	three = OpenEventW(EVENT_MODIFY_STATE, FALSE, L"camera");
	assert_true(SetEvent(three));
	assert_int_equal(WaitForSingleObject(one, 0), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(one, 0), WAIT_OBJECT_0);
	assert_error(
		OpenEventW(EVENT_MODIFY_STATE, FALSE, L"Camera") != NULL, ERROR_FILE_NOT_FOUND);
	assert_error(OpenEventA(EVENT_MODIFY_STATE, FALSE, NULL) != NULL, ERROR_INVALID_PARAMETER);
	assert_error(CreateEventA(NULL, FALSE, FALSE, "a\\b") != NULL, ERROR_PATH_NOT_FOUND);
	CloseHandle(one);
	CloseHandle(two);
	CloseHandle(three);
	assert_error(OpenEventA(SYNCHRONIZE, FALSE, "camera") != NULL, ERROR_FILE_NOT_FOUND);
}

static void long_names_are_told_apart(void **state)
{
	char name[300];
	HANDLE one, two;
	memset(name, 'x', sizeof(name));
	name[250] = 0;
	one = CreateEventA(NULL, TRUE, FALSE, name);
	assert_int_equal(GetLastError(), ERROR_SUCCESS);
	name[249] = 'y';
	two = CreateEventA(NULL, TRUE, FALSE, name);
	assert_int_equal(GetLastError(), ERROR_SUCCESS);
	assert_error(CompareObjectHandles(one, two), ERROR_NOT_SAME_OBJECT);
	CloseHandle(two);
	name[249] = 'x';
	two = OpenEventA(SYNCHRONIZE, FALSE, name);
	assert_true(CompareObjectHandles(one, two));
	CloseHandle(one);
	CloseHandle(two);
}

/* MAX_PATH characters, in whatever encoding, and no more. */
static void names_have_max_path_characters_at_most(void **state)
{
	static const char *const characters[] = { "x", "\xc3\xa9", "\xe2\x82\xac" };
	static const char *const broken[] = { "\xff", "\xc3", "a\x80", "\xe2\x82", "\xc0\xaf",
		"\xc1\xbf", "\xf5\x80\x80\x80", "\xc2\x7f", "\xf0\x90\x80" };
	static const WCHAR lone[][4] = { { 'a', 0xd800 }, { 0xdc00 }, { 0xdfff, 'a' },
		{ 0xdbff, 0xdbff }, { 0xd800, 0xe000 } };
	WCHAR wide[MAX_PATH + 2];
	char name[4 * MAX_PATH];
	HANDLE event;
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		name[0] = 0;
		for (int k = 0; k < MAX_PATH; k++)
			strcat(name, characters[i]);
		event = CreateEventA(NULL, TRUE, FALSE, name);
		assert_non_null(event);
		CloseHandle(event);
		strcat(name, "x");
		assert_error(
			CreateEventA(NULL, TRUE, FALSE, name) != NULL, ERROR_FILENAME_EXCED_RANGE);
		assert_error(
			OpenEventA(SYNCHRONIZE, FALSE, name) != NULL, ERROR_FILENAME_EXCED_RANGE);
	}
	for (int k = 0; k < MAX_PATH + 1; k++)
		wide[k] = L'w';
	wide[MAX_PATH + 1] = 0;
	assert_error(CreateEventW(NULL, TRUE, FALSE, wide) != NULL, ERROR_FILENAME_EXCED_RANGE);
	wide[MAX_PATH] = 0;
	event = CreateEventW(NULL, TRUE, FALSE, wide);
	assert_non_null(event);
	CloseHandle(event);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_error(CreateEventA(NULL, TRUE, FALSE, broken[i]) != NULL,
			ERROR_INVALID_PARAMETER);
	for (size_t i = 0; i < sizeof(lone) / sizeof(lone[0]); i++)
		assert_error(
			CreateEventW(NULL, TRUE, FALSE, lone[i]) != NULL, ERROR_INVALID_PARAMETER);
}

/* The first and the last characters of each length, and around the surrogates. */
static void a_name_is_one_in_both_encodings(void **state)
{
	static const struct {
		const char *bytes;
		WCHAR wide[3];
	} names[] = { { "\x01", { 0x1 } }, { "\x7f", { 0x7f } }, { "\xc2\x80", { 0x80 } },
		{ "\xdf\xbf", { 0x7ff } }, { "\xe0\xa0\x80", { 0x800 } },
		{ "\xed\x9f\xbf", { 0xd7ff } }, { "\xee\x80\x80", { 0xe000 } },
		{ "\xef\xbf\xbd", { 0xfffd } }, { "\xf0\x90\x80\x80", { 0xd800, 0xdc00 } },
		{ "\xf4\x8f\xbf\xbf", { 0xdbff, 0xdfff } } };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		HANDLE one = CreateEventA(NULL, TRUE, FALSE, names[i].bytes);
		HANDLE two = OpenEventW(SYNCHRONIZE, FALSE, names[i].wide);
		assert_non_null(one);
		assert_true(two && CompareObjectHandles(one, two));
		CloseHandle(one);
		CloseHandle(two);
	}
}

/* A name that exists is opened with some right, or not at all. */
static void a_name_is_opened_with_some_right(void **state)
{
	HANDLE event = CreateEventExA(NULL, "no access", 0, 0);
	assert_non_null(event); /* made, though useless */
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_FAILED);
	assert_error(CreateEventExA(NULL, "no access", 0, 0) != NULL, ERROR_ACCESS_DENIED);
	assert_error(OpenEventA(0, FALSE, "no access") != NULL, ERROR_ACCESS_DENIED);
	CloseHandle(event);
	assert_error(OpenEventA(SYNCHRONIZE, FALSE, "no access") != NULL, ERROR_FILE_NOT_FOUND);
}

static int stay(int socket, const char *arg)
{
	HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
	if (!event || WaitForSingleObject(event, 0) != WAIT_OBJECT_0 || !PulseEvent(event))
		return 1;
	if (*arg && CreateEventA(NULL, TRUE, TRUE, "no room for names"))
		return 2;
	parent_tell(socket, 's');
	return parent_hear(socket) == 'q' ? 0 : 3;
}

/* A domain has room for 64 processes. Whoever comes later has events without names all the same. */
static void the_65th_process_has_unnamed_events(void **state)
{
	enum { ROOM = 64, ALL = 66 };
	HANDLE mine = CreateEventA(NULL, TRUE, FALSE, NULL); /* the first */
	struct child children[ALL];
	for (int i = 1; i < ALL; i++) {
		children[i] = child_start("stay", i < ROOM ? "" : "late");
		assert_int_equal(child_hear(&children[i]), 's');
	}
	for (int i = 1; i < ALL; i++) {
		child_tell(&children[i], 'q');
		assert_int_equal(child_end(&children[i]), 0);
	}
	CloseHandle(mine);
}

/* With every place of the domain taken, calls fail, and nothing is made of what failed. */
static void in_a_full_domain_calls_fail_whole(void **state)
{
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, "before it was full");
	struct xf_event **filling = calloc(1 << 20, sizeof(struct xf_event *));
	struct xf_domain *domain;
	int n = 0;
	assert_int_equal(xf_domain_open("win", 0, 0, &domain), 0);
	while (!xf_event_create(domain, 0, NULL, &filling[n]))
		n++;
	assert_error(CreateEventA(NULL, TRUE, FALSE, NULL) != NULL, ERROR_NOT_ENOUGH_MEMORY);
	assert_error(CreateEventW(NULL, TRUE, FALSE, L"one more") != NULL, ERROR_NOT_ENOUGH_MEMORY);
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
	while (n)
		xf_event_close(filling[--n]);
	xf_domain_leave(domain);
	free(filling);
	assert_true(CloseHandle(event));
	event = CreateEventW(NULL, TRUE, FALSE, L"one more");
	assert_non_null(event);
	CloseHandle(event);
}

static void assert_name(HANDLE handle, const WCHAR *expected)
{
	union {
		OBJECT_NAME_INFORMATION info;
		char bytes[1200];
	} name;
	ULONG chars = 0, size = 0, all;
	while (expected[chars])
		chars++;
	all = (ULONG)(sizeof(name.info) + (chars ? (chars + 1) * 2 : 0));
	assert_int_equal(NtQueryObject(handle, ObjectNameInformation, &name, 4, &size),
		(NTSTATUS)0xc0000004); /* STATUS_INFO_LENGTH_MISMATCH */
	assert_int_equal(size, all);
	if (chars)
		assert_int_equal(
			NtQueryObject(handle, ObjectNameInformation, &name, all - 1, &size),
			(NTSTATUS)0x80000005); /* STATUS_BUFFER_OVERFLOW */
	assert_int_equal(NtQueryObject(handle, ObjectNameInformation, &name, all, NULL), 0);
	assert_int_equal(name.info.Name.Length, chars * 2);
	for (ULONG i = 0; i < chars; i++)
		assert_int_equal(name.info.Name.Buffer[i], expected[i]);
}

static void names_can_be_asked_for(void **state)
{
	HANDLE unnamed = CreateEventA(NULL, TRUE, FALSE, NULL);
	HANDLE local = CreateEventA(NULL, TRUE, FALSE, "Local\\\xc3\xa9v\xf0\x9d\x84\x9e");
	HANDLE global = CreateMutexW(NULL, FALSE, L"Global\\a name that does not fit into a label");
	HANDLE again =
		OpenMutexA(SYNCHRONIZE, FALSE, "Global\\a name that does not fit into a label");
	assert_name(unnamed, L"");
	assert_name(local, L"\\Sessions\\1\\BaseNamedObjects\\\x00e9v\xd834\xdd1e");
	assert_name(global, L"\\BaseNamedObjects\\a name that does not fit into a label");
	assert_name(again, L"\\BaseNamedObjects\\a name that does not fit into a label");
	CloseHandle(unnamed);
	CloseHandle(local);
	CloseHandle(global);
	CloseHandle(again);
}

static int set_named(int socket, const char *arg)
{
	HANDLE event = OpenEventA(EVENT_MODIFY_STATE, FALSE, arg);
	if (!event || !SetEvent(event))
		return 1;
	return parent_hear(socket) == 'q' ? 0 : 2;
}

static void another_process_shares_an_event(void **state)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, "Global\\between");
	struct child child = child_start("set-named", "Global\\between");
	assert_int_equal(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
	CloseHandle(event);
	/* The child's handle keeps the name, and its death frees it. */
	event = OpenEventA(SYNCHRONIZE, FALSE, "Global\\between");
	assert_non_null(event);
	CloseHandle(event);
	child_tell(&child, 'q');
	assert_int_equal(child_end(&child), 0);
	/* The sweep after a death takes a moment. */
	for (int i = 0; i < 500; i++) {
		event = OpenEventA(SYNCHRONIZE, FALSE, "Global\\between");
		if (!event)
			break;
		CloseHandle(event);
		Sleep(10);
	}
	assert_null(event);
}

static int race_named(int socket, const char *arg)
{
	HANDLE event;
	if (parent_hear(socket) != 'g')
		return 1;
	event = CreateEventA(NULL, TRUE, FALSE, arg);
	if (!event)
		return 2;
	parent_tell(socket, GetLastError() == ERROR_ALREADY_EXISTS ? 'o' : 'c');
	return parent_hear(socket) == 'q' ? 0 : 3;
}

/* Eight processes create one name, and the domain itself, at once: one creates, seven open. */
static void one_of_eight_creates_a_name(void **state)
{
	struct child children[8];
	int created = 0;
	for (int i = 0; i < 8; i++)
		children[i] = child_start("race-named", "racing");
	for (int i = 0; i < 8; i++)
		child_tell(&children[i], 'g');
	for (int i = 0; i < 8; i++)
		created += child_hear(&children[i]) == 'c';
	assert_int_equal(created, 1);
	for (int i = 0; i < 8; i++)
		child_tell(&children[i], 'q');
	for (int i = 0; i < 8; i++)
		assert_int_equal(child_end(&children[i]), 0);
}

/* In a folder that is not there, or that others may look into. */
static int without_folder(int socket, const char *arg)
{
	HANDLE event, mutex;
	setenv("XDG_RUNTIME_DIR", arg, 1);
	event = CreateEventA(NULL, FALSE, TRUE, NULL);
	mutex = CreateMutexA(NULL, FALSE, NULL);
	if (WaitForMultipleObjects(2, (HANDLE[]){ event, mutex }, TRUE, 1000))
		return 1;
	if (CreateEventA(NULL, FALSE, FALSE, "named") || !GetLastError())
		return 2;
	return CloseHandle(event) && ReleaseMutex(mutex) ? 0 : 3;
}

static void without_a_folder_unnamed_events_work(void **state)
{
	static const char *const folders[] = { "/nonexistent", "/proc/self/status", "/usr" };
	for (int i = 0; i < 3; i++) {
		struct child child = child_start("without-folder", folders[i]);
		assert_int_equal(child_end(&child), 0);
	}
}

static void an_event_has_a_descriptor(void **state)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), back;
	struct pollfd fd = { .events = POLLIN };
	int again;
	assert_int_equal(xf_win_event_fd(event, &fd.fd), 0);
	assert_int_equal(xf_win_event_fd(event, &again), 0);
	assert_int_equal(again, fd.fd);
	assert_int_equal(poll(&fd, 1, 0), 0);
	SetEvent(event);
	assert_int_equal(poll(&fd, 1, 1000), 1);
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
	assert_int_equal(poll(&fd, 1, 0), 0);
	assert_int_equal(xf_win_event_from_fd(fd.fd, SYNCHRONIZE, &back), 0);
	assert_true(CompareObjectHandles(event, back));
	assert_error(SetEvent(back), ERROR_ACCESS_DENIED);
	assert_int_equal(xf_win_event_from_fd(0, SYNCHRONIZE, &back), -EBADF);
	assert_int_equal(xf_win_event_fd(NULL, &again), -EBADF);
	CloseHandle(back);
	CloseHandle(event);
}

/* The child of a fork holds nothing, and begins anew. */
static int check_child(HANDLE inherited)
{
	HANDLE own;
	if (SetEvent(inherited) || GetLastError() != ERROR_INVALID_HANDLE)
		return 1;
	own = OpenEventA(EVENT_ALL_ACCESS, FALSE, "over the fork");
	if (!own || !SetEvent(own))
		return 2;
	if (GetThreadId(GetCurrentThread()) != (DWORD)getpid())
		return 4; /* the parent's thread, still */
	return CloseHandle(own) ? 0 : 3;
}

static void a_forked_child_starts_anew(void **state)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, "over the fork");
	DWORD self = GetThreadId(GetCurrentThread());
	int status;
	pid_t pid;
	assert_int_equal(self, (DWORD)getpid()); /* it has an object by now */
	pid = fork();
	if (!pid)
		_exit(check_child(event));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
	CloseHandle(event);
}

static void *close_while_waited(void *arg)
{
	return (void *)(uintptr_t)WaitForSingleObject(arg, 200);
}

static void a_handle_may_be_closed_while_waited_for(void **state)
{
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
	pthread_t thread;
	void *result;
	pthread_create(&thread, NULL, close_while_waited, event);
	Sleep(20);
	assert_true(CloseHandle(event));
	pthread_join(thread, &result);
	assert_int_equal((uintptr_t)result, WAIT_TIMEOUT);
}

static void the_last_error_is_per_thread(void **state)
{
	pthread_t thread;
	SetLastError(77);
	pthread_create(&thread, NULL, close_while_waited, NULL);
	pthread_join(thread, NULL);
	assert_int_equal(GetLastError(), 77);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = {
		{ "set-named", set_named },
		{ "stay", stay },
		{ "race-named", race_named },
		{ "without-folder", without_folder },
		{ NULL, NULL },
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_eight_creates_a_name),
		cmocka_unit_test(events_reset_by_hand_or_alone),
		cmocka_unit_test(a_handle_has_its_rights_and_no_more),
		cmocka_unit_test(duplicates_are_the_same_object),
		cmocka_unit_test(duplicates_of_nothing_are_refused),
		cmocka_unit_test(bad_handles_are_refused),
		cmocka_unit_test(an_old_handle_is_never_a_new_object),
		cmocka_unit_test(waiting_for_any_takes_one),
		cmocka_unit_test(waiting_for_all_takes_all_or_none),
		cmocka_unit_test(a_wait_blocks_as_long_as_told),
		cmocka_unit_test(a_pulse_reaches_who_is_blocked),
		cmocka_unit_test(a_name_is_one_object),
		cmocka_unit_test(long_names_are_told_apart),
		cmocka_unit_test(names_have_max_path_characters_at_most),
		cmocka_unit_test(a_name_is_one_in_both_encodings),
		cmocka_unit_test(a_name_is_opened_with_some_right),
		cmocka_unit_test(names_can_be_asked_for),
		cmocka_unit_test(another_process_shares_an_event),
		cmocka_unit_test(the_65th_process_has_unnamed_events),
		cmocka_unit_test(in_a_full_domain_calls_fail_whole),
		cmocka_unit_test(without_a_folder_unnamed_events_work),
		cmocka_unit_test(an_event_has_a_descriptor),
		cmocka_unit_test(a_forked_child_starts_anew),
		cmocka_unit_test(a_handle_may_be_closed_while_waited_for),
		cmocka_unit_test(the_last_error_is_per_thread),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
