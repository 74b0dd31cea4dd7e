/* SPDX-License-Identifier: MIT */
/*
 * Sockets and virtio-serial ports as links. Both are plain descriptors; what differs is how to
 * learn that the host is there. Connecting to a socket that nobody serves yet cannot be waited
 * for, so that one case is tried again with growing pauses; a port's state is polled.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h> /* wants sys/socket.h before it */

#include <crossfence/guest.h>
#include "base/fd.h"
#include "base/foreign_fd.h"
#include "guest/backoff.h"
#include "guest/link.h"
#include "guest/link_ivshmem.h"
#include "wire/wire.h"

static int poll_until(struct pollfd *items, nfds_t count, int64_t deadline_ns)
{
	for (;;) {
		struct timespec left = { 0, 0 }, *limit = NULL;
		if (deadline_ns != XF_NEVER) {
			int64_t ns = deadline_ns > 0 ? deadline_ns - xf_now() : 0;
			if (ns > 0)
				left = (struct timespec){ ns / 1000000000, ns % 1000000000 };
			limit = &left;
		}
		int n = ppoll(items, count, limit, NULL);
		if (n > 0)
			return 0;
		if (n == 0)
			return XF_TIMEOUT;
		if (errno != EINTR)
			return -errno;
	}
}

int xfg_poll(int fd, short events, int64_t deadline_ns)
{
	struct pollfd item = { .fd = fd, .events = events };
	return poll_until(&item, 1, deadline_ns);
}

static int stream_error(int error)
{
	if (error == EAGAIN || error == EINTR)
		return -EAGAIN;
	if (error == EPIPE || error == ENOTCONN || error == ENODEV || error == EIO)
		return -ECONNRESET;
	return -error;
}

static ssize_t socket_read(struct xfg_link *link, void *bytes, size_t size)
{
	ssize_t n = recv(link->fd, bytes, size, MSG_DONTWAIT);
	if (n < 0)
		return stream_error(errno);
	return n ? n : -ECONNRESET;
}

/*
 * Until the conversation has begun: crossfence-guestd may send a descriptor of the shared region
 * along with its welcome. There is room for one, so no more can be slipped in.
 */
static ssize_t greeting_read(struct xfg_link *link, void *bytes, size_t size)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { bytes, size };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)) };
	struct xfi_sent sent = { -1, xfi_closer_sender(link->fd) };
	if (xfi_closer_admits(&sent.sender))
		msg.msg_controllen = 0;
	ssize_t n = recvmsg(link->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return stream_error(errno);
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int))) {
		memcpy(&sent.fd, CMSG_DATA(c), sizeof(sent.fd));
		sent.fd = xfi_fd_above_std(sent.fd);
		if (!link->region.base)
			(void)xfg_region_map(sent.fd, &link->region); /* failed: no surfaces */
		xfi_sent_close(&sent);
	}
	return n ? n : -ECONNRESET;
}

static ssize_t socket_write(struct xfg_link *link, const void *bytes, size_t size)
{
	ssize_t n = send(link->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n < 0 ? stream_error(errno) : n;
}

/* Far deadlines sleep in recv itself, by slices of the receive timeout set at connect. */
#define SLICE_NS INT64_C(1000000000)

static ssize_t socket_read_wait(
	struct xfg_link *link, void *bytes, size_t size, int64_t deadline_ns)
{
	while (deadline_ns == XF_NEVER || deadline_ns - xf_now() > SLICE_NS) {
		ssize_t n = recv(link->fd, bytes, size, 0);
		if (n >= 0)
			return n ? n : -ECONNRESET;
		int r = stream_error(errno);
		if (r != -EAGAIN)
			return r;
	}
	int r = xfg_poll(link->fd, POLLIN, deadline_ns);
	if (r)
		return r == XF_TIMEOUT ? -ETIMEDOUT : r;
	return socket_read(link, bytes, size);
}

static ssize_t port_read(struct xfg_link *link, void *bytes, size_t size)
{
	ssize_t n = read(link->fd, bytes, size);
	if (n < 0)
		return stream_error(errno);
	return n ? n : -ECONNRESET; /* the host closed its end of the port */
}

static ssize_t port_write(struct xfg_link *link, const void *bytes, size_t size)
{
	ssize_t n = write(link->fd, bytes, size);
	return n < 0 ? stream_error(errno) : n;
}

static int fd_wait(struct xfg_link *link, short events, int64_t deadline_ns)
{
	return xfg_poll(link->fd, events, deadline_ns);
}

static void socket_shut(struct xfg_link *link)
{
	(void)shutdown(link->fd, SHUT_RDWR); /* already gone is as good */
}

/* A port cannot be shut by its reader's side, so its waiters also watch an eventfd. */
static int stop_fd(struct xfg_link *link)
{
	return (int)(intptr_t)link->state;
}

static int port_wait(struct xfg_link *link, short events, int64_t deadline_ns)
{
	struct pollfd items[2] = { { .fd = link->fd, .events = events },
		{ .fd = stop_fd(link), .events = POLLIN } };
	int r = poll_until(items, 2, deadline_ns);
	return !r && items[1].revents ? -ECONNRESET : r;
}

static void port_shut(struct xfg_link *link)
{
	uint64_t one = 1;
	(void)!write(stop_fd(link), &one, sizeof(one)); /* full: it is readable already */
}

static void port_close(struct xfg_link *link)
{
	close(stop_fd(link));
	close(link->fd);
}

static void socket_close(struct xfg_link *link)
{
	xfg_region_unmap(&link->region);
	close(link->fd);
}

static const struct xfg_link_ops socket_ops = { socket_read, socket_write, fd_wait,
	socket_read_wait, NULL, socket_shut, socket_close };
static const struct xfg_link_ops greeting_ops = { greeting_read, socket_write, fd_wait, NULL, NULL,
	socket_shut, socket_close };
static const struct xfg_link_ops port_ops = { port_read, port_write, port_wait, NULL, NULL,
	port_shut, port_close };

static int connect_to(const struct sockaddr *name, socklen_t size, int *ret_fd)
{
	int fd = xfi_fd_above_std(socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
	if (fd < 0)
		return -errno;
	struct timeval slice = { SLICE_NS / 1000000000, 0 };
	if (connect(fd, name, size) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof(slice)) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	*ret_fd = fd;
	return 0;
}

/* Is it worth trying again: nobody there yet, or just going away? */
static bool may_come(int result)
{
	return result == -ECONNREFUSED || result == -ENOENT || result == -ECONNRESET ||
	       result == -ETIMEDOUT || result == -EAGAIN || result == -ENODEV ||
	       result == -EHOSTUNREACH || result == -ENETUNREACH || result == -EINTR;
}

static int connect_until(
	const struct sockaddr *name, socklen_t size, int64_t deadline_ns, struct xfg_link *ret_link)
{
	struct xfg_backoff backoff = { 0 };
	for (;;) {
		int fd = -1, r = connect_to(name, size, &fd);
		if (!r) {
			*ret_link = (struct xfg_link){ .ops = &socket_ops, .fd = fd };
			return 0;
		}
		if (!may_come(r))
			return r;
		r = xfg_backoff(&backoff, deadline_ns);
		if (r)
			return r;
	}
}

static int name_socket(const char *path, struct sockaddr_un *name)
{
	size_t n = strlen(path);
	if (!n || n >= sizeof(name->sun_path))
		return xf_fail(-EINVAL, "the path of a unix socket has 1 to %zu bytes, not %zu",
			sizeof(name->sun_path) - 1, n);
	memcpy(name->sun_path, path, n + 1);
	return 0;
}

static int open_unix(const char *path, int64_t deadline_ns, struct xfg_link *ret_link)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	if (name_socket(path, &name))
		return -EINVAL;
	int r = connect_until((struct sockaddr *)&name, sizeof(name), deadline_ns, ret_link);
	if (r && r != -ETIMEDOUT)
		return xf_fail(r, "cannot connect to %s: %s", path, strerror(-r));
	if (!r)
		ret_link->ops = &greeting_ops;
	return r;
}

static int parse_u32(const char *text, const char *end, uint32_t *ret_value)
{
	uint64_t value = 0;
	if (text == end)
		return -EINVAL;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return -EINVAL;
	}
	*ret_value = (uint32_t)value;
	return 0;
}

static int open_vsock(const char *where, int64_t deadline_ns, struct xfg_link *ret_link)
{
	struct sockaddr_vm name = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST };
	const char *colon = strchr(where, ':');
	const char *port = colon ? colon + 1 : where;
	if ((colon && parse_u32(where, colon, &name.svm_cid)) ||
		parse_u32(port, port + strlen(port), &name.svm_port))
		return xf_fail(-EINVAL, "'vsock:%s' is not vsock:PORT or vsock:CID:PORT", where);
	return connect_until((struct sockaddr *)&name, sizeof(name), deadline_ns, ret_link);
}

/* ---- being connected to: by a VMM that answers CONNECT ---- */

static int accept_until(
	const struct sockaddr *name, socklen_t size, int64_t deadline_ns, struct xfg_link *ret_link)
{
	struct timeval slice = { SLICE_NS / 1000000000, 0 };
	int listener = xfi_fd_above_std(socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
	int fd = -1, r = listener < 0 ? -errno : 0;
	if (!r && (bind(listener, name, size) < 0 || listen(listener, 1) < 0))
		r = -errno;
	if (!r)
		r = xfg_poll(listener, POLLIN, deadline_ns);
	if (!r) {
		fd = xfi_fd_above_std(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
		r = fd < 0 ? -errno : 0;
	}
	if (listener >= 0)
		close(listener);
	if (r)
		return r == XF_TIMEOUT ? -ETIMEDOUT : r;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof(slice));
	*ret_link = (struct xfg_link){ .ops = &socket_ops, .fd = fd };
	return 0;
}

static int open_vsock_listen(const char *where, int64_t deadline_ns, struct xfg_link *ret_link)
{
	struct sockaddr_vm name = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY };
	if (parse_u32(where, where + strlen(where), &name.svm_port))
		return xf_fail(-EINVAL, "'vsock-listen:%s' is not vsock-listen:PORT", where);
	return accept_until((struct sockaddr *)&name, sizeof(name), deadline_ns, ret_link);
}

static int open_unix_listen(const char *path, int64_t deadline_ns, struct xfg_link *ret_link)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	if (name_socket(path, &name))
		return -EINVAL;
	unlink(path); /* ours, and left over */
	int r = accept_until((struct sockaddr *)&name, sizeof(name), deadline_ns, ret_link);
	unlink(path);
	return r;
}

/* The device file of the port called `name`: /sys/class/virtio-ports/vportNpM/name holds it. */
static int find_port(const char *name, char *path, size_t size)
{
	DIR *ports = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	int r = -ENOENT;
	if (!ports)
		return xf_fail(r, "no virtio port '%s': this machine has none", name);
	while (r && (entry = readdir(ports))) {
		char file[512], line[256] = "";
		snprintf(file, sizeof(file), "/sys/class/virtio-ports/%s/name", entry->d_name);
		FILE *f = fopen(file, "re");
		if (!f)
			continue;
		if (fgets(line, sizeof(line), f))
			line[strcspn(line, "\n")] = 0;
		fclose(f);
		if (strcmp(line, name) == 0 && entry->d_name[0] != '.') {
			snprintf(path, size, "/dev/%.200s", entry->d_name);
			r = 0;
		}
	}
	closedir(ports);
	return r ? xf_fail(r, "no virtio port is called '%s'", name) : 0;
}

/*
 * Waits until the host has its end of the port open. Level-triggered polling cannot: it reports
 * POLLHUP at once. An edge-triggered set sleeps until the port's state changes.
 */
static int wait_for_host(int port, int64_t deadline_ns)
{
	struct epoll_event edge = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int set = xfi_fd_above_std(epoll_create1(EPOLL_CLOEXEC));
	int r = 0;
	if (set < 0)
		return -errno;
	if (epoll_ctl(set, EPOLL_CTL_ADD, port, &edge) < 0)
		r = -errno;
	while (!r) {
		struct pollfd state = { .fd = port, .events = POLLOUT };
		if (poll(&state, 1, 0) >= 0 && !(state.revents & POLLHUP))
			break;
		r = xfg_poll(set, POLLIN, deadline_ns);
		if (!r && epoll_wait(set, &edge, 1, 0) < 0 && errno != EINTR)
			r = -errno;
	}
	close(set);
	return r == XF_TIMEOUT ? -ETIMEDOUT : r;
}

static int refuse_port(const char *path, int error)
{
	if (error == -EBUSY)
		return xf_fail(error,
			"%s is open in another process; crossfence-guestd opens it "
			"for many",
			path);
	return xf_fail(error, "cannot open %s: %s", path, strerror(-error));
}

static int open_port(const char *where, int64_t deadline_ns, struct xfg_link *ret_link)
{
	char path[256];
	int r = 0;
	if (where[0] != '/')
		r = find_port(where, path, sizeof(path));
	else if (strlen(where) < sizeof(path))
		strcpy(path, where);
	else
		r = xf_fail(-EINVAL, "the path of a port has at most %zu bytes", sizeof(path) - 1);
	if (r)
		return r;
	int fd = xfi_fd_above_std(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
	if (fd < 0)
		return refuse_port(path, -errno);
	r = wait_for_host(fd, deadline_ns);
	if (r) {
		close(fd);
		return r;
	}
	int stop = xfi_fd_above_std(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (stop < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	*ret_link = (struct xfg_link){ .ops = &port_ops,
		.fd = fd,
		.reopened = true,
		.in_pieces = true,
		.state = (void *)(intptr_t)stop };
	return 0;
}

int xfg_link_open(const char *address, int64_t deadline_ns, struct xfg_link *ret_link)
{
	static const struct {
		const char *prefix;
		int (*open)(const char *, int64_t, struct xfg_link *);
	} kinds[] = {
		{ "unix:", open_unix },
		{ "vsock:", open_vsock },
		{ "unix-listen:", open_unix_listen },
		{ "vsock-listen:", open_vsock_listen },
		{ "virtio:", open_port },
		{ "ivshmem:", xfg_link_open_ivshmem },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].prefix);
		if (strncmp(address, kinds[i].prefix, n) == 0)
			return kinds[i].open(address + n, deadline_ns, ret_link);
	}
	return xf_fail(-EINVAL,
		"address '%s' does not begin with unix:, vsock:, vsock-listen:, "
		"virtio: or ivshmem:",
		address);
}

void xfg_link_greeted(struct xfg_link *link)
{
	if (link->ops != &greeting_ops)
		return;
	link->ops = &socket_ops;
	xfi_foreign_fd_refuse(link->fd);
}

void xfg_link_close(struct xfg_link *link)
{
	if (link->ops)
		link->ops->close(link);
	*link = XFG_LINK_NONE;
}

int xfg_link_write_all(struct xfg_link *link, const void *bytes, size_t size, int64_t patience_ns)
{
	const uint8_t *next = bytes;
	int64_t deadline_ns = -1; /* looking at the clock is dear in a guest: only when full */
	while (size) {
		ssize_t n = link->ops->write(link, next, size);
		if (n > 0) {
			next += n;
			size -= (size_t)n;
			continue;
		}
		if (n < 0 && n != -EAGAIN)
			return (int)n;
		if (deadline_ns < 0)
			deadline_ns = xf_deadline(patience_ns);
		int r = link->ops->wait(link, POLLOUT, deadline_ns);
		if (r)
			return r == XF_TIMEOUT ? -ETIMEDOUT : r;
	}
	return 0;
}
