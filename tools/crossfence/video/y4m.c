/* SPDX-License-Identifier: MIT */
/* Headers are foreign bytes: of bounded length, every number checked. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "pixels.h"
#include "y4m.h"

#define MAGIC "YUV4MPEG2"
#define FRAME "FRAME"

/* H.273's ChromaLocType, and one more, as struct xf_colorimetry has it. */
enum { SITED_LEFT = 1, SITED_CENTER = 2, SITED_TOP_LEFT = 3 };

static const struct {
	const char *type;
	uint8_t siting;
} sitings[] = { { "420jpeg", SITED_CENTER }, { "420mpeg2", SITED_LEFT },
	{ "420paldv", SITED_TOP_LEFT } };
#define N_SITINGS (sizeof(sitings) / sizeof(sitings[0]))

bool y4m_begins(FILE *from)
{
	int c = getc(from);
	if (c != EOF)
		ungetc(c, from);
	return c == MAGIC[0];
}

__attribute__((format(printf, 2, 3))) static int refuse(char *why, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(why, Y4M_WHY_MAX, format, args);
	va_end(args);
	return -EPROTO;
}

/* A line without its newline. 0; 1: the input ends before it; -EPROTO: too long, or cut off. */
static int read_line(FILE *from, char line[Y4M_LINE_MAX])
{
	size_t n = 0;
	int c;
	errno = 0;
	while ((c = getc(from)) != EOF && c != '\n') {
		if (n == Y4M_LINE_MAX - 1 || c == 0)
			return -EPROTO;
		line[n++] = (char)c;
	}
	line[n] = 0;
	if (c == '\n')
		return 0;
	if (ferror(from))
		return -(errno ? errno : EIO);
	return n ? -EPROTO : 1;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int take_number(const char *text, uint32_t *ret_number)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (!is_digit(text[0]) || *end || !number || number > XF_SIZE_MAX_PX)
		return -EPROTO;
	*ret_number = (uint32_t)number;
	return 0;
}

/* To scanf() a sign belongs to a number without one. */
static int take_ratio(const char *text, uint32_t *ret_num, uint32_t *ret_den)
{
	const char *colon = strchr(text, ':');
	int end = 0;
	if (!is_digit(text[0]) || !colon || !is_digit(colon[1]) ||
		sscanf(text, "%9u:%9u%n", ret_num, ret_den, &end) != 2 || text[end])
		return -EPROTO;
	return 0;
}

static int take_type(const char *type, struct y4m *y, char *why)
{
	for (size_t i = 0; i < N_SITINGS; i++)
		if (strcmp(type, sitings[i].type) == 0)
			y->colorimetry.chroma_siting = sitings[i].siting;
	if (pixels_from_y4m(type, &y->fourcc) == 0)
		return 0;
	return refuse(why,
		"chroma type '%.20s' has no format here; 420, 422, 444, these with p10, mono and "
		"mono16 have",
		type);
}

/* What a progressive picture of square pixels says, unless told otherwise. */
struct other {
	char interlaced;
	uint32_t aspect_num, aspect_den;
};

static int take_word(const char *word, struct y4m *y, struct other *other, char *why)
{
	int r = 0;
	switch (word[0]) {
	case 'W':
		r = take_number(word + 1, &y->width_px);
		break;
	case 'H':
		r = take_number(word + 1, &y->height_px);
		break;
	case 'F':
		r = take_ratio(word + 1, &y->rate_num, &y->rate_den);
		break;
	case 'A':
		r = take_ratio(word + 1, &other->aspect_num, &other->aspect_den);
		break;
	case 'I':
		r = word[1] && strchr("ptbm?", word[1]) && !word[2] ? 0 : -EPROTO;
		other->interlaced = word[1];
		break;
	case 'C':
		return take_type(word + 1, y, why);
	default: /* comments; one of them is known to everybody */
		y->colorimetry.full_range |= strcmp(word, "XCOLORRANGE=FULL") == 0;
		break;
	}
	return r ? refuse(why, "'%.20s' makes no sense in its header", word) : 0;
}

int y4m_read_header(FILE *from, struct y4m *ret_header, char why[Y4M_WHY_MAX])
{
	struct y4m y = { .fourcc = XF_FORMAT_YUV420 };
	struct other other = { '?', 0, 0 };
	char line[Y4M_LINE_MAX], *rest = line, *word;
	int r = read_line(from, line);
	if (r || !(word = strsep(&rest, " ")) || strcmp(word, MAGIC) != 0)
		return refuse(why, "it does not begin with the line '" MAGIC " ...'");
	while (!r && (word = strsep(&rest, " ")))
		if (*word)
			r = take_word(word, &y, &other, why);
	if (!r && (!y.width_px || !y.height_px))
		r = refuse(why, "its header does not say how large the picture is");
	if (!y.rate_num || !y.rate_den)
		y.rate_num = y.rate_den = 0;
	snprintf(y.other, sizeof(y.other), "I%c A%u:%u", other.interlaced, other.aspect_num,
		other.aspect_den);
	if (!r)
		*ret_header = y;
	return r;
}

int y4m_read_frame(FILE *from)
{
	char line[Y4M_LINE_MAX];
	int r = read_line(from, line);
	if (r)
		return r;
	return strncmp(line, FRAME, strlen(FRAME)) == 0 &&
			       (line[strlen(FRAME)] == 0 || line[strlen(FRAME)] == ' ')
		       ? 0
		       : -EPROTO;
}

/* The blob may be another application's: it counts only if it is what a header would say. */
static void other_of(const struct xf_stream_format *format, struct other *other)
{
	char text[48] = "", interlaced;
	uint32_t num, den;
	int end = 0;
	*other = (struct other){ 'p', 0, 0 };
	if (format->blob_size >= sizeof(text) || !format->blob)
		return;
	memcpy(text, format->blob, format->blob_size);
	if (sscanf(text, "I%c A%9u:%9u%n", &interlaced, &num, &den, &end) == 3 && !text[end] &&
		interlaced && strchr("ptbm?", interlaced))
		*other = (struct other){ interlaced, num, den };
}

static const char *type_of(const struct xf_stream_format *format)
{
	const char *type = pixels_y4m_name(format->desc->fourcc);
	for (size_t i = 0; i < N_SITINGS && format->desc->fourcc == XF_FORMAT_YUV420; i++)
		if (format->colorimetry.chroma_siting == sitings[i].siting)
			return sitings[i].type;
	return type;
}

int y4m_header(const struct xf_stream_format *format, char line[Y4M_LINE_MAX])
{
	const struct xf_surface_desc *desc = format->desc;
	struct other other;
	if (!pixels_y4m_name(desc->fourcc))
		return -ENOTSUP;
	other_of(format, &other);
	bool regular = format->rate_num && format->rate_den;
	snprintf(line, Y4M_LINE_MAX, MAGIC " W%u H%u F%u:%u I%c A%u:%u C%s XCOLORRANGE=%s\n",
		desc->width_px, desc->height_px, regular ? format->rate_num : 25,
		regular ? format->rate_den : 1, other.interlaced, other.aspect_num,
		other.aspect_den, type_of(format),
		format->colorimetry.full_range ? "FULL" : "LIMITED");
	return 0;
}
