/* SPDX-License-Identifier: MIT */
/* Watches a QEMU's QMP socket for a virtio-serial port that its guest closes. */
#ifndef QMP_H
#define QMP_H

#include <crossfence/host.h>

struct qmp;

/*
 * From now on xf_host_guest_reset() is called when the guest closes the port whose id is `port`.
 * The socket at `path` may come and go. Stop it before the guest is removed. -EINVAL: path too
 * long.
 */
int qmp_start(struct xf_host_guest *guest, const char *name, const char *path, const char *port,
	struct qmp **ret_qmp);
void qmp_stop(struct qmp *qmp);

#endif
