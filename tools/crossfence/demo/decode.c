/* SPDX-License-Identifier: MIT */
/*
 * Reads picture files. They are foreign bytes: sizes are checked before memory is taken, and data
 * that ends early or does not make sense is refused rather than shown half grey.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <png.h>

#include "decode.h"
#include "decode_jpeg.h"

#define FILE_BYTES_MAX (INT64_C(512) << 20)

static int refuse(char reason[REASON_MAX], const char *why)
{
	snprintf(reason, REASON_MAX, "%s", why);
	return -EILSEQ;
}

static int check_size(uint64_t width, uint64_t height, char reason[REASON_MAX])
{
	return width && height && width * height <= IMAGE_PIXELS_MAX
		       ? 0
		       : refuse(reason, "more pixels than this demo takes");
}

int image_decode_png(const uint8_t *bytes, size_t size, uint8_t backdrop, struct image *ret_image,
	char reason[REASON_MAX])
{
	png_image png = { .version = PNG_IMAGE_VERSION };
	png_color grey = { backdrop, backdrop, backdrop };
	struct image image = { 0 };
	if (!png_image_begin_read_from_memory(&png, bytes, size))
		return refuse(reason, png.message);
	png.format = PNG_FORMAT_RGB; /* with a background: libpng blends and drops the alpha */
	int r = check_size(png.width, png.height, reason);
	if (!r)
		r = image_init(&image, png.width, png.height);
	uint8_t *rgb = r ? NULL : malloc(PNG_IMAGE_SIZE(png));
	if (!r && !rgb)
		r = -ENOMEM;
	if (!r && !png_image_finish_read(&png, &grey, rgb, 0, NULL))
		r = refuse(reason, png.message);
	for (size_t i = 0; !r && i < (size_t)png.width * png.height; i++) {
		memcpy(image.rgba + 4 * i, rgb + 3 * i, 3);
		image.rgba[4 * i + 3] = 255;
	}
	free(rgb);
	png_image_free(&png);
	if (r) {
		image_finish(&image);
		return r;
	}
	*ret_image = image;
	return 0;
}

/* Why it cannot be opened, where the usual words would not say. */
static int explain(const char *path, int error, char reason[REASON_MAX])
{
	struct stat st;
	if (error == -ENOENT && lstat(path, &st) == 0)
		return refuse(reason, "a link to nowhere");
	return error;
}

/* O_NONBLOCK: a FIFO without a writer must not hold us up. */
static int open_file(const char *path, size_t *ret_size, char reason[REASON_MAX])
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return explain(path, -errno, reason);
	int r = fstat(fd, &st) ? -errno : 0;
	if (!r && S_ISDIR(st.st_mode))
		r = refuse(reason, "a folder");
	if (!r && !S_ISREG(st.st_mode))
		r = refuse(reason, "not a regular file");
	if (!r && st.st_size > FILE_BYTES_MAX)
		r = refuse(reason, "file larger than 512 MiB");
	if (r) {
		close(fd);
		return r;
	}
	*ret_size = (size_t)st.st_size;
	return fd;
}

/* Reads up to *size bytes; the file may have shrunk meanwhile. */
static int read_all(int fd, uint8_t *bytes, size_t *size)
{
	size_t done = 0;
	while (done < *size) {
		ssize_t n = read(fd, bytes + done, *size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*size = done;
	return 0;
}

static int read_file(const char *path, uint8_t **ret_bytes, size_t *ret_size, char *reason)
{
	size_t size = 0;
	int fd = open_file(path, &size, reason);
	if (fd < 0)
		return fd;
	uint8_t *bytes = malloc(size + 1); /* an empty file is a file too */
	int r = bytes ? read_all(fd, bytes, &size) : -ENOMEM;
	close(fd);
	if (r) {
		free(bytes);
		return r;
	}
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

int image_load(const char *path, uint32_t fit_width_px, uint32_t fit_height_px, uint8_t backdrop,
	struct image *ret_image, char reason[REASON_MAX])
{
	uint8_t *bytes;
	size_t size;
	reason[0] = 0;
	int r = read_file(path, &bytes, &size, reason);
	if (r) {
		if (!reason[0])
			snprintf(reason, REASON_MAX, "%s", strerror(-r));
		return r;
	}
	if (size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
		r = image_decode_jpeg(bytes, size, fit_width_px, fit_height_px, ret_image, reason);
	else if (size >= 8 && png_sig_cmp(bytes, 0, 8) == 0)
		r = image_decode_png(bytes, size, backdrop, ret_image, reason);
	else
		r = refuse(reason, "neither JPEG nor PNG");
	free(bytes);
	return r;
}
