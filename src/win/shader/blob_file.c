/* SPDX-License-Identifier: MIT */
/* Blobs from and to files. Names are as Linux has them, in UTF-16. */
#include "win/shader/blob_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "win/nt/codes.h"

static HRESULT hresult_of_errno(void)
{
	switch (errno) {
	case ENOENT:
		return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
	case EEXIST:
		return HRESULT_FROM_WIN32(ERROR_FILE_EXISTS);
	case EACCES:
	case EISDIR:
		return HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED);
	default:
		return xfi_hresult(-errno);
	}
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	unsigned n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (unsigned i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(0xf00 >> n | c);
	return n;
}

/* Half a pair becomes a name that no file has. */
static bool to_utf8(const WCHAR *name, char out[PATH_MAX])
{
	size_t n = 0;
	for (; *name; name++) {
		uint32_t c = (uint16_t)*name;
		if (c >= 0xd800 && c < 0xdc00 && ((uint16_t)name[1] & 0xfc00) == 0xdc00)
			c = 0x10000 + ((c & 0x3ff) << 10) + ((uint16_t) * ++name & 0x3ff);
		if (n + 5 > PATH_MAX)
			return false;
		n += put_utf8(out + n, c);
	}
	out[n] = '\0';
	return true;
}

static HRESULT read_whole(int fd, ID3DBlob **ret)
{
	struct stat stat;
	SIZE_T done = 0;
	if (fstat(fd, &stat))
		return hresult_of_errno();
	if (!S_ISREG(stat.st_mode))
		return HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED);
	ID3DBlob *blob;
	HRESULT hr = D3DCreateBlob((SIZE_T)stat.st_size, &blob);
	if (FAILED(hr))
		return hr;
	while (done < (SIZE_T)stat.st_size) {
		ssize_t n = read(fd, (char *)ID3D10Blob_GetBufferPointer(blob) + done,
			(SIZE_T)stat.st_size - done);
		if (n <= 0) { /* a file that became shorter is no file that was read */
			ID3D10Blob_Release(blob);
			return n ? hresult_of_errno() : E_FAIL;
		}
		done += (SIZE_T)n;
	}
	*ret = blob;
	return S_OK;
}

HRESULT xfi_blob_read(const char *path, ID3DBlob **ret)
{
	int fd = open(
		path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is refused, not waited for */
	if (fd < 0)
		return hresult_of_errno();
	HRESULT hr = read_whole(fd, ret);
	close(fd);
	return hr;
}

bool xfi_blob_path(const WCHAR *name, char out[PATH_MAX])
{
	return name && to_utf8(name, out);
}

HRESULT WINAPI D3DReadFileToBlob(const WCHAR *filename, ID3DBlob **contents)
{
	char path[PATH_MAX];
	if (!contents || !filename)
		return E_INVALIDARG;
	return xfi_blob_path(filename, path) ? xfi_blob_read(path, contents)
					     : HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
}

HRESULT WINAPI D3DWriteBlobToFile(ID3DBlob *blob, const WCHAR *filename, BOOL overwrite)
{
	char path[PATH_MAX];
	if (!blob || !filename || !xfi_blob_path(filename, path))
		return E_INVALIDARG;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL), 0666);
	if (fd < 0)
		return hresult_of_errno();
	const char *at = ID3D10Blob_GetBufferPointer(blob);
	SIZE_T left = ID3D10Blob_GetBufferSize(blob);
	while (left) {
		ssize_t n = write(fd, at, left);
		if (n < 0) {
			HRESULT hr = hresult_of_errno();
			close(fd);
			return hr;
		}
		at += n;
		left -= (SIZE_T)n;
	}
	return close(fd) ? hresult_of_errno() : S_OK;
}
