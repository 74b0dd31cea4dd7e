/* SPDX-License-Identifier: MIT */
/*
 * ivshmem, the guest's side: the rings of vm/ivshmem.h through a PCI device. With the device bound
 * to vfio-pci its interrupt is an eventfd; without, the region is mapped through sysfs, which has
 * no interrupts: then we spin a little and sleep with growing pauses. A plain file may be given
 * instead of a device (for tests): no doorbell either way.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <linux/vfio.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "vm/ivshmem.h"
#include "vm/link.h"

#define PCI_FOLDER     "/sys/bus/pci/devices"
#define POSITION       8 /* register in BAR 0: our peer number */
#define DOORBELL       12 /* register in BAR 0: peer << 16 | vector */
#define SPINS	       2000
#define PAUSE_FIRST_NS 50000
#define PAUSE_LAST_NS  1000000

struct shared {
	struct xfi_ivshmem *region;
	size_t size;
	volatile uint32_t *registers; /* NULL: no doorbell */
	int container, group, device; /* vfio; -1: none */
	int interrupts; /* link.fd is the interrupt; else a timer */
	uint64_t epoch;
	struct xfi_ring_end in, out;
	uint64_t beat;
	int64_t beat_seen_ns;
	int shut;
};

static void ring_host(struct shared *s)
{
	if (s->registers)
		s->registers[DOORBELL / 4] = XFI_IVSHMEM_HOST_ID << 16;
}

/*
 * Between "I sleep" and the last look: a store must be seen before a load. A fence is not enough,
 * since QEMU's TCG leaves fences out for a guest of one CPU, although the host's threads are
 * others. Reading a device register orders both, there and on hardware, and costs only who goes to
 * sleep.
 */
static void settle(struct shared *s)
{
	if (s->registers)
		(void)s->registers[POSITION / 4];
}

/* 0, or -ECONNRESET when the host closed the channel or shows no life. */
static int alive(struct shared *s)
{
	uint64_t beat = __atomic_load_n(&s->region->host_beat, __ATOMIC_ACQUIRE);
	if (s->shut || __atomic_load_n(&s->region->host_epoch, __ATOMIC_ACQUIRE) != s->epoch)
		return -ECONNRESET;
	if (beat != s->beat) {
		s->beat = beat;
		s->beat_seen_ns = xf_now();
	} else if (xf_now() - s->beat_seen_ns > XFI_IVSHMEM_DEAD_NS) {
		return -ECONNRESET;
	}
	return 0;
}

static void empty(int fd)
{
	uint64_t count;
	(void)!read(fd, &count, sizeof(count)); /* non-blocking; only resets it */
}

static ssize_t shared_read(struct xfi_link *link, void *bytes, size_t size)
{
	struct shared *s = link->state;
	struct xfi_ivshmem_ring *ring = s->in.ring;
	uint64_t used = __atomic_load_n(&ring->tail, __ATOMIC_RELAXED) - s->in.ours;
	xfi_ring_unask(&ring->sleeps);
	int64_t n = xfi_ring_read(&s->in, bytes, size);
	if (n == 0) {
		xfi_ring_ask(&ring->sleeps);
		empty(link->fd);
		settle(s);
		n = xfi_ring_read(&s->in, bytes, size);
	}
	if (n < 0)
		return -ECONNRESET;
	if (n == 0) {
		int r = alive(s);
		return r ? r : -EAGAIN;
	}
	/* Nearly full: the host may be about to say that it waits. See settle(). */
	if (used > s->in.size / 2 || xfi_ring_asked(&ring->full))
		ring_host(s);
	return (ssize_t)n;
}

/* The doorbell is rung each time: telling whether the host sleeps would need a settle(), which is
 * dearer than the doorbell. */
static ssize_t shared_write(struct xfi_link *link, const void *bytes, size_t size)
{
	struct shared *s = link->state;
	struct xfi_ivshmem_ring *ring = s->out.ring;
	int r = alive(s);
	if (r)
		return r;
	xfi_ring_unask(&ring->full);
	int64_t n = xfi_ring_write(&s->out, bytes, size);
	if (n == 0) {
		xfi_ring_ask(&ring->full);
		settle(s);
		n = xfi_ring_write(&s->out, bytes, size);
	}
	if (n < 0)
		return -ECONNRESET;
	if (n == 0)
		return -EAGAIN;
	ring_host(s);
	return (ssize_t)n;
}

static int ready(struct shared *s, short events)
{
	if (events & POLLIN)
		return __atomic_load_n(&s->in.ring->tail, __ATOMIC_SEQ_CST) != s->in.ours;
	return s->out.ours - __atomic_load_n(&s->out.ring->head, __ATOMIC_SEQ_CST) < s->out.size;
}

/* No interrupt can be had: look often at first, then ever more seldom. */
static int wait_by_looking(struct shared *s, short events, int64_t deadline_ns)
{
	int64_t pause_ns = PAUSE_FIRST_NS;
	for (int i = 0; i < SPINS; i++)
		if (ready(s, events))
			return 0;
	for (;;) {
		if (ready(s, events))
			return 0;
		int r = alive(s);
		if (r)
			return r;
		int64_t left = deadline_ns == XF_NEVER ? pause_ns : deadline_ns - xf_now();
		if (left <= 0)
			return XF_TIMEOUT;
		struct timespec pause = { 0, left < pause_ns ? left : pause_ns };
		(void)ppoll(NULL, 0, &pause, NULL); /* woken early: looks early */
		if (pause_ns < PAUSE_LAST_NS)
			pause_ns += pause_ns / 4;
	}
}

static int shared_wait(struct xfi_link *link, short events, int64_t deadline_ns)
{
	struct shared *s = link->state;
	if (!s->interrupts)
		return wait_by_looking(s, events, deadline_ns);
	for (;;) {
		uint32_t *flag = events & POLLIN ? &s->in.ring->sleeps : &s->out.ring->full;
		xfi_ring_ask(flag);
		settle(s);
		if (ready(s, events))
			return 0;
		int r = alive(s);
		if (r)
			return r;
		/* The host's death is only seen by the beat that stays away. */
		int64_t look_ns = xf_now() + XFI_IVSHMEM_BEAT_NS;
		r = xfi_poll(link->fd, POLLIN, deadline_ns < look_ns ? deadline_ns : look_ns);
		if (r < 0)
			return r;
		if (r == XF_TIMEOUT && xf_now() >= deadline_ns)
			return ready(s, events) ? 0 : XF_TIMEOUT;
		empty(link->fd);
	}
}

static void shared_shut(struct xfi_link *link)
{
	struct shared *s = link->state;
	uint64_t one = 1;
	s->shut = 1;
	if (s->interrupts)
		(void)!write(link->fd, &one, sizeof(one)); /* wakes a waiter */
}

static void shared_close(struct xfi_link *link)
{
	struct shared *s = link->state;
	/* Tells the host, which closes its end when it looks. */
	if (s->region && s->epoch)
		__atomic_store_n(&s->region->guest_epoch, 0, __ATOMIC_RELEASE);
	ring_host(s);
	if (s->region)
		munmap(s->region, s->size);
	if (s->registers)
		munmap((void *)(uintptr_t)s->registers, 4096);
	int fds[] = { link->fd, s->device, s->group, s->container };
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(s);
}

static const struct xfi_link_ops shared_ops = { shared_read, shared_write, shared_wait, NULL,
	shared_shut, shared_close };

/* ---- mapping ---- */

static int map(struct shared *s, int fd, off_t offset, size_t size, int registers)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (at == MAP_FAILED)
		return -errno;
	if (registers) {
		s->registers = at;
	} else {
		s->region = at;
		s->size = size;
	}
	return 0;
}

static int map_file(struct shared *s, const char *path, int registers)
{
	struct stat stat;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_SYNC);
	if (fd < 0)
		return -errno;
	int r = fstat(fd, &stat) < 0 ? -errno : 0;
	if (!r)
		r = map(s, fd, 0, registers ? 4096 : (size_t)stat.st_size, registers);
	close(fd);
	return r;
}

static int start_timer(struct xfi_link *link)
{
	struct itimerspec look = { .it_value.tv_nsec = PAUSE_LAST_NS,
		.it_interval.tv_nsec = PAUSE_LAST_NS };
	link->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (link->fd < 0 || timerfd_settime(link->fd, 0, &look, NULL) < 0)
		return -errno;
	return 0;
}

/* The sysfs way: memory decoding is switched on by "enable"; BAR 0 rings, nothing is rung. */
static int open_sysfs(struct xfi_link *link, const char *folder)
{
	struct shared *s = link->state;
	char path[300];
	snprintf(path, sizeof(path), "%s/enable", folder);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		(void)!write(fd, "1", 1); /* firmware usually has done it */
		close(fd);
	}
	snprintf(path, sizeof(path), "%s/resource0", folder);
	(void)map_file(s, path, 1); /* without it the host's beat makes it look */
	snprintf(path, sizeof(path), "%s/resource2", folder);
	int r = map_file(s, path, 0);
	return r ? r : start_timer(link);
}

/* ---- vfio ---- */

static int vfio_region(struct shared *s, uint32_t index, struct vfio_region_info *ret_info)
{
	*ret_info = (struct vfio_region_info){ .argsz = sizeof(*ret_info), .index = index };
	return ioctl(s->device, VFIO_DEVICE_GET_REGION_INFO, ret_info) < 0 ? -errno : 0;
}

static int vfio_open_device(struct shared *s, const char *folder, const char *name)
{
	char link[300], target[300], path[64];
	snprintf(link, sizeof(link), "%s/iommu_group", folder);
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%d", atoi(strrchr(target, '/') + 1));
	s->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	s->group = open(path, O_RDWR | O_CLOEXEC);
	if (s->container < 0 || s->group < 0)
		return -errno;
	if (ioctl(s->group, VFIO_GROUP_SET_CONTAINER, &s->container) < 0 ||
		ioctl(s->container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) < 0)
		return -errno;
	s->device = ioctl(s->group, VFIO_GROUP_GET_DEVICE_FD, name);
	return s->device < 0 ? -errno : 0;
}

/* Opening the device through vfio cleared Bus Master, without which no MSI-X leaves it. */
static int vfio_bus_master(struct shared *s)
{
	struct vfio_region_info config;
	uint16_t command;
	int r = vfio_region(s, VFIO_PCI_CONFIG_REGION_INDEX, &config);
	if (r)
		return r;
	off_t at = (off_t)config.offset + 4;
	if (pread(s->device, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	command |= 1u << 2;
	return pwrite(s->device, &command, sizeof(command), at) == sizeof(command) ? 0 : -EIO;
}

static int vfio_interrupt(struct shared *s, int eventfd)
{
	union {
		struct vfio_irq_set set;
		char room[sizeof(struct vfio_irq_set) + sizeof(int)];
	} irq = { 0 };
	irq.set.argsz = sizeof(irq.room);
	irq.set.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	irq.set.index = VFIO_PCI_MSIX_IRQ_INDEX;
	irq.set.count = 1;
	memcpy(irq.set.data, &eventfd, sizeof(int));
	return ioctl(s->device, VFIO_DEVICE_SET_IRQS, &irq) < 0 ? -errno : 0;
}

static int open_vfio(struct xfi_link *link, const char *folder, const char *name)
{
	struct shared *s = link->state;
	struct vfio_region_info info;
	int r = vfio_open_device(s, folder, name);
	if (!r)
		r = vfio_bus_master(s);
	if (!r)
		r = vfio_region(s, VFIO_PCI_BAR0_REGION_INDEX, &info);
	if (!r)
		r = map(s, s->device, (off_t)info.offset, 4096, 1);
	if (!r)
		r = vfio_region(s, VFIO_PCI_BAR2_REGION_INDEX, &info);
	if (!r)
		r = map(s, s->device, (off_t)info.offset, info.size, 0);
	if (r)
		return r;
	link->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->interrupts = 1;
	return link->fd < 0 ? -errno : vfio_interrupt(s, link->fd);
}

/* ---- opening ---- */

static int is_file_with(const char *folder, const char *name, const char *text)
{
	char path[400], line[32] = "";
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	int same = fgets(line, sizeof(line), f) && strncmp(line, text, strlen(text)) == 0;
	fclose(f);
	return same;
}

/* The first ivshmem device there is. */
static int find_device(char *name, size_t size)
{
	DIR *devices = opendir(PCI_FOLDER);
	struct dirent *entry;
	int r = -ENOENT;
	while (r && devices && (entry = readdir(devices))) {
		char folder[300];
		snprintf(folder, sizeof(folder), PCI_FOLDER "/%.200s", entry->d_name);
		if (is_file_with(folder, "vendor", "0x1af4") &&
			is_file_with(folder, "device", "0x1110")) {
			snprintf(name, size, "%.60s", entry->d_name);
			r = 0;
		}
	}
	if (devices)
		closedir(devices);
	return r;
}

static int open_device(struct xfi_link *link, const char *where)
{
	char name[64], folder[128], driver[160], target[300];
	if (where[0] == '/') {
		int r = map_file(link->state, where, 0);
		return r ? r : start_timer(link);
	}
	if (!*where) {
		int r = find_device(name, sizeof(name));
		if (r)
			return r;
	} else if (strlen(where) < sizeof(name)) {
		strcpy(name, where);
	} else {
		return -EINVAL;
	}
	snprintf(folder, sizeof(folder), PCI_FOLDER "/%s", name);
	snprintf(driver, sizeof(driver), "%s/driver", folder);
	ssize_t n = readlink(driver, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = 0;
	if (n > 0 && strcmp(strrchr(target, '/') + 1, "vfio-pci") == 0)
		return open_vfio(link, folder, name);
	return open_sysfs(link, folder);
}

static int check_region(struct shared *s)
{
	uint64_t ring = s->region->ring_bytes;
	if (s->size < XFI_IVSHMEM_DATA)
		return -EPROTO;
	if (__atomic_load_n(&s->region->magic, __ATOMIC_ACQUIRE) != XFI_IVSHMEM_MAGIC)
		return -ENODEV; /* not served by a host service, or not yet */
	if (ring < 4096 || ring & (ring - 1) || XFI_IVSHMEM_DATA + 2 * ring > s->size)
		return -EPROTO;
	uint8_t *data = (uint8_t *)s->region + XFI_IVSHMEM_DATA;
	s->in = (struct xfi_ring_end){ &s->region->to_guest, data, ring, 0 };
	s->out = (struct xfi_ring_end){ &s->region->to_host, data + ring, ring, 0 };
	return 0;
}

/* Says which epoch we want and waits until the host serves it. */
static int agree(struct xfi_link *link, int64_t deadline_ns)
{
	struct shared *s = link->state;
	if (getrandom(&s->epoch, sizeof(s->epoch), GRND_NONBLOCK) != sizeof(s->epoch))
		s->epoch = (uint64_t)xf_now();
	s->epoch |= 1; /* never 0 */
	__atomic_store_n(&s->region->guest_epoch, s->epoch, __ATOMIC_SEQ_CST);
	ring_host(s);
	while (__atomic_load_n(&s->region->host_epoch, __ATOMIC_ACQUIRE) != s->epoch) {
		int64_t left = deadline_ns - xf_now();
		if (left <= 0)
			return -ETIMEDOUT;
		/* Interrupts wake us; without them, and for one that was lost, we look. */
		struct timespec pause = { 0, left < 10000000 ? left : 10000000 };
		struct pollfd item = { .fd = link->fd, .events = POLLIN };
		(void)ppoll(&item, 1, &pause, NULL);
		empty(link->fd);
	}
	s->beat = __atomic_load_n(&s->region->host_beat, __ATOMIC_ACQUIRE);
	s->beat_seen_ns = xf_now();
	return 0;
}

int xfi_link_region(const struct xfi_link *link, void **ret_region, size_t *ret_size)
{
	const struct shared *s = link->state;
	if (link->ops != &shared_ops)
		return -ENOTSUP;
	if (ret_region)
		*ret_region = s->region;
	if (ret_size)
		*ret_size = s->size;
	return 0;
}

int xfi_link_open_ivshmem(const char *where, int64_t deadline_ns, struct xfi_link *ret_link)
{
	struct shared *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->container = s->group = s->device = -1;
	struct xfi_link link = {
		.ops = &shared_ops, .fd = -1, .look_ns = XFI_IVSHMEM_BEAT_NS, .state = s
	};
	int r = open_device(&link, where);
	if (!r)
		r = check_region(s);
	if (!r)
		r = agree(&link, deadline_ns);
	if (r) {
		xfi_link_close(&link);
		return r;
	}
	*ret_link = link;
	return 0;
}
