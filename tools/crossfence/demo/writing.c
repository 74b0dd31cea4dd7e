/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include "writing.h"

#define LETTERS_MAX 256 /* of a line; longer than any name of a file */
#define ELLIPSIS    0x2026
#define REPLACEMENT 0xfffd /* for bytes that are no UTF-8 */

struct writing {
	FT_Library library;
	FcFontSet *fonts; /* the one to use first, then those that have further letters */
	FT_Face *faces; /* [font]; NULL: not opened yet, or cannot be */
};

struct line {
	FcChar32 letters[LETTERS_MAX];
	uint32_t widths_px[LETTERS_MAX];
	uint32_t n, width_px;
};

static FcFontSet *find_fonts(void)
{
	FcResult result;
	FcPattern *wanted = FcPatternCreate();
	FcPatternAddString(wanted, FC_FAMILY, (const FcChar8 *)"sans");
	FcPatternAddBool(wanted, FC_SCALABLE, FcTrue);
	FcConfigSubstitute(NULL, wanted, FcMatchPattern);
	FcDefaultSubstitute(wanted);
	FcFontSet *fonts = FcFontSort(NULL, wanted, FcTrue, NULL, &result);
	FcPatternDestroy(wanted);
	return fonts;
}

int writing_open(struct writing **ret_writing)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	if (!writing || FT_Init_FreeType(&writing->library)) {
		free(writing);
		return -ENOMEM;
	}
	writing->fonts = find_fonts();
	int n = writing->fonts ? writing->fonts->nfont : 0;
	writing->faces = calloc((size_t)n + 1, sizeof(FT_Face));
	int r = !writing->faces ? -ENOMEM : n == 0 ? -ENOENT : 0;
	if (r)
		writing_close(writing);
	else
		*ret_writing = writing;
	return r;
}

void writing_close(struct writing *writing)
{
	if (!writing)
		return;
	if (writing->fonts)
		FcFontSetDestroy(writing->fonts);
	FT_Done_FreeType(writing->library); /* and all faces */
	free(writing->faces);
	free(writing);
	FcFini();
}

static FT_Face open_face(struct writing *writing, int font)
{
	FcChar8 *file;
	int index = 0;
	FcPattern *pattern = writing->fonts->fonts[font];
	(void)FcPatternGetInteger(pattern, FC_INDEX, 0, &index); /* most files hold one font */
	if (!writing->faces[font] &&
		FcPatternGetString(pattern, FC_FILE, 0, &file) == FcResultMatch &&
		FT_New_Face(writing->library, (char *)file, index & 0xffff, &writing->faces[font]))
		writing->faces[font] = NULL;
	return writing->faces[font];
}

/* A face with that letter in it; NULL: there is none. */
static FT_Face find_face(struct writing *writing, FcChar32 letter)
{
	for (int i = 0; i < writing->fonts->nfont; i++) {
		FcCharSet *has;
		if (FcPatternGetCharSet(writing->fonts->fonts[i], FC_CHARSET, 0, &has) ==
				FcResultMatch &&
			FcCharSetHasChar(has, letter) && open_face(writing, i))
			return writing->faces[i];
	}
	return NULL;
}

/* Its picture and measures; NULL: nothing can be shown. Valid until the next call. */
static FT_GlyphSlot render(struct writing *writing, const struct ink *ink, FcChar32 letter)
{
	FT_Face face = find_face(writing, letter);
	if (!face)
		face = find_face(writing, letter = '?');
	if (!face || FT_Set_Pixel_Sizes(face, 0, ink->size_px) ||
		FT_Load_Char(face, letter, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT) ||
		face->glyph->bitmap.pixel_mode != FT_PIXEL_MODE_GRAY)
		return NULL;
	return face->glyph;
}

static void add(struct writing *writing, const struct ink *ink, struct line *line, FcChar32 letter)
{
	FT_GlyphSlot glyph = render(writing, ink, letter);
	line->letters[line->n] = letter;
	line->widths_px[line->n] = glyph ? (uint32_t)(glyph->advance.x + 32) >> 6 : 0;
	line->width_px += line->widths_px[line->n++];
}

static void measure(
	struct writing *writing, const struct ink *ink, const char *text, struct line *line)
{
	*line = (struct line){ 0 };
	for (size_t left = strlen(text);
		left && line->n < LETTERS_MAX - 1;) { /* room for one dot */
		FcChar32 letter;
		int bytes = FcUtf8ToUcs4((const FcChar8 *)text, &letter, (int)left);
		if (bytes <= 0) {
			bytes = 1;
			letter = REPLACEMENT;
		}
		add(writing, ink, line, letter);
		text += bytes;
		left -= (size_t)bytes;
	}
}

/* The end of a name tells as much as its beginning. */
static void shorten(
	struct writing *writing, const struct ink *ink, struct line *line, uint32_t room_px)
{
	struct line dots = { 0 };
	uint32_t tail = line->n, head = 0, used = 0;
	add(writing, ink, &dots, ELLIPSIS);
	if (room_px < dots.width_px) {
		line->n = 0;
		return;
	}
	room_px -= dots.width_px;
	while (tail && used + line->widths_px[tail - 1] <= room_px / 3)
		used += line->widths_px[--tail];
	while (head < tail && used + line->widths_px[head] <= room_px)
		used += line->widths_px[head++];
	line->letters[head++] = ELLIPSIS;
	memmove(line->letters + head, line->letters + tail, (line->n - tail) * sizeof(FcChar32));
	line->n = head + line->n - tail;
}

static void blend(uint8_t *pixel, const uint8_t rgb[3], uint32_t part)
{
	for (int c = 0; c < 3; c++)
		pixel[c] = (uint8_t)((pixel[c] * (255 - part) + rgb[c] * part) / 255);
}

static void print(
	struct image *paper, const struct ink *ink, const FT_GlyphSlot glyph, int64_t x, int64_t y)
{
	const FT_Bitmap *bitmap = &glyph->bitmap;
	x += glyph->bitmap_left;
	y -= glyph->bitmap_top;
	for (int64_t row = 0; row < bitmap->rows; row++)
		for (int64_t column = 0; column < bitmap->width; column++)
			if (x + column >= 0 && x + column < paper->width_px && y + row >= 0 &&
				y + row < paper->height_px)
				blend(image_row(paper, (uint32_t)(y + row)) + (x + column) * 4,
					ink->rgb, bitmap->buffer[row * bitmap->pitch + column]);
}

uint32_t writing_width(struct writing *writing, const struct ink *ink, const char *text)
{
	struct line line;
	if (!writing)
		return 0;
	measure(writing, ink, text, &line);
	return line.width_px;
}

void writing_draw(struct writing *writing, struct image *paper, const struct ink *ink,
	uint32_t left_px, uint32_t baseline_px, uint32_t room_px, const char *text)
{
	struct line line;
	int64_t x = left_px;
	if (!writing)
		return;
	measure(writing, ink, text, &line);
	if (line.width_px > room_px)
		shorten(writing, ink, &line, room_px);
	for (uint32_t i = 0; i < line.n; i++) {
		FT_GlyphSlot glyph = render(writing, ink, line.letters[i]);
		if (!glyph)
			continue;
		print(paper, ink, glyph, x, baseline_px);
		x += (glyph->advance.x + 32) >> 6;
	}
}
