/* SPDX-License-Identifier: MIT */
#include "finding.h"

#include <stdio.h>

#include "../text.h"

struct finding *finding_add(struct findings *findings, const char *what, bool good,
	const char *found, const char *follows)
{
	static struct finding spare;
	struct finding *f =
		findings->count < FINDINGS_MAX ? &findings->all[findings->count++] : &spare;
	f->what = what;
	f->good = good;
	snprintf(f->found, sizeof(f->found), "%s", found);
	snprintf(f->follows, sizeof(f->follows), "%s", follows ? follows : "");
	text_clean(f->found); /* folders, drivers' names for themselves */
	text_clean(f->follows);
	return f;
}
