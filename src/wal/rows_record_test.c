/* SPDX-License-Identifier: Apache-2.0 */
/* rows_record_test.c -- a batch as a record: its exact bytes, what comes back, what is refused. */
#include "wal/rows_record.h"

#include "base/golden_test.h"
#include "base/hash.h"
#include "base/varint.h"
#include "codec/generators.h"
#include "model/series_key.h"

static struct test_mem memory;

/* ---- making ---- */

static struct sx_bytes key_a = {(const uint8_t *)"cpu\0host\0a\0", 11};
static struct sx_bytes key_b = {(const uint8_t *)"cpu\0", 4};

static const struct sx_batch_column float_and_string[] = {
    {.name = {(const uint8_t *)"f", 1}, .type = STRIA_FLOAT},
    {.name = {(const uint8_t *)"s", 1}, .type = STRIA_STRING},
};
static const struct sx_batch_column one_int[] = {
    {.name = {(const uint8_t *)"i", 1}, .type = STRIA_INT},
};

static void add_series(struct sx_batch *b, struct sx_bytes key, uint32_t slot)
{
    assert_true(sx_batch_add_series(b, key, sx_hash(key), NULL));
    b->series[b->series_count - 1].slot = slot;
}

/* Two series, two schemas; the second run has presence words and one absent column. */
static void make_batch(struct sx_batch *b)
{
    uint64_t word;
    sx_batch_init(b, &memory.mem);
    add_series(b, key_a, 3);
    add_series(b, key_b, 300);
    assert_true(sx_batch_add_schema(b, SX_LITERAL("cpu"), float_and_string, 2));
    assert_true(sx_batch_add_schema(b, SX_LITERAL("cpu"), one_int, 1));
    uint8_t *values = sx_batch_add_row(b, 1, false, 1000, 0, 1);
    sx_put_u64(values, (uint64_t)-2);
    b->sample_count++;
    values = sx_batch_add_row(b, 0, true, -1, 1, 2);
    sx_put_u64(values, 2); /* only the string */
    assert_true(sx_batch_add_string(b, SX_LITERAL("hi\0!"), &word));
    sx_put_u64(values + 16, word);
    b->sample_count++;
}

/* Head, strings and rows, as the log writes them. */
static void encode(struct sx_buf *payload, const struct sx_batch *b, const bool *defined)
{
    sx_buf_init(payload, &memory.mem, (size_t)1 << 30);
    sx_rows_record_put(payload, 7, b, defined, b->strings.len);
    sx_buf_put_bytes(payload, sx_buf_bytes(&b->strings));
    sx_buf_put_bytes(payload, sx_buf_bytes(&b->rows));
    assert_false(payload->failed);
}

static const bool both_defined[] = {true, true};
static const bool first_defined[] = {true, false};

static const struct golden record_golden[] = {
    {"policy 7", "07"},
    {"2 series", "02"},
    {"slot 3 << 1 | defined", "07"},
    {"its key: 11 bytes", "0b 'cpu' 00 'host' 00 'a' 00"},
    {"slot 300 << 1, not defined", "d804"},
    {"2 schemas", "02"},
    {"measurement cpu, 2 columns", "03 'cpu' 02"},
    {"float f", "01 01 'f'"},
    {"string s", "05 01 's'"},
    {"measurement cpu, 1 column", "03 'cpu' 01"},
    {"integer i", "02 01 'i'"},
    {"2 runs", "02"},
    {"schema 1 << 1, 1 row", "02 01"},
    {"schema 0 << 1 | presence, 1 row", "01 01"},
    {"5 bytes of strings: length 4", "05 04 'hi' 00 '!'"},
    {"row: time 1000", "e803000000000000"},
    {"series 0 of the table", "00000000"},
    {"i = -2", "feffffffffffffff"},
    {"row: time -1", "ffffffffffffffff"},
    {"series 1 of the table", "01000000"},
    {"presence: column 1", "0200000000000000"},
    {"f is absent", "0000000000000000"},
    {"s: offset 0 of the strings", "0000000000000000"},
};

static void test_a_rows_record_has_its_golden_bytes(void **state)
{
    (void)state;
    struct sx_batch b;
    struct sx_buf payload;
    make_batch(&b);
    encode(&payload, &b, first_defined);
    assert_golden(sx_buf_bytes(&payload), record_golden, SX_COUNT_OF(record_golden));
    sx_buf_deinit(&payload);
    sx_batch_deinit(&b);
}

/* ---- coming back ---- */

static void assert_same_batch(const struct sx_batch *a, const struct sx_batch *b,
                              const bool *defined)
{
    assert_int_equal(a->series_count, b->series_count);
    for (size_t i = 0; i < a->series_count; i++) {
        assert_int_equal(a->series[i].slot, b->series[i].slot);
        assert_true(defined[i] ? sx_bytes_equal(a->series[i].key, b->series[i].key) &&
                                     a->series[i].hash == b->series[i].hash
                               : b->series[i].key.len == 0);
    }
    assert_int_equal(a->schema_count, b->schema_count);
    for (size_t i = 0; i < a->schema_count; i++) {
        assert_true(sx_bytes_equal(a->schemas[i].measurement, b->schemas[i].measurement));
        assert_int_equal(a->schemas[i].column_count, b->schemas[i].column_count);
        for (uint32_t j = 0; j < a->schemas[i].column_count; j++) {
            assert_int_equal(a->schemas[i].columns[j].type, b->schemas[i].columns[j].type);
            assert_true(
                sx_bytes_equal(a->schemas[i].columns[j].name, b->schemas[i].columns[j].name));
        }
    }
    assert_int_equal(a->run_count, b->run_count);
    for (size_t i = 0; i < a->run_count; i++) {
        assert_int_equal(a->runs[i].schema, b->runs[i].schema);
        assert_int_equal(a->runs[i].row_count, b->runs[i].row_count);
        assert_int_equal(a->runs[i].offset, b->runs[i].offset);
        assert_int_equal(a->runs[i].has_presence, b->runs[i].has_presence);
    }
    assert_int_equal(a->row_count, b->row_count);
    assert_int_equal(a->sample_count, b->sample_count);
    assert_true(sx_bytes_equal(sx_buf_bytes(&a->rows), sx_buf_bytes(&b->rows)));
    assert_true(sx_bytes_equal(sx_buf_bytes(&a->strings), sx_buf_bytes(&b->strings)));
}

static void assert_comes_back(const struct sx_batch *b, const bool *defined)
{
    struct sx_buf payload;
    struct sx_batch back;
    struct sx_rows_record record;
    stria_error err = {0};
    encode(&payload, b, defined);
    sx_batch_init(&back, &memory.mem);
    if (sx_rows_record_get(sx_buf_bytes(&payload), &record, &back, &err))
        fail_msg("%s", err.text);
    assert_int_equal(record.policy_id, 7);
    assert_same_batch(b, &back, defined);
    sx_batch_deinit(&back);
    sx_buf_deinit(&payload);
}

static void test_a_batch_comes_back_with_and_without_definitions(void **state)
{
    (void)state;
    struct sx_batch b;
    make_batch(&b);
    assert_comes_back(&b, both_defined);
    assert_comes_back(&b, first_defined);
    sx_batch_deinit(&b);
    sx_batch_init(&b, &memory.mem);
    assert_comes_back(&b, NULL); /* nothing at all */
    sx_batch_deinit(&b);
}

static void test_rows_without_any_string_come_back_though_a_column_is_of_strings(void **state)
{
    (void)state;
    struct sx_batch b;
    sx_batch_init(&b, &memory.mem);
    add_series(&b, key_a, 0);
    assert_true(sx_batch_add_schema(&b, SX_LITERAL("cpu"), float_and_string, 2));
    uint8_t *values = sx_batch_add_row(&b, 0, true, 5, 0, 1);
    sx_put_u64(values, 1); /* only the float: the heap is empty */
    sx_put_u64(values + 8, sx_bits_of_f64(1.5));
    b.sample_count++;
    assert_comes_back(&b, both_defined);
    sx_batch_deinit(&b);
}

static void test_the_widest_schema_and_the_largest_numbers_come_back(void **state)
{
    (void)state;
    static char names[SX_COLUMN_COUNT_MAX][8];
    static struct sx_batch_column columns[SX_COLUMN_COUNT_MAX];
    struct sx_batch b;
    sx_batch_init(&b, &memory.mem);
    for (size_t i = 0; i < SX_COLUMN_COUNT_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%05zu", i / 5);
        columns[i] = (struct sx_batch_column){.name = sx_bytes_of(names[i]),
                                              .type = (stria_type)(STRIA_FLOAT + i % 5)};
    }
    add_series(&b, key_a, INT32_MAX);
    assert_true(sx_batch_add_schema(&b, (struct sx_bytes){0}, columns, SX_COLUMN_COUNT_MAX));
    for (int i = 0; i < 3; i++) {
        int64_t ts = i == 0 ? INT64_MIN : i == 1 ? 0 : INT64_MAX;
        uint8_t *values = sx_batch_add_row(&b, 0, true, ts, 0, 1);
        for (size_t word = 0; word < SX_COLUMN_COUNT_MAX / 64; word++)
            sx_put_u64(values + word * 8, i == 1 ? 0 : (uint64_t)1 << (word % 64));
        /* The strings that are absent need no heap; those that are there point to one. */
        b.sample_count += i == 1 ? 0 : SX_COLUMN_COUNT_MAX / 64;
    }
    uint64_t word;
    assert_true(sx_batch_add_string(&b, SX_LITERAL(""), &word));
    assert_comes_back(&b, both_defined);
    sx_batch_deinit(&b);
}

static void test_random_batches_come_back(void **state)
{
    (void)state;
    struct sx_random random = {11};
    for (int round = 0; round < 300; round++) {
        static uint8_t key_bytes[20][40];
        struct sx_batch b;
        bool defined[20];
        size_t series_count = 1 + sx_random_below(&random, 20);
        sx_batch_init(&b, &memory.mem);
        for (size_t i = 0; i < series_count; i++) {
            char text[16];
            struct sx_buf key;
            (void)snprintf(text, sizeof text, "h%zu", i);
            sx_buf_init_fixed(&key, key_bytes[i], sizeof key_bytes[i]);
            sx_key_put(&key, SX_LITERAL("m\x01"));
            sx_key_put(&key, SX_LITERAL("t"));
            sx_key_put(&key, sx_bytes_of(text));
            add_series(&b, sx_buf_bytes(&key), (uint32_t)(sx_random_next(&random) >> 33));
            defined[i] = sx_random_below(&random, 2);
        }
        assert_true(sx_batch_add_schema(&b, SX_LITERAL("m\x01"), float_and_string, 2));
        assert_true(sx_batch_add_schema(&b, SX_LITERAL("m\x01"), one_int, 1));
        for (size_t i = sx_random_below(&random, 40); i; i--) {
            uint32_t schema = (uint32_t)sx_random_below(&random, 2);
            bool presence = sx_random_below(&random, 2);
            uint64_t bits = presence ? sx_random_below(&random, schema ? 2 : 4) : schema ? 1 : 3;
            uint8_t *values =
                sx_batch_add_row(&b, schema, presence, (int64_t)sx_random_next(&random),
                                 (uint32_t)sx_random_below(&random, series_count), 1);
            if (presence)
                sx_put_u64(values, bits);
            values += presence ? 8 : 0;
            if (bits & 1)
                sx_put_u64(values, sx_random_next(&random));
            if (bits & 2) {
                uint64_t word;
                assert_true(sx_batch_add_string(&b, sx_bytes_make("0123456789", i % 11), &word));
                sx_put_u64(values + 8, word);
            }
            b.sample_count += (size_t)__builtin_popcountll(bits);
        }
        assert_comes_back(&b, defined);
        sx_batch_deinit(&b);
    }
}

/* ---- bad bytes ---- */

static stria_status decode(struct sx_bytes payload, stria_error *err)
{
    struct sx_batch back;
    struct sx_rows_record record;
    /* A block of exactly its size, so that a read behind it is seen. */
    uint8_t *copy = payload.len ? sx_mem_alloc(&memory.mem, payload.len) : NULL;
    if (payload.len)
        memcpy(copy, payload.ptr, payload.len);
    sx_batch_init(&back, &memory.mem);
    stria_status st = sx_rows_record_get(sx_bytes_make(copy, payload.len), &record, &back, err);
    sx_batch_deinit(&back);
    sx_mem_free(&memory.mem, copy);
    return st;
}

static void test_every_cut_is_corrupt(void **state)
{
    (void)state;
    struct sx_batch b;
    struct sx_buf payload;
    make_batch(&b);
    encode(&payload, &b, both_defined);
    for (size_t len = 0; len < payload.len; len++) {
        stria_error err = {0};
        assert_int_equal(decode(sx_bytes_make(payload.ptr, len), &err), STRIA_CORRUPT);
        assert_non_null(strstr(err.text, "rows record: bad "));
    }
    sx_buf_put_u8(&payload, 0);
    assert_int_equal(decode(sx_buf_bytes(&payload), NULL), STRIA_CORRUPT);
    sx_buf_deinit(&payload);
    sx_batch_deinit(&b);
}

static void test_changed_bytes_never_give_a_malformed_batch(void **state)
{
    (void)state;
    struct sx_batch b;
    struct sx_buf payload;
    make_batch(&b);
    encode(&payload, &b, both_defined);
    for (size_t i = 0; i < payload.len; i++)
        for (unsigned mask = 1; mask < 256; mask++) {
            payload.ptr[i] ^= (uint8_t)mask;
            stria_status st = decode(sx_buf_bytes(&payload), NULL);
            assert_true(st == STRIA_OK || st == STRIA_CORRUPT);
            payload.ptr[i] ^= (uint8_t)mask;
        }
    sx_buf_deinit(&payload);
    sx_batch_deinit(&b);
}

static void test_lies_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *what, *bytes;
    } rows[] = {
        {"policy over 32 bits", "policy", "ffffffff1f 00 00 00 00"},
        {"more series than bytes", "series count", "07 ff7f"},
        {"slot over 32 bits", "slot", "07 01 8080808020 00 00 00"},
        {"key without an end", "series key", "07 01 01 03 'cpu' 00 00 00"},
        {"key with an empty tag value", "series key", "07 01 01 05 'm' 00 't' 00 00 00 00 00"},
        {"an empty key that is defined", "series key", "07 01 01 00 00 00 00"},
        {"no columns", "column count", "07 00 01 01 'm' 00 00 00"},
        {"4097 columns", "column count", "07 00 01 01 'm' 8120 00 00"},
        {"type 0", "column type", "07 00 01 01 'm' 01 00 01 'f' 00 00"},
        {"type TIME", "column type", "07 00 01 01 'm' 01 06 01 'f' 00 00"},
        {"a column twice", "order of columns", "07 00 01 01 'm' 02 01 01 'f' 01 01 'f' 00 00"},
        {"columns not in order", "order of columns",
         "07 00 01 01 'm' 02 01 01 'g' 01 01 'f' 00 00"},
        {"types not in order", "order of columns", "07 00 01 01 'm' 02 02 01 'f' 01 01 'f' 00 00"},
        {"a run of no schema", "schema of a run", "07 00 00 01 00 01 00"},
        {"a run without rows", "row count of a run", "07 00 01 01 'm' 01 01 01 'f' 01 00 00 00"},
        {"more rows than bytes", "row count of a run",
         "07 00 01 01 'm' 01 01 01 'f' 01 00 ff7f 00"},
        {"more strings than bytes", "string heap", "07 00 00 00 05 'abcd'"},
        {"rows of a series that is not there", "series of a row",
         "07 00 01 01 'm' 01 01 01 'f' 01 00 01 00 00*8 00*4 00*8"},
        {"presence of a column that is not there", "presence of a row",
         "07 01 00 01 01 'm' 01 01 01 'f' 01 01 01 00 00*8 00*4 02 00*7 00*8"},
        {"a string outside the heap", "string of a row",
         "07 01 00 01 01 'm' 01 05 01 's' 01 00 01 02 01 'x' 00*8 00*4 03 00*7"},
        {"a string that is cut", "string of a row",
         "07 01 00 01 01 'm' 01 05 01 's' 01 00 01 02 02 'x' 00*8 00*4 00*8"},
        {"a string although there is no heap", "string of a row",
         "07 01 00 01 01 'm' 01 05 01 's' 01 00 01 00 00*8 00*4 00*8"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t storage[256];
        char want[64];
        struct sx_buf bytes;
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        sx_buf_init_fixed(&bytes, storage, sizeof storage);
        golden_put(&bytes, rows[i].bytes);
        assert_int_equal(decode(sx_buf_bytes(&bytes), &err), STRIA_CORRUPT);
        (void)snprintf(want, sizeof want, "bad %s at byte", rows[i].what);
        if (!strstr(err.text, want))
            fail_msg("%s", err.text);
    }
}

/* 4,096 columns make rows of 32 KiB, so a short record can speak of more than a batch may hold. */
static void test_rows_beyond_the_largest_batch_are_refused_before_they_are_looked_for(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t row_counts[3]; /* of the runs */
        const char *what;
    } rows[] = {
        {"as many as a batch may hold", {8188}, "size of the rows"},
        {"one run of more", {8200}, "row count of a run"},
        {"two runs of more: the next is refused", {8188, 8188, 1}, "row count of a run"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_buf bytes;
        char name[8], want[64];
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        sx_buf_init(&bytes, &memory.mem, 1 << 20);
        golden_put(&bytes, "07 00 01 01 'm' 8020");
        for (unsigned column = 0; column < SX_COLUMN_COUNT_MAX; column++) {
            (void)snprintf(name, sizeof name, "%04u", column);
            sx_buf_put_u8(&bytes, STRIA_INT);
            sx_buf_put_sized(&bytes, sx_bytes_of(name));
        }
        size_t run_count = 0;
        while (run_count < 3 && rows[i].row_counts[run_count])
            run_count++;
        sx_buf_put_varint(&bytes, run_count);
        for (size_t j = 0; j < run_count; j++) {
            sx_buf_put_varint(&bytes, 0);
            sx_buf_put_varint(&bytes, rows[i].row_counts[j]);
        }
        golden_put(&bytes, "00*8300");
        assert_int_equal(decode(sx_buf_bytes(&bytes), &err), STRIA_CORRUPT);
        (void)snprintf(want, sizeof want, "bad %s at byte", rows[i].what);
        assert_non_null(strstr(err.text, want));
        sx_buf_deinit(&bytes);
    }
}

/* ---- memory ---- */

static void test_every_failing_allocation_is_told_and_nothing_is_lost(void **state)
{
    (void)state;
    struct sx_batch b;
    struct sx_buf payload;
    make_batch(&b);
    encode(&payload, &b, both_defined);
    for (int64_t n = 1;; n++) {
        struct sx_batch back;
        struct sx_rows_record record;
        stria_error err = {0};
        sx_batch_init(&back, &memory.mem);
        test_mem_arm(&memory, n);
        stria_status st = sx_rows_record_get(sx_buf_bytes(&payload), &record, &back, &err);
        bool fired = test_mem_fired(&memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        assert_int_equal(err.code, st);
        sx_batch_deinit(&back);
        if (!fired)
            break;
        assert_true(n < 100);
    }
    sx_buf_deinit(&payload);
    sx_batch_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rows_record_has_its_golden_bytes),
        cmocka_unit_test(test_a_batch_comes_back_with_and_without_definitions),
        cmocka_unit_test(test_rows_without_any_string_come_back_though_a_column_is_of_strings),
        cmocka_unit_test(test_the_widest_schema_and_the_largest_numbers_come_back),
        cmocka_unit_test(test_random_batches_come_back),
        cmocka_unit_test(test_every_cut_is_corrupt),
        cmocka_unit_test(test_changed_bytes_never_give_a_malformed_batch),
        cmocka_unit_test(test_lies_are_refused),
        cmocka_unit_test(test_rows_beyond_the_largest_batch_are_refused_before_they_are_looked_for),
        cmocka_unit_test(test_every_failing_allocation_is_told_and_nothing_is_lost),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
