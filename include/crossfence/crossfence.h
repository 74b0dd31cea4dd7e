/* SPDX-License-Identifier: MIT */
/* Everything at once. Each header may be included by itself. */
#ifndef CROSSFENCE_CROSSFENCE_H
#define CROSSFENCE_CROSSFENCE_H

#include <crossfence/result.h>
#include <crossfence/domain.h>
#include <crossfence/event.h>
#include <crossfence/timeline.h>
#include <crossfence/keyed_mutex.h>
#include <crossfence/wait.h>
#include <crossfence/format.h>
#include <crossfence/surface.h>
#include <crossfence/pool.h>
#include <crossfence/queue.h>
#include <crossfence/sync.h>
#include <crossfence/stream.h>
#include <crossfence/inspect.h>

#endif
