/* SPDX-License-Identifier: MIT */
/* Where there is no driver, every call says so, and what to do about it. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/cuda.h>

int main(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface *surface;
	struct xf_queue *queue;
	if (dlopen("libcuda.so.1", RTLD_NOW)) {
		puts("this machine has a CUDA driver");
		return 77;
	}
	int results[] = { xf_cuda_check(), xf_cuda_surface_create(NULL, &desc, 0, 0, &surface),
		xf_queue_create_cuda(NULL, &queue) };
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i] != -ENOSYS) {
			printf("call %zu: %d\n", i, results[i]);
			return 1;
		}
	puts(xf_last_message(-ENOSYS));
	return !strstr(xf_last_message(-ENOSYS), "install NVIDIA's") ||
	       !strstr(xf_last_message(-ENOSYS), "libcuda.so.1");
}
