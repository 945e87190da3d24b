/* SPDX-License-Identifier: Apache-2.0 */
/* tombstone_test.c -- conditions as bytes, lists that are copied, and which series a delete speaks
 * of. */
#include "model/tombstone.h"

#include "base/golden_test.h"
#include "model/series_key.h"

static struct test_mem memory;
static struct sx_arena arena;

static int begin(void **state)
{
    (void)state;
    test_mem_init(&memory);
    sx_arena_init(&arena, &memory.mem, 4096);
    return 0;
}

static int end(void **state)
{
    (void)state;
    sx_arena_deinit(&arena);
    test_mem_deinit(&memory);
    return 0;
}

static const struct sx_tag_expr *match(stria_match_op op, const char *key, const char *value)
{
    struct sx_tag_expr *expr = sx_arena_zalloc(&arena, sizeof *expr);
    assert_non_null(expr);
    *expr = (struct sx_tag_expr){
        .kind = SX_TAG_MATCH, .op = op, .key = sx_bytes_of(key), .value = sx_bytes_of(value)};
    return expr;
}

static const struct sx_tag_expr *join(enum sx_tag_expr_kind kind, const struct sx_tag_expr *left,
                                      const struct sx_tag_expr *right)
{
    struct sx_tag_expr *expr = sx_arena_zalloc(&arena, sizeof *expr);
    assert_non_null(expr);
    *expr = (struct sx_tag_expr){.kind = kind, .left = left, .right = right};
    return expr;
}

/* ---- bytes ---- */

static const struct golden condition_golden[] = {
    {"and, of", "02"},
    {"or, of", "03"},
    {"host equals a", "04 00 04 'host' 01 'a'"},
    {"rack differs from the empty text", "04 01 04 'rack' 00"},
    {"and, of", "02"},
    {"os matches l.*", "04 02 02 'os' 03 'l.*'"},
    {"dc does not match ^x", "04 03 02 'dc' 02 '^x'"},
};

static const struct sx_tag_expr *golden_condition(void)
{
    return join(SX_TAG_AND,
                join(SX_TAG_OR, match(STRIA_MATCH_EQUAL, "host", "a"),
                     match(STRIA_MATCH_NOT_EQUAL, "rack", "")),
                join(SX_TAG_AND, match(STRIA_MATCH_REGEX, "os", "l.*"),
                     match(STRIA_MATCH_NOT_REGEX, "dc", "^x")));
}

static void test_the_bytes_of_a_condition(void **state)
{
    (void)state;
    struct sx_buf out;
    sx_buf_init(&out, &memory.mem, 65536);
    sx_tag_expr_put(&out, golden_condition());
    assert_golden(sx_buf_bytes(&out), condition_golden, SX_COUNT_OF(condition_golden));
    sx_buf_clear(&out);
    sx_tag_expr_put(&out, NULL); /* none is true */
    assert_int_equal(out.len, 1);
    assert_int_equal(out.ptr[0], SX_TAG_TRUE);
    sx_buf_deinit(&out);
}

static void test_a_condition_comes_back_and_damage_does_not(void **state)
{
    (void)state;
    struct sx_buf out, again;
    const struct sx_tag_expr *expr;
    sx_buf_init(&out, &memory.mem, 65536);
    sx_buf_init(&again, &memory.mem, 65536);
    sx_tag_expr_put(&out, golden_condition());
    struct sx_bytes in = sx_buf_bytes(&out);
    assert_int_equal(sx_tag_expr_take(&arena, &in, &expr, NULL), STRIA_OK);
    assert_int_equal(in.len, 0);
    sx_tag_expr_put(&again, expr);
    assert_int_equal(again.len, out.len);
    assert_memory_equal(again.ptr, out.ptr, out.len);
    for (size_t cut = 0; cut < out.len; cut++) {
        in = sx_bytes_make(out.ptr, cut);
        assert_int_equal(sx_tag_expr_take(&arena, &in, &expr, NULL), STRIA_CORRUPT);
    }
    out.ptr[0] = SX_TAG_MATCH + 1;
    in = sx_buf_bytes(&out);
    assert_int_equal(sx_tag_expr_take(&arena, &in, &expr, NULL), STRIA_CORRUPT);
    sx_buf_deinit(&out);
    sx_buf_deinit(&again);
}

static void test_refused_memory_is_not_told_as_damage(void **state)
{
    (void)state;
    struct sx_buf out;
    const struct sx_tag_expr *expr;
    bool fired = true;
    sx_buf_init(&out, &memory.mem, 65536);
    sx_tag_expr_put(&out, golden_condition());
    for (int64_t nth = 1; fired; nth++) {
        struct sx_arena own; /* with small blocks: nearly each allocation takes one */
        struct sx_bytes in = sx_buf_bytes(&out);
        stria_error err = {0};
        sx_arena_init(&own, &memory.mem, 64);
        test_mem_arm(&memory, nth);
        stria_status st = sx_tag_expr_take(&own, &in, &expr, &err);
        fired = test_mem_fired(&memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        assert_int_equal(err.code, st);
        sx_arena_deinit(&own);
    }
    sx_buf_deinit(&out);
}

static void test_depth_and_number_are_limited(void **state)
{
    (void)state;
    static uint8_t bytes[3 * SX_TAG_EXPR_COUNT_MAX];
    const struct sx_tag_expr *expr;
    for (size_t depth = SX_TAG_EXPR_DEPTH_MAX - 1; depth <= SX_TAG_EXPR_DEPTH_MAX + 1; depth++) {
        memset(bytes, SX_TAG_AND, depth); /* each has a left one; then their right ones follow */
        memset(bytes + depth, SX_TAG_TRUE, depth + 1);
        struct sx_bytes in = sx_bytes_make(bytes, 2 * depth + 1);
        assert_int_equal(sx_tag_expr_take(&arena, &in, &expr, NULL),
                         depth <= SX_TAG_EXPR_DEPTH_MAX ? STRIA_OK : STRIA_CORRUPT);
    }
    /* A balanced tree of 2 * 65,536 - 1: not deep, but too many. */
    size_t count = 0;
    for (unsigned i = 0; i < 65536; i++) {
        unsigned ands = i ? (unsigned)__builtin_ctz(i) : 16;
        for (unsigned k = 0; k < ands; k++)
            bytes[count++] = SX_TAG_OR;
        bytes[count++] = SX_TAG_FALSE;
    }
    struct sx_bytes in = sx_bytes_make(bytes, count);
    assert_int_equal(sx_tag_expr_take(&arena, &in, &expr, NULL), STRIA_CORRUPT);
}

/* ---- matching ---- */

static struct sx_bytes make_key(struct sx_buf *out, const char *measurement, const char *host,
                                const char *os)
{
    stria_tag tags[2];
    size_t count = 0;
    if (host)
        tags[count++] = (stria_tag){{"host", 4}, {host, strlen(host)}};
    if (os)
        tags[count++] = (stria_tag){{"os", 2}, {os, strlen(os)}};
    sx_buf_clear(out);
    assert_int_equal(sx_key_make(out, sx_bytes_of(measurement), tags, count, NULL), STRIA_OK);
    return sx_buf_bytes(out);
}

/* A list of one tombstone. */
static struct sx_tombstones *list_of(const struct sx_tombstone *t)
{
    struct sx_tombstones *list;
    stria_error err = {0};
    if (sx_tombstones_copy(&memory.mem, NULL, t, NULL, 0, &list, &err))
        fail_msg("%s", err.text);
    return list;
}

static void test_a_delete_speaks_of_the_series_it_says(void **state)
{
    (void)state;
    const struct sx_tag_expr *host_a = match(STRIA_MATCH_EQUAL, "host", "a");
    const struct sx_tag_expr *not_a = match(STRIA_MATCH_NOT_EQUAL, "host", "a");
    const struct sx_tag_expr *no_os = match(STRIA_MATCH_EQUAL, "os", "");
    const struct sx_tag_expr *like_l = match(STRIA_MATCH_REGEX, "os", "^l");
    const struct sx_tag_expr *unlike_l = match(STRIA_MATCH_NOT_REGEX, "os", "^l");
    const struct sx_tag_expr no = {.kind = SX_TAG_FALSE}, yes = {.kind = SX_TAG_TRUE};
    const struct {
        const char *measurement; /* NULL: all; a pattern if it begins with ^ or ! */
        const struct sx_tag_expr *tags;
        /* cpu,host=a,os=linux  cpu,host=b  mem,host=a,os=bsd  cpu (no tags) */
        bool matches[4];
    } rows[] = {
        {NULL, NULL, {true, true, true, true}},
        {"cpu", NULL, {true, true, false, true}},
        {"cp", NULL, {false, false, false, false}},
        {"^m", NULL, {false, false, true, false}},
        {"!^m", NULL, {true, true, false, true}},
        {NULL, host_a, {true, false, true, false}},
        {NULL, not_a, {false, true, false, true}},
        {NULL, no_os, {false, true, false, true}},
        {NULL, like_l, {true, false, false, false}},
        {NULL, unlike_l, {false, true, true, true}},
        {"cpu", join(SX_TAG_AND, host_a, like_l), {true, false, false, false}},
        {NULL, join(SX_TAG_OR, not_a, like_l), {true, true, false, true}},
        {NULL, join(SX_TAG_AND, host_a, &no), {false, false, false, false}},
        {NULL, join(SX_TAG_OR, &no, &yes), {true, true, true, true}},
        {NULL, &yes, {true, true, true, true}},
        {NULL, &no, {false, false, false, false}},
    };
    struct sx_buf key, text;
    struct sx_regex_scratch *scratch = sx_regex_scratch_create(&memory.mem);
    sx_buf_init(&key, &memory.mem, 65536);
    sx_buf_init(&text, &memory.mem, 65536);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_tombstone t = {.id = 1, .tags = rows[i].tags, .all_measurements = true};
        const char *name = rows[i].measurement;
        if (name) {
            t.all_measurements = false;
            t.measurement_regex_not = *name == '!';
            if (*name == '!' || *name == '^')
                t.measurement_regex = sx_bytes_of(name + (*name == '!'));
            else
                t.measurement = sx_bytes_of(name);
        }
        struct sx_tombstones *list = list_of(&t);
        for (int k = 0; k < 4; k++) {
            struct sx_bytes bytes = k == 0   ? make_key(&key, "cpu", "a", "linux")
                                    : k == 1 ? make_key(&key, "cpu", "b", NULL)
                                    : k == 2 ? make_key(&key, "mem", "a", "bsd")
                                             : make_key(&key, "cpu", NULL, NULL);
            bool matches = false;
            assert_int_equal(
                sx_tombstone_matches(&list->items[0], bytes, scratch, &text, &matches, NULL),
                STRIA_OK);
            if (matches != rows[i].matches[k])
                fail_msg("row %zu, series %d", i, k);
        }
        sx_tombstones_release(list);
    }
    sx_regex_scratch_destroy(scratch);
    sx_buf_deinit(&key);
    sx_buf_deinit(&text);
}

/* ---- lists ---- */

static void test_a_list_is_copied_with_one_more_and_some_less(void **state)
{
    (void)state;
    struct sx_tombstones *lists[5] = {NULL};
    static const uint64_t drop[] = {2, 9};
    for (uint64_t i = 0; i < 3; i++) {
        struct sx_tombstone t = {.id = i + 1,
                                 .measurement = SX_LITERAL("m"),
                                 .tags = match(STRIA_MATCH_REGEX, "k", "x+")};
        assert_int_equal(
            sx_tombstones_copy(&memory.mem, lists[i], &t, NULL, 0, &lists[i + 1], NULL), STRIA_OK);
    }
    assert_int_equal(lists[3]->count, 3);
    assert_int_equal(sx_tombstones_copy(&memory.mem, lists[3], NULL, drop, 2, &lists[4], NULL),
                     STRIA_OK);
    for (int i = 1; i < 4; i++)
        sx_tombstones_release(lists[i]);
    assert_int_equal(lists[4]->count, 2); /* copies live without their originals */
    assert_int_equal(lists[4]->items[0].id, 1);
    assert_int_equal(lists[4]->items[1].id, 3);
    assert_true(sx_bytes_equal(lists[4]->items[1].tags->value, SX_LITERAL("x+")));
    assert_ptr_equal(sx_tombstones_acquire(lists[4]), lists[4]);
    sx_tombstones_release(lists[4]);
    sx_tombstones_release(lists[4]);
    assert_null(sx_tombstones_acquire(NULL));
    sx_tombstones_release(NULL);
}

static void test_whole_is_all_series_and_all_times(void **state)
{
    (void)state;
    struct sx_tag_expr expr = {.kind = SX_TAG_FALSE};
    struct sx_tombstone t = {.time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    assert_true(sx_tombstone_is_whole(&t));
    t.tags = &expr;
    assert_false(sx_tombstone_is_whole(&t));
    t.tags = NULL;
    t.time_min_ns++;
    assert_false(sx_tombstone_is_whole(&t));
    t.time_min_ns--;
    t.time_max_ns--;
    assert_false(sx_tombstone_is_whole(&t));
}

static void test_a_bad_pattern_makes_no_list(void **state)
{
    (void)state;
    struct sx_tombstones *list;
    stria_error err = {0};
    struct sx_tombstone by_name = {.measurement_regex = SX_LITERAL("(")};
    struct sx_tombstone by_tag = {.tags = match(STRIA_MATCH_REGEX, "k", "(")};
    assert_int_equal(sx_tombstones_copy(&memory.mem, NULL, &by_name, NULL, 0, &list, &err),
                     STRIA_SYNTAX);
    assert_null(list);
    assert_int_equal(sx_tombstones_copy(&memory.mem, NULL, &by_tag, NULL, 0, &list, &err),
                     STRIA_SYNTAX);
    assert_null(list);
}

static void test_refused_memory_makes_no_list(void **state)
{
    (void)state;
    struct sx_tombstones *first, *second = NULL;
    struct sx_tombstone t = {.id = 1,
                             .measurement_regex = SX_LITERAL("c.*"),
                             .tags = join(SX_TAG_AND, match(STRIA_MATCH_REGEX, "k", "x+"),
                                          match(STRIA_MATCH_EQUAL, "k", "x"))};
    first = list_of(&t);
    bool fired = true;
    for (int64_t nth = 1; fired; nth++) {
        test_mem_arm(&memory, nth);
        stria_status st = sx_tombstones_copy(&memory.mem, first, &t, NULL, 0, &second, NULL);
        fired = test_mem_fired(&memory);
        /* A pattern may do without machine code of its own. */
        assert_true(st == STRIA_OK || (st == STRIA_NOMEM && fired));
        assert_int_equal(second == NULL, st != STRIA_OK);
        sx_tombstones_release(second);
    }
    sx_tombstones_release(first);
}

static void test_one_more_shares_what_is_there(void **state)
{
    (void)state;
    struct sx_tombstones *lists[101] = {0}, *other, *without;
    unsigned copied = 0;
    for (uint64_t i = 1; i <= 100; i++) {
        struct sx_tombstone more = {.id = i, .measurement = SX_LITERAL("m")};
        assert_int_equal(
            sx_tombstones_copy(&memory.mem, lists[i - 1], &more, NULL, 0, &lists[i], NULL),
            STRIA_OK);
        copied += i > 1 && lists[i]->items != lists[i - 1]->items;
    }
    assert_in_range(copied, 1, 6); /* it doubles */
    for (uint64_t i = 1; i <= 100; i++) {
        assert_int_equal(lists[i]->count, i); /* earlier ones stay what they were */
        assert_int_equal(lists[i]->items[i - 1].id, i);
    }
    /* Two that go on from the same list do not meet. */
    struct sx_tombstone more = {.id = 500, .measurement = SX_LITERAL("x")};
    assert_int_equal(sx_tombstones_copy(&memory.mem, lists[50], &more, NULL, 0, &other, NULL),
                     STRIA_OK);
    assert_int_equal(other->items[50].id, 500);
    assert_int_equal(lists[51]->items[50].id, 51);
    static const uint64_t drop[] = {1, 100};
    assert_int_equal(sx_tombstones_copy(&memory.mem, lists[100], NULL, drop, 2, &without, NULL),
                     STRIA_OK);
    assert_int_equal(without->count, 98);
    assert_int_equal(without->items[0].id, 2);
    for (uint64_t i = 1; i <= 100; i++)
        sx_tombstones_release(lists[i]);
    sx_tombstones_release(other);
    sx_tombstones_release(without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_bytes_of_a_condition, begin, end),
        cmocka_unit_test_setup_teardown(test_a_condition_comes_back_and_damage_does_not, begin,
                                        end),
        cmocka_unit_test_setup_teardown(test_refused_memory_is_not_told_as_damage, begin, end),
        cmocka_unit_test_setup_teardown(test_depth_and_number_are_limited, begin, end),
        cmocka_unit_test_setup_teardown(test_a_delete_speaks_of_the_series_it_says, begin, end),
        cmocka_unit_test_setup_teardown(test_a_list_is_copied_with_one_more_and_some_less, begin,
                                        end),
        cmocka_unit_test(test_whole_is_all_series_and_all_times),
        cmocka_unit_test_setup_teardown(test_a_bad_pattern_makes_no_list, begin, end),
        cmocka_unit_test_setup_teardown(test_refused_memory_makes_no_list, begin, end),
        cmocka_unit_test(test_one_more_shares_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
