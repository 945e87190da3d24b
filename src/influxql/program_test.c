/* SPDX-License-Identifier: Apache-2.0 */
/* program_test.c -- expressions over columns: types, what is missing, overflow. */
#include "influxql/program.h"

#include "influxql/select_fixture_test.h"

static void test_operators_go_by_the_types_of_their_sides(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT i + i, i - 1, i * i, i / 2, i % 2 FROM cpu WHERE host = 'a'",
         "cpu(time,i_i,i,i_i_1,i_1,i_2) 0,6,2,9,1.5,1 10,-2,-2,1,-0.5,-1 40,14,6,49,3.5,1"},
        {"SELECT f + i, f - i, f * i, f / i, f % i FROM cpu WHERE host = 'a'",
         "cpu(time,f_i,f_i_1,f_i_2,f_i_3,f_i_4) 0,4.5,-1.5,4.5,0.5,1.5 10,1.5,3.5,-2.5,-2.5,0.5 "
         "20,,,,, 40,,,,,"},
        {"SELECT u + u, u - u, u / 2, u % 4, u & 5 FROM cpu WHERE host = 'b'",
         "cpu(time,u_u,u_u_1,u,u_1,u_2) 0,14,0,3,3,5"},
        {"SELECT b & true, b | false, b ^ true FROM cpu",
         "cpu(time,b,b_1,b_2) 0,true,true,false 15,false,false,true"},
        {"SELECT i / 0, i % 0, f / 0 FROM mem", "mem(time,i,i_1,f) 10,0,0,0 25,,,0"},
        {"SELECT s FROM cpu WHERE s = 'x' OR s = 'z'", "cpu(time,s) 0,x 30,z"},
        {"SELECT f FROM cpu WHERE (f > 1) = true", "cpu(time,f) 0,1.5 0,10 10,2.5 20,4 30,3"},
        {"SELECT f FROM cpu WHERE b = false OR u > 1",
         "cpu(time,f) 0,10 5,0.5 10,2.5 15,-2 20,4 30,3"},
        {"SELECT f FROM cpu WHERE u >= 7 AND i < 6", "cpu(time,f) 0,10"},
        {"SELECT f FROM cpu WHERE f % 2 = 0", "cpu(time,f) 0,10 15,-2 20,4"},
        {"SELECT f FROM cpu WHERE i & 1 = 1", "cpu(time,f) 0,1.5 0,10 10,2.5"},
        {"SELECT f FROM cpu WHERE s !~ /x/", "cpu(time,f) 10,2.5 30,3"},
        {"SELECT f FROM cpu WHERE -f > -3", "cpu(time,f) 0,1.5 5,0.5 10,2.5 15,-2"},
        {"SELECT 2 * (f - 1) FROM mem", "mem(time,f) 10,14 25,16"},
        {"SELECT abs(i), floor(f), ceil(f), exp(i) FROM cpu WHERE host = 'a'",
         "cpu(time,abs,floor,ceil,exp) 0,3,1,2,20.085536923187668 10,1,2,3,0.36787944117144233 "
         "20,,4,4, 40,7,,,1096.6331584284585"},
        {"SELECT i::string FROM cpu", ""},
        {"SELECT f::unsigned, i::unsigned FROM cpu WHERE host = 'b'",
         "cpu(time,f,i) 0,10,5 15,-2, 30,3,"},
        {"SELECT sqrt(f) FROM cpu",
         "cpu(time,sqrt) 0,1.224744871391589 0,3.1622776601683795 5,0.7071067811865476 "
         "10,1.5811388300841898 15, 20,2 30,1.7320508075688772"},
        {"SELECT ln(f) FROM cpu",
         "cpu(time,ln) 0,0.4054651081081644 0,2.302585092994046 5,-0.6931471805599453 "
         "10,0.9162907318741551 15, 20,1.3862943611198906 30,1.0986122886681098"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

static void test_integers_wrap_around(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"m", 1, "i2=-9223372036854775808 u3=18446744073709551615"},
        {"m", 2, "i2=9223372036854775807 u3=0"},
    };
    struct stored_test t;
    stored_test_init(&t);
    scan_test_segment(&t.policies[0], lines, SX_COUNT_OF(lines));
    scan_test_view(&t.policies[0]);
    stored_test_assert(&t, "SELECT i + 1, i - 1, i * 2, i % -1, -i FROM m",
                       "m(time,i,i_1,i_2,i_3,i_4) "
                       "1,-9223372036854775807,9223372036854775807,0,0,-9223372036854775808 "
                       "2,-9223372036854775808,9223372036854775806,-2,0,-9223372036854775807");
    stored_test_assert(&t, "SELECT i FROM m WHERE i / -1 = i", "m(time,i) 1,-9223372036854775808");
    stored_test_assert(&t, "SELECT u::integer FROM m WHERE u > i", "m(time,u) 1,-1");
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operators_go_by_the_types_of_their_sides),
        cmocka_unit_test(test_integers_wrap_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
