/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h -- what the server counts about itself, and its text for Prometheus.
 *
 * Format      Text exposition 0.0.4: # HELP and # TYPE before the values of a name.
 * Threads     Counting is by relaxed atomics, from any thread. */
#ifndef SX_APP_SERVER_METRICS_H
#define SX_APP_SERVER_METRICS_H

#include "base/buf.h"
#include "stria.h"

#include <stdatomic.h>

/* The rows of the table of requests, and the label `route`. */
enum sx_route_id {
    SX_ROUTE_WRITE,
    SX_ROUTE_WRITE_V2,
    SX_ROUTE_DELETE_V2,
    SX_ROUTE_QUERY,
    SX_ROUTE_QUERY_V2,
    SX_ROUTE_PING,
    SX_ROUTE_STATUS,
    SX_ROUTE_HEALTH,
    SX_ROUTE_READY,
    SX_ROUTE_METRICS,
    SX_ROUTE_ROOT,
    SX_ROUTE_UNKNOWN,
    SX_ROUTE_COUNT
};

enum sx_rejection {
    SX_REJECTED_BODY_SIZE,
    SX_REJECTED_DECODED_SIZE,
    SX_REJECTED_MEMORY,
    SX_REJECTED_BUSY,
    SX_REJECTED_DISK,
    SX_REJECTED_COUNT
};

#define SX_METRIC_STATUS_COUNT 16
#define SX_METRIC_BUCKET_COUNT 14

struct sx_metrics {
    atomic_ulong requests[SX_ROUTE_COUNT][SX_METRIC_STATUS_COUNT];
    atomic_ulong buckets[SX_ROUTE_COUNT][SX_METRIC_BUCKET_COUNT]; /* the last: +Inf */
    atomic_ulong duration_us[SX_ROUTE_COUNT];
    atomic_ulong rejections[SX_REJECTED_COUNT];
    atomic_ulong received_bytes; /* of bodies */
    atomic_ulong sent_bytes;     /* of answers' bodies */
    atomic_ulong rejected_rows; /* of writes: rows and lines that were not stored, for any reason */
};

void sx_metrics_request(struct sx_metrics *metrics, enum sx_route_id route, unsigned status,
                        int64_t duration_ns);

static inline void sx_metrics_reject(struct sx_metrics *metrics, enum sx_rejection why)
{
    atomic_fetch_add_explicit(&metrics->rejections[why], 1, memory_order_relaxed);
}

static inline void sx_metrics_add(atomic_ulong *counter, uint64_t count)
{
    atomic_fetch_add_explicit(counter, count, memory_order_relaxed);
}

/* # HELP and # TYPE of stria_<name>; `type` is counter, gauge or histogram. */
void sx_metrics_put_head(struct sx_buf *out, const char *name, const char *help, const char *type);
/* stria_<name>{label="value"} number; label NULL: none. */
void sx_metrics_put(struct sx_buf *out, const char *name, const char *label,
                    const char *label_value, double number);

/* All that is in the struct. */
void sx_metrics_write(struct sx_metrics *metrics, struct sx_buf *out);

/* Writes the figures of a store as stria_stats() tells them, one after the other. */
struct sx_metrics_store {
    struct sx_buf *out;
    char last[100]; /* the name whose head was written last */
};
void sx_metrics_put_stat(void *store, const stria_stat *stat);

#endif
