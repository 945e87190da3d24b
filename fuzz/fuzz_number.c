/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_number.c -- any bytes as numbers: readers agree with each other and with their writers. */
#include "base/float_format.h"
#include "base/float_parse.h"
#include "base/int_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

/* What a form writes must be read whole, as the same bits. */
static void check_form(size_t (*write)(uint8_t *, double), double v)
{
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    double back;
    size_t size = write(text, v);
    CHECK(size <= sizeof text);
    CHECK(sx_float_parse(sx_bytes_make(text, size), &back) == STRIA_OK);
    CHECK(sx_bits_of_f64(back) == sx_bits_of_f64(v));
}

static void check_float(struct sx_bytes in)
{
    double v, whole;
    struct sx_bytes rest = in;
    stria_status st = sx_float_take(&rest, &v);
    if (st == STRIA_INVALID) {
        CHECK(rest.len == in.len && rest.ptr == in.ptr);
        return;
    }
    size_t used = in.len - rest.len;
    CHECK(used > 0 && used <= in.len);
    CHECK(sx_float_parse(sx_bytes_make(in.ptr, used), &whole) == st);
    CHECK(sx_bits_of_f64(whole) == sx_bits_of_f64(v));
    if (st)
        return;
    check_form(sx_float_write_json, v);
    check_form(sx_float_write_general, v);
    check_form(sx_float_write_plain, v);
}

static void check_int(struct sx_bytes in)
{
    int64_t v, back;
    uint64_t u;
    uint8_t text[SX_INT_TEXT_MAX];
    struct sx_bytes rest = in;
    if (sx_int_take(&rest, &v) == STRIA_OK) {
        CHECK(sx_int_parse(sx_bytes_make(text, sx_int_write(text, v)), &back) == STRIA_OK);
        CHECK(back == v);
    }
    rest = in;
    if (sx_uint_take(&rest, &u) == STRIA_OK)
        CHECK(sx_int_parse(in, &back) != STRIA_OK || (uint64_t)back == u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_bytes in = sx_bytes_make(data, size);
    check_float(in);
    check_int(in);
    if (size >= 8) {
        double v = sx_f64_of_bits(sx_get_u64(data));
        if ((sx_get_u64(data) >> 52 & 0x7ff) != 0x7ff)
            check_form(sx_float_write_json, v);
    }
    return 0;
}
