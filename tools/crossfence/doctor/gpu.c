/* SPDX-License-Identifier: MIT */
/* Asks the drivers themselves, which are found at run time or not there. */
#include "gpu.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "vulkan.h"

/* What is asked of libcuda.so.1. */
struct driver {
	int (*init)(unsigned flags);
	int (*count)(int *ret);
	int (*version)(int *ret);
	int (*name)(char *ret, int size, int device);
	int (*attribute)(int *ret, int attribute, int device);
	int (*peer)(int *ret, int device, int peer);
};

enum { WAIT_64 = 122, POSIX_FD = 103 }; /* CU_DEVICE_ATTRIBUTE_* */

static bool find(void *library, const char *name, void *ret_function)
{
	void *address = dlsym(library, name);
	*(void **)ret_function = address;
	return address;
}

static bool load(struct driver *d)
{
	void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
	return library && find(library, "cuInit", &d->init) &&
	       find(library, "cuDeviceGetCount", &d->count) &&
	       find(library, "cuDriverGetVersion", &d->version) &&
	       find(library, "cuDeviceGetName", &d->name) &&
	       find(library, "cuDeviceGetAttribute", &d->attribute) &&
	       find(library, "cuDeviceCanAccessPeer", &d->peer);
}

static void look_at_device(struct findings *f, const struct driver *d, int i)
{
	char text[FINDING_SIZE] = "unknown";
	int waits = 0, shares = 0;
	(void)d->name(text, sizeof(text), i);
	(void)d->attribute(&waits, WAIT_64, i);
	(void)d->attribute(&shares, POSIX_FD, i);
	finding_add(f, "CUDA device", waits && shares, text,
		!shares	 ? "it cannot share memory by descriptors: no surfaces there"
		: !waits ? "no 64-bit stream memory operations: its streams cannot be queues"
			 : "surfaces in its memory, and its streams as queues (xf_cuda(3))");
}

static void look_at_peers(struct findings *f, const struct driver *d, int count)
{
	int pairs = 0, reach = 0;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < count; k++) {
			int can = 0;
			if (i == k)
				continue;
			pairs++;
			reach += d->peer(&can, i, k) == 0 && can;
		}
	if (pairs)
		finding_add(f, "CUDA peers", reach == pairs,
			reach == pairs ? "each device reaches every other's memory"
				       : "not every device reaches every other's memory",
			reach == pairs ? NULL : "xf_cuda_map() says -EXDEV where one does not");
}

/* Its control daemon listens there. */
static bool mps_runs(void)
{
	const char *folder = getenv("CUDA_MPS_PIPE_DIRECTORY");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control",
		folder && *folder ? folder : "/tmp/nvidia-mps");
	if (access(address.sun_path, F_OK))
		return false;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool runs = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0)
		close(fd);
	return runs;
}

static void look_at_cuda(struct findings *f)
{
	struct driver d;
	char text[FINDING_SIZE];
	int count = 0, version = 0;
	if (!load(&d)) {
		finding_add(f, "CUDA driver", false, "no libcuda.so.1",
			"no surfaces in a GPU's memory by CUDA; NVIDIA's driver brings it");
		return;
	}
	int error = d.init(0);
	if (error || d.count(&count) || !count) {
		snprintf(text, sizeof(text), "no device (%d)", error);
		finding_add(f, "CUDA driver", false, text,
			"is a GPU assigned to this process (CUDA_VISIBLE_DEVICES)?");
		return;
	}
	(void)d.version(&version);
	snprintf(text, sizeof(text), "CUDA %d.%d", version / 1000, version % 1000 / 10);
	finding_add(f, "CUDA driver", version >= 11070, text,
		version >= 11070 ? NULL : "too old: CUDA 11.7 is needed");
	for (int i = 0; i < count; i++)
		look_at_device(f, &d, i);
	look_at_peers(f, &d, count);
	bool mps = mps_runs();
	finding_add(f, "MPS", mps, mps ? "its control daemon runs" : "does not run",
		mps ? "processes share a GPU without taking turns: some 16 us a round trip with "
		      "work"
		    : "two processes with work on one GPU take turns: some 290 us a round trip; "
		      "with MPS 16 us, with a GPU each 19 us");
}

/* Vulkan is asked first: that forks, and a driver that was started does not like it. */
void doctor_gpu(struct findings *f)
{
	static struct vulkan_look look;
	vulkan_look(&look);
	look_at_cuda(f);
	doctor_vulkan(f, &look);
}
