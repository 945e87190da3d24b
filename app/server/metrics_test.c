/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_test.c -- the text Prometheus reads, byte for byte. */
#include "app/server/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct sx_mem mem;

static void test_requests_are_counted_by_route_status_and_time(void **state)
{
    (void)state;
    static struct sx_metrics metrics;
    struct sx_buf out;
    sx_metrics_request(&metrics, SX_ROUTE_WRITE, 204, 400000);
    sx_metrics_request(&metrics, SX_ROUTE_WRITE, 204, 500000);
    sx_metrics_request(&metrics, SX_ROUTE_WRITE, 400, 600000);
    sx_metrics_request(&metrics, SX_ROUTE_QUERY, 999, 11000000000);
    sx_metrics_reject(&metrics, SX_REJECTED_BUSY);
    sx_metrics_add(&metrics.received_bytes, 5000000000);
    sx_buf_init(&out, &mem, 1 << 20);
    sx_metrics_write(&metrics, &out);
    sx_buf_put_u8(&out, 0);
    assert_false(out.failed);
    const char *text = (const char *)out.ptr;
    static const char *const wanted[] = {
        "# HELP stria_http_requests_total Requests answered, by route and status.\n"
        "# TYPE stria_http_requests_total counter\n"
        "stria_http_requests_total{route=\"/write\",status=\"204\"} 2\n"
        "stria_http_requests_total{route=\"/write\",status=\"400\"} 1\n"
        "stria_http_requests_total{route=\"/query\",status=\"other\"} 1\n"
        "# HELP stria_http_request_duration_seconds ",
        "stria_http_request_duration_seconds_bucket{route=\"/write\",le=\"0.0005\"} 2\n"
        "stria_http_request_duration_seconds_bucket{route=\"/write\",le=\"0.001\"} 3\n",
        "stria_http_request_duration_seconds_bucket{route=\"/write\",le=\"+Inf\"} 3\n"
        "stria_http_request_duration_seconds_sum{route=\"/write\"} 0.0015\n"
        "stria_http_request_duration_seconds_count{route=\"/write\"} 3\n",
        "stria_http_request_duration_seconds_bucket{route=\"/query\",le=\"10\"} 0\n"
        "stria_http_request_duration_seconds_bucket{route=\"/query\",le=\"+Inf\"} 1\n",
        "stria_http_rejected_total{reason=\"busy\"} 1\n",
        "stria_http_received_bytes_total 5000000000\n",
    };
    for (size_t i = 0; i < SX_COUNT_OF(wanted); i++)
        assert_non_null(strstr(text, wanted[i]));
    assert_null(strstr(text, "/ping"));
    sx_buf_deinit(&out);
}

static void test_a_stores_figures_share_a_head_by_name(void **state)
{
    (void)state;
    static const stria_stat stats[] = {
        {.name = "rows_total", .help = "Rows\nand \\.", .kind = STRIA_STAT_COUNTER, .value = 3},
        {"memory_bytes", "Memory.", STRIA_STAT_GAUGE, "class", "a\"b\\c\nd", 1.5},
        {"memory_bytes", "Memory.", STRIA_STAT_GAUGE, "class", "query", 1e21},
        {"sync_seconds_bucket", "Syncs.", STRIA_STAT_HISTOGRAM, "le", "0.1", 1},
        {"sync_seconds_bucket", "Syncs.", STRIA_STAT_HISTOGRAM, "le", "+Inf", 2},
        {"sync_seconds_sum", "Syncs.", STRIA_STAT_HISTOGRAM, NULL, NULL, 0.25},
        {"sync_seconds_count", "Syncs.", STRIA_STAT_HISTOGRAM, NULL, NULL, 2},
        {.name = "a_count", .help = NULL, .kind = STRIA_STAT_GAUGE, .value = -1},
    };
    struct sx_buf out;
    sx_buf_init(&out, &mem, 1 << 20);
    struct sx_metrics_store store = {.out = &out};
    for (size_t i = 0; i < SX_COUNT_OF(stats); i++)
        sx_metrics_put_stat(&store, &stats[i]);
    sx_buf_put_u8(&out, 0);
    assert_string_equal((const char *)out.ptr, "# HELP stria_rows_total Rows\\nand \\\\.\n"
                                               "# TYPE stria_rows_total counter\n"
                                               "stria_rows_total 3\n"
                                               "# HELP stria_memory_bytes Memory.\n"
                                               "# TYPE stria_memory_bytes gauge\n"
                                               "stria_memory_bytes{class=\"a\\\"b\\\\c\\nd\"} 1.5\n"
                                               "stria_memory_bytes{class=\"query\"} 1e+21\n"
                                               "# HELP stria_sync_seconds Syncs.\n"
                                               "# TYPE stria_sync_seconds histogram\n"
                                               "stria_sync_seconds_bucket{le=\"0.1\"} 1\n"
                                               "stria_sync_seconds_bucket{le=\"+Inf\"} 2\n"
                                               "stria_sync_seconds_sum 0.25\n"
                                               "stria_sync_seconds_count 2\n"
                                               "# HELP stria_a_count \n"
                                               "# TYPE stria_a_count gauge\n"
                                               "stria_a_count -1\n");
    sx_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_counted_by_route_status_and_time),
        cmocka_unit_test(test_a_stores_figures_share_a_head_by_name),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
