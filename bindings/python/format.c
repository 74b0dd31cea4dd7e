/* SPDX-License-Identifier: MIT */
#include "format.h"

static const struct {
	const char *name;
	uint32_t fourcc;
} names[] = {
	{ "ABGR16161616F", XF_FORMAT_ABGR16161616F },
	{ "ABGR2101010", XF_FORMAT_ABGR2101010 },
	{ "ABGR8888", XF_FORMAT_ABGR8888 },
	{ "ARGB2101010", XF_FORMAT_ARGB2101010 },
	{ "ARGB8888", XF_FORMAT_ARGB8888 },
	{ "AYUV", XF_FORMAT_AYUV },
	{ "BGR888", XF_FORMAT_BGR888 },
	{ "BGRA8888", XF_FORMAT_BGRA8888 },
	{ "BGRX8888", XF_FORMAT_BGRX8888 },
	{ "GR1616", XF_FORMAT_GR1616 },
	{ "GR88", XF_FORMAT_GR88 },
	{ "NV12", XF_FORMAT_NV12 },
	{ "NV16", XF_FORMAT_NV16 },
	{ "NV21", XF_FORMAT_NV21 },
	{ "NV24", XF_FORMAT_NV24 },
	{ "P010", XF_FORMAT_P010 },
	{ "P012", XF_FORMAT_P012 },
	{ "P016", XF_FORMAT_P016 },
	{ "P210", XF_FORMAT_P210 },
	{ "R16", XF_FORMAT_R16 },
	{ "R8", XF_FORMAT_R8 },
	{ "RAW", XF_FORMAT_RAW },
	{ "RGB565", XF_FORMAT_RGB565 },
	{ "RGB888", XF_FORMAT_RGB888 },
	{ "RGBA8888", XF_FORMAT_RGBA8888 },
	{ "RGBX8888", XF_FORMAT_RGBX8888 },
	{ "S010", XF_FORMAT_S010 },
	{ "S210", XF_FORMAT_S210 },
	{ "S410", XF_FORMAT_S410 },
	{ "TENSOR", XF_FORMAT_TENSOR },
	{ "UYVY", XF_FORMAT_UYVY },
	{ "VUY888", XF_FORMAT_VUY888 },
	{ "XBGR16161616F", XF_FORMAT_XBGR16161616F },
	{ "XBGR2101010", XF_FORMAT_XBGR2101010 },
	{ "XBGR8888", XF_FORMAT_XBGR8888 },
	{ "XRGB2101010", XF_FORMAT_XRGB2101010 },
	{ "XRGB8888", XF_FORMAT_XRGB8888 },
	{ "Y210", XF_FORMAT_Y210 },
	{ "Y410", XF_FORMAT_Y410 },
	{ "YUV420", XF_FORMAT_YUV420 },
	{ "YUV422", XF_FORMAT_YUV422 },
	{ "YUV444", XF_FORMAT_YUV444 },
	{ "YUYV", XF_FORMAT_YUYV },
	{ "YVU420", XF_FORMAT_YVU420 },
	/* By the bytes in memory, as others call them. */
	{ "RGBA", XF_FORMAT_ABGR8888 },
	{ "RGBX", XF_FORMAT_XBGR8888 },
	{ "BGRA", XF_FORMAT_ARGB8888 },
	{ "BGRX", XF_FORMAT_XRGB8888 },
	{ "RGB", XF_FORMAT_BGR888 },
	{ "BGR", XF_FORMAT_RGB888 },
	{ "GRAY8", XF_FORMAT_R8 },
	{ "GRAY16", XF_FORMAT_R16 },
	{ "I420", XF_FORMAT_YUV420 },
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

static bool find(const char *text, uint32_t *ret_fourcc)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (!strcmp(names[i].name, text)) {
			*ret_fourcc = names[i].fourcc;
			return true;
		}
	if (strlen(text) != 4)
		return false;
	*ret_fourcc =
		XF_FOURCC((uint8_t)text[0], (uint8_t)text[1], (uint8_t)text[2], (uint8_t)text[3]);
	return true;
}

bool xfp_format_code(PyObject *format, uint32_t *ret_fourcc)
{
	if (!PyUnicode_Check(format)) {
		unsigned long code = PyLong_AsUnsignedLong(format);
		if (!PyErr_Occurred() && code > UINT32_MAX)
			PyErr_SetString(PyExc_OverflowError, "a format has 32 bits");
		*ret_fourcc = (uint32_t)code;
		return !PyErr_Occurred();
	}
	const char *text = PyUnicode_AsUTF8AndSize(format, NULL);
	if (text && find(text, ret_fourcc))
		return true;
	if (text)
		PyErr_Format(PyExc_ValueError,
			"no format is called %R; crossfence.formats() has all, and any four "
			"characters will do",
			format);
	return false;
}

PyObject *xfp_format_name(uint32_t fourcc)
{
	char text[4];
	for (size_t i = 0; i < N_NAMES; i++)
		if (names[i].fourcc == fourcc)
			return PyUnicode_FromString(names[i].name);
	for (int i = 0; i < 4; i++)
		text[i] = (char)(fourcc >> (8 * i));
	return PyUnicode_DecodeLatin1(text, 4, NULL);
}

PyObject *xfp_format_all(void)
{
	PyObject *all = PyDict_New();
	for (size_t i = 0; all && i < N_NAMES; i++) {
		PyObject *code = PyLong_FromUnsignedLong(names[i].fourcc);
		if (!code || PyDict_SetItemString(all, names[i].name, code))
			Py_CLEAR(all);
		Py_XDECREF(code);
	}
	return all;
}

static const struct {
	const char *name, *numpy;
	uint32_t dtype;
} dtypes[] = {
	{ "i8", "int8", XF_DTYPE_I8 },
	{ "i16", "int16", XF_DTYPE_I16 },
	{ "i32", "int32", XF_DTYPE_I32 },
	{ "i64", "int64", XF_DTYPE_I64 },
	{ "u8", "uint8", XF_DTYPE_U8 },
	{ "u16", "uint16", XF_DTYPE_U16 },
	{ "u32", "uint32", XF_DTYPE_U32 },
	{ "u64", "uint64", XF_DTYPE_U64 },
	{ "f16", "float16", XF_DTYPE_F16 },
	{ "f32", "float32", XF_DTYPE_F32 },
	{ "f64", "float64", XF_DTYPE_F64 },
	{ "bf16", "bfloat16", XF_DTYPE_BF16 },
};

/* "float32" of the string, of np.float32, np.dtype("f4") or torch.float32. A new reference. */
static PyObject *dtype_text(PyObject *dtype)
{
	if (PyUnicode_Check(dtype))
		return Py_NewRef(dtype);
	PyObject *text = PyObject_GetAttrString(dtype, PyType_Check(dtype) ? "__name__" : "name");
	if (!text) {
		PyErr_Clear();
		text = PyObject_Str(dtype);
	}
	return text;
}

/* Of numpy's, whose name says nothing of the order of the bytes: a tensor has this machine's. */
static bool is_swapped(PyObject *dtype)
{
	PyObject *native = PyObject_GetAttrString(dtype, "isnative");
	bool swapped = native == Py_False;
	PyErr_Clear();
	Py_XDECREF(native);
	return swapped;
}

bool xfp_format_dtype(PyObject *dtype, uint32_t *ret_dtype)
{
	PyObject *object = is_swapped(dtype) ? NULL : dtype_text(dtype);
	const char *text =
		object && PyUnicode_Check(object) ? PyUnicode_AsUTF8AndSize(object, NULL) : NULL;
	bool found = false;
	if (text && !strncmp(text, "torch.", 6))
		text += 6;
	for (size_t i = 0; text && !found && i < sizeof(dtypes) / sizeof(dtypes[0]); i++)
		if (!strcmp(text, dtypes[i].name) || !strcmp(text, dtypes[i].numpy)) {
			*ret_dtype = dtypes[i].dtype;
			found = true;
		}
	Py_XDECREF(object);
	if (!found && !PyErr_Occurred())
		PyErr_Format(PyExc_ValueError, "no dtype of a tensor: %R", dtype);
	return found;
}
