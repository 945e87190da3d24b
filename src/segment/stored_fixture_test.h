/* SPDX-License-Identifier: Apache-2.0 */
/* stored_fixture_test.h -- what the tests of copying share: a segment with columns of every type,
 * and its groups one after the other. */
#ifndef SX_SEGMENT_STORED_FIXTURE_TEST_H
#define SX_SEGMENT_STORED_FIXTURE_TEST_H

#include "codec/generators.h"
#include "segment/segment_fixture_test.h"
#include "segment/stored.h"

#define STORED_COLUMNS 7
#define STORED_ROWS 300 /* of each of the two groups that a series has */
#define STORED_GROUPS 2

/* The values of a group. */
struct stored_rows {
    int64_t ts_ns[STORED_ROWS];
    double floats[STORED_ROWS];
    int64_t ints[STORED_ROWS], constants[STORED_ROWS];
    uint64_t uints[STORED_ROWS];
    uint8_t bools[STORED_ROWS];
    stria_bytes texts[STORED_ROWS];
    uint64_t present[(STORED_ROWS + 63) / 64];
    struct sx_writer_column columns[STORED_COLUMNS];
};

/* Makes group `group` of a series. Numbers of a kind have steps like one another and unlike those
 * of another kind: they get other coder tables. The last column is absent in each third series. */
static inline size_t stored_rows_make(struct stored_rows *rows, unsigned kind, uint32_t series,
                                      uint32_t group)
{
    static const char *const texts[] = {"idle", "busy", "", "waiting for a long time"};
    struct sx_random random = {1000003 * (uint64_t)kind + 1009 * series + group + 1};
    int64_t walk = 500, level = (int64_t)sx_random_below(&random, 1000000);
    uint64_t counter = sx_random_below(&random, 100000), range = kind ? 40 : 3;
    memset(rows->present, 0, sizeof rows->present);
    for (uint32_t i = 0; i < STORED_ROWS; i++) {
        rows->ts_ns[i] = (int64_t)(group * 1000 + i) * 10000000000;
        walk += sx_random_bell(&random, range);
        level += sx_random_bell(&random, range);
        counter += sx_random_below(&random, 10) ? 0 : sx_random_below(&random, 100 * range);
        rows->floats[i] = (double)walk;
        rows->ints[i] = level;
        rows->constants[i] = 77;
        rows->uints[i] = counter;
        rows->bools[i] = sx_random_below(&random, 9) == 0;
        const char *text = texts[sx_random_below(&random, 4)];
        rows->texts[i] = (stria_bytes){.ptr = text, .len = strlen(text)};
        if (sx_random_below(&random, 5))
            sx_bit_set(rows->present, i);
    }
    const struct sx_writer_column columns[STORED_COLUMNS] = {
        {SX_LITERAL("f"), STRIA_FLOAT, rows->floats, NULL},
        {SX_LITERAL("i"), STRIA_INT, rows->ints, NULL},
        {SX_LITERAL("c"), STRIA_INT, rows->constants, NULL},
        {SX_LITERAL("u"), STRIA_UINT, rows->uints, NULL},
        {SX_LITERAL("s"), STRIA_STRING, rows->texts, NULL},
        {SX_LITERAL("p"), STRIA_FLOAT, rows->floats, rows->present},
        {SX_LITERAL("b"), STRIA_BOOL, rows->bools, NULL}};
    memcpy(rows->columns, columns, sizeof columns);
    return STORED_COLUMNS - (series % 3 == 0);
}

static inline stria_status stored_begin_series(struct seg_test *t, uint32_t series)
{
    char text[32];
    (void)snprintf(text, sizeof text, "m,k=%03u", (unsigned)series);
    struct sx_bytes key = index_test_key(&t->key, text);
    return sx_segment_writer_series(t->writer, key, sx_hash(key), &t->err);
}

static inline stria_status stored_put_group(struct seg_test *t, unsigned kind, uint32_t series,
                                            uint32_t group)
{
    static struct stored_rows rows;
    size_t count = stored_rows_make(&rows, kind, series, group);
    return sx_segment_writer_rows(t->writer, rows.ts_ns, STORED_ROWS, rows.columns, count, &t->err);
}

/* Writes series [first, end) and opens the segment. */
static inline void stored_write(struct seg_test *t, enum sx_tier tier, unsigned kind,
                                uint32_t first, uint32_t end)
{
    assert_int_equal(seg_test_begin(t, tier), STRIA_OK);
    for (uint32_t s = first; s < end; s++) {
        assert_int_equal(stored_begin_series(t, s), STRIA_OK);
        for (uint32_t g = 0; g < STORED_GROUPS; g++)
            assert_int_equal(stored_put_group(t, kind, s, g), STRIA_OK);
    }
    assert_int_equal(seg_test_finish(t), STRIA_OK);
    assert_int_equal(seg_test_open(t), STRIA_OK);
}

#endif
