/* SPDX-License-Identifier: Apache-2.0 */
/* damage_test.c -- what is damage, who is told, and what is noted at the segment. */
#include "scan/damage.h"

#include "scan/scan_fixture_test.h"

static void test_damage_is_left_out_if_the_request_takes_it(void **state)
{
    (void)state;
    static const struct {
        stria_status code;
        bool is_damage;
    } rows[] = {
        {STRIA_CORRUPT, true},  {STRIA_IO, true},         {STRIA_NOT_FOUND, true},
        {STRIA_VERSION, true},  {STRIA_NOMEM, false},     {STRIA_LIMIT, false},
        {STRIA_TIMEOUT, false}, {STRIA_CANCELLED, false}, {STRIA_INTERNAL, false},
    };
    static const struct seg_test_line one[] = {{"m", 1, "a1=1"}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        for (int takes = 0; takes < 2; takes++) {
            struct scan_test t;
            stria_error what = {.code = rows[i].code, .os_errno = 5, .text = "why"}, err = {0};
            scan_test_init(&t);
            scan_test_segment(&t, one, 1);
            t.request.on_damage = takes ? scan_test_on_damage : NULL;
            t.request.damage_context = &t;
            struct sx_segment *segment = t.segments[0].segment;
            bool left_out = rows[i].is_damage && takes;
            assert_int_equal(sx_leave_out(&t.request, segment, &what, &err),
                             left_out ? STRIA_OK : rows[i].code);
            assert_int_equal(err.code, left_out ? STRIA_OK : rows[i].code);
            assert_string_equal(err.text, left_out ? "" : "why");
            assert_int_equal(t.damage[0] != '\0', left_out);
            assert_int_equal(atomic_load(&segment->damage), rows[i].is_damage ? SX_DAMAGE_PART : 0);
            scan_test_deinit(&t);
        }
}

static void test_a_segment_that_cannot_be_opened_is_damaged_whole(void **state)
{
    (void)state;
    static const struct seg_test_line one[] = {{"m", 1, "a1=1"}};
    stria_error what = {.code = STRIA_NOT_FOUND};
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, one, 1);
    struct sx_segment *segment =
        sx_segment_create(t.segments[0].os, t.mem, "gone.seg", &t.segments[0].info);
    assert_int_equal(sx_leave_out(&t.request, segment, &what, NULL), STRIA_NOT_FOUND);
    assert_int_equal(atomic_load(&segment->damage), SX_DAMAGE_WHOLE);
    sx_segment_release(segment);
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage_is_left_out_if_the_request_takes_it),
        cmocka_unit_test(test_a_segment_that_cannot_be_opened_is_damaged_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
