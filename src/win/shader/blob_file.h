/* SPDX-License-Identifier: MIT */
/* Blobs from files. */
#ifndef XFI_WIN_SHADER_BLOB_FILE_H
#define XFI_WIN_SHADER_BLOB_FILE_H

#include "win/shader/blob.h"

/* A regular file, whole. */
HRESULT xfi_blob_read(const char *path, ID3DBlob **ret);
/* A Windows call's file name as the system wants it; false: none, or too long. */
bool xfi_blob_path(const WCHAR *name, char out[PATH_MAX]);

#endif
