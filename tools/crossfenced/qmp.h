/* SPDX-License-Identifier: MIT */
/* Watches a QEMU's QMP socket for what its guest's transport does not tell. */
#ifndef QMP_H
#define QMP_H

#include <crossfence/host.h>

struct qmp;

/*
 * From now on xf_host_guest_reset() is called when the guest is reset or shut down, or the
 * device whose id is `port` (NULL: none) is unplugged, or closed if it is a virtio-serial port; and
 * xf_host_guest_resumed() when the guest runs again after a pause, a snapshot or a restore. The
 * socket at `path` may come and go. Stop it before the guest is removed. -EINVAL: path too long.
 */
int qmp_start(struct xf_host_guest *guest, const char *name, const char *path, const char *port,
	struct qmp **ret_qmp);
void qmp_stop(struct qmp *qmp);

#endif
