/* SPDX-License-Identifier: MIT */
/* Where there is no loader, every call says so, and what to do about it. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/vulkan.h>

/* In place of the C library's, for the library as well. */
void *dlopen(const char *file, int mode)
{
	(void)mode;
	printf("asked for %s\n", file);
	return NULL;
}

char *dlerror(void)
{
	static char text[] = "cannot open shared object file";
	return text;
}

int main(void)
{
	struct xf_vulkan *vulkan;
	for (int i = 0; i < 2; i++)
		if (xf_vulkan_create(NULL, &vulkan) != -ENOSYS)
			return 1;
	puts(xf_last_message(-ENOSYS));
	return !strstr(xf_last_message(-ENOSYS), "libvulkan1") ||
	       !strstr(xf_last_message(-ENOSYS), "cannot open");
}
