/* SPDX-License-Identifier: MIT */
/*
 * How channels come about: listening sockets, and sockets of a VMM that we dial. A dialled socket
 * that is not there yet, or has ended, is tried again by a timer: nothing tells when a VMM starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h> /* wants sys/socket.h before it */

#include "base/fd.h"
#include "base/foreign_fd.h"
#include "host/transport.h"
#include "host/channel.h"
#include "host/ivshmem.h"

#define REDIAL_NS 100000000
#define ANSWER_NS 999999999 /* for a VMM to answer CONNECT */

/* One AF_VSOCK listener per port, whatever the number of guests: they differ by CID. */
struct xfh_vsock {
	struct xfw_list link; /* xf_host.vsocks */
	struct xfh_watch watch;
	struct xf_host *host;
	uint32_t port, users;
};

static int unix_name(const char *path, struct sockaddr_un *ret_name)
{
	*ret_name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	if (!n || n >= sizeof(ret_name->sun_path))
		return xf_fail(-EINVAL,
			"address is the path of a unix socket, 1 to %zu bytes; it has "
			"%zu",
			sizeof(ret_name->sun_path) - 1, n);
	strcpy(ret_name->sun_path, path);
	return 0;
}

static int attach(
	struct xf_host_guest *guest, int fd, int reopened, struct xfh_channel **ret_channel)
{
	int r = -EUSERS;
	if (guest->n_channels < guest->max_channels || xfh_channel_make_place(guest))
		r = xfh_channel_create(guest, fd, &xfh_socket_io, reopened, ret_channel);
	if (r == -EUSERS)
		xfh_channel_refuse(fd);
	if (r) {
		close(fd);
		xfh_guest_log(guest, XF_HOST_LOG_WARNING, "refused", "connection refused: %s",
			r == -EUSERS ? "as many as its quota allows" : xf_strerror(r));
	}
	return r;
}

/* Of those who come by themselves. */
static void attach_accepted(struct xf_host_guest *guest, int fd)
{
	struct xfh_channel *channel;
	if (!attach(guest, fd, 0, &channel)) /* else it has logged */
		xfh_channel_expect_hello(channel);
}

/* ---- listening ---- */

static bool allowed(struct xf_host_guest *guest, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	return peer.uid == 0 || peer.uid == geteuid() || peer.uid + 1 == guest->uid_plus_1;
}

/*
 * Accepts. Without a descriptor left a pending connection would be reported for ever; so a spare
 * one is given up for a moment, to accept and refuse it.
 */
static int take_connection(
	struct xf_host *host, int listener, struct sockaddr *peer, socklen_t *size)
{
	int fd = xfi_fd_above_std(accept4(listener, peer, size, SOCK_CLOEXEC));
	if (fd >= 0)
		return fd;
	int error = errno;
	if ((error != EMFILE && error != ENFILE) || host->spare < 0)
		return -error;
	close(host->spare);
	fd = xfi_fd_above_std(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	if (fd >= 0)
		close(fd);
	host->spare = xfi_fd_above_std(open("/dev/null", O_RDONLY | O_CLOEXEC));
	xfh_host_log(host, XF_HOST_LOG_WARNING, "refused", "connection refused: %s",
		xf_strerror(-error));
	return -error;
}

int xfh_transport_accept(struct xf_host_guest *guest, int listener, int *ret_fd)
{
	int fd = take_connection(guest->host, listener, NULL, NULL);
	if (fd < 0)
		return fd;
	if (!allowed(guest, fd)) {
		close(fd);
		xfh_guest_log(guest, XF_HOST_LOG_WARNING, "refused",
			"connection of another user refused");
		return -EACCES;
	}
	*ret_fd = fd;
	return 0;
}

static void unix_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xf_host_guest *guest = XFW_CONTAINER(watch, struct xf_host_guest, listener);
	int fd;
	if (!xfh_transport_accept(guest, watch->fd, &fd))
		attach_accepted(guest, fd);
}

/*
 * A socket file that nobody listens on is left over from a killed service: if it is ours, or that
 * of whom we gave it to. Who owns the folder may as well have put a socket there whose queue is
 * full: that one is not waited for.
 */
static void remove_stale(const struct xfi_place *place, uint32_t uid_plus_1)
{
	struct sockaddr_un name;
	struct stat stat;
	if (xfi_place_look(place, &stat) || !S_ISSOCK(stat.st_mode) ||
		(stat.st_uid != geteuid() && stat.st_uid + 1 != uid_plus_1))
		return;
	int fd = xfi_fd_above_std(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return;
	socklen_t size = xfi_place_address(place, &name);
	if (connect(fd, (const struct sockaddr *)&name, size) < 0 && errno == ECONNREFUSED)
		xfi_place_remove(place, stat.st_dev, stat.st_ino);
	close(fd);
}

/* To what was bound there, never through it: whoever owns the folder may have put a link there. */
static int give_to(const struct xfi_place *place, uid_t uid)
{
	struct stat stat;
	int fd = xfi_fd_above_std(
		openat(place->folder, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	if (fd < 0)
		return -errno;
	int r = fstat(fd, &stat) < 0 ? -errno : 0;
	if (!r && (!S_ISSOCK(stat.st_mode) || stat.st_uid != geteuid() || stat.st_nlink != 1))
		r = -EPERM;
	if (!r && fchownat(fd, "", uid, (gid_t)-1, AT_EMPTY_PATH) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* What was bound and cannot be served is not left lying about. */
static void unbind(const struct xfi_place *place)
{
	struct stat stat;
	if (xfi_place_look(place, &stat) == 0 && S_ISSOCK(stat.st_mode) && stat.st_uid == geteuid())
		xfi_place_remove(place, stat.st_dev, stat.st_ino);
}

static int give_or_say(const struct xfi_place *place, const char *path, uint32_t uid_plus_1)
{
	int r = uid_plus_1 && uid_plus_1 - 1 != geteuid() ? give_to(place, uid_plus_1 - 1) : 0;
	return r ? xf_fail(r, "cannot give %s to user %u: %s%s", path, uid_plus_1 - 1, strerror(-r),
			   r == -EPERM ? "; that takes CAP_CHOWN" : "")
		 : 0;
}

static int bind_at(const struct xfi_place *place, const char *path, uint32_t uid_plus_1, int fd)
{
	struct sockaddr_un name;
	socklen_t size = xfi_place_address(place, &name);
	/* The mode that bind() gives the file: narrow from the beginning. */
	if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&name, size) < 0)
		return xf_fail(-errno, "cannot listen on %s: %s", path,
			errno == EADDRINUSE ? "somebody does already" : strerror(errno));
	int r = give_or_say(place, path, uid_plus_1);
	if (!r && listen(fd, 64) < 0)
		r = xf_fail(-errno, "cannot listen on %s: %s", path, strerror(errno));
	if (r)
		unbind(place);
	return r;
}

static int listen_at(
	const struct xfi_place *place, const char *path, uint32_t uid_plus_1, int *ret_fd)
{
	remove_stale(place, uid_plus_1);
	int fd = xfi_fd_above_std(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return -errno;
	int r = bind_at(place, path, uid_plus_1, fd);
	if (r)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

int xfh_transport_listen(struct xf_host_guest *guest, const char *path)
{
	struct sockaddr_un name;
	struct stat stat;
	int r = unix_name(path, &name);
	if (!r)
		r = xfi_place_open(path, &guest->place);
	if (!r)
		r = listen_at(&guest->place, path, guest->uid_plus_1, &guest->listener.fd);
	if (r)
		return r;
	if (xfi_place_look(&guest->place, &stat) == 0) {
		guest->bound_dev = stat.st_dev;
		guest->bound_ino = stat.st_ino;
	}
	return 0;
}

static int start_unix(struct xf_host_guest *guest, int given_fd, const char *path)
{
	int r = 0;
	if (given_fd >= 0)
		guest->listener.fd = given_fd;
	else
		r = xfh_transport_listen(guest, path);
	if (r)
		return r;
	xfi_foreign_fd_refuse(guest->listener.fd);
	guest->listener.ready = unix_ready;
	return xfh_host_watch(guest->host, &guest->listener, EPOLLIN);
}

static int start_hybrid(struct xf_host_guest *guest, int given_fd)
{
	char *path;
	if (!guest->address)
		return xf_fail(-EINVAL, "guest %s: address is NULL", guest->name);
	if (asprintf(&path, "%s_%u", guest->address, guest->port) < 0)
		return -ENOMEM;
	free(guest->address); /* from now on the path that stop removes */
	guest->address = path;
	return start_unix(guest, given_fd, path);
}

/* ---- vsock ---- */

static uint32_t connects_per_second(const struct xf_host_guest *guest)
{
	uint32_t most = guest->max_channels;
	return most < XFH_RATE_NONE / 10 ? 10 * most : XFH_RATE_NONE;
}

/*
 * All guests stand in one queue, so it is emptied quickly: whoever comes more often than its quota
 * could take, ten times a second anew, is shown the door before anything is made for it. It tries
 * again, as after any connection that was lost.
 */
static void judge_by_cid(struct xfh_vsock *vsock, uint32_t cid, int fd)
{
	XFW_LIST_EACH(guest, &vsock->host->guests, struct xf_host_guest, link)
	{
		if (guest->vsock != vsock || guest->cid != cid)
			continue;
		atomic_store(&guest->connect_rate.per_second, connects_per_second(guest));
		if (xfh_rate_take(&guest->connect_rate)) {
			attach_accepted(guest, fd);
			return;
		}
		close(fd);
		xfh_guest_log(guest, XF_HOST_LOG_WARNING, "refused",
			"connection refused: too many at a time");
		return;
	}
	close(fd);
	xfh_host_log(vsock->host, XF_HOST_LOG_WARNING, "refused",
		"vsock: connection of unknown CID %u refused", cid);
}

/* Those of a turn take a millisecond at most, as what one guest asks for does. */
#define ACCEPTS_PER_TURN 128

static void vsock_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xfh_vsock *vsock = XFW_CONTAINER(watch, struct xfh_vsock, watch);
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_vm peer = { 0 };
		socklen_t size = sizeof(peer);
		int fd = take_connection(vsock->host, watch->fd, (struct sockaddr *)&peer, &size);
		if (fd < 0)
			return;
		judge_by_cid(vsock, peer.svm_cid, fd);
	}
}

static int listen_vsock(uint32_t port, int *ret_fd)
{
	struct sockaddr_vm name = {
		.svm_family = AF_VSOCK, .svm_port = port, .svm_cid = VMADDR_CID_ANY
	};
	int fd = xfi_fd_above_std(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return -errno;
	/* No longer: all wait for those before them, and who finds it full comes again soon. */
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, 64) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	*ret_fd = fd;
	return 0;
}

/* 0 is the hypervisor's, and nobody connects from it; the last one stands for any. */
static int check_cid(const struct xf_host_guest *guest)
{
	if (guest->cid && guest->cid != VMADDR_CID_ANY)
		return 0;
	return xf_fail(-EINVAL, "guest %s: cid is %s; vsock wants its guest's, 3 or more",
		guest->name, guest->cid ? "that of any" : "0 or missing");
}

static int start_vsock(struct xf_host_guest *guest)
{
	struct xf_host *host = guest->host;
	int r = check_cid(guest);
	if (r)
		return r;
	XFW_LIST_EACH(vsock, &host->vsocks, struct xfh_vsock, link)
	if (vsock->port == guest->port) {
		guest->vsock = vsock;
		vsock->users++;
		return 0;
	}
	struct xfh_vsock *vsock = calloc(1, sizeof(*vsock));
	if (!vsock)
		return -ENOMEM;
	*vsock = (struct xfh_vsock){ .host = host, .port = guest->port, .users = 1 };
	vsock->watch.ready = vsock_ready;
	r = listen_vsock(guest->port, &vsock->watch.fd);
	if (!r) {
		r = xfh_host_watch(host, &vsock->watch, EPOLLIN);
		if (r)
			close(vsock->watch.fd);
	}
	if (r) {
		free(vsock);
		return xf_fail(r, "cannot listen on vsock port %u: %s", guest->port, strerror(-r));
	}
	xfw_list_append(&host->vsocks, &vsock->link);
	guest->vsock = vsock;
	return 0;
}

static void stop_vsock(struct xf_host_guest *guest)
{
	struct xfh_vsock *vsock = guest->vsock;
	guest->vsock = NULL;
	if (!vsock || --vsock->users)
		return;
	xfh_host_unwatch(guest->host, &vsock->watch);
	close(vsock->watch.fd);
	xfw_list_remove(&vsock->link);
	free(vsock);
}

/* ---- dialling ---- */

static void arm(struct xf_host_guest *guest, long ns)
{
	struct itimerspec when = { .it_value.tv_nsec = ns };
	timerfd_settime(guest->redial.fd, 0, &when, NULL);
}

static void stop_watch(struct xf_host *host, struct xfh_watch *watch)
{
	if (watch->fd < 0)
		return;
	xfh_host_unwatch(host, watch);
	close(watch->fd);
	watch->fd = -1;
}

/* The answer "OK <port>\n" is read a byte at a time, lest a byte of the channel be taken. Returns
 * 1 when it is complete and good, 0 when more is to come, negative otherwise. */
static int take_answer(struct xf_host_guest *guest)
{
	char c;
	for (;;) {
		ssize_t n = recv(guest->asking.fd, &c, 1, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n != 1 || guest->n_answer == sizeof(guest->answer))
			return -ECONNREFUSED;
		if (c == '\n')
			return strncmp(guest->answer, "OK ", 3) ? -ECONNREFUSED : 1;
		guest->answer[guest->n_answer++] = c;
	}
}

static void answer_ready(struct xfh_watch *watch, uint32_t events)
{
	struct xf_host_guest *guest = XFW_CONTAINER(watch, struct xf_host_guest, asking);
	int r = take_answer(guest);
	if (r == 0)
		return;
	int fd = r > 0 ? fcntl(watch->fd, F_DUPFD_CLOEXEC, 3) : -1;
	stop_watch(guest->host, watch);
	if (fd < 0 || attach(guest, fd, 0, NULL))
		arm(guest, REDIAL_NS);
}

static int ask_for_port(struct xf_host_guest *guest, int fd)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "CONNECT %u\n", guest->port);
	if (send(fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) != n)
		return -ECONNREFUSED;
	guest->n_answer = 0;
	memset(guest->answer, 0, sizeof(guest->answer));
	guest->asking = (struct xfh_watch){ .ready = answer_ready, .fd = fd };
	int r = xfh_host_watch(guest->host, &guest->asking, EPOLLIN);
	if (r)
		guest->asking.fd = -1;
	else
		arm(guest, ANSWER_NS); /* by when it is given up */
	return r;
}

static int dial(struct xf_host_guest *guest)
{
	struct sockaddr_un name;
	int r = unix_name(guest->address, &name);
	int fd = r ? -1
		   : xfi_fd_above_std(
			     socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return r ? r : -errno;
	xfi_foreign_fd_refuse(fd);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		r = -errno;
	else if (guest->transport == XF_HOST_VIRTIO_SERIAL)
		return attach(guest, fd, 1, NULL);
	else
		r = ask_for_port(guest, fd);
	if (r)
		close(fd);
	return r;
}

/* Why a VMM is not reached, each cause once: it is tried again for ever. That it is not there is
 * nothing wrong, and after it was there it is what a VM's end looks like. */
static void tell_unreached(struct xf_host_guest *guest, int r)
{
	bool absent = r == -ENOENT || r == -ECONNREFUSED;
	if (r == guest->unreached)
		return;
	guest->unreached = r;
	if (!r || (absent && guest->sessions))
		return;
	xfh_guest_log(guest, absent ? XF_HOST_LOG_INFO : XF_HOST_LOG_WARNING,
		absent ? "absent" : "failed", "%s %s: %s",
		absent ? "waits for a VMM at" : "cannot connect to", guest->address, strerror(-r));
}

static void redial(struct xfh_watch *watch, uint32_t events)
{
	struct xf_host_guest *guest = XFW_CONTAINER(watch, struct xf_host_guest, redial);
	uint64_t count;
	(void)!read(watch->fd, &count, sizeof(count)); /* only empties it */
	stop_watch(guest->host, &guest->asking); /* its time is over */
	if (guest->n_channels)
		return;
	int r = dial(guest);
	tell_unreached(guest, r);
	if (r)
		arm(guest, REDIAL_NS);
}

static int start_dialling(struct xf_host_guest *guest)
{
	struct sockaddr_un name;
	int r = unix_name(guest->address, &name);
	if (r)
		return r;
	guest->redial = (struct xfh_watch){ .ready = redial,
		.fd = xfi_fd_above_std(
			timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) };
	if (guest->redial.fd < 0)
		return -errno;
	arm(guest, 1);
	return xfh_host_watch(guest->host, &guest->redial, EPOLLIN);
}

void xfh_transport_lost(struct xf_host_guest *guest)
{
	if (guest->redial.fd >= 0 && !guest->n_channels)
		arm(guest, REDIAL_NS);
}

int xfh_transport_start(struct xf_host_guest *guest, const struct xf_host_guest_params *params)
{
	int given_fd = params->listen_fd_plus_1 - 1;
	switch (guest->transport) {
	case XF_HOST_MANUAL:
		return 0;
	case XF_HOST_UNIX:
		return start_unix(guest, given_fd, guest->address);
	case XF_HOST_HYBRID:
		return start_hybrid(guest, given_fd);
	case XF_HOST_VSOCK:
		return start_vsock(guest);
	case XF_HOST_VIRTIO_SERIAL:
	case XF_HOST_HYBRID_DIAL:
		return start_dialling(guest);
	case XF_HOST_IVSHMEM:
		return xfh_ivshmem_start(guest, given_fd);
	}
	return -EINVAL;
}

const char *xfh_transport_name(enum xf_host_transport transport)
{
	static const char *const names[] = {
		[XF_HOST_MANUAL] = "manual",
		[XF_HOST_UNIX] = "unix",
		[XF_HOST_VIRTIO_SERIAL] = "virtio-serial",
		[XF_HOST_VSOCK] = "vsock",
		[XF_HOST_HYBRID] = "hybrid",
		[XF_HOST_HYBRID_DIAL] = "hybrid-dial",
		[XF_HOST_IVSHMEM] = "ivshmem",
	};
	return names[transport];
}

void xfh_transport_stop(struct xf_host_guest *guest)
{
	stop_vsock(guest);
	xfh_ivshmem_stop(guest);
	stop_watch(guest->host, &guest->redial);
	stop_watch(guest->host, &guest->asking);
	stop_watch(guest->host, &guest->listener);
	if (guest->bound_ino)
		xfi_place_remove(&guest->place, guest->bound_dev, guest->bound_ino);
	xfi_place_close(&guest->place);
}
