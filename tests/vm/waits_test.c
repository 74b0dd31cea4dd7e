/* SPDX-License-Identifier: MIT */
/*
 * A guest's kernel that writes its messages itself has as many processes wait for keys as it likes,
 * each wait with descriptors of the service: those that others need to connect are left.
 */
#include "raw_talk.h"

#include <crossfence/keyed_mutex.h>
#include <crossfence/surface.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "device.h"
#include "wire/ivshmem.h"

#define REGION	    (16 << 20)
#define DESCRIPTORS 512
#define SHARE	    (DESCRIPTORS / 16) /* SECURITY.md */
#define SURFACES    200
#define PROCESSES   2

static struct test_host t;
static struct xf_domain *domain;
static struct xf_surface *surfaces[SURFACES];
static struct xf_host_guest *guest;

/* ---- A's kernel ---- */

static struct {
	struct xfw_ivshmem *channel;
	struct xfw_ring_end in, out;
	uint64_t session, sequence;
	uint8_t bytes[XFW_MAX_BYTES * 4];
	size_t have;
	unsigned refused; /* acquires */
} vm;

enum { ASKED = 1, ACQUIRE }; /* tags */

static void ring_host(void)
{
	uint64_t one = 1;
	assert_int_equal(write(device_doorbell, &one, sizeof(one)), sizeof(one));
}

static void tell(struct xfw_msg msg, const void *payload)
{
	uint8_t bytes[XFW_MAX_BYTES];
	msg.session = vm.session;
	msg.sequence = ++vm.sequence;
	xfw_encode(&msg, bytes);
	if (msg.payload_bytes)
		memcpy(bytes + XFW_HEAD_BYTES, payload, msg.payload_bytes);
	size_t size = XFW_HEAD_BYTES + msg.payload_bytes;
	for (size_t done = 0; done < size; ring_host())
		done += (size_t)xfw_ring_write(&vm.out, bytes + done, size - done);
}

/* The next message of the host, or one of type 0 when there is none within `ms`. */
static struct xfw_msg hear(int ms)
{
	struct xfw_msg msg = { 0 };
	const char *why;
	for (int64_t until = xf_deadline(ms * MS); xf_now() < until; usleep(200)) {
		int64_t n = xfw_ring_read(&vm.in, vm.bytes + vm.have, sizeof(vm.bytes) - vm.have);
		assert_true(n >= 0);
		vm.have += (size_t)n;
		if (xfw_decode(vm.bytes, vm.have, XFW_FROM_HOST, &msg, &why) == 0) {
			size_t used = XFW_HEAD_BYTES + msg.payload_bytes;
			memmove(vm.bytes, vm.bytes + used, vm.have -= used);
			ring_host();
			return msg;
		}
		ring_host();
	}
	return (struct xfw_msg){ 0 };
}

static void count_refused(const struct xfw_msg *msg)
{
	assert_int_equal((int32_t)msg->object, -ENOSPC);
	vm.refused++;
}

static int32_t ask_host(struct xfw_msg msg, const void *payload)
{
	msg.tag = ASKED;
	tell(msg, payload);
	while ((msg = hear(20000)).tag == ACQUIRE)
		count_refused(&msg);
	assert_int_equal(msg.type, XFW_DONE);
	return (int32_t)msg.object;
}

static void set_end(struct xfw_ring_end *end, struct xfw_ivshmem_ring *ring, int index)
{
	uint64_t size = xfw_ivshmem_ring_bytes(REGION);
	*end = (struct xfw_ring_end){ ring,
		(uint8_t *)vm.channel + XFW_IVSHMEM_DATA + (uint64_t)index * size, size, 0 };
}

static void begin(const char *path)
{
	uint8_t body[XFW_HELLO_BYTES];
	struct xfw_hello hello = { 1, 1, "nonce" };
	device_plug_in(path);
	uint8_t *base = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, device_memory, 0);
	assert_true(base != MAP_FAILED);
	vm.channel = (struct xfw_ivshmem *)(base + xfw_ivshmem_offset(REGION));
	__atomic_store_n(&vm.channel->guest_epoch, 77, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&vm.channel->host_epoch, __ATOMIC_ACQUIRE) != 77) {
		ring_host();
		usleep(1000);
	}
	set_end(&vm.in, &vm.channel->to_guest, 0);
	set_end(&vm.out, &vm.channel->to_host, 1);
	xfw_put_hello(&hello, body);
	tell((struct xfw_msg){ XFW_HELLO, .payload_bytes = sizeof(body) }, body);
	struct xfw_msg welcome = hear(20000);
	assert_int_equal(welcome.type, XFW_WELCOME);
	vm.session = welcome.session;
}

/* All acquires that are not refused wait for ever. */
static unsigned wait_for_all(void)
{
	uint8_t key[8];
	xfw_put64(key, 77);
	for (uint32_t p = 1; p <= PROCESSES; p++) {
		ok(ask_host((struct xfw_msg){ XFW_PROCESS_CREATE, .process = p }, NULL));
		for (int i = 0; i < SURFACES; i++) {
			struct xfw_msg msg = { XFW_SURFACE_OPEN, .process = p,
				.object = xf_surface_id(surfaces[i]) };
			ok(ask_host(msg, NULL));
			msg.type = XFW_SURFACE_ACQUIRE;
			msg.payload_bytes = sizeof(key);
			msg.tag = ACQUIRE;
			tell(msg, key);
		}
	}
	for (struct xfw_msg msg; (msg = hear(2000)).type;)
		count_refused(&msg);
	return PROCESSES * SURFACES - vm.refused;
}

/* ---- the host ---- */

static void add_guests(void)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "a",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("a.sock"),
		.region_bytes = REGION };
	struct xf_domain_params room = { .size = sizeof(room), .max_objects = 2048 };
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_ABGR8888
	};
	uint64_t offset, size;
	int fd;
	ok(xf_host_guest_add(t.host, &params, &guest));
	ok(xf_host_guest_region(guest, &fd, &offset, &size));
	ok(xf_domain_create_in(fd, size, &room, &domain));
	close(fd);
	for (int i = 0; i < SURFACES; i++)
		ok(xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &surfaces[i]));
	ok(xf_host_guest_share_domain(guest, domain));
	(void)test_guest_add(&t, "b", test_path("b.sock"), 0);
}

static void who_waits_leaves_descriptors(void **state)
{
	struct rlimit few = { DESCRIPTORS, DESCRIPTORS };
	ok(setrlimit(RLIMIT_NOFILE, &few));
	test_host_start(&t, XF_HOST_OWN_THREAD);
	add_guests();
	begin(test_path("a.sock"));
	struct raw b = begin_talk(test_path("b.sock"));
	int64_t before = process_comes_and_goes(&b);
	unsigned waiting = wait_for_all();
	int64_t after = process_comes_and_goes(&b);
	print_message("%u of %d acquires wait; b: %.1f times its time before\n", waiting,
		PROCESSES * SURFACES, (double)after / (double)before);
	assert_int_equal(waiting, SHARE);
	for (int i = 0; i < 20; i++) { /* and stay: others may still connect */
		struct raw more = begin_talk(test_path("b.sock"));
		if (i % 2)
			close(more.fd);
	}
	xf_host_destroy(t.host);
	for (int i = 0; i < SURFACES; i++)
		xf_surface_close(surfaces[i]);
	xf_domain_leave(domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(who_waits_leaves_descriptors) };
	return cmocka_run_group_tests_name("waits", tests, NULL, test_remove_folder);
}
