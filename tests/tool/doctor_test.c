/* SPDX-License-Identifier: MIT */
/* doctor says what is there and what follows; show says where a surface lives. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#include "../temporary.h"
#include "play.h"

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;
	assert_true(json_object_object_get_ex(object, key, &value));
	return json_object_get_string(value);
}

/* The finding, or NULL. */
static struct json_object *find(struct json_object *all, const char *what)
{
	struct json_object *list;
	assert_true(json_object_object_get_ex(all, "findings", &list));
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		if (strcmp(text_of(one, "what"), what) == 0)
			return one;
	}
	return NULL;
}

static struct json_object *doctor(void)
{
	struct play *p = tool("doctor", "--json", NULL);
	struct json_object *all = json_tokener_parse(p->stdout_text);
	assert_int_equal(p->status, 0);
	assert_string_equal(p->stderr_text, "");
	assert_non_null(all);
	play_free(p);
	return all;
}

static void says_what_follows(void **state)
{
	static const char *const always[] = { "kernel", "sealed memory files", "robust futexes",
		"futex_waitv", "io_uring waits for futexes", "KVM", "runtime folder",
		"open descriptors (ulimit -n)", "CUDA driver", "Vulkan loader",
		"lavapipe (Vulkan on the CPU)" };
	struct json_object *all = doctor(), *list, *good;
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!find(all, always[i]))
			fail_msg("nothing is said of %s", always[i]);
	json_object_object_get_ex(all, "findings", &list);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		assert_true(*text_of(one, "found"));
		assert_true(json_object_object_get_ex(one, "good", &good));
		/* Whatever is missing has a consequence. */
		assert_true(json_object_get_boolean(good) || *text_of(one, "follows"));
	}
	json_object_put(all);
	struct play *p = tool("doctor", NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(strstr(p->stdout_text, "kernel: "));
	play_free(p);
}

static void a_strange_folder_is_shown_as_text(void **state)
{
	char before[256];
	snprintf(before, sizeof(before), "%s", getenv("XDG_RUNTIME_DIR"));
	assert_int_equal(setenv("XDG_RUNTIME_DIR", "/nowhere/\xff\033[2J", 1), 0);
	struct play *p = tool("doctor", NULL);
	assert_non_null(strstr(p->stdout_text, "/nowhere/??[2J"));
	assert_null(strpbrk(p->stdout_text, "\xff\033"));
	play_free(p);
	json_object_put(assert_json(tool("doctor", "--json", NULL)));
	assert_int_equal(setenv("XDG_RUNTIME_DIR", before, 1), 0);
}

static void sees_a_gpu(void **state)
{
	setenv("LD_LIBRARY_PATH", getenv("FAKE_CUDA"), 1);
	setenv("FAKE_CUDA_PEERS", "0", 1);
	struct json_object *all = doctor();
	unsetenv("LD_LIBRARY_PATH");
	assert_string_equal(text_of(find(all, "CUDA driver"), "found"), "CUDA 12.0");
	assert_string_equal(text_of(find(all, "CUDA device"), "found"), "stand-in 0");
	assert_non_null(strstr(text_of(find(all, "CUDA peers"), "follows"), "-EXDEV"));
	assert_non_null(find(all, "MPS"));
	json_object_put(all);
}

#define LAVAPIPE "lavapipe (Vulkan on the CPU)"

static struct json_object *doctor_with(const char *name, const char *value)
{
	const char *before = getenv(name);
	char *kept = before ? strdup(before) : NULL;
	setenv(name, value, 1);
	struct json_object *all = doctor();
	if (kept)
		setenv(name, kept, 1);
	else
		unsetenv(name);
	free(kept);
	return all;
}

static bool is_good(struct json_object *finding)
{
	struct json_object *good;
	assert_non_null(finding);
	assert_true(json_object_object_get_ex(finding, "good", &good));
	return json_object_get_boolean(good);
}

static void names_vulkan_devices(void **state)
{
	if (!getenv("LAVAPIPE") || access(getenv("LAVAPIPE"), R_OK))
		skip();
	struct json_object *all = doctor_with("VK_ICD_FILENAMES", getenv("LAVAPIPE"));
	struct json_object *device = find(all, "Vulkan device");
	assert_true(is_good(device));
	assert_non_null(strstr(text_of(device, "found"), "llvmpipe"));
	assert_non_null(strstr(text_of(device, "found"), "on the CPU"));
	assert_non_null(strstr(text_of(device, "found"), "driver llvmpipe"));
	assert_non_null(strstr(text_of(device, "found"), "timeline semaphores yes"));
	assert_non_null(strstr(text_of(device, "found"), "external_memory_host yes"));
	assert_non_null(strstr(text_of(device, "follows"), "the domain's"));
	assert_true(is_good(find(all, LAVAPIPE)));
	assert_null(find(all, "Vulkan devices"));
	json_object_put(all);
}

static void a_hidden_driver_is_not_there(void **state)
{
	static const char *const names[] = { "VK_DRIVER_FILES", "VK_ICD_FILENAMES" };
	if (!getenv("LAVAPIPE") || access(getenv("LAVAPIPE"), R_OK))
		skip();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_object *all = doctor_with(names[i], "/nowhere/driver.json");
		assert_null(find(all, "Vulkan device"));
		assert_non_null(strstr(
			text_of(find(all, "Vulkan devices"), "follows"), "/nowhere/driver.json"));
		assert_false(is_good(find(all, LAVAPIPE)));
		assert_non_null(strstr(text_of(find(all, LAVAPIPE), "found"), names[i]));
		json_object_put(all);
	}
}

/* The first that the linker finds is none: as if there were no other. */
static void without_a_loader_there_is_no_device(void **state)
{
	char folder[TEMPORARY_SIZE], path[TEMPORARY_SIZE + 32];
	assert_non_null(mkdtemp(temporary(folder, "no-loader-XXXXXX")));
	snprintf(path, sizeof(path), "%s/libvulkan.so.1", folder);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	struct json_object *all = doctor_with("LD_LIBRARY_PATH", folder);
	assert_false(is_good(find(all, "Vulkan loader")));
	assert_null(find(all, "Vulkan device"));
	assert_false(is_good(find(all, LAVAPIPE)));
	json_object_put(all);
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void survives_a_driver_that_crashes(void **state)
{
	if (!getenv("CRASHING_DRIVER"))
		skip();
	struct json_object *all = doctor_with("VK_ICD_FILENAMES", getenv("CRASHING_DRIVER"));
	if (is_good(find(all, "Vulkan loader"))) {
		assert_non_null(
			strstr(text_of(find(all, "Vulkan drivers"), "found"), "(signal 6)"));
		assert_null(find(all, "Vulkan devices"));
	}
	json_object_put(all);
}

static void shows_where_a_surface_lives(void **state)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 64,
		.height_px = 64,
		.fourcc = XF_FORMAT_ABGR8888,
		.memory = XF_MEMORY_CUDA,
		.memory_bytes = 2 << 20,
		.granularity_bytes = 2 << 20,
		.device_uuid = { 0x1a, 0x2b, 0x3c, 0x4d } };
	struct xf_domain *domain;
	struct xf_surface *surface;
	char id[32];
	int fd = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, 2 << 20), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	assert_int_equal(xf_domain_open_or_create("gpu", NULL, &domain), 0);
	assert_int_equal(xf_surface_import(domain, &desc, fd, 0, 0, &surface), 0);
	snprintf(id, sizeof(id), "0x%llx", (unsigned long long)xf_surface_id(surface));
	struct play *p = tool("show", "gpu", id, NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(strstr(p->stdout_text, "on GPU-1a2b3c4d, 2"));
	play_free(p);
	p = tool("show", "--json", "gpu", id, NULL);
	assert_non_null(strstr(p->stdout_text, "\"memory\": \"cuda\""));
	assert_non_null(strstr(p->stdout_text, "\"device\": \"1a2b3c4d0000"));
	assert_non_null(strstr(p->stdout_text, "\"memory_bytes\": 2097152"));
	play_free(p);
	xf_surface_close(surface);
	xf_domain_leave(domain);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		play_test(says_what_follows),
		play_test(a_strange_folder_is_shown_as_text),
		play_test(sees_a_gpu),
		play_test(names_vulkan_devices),
		play_test(a_hidden_driver_is_not_there),
		play_test(without_a_loader_there_is_no_device),
		play_test(survives_a_driver_that_crashes),
		play_test(shows_where_a_surface_lives),
	};
	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
