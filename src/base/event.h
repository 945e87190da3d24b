/* SPDX-License-Identifier: Apache-2.0 */
/* event.h -- telling the host what happened, one line an event.
 *
 * Why         The library never prints: events go to the host's on_event callback, or nowhere.
 * Threads     Any; the callback is told to be quick (stria.h). */
#ifndef SX_BASE_EVENT_H
#define SX_BASE_EVENT_H

#include "base/attr.h"
#include "stria.h"

struct sx_event_sink {
    void (*on_event)(void *user, const stria_event *event); /* NULL: dropped */
    void *user;
    int64_t (*now_ns)(void *clock);
    void *clock;
};

/* `detail` is "key=value key=value" by printf's format; cut at 1,000 bytes. `name` is static. */
void sx_event(const struct sx_event_sink *sink, stria_level level, const char *name,
              const char *detail, ...) SX_FORMAT(4, 5);

#endif
