/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_time_text.c -- any bytes as times and durations: what is read is written and read back. */
#include "base/civil.h"
#include "base/duration_text.h"
#include "base/time_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static void check_time(struct sx_bytes in)
{
    struct sx_wall_time time;
    uint8_t text[SX_TIME_TEXT_MAX];
    int64_t ts_ns, back;
    if (sx_time_read(in, &time))
        return;
    CHECK(sx_time_looks_so(in));
    CHECK(time.nanosecond >= 0 && time.nanosecond < SX_SECOND_NS);
    CHECK(sx_time_write_seconds(text, time.seconds) <= sizeof text);
    if (!sx_wall_time_ns(&time, time.offset_s, &ts_ns))
        return;
    int32_t offset_s = time.offset_s % SX_DAY_S / 60 * 60;
    size_t size = sx_time_write_at(text, ts_ns, offset_s);
    CHECK(size <= sizeof text);
    CHECK(sx_time_parse(sx_bytes_make(text, size), &back) == STRIA_OK && back == ts_ns);
}

static void check_duration(struct sx_bytes in)
{
    uint8_t text[SX_DURATION_TEXT_MAX];
    int64_t ns, back;
    if (sx_duration_parse(in, &ns, NULL))
        return;
    size_t size = sx_duration_write_influx(text, ns);
    CHECK(sx_duration_parse(sx_bytes_make(text, size), &back, NULL) == STRIA_OK && back == ns);
    CHECK(sx_duration_write_go(text, ns) <= sizeof text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_time(sx_bytes_make(data, size));
    check_duration(sx_bytes_make(data, size));
    return 0;
}
