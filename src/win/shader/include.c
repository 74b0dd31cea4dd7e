/* SPDX-License-Identifier: MIT */
/* What #include finds: the program's ID3DInclude, or files beside the one that includes. */
#include "win/shader/include.h"

#include "win/shader/blob_file.h"

struct xfi_include_open {
	struct xfi_include_open *outer;
	const void *data; /* the handler's, which tells it later what includes */
	ID3DBlob *blob; /* of a file */
	char name[];
};

/* Of the file that is being read, by its name; NULL: the source itself. */
static const void *data_of(const struct xfi_includes *includes, const char *name)
{
	const struct xfi_include_open *open = includes->last;
	while (open && strcmp(open->name, name))
		open = open->outer;
	return open ? open->data : NULL;
}

static bool ask(const struct xfi_includes *includes, bool is_system, const char *from,
	struct xfi_include_open *open, struct xfi_hlsl_file *ret)
{
	UINT size = 0;
	const void *data = NULL;
	HRESULT hr = includes->handler->lpVtbl->Open(includes->handler,
		is_system ? D3D_INCLUDE_SYSTEM : D3D_INCLUDE_LOCAL, open->name,
		data_of(includes, from), &data, &size);
	if (FAILED(hr) || (!data && size))
		return false;
	open->data = data;
	ret->text = data ? data : "";
	ret->size = size;
	return true;
}

static bool read_file(struct xfi_include_open *open, struct xfi_hlsl_file *ret)
{
	if (FAILED(xfi_blob_read(open->name, &open->blob)))
		return false;
	ret->text = ID3D10Blob_GetBufferPointer(open->blob);
	ret->size = ID3D10Blob_GetBufferSize(open->blob);
	return true;
}

/* Beside the file that includes it. Paths written for Windows are understood. */
static struct xfi_include_open *make(bool is_file, const char *name, const char *from)
{
	const char *slash = is_file && name[0] != '/' ? strrchr(from, '/') : NULL;
	size_t folder = slash ? (size_t)(slash - from) + 1 : 0;
	struct xfi_include_open *open = calloc(1, sizeof(*open) + folder + strlen(name) + 1);
	if (!open)
		return NULL;
	memcpy(open->name, from, folder);
	strcpy(open->name + folder, name);
	for (char *c = open->name; is_file && *c; c++)
		if (*c == '\\')
			*c = '/';
	return open;
}

bool xfi_include_open(
	void *arg, bool is_system, const char *name, const char *from, struct xfi_hlsl_file *ret)
{
	struct xfi_includes *includes = arg;
	bool is_file = includes->handler == D3D_COMPILE_STANDARD_FILE_INCLUDE;
	struct xfi_include_open *open = includes->handler ? make(is_file, name, from) : NULL;
	if (!open)
		return false;
	if (!(is_file ? read_file(open, ret) : ask(includes, is_system, from, open, ret))) {
		free(open);
		return false;
	}
	open->outer = includes->last;
	includes->last = open;
	ret->name = open->name;
	ret->opaque = open;
	return true;
}

void xfi_include_close(void *arg, struct xfi_hlsl_file *file)
{
	struct xfi_includes *includes = arg;
	struct xfi_include_open *open = file->opaque, **link = &includes->last;
	while (*link != open)
		link = &(*link)->outer;
	*link = open->outer;
	if (open->blob)
		ID3D10Blob_Release(open->blob);
	else
		includes->handler->lpVtbl->Close(includes->handler, open->data);
	free(open);
}
