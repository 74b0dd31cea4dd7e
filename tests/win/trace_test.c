/* SPDX-License-Identifier: MIT */
/* CROSSFENCE_TRACE: a program's names for its work, and turns of keyed mutexes, in one file. */
#include "d3d.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[256];

struct setup {
	ID3D11Device1 *device;
	ID3D11DeviceContext2 *context;
	ID3DUserDefinedAnnotation *annotation;
};

static struct setup make_setup(void)
{
	struct setup s = { .device = make_device() };
	ID3D11Device1_GetImmediateContext(s.device, (ID3D11DeviceContext **)&s.context);
	assert_hr(ID3D11DeviceContext2_QueryInterface(
			  s.context, &IID_ID3DUserDefinedAnnotation, (void **)&s.annotation),
		S_OK);
	return s;
}

static void end_setup(struct setup *s)
{
	ID3DUserDefinedAnnotation_Release(s->annotation);
	ID3D11DeviceContext2_Release(s->context);
	ID3D11Device1_Release(s->device);
}

/* The other process: names its turn, and takes it. */
static int take_turn(int socket, const char *arg)
{
	struct setup s = make_setup();
	ID3D11Texture2D *texture = open_texture(s.device, (HANDLE)strtoul(arg, NULL, 10));
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	ID3DUserDefinedAnnotation_BeginEvent(s.annotation, L"turn");
	HRESULT hr = IDXGIKeyedMutex_AcquireSync(mutex, 1, 60000);
	if (hr == S_OK)
		hr = IDXGIKeyedMutex_ReleaseSync(mutex, 2);
	ID3DUserDefinedAnnotation_EndEvent(s.annotation);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	end_setup(&s);
	return hr == S_OK ? 0 : 1;
}

/* A process whose trace is a pipe that nobody reads. */
static int have_a_pipe(int socket, const char *arg)
{
	alarm(20);
	setenv("CROSSFENCE_TRACE", arg, 1);
	struct setup s = make_setup();
	BOOL is_on = ID3DUserDefinedAnnotation_GetStatus(s.annotation);
	end_setup(&s);
	return is_on ? 1 : 0;
}

static void a_pipe_holds_nobody_up(void **state)
{
	char pipe[sizeof(path) + 8];
	snprintf(pipe, sizeof(pipe), "%s.pipe", path);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	struct child child = child_start("pipe", pipe);
	assert_int_equal(child_end(&child), 0);
	assert_int_equal(unlink(pipe), 0);
}

static void share_turns(struct setup *s, ID3D11Texture2D *texture)
{
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	char handle[32];
	snprintf(handle, sizeof(handle), "%lu", (unsigned long)(uintptr_t)handle_of(texture));
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	struct child child = child_start("turn", handle);
	assert_int_equal(child_end(&child), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 5, 0), (HRESULT)WAIT_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 2, 0), S_OK);
	IDXGIKeyedMutex_Release(mutex);
}

static char *read_file(void)
{
	char *text = calloc(1, 1 << 16);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(text);
	(void)!fread(text, 1, (1 << 16) - 1, file);
	fclose(file);
	return text;
}

/* Whole lines, each an event; returns what comes behind the next that has all of these. */
static const char *find(const char *at, const char *a, const char *b)
{
	while (*at) {
		const char *end = strchr(at, '\n');
		char line[1024];
		assert_non_null(end);
		assert_true((size_t)(end - at) < sizeof(line));
		memcpy(line, at, (size_t)(end - at));
		line[end - at] = '\0';
		assert_memory_equal(line, "{\"ph\":\"", 7);
		assert_string_equal(line + (end - at) - 2, "},");
		at = end + 1;
		if (strstr(line, a) && strstr(line, b))
			return at;
	}
	fail_msg("no event with %s and %s", a, b);
	return at;
}

static void names_and_turns_are_in_the_file(void **state)
{
	struct setup s = make_setup();
	ID3D11Texture2D *texture = make_texture(s.device, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	assert_true(ID3DUserDefinedAnnotation_GetStatus(s.annotation));
	assert_true(ID3D11DeviceContext2_IsAnnotationEnabled(s.context));
	assert_int_equal(ID3DUserDefinedAnnotation_EndEvent(s.annotation), -1);
	assert_int_equal(
		ID3DUserDefinedAnnotation_BeginEvent(s.annotation, L"\"fr\x00e4me\"\n"), 0);
	ID3DUserDefinedAnnotation_SetMarker(s.annotation, L"here");
	ID3D11DeviceContext2_BeginEventInt(s.context, L"inner", 1);
	ID3D11DeviceContext2_SetMarkerInt(s.context, L"there", 1);
	ID3D11DeviceContext2_EndEvent(s.context);
	assert_int_equal(ID3DUserDefinedAnnotation_EndEvent(s.annotation), 0);
	share_turns(&s, texture);
	char *text = read_file();
	assert_memory_equal(text, "[\n", 2);
	const char *at = text + 2;
	at = find(at, "\"ph\":\"B\"", "\"name\":\"\\u0022fr\\u00e4me\\u0022\\u000a\"");
	at = find(at, "\"ph\":\"i\"", "\"name\":\"here\"");
	at = find(at, "\"ph\":\"B\"", "\"name\":\"inner\"");
	at = find(at, "\"ph\":\"i\"", "\"name\":\"there\"");
	at = find(at, "\"ph\":\"E\"", "");
	at = find(at, "\"ph\":\"E\"", "");
	at = find(at, "\"name\":\"AcquireSync\"", "\"key\":\"0\",\"result\":\"00000000\"");
	const char *released = at;
	at = find(at, "\"name\":\"ReleaseSync\"", "\"key\":\"1\",\"result\":\"00000000\"");
	char mutex[32], pid[32];
	snprintf(mutex, sizeof(mutex), "%.27s", strstr(released, "\"mutex\":"));
	snprintf(pid, sizeof(pid), "\"pid\":%d,", (int)getpid());
	find(released, "ReleaseSync", pid);
	at = find(at, "\"ph\":\"B\"", "\"name\":\"turn\"");
	const char *theirs = at;
	at = find(at, "\"name\":\"AcquireSync\"", mutex);
	at = find(at, "\"name\":\"ReleaseSync\"", "\"key\":\"2\"");
	at = find(at, "\"ph\":\"E\"", "");
	assert_true(strstr(theirs, pid) >= at); /* another process' */
	at = find(at, "\"name\":\"AcquireSync\"", "\"result\":\"00000102\"");
	find(at, "\"name\":\"AcquireSync\"", mutex);
	free(text);
	ID3D11Texture2D_Release(texture);
	end_setup(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "turn", take_turn }, { "pipe", have_a_pipe },
		{ NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_turns_are_in_the_file),
		cmocka_unit_test(a_pipe_holds_nobody_up),
	};
	harness_start(argc, argv, roles);
	snprintf(path, sizeof(path), "%s/trace.json", getenv("XDG_RUNTIME_DIR"));
	setenv("CROSSFENCE_TRACE", path, 1);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	return failed;
}
