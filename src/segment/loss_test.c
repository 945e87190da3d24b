/* SPDX-License-Identifier: Apache-2.0 */
/* loss_test.c -- what stood where a segment is damaged, in words. */
#include "segment/loss.h"

#include "segment/segment_fixture_test.h"

static const struct seg_test_line lines[] = {
    {"cpu,host=a", 1, "f1=1.5 s5=on"},
    {"cpu,host=b", 1, "f1=7 b4=1"},
    {"cpu,host=c", 1, "f1=8"},
};

static void test_a_loss_names_series_field_and_times(void **state)
{
    (void)state;
    static const struct {
        uint32_t first, count, column;
        int64_t min_ts, max_ts;
        const char *text;
    } rows[] = {
        {1, 1, 0, 1, 2000000000,
         "cpu,host=b f 1970-01-01T00:00:00.000000001Z to 1970-01-01T00:00:02Z"},
        {0, 3, SX_LOSS_ALL_COLUMNS, 0, 0,
         "cpu,host=a to cpu,host=c (3 series) all fields 1970-01-01T00:00:00Z to "
         "1970-01-01T00:00:00Z"},
    };
    struct seg_test t;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_segment_loss loss = {.measurement = t.segment->measurements,
                                       .first_series = rows[i].first,
                                       .series_count = rows[i].count,
                                       .column = rows[i].column,
                                       .min_ts = rows[i].min_ts,
                                       .max_ts = rows[i].max_ts};
        sx_buf_clear(&t.out);
        sx_segment_loss_put(&t.out, t.segment, &loss, &t.memory.mem);
        assert_rows(&t.out, rows[i].text);
    }
    seg_test_deinit(&t);
}

static void test_series_columns_tags_and_values_are_named(void **state)
{
    (void)state;
    struct seg_test t;
    size_t size;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    const struct sx_segment_measurement *m = t.segment->measurements;
    sx_segment_loss_put_series(&t.out, t.segment, 2, &t.memory.mem);
    sx_buf_put_text(&t.out, "; ");
    sx_segment_loss_put_column(&t.out, m, 1);
    sx_buf_put_text(&t.out, "; ");
    sx_segment_loss_put_column(&t.out, m, SX_LOSS_ALL_COLUMNS);
    sx_buf_put_text(&t.out, "; ");
    sx_segment_loss_put_tag(&t.out, t.segment, m, 0);
    sx_buf_put_text(&t.out, "; ");
    sx_segment_loss_put_value(&t.out, t.segment, 0, 1, &t.memory.mem);
    assert_rows(&t.out, "cpu,host=c; cpu s; cpu; cpu host; host=b");
    sx_buf_clear(&t.out);
    sx_os_mem_bytes(t.disk, "a.seg", &size)[t.segment->tags[0].dictionary.offset] ^= 1;
    sx_segment_loss_put_value(&t.out, t.segment, 0, 1, &t.memory.mem);
    sx_buf_put_text(&t.out, "; ");
    sx_segment_loss_put_series(&t.out, t.segment, 2, &t.memory.mem);
    assert_rows(&t.out, "value 1 of host; series 2 of cpu");
    seg_test_deinit(&t);
}

static void test_a_series_whose_key_is_lost_is_told_by_number(void **state)
{
    (void)state;
    struct seg_test t;
    size_t size;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    uint64_t offset = t.segment->measurements->series_block.offset;
    sx_os_mem_bytes(t.disk, "a.seg", &size)[offset] ^= 1;
    struct sx_segment_loss loss = {
        .measurement = t.segment->measurements, .first_series = 2, .series_count = 1, .column = 0};
    sx_segment_loss_put(&t.out, t.segment, &loss, &t.memory.mem);
    assert_rows(&t.out, "series 2 of cpu f 1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z");
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_loss_names_series_field_and_times),
        cmocka_unit_test(test_series_columns_tags_and_values_are_named),
        cmocka_unit_test(test_a_series_whose_key_is_lost_is_told_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
