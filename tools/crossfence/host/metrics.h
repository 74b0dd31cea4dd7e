/* SPDX-License-Identifier: MIT */
/* crossfence host metrics --json: crossfenced's page for Prometheus, as JSON. */
#ifndef CROSSFENCE_TOOL_HOST_METRICS_H
#define CROSSFENCE_TOOL_HOST_METRICS_H

/* Asks at `path` and prints it. Exit status. */
int host_metrics_json(const char *path);

#endif
