/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_zone.c -- any bytes as a time zone: its spans cover all of time without gaps. */
#include "base/zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static void check_at(const struct sx_zone *zone, int64_t utc_s)
{
    struct sx_zone_span span = sx_zone_span_at(zone, utc_s);
    CHECK(span.begin_s <= utc_s && span.end_s > utc_s);
    CHECK(sx_zone_span_at(zone, span.end_s - (span.end_s != INT64_MAX)).offset_s ==
          sx_zone_span_at(zone, span.end_s == INT64_MAX ? INT64_MAX : utc_s).offset_s);
    (void)sx_zone_utc_s(zone, utc_s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_zone *zone;
    sx_mem_init(&mem, NULL, "fuzz", 16 << 20);
    if (sx_zone_create(&mem, sx_bytes_make(data, size), &zone, NULL) == STRIA_OK) {
        for (int64_t utc_s = -5000000000; utc_s < 20000000000; utc_s += 1234567890)
            check_at(zone, utc_s);
        sx_zone_destroy(zone);
    }
    sx_mem_deinit(&mem);
    return 0;
}
