/* SPDX-License-Identifier: Apache-2.0 */
/* writer_parts_test.c -- the index of a sealed segment: what stands in it, and what has no room;
 * columns that are not written, since statistics or another chunk say the same. */
#include "segment/check.h"
#include "segment/segment_fixture_test.h"

/* ---- the index ---- */

static const struct seg_test_line small[] = {
    {"cpu,host=a", 1000, "f1=1.5 s5=on"},
    {"cpu,host=a", 2000, "f1=2.5 s5=on"},
    {"cpu,host=b", 1000, "f1=7 b4=1"},
    {"cpu,host=b", 2000, "f1=7 b4=1"},
    {"mem", 5, "i2=-3"},
};

/* Unpacked. crcs are those of chunks, which are in the file. */
static const struct golden index_golden[] = {
    {"directory of cpu, times: series 0, next chunk of the run; 2 rows", "00 01"},
    {"from 1000, span 1000; 5 bytes, crc", "d00f d00f 05 e26ab312"},
    {"series 1, the same chunk; 2 rows; same times", "05 01 00 00"},
    {"directory of f: no table; every row; 5 bytes, crc", "00 00 05 665f4748"},
    {"numbers, rising: 15/10, 25/10, rows 0 and 1", "09 e103 a106 00 01"},
    {"every row, no column; numbers, constant with its sum: 7", "04 45 e001"},
    {"directory of s: no table; every row; 3 bytes, crc; no statistics", "00 00 03 ac86aa05 00"},
    {"directory of b: no table; 1 group skipped, every row, no column", "00 05 00"},
    {"numbers, constant: true", "05 01"},
    {"directory of mem, times: series 2, next; 1 row; from 5, span 0; 2 bytes, crc",
     "00 00 0a 00 02 00c73702"},
    {"directory of i: no table; every row, no column; numbers, constant with its sum: -3",
     "00 04 45 05"},
    {"series block of cpu: tag host: 2 bits each: 1, 2; no hashes", "02 09"},
    {"dictionary of host: 2 strings in 6 bytes: a, b", "02 06 00 01 'a' 00 01 'b'"},
    {"postings of host: offsets 0 and 2 behind the offsets", "00000000 02000000"},
    {"a: one run: series 0; b: series 1", "01 00 01 02"},
    {"part MEASUREMENTS: 2; no series block in the file; the first in the index at 59", "02 00 3b"},
    {"cpu: 2 series, 1 tag: number 0", "03 'cpu' 02 01 00"},
    {"3 columns: float f, string s, bool b", "03 01 01 'f' 05 01 's' 04 01 'b'"},
    {"1 stripe; series block of 2 bytes, in the index", "01 05"},
    {"mem: 1 series, no tags, 1 column: integer i", "03 'mem' 01 00 01 02 01 'i'"},
    {"1 stripe; series block of no bytes, in the index", "01 01"},
    {"part TAGS: 1; dictionaries from 61 on: host, 2 values", "01 3d 04 'host' 02"},
    {"dictionary: 8 bytes, postings: 12 bytes, both in the index", "11 19"},
    {"part STRIPES: 2", "02"},
    {"measurement + 0, first series + 0, 2 groups", "00 00 02"},
    {"from 1000, span 1000; offset 64; 4 runs", "d00f e807 40 04"},
    {"times: 5 bytes; directory of 15 in the index", "05 1f"},
    {"column 0: 5 bytes; directory of 18 in the index", "00 05 25"},
    {"column 1: 3 bytes; directory of 8 in the index", "01 03 11"},
    {"column 2: no bytes; directory of 5 in the index", "02 00 0b"},
    {"measurement + 1, first series + 0, 1 group", "01 00 01"},
    {"from 995 earlier, span 0; where the stripe before ends; 2 runs", "c50f 00 00 02"},
    {"times: 2 bytes; directory of 9 in the index", "02 13"},
    {"column 0: no bytes; directory of 4 in the index", "00 00 09"},
};

static void test_small_blocks_of_a_sealed_segment_stand_in_the_index(void **state)
{
    (void)state;
    struct seg_test t;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_SEALED, small, SX_COUNT_OF(small));
    assert_dump(&t, "cpu,host=a{1000:f1=1.5,s5=on 2000:f1=2.5,s5=on} "
                    "cpu,host=b{1000:f1=7,b4=1 2000:f1=7,b4=1} mem{5:i2=-3}");
    assert_golden(t.segment->index, index_golden, SX_COUNT_OF(index_golden));
    const struct sx_block_ref *parts = t.segment->footer.parts;
    assert_int_equal(parts[SX_PART_FILTER].size, 0); /* the dictionary is in memory */
    assert_int_equal(parts[SX_PART_TAGS].offset, parts[SX_PART_INDEX].offset);
    assert_int_equal(parts[SX_PART_INDEX].offset, 64 + 5 + 5 + 3 + 2);
    seg_test_deinit(&t);
}

static void fail_on_damage(void *context, stria_status status, uint64_t offset, const char *text)
{
    (void)context;
    fail_msg("%d at %d: %s", (int)status, (int)offset, text);
}

#define MANY 3000

static stria_status write_many(struct seg_test *t, enum sx_tier tier)
{
    static char names[MANY][80];
    stria_status st = seg_test_begin(t, tier);
    for (unsigned i = 0; i < MANY && !st; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%u,host=h%05u,only%u=%u", i / 1000, i * 7,
                       i % 40, i);
        st = seg_test_row(t, names[i], 5 + i % 3, i % 2 ? "f1=1.5 i2=3" : "f1=2.25 i2=-7");
        if (!st)
            st = seg_test_row(t, names[i], 9 + i, "f1=7.125 i2=8");
    }
    return st ? st : seg_test_finish(t);
}

static void test_blocks_that_the_index_has_no_room_for_stand_in_the_file(void **state)
{
    (void)state;
    struct seg_test hot, sealed;
    seg_test_init(&hot);
    seg_test_init(&sealed);
    assert_int_equal(write_many(&hot, SX_TIER_HOT), STRIA_OK);
    assert_int_equal(write_many(&sealed, SX_TIER_SEALED), STRIA_OK);
    assert_true(sealed.info.file_size < hot.info.file_size);
    assert_int_equal(seg_test_open(&hot), STRIA_OK);
    assert_int_equal(seg_test_dump(&hot), STRIA_OK);
    sx_buf_put_u8(&hot.out, 0);
    assert_dump(&sealed, (const char *)hot.out.ptr);
    size_t in_index = 0, in_file = 0;
    const struct sx_segment *s = sealed.segment;
    for (uint32_t i = 0; i < s->stripe_count; i++)
        for (uint32_t r = 0; r < s->stripes[i].run_count; r++)
            *(s->stripes[i].runs[r].directory.in_index ? &in_index : &in_file) += 1;
    assert_in_range(in_index, 1, 8);
    assert_in_range(in_file, 1, 8);
    assert_int_equal(s->measurements[0].series_block.in_index, 0);
    assert_int_equal(s->tags[0].dictionary.in_index, 0);
    assert_true(s->tags[1].dictionary.in_index > 0); /* a small one still has room */
    assert_true(s->filter.len > 0);
    struct sx_segment_check check = {.found = fail_on_damage};
    assert_int_equal(sx_segment_check(sealed.segment, &sealed.memory.mem, &check, NULL), STRIA_OK);
    seg_test_deinit(&hot);
    seg_test_deinit(&sealed);
}

/* ---- columns that are not written ---- */

static void test_constants_have_no_column_and_come_back_bit_for_bit(void **state)
{
    (void)state;
    static const struct {
        const char *name, *first, *second;
        bool has_column;
    } rows[] = {
        {"float", "f1=1.1", "f1=1.1", false},
        {"float, zero below", "f1=#8000000000000000", "f1=#8000000000000000", false},
        {"float, both zeros", "f1=0", "f1=#8000000000000000", true},
        {"float, infinite", "f1=#7ff0000000000000", "f1=#7ff0000000000000", false},
        {"float, not a number", "f1=#7ff8000000000123", "f1=#7ff8000000000123", true},
        {"int", "f2=-9223372036854775808", "f2=-9223372036854775808", false},
        {"uint", "f3=18446744073709551615", "f3=18446744073709551615", false},
        {"bool", "f4=1", "f4=1", false},
        {"bool, false", "f4=0", "f4=0", false},
        {"two values", "f2=1", "f2=2", true},
        {"text", "f5=a", "f5=a", true},
        {"some rows", "f2=1", "f2", true},
    };
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++)
        for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
            struct seg_test t;
            struct sx_segment_cursor cursor;
            const struct sx_chunk *chunk;
            struct sx_column_totals totals;
            char want[200];
            print_message("%s\n", rows[i].name);
            const struct seg_test_line lines[] = {{"m", 1, rows[i].first},
                                                  {"m", 2, rows[i].second}};
            seg_test_init(&t);
            seg_test_write(&t, (enum sx_tier)tier, lines, 2);
            bool absent = strchr(rows[i].second, '=') == NULL;
            (void)snprintf(want, sizeof want, "m{1:%s 2:%s}", rows[i].first,
                           absent ? "" : rows[i].second);
            assert_dump(&t, want);
            sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
            assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
            assert_int_equal(sx_segment_cursor_chunk(&cursor, 0, 0, &chunk, NULL), STRIA_OK);
            assert_int_equal(chunk->values.size > 0, rows[i].has_column);
            if (strcmp(rows[i].name, "float") == 0) { /* a part of it is added up all the same */
                struct sx_column_ranges ranges = {.first = 1, .ends = &(uint32_t){2}, .count = 1};
                assert_int_equal(sx_segment_cursor_totals(&cursor, chunk, 2, STRIA_FLOAT, &ranges,
                                                          SX_WANT_RANGE, &totals, NULL),
                                 STRIA_OK);
                assert_true(totals.has & SX_WANT_RANGE);
                assert_int_equal(totals.max, sx_bits_of_f64(1.1));
            }
            sx_segment_cursor_deinit(&cursor);
            seg_test_deinit(&t);
        }
}

static unsigned number_of(unsigned measurement, unsigned i)
{
    return (i + 1) * (i + 3) * (i + 7) * (measurement == 3 ? 7927 : 7919) % 65521;
}

/* Writes measurements a to d with 64 rows of one column: b as a, c of another type, d another. */
static void write_equal(struct seg_test *t, enum sx_tier tier)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    static char texts[4][64][40];
    assert_int_equal(seg_test_begin(t, tier), STRIA_OK);
    for (unsigned m = 0; m < 4; m++)
        for (unsigned i = 0; i < 64; i++) {
            unsigned v = number_of(m, i);
            (void)snprintf(texts[m][i], sizeof texts[m][i], "v%c=%u", m == 2 ? '3' : '2', v);
            assert_int_equal(seg_test_row(t, names[m], i, texts[m][i]), STRIA_OK);
        }
    assert_int_equal(seg_test_finish(t), STRIA_OK);
}

static void test_equal_columns_of_a_sealed_segment_are_stored_once(void **state)
{
    (void)state;
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
        struct seg_test t;
        struct sx_segment_cursor cursor;
        const struct sx_chunk *chunk;
        uint64_t offsets[4];
        seg_test_init(&t);
        write_equal(&t, (enum sx_tier)tier);
        assert_int_equal(seg_test_open(&t), STRIA_OK);
        sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
        for (uint32_t i = 0; i < 4; i++) {
            int64_t values[64];
            uint64_t present[1];
            bool all;
            assert_int_equal(sx_segment_cursor_stripe(&cursor, i, NULL), STRIA_OK);
            assert_int_equal(sx_segment_cursor_chunk(&cursor, 0, 0, &chunk, NULL), STRIA_OK);
            offsets[i] = chunk->values.offset;
            assert_int_equal(t.segment->stripes[i].runs[1].size == 0, tier && i == 1);
            assert_int_equal(sx_segment_cursor_values(&cursor, chunk, 64,
                                                      i == 2 ? STRIA_UINT : STRIA_INT, 0, 64,
                                                      values, present, &all, NULL, NULL),
                             STRIA_OK);
            for (unsigned k = 0; k < 64; k++)
                assert_int_equal(values[k], number_of(i, k));
        }
        assert_int_equal(offsets[0] == offsets[1], tier == SX_TIER_SEALED);
        assert_true(offsets[2] != offsets[0] && offsets[3] != offsets[0]);
        struct sx_segment_check check = {.found = fail_on_damage};
        assert_int_equal(sx_segment_check(t.segment, &t.memory.mem, &check, NULL), STRIA_OK);
        sx_segment_cursor_deinit(&cursor);
        seg_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_blocks_of_a_sealed_segment_stand_in_the_index),
        cmocka_unit_test(test_blocks_that_the_index_has_no_room_for_stand_in_the_file),
        cmocka_unit_test(test_constants_have_no_column_and_come_back_bit_for_bit),
        cmocka_unit_test(test_equal_columns_of_a_sealed_segment_are_stored_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
