/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "compare.h"
#include "demo/report.h"
#include "demo/slides.h"
#include "filter.h"
#include "rows.h"

static uint64_t checksum_of(const struct image *frame)
{
	struct row rows[FRAME_HEIGHT_PX];
	for (uint32_t y = 0; y < FRAME_HEIGHT_PX; y++)
		row_hash(image_row(frame, y), &rows[y]);
	return rows_checksum(rows);
}

static int compare_one(const struct demo_options *options, const struct sheet *sheet,
	uint32_t picture, struct image *frame)
{
	struct report report = { .kind = REPORT_COMPARED, .picture = picture };
	char reason[REASON_MAX];
	uint64_t checksum = 0;
	int r = slides_load(options->pictures.paths[picture], frame, reason);
	if (!r)
		r = filter_apply(frame);
	if (!r)
		r = sheet_compare(sheet, picture, frame, &report.difference, &checksum);
	if (r)
		return r;
	report.same_bytes = checksum == checksum_of(frame);
	report_send(FD_REPORTS, &report);
	return 0;
}

int compare_sheet(const struct demo_options *options, const struct sheet *sheet)
{
	int r = 0;
	for (uint32_t i = 0; !r && i < options->pictures.count; i++) {
		struct image frame = { 0 };
		if (!sheet_lacks(sheet, i))
			r = compare_one(options, sheet, i, &frame);
		image_finish(&frame);
	}
	return r;
}
