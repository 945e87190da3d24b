/* SPDX-License-Identifier: Apache-2.0 */
/* plain_test.c -- the plain forms of doubles: each of them written, read from any group on,
 * refused. */
#include "codec/plain.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT 1100

static struct sx_mem mem;
static double values[COUNT];

/* Reads all from each group on. */
static void check(struct sx_bytes in, size_t count)
{
    for (size_t from = 0; from * SX_GROUP < count; from++) {
        struct sx_plain_reader reader;
        double group[SX_GROUP];
        assert_int_equal(sx_plain_open(&reader, in, count, NULL, NULL), STRIA_OK);
        assert_true(sx_plain_seek(&reader, from));
        for (size_t i = from * SX_GROUP; i < count; i++) {
            if (i % SX_GROUP == 0)
                assert_true(sx_plain_next(&reader, group));
            assert_true(sx_bits_of_f64(group[i % SX_GROUP]) == sx_bits_of_f64(values[i]));
        }
    }
}

static void check_form(enum sx_floats_id id, unsigned kind, size_t count, enum sx_tier tier)
{
    struct sx_plain_plan plan;
    struct sx_buf out;
    sx_gen_floats(kind, 5, values, count);
    if (id == SX_FLOATS_CONSTANT)
        for (size_t i = 0; i < count; i++)
            values[i] = values[0];
    assert_true(sx_plain_plan(&plan, values, count, tier, NULL, &mem));
    if (id != SX_FLOATS_ORDERED || plan.bits > 24 * count) /* else it was not planned */
        plan.id = id;
    sx_buf_init(&out, &mem, 1 << 18);
    sx_plain_write(&out, &plan);
    assert_false(out.failed);
    check(sx_buf_bytes(&out), count);
    sx_buf_deinit(&out);
    sx_plain_release(&plan);
}

static void test_every_form_comes_back_from_any_group_on(void **state)
{
    (void)state;
    static const size_t counts[] = {2, 255, 256, 257, COUNT};
    static const enum sx_floats_id any[] = {SX_FLOATS_RAW, SX_FLOATS_XOR, SX_FLOATS_CONSTANT};
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            for (size_t f = 0; f < 3; f++)
                for (unsigned kind = 0; kind < SX_FLOAT_KINDS; kind += 4)
                    check_form(any[f], kind, counts[c], (enum sx_tier)tier);
            check_form(SX_FLOATS_ORDERED, 9, counts[c], (enum sx_tier)tier);
            check_form(SX_FLOATS_ORDERED, 14, counts[c], (enum sx_tier)tier);
            check_form(SX_FLOATS_SCALED, 3, counts[c], (enum sx_tier)tier);
        }
}

static void test_the_golden_bytes_of_the_ordered_form(void **state)
{
    (void)state;
    static const uint8_t upwards[] = {0x46, 0x00, 0x04, 0x02, 0x02};
    struct sx_plain_plan plan = {.id = SX_FLOATS_ORDERED, .values = values, .count = 3};
    struct sx_buf out;
    int64_t work[3] = {1, 2, 3};
    for (uint64_t k = 0; k < 3; k++)
        values[k] = sx_f64_of_bits(k + 1);
    sx_ints_plan(&plan.ordered, work, 3, work, &(struct sx_ints_wish){0});
    sx_buf_init(&out, &mem, 100);
    sx_plain_write(&out, &plan);
    assert_int_equal(out.len, sizeof upwards);
    assert_memory_equal(out.ptr, upwards, sizeof upwards);
    check(sx_buf_bytes(&out), 3);
    sx_buf_deinit(&out);
    /* the other map: 1 -> 2, 1 with a sign -> 3, 2 -> 4; as a line */
    static const uint8_t rotated[] = {0x46, 0x01, 0x04, 0x04, 0x02};
    for (size_t k = 0; k < 3; k++)
        values[k] = sx_f64_of_bits(k == 0 ? 1 : k == 1 ? 0x8000000000000001u : 2);
    check(sx_bytes_make(rotated, sizeof rotated), 3);
}

static void test_malformed_columns_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        stria_status want;
        size_t len;
        uint8_t bytes[20];
    } rows[] = {
        {"nothing", STRIA_CORRUPT, 0, {0}},
        {"runs in here", STRIA_VERSION, 3, {0x44, 1, 1}},
        {"a dictionary in here", STRIA_VERSION, 3, {0x45, 1, 1}},
        {"unknown", STRIA_VERSION, 3, {0x47, 1, 1}},
        {"raw, cut", STRIA_CORRUPT, 16, {0x40}},
        {"raw, too long", STRIA_CORRUPT, 18, {0x40}},
        {"constant, cut", STRIA_CORRUPT, 2, {0x41, 0}},
        {"constant, too long", STRIA_CORRUPT, 4, {0x41, 0, 0, 0}},
        {"ordered, no map", STRIA_CORRUPT, 1, {0x46}},
        {"ordered, map 2", STRIA_CORRUPT, 4, {0x46, 2, 0, 2}},
        {"ordered, no integers", STRIA_CORRUPT, 2, {0x46, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_plain_reader reader;
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].len);
        assert_int_equal(sx_plain_open(&reader, in, 2, NULL, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_comes_back_from_any_group_on),
        cmocka_unit_test(test_the_golden_bytes_of_the_ordered_form),
        cmocka_unit_test(test_malformed_columns_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
