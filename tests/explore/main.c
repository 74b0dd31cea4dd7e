/* SPDX-License-Identifier: MIT */
/* explore [-b] [-d DEVIATIONS] [-n LIMIT | -r EXECUTIONS] [-t SECONDS] [-p PART/PARTS] [NAME...]:
 * see explore.h. TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "world.h"

static struct xp_scenario *scenarios;

void xp_register(struct xp_scenario *scenario)
{
	struct xp_scenario **at = &scenarios;
	while (*at && strcmp((*at)->name, scenario->name) < 0)
		at = &(*at)->next;
	scenario->next = *at;
	*at = scenario;
}

static bool wanted(const struct xp_scenario *s, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], s->name) == 0)
			return true;
	return n == 0;
}

int main(int argc, char **argv)
{
	struct xp_options options = { .deviations = 2 };
	bool told = false;
	int c, number = 0, must_fail = 0, failed = 0, seen = 0, part = 0, parts = 1;
	while ((c = getopt(argc, argv, "bd:n:p:r:t:")) != -1) {
		if (c == 'p' && (sscanf(optarg, "%d/%d", &part, &parts) != 2 || parts < 1))
			return 2;
		options.buffers |= c == 'b';
		options.by_chance |= c == 'r';
		told |= c == 'd';
		if (c == 'd')
			options.deviations = atoi(optarg);
		else if (c == 'n' || c == 'r')
			options.limit = atol(optarg);
		else if (c == 't')
			options.seconds = atol(optarg);
		else if (c != 'b' && c != 'p')
			return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct xp_scenario *s = scenarios; s; s = s->next) {
		if (!wanted(s, argv + optind, argc - optind) ||
			(s->buffers_only && !options.buffers) || seen++ % parts != part % parts)
			continue;
		xp_world_make(s);
		xp_world_keep();
		struct xp_options own = options;
		if (s->usually && !told)
			own.deviations = s->usually;
		if (s->at_most && s->at_most < own.deviations)
			own.deviations = s->at_most;
		bool ok = xp_explore(s, &own);
		/* TAP counts what is "to do" for itself, and calls it a failure if it is ok. */
		printf("%sok %d - %s: %s%s\n", ok ? "" : "not ", ++number, s->name, s->about,
			s->must_fail ? " # TODO must fail" : "");
		must_fail += s->must_fail;
		failed += ok == s->must_fail;
	}
	printf("# %d scenarios, of which %d must fail; %d not as they should\n", number, must_fail,
		failed);
	printf("1..%d\n", number);
	return failed ? 1 : 0;
}
