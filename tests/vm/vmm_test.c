/* SPDX-License-Identifier: MIT */
/* A VMM that is not on the host's side: what it has of an ivshmem device it uses against others. */
#include "vmtest.h"
#include "device.h"
#include "guest/link_region.h"
#include "wire/ivshmem.h"
#include "wire/wire.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>

#define REGION (1 << 20)

static struct test_host t;
static const char *vmm_path, *other_path;

struct vmm {
	int fd, memory, doorbell, interrupt;
};

static void plug_in(struct vmm *vmm)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int64_t number;
	strcpy(name.sun_path, vmm_path);
	vmm->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(connect(vmm->fd, (struct sockaddr *)&name, sizeof(name)));
	(void)device_number(vmm->fd, &number);
	(void)device_number(vmm->fd, &number);
	vmm->memory = device_number(vmm->fd, &number);
	vmm->doorbell = device_number(vmm->fd, &number);
	vmm->interrupt = device_number(vmm->fd, &number);
	assert_true(vmm->memory >= 0 && vmm->doorbell >= 0 && vmm->interrupt >= 0);
}

static void pull_out(struct vmm *vmm)
{
	close(vmm->fd);
	close(vmm->memory);
	close(vmm->doorbell);
	close(vmm->interrupt);
}

static void start_host(void)
{
	vmm_path = test_path("vmm.sock");
	other_path = test_path("other.sock");
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vmm",
		.transport = XF_HOST_IVSHMEM,
		.address = vmm_path,
		.region_bytes = REGION };
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, NULL));
	test_guest_add(&t, "other", other_path, 0);
}

static void ring(const struct vmm *vmm)
{
	uint64_t one = 1;
	assert_int_equal(write(vmm->doorbell, &one, sizeof(one)), sizeof(one));
}

/* Whether the other guest is still served; a service that hangs can only be left. */
static void other_is_served(void)
{
	struct xf_guest *guest;
	struct xf_guest_params params = {
		.size = sizeof(params), .address = unix_address(other_path), .name = "other"
	};
	int r = xf_guest_connect(&params, xf_deadline(10 * SECOND), &guest);
	if (r) {
		fprintf(stderr, "the other guest: %s\n", xf_strerror(r));
		_exit(1);
	}
	xf_guest_disconnect(guest);
}

static struct xfw_ivshmem *map_region(const struct vmm *vmm, uint8_t **ret_base)
{
	uint8_t *base = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, vmm->memory, 0);
	assert_true(base != MAP_FAILED);
	*ret_base = base;
	return (struct xfw_ivshmem *)(base + xfw_ivshmem_offset(REGION));
}

/* Its own interrupt is full and blocking, its doorbell blocking and emptied by somebody else. */
static void eventfds_that_block_hold_up_nobody(void **state)
{
	uint64_t full = UINT64_MAX - 1, count;
	struct vmm vmm;
	uint8_t *base;
	start_host();
	plug_in(&vmm);
	struct xfw_ivshmem *channel = map_region(&vmm, &base);
	assert_int_equal(write(vmm.interrupt, &full, sizeof(full)), sizeof(full));
	ok(fcntl(vmm.interrupt, F_SETFL, 0));
	for (uint64_t epoch = 1; epoch < 50; epoch++) {
		__atomic_store_n(&channel->guest_epoch, epoch, __ATOMIC_SEQ_CST);
		ring(&vmm);
		ok(fcntl(vmm.doorbell, F_SETFL, O_NONBLOCK));
		(void)!read(vmm.doorbell, &count, sizeof(count));
		ok(fcntl(vmm.doorbell, F_SETFL, 0));
	}
	other_is_served();
	munmap(base, REGION);
	pull_out(&vmm);
	other_is_served();
	xf_host_destroy(t.host);
}

static void nothing_of_one_vm_is_left_for_the_next(void **state)
{
	struct vmm vmm;
	uint8_t *base;
	start_host();
	plug_in(&vmm);
	(void)map_region(&vmm, &base);
	memset(base, 0x5a, REGION);
	munmap(base, REGION);
	pull_out(&vmm);
	other_is_served(); /* so the end of the VMM was seen */
	plug_in(&vmm);
	struct xfw_ivshmem *channel = map_region(&vmm, &base);
	assert_true(channel->magic == XFW_IVSHMEM_MAGIC);
	assert_int_equal(channel->ring_bytes, xfw_ivshmem_ring_bytes(REGION));
	size_t left = 0;
	channel->magic = channel->ring_bytes = 0;
	for (size_t i = 0; i < REGION; i++)
		left += base[i] != 0;
	assert_int_equal(left, 0);
	munmap(base, REGION);
	pull_out(&vmm);
	xf_host_destroy(t.host);
}

/* Wake-ups of the service while a device is there and nobody in the VM wants anything. */
static void a_device_that_nobody_uses_costs_nothing(void **state)
{
	struct vmm vmm;
	uint64_t beats;
	uint8_t *base;
	start_host();
	plug_in(&vmm);
	other_is_served();
	struct xfw_ivshmem *channel = map_region(&vmm, &base);
	beats = __atomic_load_n(&channel->host_beat, __ATOMIC_ACQUIRE);
	poll(NULL, 0, 1600);
	beats = __atomic_load_n(&channel->host_beat, __ATOMIC_ACQUIRE) - beats;
	assert_int_equal(beats, 0);
	/* With a channel it beats. */
	__atomic_store_n(&channel->guest_epoch, 1, __ATOMIC_SEQ_CST);
	ring(&vmm);
	for (int64_t end = xf_deadline(10 * SECOND); !beats && xf_now() < end; poll(NULL, 0, 10))
		beats = __atomic_load_n(&channel->host_beat, __ATOMIC_ACQUIRE);
	assert_true(beats > 0);
	munmap(base, REGION);
	pull_out(&vmm);
	xf_host_destroy(t.host);
}

/* ---- a guest that sleeps is interrupted ---- */

static void interrupted(const struct vmm *vmm)
{
	struct pollfd item = { .fd = vmm->interrupt, .events = POLLIN };
	uint64_t count;
	if (poll(&item, 1, 30000) != 1)
		fail_msg("no interrupt within half a minute");
	assert_int_equal(read(vmm->interrupt, &count, sizeof(count)), sizeof(count));
}

static void tell_host(const struct vmm *vmm, struct xfw_ring_end *out, const struct xfw_msg *msg,
	const uint8_t *payload)
{
	uint8_t bytes[XFW_MAX_BYTES];
	xfw_encode(msg, bytes);
	if (payload)
		memcpy(bytes + XFW_HEAD_BYTES, payload, msg->payload_bytes);
	int64_t size = XFW_HEAD_BYTES + msg->payload_bytes;
	assert_int_equal(xfw_ring_write(out, bytes, (size_t)size), size);
	ring(vmm);
}

/* When its channel opens; when there is something to read, and room to write, if it said that it
 * sleeps; and when the channel closes. */
static void each_wait_ends_with_an_interrupt(void **state)
{
	struct vmm vmm;
	uint8_t *base, body[XFW_HELLO_BYTES], bytes[XFW_MAX_BYTES];
	const char *why;
	start_host();
	plug_in(&vmm);
	struct xfw_ivshmem *channel = map_region(&vmm, &base);
	uint64_t size = xfw_ivshmem_ring_bytes(REGION);
	uint8_t *data = (uint8_t *)channel + XFW_IVSHMEM_DATA;
	__atomic_store_n(&channel->guest_epoch, 7, __ATOMIC_SEQ_CST);
	ring(&vmm);
	interrupted(&vmm);
	assert_true(__atomic_load_n(&channel->host_epoch, __ATOMIC_ACQUIRE) == 7);
	struct xfw_ring_end in = { &channel->to_guest, data, size, 0 };
	struct xfw_ring_end out = { &channel->to_host, data + size, size, 0 };
	struct xfw_msg msg = { .type = XFW_HELLO, .payload_bytes = sizeof(body), .sequence = 1 };
	xfw_put_hello(&(struct xfw_hello){ 1, 1, "nonce" }, body);
	xfw_ring_ask(&channel->to_guest.sleeps);
	tell_host(&vmm, &out, &msg, body);
	interrupted(&vmm);
	int64_t n = xfw_ring_read(&in, bytes, sizeof(bytes));
	assert_true(n > 0);
	assert_int_equal(xfw_decode(bytes, (size_t)n, XFW_FROM_HOST, &msg, &why), 0);
	assert_int_equal(msg.type, XFW_WELCOME);
	/* It does not say that it sleeps: the answer rings nobody, the room does. */
	xfw_ring_unask(&channel->to_guest.sleeps);
	xfw_ring_ask(&channel->to_host.full);
	msg = (struct xfw_msg){ .type = XFW_PROCESS_CREATE,
		.session = msg.session,
		.process = 1,
		.tag = 1,
		.sequence = 2 };
	tell_host(&vmm, &out, &msg, NULL);
	interrupted(&vmm);
	xfw_ring_unask(&channel->to_host.full);
	__atomic_store_n(&channel->guest_epoch, 0, __ATOMIC_SEQ_CST);
	ring(&vmm);
	do
		interrupted(&vmm);
	while (__atomic_load_n(&channel->host_epoch, __ATOMIC_ACQUIRE) != 0);
	munmap(base, REGION);
	pull_out(&vmm);
	xf_host_destroy(t.host);
}

/* ---- the other way round: a host or a guestd that lies to a process ---- */

static uint64_t given_magic = XFW_IVSHMEM_MAGIC;
static uint32_t given_ring_bytes; /* 0: the right number */

static int map_one(unsigned flags, int seals, int dev)
{
	struct xfg_region region = { 0 };
	int fd = dev ? open(test_path("plain"), O_RDWR | O_CREAT, 0600)
		     : memfd_create("region", MFD_CLOEXEC | flags);
	ok(ftruncate(fd, REGION));
	struct vmm vmm = { .memory = fd };
	uint8_t *base;
	struct xfw_ivshmem *channel = map_region(&vmm, &base);
	channel->magic = given_magic;
	channel->ring_bytes =
		given_ring_bytes ? given_ring_bytes : (uint32_t)xfw_ivshmem_ring_bytes(REGION);
	munmap(base, REGION);
	if (seals)
		ok(fcntl(fd, F_ADD_SEALS, seals));
	int r = xfg_region_map(fd, &region);
	close(fd);
	xfg_region_unmap(&region);
	return r;
}

static void memory_that_can_be_taken_away_is_not_mapped(void **state)
{
	const int all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	assert_int_equal(map_one(0, 0, 1), -EPROTO);
	assert_int_equal(map_one(0, 0, 0), -EPROTO);
	assert_int_equal(map_one(MFD_ALLOW_SEALING, F_SEAL_GROW, 0), -EPROTO);
	assert_int_equal(map_one(MFD_ALLOW_SEALING, all & ~F_SEAL_SEAL, 0), -EPROTO);
	ok(map_one(MFD_ALLOW_SEALING, all, 0));
}

/* The rings' bytes follow from the region's: another number is another layout. */
static void a_region_of_another_layout_is_not_mapped(void **state)
{
	const int all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	const uint32_t right = (uint32_t)xfw_ivshmem_ring_bytes(REGION);
	for (int i = 0; i < 3; i++) {
		given_ring_bytes = i == 0 ? right / 2 : i == 1 ? right + 1 : 2 * right;
		assert_int_equal(map_one(MFD_ALLOW_SEALING, all, 0), -EPROTO);
	}
	given_ring_bytes = 0;
	given_magic ^= 1;
	assert_int_equal(map_one(MFD_ALLOW_SEALING, all, 0), -ENODEV);
	given_magic ^= 1;
	ok(map_one(MFD_ALLOW_SEALING, all, 0));
}

static void a_region_of_a_wrong_size_is_not_looked_at(void **state)
{
	static _Alignas(struct xfw_ivshmem) uint8_t bytes[REGION]; /* as mapped memory is */
	struct xfw_ivshmem *channel;
	assert_int_equal(xfg_region_find_channel(bytes, 32768, &channel), -EPROTO);
	assert_int_equal(xfg_region_find_channel(bytes, 65536 + 4096, &channel), -EPROTO);
	assert_int_equal(xfg_region_find_channel(bytes, 65536, &channel), -ENODEV);
	assert_int_equal(xfg_region_find_channel(bytes, REGION, &channel), -ENODEV);
}

/* ---- a VM that is started again and again ---- */

static int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

static void await_descriptors(int most)
{
	for (int64_t end = xf_deadline(30 * SECOND); count_descriptors() > most; usleep(1000))
		if (xf_now() > end)
			fail_msg("%d descriptors more than before", count_descriptors() - most);
}

static void a_vm_that_restarts_leaves_no_descriptor(void **state)
{
	start_host();
	int before = count_descriptors();
	for (int i = 0; i < 5; i++) {
		struct vmm vmm;
		uint8_t *base;
		plug_in(&vmm);
		struct xfw_ivshmem *channel = map_region(&vmm, &base);
		__atomic_store_n(&channel->guest_epoch, 7, __ATOMIC_SEQ_CST);
		ring(&vmm);
		for (int64_t end = xf_deadline(30 * SECOND);
			__atomic_load_n(&channel->host_epoch, __ATOMIC_ACQUIRE) != 7; usleep(1000))
			assert_true(xf_now() < end);
		munmap(base, REGION);
		pull_out(&vmm);
		await_descriptors(before);
	}
	xf_host_destroy(t.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_one_vm_is_left_for_the_next),
		cmocka_unit_test(a_device_that_nobody_uses_costs_nothing),
		cmocka_unit_test(each_wait_ends_with_an_interrupt),
		cmocka_unit_test(memory_that_can_be_taken_away_is_not_mapped),
		cmocka_unit_test(a_region_of_another_layout_is_not_mapped),
		cmocka_unit_test(a_region_of_a_wrong_size_is_not_looked_at),
		cmocka_unit_test(a_vm_that_restarts_leaves_no_descriptor),
		cmocka_unit_test(eventfds_that_block_hold_up_nobody),
	};
	return cmocka_run_group_tests_name("hostile VMMs", tests, NULL, test_remove_folder);
}
