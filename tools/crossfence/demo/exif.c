/* SPDX-License-Identifier: MIT */
/* The one EXIF entry that matters for showing a photograph: which side is up. */
#include <stdbool.h>
#include <string.h>

#include "exif.h"

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT	3

struct tiff {
	const uint8_t *bytes;
	size_t size;
	bool big_endian;
};

static uint32_t number(const struct tiff *tiff, size_t at, unsigned n)
{
	uint32_t value = 0;
	for (unsigned i = 0; i < n; i++)
		value = value << 8 | tiff->bytes[at + (tiff->big_endian ? i : n - 1 - i)];
	return value;
}

static int find_orientation(const struct tiff *tiff)
{
	size_t at = number(tiff, 4, 4);
	if (at > tiff->size - 2)
		return 1;
	uint32_t n = number(tiff, at, 2);
	at += 2;
	for (; n && tiff->size - at >= 12; n--, at += 12) {
		if (number(tiff, at, 2) != TAG_ORIENTATION || number(tiff, at + 2, 2) != TYPE_SHORT)
			continue;
		uint32_t value = number(tiff, at + 8, 2);
		return value >= 1 && value <= 8 ? (int)value : 1;
	}
	return 1;
}

int exif_orientation(const uint8_t *bytes, size_t size)
{
	if (size < 6 + 8 || memcmp(bytes, "Exif\0", 6) != 0)
		return 1;
	struct tiff tiff = { bytes + 6, size - 6, bytes[6] == 'M' };
	if (memcmp(tiff.bytes, "II*\0", 4) != 0 && memcmp(tiff.bytes, "MM\0*", 4) != 0)
		return 1;
	return find_orientation(&tiff);
}
