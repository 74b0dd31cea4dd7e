/* SPDX-License-Identifier: MIT */
/* Results as sentences, and the clock. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include <crossfence/result.h>

#include "base/time.h"

static const struct {
	int result;
	const char *sentence;
} sentences[] = {
	{ 0, "Done." },
	{ XF_TIMEOUT, "The deadline passed and nothing was taken; try again or go on without." },
	{ XF_ABANDONED, "An owner died or closed while it owned the object; make a new one." },
	{ XF_ENDED, "The producer ended the stream and every frame of it was had; close it." },
	{ -EINVAL, "An argument is not valid; see the header of the function called." },
	{ -EACCES, "Not allowed: a read-only member, or a folder or peer of another user." },
	{ -EPERM, "Not owned, held or begun by this handle, or forbidden to this process." },
	{ -EDEADLK, "This handle owns the mutex already; release it before acquiring again." },
	{ -ESTALE, "The object behind this id is gone; look up its successor." },
	{ -ECHILD, "This handle came over a fork(); the child has to join the domain itself." },
	{ -EBADF, "Not an open descriptor of the kind needed." },
	{ -EPROTO, "The other side speaks another version, or sent something malformed." },
	{ -EUSERS, "All places are taken, of a domain's members or a guest's processes; end one." },
	{ -ENOSPC, "The domain is full; make it with more objects or payload, or close some." },
	{ -ENOENT, "Nothing goes by that name; is its process running, as this user?" },
	{ -EADDRINUSE, "A domain of this name is there; join it with xf_domain_open_or_create()." },
	{ -EALREADY, "This was done before and cannot be done twice." },
	{ -ETIMEDOUT, "The other side did not answer in time; it may be stopped." },
	{ -ECANCELED, "The wait was told to end; nothing was waited for." },
	{ -ENOTCONN, "Its memory was imported, or nobody has it; use xf_surface_recv()." },
	{ -EOVERFLOW, "The sizes add up to more than can be represented." },
	{ -EFBIG, "Larger than a file of this process may be (see ulimit -f)." },
	{ -EMSGSIZE, "More bytes than fit." },
	{ -EAGAIN, "Not now; try again." },
	{ -ENOSYS,
		"The kernel lacks something needed; crossfence is made for Linux 5.4 and later." },
	{ -E2BIG, "A parameter is set that this version does not know; use a newer crossfence." },
	{ -ENOMEM, "Out of memory." },
	{ -EMFILE, "This process has too many open descriptors (see ulimit -n)." },
	{ -EPIPE, "The other side of the socket is gone." },
	{ -ECONNRESET, "The channel is lost; a guest may call xf_guest_reconnect()." },
	{ -ECONNREFUSED, "Refused by the other side; xf_last_message() may say by whom." },
	{ -ENODEV, "The guest is gone, or its channel is; it may connect again." },
	{ -ENOBUFS, "The queue to this guest is full; try again when it has taken some." },
	{ -ESRCH, "Not a process of this host's guests, or one that is gone." },
	{ -ESHUTDOWN, "The process is being destroyed; nothing reaches it any more." },
	{ -EPROTOTYPE, "This handle does not name an event." },
	{ -EEXIST, "This name or id is taken; choose another one." },
	{ -ENOTSUP, "Not possible over this transport; surfaces need ivshmem." },
	{ -EOPNOTSUPP, "Not for memory of this kind; xf_last_message() names the call to use." },
	{ -EXDEV, "The memory is on another device, out of reach of this one; copy it." },
	{ -EIO, "A device's driver failed; xf_last_message() says in which call." },
	{ -EBUSY, "In use, or not yet let go of; xf_last_message() may say by whom." },
};

const char *xf_strerror(int result)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].result == result)
			return sentences[i].sentence;
	if (result > 0)
		return "An outcome this version of crossfence does not know.";
#ifdef __GLIBC__
	const char *text = strerrordesc_np(-result);
#else
	const char *text = strerror(-result); /* musl's is constant too */
#endif
	return text ? text : "An error this system does not know.";
}

const char *xf_version(void)
{
	return XFI_VERSION;
}

int64_t xf_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * XFI_SECOND + now.tv_nsec;
}

int64_t xf_deadline(int64_t timeout_ns)
{
	int64_t deadline;
	if (timeout_ns <= 0)
		return 0;
	if (__builtin_add_overflow(xf_now(), timeout_ns, &deadline))
		return XF_NEVER;
	return deadline;
}
