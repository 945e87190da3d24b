/* SPDX-License-Identifier: Apache-2.0 */
/* keys_test.c -- keys and hashes by ordinal, whether few or many are wanted. */
#include "segment/keys.h"

#include "segment/segment_fixture_test.h"

#define SERIES 500

static void series_text(char *text, size_t size, unsigned i)
{
    /* Some lack a tag; some tags have two values, one has many. */
    if (i % 5 == 0)
        (void)snprintf(text, size, "m,host=h%04u", i);
    else
        (void)snprintf(text, size, "m,host=h%04u,os=%s%s", i, i % 2 ? "bsd" : "linux",
                       i % 7 ? "" : ",z\x01=\x02");
}

static void write_series(struct seg_test *t)
{
    seg_test_init(t);
    assert_int_equal(seg_test_begin(t, SX_TIER_HOT), STRIA_OK);
    assert_int_equal(seg_test_row(t, "a,host=h0003", 1, "i2=1"), STRIA_OK);
    for (unsigned i = 0; i < SERIES; i++) {
        char text[60];
        series_text(text, sizeof text, i);
        assert_int_equal(seg_test_row(t, text, 1, "i2=1"), STRIA_OK);
    }
    assert_int_equal(seg_test_row(t, "z", 1, "i2=1"), STRIA_OK);
    assert_int_equal(seg_test_finish(t), STRIA_OK);
    assert_int_equal(seg_test_open(t), STRIA_OK);
}

static void test_keys_are_given_by_ordinal_however_many_are_wanted(void **state)
{
    (void)state;
    static const size_t wanteds[] = {0, 1, 60, 62, 63, SERIES};
    struct seg_test t;
    struct sx_buf key;
    write_series(&t);
    sx_buf_init(&key, &t.memory.mem, 1000);
    for (size_t w = 0; w < SX_COUNT_OF(wanteds); w++) {
        struct sx_segment_keys keys;
        const struct sx_segment_measurement *m = &t.segment->measurements[1];
        assert_int_equal(sx_segment_keys_init(&keys, t.segment, m, &t.memory.mem, wanteds[w], NULL),
                         STRIA_OK);
        for (unsigned i = 0; i < SERIES; i += w == 5 ? 1 : 37) {
            char text[60];
            series_text(text, sizeof text, i);
            struct sx_bytes want = index_test_key(&t.key, text);
            sx_buf_clear(&key);
            assert_int_equal(sx_segment_keys_get(&keys, m->first_series + i, &key, NULL), STRIA_OK);
            assert_true(sx_bytes_equal(sx_buf_bytes(&key), want));
            assert_int_equal(sx_segment_keys_hash(&keys, m->first_series + i, want), sx_hash(want));
        }
        sx_segment_keys_deinit(&keys);
        sx_segment_keys_deinit(&keys);
    }
    for (uint32_t i = 0; i < 2; i++) { /* one series with a tag, one without */
        struct sx_segment_keys keys;
        const struct sx_segment_measurement *m = &t.segment->measurements[2 * i];
        assert_int_equal(sx_segment_keys_init(&keys, t.segment, m, &t.memory.mem, 1, NULL),
                         STRIA_OK);
        sx_buf_clear(&key);
        assert_int_equal(sx_segment_keys_get(&keys, m->first_series, &key, NULL), STRIA_OK);
        assert_true(
            sx_bytes_equal(sx_buf_bytes(&key), index_test_key(&t.key, i ? "z" : "a,host=h0003")));
        sx_segment_keys_deinit(&keys);
    }
    sx_buf_deinit(&key);
    seg_test_deinit(&t);
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct seg_test t;
    write_series(&t);
    for (size_t wanted = 1; wanted <= SERIES; wanted += SERIES - 1)
        for (int64_t n = 1;; n++) {
            struct sx_segment_keys keys;
            struct sx_buf key;
            stria_error err = {0};
            sx_buf_init(&key, &t.memory.mem, 1000);
            test_mem_arm(&t.memory, n);
            stria_status st = sx_segment_keys_init(&keys, t.segment, &t.segment->measurements[1],
                                                   &t.memory.mem, wanted, &err);
            if (!st)
                st = sx_segment_keys_get(&keys, 300, &key, &err);
            bool fired = test_mem_fired(&t.memory);
            assert_int_equal(err.code, st);
            assert_int_equal(st != STRIA_OK, fired);
            sx_segment_keys_deinit(&keys);
            sx_buf_deinit(&key);
            if (!fired)
                break;
        }
    seg_test_deinit(&t);
}

static void test_a_key_beyond_the_buffer_is_refused(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_keys keys;
    uint8_t storage[8];
    struct sx_buf key;
    write_series(&t);
    assert_int_equal(
        sx_segment_keys_init(&keys, t.segment, &t.segment->measurements[1], &t.memory.mem, 9, NULL),
        STRIA_OK);
    sx_buf_init_fixed(&key, storage, sizeof storage);
    assert_int_equal(sx_segment_keys_get(&keys, 7, &key, &t.err), STRIA_LIMIT);
    sx_segment_keys_deinit(&keys);
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_given_by_ordinal_however_many_are_wanted),
        cmocka_unit_test(test_every_failing_allocation_is_told),
        cmocka_unit_test(test_a_key_beyond_the_buffer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
