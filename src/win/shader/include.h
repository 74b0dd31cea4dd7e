/* SPDX-License-Identifier: MIT */
/* What #include finds: the program's ID3DInclude, or files beside the one that includes. */
#ifndef XFI_WIN_SHADER_INCLUDE_H
#define XFI_WIN_SHADER_INCLUDE_H

#include "win/shader/blob.h"
#include "win/shader/hlsl.h"

struct xfi_include_open;

struct xfi_includes {
	ID3DInclude *handler; /* NULL: nothing can be included; D3D_COMPILE_STANDARD_FILE_INCLUDE */
	struct xfi_include_open *last; /* the files that are open, innermost first */
};

/* As struct xfi_hlsl wants them, with a struct xfi_includes. */
bool xfi_include_open(void *includes, bool is_system, const char *name, const char *from,
	struct xfi_hlsl_file *ret);
void xfi_include_close(void *includes, struct xfi_hlsl_file *file);

#endif
