/* SPDX-License-Identifier: MIT */
/* Sending a surface over a socket: its id, and its memory when that is not in the payload. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/call.h"
#include "base/foreign_fd.h"
#include "base/message.h"
#include "base/pass_fd.h"
#include "surface/file.h"
#include "surface/surface.h"

/* The message of xf_surface_send(); the memory's descriptor comes with it when imported. */
struct parcel {
	uint32_t magic; /* PARCEL */
	uint32_t imported;
	uint64_t id;
	uint64_t fd_offset;
};
#define PARCEL 0x4c435258u /* "XRCL" */

/* To others no descriptor goes, and they may wait for something else than a peer. */
static int check_socket(int fd)
{
	int domain;
	socklen_t size = sizeof(domain);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size))
		return xfi_call_failed("getsockopt");
	return domain == AF_UNIX ? 0 : xf_fail(-EINVAL, "socket_fd is no unix socket");
}

int xf_surface_send(struct xf_surface *s, int socket_fd)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: surface is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (!r)
		r = check_socket(socket_fd);
	if (r)
		return r;
	bool imported = s->imported;
	struct parcel parcel = { PARCEL, imported, xf_surface_id(s), s->fd_offset };
	r = xfi_send_fd(
		socket_fd, NULL, 0, &parcel, sizeof(parcel), imported ? xfi_surface_fd(s) : -1, 0);
	return r == -EPERM || r == -ENOSYS ? xfi_call_failed("sendmsg") : r;
}

static int receive_parcel(int socket_fd, struct parcel *ret_parcel, struct xfi_sent *ret_sent)
{
	ret_sent->sender = xfi_closer_sender(socket_fd);
	int r = xfi_closer_admits(&ret_sent->sender);
	if (r)
		return r;
	r = xfi_recv_fd(socket_fd, ret_parcel, sizeof(*ret_parcel), &ret_sent->fd, MSG_WAITALL);
	if (r)
		return r == -EPERM || r == -ENOSYS ? xfi_call_failed("recvmsg") : r;
	if (ret_parcel->magic != PARCEL)
		return -EPROTO;
	return ret_parcel->imported && ret_sent->fd < 0 ? -EPROTO : 0;
}

/*
 * Memory that its sender can still make shorter would fault in our hands. Files that know seals
 * must be sealed against it; others than regular files (dma-bufs) cannot change their size.
 */
static bool size_is_fixed(int fd)
{
	mode_t mode;
	uint64_t size;
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals >= 0)
		return seals & F_SEAL_SHRINK;
	return xfi_foreign_fd_look(fd, &mode, &size) == 0 && !S_ISREG(mode);
}

int xf_surface_recv(struct xf_domain *d, int socket_fd, struct xf_surface **ret_surface)
{
	struct parcel parcel;
	struct xf_surface *s;
	__attribute__((cleanup(xfi_sent_close))) struct xfi_sent sent = XFI_SENT_NONE;
	xfi_message_forget();
	if (!d || !ret_surface)
		return xf_fail(-EINVAL, "%s: domain or ret_surface is NULL", __func__);
	int r = check_socket(socket_fd);
	if (!r)
		r = receive_parcel(socket_fd, &parcel, &sent);
	if (!r)
		r = xfi_surface_open_handle(d, parcel.id, &s);
	if (r)
		return r == -EINVAL ? -EPROTO : r;
	if (s->desc.memory)
		r = parcel.imported ? xfi_surface_get_memory(s, sent.fd) : -EPROTO;
	else if (s->imported)
		r = parcel.imported && size_is_fixed(sent.fd)
			    ? xfi_surface_borrow_fd(s, sent.fd, parcel.fd_offset)
			    : -EPROTO;
	if (r) {
		xf_surface_close(s);
		return r == -EINVAL ? -EPROTO : r;
	}
	s->sender = sent.sender;
	*ret_surface = s;
	return 0;
}
