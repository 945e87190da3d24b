/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary_test.c -- sorted strings, front-coded: exact bytes, ranks, and damage. */
#include "index/dictionary.h"

#include "base/golden_test.h"
#include "base/sort.h"
#include "codec/generators.h"

static struct test_mem memory;

static void put(struct sx_buf *out, const struct sx_bytes *strings, size_t count)
{
    sx_buf_init(out, &memory.mem, 64 << 20);
    sx_dictionary_put(out, strings, count);
    assert_false(out->failed);
}

static const struct sx_bytes seventeen[] = {
    {(const uint8_t *)"", 0},      {(const uint8_t *)"\0", 1},        {(const uint8_t *)"\0a", 2},
    {(const uint8_t *)"a", 1},     {(const uint8_t *)"aa", 2},        {(const uint8_t *)"ab", 2},
    {(const uint8_t *)"abc", 3},   {(const uint8_t *)"b", 1},         {(const uint8_t *)"h_1", 3},
    {(const uint8_t *)"h_10", 4},  {(const uint8_t *)"h_11", 4},      {(const uint8_t *)"h_2", 3},
    {(const uint8_t *)"q", 1},     {(const uint8_t *)"r", 1},         {(const uint8_t *)"s", 1},
    {(const uint8_t *)"t\xff", 2}, {(const uint8_t *)"t\xff\xff", 3},
};

static const struct golden seventeen_golden[] = {
    {"17 strings in 55 bytes", "11 37"},
    {"'': 0 shared, 0 more", "00 00"},
    {"00", "00 01 00"},
    {"00 a", "01 01 'a'"},
    {"a", "00 01 'a'"},
    {"aa", "01 01 'a'"},
    {"ab", "01 01 'b'"},
    {"abc", "02 01 'c'"},
    {"b", "00 01 'b'"},
    {"h_1", "00 03 'h_1'"},
    {"h_10", "03 01 '0'"},
    {"h_11", "03 01 '1'"},
    {"h_2", "02 01 '2'"},
    {"q", "00 01 'q'"},
    {"r", "00 01 'r'"},
    {"s", "00 01 's'"},
    {"t ff", "00 02 't' ff"},
    {"a new group begins whole: t ff ff", "00 03 't' ffff"},
    {"it stands at 50 of the entries", "32000000"},
};

static void test_a_dictionary_has_its_golden_bytes(void **state)
{
    (void)state;
    static const struct sx_bytes two[] = {{(const uint8_t *)"host_1", 6},
                                          {(const uint8_t *)"host_12", 7}};
    static const struct golden two_golden[] = {
        {"that of the header", "02 0b 00 06 'host_1' 06 01 '2'"}};
    static const struct golden none_golden[] = {{"none", "00 00"}};
    struct sx_buf out;
    put(&out, seventeen, SX_COUNT_OF(seventeen));
    assert_golden(sx_buf_bytes(&out), seventeen_golden, SX_COUNT_OF(seventeen_golden));
    sx_buf_deinit(&out);
    put(&out, two, 2);
    assert_golden(sx_buf_bytes(&out), two_golden, 1);
    sx_buf_deinit(&out);
    put(&out, NULL, 0);
    assert_golden(sx_buf_bytes(&out), none_golden, 1);
    sx_buf_deinit(&out);
}

/* Every way of looking into it gives what a sorted array gives. */
static void assert_answers(struct sx_bytes stored, const struct sx_bytes *strings, size_t count)
{
    struct sx_dictionary dictionary;
    struct sx_dictionary_walk walk;
    struct sx_buf text;
    struct sx_bytes in = stored;
    assert_true(sx_dictionary_take(&in, &dictionary));
    assert_int_equal(in.len, 0);
    assert_int_equal(dictionary.count, count);
    sx_buf_init(&text, &memory.mem, 1 << 20);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t position;
        bool equal;
        assert_true(sx_dictionary_get(&dictionary, i, &text));
        assert_true(sx_bytes_equal(sx_buf_bytes(&text), strings[i]));
        assert_true(sx_dictionary_find(&dictionary, strings[i], &text, &position, &equal));
        assert_true(equal);
        assert_int_equal(position, i);
        assert_true(sx_dictionary_walk(&walk, &dictionary, i, &text));
        for (size_t k = i; k < count && k < i + 20; k++) {
            assert_true(sx_dictionary_next(&walk, &text));
            assert_true(sx_bytes_equal(sx_buf_bytes(&text), strings[k]));
        }
    }
    assert_false(sx_dictionary_get(&dictionary, (uint32_t)count, &text));
    assert_true(sx_dictionary_walk(&walk, &dictionary, (uint32_t)count, &text));
    assert_false(sx_dictionary_next(&walk, &text));
    sx_buf_deinit(&text);
}

static void test_strings_are_found_by_position_and_by_text(void **state)
{
    (void)state;
    for (size_t count = 0; count <= SX_COUNT_OF(seventeen); count++) {
        struct sx_buf out;
        put(&out, seventeen, count);
        assert_answers(sx_buf_bytes(&out), seventeen, count);
        sx_buf_deinit(&out);
    }
}

static int compare(const void *a, const void *b, void *context)
{
    (void)context;
    return sx_bytes_compare(*(const struct sx_bytes *)a, *(const struct sx_bytes *)b);
}

/* Up to `count` sorted strings of random bytes, none twice; returns how many. */
static size_t random_strings(struct sx_bytes *strings, uint8_t *heap, size_t count, uint64_t seed)
{
    struct sx_random random = {seed};
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = sx_random_below(&random, 12);
        for (size_t k = 0; k < len; k++)
            heap[k] = (uint8_t)("ab\0\xff"[sx_random_below(&random, 4)]);
        strings[i] = sx_bytes_make(heap, len);
        heap += len;
    }
    sx_sort(strings, count, sizeof *strings, compare, NULL);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !sx_bytes_equal(strings[kept - 1], strings[i]))
            strings[kept++] = strings[i];
    return kept;
}

static void test_random_strings_are_found_and_others_have_their_rank(void **state)
{
    (void)state;
    static struct sx_bytes strings[2000], others[200];
    static uint8_t heap[2000 * 12], other_heap[200 * 12];
    static const size_t counts[] = {1, 15, 16, 17, 31, 32, 33, 48, 2000};
    for (size_t c = 0; c < SX_COUNT_OF(counts); c++) {
        struct sx_buf out, text;
        struct sx_dictionary dictionary;
        size_t count = random_strings(strings, heap, counts[c], c + 1);
        size_t other_count = random_strings(others, other_heap, 200, 99);
        put(&out, strings, count);
        assert_answers(sx_buf_bytes(&out), strings, count);
        struct sx_bytes in = sx_buf_bytes(&out);
        assert_true(sx_dictionary_take(&in, &dictionary));
        sx_buf_init(&text, &memory.mem, 1000);
        for (size_t i = 0; i < other_count; i++) {
            uint32_t position;
            bool equal;
            size_t want =
                sx_lower_bound(strings, count, sizeof *strings, &others[i], compare, NULL);
            assert_true(sx_dictionary_find(&dictionary, others[i], &text, &position, &equal));
            assert_int_equal(position, want);
            assert_int_equal(equal, want < count && sx_bytes_equal(strings[want], others[i]));
        }
        sx_buf_deinit(&text);
        sx_buf_deinit(&out);
    }
}

static void test_an_empty_dictionary_has_nothing(void **state)
{
    (void)state;
    struct sx_bytes in = SX_LITERAL("\0\0");
    struct sx_dictionary dictionary;
    struct sx_buf text;
    uint32_t position;
    bool equal;
    assert_true(sx_dictionary_take(&in, &dictionary));
    sx_buf_init(&text, &memory.mem, 100);
    assert_true(sx_dictionary_find(&dictionary, SX_LITERAL("a"), &text, &position, &equal));
    assert_false(equal);
    assert_int_equal(position, 0);
    assert_false(sx_dictionary_get(&dictionary, 0, &text));
    sx_buf_deinit(&text);
}

/* Looks at everything; only that nothing outside is read matters. */
static void poke(struct sx_bytes stored)
{
    struct sx_dictionary dictionary;
    struct sx_dictionary_walk walk;
    struct sx_buf text;
    uint32_t position;
    bool equal;
    if (!sx_dictionary_take(&stored, &dictionary))
        return;
    sx_buf_init(&text, &memory.mem, 1000);
    for (uint32_t i = 0; i < dictionary.count && i < 40; i++) {
        if (sx_dictionary_get(&dictionary, i, &text))
            assert_true(text.len <= 1000);
        sx_buf_clear(&text);
    }
    if (sx_dictionary_find(&dictionary, SX_LITERAL("h_11"), &text, &position, &equal))
        assert_true(position <= dictionary.count);
    sx_buf_clear(&text);
    if (sx_dictionary_walk(&walk, &dictionary, 0, &text))
        while (sx_dictionary_next(&walk, &text)) {
        }
    sx_buf_deinit(&text);
}

static void test_damage_is_told_or_harmless(void **state)
{
    (void)state;
    struct sx_buf out;
    put(&out, seventeen, SX_COUNT_OF(seventeen));
    for (size_t len = 0; len < out.len; len++) {
        struct sx_dictionary dictionary;
        uint8_t *copy = len ? sx_mem_alloc(&memory.mem, len) : NULL;
        if (len)
            memcpy(copy, out.ptr, len);
        struct sx_bytes in = sx_bytes_make(copy, len);
        assert_false(sx_dictionary_take(&in, &dictionary));
        sx_mem_free(&memory.mem, copy);
    }
    for (size_t i = 0; i < out.len; i++)
        for (unsigned mask = 1; mask < 256; mask++) {
            uint8_t *copy = sx_mem_alloc(&memory.mem, out.len);
            memcpy(copy, out.ptr, out.len);
            copy[i] ^= (uint8_t)mask;
            poke(sx_bytes_make(copy, out.len));
            sx_mem_free(&memory.mem, copy);
        }
    sx_buf_deinit(&out);
}

/* At how many of its strings, and the end, a walk is where the dictionary says. */
static size_t count_in_place(struct sx_bytes in)
{
    struct sx_dictionary dictionary;
    struct sx_dictionary_walk walk;
    struct sx_buf text;
    sx_buf_init(&text, &memory.mem, 1000);
    assert_true(sx_dictionary_take(&in, &dictionary));
    assert_true(sx_dictionary_walk(&walk, &dictionary, 0, &text));
    size_t count = sx_dictionary_is_in_place(&walk);
    while (sx_dictionary_next(&walk, &text))
        count += sx_dictionary_is_in_place(&walk);
    sx_buf_deinit(&text);
    return count;
}

static void test_a_walk_tells_whether_groups_and_end_are_where_the_dictionary_says(void **state)
{
    (void)state;
    struct sx_buf out;
    put(&out, seventeen, SX_COUNT_OF(seventeen));
    assert_int_equal(count_in_place(sx_buf_bytes(&out)), 18);
    out.ptr[out.len - 4]--; /* where the second group is said to begin */
    assert_int_equal(count_in_place(sx_buf_bytes(&out)), 17);
    out.ptr[0]--; /* how many there are: the last entry is of no string, and there is one group */
    assert_int_equal(count_in_place(sx_bytes_make(out.ptr, out.len - 4)), 16);
    sx_buf_deinit(&out);
}

static void test_a_text_beyond_its_maximum_is_refused(void **state)
{
    (void)state;
    static const struct sx_bytes one[] = {{(const uint8_t *)"0123456789", 10}};
    uint8_t storage[9];
    struct sx_dictionary dictionary;
    struct sx_buf out, text;
    put(&out, one, 1);
    struct sx_bytes in = sx_buf_bytes(&out);
    assert_true(sx_dictionary_take(&in, &dictionary));
    sx_buf_init_fixed(&text, storage, sizeof storage);
    assert_false(sx_dictionary_get(&dictionary, 0, &text));
    assert_true(text.failed);
    sx_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_dictionary_has_its_golden_bytes),
        cmocka_unit_test(test_strings_are_found_by_position_and_by_text),
        cmocka_unit_test(test_random_strings_are_found_and_others_have_their_rank),
        cmocka_unit_test(test_an_empty_dictionary_has_nothing),
        cmocka_unit_test(test_damage_is_told_or_harmless),
        cmocka_unit_test(test_a_walk_tells_whether_groups_and_end_are_where_the_dictionary_says),
        cmocka_unit_test(test_a_text_beyond_its_maximum_is_refused),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
