/* SPDX-License-Identifier: MIT */
/* A compiler's messages in the form that programs for Windows know: file(line): error: text. */
#ifndef XFI_WIN_SHADER_MESSAGE_H
#define XFI_WIN_SHADER_MESSAGE_H

#include "win/shader/blob.h"

#define XFI_SOURCE_MAX (64u << 20) /* bytes of a source; far beyond any */

/* From lines of the form file:line: error: text, which change. */
HRESULT xfi_message_blob(char *lines, ID3DBlob **ret);
/* Leaves a message, where one is wanted and there is none yet, and returns E_FAIL. */
HRESULT xfi_message_fail(ID3DBlob **ret, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
