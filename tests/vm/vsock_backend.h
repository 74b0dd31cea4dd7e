/* SPDX-License-Identifier: MIT */
/*
 * A vhost-user-vsock device for tests, in a thread: a guest's connection to (2, PORT) becomes a
 * connection to the unix socket PREFIX_PORT, as Firecracker and cloud-hypervisor do. One front end.
 */
#ifndef VSOCK_BACKEND_H
#define VSOCK_BACKEND_H

#include <stdint.h>

struct vsock_backend;

/* Listens on `path` for QEMU's vhost-user-vsock-pci. Aborts when it cannot. */
struct vsock_backend *vsock_backend_start(const char *path, const char *prefix, uint64_t cid);
void vsock_backend_stop(struct vsock_backend *backend);

#endif
