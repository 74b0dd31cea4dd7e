/* SPDX-License-Identifier: MIT */
/*
 * Finding and mapping an ivshmem device. Bound to vfio-pci its interrupt is an eventfd; otherwise
 * it is mapped through sysfs, which has no interrupts.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include <crossfence/result.h>
#include "base/fd.h"
#include "guest/link_pci.h"

#define PCI_FOLDER "/sys/bus/pci/devices"

/* ---- mapping ---- */

static int map(struct xfg_pci *pci, int fd, off_t offset, size_t size, int registers)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (at == MAP_FAILED)
		return -errno;
	if (registers) {
		pci->registers = at;
	} else {
		pci->memory = at;
		pci->size = size;
	}
	return 0;
}

static int map_file(struct xfg_pci *pci, const char *path, int registers)
{
	struct stat stat;
	int fd = xfi_fd_above_std(open(path, O_RDWR | O_CLOEXEC | O_SYNC));
	if (fd < 0)
		return -errno;
	int r = fstat(fd, &stat) < 0 ? -errno : 0;
	if (!r)
		r = map(pci, fd, 0, registers ? 4096 : (size_t)stat.st_size, registers);
	if (r || registers)
		close(fd);
	else
		pci->memory_fd = fd;
	return r;
}

/* The sysfs way: memory decoding is switched on by "enable"; BAR 0 rings, nothing is rung. */
static int open_sysfs(struct xfg_pci *pci, const char *folder)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/enable", folder);
	int fd = xfi_fd_above_std(open(path, O_WRONLY | O_CLOEXEC));
	if (fd >= 0) {
		(void)!write(fd, "1", 1); /* firmware usually has done it */
		close(fd);
	}
	snprintf(path, sizeof(path), "%s/resource0", folder);
	int r = map_file(pci, path, 1);
	snprintf(path, sizeof(path), "%s/resource2", folder);
	return r ? r : map_file(pci, path, 0);
}

/* ---- vfio ---- */

static int vfio_region(struct xfg_pci *pci, uint32_t index, struct vfio_region_info *ret_info)
{
	*ret_info = (struct vfio_region_info){ .argsz = sizeof(*ret_info), .index = index };
	return ioctl(pci->device, VFIO_DEVICE_GET_REGION_INFO, ret_info) < 0 ? -errno : 0;
}

static int vfio_open_device(struct xfg_pci *pci, const char *folder, const char *name)
{
	char link[300], target[300], path[64];
	snprintf(link, sizeof(link), "%s/iommu_group", folder);
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%d", atoi(strrchr(target, '/') + 1));
	pci->container = xfi_fd_above_std(open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC));
	pci->group = xfi_fd_above_std(open(path, O_RDWR | O_CLOEXEC));
	if (pci->container < 0 || pci->group < 0)
		return -errno;
	if (ioctl(pci->group, VFIO_GROUP_SET_CONTAINER, &pci->container) < 0 ||
		ioctl(pci->container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) < 0)
		return -errno;
	pci->device = ioctl(pci->group, VFIO_GROUP_GET_DEVICE_FD, name);
	return pci->device < 0 ? -errno : 0;
}

/* Opening the device through vfio cleared Bus Master, without which no MSI-X leaves it. */
static int vfio_bus_master(struct xfg_pci *pci)
{
	struct vfio_region_info config;
	uint16_t command;
	int r = vfio_region(pci, VFIO_PCI_CONFIG_REGION_INDEX, &config);
	if (r)
		return r;
	off_t at = (off_t)config.offset + 4;
	if (pread(pci->device, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	command |= 1u << 2;
	return pwrite(pci->device, &command, sizeof(command), at) == sizeof(command) ? 0 : -EIO;
}

static int vfio_trigger(struct xfg_pci *pci, uint32_t index, int eventfd)
{
	union {
		struct vfio_irq_set set;
		char room[sizeof(struct vfio_irq_set) + sizeof(int)];
	} irq = { 0 };
	irq.set.argsz = sizeof(irq.room);
	irq.set.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	irq.set.index = index;
	irq.set.count = 1;
	memcpy(irq.set.data, &eventfd, sizeof(int));
	return ioctl(pci->device, VFIO_DEVICE_SET_IRQS, &irq) < 0 ? -errno : 0;
}

static int open_vfio(struct xfg_pci *pci, const char *folder, const char *name)
{
	struct vfio_region_info info;
	int r = vfio_open_device(pci, folder, name);
	if (!r)
		r = vfio_bus_master(pci);
	if (!r)
		r = vfio_region(pci, VFIO_PCI_BAR0_REGION_INDEX, &info);
	if (!r)
		r = map(pci, pci->device, (off_t)info.offset, 4096, 1);
	if (!r)
		r = vfio_region(pci, VFIO_PCI_BAR2_REGION_INDEX, &info);
	if (!r)
		r = map(pci, pci->device, (off_t)info.offset, info.size, 0);
	if (r)
		return r;
	/* The device's descriptor would give away more than its memory. */
	char path[300];
	snprintf(path, sizeof(path), "%s/resource2", folder);
	pci->memory_fd = xfi_fd_above_std(open(path, O_RDWR | O_CLOEXEC | O_SYNC));
	pci->irq = xfi_fd_above_std(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	pci->wanted_back = xfi_fd_above_std(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (pci->irq < 0 || pci->wanted_back < 0)
		return -errno;
	/* A kernel that does not tell waits until we close it for another reason. */
	(void)vfio_trigger(pci, VFIO_PCI_REQ_IRQ_INDEX, pci->wanted_back);
	return vfio_trigger(pci, VFIO_PCI_MSIX_IRQ_INDEX, pci->irq);
}

bool xfg_pci_is_wanted_back(struct xfg_pci *pci)
{
	uint64_t count;
	return pci->wanted_back >= 0 &&
	       read(pci->wanted_back, &count, sizeof(count)) == sizeof(count);
}

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

/* ---- atomic instructions ---- */

/* More than one CPU now or ever: an emulator then has to make them real, for its own threads. */
static bool one_cpu_for_ever(void)
{
	return !is_file_with("/sys/devices/system/cpu", "possible", "0-");
}

/*
 * QEMU's TCG makes the atomic instructions of a guest that can only have one CPU out of plain ones:
 * enough for the guest, but the host's threads get in between. Such a guest must not swap words
 * that it shares with the host. Elsewhere than on x86 TCG does not say that it is there.
 */
bool xfg_pci_atomics_are_real(void)
{
#if defined(__x86_64__) || defined(__i386__)
	char name[13] = "";
	unsigned a, b, c, d;
	__cpuid(0x40000000, a, b, c, d); /* garbage without a hypervisor: no TCG then either */
	memcpy(name + 0, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	if (strcmp(name, "TCGTCGTCGTCG") != 0)
		return true;
#endif
	return !one_cpu_for_ever();
}

/* ---- finding ---- */

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
	return r ? xf_fail(r, "this machine has no ivshmem device (1af4:1110)") : 0;
}

static int open_device(struct xfg_pci *pci, const char *where)
{
	char name[64], folder[128], driver[160], target[300];
	if (!*where) {
		int r = find_device(name, sizeof(name));
		if (r)
			return r;
	} else if (strlen(where) < sizeof(name)) {
		strcpy(name, where);
	} else {
		return xf_fail(-EINVAL, "'ivshmem:%.80s...' is not the address of a device", where);
	}
	snprintf(folder, sizeof(folder), PCI_FOLDER "/%s", name);
	snprintf(driver, sizeof(driver), "%s/driver", folder);
	ssize_t n = readlink(driver, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = 0;
	if (n > 0 && strcmp(strrchr(target, '/') + 1, "vfio-pci") == 0)
		return open_vfio(pci, folder, name);
	return open_sysfs(pci, folder);
}

void xfg_pci_close(struct xfg_pci *pci)
{
	const int fds[] = { pci->memory_fd, pci->irq, pci->wanted_back, pci->device, pci->group,
		pci->container };
	if (pci->memory)
		munmap(pci->memory, pci->size);
	if (pci->registers)
		munmap((void *)(uintptr_t)pci->registers, 4096);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int xfg_pci_open(const char *where, struct xfg_pci *pci)
{
	int r;
	*pci = (struct xfg_pci){ .memory_fd = -1,
		.irq = -1,
		.wanted_back = -1,
		.container = -1,
		.group = -1,
		.device = -1 };
	if (where[0] == '/') {
		pci->real_atomics = true;
		r = map_file(pci, where, 0);
	} else {
		pci->real_atomics = xfg_pci_atomics_are_real();
		r = open_device(pci, where);
	}
	if (r)
		xfg_pci_close(pci);
	if (r && *where && r != -EINVAL)
		return xf_fail(r, "ivshmem device '%s': %s", where, strerror(-r));
	return r;
}
