/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c -- see metrics.h. */
#include "app/server/metrics.h"

#include "base/float_format.h"

#include <stdio.h>

#define FRONT "stria_"

static const char *const route_names[SX_ROUTE_COUNT] = {
    [SX_ROUTE_WRITE] = "/write",
    [SX_ROUTE_WRITE_V2] = "/api/v2/write",
    [SX_ROUTE_QUERY] = "/query",
    [SX_ROUTE_QUERY_V2] = "/api/v2/query",
    [SX_ROUTE_PING] = "/ping",
    [SX_ROUTE_STATUS] = "/status",
    [SX_ROUTE_HEALTH] = "/health",
    [SX_ROUTE_READY] = "/ready",
    [SX_ROUTE_METRICS] = "/metrics",
    [SX_ROUTE_ROOT] = "/",
    [SX_ROUTE_DELETE_V2] = "/api/v2/delete",
    [SX_ROUTE_UNKNOWN] = "unknown",
};

static const char *const rejection_names[SX_REJECTED_COUNT] = {
    [SX_REJECTED_BODY_SIZE] = "body_size", [SX_REJECTED_DECODED_SIZE] = "decoded_size",
    [SX_REJECTED_MEMORY] = "memory",       [SX_REJECTED_BUSY] = "busy",
    [SX_REJECTED_DISK] = "disk",
};

/* The last row counts every other status. */
static const unsigned statuses[SX_METRIC_STATUS_COUNT] = {200, 204, 301, 400, 401, 403, 404, 405,
                                                          413, 415, 422, 500, 501, 503, 507, 0};

static const double bounds_s[SX_METRIC_BUCKET_COUNT - 1] = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

void sx_metrics_request(struct sx_metrics *metrics, enum sx_route_id route, unsigned status,
                        int64_t duration_ns)
{
    size_t row = 0, bucket = 0;
    while (statuses[row] && statuses[row] != status)
        row++;
    while (bucket < SX_METRIC_BUCKET_COUNT - 1 && (double)duration_ns > bounds_s[bucket] * 1e9)
        bucket++;
    sx_metrics_add(&metrics->requests[route][row], 1);
    sx_metrics_add(&metrics->buckets[route][bucket], 1);
    sx_metrics_add(&metrics->duration_us[route], (uint64_t)(duration_ns / 1000));
}

void sx_metrics_put_head(struct sx_buf *out, const char *name, const char *help, const char *type)
{
    sx_buf_printf(out, "# HELP " FRONT "%s ", name);
    for (const char *c = help; *c; c++) {
        if (*c == '\\' || *c == '\n')
            sx_buf_put_text(out, *c == '\n' ? "\\n" : "\\\\");
        else
            sx_buf_put_u8(out, (uint8_t)*c);
    }
    sx_buf_printf(out, "\n# TYPE " FRONT "%s %s\n", name, type);
}

static void put_label(struct sx_buf *out, const char *label, const char *value)
{
    sx_buf_printf(out, "%s=\"", label);
    for (const char *c = value; *c; c++) {
        if (*c == '\n')
            sx_buf_put_text(out, "\\n");
        else if (*c == '"' || *c == '\\')
            sx_buf_printf(out, "\\%c", *c);
        else
            sx_buf_put_u8(out, (uint8_t)*c);
    }
    sx_buf_put_u8(out, '"');
}

static void put_number(struct sx_buf *out, double number)
{
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    sx_buf_put_u8(out, ' ');
    sx_buf_put(out, text, sx_float_write_json(text, number));
    sx_buf_put_u8(out, '\n');
}

void sx_metrics_put(struct sx_buf *out, const char *name, const char *label,
                    const char *label_value, double number)
{
    sx_buf_printf(out, FRONT "%s", name);
    if (label) {
        sx_buf_put_u8(out, '{');
        put_label(out, label, label_value);
        sx_buf_put_u8(out, '}');
    }
    put_number(out, number);
}

static void put_requests(struct sx_metrics *metrics, struct sx_buf *out)
{
    sx_metrics_put_head(out, "http_requests_total", "Requests answered, by route and status.",
                        "counter");
    for (size_t route = 0; route < SX_ROUTE_COUNT; route++) {
        for (size_t row = 0; row < SX_METRIC_STATUS_COUNT; row++) {
            unsigned long count = atomic_load(&metrics->requests[route][row]);
            if (!count)
                continue;
            sx_buf_printf(out, FRONT "http_requests_total{route=\"%s\",status=\"",
                          route_names[route]);
            if (statuses[row])
                sx_buf_printf(out, "%u\"} %lu\n", statuses[row], count);
            else
                sx_buf_printf(out, "other\"} %lu\n", count);
        }
    }
}

static void put_durations(struct sx_metrics *metrics, struct sx_buf *out)
{
    sx_metrics_put_head(out, "http_request_duration_seconds",
                        "From a request's head to the end of its answer.", "histogram");
    for (size_t route = 0; route < SX_ROUTE_COUNT; route++) {
        unsigned long count = 0, counts[SX_METRIC_BUCKET_COUNT];
        for (size_t i = 0; i < SX_METRIC_BUCKET_COUNT; i++)
            count += counts[i] = atomic_load(&metrics->buckets[route][i]);
        if (!count)
            continue;
        unsigned long so_far = 0;
        for (size_t i = 0; i < SX_METRIC_BUCKET_COUNT; i++) {
            uint8_t bound[SX_FLOAT_TEXT_MAX + 1] = "+Inf";
            if (i < SX_METRIC_BUCKET_COUNT - 1)
                bound[sx_float_write_json(bound, bounds_s[i])] = 0;
            so_far += counts[i];
            sx_buf_printf(out,
                          FRONT "http_request_duration_seconds_bucket{route=\"%s\",le=\"%s\"} "
                                "%lu\n",
                          route_names[route], (const char *)bound, so_far);
        }
        sx_metrics_put(out, "http_request_duration_seconds_sum", "route", route_names[route],
                       (double)atomic_load(&metrics->duration_us[route]) / 1e6);
        sx_metrics_put(out, "http_request_duration_seconds_count", "route", route_names[route],
                       (double)count);
    }
}

void sx_metrics_write(struct sx_metrics *metrics, struct sx_buf *out)
{
    put_requests(metrics, out);
    put_durations(metrics, out);
    sx_metrics_put_head(out, "http_rejected_total", "Requests turned away, by reason.", "counter");
    for (size_t i = 0; i < SX_REJECTED_COUNT; i++)
        sx_metrics_put(out, "http_rejected_total", "reason", rejection_names[i],
                       (double)atomic_load(&metrics->rejections[i]));
    sx_metrics_put_head(out, "http_received_bytes_total", "Bytes of requests' bodies.", "counter");
    sx_metrics_put(out, "http_received_bytes_total", NULL, NULL,
                   (double)atomic_load(&metrics->received_bytes));
    sx_metrics_put_head(out, "http_sent_bytes_total", "Bytes of answers' bodies.", "counter");
    sx_metrics_put(out, "http_sent_bytes_total", NULL, NULL,
                   (double)atomic_load(&metrics->sent_bytes));
    sx_metrics_put_head(out, "http_rejected_rows_total",
                        "Rows and lines of writes that were not stored, for any reason.",
                        "counter");
    sx_metrics_put(out, "http_rejected_rows_total", NULL, NULL,
                   (double)atomic_load(&metrics->rejected_rows));
}

/* The family of a histogram's series: its name without _bucket, _sum or _count. */
static size_t family_size(const stria_stat *stat)
{
    static const char *const ends[] = {"_bucket", "_sum", "_count"};
    size_t size = strlen(stat->name);
    for (size_t i = 0; i < SX_COUNT_OF(ends) && stat->kind == STRIA_STAT_HISTOGRAM; i++) {
        size_t end = strlen(ends[i]);
        if (size > end && strcmp(stat->name + size - end, ends[i]) == 0)
            return size - end;
    }
    return size;
}

void sx_metrics_put_stat(void *context, const stria_stat *stat)
{
    static const char *const types[] = {[STRIA_STAT_COUNTER] = "counter",
                                        [STRIA_STAT_GAUGE] = "gauge",
                                        [STRIA_STAT_HISTOGRAM] = "histogram"};
    struct sx_metrics_store *store = context;
    char family[sizeof store->last];
    (void)snprintf(family, sizeof family, "%.*s", (int)SX_MIN(family_size(stat), sizeof family - 1),
                   stat->name);
    if (strcmp(family, store->last) != 0) {
        sx_metrics_put_head(store->out, family, stat->help ? stat->help : "", types[stat->kind]);
        memcpy(store->last, family, sizeof family);
    }
    sx_metrics_put(store->out, stat->name, stat->label, stat->label_value, stat->value);
}
