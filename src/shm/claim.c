/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <crossfence/domain.h>

#include "shm/claim.h"

/*
 * Bytes of the folder (it has none, but may be locked wherever an offset can point):
 *	0 .. SPELLED		the claims
 *	SPELLED .. 2 SPELLED	what they are called: a lock for each four letters of a name, at
 *				29 bits of the claim, the place (4 bits), the letters (28 bits)
 *	2 SPELLED .. 3 SPELLED	the heirs of each claim
 *	3 SPELLED .. 4 SPELLED	who can hand on the memory of an object, see keeper.h
 */
#define SPELLED	   (UINT64_C(1) << 61)
#define HEIRS	   (2 * SPELLED)
#define MEMORY	   (3 * SPELLED)
#define PER_LOCK   4
#define PLACE_BITS (7 * PER_LOCK)
#define PLACES	   ((XF_NAME_MAX + 1) / PER_LOCK)

/* FNV-1a, whose upper bits are the better mixed ones. */
static uint64_t hash(const void *bytes, size_t size)
{
	const unsigned char *c = bytes;
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < size; i++)
		h = (h ^ c[i]) * UINT64_C(0x100000001b3);
	return h >> 3;
}

uint64_t xfi_claim_byte(const char *name)
{
	return hash(name, strlen(name));
}

uint64_t xfi_claim_memory_byte(uint64_t device, uint64_t inode, uint64_t id)
{
	const uint64_t words[] = { device, inode, id };
	return MEMORY + hash(words, sizeof(words));
}

static uint64_t place(uint64_t byte, unsigned index)
{
	return SPELLED | byte >> 32 << 32 | (uint64_t)index << PLACE_BITS;
}

static int lock_byte(int folder, short type, uint64_t byte)
{
	struct flock lock = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = (int64_t)byte, .l_len = 1
	};
	return fcntl(folder, F_OFD_SETLK, &lock) ? -errno : 0;
}

static int spell(int folder, const char *name)
{
	int r = 0;
	for (unsigned i = 0; !r && i * PER_LOCK < strlen(name); i++) {
		uint64_t letters = 0;
		for (unsigned k = 0; k < PER_LOCK && i * PER_LOCK + k < strlen(name); k++)
			letters |= (uint64_t)(name[i * PER_LOCK + k] & 0x7f) << 7 * k;
		r = lock_byte(folder, F_RDLCK, place(xfi_claim_byte(name), i) | letters);
	}
	return r;
}

/* A lock that another has in [begin, end), as its byte; -1: none. */
static int64_t find(int folder, uint64_t begin, uint64_t end)
{
	struct flock lock = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (int64_t)begin,
		.l_len = (int64_t)(end - begin) };
	if (begin >= end || fcntl(folder, F_OFD_GETLK, &lock) || lock.l_type == F_UNLCK)
		return -1;
	return lock.l_start >= (int64_t)begin ? lock.l_start : (int64_t)begin;
}

bool xfi_claimed(int folder, uint64_t byte)
{
	return find(folder, byte, byte + 1) >= 0;
}

int xfi_claim(int folder, const char *name)
{
	uint64_t byte = xfi_claim_byte(name);
	int r = lock_byte(folder, F_RDLCK, byte);
	if (r)
		return r;
	/* Setting and asking take the lock on the folder's list of locks: no fence is needed. */
	if (xfi_claimed(folder, byte))
		r = -EADDRINUSE;
	if (!r)
		r = spell(folder, name);
	if (r)
		(void)lock_byte(folder, F_UNLCK, byte); /* the rest goes with the open file */
	return r;
}

int xfi_claim_inherit(int folder, const char *name)
{
	return lock_byte(folder, F_RDLCK, HEIRS + xfi_claim_byte(name));
}

bool xfi_claim_has_heirs(int folder, const char *name)
{
	uint64_t byte = HEIRS + xfi_claim_byte(name);
	return find(folder, byte, byte + 1) >= 0;
}

int xfi_claim_share(int folder, uint64_t byte)
{
	return lock_byte(folder, F_RDLCK, byte);
}

void xfi_claim_unshare(int folder, uint64_t byte)
{
	(void)lock_byte(folder, F_UNLCK, byte); /* else it goes with the open file */
}

/* What the claim at `byte` is called; false: it is gone, or not yet spelled. */
static bool read_name(int folder, uint64_t byte, char name[PLACES * PER_LOCK + 1])
{
	memset(name, 0, PLACES * PER_LOCK + 1);
	for (unsigned i = 0; i < PLACES; i++) {
		uint64_t begin = place(byte, i);
		int64_t at = find(folder, begin, begin + (UINT64_C(1) << PLACE_BITS));
		for (unsigned k = 0; at >= 0 && k < PER_LOCK; k++)
			name[i * PER_LOCK + k] = (char)(at >> 7 * k & 0x7f);
	}
	return xfi_claim_byte(name) == byte;
}

/* The kernel names any one of the locks in a range, so each found one splits what is left. */
static int list(int folder, uint64_t begin, uint64_t end, unsigned depth,
	int (*visit)(const char *name, void *arg), void *arg)
{
	char name[PLACES * PER_LOCK + 1];
	int64_t at = depth ? find(folder, begin, end) : -1;
	if (at < 0)
		return 0;
	int r = list(folder, begin, (uint64_t)at, depth - 1, visit, arg);
	if (!r && read_name(folder, (uint64_t)at, name))
		r = visit(name, arg);
	return r ? r : list(folder, (uint64_t)at + 1, end, depth - 1, visit, arg);
}

int xfi_claim_list(int folder, int (*visit)(const char *name, void *arg), void *arg)
{
	return list(folder, 0, SPELLED, 1024, visit, arg);
}
