/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_codec.c -- any bytes as a column of any type: what decodes must come back when it is
 * encoded, and ranges of it must be parts of the whole.
 *
 * Format      u8 type, less 1, modulo 8 (6 and 7: a double or an integer with shared tables) |
 *             u16 number of values, less 1, modulo 4096 | [u8 size of the tables | tables] |
 *             column. */
#include "codec/column.h"

#include "codec/aggregate.h"
#include "codec/kernel.h"
#include "codec/tables.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNT_MAX 4096

static union {
    int64_t numbers[COUNT_MAX];
    uint8_t bools[COUNT_MAX];
    stria_bytes strings[COUNT_MAX];
} first, second;

static void check(bool good)
{
    if (!good)
        abort();
}

static size_t value_size(stria_type type)
{
    return type == STRIA_BOOL ? 1 : type == STRIA_STRING ? sizeof(stria_bytes) : 8;
}

static bool same(stria_type type, const void *a, const void *b, size_t count)
{
    if (type != STRIA_STRING)
        return memcmp(a, b, count * value_size(type)) == 0;
    const stria_bytes *x = a, *y = b;
    for (size_t i = 0; i < count; i++)
        if (!sx_bytes_equal(sx_bytes_make(x[i].ptr, x[i].len), sx_bytes_make(y[i].ptr, y[i].len)))
            return false;
    return true;
}

static void round_trip(stria_type type, size_t count, struct sx_mem *mem)
{
    struct sx_buf out;
    struct sx_arena arena;
    sx_arena_init(&arena, mem, 0);
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
        sx_buf_init(&out, mem, (size_t)64 << 20);
        stria_status st =
            sx_column_encode(&out, type, &first, count, (enum sx_tier)tier, mem, NULL);
        check(st == STRIA_OK || st == STRIA_LIMIT); /* many views of one long string */
        if (st == STRIA_OK) {
            check(!sx_column_decode(sx_buf_bytes(&out), type, &second, count, &arena, NULL));
            check(same(type, &first, &second, count));
        }
        sx_buf_deinit(&out);
    }
    sx_arena_deinit(&arena);
}

/* What a part is told to come to is what its values, in `second`, come to. */
static void check_totals(struct sx_bytes in, stria_type type, size_t count, size_t begin,
                         size_t part, const struct sx_tables *tables)
{
    struct sx_column_totals totals;
    if (part == 0 || sx_column_aggregate(in, type, count, begin, part, tables,
                                         SX_WANT_SUM | SX_WANT_RANGE, &totals, NULL))
        return;
    bool is_float = type == STRIA_FLOAT;
    uint64_t integers = 0;
    double sum = 0;
    for (size_t i = 0; i < part; i++) {
        int64_t v = second.numbers[i];
        double d = sx_f64_of_bits((uint64_t)v);
        integers += (uint64_t)v;
        sum += is_float ? d : 0;
        if (!(totals.has & SX_WANT_RANGE))
            continue;
        if (is_float)
            check(d >= sx_f64_of_bits(totals.min) && d <= sx_f64_of_bits(totals.max));
        else if (type == STRIA_UINT)
            check((uint64_t)v >= totals.min && (uint64_t)v <= totals.max);
        else
            check(v >= (int64_t)totals.min && v <= (int64_t)totals.max);
    }
    if (totals.has & SX_WANT_SUM)
        check(is_float ? sx_f64_of_bits(totals.sum) == sum : totals.sum == integers);
}

/* Decodes the whole, a part, and what is encoded of it again. */
static void try_column(struct sx_bytes in, stria_type type, size_t count,
                       const struct sx_tables *tables, struct sx_mem *mem)
{
    struct sx_arena arena;
    size_t begin = count / 3, part = count / 2;
    sx_arena_init(&arena, mem, 0);
    (void)sx_column_codec_name(in);
    if (sx_column_decode_shared(in, type, count, 0, count, tables, &first, &arena, NULL) ==
        STRIA_OK) {
        check(
            !sx_column_decode_shared(in, type, count, begin, part, tables, &second, &arena, NULL));
        check(same(type, (const uint8_t *)&first + begin * value_size(type), &second, part));
        if (type != STRIA_BOOL && type != STRIA_STRING)
            check_totals(in, type, count, begin, part, tables);
        round_trip(type, count, mem);
    }
    sx_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_tables *tables = NULL;
    if (size < 4)
        return 0;
    unsigned kind = data[0] % 8;
    stria_type type = kind == 6 ? STRIA_FLOAT : kind == 7 ? STRIA_INT : (stria_type)(1 + kind);
    size_t count = 1 + sx_get_u16(data + 1) % COUNT_MAX;
    struct sx_bytes in = sx_bytes_make(data + 3, size - 3), table_bytes;
    sx_mem_init(&mem, NULL, "fuzz", 0);
    if (kind >= 6) {
        size_t table_size = *in.ptr;
        in = sx_bytes_make(in.ptr + 1, in.len - 1);
        if (!sx_bytes_take(&in, table_size, &table_bytes) ||
            sx_tables_open(table_bytes, false, &mem, &tables, NULL)) {
            sx_mem_deinit(&mem);
            return 0;
        }
    }
    try_column(in, type, count, tables, &mem);
    sx_tables_close(tables);
    sx_mem_deinit(&mem);
    return 0;
}
