/* SPDX-License-Identifier: Apache-2.0 */
/* log.h -- the server's log: one line an event, on a file descriptor (standard error).
 *
 * Format      2026-01-02T03:04:05.678Z info flush generation=3 rows=1000
 *             time UTC, level, event (one word), key=value; a value with blanks is quoted. Text of
 *             queries and stored data never stands in it.
 * Threads     Any; a line is one write(), so that lines do not mix. */
#ifndef SX_APP_SERVER_LOG_H
#define SX_APP_SERVER_LOG_H

#include "base/attr.h"
#include "stria.h"

#include <stdatomic.h>

#define SX_LOG_LINE_MAX 2048 /* longer lines are cut */

struct sx_log {
    int fd;
    stria_level level;        /* lines above it are left out; immutable */
    atomic_ulong error_count; /* lines of level error, and warn */
    atomic_ulong warn_count;
};

void sx_log_init(struct sx_log *log, int fd, stria_level level);

/* Writes a line; format as printf, giving key=value pairs, or "". */
void sx_log(struct sx_log *log, stria_level level, const char *event, const char *format, ...)
    SX_FORMAT(4, 5);

/* For stria_options.on_event; `log` is a struct sx_log. */
void sx_log_event(void *log, const stria_event *event);

/* A value as it may stand behind key=: quoted if it has blanks or quotes, without line ends. `out`
 * has room for out_size bytes; longer ones are cut. Returns out. */
const char *sx_log_value(char *out, size_t out_size, const char *value);

#endif
