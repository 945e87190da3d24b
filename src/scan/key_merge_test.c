/* SPDX-License-Identifier: Apache-2.0 */
/* key_merge_test.c -- the series of several segments in the order of their keys. */
#include "scan/key_merge.h"

#include "codec/generators.h"
#include "scan/scan_fixture_test.h"

/* Tells each series as "KEY@SOURCE.ID,SOURCE.ID ". */
static stria_status tell(struct scan_test *t)
{
    struct sx_key_merge merge;
    const struct sx_scan_series *series;
    t->err = (stria_error){0};
    sx_buf_clear(&t->out);
    stria_status st = sx_key_merge_init(&merge, t->view, false, t->mem, &t->err);
    while (!st) {
        st = sx_key_merge_next(&merge, &series, &t->err);
        if (st || !series)
            break;
        assert_int_equal(series->hash, sx_hash(series->key));
        struct sx_bytes key = series->key, part;
        for (unsigned i = 0; sx_key_take(&key, &part); i++) {
            sx_buf_put_text(&t->out, i == 0 ? (t->out.len ? " " : "") : i % 2 ? "," : "=");
            sx_buf_put_bytes(&t->out, part);
        }
        for (uint32_t i = 0; i < series->source_count; i++)
            sx_buf_printf(&t->out, "%s%u.%u", i ? "," : "@", series->sources[i].source,
                          series->sources[i].id);
    }
    sx_key_merge_deinit(&merge);
    sx_key_merge_deinit(&merge);
    assert_int_equal(st, t->err.code);
    return st;
}

static const struct seg_test_line first[] = {
    {"a,k=1", 1, "v1=1"}, {"a,k=2", 1, "v1=1"}, {"b", 1, "v1=1"}, {"c,k=1", 1, "v1=1"}};
static const struct seg_test_line second[] = {
    {"", 1, "v1=1"}, {"a,k=2", 1, "v1=1"}, {"c,k=1", 1, "v1=1"}, {"c,k=1,l=1", 1, "v1=1"}};
static const char merged[] = "@1.0 a,k=1@0.0 a,k=2@0.1,1.1 b@0.2 c,k=1@0.3,1.2 c,k=1,l=1@1.3";

static void fill(struct scan_test *t)
{
    scan_test_init(t);
    scan_test_segment(t, first, SX_COUNT_OF(first));
    scan_test_segment(t, second, SX_COUNT_OF(second));
    scan_test_segment(t, NULL, 0);
    scan_test_memtable(t, second, 1); /* not looked at */
    scan_test_view(t);
}

static void test_series_come_in_order_of_keys_with_all_their_places(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    assert_int_equal(tell(&t), STRIA_OK);
    assert_rows(&t.out, merged);
    scan_test_deinit(&t);
    scan_test_init(&t);
    scan_test_view(&t);
    assert_int_equal(tell(&t), STRIA_OK);
    assert_rows(&t.out, "");
    scan_test_deinit(&t);
}

static void test_random_segments_merge_as_a_sorted_list(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct scan_test t;
        struct sx_random random = {seed};
        struct sx_buf want;
        unsigned source_count = 1 + (unsigned)sx_random_below(&random, 6);
        unsigned present[60] = {0}, next[8] = {0}; /* of series i: a bit a source */
        scan_test_init(&t);
        sx_buf_init(&want, t.mem, 1 << 16);
        for (size_t i = 0; i < 60; i++)
            present[i] = (unsigned)sx_random_below(&random, 1u << source_count);
        for (unsigned s = 0; s < source_count; s++) {
            struct seg_test *segment = scan_test_begin_segment(&t);
            for (unsigned i = 0; i < 60; i++) {
                char text[30];
                (void)snprintf(text, sizeof text, "m%u,k=%02u", i / 20, i);
                if (present[i] >> s & 1)
                    assert_int_equal(seg_test_row(segment, text, 1, "v1=1"), STRIA_OK);
            }
            scan_test_end_segment(segment);
        }
        for (unsigned i = 0; i < 60; i++) {
            if (!present[i])
                continue;
            sx_buf_printf(&want, "%sm%u,k=%02u@", want.len ? " " : "", i / 20, i);
            for (unsigned s = 0, any = 0; s < source_count; s++)
                if (present[i] >> s & 1)
                    sx_buf_printf(&want, "%s%u.%u", any++ ? "," : "", s, next[s]++);
        }
        sx_buf_put_u8(&want, 0);
        scan_test_view(&t);
        assert_int_equal(tell(&t), STRIA_OK);
        assert_rows(&t.out, (const char *)want.ptr);
        sx_buf_deinit(&want);
        scan_test_deinit(&t);
    }
}

static void test_every_failing_allocation_and_all_damage_is_told(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    sx_buf_reserve(&t.out, 1000);
    for (int64_t n = 1;; n++) {
        test_mem_arm(&t.mt.ix.memory, n);
        stria_status st = tell(&t);
        bool fired = test_mem_fired(&t.mt.ix.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        if (!fired)
            break;
    }
    size_t size;
    uint64_t offset = t.segments[1].segment->measurements[1].series_block.offset;
    sx_os_mem_bytes(t.segments[1].disk, "a.seg", &size)[offset] ^= 1;
    t.request.on_damage = scan_test_on_damage; /* a merge never goes on without a part */
    assert_int_equal(tell(&t), STRIA_CORRUPT);
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_come_in_order_of_keys_with_all_their_places),
        cmocka_unit_test(test_random_segments_merge_as_a_sorted_list),
        cmocka_unit_test(test_every_failing_allocation_and_all_damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
