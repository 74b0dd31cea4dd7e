/* SPDX-License-Identifier: MIT */
/*
 * vsock-front PATH PREFIX CID: the device of vsock_backend.h as a program of its own, for guests of
 * machines whose kernel has no vhost-vsock (tests/vm/debian). Until it is killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vsock_backend.h"

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("usage: vsock-front PATH PREFIX CID\n", stderr);
		return 2;
	}
	vsock_backend_start(argv[1], argv[2], strtoull(argv[3], NULL, 10));
	for (;;)
		pause();
}
