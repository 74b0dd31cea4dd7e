/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that the host's program hands in, for others perhaps: looked at before anything is
 * done with them under the lock that all guests need, and only in ways that ask nobody.
 */
#ifndef XFH_GIVEN_H
#define XFH_GIVEN_H

/* Negative, with a message that names it: no connected stream socket. It lingers no more. */
int xfh_given_connection(int fd);
/* Negative, with a message: no listening one. From here on accepting from it does not wait. */
int xfh_given_listener(int fd);

#endif
